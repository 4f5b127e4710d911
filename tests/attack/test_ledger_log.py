"""Attacks by an insider who writes to the node's database past its guards, or alters an exported log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.logs import NOON, ORIGIN, event, fill, ledger, signer
from comity.crypto.errors import BadSignature
from comity.kernel import canonical
from comity.kernel.clock import FixedClock
from comity.kernel.errors import ComityError
from comity.ledger import tables
from comity.ledger.errors import BadNote, BadProof, LogCorrupt, UnknownSigner
from comity.ledger.export import verify_export
from comity.ledger.merkle import verify_consistency
from comity.ledger.model import commitment
from comity.ledger.note import Checkpoint, NoteKey, open_checkpoint, sign
from comity.ledger.service import Ledger
from comity.store import guard
from comity.store.engine import Store, Unit

SIZE = 11


def break_in(store: Store, act: Callable[[Unit], object]) -> None:
    """Do something to the database with the guards out of the way, and put them back."""
    with store.write() as unit:
        guard.drop(unit)
        act(unit)
        guard.create(unit)


def found(store: Store, log: Ledger, known: bytes | None = None) -> LogCorrupt:
    """Verify the log and give the fault that is found."""
    with store.read() as unit, pytest.raises(LogCorrupt) as caught:
        log.verify(unit, known=known)
    return caught.value


def set_leaf(index: int, **values: object) -> Callable[[Unit], object]:
    """Alter a leaf."""
    return lambda unit: unit.execute(tables.leaf.update().where(tables.leaf.c.index == index).values(**values))


def set_detail(index: int, **values: object) -> Callable[[Unit], object]:
    """Alter an entry's details."""
    return lambda unit: unit.execute(tables.detail.update().where(tables.detail.c.index == index).values(**values))


def test_an_altered_leaf_is_found(store: Store) -> None:
    """A leaf with another hash is found at its index."""
    log = ledger()
    fill(store, log, SIZE)
    break_in(store, set_leaf(5, hash=bytes(32)))
    assert found(store, log).index == 5


def test_an_altered_event_is_found(store: Store) -> None:
    """An event with other words is found at its index."""
    log = ledger()
    fill(store, log, SIZE)
    break_in(store, set_detail(5, event=canonical.dump(event(99)).decode()))
    assert found(store, log).index == 5


def test_an_event_in_another_spelling_is_found(store: Store) -> None:
    """An event that says the same in other bytes is found too."""
    log = ledger()
    fill(store, log, SIZE)
    break_in(store, set_detail(5, event=json.dumps(event(5))))
    assert found(store, log).index == 5


def test_an_altered_salt_is_found(store: Store) -> None:
    """Another salt is found at its index."""
    log = ledger()
    fill(store, log, SIZE)
    break_in(store, set_detail(5, salt=bytes(32)))
    assert found(store, log).index == 5


def test_an_entry_rewritten_with_its_leaf_is_found(store: Store) -> None:
    """Event, salt and leaf rewritten together still do not fit the tree above."""
    log = ledger()
    fill(store, log, SIZE)
    data = canonical.dump(event(99))
    break_in(store, set_detail(4, event=data.decode(), salt=bytes(32)))
    break_in(store, set_leaf(4, hash=commitment(bytes(32), data)))
    assert found(store, log).index == 5


def rewrite(store: Store, log: Ledger, **changes: Any) -> None:
    """Make the whole log anew with entry 5 changed, keeping the stored checkpoints."""
    with store.write() as unit:
        entries = log.entries(unit, 0, SIZE)
        guard.drop(unit)
        for table in (tables.detail, tables.leaf, tables.node):
            unit.execute(table.delete())
        for entry in entries:
            log.append(unit, json.loads(entry.event) | (changes if entry.index == 5 else {}))
        guard.create(unit)


def test_a_log_made_anew_is_found(store: Store) -> None:
    """A log rewritten from end to end does not have the root that its checkpoint signed."""
    log = ledger()
    fill(store, log, SIZE)
    rewrite(store, log, number=99)
    assert found(store, log).index == SIZE - 1


def test_a_log_made_anew_is_not_signed(store: Store) -> None:
    """The node does not sign a log that no longer agrees with its last checkpoint."""
    log = ledger()
    fill(store, log, SIZE)
    rewrite(store, log, number=99)
    with store.write() as unit:
        log.append(unit, event())
        with pytest.raises(LogCorrupt):
            log.checkpoint(unit)


def test_a_deleted_leaf_is_found(store: Store) -> None:
    """A leaf that was deleted with its details is named as missing."""
    log = ledger()
    fill(store, log, SIZE)

    def act(unit: Unit) -> None:
        unit.execute(tables.detail.delete().where(tables.detail.c.index == 5))
        unit.execute(tables.leaf.delete().where(tables.leaf.c.index == 5))

    break_in(store, act)
    assert found(store, log).index == 5


def test_details_deleted_without_a_record_are_found(store: Store) -> None:
    """Details that are gone with no event that erased them are found at their index."""
    log = ledger()
    fill(store, log, SIZE)
    break_in(store, lambda unit: unit.execute(tables.detail.delete().where(tables.detail.c.index == 5)))
    assert found(store, log).index == 5


def test_swapped_entries_are_found(store: Store) -> None:
    """Two entries that changed places, with all their details, are found."""
    log = ledger()
    fill(store, log, SIZE)

    def act(unit: Unit) -> None:
        for here, there in zip((two := log.entries(unit, 4, 6)), reversed(two), strict=True):
            set_leaf(here.index, hash=there.leaf)(unit)
            set_detail(here.index, salt=there.salt, event=there.event.decode())(unit)

    break_in(store, act)
    assert found(store, log).index == 5


@pytest.mark.parametrize("position", range(SIZE - SIZE.bit_count()))
def test_an_altered_node_is_found(store: Store, position: int) -> None:
    """Any kept hash above the leaves that was altered is found."""
    log = ledger()
    fill(store, log, SIZE)
    where = tables.node.c.position == position
    break_in(store, lambda unit: unit.execute(tables.node.update().where(where).values(hash=bytes(32))))
    assert "got another hash" in found(store, log).message


def test_a_deleted_node_is_found(store: Store) -> None:
    """A kept hash that was deleted is found."""
    log = ledger()
    fill(store, log, SIZE)
    break_in(store, lambda unit: unit.execute(tables.node.delete().where(tables.node.c.position == 2)))
    assert "got another hash" in found(store, log).message


def cut(size: int, *, checkpoints: bool) -> Callable[[Unit], object]:
    """Cut the log down to its first *size* entries, with all hashes, and with its later checkpoints if asked."""

    def act(unit: Unit) -> None:
        unit.execute(tables.detail.delete().where(tables.detail.c.index >= size))
        unit.execute(tables.leaf.delete().where(tables.leaf.c.index >= size))
        unit.execute(tables.node.delete().where(tables.node.c.position >= tables.nodes_before(size)))
        if checkpoints:
            unit.execute(tables.checkpoint.delete().where(tables.checkpoint.c.size > size))

    return act


@pytest.mark.parametrize("block", [2, 2048])
def test_a_log_cut_short_is_found(store: Store, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """A log whose last entries are gone has fewer than its own checkpoint says, however far beyond the end that is."""
    monkeypatch.setattr("comity.ledger.audit.BLOCK", block)
    log = ledger()
    fill(store, log, SIZE)
    break_in(store, cut(7, checkpoints=False))
    assert "its end is missing" in str(found(store, log))


def test_hashes_left_behind_by_a_cut_are_found(store: Store) -> None:
    """Kept hashes of entries that are gone give a cut away even without a checkpoint."""
    log = ledger()
    with store.write() as unit:
        for number in range(8):
            log.append(unit, event(number))

    def act(unit: Unit) -> None:
        unit.execute(tables.detail.delete().where(tables.detail.c.index >= 6))
        unit.execute(tables.leaf.delete().where(tables.leaf.c.index >= 6))

    break_in(store, act)
    assert "the end is missing" in str(found(store, log))


def test_a_rolled_back_log_is_found_by_an_older_checkpoint(store: Store) -> None:
    """A log brought back to an earlier state, checkpoints and all, is found by whoever kept a later checkpoint."""
    log = ledger()
    kept = fill(store, log, SIZE, checkpoints=[7])
    break_in(store, cut(7, checkpoints=True))
    with store.read() as unit:
        assert log.verify(unit).size == 7
    assert "its end is missing" in str(found(store, log, known=kept))


def test_a_forked_log_is_found_by_an_older_checkpoint(store: Store) -> None:
    """A log that was rolled back and went on otherwise does not agree with a kept checkpoint, nor prove to follow it."""
    log = ledger()
    kept = fill(store, log, SIZE, checkpoints=[7])
    break_in(store, cut(7, checkpoints=True))
    forked = open_checkpoint(fill(store, log, 9), [log.key])
    assert found(store, log, known=kept).index == SIZE - 1
    old = open_checkpoint(kept, [log.key])
    with store.read() as unit:
        joined = log.consistency(unit, SIZE, forked.size)
    with pytest.raises(BadProof):
        verify_consistency(joined, SIZE, forked.size, old_root=old.root, new_root=forked.root)


def forged(store: Store, note: bytes) -> None:
    """Put a checkpoint of the present size in the place of the stored one."""
    break_in(store, lambda unit: unit.execute(tables.checkpoint.update().values(note=note.decode())))


def test_a_checkpoint_with_a_forged_signature_is_found(store: Store) -> None:
    """A stored checkpoint whose text was altered after signing does not verify."""
    log = ledger()
    note = fill(store, log, SIZE)
    forged(store, note.replace(b"\n11\n", b"\n10\n"))
    with store.read() as unit, pytest.raises(BadSignature):
        log.verify(unit)


@pytest.mark.parametrize(("origin", "key"), [(ORIGIN, "thief"), ("comity/VN.a06", "node"), ("comity/VN.a06", "thief")])
def test_a_checkpoint_by_another_key_or_name_is_found(store: Store, origin: str, key: str) -> None:
    """A checkpoint of the right root, signed by a key that is not of this log or under another name, is refused."""
    log = ledger()
    root = open_checkpoint(fill(store, log, SIZE), [log.key]).root
    forged(store, sign(Checkpoint(origin, SIZE, root).text, origin, signer(key)))
    with store.read() as unit, pytest.raises(UnknownSigner):
        log.verify(unit)


def test_a_checkpoint_of_another_log_under_our_key_is_refused() -> None:
    """A checkpoint that names another origin than the key's own is refused though the signature verifies."""
    key = NoteKey(ORIGIN, signer().public)
    with pytest.raises(UnknownSigner):
        open_checkpoint(sign(Checkpoint("comity/VN.a06", 1, bytes(32)).text, ORIGIN, signer()), [key])


def test_a_checkpoint_over_another_root_is_found(store: Store) -> None:
    """A checkpoint that the log's own key signed over another root is found."""
    log = ledger()
    fill(store, log, SIZE)
    forged(store, sign(Checkpoint(ORIGIN, SIZE, bytes(32)).text, ORIGIN, signer()))
    assert found(store, log).index == SIZE - 1


def alter(find: str, put: str) -> Callable[[list[str]], list[str]]:
    """Make an alteration of the text of an exported log."""
    return lambda lines: [line.replace(find, put) for line in lines]


EXPORTS: dict[str, Callable[[list[str]], list[str]]] = {
    "altered event": alter('"number":5', '"number":99'),
    "altered index": alter('"index":5', '"index":99'),
    "other origin": alter(f'"origin":"{ORIGIN}"', '"origin":"comity/VN.a06"'),
    "altered checkpoint": alter("\\n11\\n", "\\n10\\n"),
    "swapped lines": lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]],
    "removed line": lambda lines: lines[:5] + lines[6:],
    "removed last entry": lambda lines: lines[:-2] + lines[-1:],
    "removed head": lambda lines: lines[1:],
    "cut short": lambda lines: lines[:-1],
    "cut in a line": lambda lines: [*lines[:-1], lines[-1][:-9]],
    "repeated line": lambda lines: [*lines[:5], lines[5], *lines[5:]],
    "more after the end": lambda lines: [*lines, lines[3]],
    "details removed": lambda lines: [*lines[:5], bare(lines[5]), *lines[6:]],
}


def bare(line: str) -> str:
    """Take event and salt out of an entry's line."""
    row = json.loads(line)
    return canonical.dump({"index": row["index"], "leaf": row["leaf"]}).decode() + "\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an exported log of eleven entries."""
    from builders.databases import migrated

    folder = tmp_path_factory.mktemp("log")
    log = ledger(clock=FixedClock(NOON))
    with migrated(f"sqlite:///{folder}/node.db") as opened:
        fill(opened, log, SIZE)
        with opened.read() as unit, (folder / "log").open("wb") as out:
            log.export(unit, out)
    return folder / "log"


@pytest.mark.parametrize("change", EXPORTS.values(), ids=EXPORTS)
def test_an_altered_export_is_refused(whole: Path, tmp_path: Path, change: Callable[[list[str]], list[str]]) -> None:
    """An exported log that was altered in any of these ways does not verify, while the whole one does."""
    key = ledger().key
    assert verify_export(whole, [key]).size == SIZE
    (tmp_path / "log").write_text("".join(change(whole.read_text().splitlines(keepends=True))))
    with pytest.raises(ComityError):
        verify_export(tmp_path / "log", [key])


@pytest.mark.parametrize(("origin", "key"), [(ORIGIN, "thief"), ("comity/VN.a06", "node")])
def test_an_export_of_another_key_or_name_is_refused(whole: Path, origin: str, key: str) -> None:
    """An exported log does not verify under another key, nor under another name of the key."""
    with pytest.raises(UnknownSigner):
        verify_export(whole, [NoteKey(origin, signer(key).public)])


def test_an_export_older_than_a_kept_checkpoint_is_refused(whole: Path) -> None:
    """An exported log that ends before a checkpoint somebody kept is refused as rolled back."""
    later = Checkpoint(ORIGIN, SIZE + 1, bytes(32))
    with pytest.raises(LogCorrupt, match="its end is missing"):
        verify_export(whole, [ledger().key], known=later)


def test_a_checkpoint_with_two_texts_is_refused() -> None:
    """Text put before or after a signed checkpoint, with the signatures moved along, does not open."""
    note = sign(Checkpoint(ORIGIN, 1, bytes(32)).text, ORIGIN, signer())
    key = NoteKey(ORIGIN, signer().public)
    for data in (b"more\n" + note, note + b"\nmore\n", note.replace(b"\n\n", b"\nmore\n\n"), note + note):
        with pytest.raises((BadNote, BadSignature, UnknownSigner)):
            open_checkpoint(data, [key])

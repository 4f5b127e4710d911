"""Acquiring: every byte, name, time and finding of the source is in the item."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import bagit
import blake3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.directory import START
from builders.evidence import TREES, acquired, checked, contents, grown, order, seeded
from builders.trials import tries
from comity.evidence.acquiring import acquire
from comity.evidence.errors import BadGeneration, BadSource, OtherAcquisition
from comity.evidence.journal import Journal
from comity.evidence.listing import Found
from comity.evidence.model import Entry, Finding, Origin
from comity.evidence.sealing import Seal, read_generation
from comity.evidence.taking import Copy
from comity.evidence.vocabulary import findings as vocabulary
from comity.kernel import canonical
from comity.kernel.clock import FixedClock, SystemClock
from comity.kernel.errors import BadInput


def entries(item: Path) -> dict[bytes, Entry]:
    """The entries of an item, by name."""
    lines = (item / "metadata/files.jsonl").read_bytes().split(b"\n")[:-1]
    return {entry.name: entry for entry in (Entry.read(json.loads(line)) for line in lines)}


def findings(item: Path) -> set[tuple[str, bytes]]:
    """The findings of an item: code and name."""
    lines = (item / "metadata/findings.jsonl").read_bytes().split(b"\n")[:-1]
    return {(one.code, one.name) for one in (Finding.read(json.loads(line)) for line in lines)}


def test_everything_at_the_source_is_recorded(tmp_path: Path) -> None:
    """Files, folders, links and pipes each have an entry; a link is not followed and a pipe not opened."""
    source = grown(tmp_path / "src", {(b"a", b"x"): b"one", (b"b\xff\n%",): b"two"})
    (source / "empty").mkdir()
    (source / "link").symlink_to("/etc/passwd")
    os.mkfifo(source / "pipe")
    os.link(source / "a/x", source / "a/y")
    acquired(tmp_path / "item", source)
    found = entries(tmp_path / "item")
    kinds = {name: entry.kind for name, entry in found.items()}
    assert kinds == {
        b"src": "folder", b"src/a": "folder", b"src/empty": "folder", b"src/a/x": "file", b"src/a/y": "file",
        b"src/b\xff\n%": "file", b"src/link": "link", b"src/pipe": "special",
    }  # fmt: skip
    assert found[b"src/link"].target == b"/etc/passwd"
    assert found[b"src/b\xff\n%"].path == "data/src/b=FF=0A=25"
    assert found[b"src/a/y"].twin == b"src/a/x"
    expected = {("special", b"src/pipe"), ("name-bytes", b"src/b\xff\n%"), ("hard-link", b"src/a/y")}
    assert findings(tmp_path / "item") == expected


def test_times_owner_and_mode_are_those_of_the_source(tmp_path: Path) -> None:
    """Nanoseconds, mode and numbers of the owner are kept, and the source's time of last reading is not touched."""
    source = tmp_path / "one.E01"
    source.write_bytes(b"image")
    os.utime(source, ns=(1_234_567_890_123_456_789, -987_654_321))
    source.chmod(0o640)
    acquired(tmp_path / "item", source)
    origin = entries(tmp_path / "item")[b"one.E01"].origin
    assert (origin.atime, origin.mtime, origin.mode) == (1_234_567_890_123_456_789, -987_654_321, 0o100640)
    assert (origin.uid, origin.inode) == (source.stat().st_uid, source.stat().st_ino)
    assert source.stat().st_atime_ns == 1_234_567_890_123_456_789
    assert (tmp_path / "item/data/one.E01").stat().st_mtime_ns == -987_654_321


def test_a_sparse_file_keeps_its_holes(tmp_path: Path) -> None:
    """Holes are hashed as zeros, noted, and take no room in the copy."""
    source = tmp_path / "disk.img"
    with source.open("wb") as out:
        out.truncate(64 << 20)
        out.seek(32 << 20)
        out.write(b"x" * 4096)
    acquired(tmp_path / "item", source)
    entry = entries(tmp_path / "item")[b"disk.img"]
    assert sum(size for _, size in entry.holes) == (64 << 20) - 4096
    assert entry.digests["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (tmp_path / "item/data/disk.img").stat().st_blocks * 512 < 1 << 20
    assert checked(tmp_path / "item").sound


@pytest.mark.parametrize("size", [0, 1, 50_000, 17 << 20])
def test_the_digests_are_those_of_the_bytes(size: int, tmp_path: Path) -> None:
    """SHA-256, SHA-512 and BLAKE3 of small and large files are what the libraries say."""
    data = os.urandom(size)
    (tmp_path / "f").write_bytes(data)
    acquired(tmp_path / "item", tmp_path / "f", sha512=True)
    assert entries(tmp_path / "item")[b"f"].digests == {
        "sha256": hashlib.sha256(data).hexdigest(),
        "sha512": hashlib.sha512(data).hexdigest(),
        "blake3": blake3.blake3(data).hexdigest(),
    }


@pytest.mark.parametrize(("times", "code"), [(1, "settled"), (9, "changed")])
def test_a_file_that_changes_while_it_is_read_is_a_finding(times: int, code: str, tmp_path: Path) -> None:
    """It is read once more; if it changes again, that is said, and the digests are of what was read."""
    source = tmp_path / "live.log"
    source.write_bytes(b"first\n")
    left = [times]

    def watch(total: int) -> Any:
        def grow(done: int) -> None:
            if left[0]:
                left[0] -= 1
                with source.open("ab") as out:
                    out.write(b"more\n")

        return grow

    acquired(tmp_path / "item", source, watch=watch)
    assert findings(tmp_path / "item") == {(code, b"live.log")}
    assert checked(tmp_path / "item").sound


def test_a_file_that_is_gone_when_its_turn_comes_is_a_finding(tmp_path: Path) -> None:
    """It has an entry without bytes, and the machine's reason."""
    source = grown(tmp_path / "src", {(b"a",): b"1" * 20_000_000, (b"b",): b"2"})
    acquired(tmp_path / "item", source, watch=lambda total: lambda done: (source / "b").unlink(missing_ok=True))
    assert findings(tmp_path / "item") <= {("unreadable", b"src/b")}
    assert (entries(tmp_path / "item")[b"src/b"].path == "") == bool(findings(tmp_path / "item"))


def test_what_the_machine_cannot_read_is_a_finding() -> None:
    """A copy whose reading fails says after how many bytes, and why."""
    with open("/dev/null", "wb") as shut, open("/dev/null", "wb") as out:
        copy = Copy("/dev/null", out.fileno(), ("sha256",), lambda done: None)
        copy.fill(shut.fileno(), 10, sparse=False)
    assert copy.fault == "Bad file descriptor after 0 of 10 bytes"


def test_a_file_that_hides_its_size_is_a_finding(tmp_path: Path) -> None:
    """What states no size and yet has bytes is not taken for empty in silence."""
    acquired(tmp_path / "item", Path("/proc/self/status"))
    assert ("cut-short", b"status") in findings(tmp_path / "item")


def test_a_socket_as_source_is_refused(tmp_path: Path) -> None:
    """A special file that a person names is refused with advice."""
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "s"))
        with pytest.raises(BadSource, match="special file"):
            acquired(tmp_path / "item", tmp_path / "s")


def test_an_item_within_its_source_is_refused(tmp_path: Path) -> None:
    """An item cannot be made within what it is made from."""
    with pytest.raises(BadSource, match="within its source"):
        acquired(tmp_path / "item", tmp_path)


def test_a_taken_place_is_refused(tmp_path: Path) -> None:
    """Nothing is written over."""
    (tmp_path / "f").write_bytes(b"1")
    acquired(tmp_path / "item", tmp_path / "f")
    with pytest.raises(BadInput, match="existing"):
        acquired(tmp_path / "item", tmp_path / "f")


def test_sources_of_one_name_stand_beside_each_other(tmp_path: Path) -> None:
    """The second has a number."""
    one, two = grown(tmp_path / "1/phone", {(b"f",): b"1"}), grown(tmp_path / "2/phone", {(b"f",): b"2"})
    acquired(tmp_path / "item", one, two)
    assert {b"phone/f", b"2-phone/f"} <= set(entries(tmp_path / "item"))


def test_names_that_differ_in_case_alone_are_told_apart(tmp_path: Path) -> None:
    """On a system that knows no case, each still has a name of its own."""
    source = grown(
        tmp_path / "src", {(name,): name for name in (b"aa", b"aA", b"Aa", b"AA", b"\xc3\xa9", b"e\xcc\x81")}
    )
    acquired(tmp_path / "item", source)
    paths = [entry.path for entry in entries(tmp_path / "item").values() if entry.path]
    assert len({path.casefold() for path in paths}) == len(paths) == 6


def test_a_path_of_four_thousand_bytes_is_taken(tmp_path: Path) -> None:
    """A path longer than the system takes in one go is read by steps and stands under its digest."""
    source, fds = tmp_path / "src", []
    source.mkdir()
    here = os.open(source, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        fds.append(here)
        here = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
    with open("deep.txt", "wb", opener=lambda path, flags: os.open(path, flags, dir_fd=here)) as out:
        out.write(b"deep")
    for fd in (*fds, here):
        os.close(fd)
    acquired(tmp_path / "item", source)
    (deep,) = [entry for entry in entries(tmp_path / "item").values() if entry.kind == "file"]
    assert len(deep.name) > 5000
    assert {code for code, _ in findings(tmp_path / "item")} == {"long-path", "name-bytes"}
    assert (tmp_path / "item" / deep.path).read_bytes() == b"deep"
    subprocess.run(["rm", "-rf", source], check=True)


def test_an_addition_is_a_new_generation(tmp_path: Path) -> None:
    """It names the former by its digest; one of another item is refused."""
    (tmp_path / "f").write_bytes(b"1")
    first = acquired(tmp_path / "one", tmp_path / "f")
    second = acquired(tmp_path / "two", tmp_path / "f", former=first)
    assert (second.number, second.former) == (2, first.digest)
    assert read_generation(tmp_path / "two") == second
    other = order(tmp_path / "three", tmp_path / "f").act
    with pytest.raises(BadGeneration):
        acquired(tmp_path / "three", tmp_path / "f", former=first, act=type(other)("another"))


def test_another_acquisition_under_way_is_refused(tmp_path: Path) -> None:
    """A second process, or another order for the same place, is told so."""
    (tmp_path / "f").write_bytes(b"1")
    with (
        Journal(tmp_path / "item.journal", tmp_path, {"act": 1}),
        pytest.raises(OtherAcquisition, match="another process"),
    ):
        acquired(tmp_path / "item", tmp_path / "f")
    with pytest.raises(OtherAcquisition, match="something else"):
        acquired(tmp_path / "item", tmp_path / "f")


def test_after_a_loss_of_power_only_what_is_surely_on_the_disk_counts(tmp_path: Path) -> None:
    """Lines of another boot count up to the last word that all is on the disk."""
    journal = tmp_path / "j"
    head = {"begun_at": "x"}
    entry = b'{"entry":' + canonical.dump(Entry("file", b"a", Origin(*[0] * 10)).plain()) + b',"findings":[]}\n'
    first = b'{"begun_at":"x","boot":"former","format":"comity-acquisition/1"}\n'
    durable = canonical.dump({"durable": len(first) + len(entry)}) + b"\n"
    journal.write_bytes(first + entry + durable + entry.replace(b'"a"', b'"b"') + b'{"torn')
    with Journal(journal, tmp_path, head) as opened:
        assert set(opened.done) == {b"a"}


@given(tree=TREES, data=st.data())
@settings(max_examples=tries(60), deadline=None)
def test_any_tree_is_acquired_sealed_and_verified(
    tree: dict[tuple[bytes, ...], bytes], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever names and bytes: bagit validates the bag, ours verifies it, and any changed byte or name is found."""
    folder = tmp_path_factory.mktemp("any")
    source = grown(folder / "src", tree)
    acquired(folder / "item", source, sha512=True)
    item = folder / "item"
    bagit.Bag(str(item)).validate()
    assert checked(item).sound
    files = {entry.name: (item / entry.path).read_bytes() for entry in entries(item).values() if entry.path}
    assert files == contents(source)
    sums = subprocess.run(
        ["sha256sum", "-c", "--quiet", "manifest-sha256.txt"], cwd=item, check=False, capture_output=True
    )
    assert sums.returncode == 0 or not files
    outside = ("metadata", "data", "bag", "manifest", "tagmanifest")
    every = sorted(p for p in item.rglob("*") if p.is_file() and p.relative_to(item).parts[0].startswith(outside))
    victim = data.draw(st.sampled_from(every))
    changed = bytearray(victim.read_bytes())
    if changed and data.draw(st.booleans()):
        at = data.draw(st.integers(0, 2**32)) % len(changed)  # lengths differ by inode and time
        changed[at] ^= 1 << data.draw(st.integers(0, 7))
        victim.write_bytes(changed)
    else:
        victim.rename(victim.with_name("x" + victim.name))
    assert not checked(item).sound


def test_a_line_of_an_entry_is_canonical_json() -> None:
    """The quick way to write a line gives what the canonical form asks for."""
    from comity.evidence.journal import dump

    row = Entry("link", 'é\u2028\x1f"\\'.encode(), Origin(*range(10)), target=b"\xff").plain()
    assert dump(row) == canonical.dump(row) + b"\n"


def test_a_found_thing_takes_little_memory() -> None:
    """What is kept for each thing listed has no dictionary of its own."""
    assert not hasattr(Found("file", b"", b"", "", Origin(*[0] * 10)), "__dict__")


def test_the_same_command_again_after_the_item_is_sealed_and_not_yet_acknowledged(tmp_path: Path) -> None:
    """Killed between putting the item in place and ending, it only ends."""
    (tmp_path / "f").write_bytes(b"1")
    first = acquired(tmp_path / "item", tmp_path / "f")
    acquired(tmp_path / "other", tmp_path / "f")
    asked = order(tmp_path / "item", tmp_path / "f")
    from comity.evidence.acquiring import _head
    from comity.evidence.listing import sources

    head = _head(asked, sources(asked.paths, asked.target)) | {"begun_at": "2026-11-25T03:00:00Z", "random": "00"}
    Journal(tmp_path / "item.journal", tmp_path, head).close()
    assert acquire(asked, Seal(seeded), clock=SystemClock()) == first
    assert not (tmp_path / "item.journal").exists()


def test_a_broken_off_acquisition_goes_on_with_what_changed_meanwhile(tmp_path: Path) -> None:
    """What changed since is taken again, what is gone by now is kept with a finding, what is new is taken too."""
    source = grown(tmp_path / "src", {(b"%02d" % n,): b"%d" % n for n in range(40)})
    left = [25]

    def watch(total: int) -> Any:
        def stop(done: int) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt

        return stop

    with pytest.raises(KeyboardInterrupt):
        acquired(tmp_path / "item", source, watch=watch)
    assert not (tmp_path / "item").exists()
    lines = (tmp_path / "item.journal").read_text("utf-8").split("\n")[:-1]
    done = [row["entry"]["name"] for row in map(json.loads, lines) if "entry" in row]
    gone = tmp_path / done[0]
    before = gone.read_bytes()
    gone.unlink()
    (tmp_path / done[1]).write_bytes(b"changed")
    (source / "new").write_bytes(b"new")
    acquired(tmp_path / "item", source)
    found = {name: entry for name, entry in entries(tmp_path / "item").items() if entry.path}
    files = {name: (tmp_path / "item" / entry.path).read_bytes() for name, entry in found.items()}
    assert files == contents(source) | {done[0].encode(): before}
    assert findings(tmp_path / "item") == {("vanished", done[0].encode())}
    assert checked(tmp_path / "item").sound


def test_a_clock_that_was_set_back_is_a_finding(tmp_path: Path) -> None:
    """When the sealing stands before the beginning, that is said."""
    (tmp_path / "f").write_bytes(b"1")
    clock = FixedClock(START)

    def watch(total: int) -> Any:
        return lambda done: clock.advance(timedelta(hours=-1))

    acquire(order(tmp_path / "item", tmp_path / "f"), Seal(seeded), clock=clock, watch=watch)
    assert findings(tmp_path / "item") == {("clock", b"")}
    assert checked(tmp_path / "item").sound


def test_every_finding_has_its_words() -> None:
    """Each code that the room gives is in the vocabulary, with weight, label and description, and none is there in vain."""
    source = Path(acquire.__code__.co_filename).parent
    given = {code for path in source.glob("*.py") for code in vocabulary() if f'"{code}"' in path.read_text("utf-8")}
    assert given == set(vocabulary())
    assert all(set(row) == {"weight", "en", "description"} for row in vocabulary().values())
    assert {row["weight"] for row in vocabulary().values()} == {"note", "warning"}


def test_a_link_that_a_person_names_is_followed(tmp_path: Path) -> None:
    """Links within a source are not followed; the source itself is what the person meant."""
    source = grown(tmp_path / "src", {(b"a",): b"one"})
    (tmp_path / "folder").symlink_to(source)
    (tmp_path / "file").symlink_to(source / "a")
    acquired(tmp_path / "item", tmp_path / "folder", tmp_path / "file")
    assert {entry.path for entry in entries(tmp_path / "item").values()} == {"", "data/src/a", "data/a"}
    assert findings(tmp_path / "item") == set()

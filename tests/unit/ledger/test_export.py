"""An exported log is one file that anyone with the log's key can verify."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders.logs import ORIGIN, event, fill, ledger
from comity.kernel.errors import BadInput
from comity.ledger.errors import CannotSign, LogCorrupt
from comity.ledger.export import verify_export
from comity.ledger.note import open_checkpoint
from comity.ledger.service import Ledger
from comity.store.engine import Store


def exported(store: Store, log: Ledger, path: Path) -> Path:
    """Export the log to a file."""
    with store.write() as unit, path.open("wb") as out:
        log.export(unit, out)
    return path


@pytest.mark.parametrize("count", [0, 1, 9])
def test_an_export_verifies(store: Store, tmp_path: Path, count: int) -> None:
    """An export verifies under the log's key and gives the size and root of its checkpoint."""
    log = ledger()
    seen: list[int] = []
    checkpoint = open_checkpoint(fill(store, log, count), [log.key])
    path = exported(store, log, tmp_path / "log")
    report = verify_export(path, [log.key], known=checkpoint, progress=seen.append)
    assert (report.size, report.root, report.checkpoints, sum(seen)) == (count, checkpoint.root, 2, count)


def test_an_export_has_the_lines_of_its_description(store: Store, tmp_path: Path) -> None:
    """A head, a line for each entry, and the checkpoint stand in the file, erased details left out."""
    log = ledger()
    fill(store, log, 2)
    with store.write() as unit:
        log.erase(unit, 0, "court order 17")
    fill(store, log, 0)
    rows = [json.loads(line) for line in exported(store, log, tmp_path / "log").read_text().splitlines()]
    assert rows[0] == {"format": "comity-log/1", "origin": ORIGIN}
    assert [sorted(row) for row in rows[1:4]] == [
        ["index", "leaf"],
        ["event", "index", "leaf", "salt"],
        ["event", "index", "leaf", "salt"],
    ]
    assert rows[2]["event"] == event(1)
    assert rows[4]["checkpoint"].startswith(f"{ORIGIN}\n3\n")
    assert verify_export(tmp_path / "log", [log.key]).erased == 1


def test_an_export_ends_at_its_checkpoint(store: Store, tmp_path: Path) -> None:
    """Entries that no checkpoint covers yet are not in the file."""
    log = ledger()
    fill(store, log, 3)
    with store.write() as unit:
        log.append(unit, event())
    assert verify_export(exported(store, log, tmp_path / "log"), [log.key]).size == 3


def test_an_export_in_blocks_is_whole(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log longer than one block is exported whole."""
    monkeypatch.setattr("comity.ledger.export.BLOCK", 4)
    log = ledger()
    fill(store, log, 10)
    assert verify_export(exported(store, log, tmp_path / "log"), [log.key]).size == 10


def test_without_key_and_checkpoint_there_is_no_export(store: Store, tmp_path: Path) -> None:
    """A log that was never signed cannot be exported with the public key alone."""
    log = ledger()
    reader = Ledger(ORIGIN, log.key.public, clock=log._clock, random=log._random)
    with pytest.raises(CannotSign):
        exported(store, reader, tmp_path / "log")


MALFORMED = {
    "empty": b"",
    "other format": b'{"format":"comity-log/2","origin":"comity/VN.a05"}\n',
    "no JSON": b"comity\n",
    "a list": b"[]\n",
    "not canonical": b'{"format": "comity-log/1","origin":"comity/VN.a05"}\n',
    "no end of line": b'{"format":"comity-log/1","origin":"comity/VN.a05"}',
    "a long line": b'{"x":"' + b"x" * 300_000 + b'"}\n',
    "not UTF-8": b"\xff\n",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, data: bytes) -> None:
    """A file that is no exported log is refused, and a message about a line names the file."""
    (tmp_path / "log").write_bytes(data)
    with pytest.raises(BadInput):
        verify_export(tmp_path / "log", [ledger().key])


ROWS = {
    "no object": b"3\n",
    "other fields": b'{"index":0,"leaf":"00","x":1}\n',
    "a short leaf": b'{"index":0,"leaf":"00"}\n',
    "no hexadecimal": b'{"index":0,"leaf":"zz"}\n',
    "a leaf of another kind": b'{"index":0,"leaf":1}\n',
    "an index of another kind": b'{"index":true,"leaf":"' + b"00" * 32 + b'"}\n',
    "an event of another kind": b'{"event":"x","index":0,"leaf":"' + b"00" * 32 + b'","salt":""}\n',
    "a checkpoint of another kind": b'{"checkpoint":1}\n',
    "a checkpoint with more": b'{"checkpoint":"x","index":1}\n',
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_malformed_line_is_refused(tmp_path: Path, row: bytes) -> None:
    """A line that is no entry and no checkpoint is refused as malformed."""
    (tmp_path / "log").write_bytes(b'{"format":"comity-log/1","origin":"comity/VN.a05"}\n' + row)
    with pytest.raises(BadInput):
        verify_export(tmp_path / "log", [ledger().key])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that cannot be read is named in the error."""
    with pytest.raises(BadInput, match="missing"):
        verify_export(tmp_path / "missing", [ledger().key])


def test_a_fault_names_the_file(store: Store, tmp_path: Path) -> None:
    """A log that does not fit names the file and the entry."""
    log = ledger()
    fill(store, log, 3)
    path = exported(store, log, tmp_path / "log")
    path.write_text(path.read_text().replace('"number":1', '"number":7'))
    with pytest.raises(LogCorrupt, match=f"{path}: entry 1: ") as caught:
        verify_export(path, [log.key])
    assert caught.value.index == 1

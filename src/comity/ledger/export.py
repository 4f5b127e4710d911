r"""The log as one file that whoever holds it can verify with the log's public key alone.

JSON lines, each in canonical form and ended by a newline:

    {"format":"comity-log/1","origin":"comity/VN.a05"}
    {"event":{...},"index":0,"leaf":"...","salt":"..."}      salt and event are left out where they were erased
    ...
    {"checkpoint":"comity/VN.a05\n2\n...\n\n— comity/VN.a05 ...\n"}

The checkpoint covers exactly the entries above it, so a file that was cut short does not verify.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from comity.kernel import canonical
from comity.kernel.errors import BadInput
from comity.store.engine import Unit

from . import tables
from .errors import BadNote, LogCorrupt
from .model import MAX_EVENT, Entry, Report
from .note import Checkpoint, NoteKey, open_checkpoint
from .replay import Progress, Replay, silent

FORMAT = "comity-log/1"
BLOCK = 1000
MAX_LINE = 4 * MAX_EVENT


def write(unit: Unit, out: BinaryIO, *, checkpoint: Checkpoint, note: bytes) -> None:
    """Write the entries that *checkpoint* covers, and its *note*."""
    _line(out, {"format": FORMAT, "origin": checkpoint.origin})
    for start in range(0, checkpoint.size, BLOCK):
        for entry in tables.entries(unit, start, min(start + BLOCK, checkpoint.size)):
            _line(out, _row(entry))
    _line(out, {"checkpoint": note.decode()})


def verify_export(
    path: Path,
    keys: Sequence[NoteKey],
    *,
    known: Checkpoint | None = None,
    progress: Progress = silent,
) -> Report:
    """Verify an exported log; *known* is a checkpoint from elsewhere that it must agree with.

    Raises:
        BadInput: the file cannot be read or is no exported log.
        LogCorrupt: something does not fit; the first entry found bad is named.
        BadSignature, UnknownSigner: the checkpoint is not signed by one of *keys*.
    """
    try:
        with path.open("rb") as file:
            return _verify(_documents(file, str(path)), keys, known=known, progress=progress)
    except OSError as e:
        raise BadInput(f"got {e.strerror}, expected a readable file", file=str(path)) from e
    except LogCorrupt as e:
        raise LogCorrupt(e.message, index=e.index, file=str(path)) from e


def _verify(
    lines: Iterator[dict[str, Any]],
    keys: Sequence[NoteKey],
    *,
    known: Checkpoint | None,
    progress: Progress,
) -> Report:
    head = next(lines, {})
    if set(head) != {"format", "origin"} or head["format"] != FORMAT:
        raise BadInput(f"got another first line, expected one with the format {FORMAT}")
    replay = Replay()
    replay.expect([known] if known else [])
    for document in lines:
        if "checkpoint" in document:
            checkpoint = open_checkpoint(_note(document), keys)
            break
        replay.add(_entry(document))
        progress(1)
    else:
        raise LogCorrupt(f"got no checkpoint after {replay.size} entries, expected one: the file was cut short")
    if next(lines, None) is not None:
        raise LogCorrupt("got more lines after the checkpoint, expected the end of the file")
    if checkpoint.origin != head["origin"]:
        raise LogCorrupt(f"got a log of {head['origin']!r}, expected {checkpoint.origin!r} as the checkpoint says")
    replay.expect([checkpoint])
    return replay.finish()


def _row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {"index": entry.index, "leaf": entry.leaf.hex()}
    return row | {"salt": entry.salt.hex(), "event": canonical.load(entry.event)} if entry.event else row


def _entry(document: dict[str, Any]) -> Entry:
    """Read one entry's line, strictly."""
    try:
        erased = set(document) == {"index", "leaf"}
        if not erased and (
            set(document) != {"index", "leaf", "salt", "event"} or not isinstance(document["event"], dict)
        ):
            raise ValueError("other fields")
        leaf, salt = bytes.fromhex(document["leaf"]), bytes.fromhex(document.get("salt", ""))
        if type(document["index"]) is not int or len(leaf) != 32:
            raise ValueError("an index or leaf of another kind")
    except (ValueError, TypeError) as e:
        raise BadInput(f"got {e}, expected an entry of index, leaf, salt and event") from e
    return Entry(document["index"], leaf, None, salt, b"" if erased else canonical.dump(document["event"]))


def _note(document: dict[str, Any]) -> bytes:
    if set(document) != {"checkpoint"} or not isinstance(document["checkpoint"], str):
        raise BadNote("got other fields, expected a checkpoint alone in its line")
    return document["checkpoint"].encode()


def _documents(file: BinaryIO, name: str) -> Iterator[dict[str, Any]]:
    """Read line by line; each is an object in canonical JSON."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if not line.endswith(b"\n"):
            raise BadInput(f"got line {number} too long or without its end, expected whole lines", file=name)
        document = canonical.load_canonical(line[:-1], file=f"{name}, line {number}")
        if not isinstance(document, dict):
            raise BadInput(f"got something else in line {number}, expected an object", file=name)
        yield document


def _line(out: BinaryIO, document: dict[str, Any]) -> None:
    out.write(canonical.dump(document) + b"\n")

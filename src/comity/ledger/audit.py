"""Verifies the log in a database: every entry, every kept hash of the tree, every checkpoint.

On top of the steps in `replay`: the subtrees kept above the leaves are the ones the leaves give, none is missing and
none is too many, and every stored checkpoint is signed by a key of this log.
"""

from __future__ import annotations

from collections.abc import Sequence

from comity.store.engine import Unit

from . import tables
from .errors import LogCorrupt
from .model import Report
from .note import Checkpoint, NoteKey, open_checkpoint
from .replay import Progress, Replay

BLOCK = 2048


def audit(unit: Unit, keys: Sequence[NoteKey], *, known: Checkpoint | None, progress: Progress) -> Report:
    """Go through the whole log in blocks; *known* is a checkpoint from elsewhere that it must agree with.

    Raises:
        LogCorrupt: something does not fit; the first entry found bad is named.
        BadSignature: a stored checkpoint's signature does not verify.
        BadNote, UnknownSigner: a stored checkpoint is malformed or by a foreign key.
    """
    replay = Replay()
    replay.expect([known] if known else [])
    while True:
        start = replay.size
        replay.expect(
            open_checkpoint(note, keys) for note in tables.notes(unit, start + (start > 0), start + BLOCK + 1)
        )
        entries = tables.entries(unit, start, start + BLOCK)
        kept = iter(tables.completed(unit, start, start + BLOCK))
        for entry in entries:
            for place, digest in replay.add(entry):
                if place[0] and next(kept, None) != digest:
                    message = (
                        f"got another hash of the {2 ** place[0]} entries that end here, expected the one they give"
                    )
                    raise LogCorrupt(message, index=entry.index)
        progress(len(entries))
        if len(entries) < BLOCK:
            break
    if tables.has_nodes_from(unit, replay.size):
        raise LogCorrupt(
            f"got hashes of entries after the last one, expected {replay.size} entries: the end is missing"
        )
    replay.expect(open_checkpoint(note, keys) for note in tables.notes(unit, replay.size + 1))
    return replay.finish()

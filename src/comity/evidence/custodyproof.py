"""Checking the custody of an item from files alone: its entries, one a line, and the proof of each from the node's log.

The checker needs no node, only the log's public key. Proofs made under checkpoints of any size will do. That the end was
not cut off is seen from a proof only where a later checkpoint is known; the number of entries should be asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from comity.kernel.errors import BadInput, ComityError
from comity.kernel.input import read_input
from comity.ledger import proof
from comity.ledger.note import NoteKey

from .custody import ENTERED
from .custodychain import Checked, Fault, check_chain
from .custodyentry import read
from .custodytime import MAX_TOKEN, check_times
from .errors import BadCustody

MAX_CHAIN = 256 * 1024 * 1024
ENDING, TOKEN = ".tlog-proof", ".tsr"


def check_files(
    chain: Path, proofs: Path, keys: Sequence[NoteKey], *, times: Path | None = None, authorities: Sequence[bytes] = ()
) -> tuple[str, Checked]:
    """Check a chain that was written out; gives the item it speaks of, and what was found. Its time tokens lie in *times*.

    Raises:
        BadInput: a file cannot be read, or the first entry is none.
    """
    rows = read_input(chain, MAX_CHAIN, "a chain of custody").splitlines()
    try:
        item = read(rows[0]).item if rows else ""
    except BadCustody as e:
        raise BadInput(f"got {e.message}, expected an entry of custody in the first line", file=str(chain)) from e
    checked = check_chain(item, rows)
    checked = replace(checked, faults=(*checked.faults, *_unproven(item, rows, proofs, keys)))
    return item, check_times(checked, _tokens(times), authorities)


def _tokens(folder: Path | None) -> dict[int, bytes]:
    """Read the time tokens of a chain by the numbers of their entries."""
    if folder is None or not folder.is_dir():
        return {}
    named = (path for path in folder.iterdir() if path.suffix == TOKEN and path.stem.isascii() and path.stem.isdigit())
    return {int(path.stem): read_input(path, MAX_TOKEN, "a time token") for path in named}


def _unproven(item: str, rows: Sequence[bytes], proofs: Path, keys: Sequence[NoteKey]) -> Iterator[Fault]:
    """Hold each entry against its proof: of its own event, at a later place in the log than the one before."""
    before = -1
    for number, row in enumerate(rows, 1):
        path = proofs / f"{number:05}{ENDING}"
        try:
            proven = proof.verify(read_input(path, proof.MAX_BYTES, "a proof"), keys)
        except ComityError as e:
            yield Fault("log", number, f"got no proof that holds: {e.message}")
            continue
        said = {"type": ENTERED, "item": item, "number": number, "entry": hashlib.sha256(row).hexdigest()}
        if not said.items() <= proven.event.items() or f'"at":"{proven.event.get("at")}"'.encode() not in row:
            yield Fault("log", number, "got the proof of another event, expected that of this entry")
        elif proven.index <= before:
            yield Fault("log", number, f"got event {proven.index} of the log, expected one after {before}")
        before = max(before, proven.index)

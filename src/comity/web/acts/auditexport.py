"""What an auditor carries out of the log, as NDJSON or CSV, written while it is read; its last line says whether it is whole.

A file without such a last line was broken off on its way.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.kernel.text import defused
from comity.ledger.inquiry import Inquiry, every
from comity.ledger.model import Entry
from comity.store.engine import Store

MOST = 100_000
COLUMNS = ("index", "at", "type", "person", "case", "event")
CUT = "cut: there is more, ask for less time at once"
WHOLE = "whole: this is all that was found"


def ndjson(store: Store, asked: Inquiry, end: int, known: Mapping[str, str], most: int = MOST) -> Iterator[bytes]:
    """Give a line of JSON an entry, the newest first."""
    for entry in _entries(store, asked, end, most):
        if isinstance(entry, Entry):
            said = canonical.load(entry.event) if entry.event else None
            row = {
                "index": entry.index,
                "at": stamp(entry.at) if entry.at else "",
                "leaf": entry.leaf.hex(),
                "event": said,
            }
            yield canonical.dump(row) + b"\n"
        else:
            yield canonical.dump(entry) + b"\n"


def table(store: Store, asked: Inquiry, end: int, known: Mapping[str, str], most: int = MOST) -> Iterator[bytes]:
    """Give a line of CSV an entry, the newest first; no cell is taken for a formula."""
    yield _row(COLUMNS)
    for entry in _entries(store, asked, end, most):
        if not isinstance(entry, Entry):
            yield _row(("", "", entry["end"], entry["entries"], entry["looked_from"], ""))
            return
        said: dict[str, Any] = canonical.load(entry.event) if entry.event else {}
        who = str(said.get("person") or said.get("by") or said.get("who") or "")
        at = stamp(entry.at) if entry.at else ""
        text = entry.event.decode() if entry.event else "(erased)"
        yield _row((entry.index, at, said.get("type", ""), known.get(who, who), said.get("case", ""), text))


def _entries(store: Store, asked: Inquiry, end: int, most: int) -> Iterator[Entry | dict[str, Any]]:
    """Give entries, and at the end what was looked at."""
    count, start, whole = 0, end, True
    with store.read() as unit:
        for answer in every(unit, asked, before=end, limit=most):
            yield from answer.entries
            count += len(answer.entries)
            start, whole = answer.start, answer.whole
    yield {"end": WHOLE if whole else CUT, "cut": not whole, "entries": count, "looked_from": start, "looked_to": end}


def _row(cells: tuple[object, ...]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([defused(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue().encode()


FORMS: Mapping[str, Callable[[Store, Inquiry, int, Mapping[str, str]], Iterator[bytes]]] = {
    "csv": table,
    "ndjson": ndjson,
}
MEDIA: Mapping[str, str] = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}

"""The truth about the files of the corpus: what a reader must give for each, as lines of JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


@dataclass
class File:
    """One file of a return and the truth about it: its units, what each gives, and what people say beside it.

    *aside* counts the units that rightly give nothing. A record's values are those columns of Comity's records that the
    file settles; a reader may give more. Its row is 0, and the units are not counted, where readers may count differently.
    """

    path: str
    data: bytes
    label: str
    reader: str
    given: dict[str, Any] = field(default_factory=dict)
    aside: int = 0
    flags: dict[str, int] = field(default_factory=dict)
    records: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)

    def tell(self, kind: str, row: int, /, **values: Any) -> None:
        """Say that the unit of number *row* gives a record of *kind* with these values."""
        self.records.append(
            (kind, row, {name: _plain(value) for name, value in values.items() if value not in ("", None)})
        )

    def lines(self) -> Iterator[str]:
        """Give the truth: a line for the file, then one for each record."""
        kinds = Counter(kind for kind, _, _ in self.records)
        rows = {row for _, row, _ in self.records}
        head = {
            "file": self.path,
            "label": self.label,
            "reader": self.reader,
            "given": self.given,
            "units": None if 0 in rows else len(rows) + self.aside,
            "aside": self.aside,
            "records": dict(sorted(kinds.items())),
            "flags": self.flags,
        }
        yield json.dumps(head, ensure_ascii=False)
        for kind, row, values in self.records:
            yield json.dumps({"file": self.path, "kind": kind, "row": row, "values": values}, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Write times in UTC and decimals without an end of zeros."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value

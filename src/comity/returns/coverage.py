"""The coverage ledger: for every file of a return what was parsed, set aside, rejected, and what nobody touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .model import Aside, Finding, Part, Record, Rows, Seen
from .vocabulary import findings, serious

KEPT = 1000


@dataclass
class FileCoverage:
    """What became of one file; *units* is the source's own number, counted apart from its reading.

    At most a thousand findings of a file are kept whole; all are counted by code.
    """

    file: str
    sha256: str = ""
    size: int = 0
    reader: str = ""
    why: str = ""
    noun: str = "row"
    units: int | None = None
    parsed: int = 0
    rejected: int = 0
    records: Counter[str] = field(default_factory=Counter)
    aside: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    _last: int = field(default=-1, repr=False)

    def take(self, part: Part) -> None:
        """Count what a reader yielded."""
        if isinstance(part, Record):
            self.records[part.kind] += 1
            self._unit(part.row)
        elif isinstance(part, Rows):
            self.records[part.kind] += part.batch.num_rows
            self.parsed += part.batch.num_rows if part.units is None else part.units
        elif isinstance(part, Aside):
            self.aside[part.reason] += part.units
        elif isinstance(part, Seen):
            self.units, self.noun = (self.units or 0) + part.units, part.noun
        else:
            self._found(part)

    def flagged(self, flags: Counter[str]) -> None:
        """Count the flags of the records that were written."""
        self.codes.update(flags)

    def _unit(self, row: int) -> None:
        """Count a unit once, however many records it gives; rows never go back."""
        if row != self._last:
            self.parsed += 1
            self._last = row

    def _found(self, finding: Finding) -> None:
        if finding.code not in findings():
            raise KeyError(finding.code)
        self.codes[finding.code] += 1
        self.rejected += finding.units
        if len(self.findings) < KEPT:
            self.findings.append(finding)

    @property
    def accounted(self) -> bool:
        """Tell whether every unit of the file is parsed, set aside or rejected."""
        return self.units is not None and self.units == self.parsed + self.rejected + sum(self.aside.values())

    @property
    def state(self) -> str:
        """`read` when all is well, `doubtful` when a person has to look, `untouched` when no reader took it."""
        if not self.reader:
            return "untouched"
        clean = self.accounted and not self.rejected and not any(serious(code) for code in self.codes)
        return "read" if clean else "doubtful"

    def plain(self) -> dict[str, Any]:
        """Give the entry as JSON data."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "size": self.size,
            "state": self.state,
            "reader": self.reader,
            "why": self.why,
            "unit": self.noun,
            "units": self.units,
            "parsed": self.parsed,
            "aside": dict(sorted(self.aside.items())),
            "rejected": self.rejected,
            "accounted": self.accounted,
            "records": dict(sorted(self.records.items())),
            "codes": dict(sorted(self.codes.items())),
        }


@dataclass
class Coverage:
    """The ledger of a whole return."""

    files: list[FileCoverage] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Tell whether every file was read and nothing needs a person."""
        return all(entry.state == "read" for entry in self.files)

    def records(self) -> Counter[str]:
        """Count the records by kind."""
        return _sum(entry.records for entry in self.files)

    def plain(self) -> dict[str, Any]:
        """Give the ledger as JSON data."""
        return {
            "files": [entry.plain() for entry in self.files],
            "records": dict(sorted(self.records().items())),
            "states": dict(sorted(Counter(entry.state for entry in self.files).items())),
        }


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total

"""Cases, requests, their clocks and findings: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from comity.kernel.clock import stamp

OUT, IN = "out", "in"
MISSING, WRONG, DOUBTFUL = "missing", "wrong", "doubtful"


@dataclass(frozen=True)
class CaseFile:
    """A case as imported."""

    reference: str
    document: Mapping[str, Any]
    imported_at: datetime


@dataclass(frozen=True)
class Request:
    """A request, outgoing or incoming: a record with a state that a court may read."""

    id: str
    direction: str
    reference: str
    case: str
    peer: str
    measure: str
    state: str
    document: Mapping[str, Any]
    changed_at: datetime
    package: str = ""
    file: str = ""
    envelope: str = ""

    @property
    def released(self) -> bool:
        """Tell whether its package is whole: released by us, or received."""
        return self.file.startswith("package-")

    @property
    def stem(self) -> str:
        """Give the reference as the beginning of a file name: one plain name, whatever the sender wrote."""
        return self.reference.replace("/", "-")

    def plain(self) -> dict[str, Any]:
        """Give the request as JSON data, without its sealed parts."""
        kept = ("id", "direction", "reference", "case", "peer", "measure", "state", "package")
        return {name: getattr(self, name) for name in kept} | {"changed_at": stamp(self.changed_at)}


@dataclass(frozen=True)
class Deadline:
    """A clock of a request: what is due, when, and who says so."""

    request: str
    kind: str
    due_at: datetime
    source: str
    open: bool = True

    def plain(self, now: datetime) -> dict[str, Any]:
        """Give the clock as JSON data."""
        late = self.open and self.due_at < now
        return {
            "kind": self.kind,
            "due_at": stamp(self.due_at),
            "source": self.source,
            "open": self.open,
            "overdue": late,
        }


@dataclass(frozen=True)
class Answer:
    """One receipt on a request; *signed* is false for a read-back over the phone."""

    id: str
    request: str
    package: str
    state: str
    code: str
    reason: str
    at: datetime
    signed: bool
    holder: str
    preserved_until: str = ""
    reply_by: str = ""
    raw: str = ""

    def plain(self) -> dict[str, Any]:
        """Give the receipt as JSON data, without its raw form."""
        row = asdict(self) | {"at": stamp(self.at)}
        row.pop("raw")
        return row


@dataclass(frozen=True)
class Entry:
    """One line of a request's history."""

    request: str
    at: datetime
    act: str
    state: str
    who: str
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """Give the line as JSON data."""
        return asdict(self) | {"at": stamp(self.at)}


@dataclass(frozen=True)
class Finding:
    """One thing the preflight found: its level, where, why, what to do, and on whose word.

    *verified* tells whether the law named in *source* was compared with the certified text; what was not is a lead.
    """

    level: str
    field: str
    reason: str
    remedy: str
    source: str = ""
    verified: bool | None = None

    @property
    def blocks(self) -> bool:
        """Tell whether the request cannot be released with it."""
        return self.level != DOUBTFUL

    def plain(self) -> dict[str, Any]:
        """Give the finding as JSON data."""
        return asdict(self)

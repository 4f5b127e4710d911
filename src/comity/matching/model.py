"""What matching knows: identifiers in cases, what a look-up finds, and links between cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

EVERY_CASE = None
# The cases that the one who asks may see, by reference; `EVERY_CASE` is for acts of the machine and for auditors.
Visible = frozenset[str] | None

OPEN, CONFIRMED, DISMISSED = "open", "confirmed", "dismissed"
VERDICTS = (CONFIRMED, DISMISSED)


@dataclass(frozen=True, slots=True)
class Sighting:
    """An identifier in its normal form as a case has it: in how many records, from when to when."""

    kind: str
    value: str
    records: int = 1
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """What a look-up finds of one identifier: the cases one may see, at most fifty of *count*; *common* if there are more."""

    kind: str
    value: str
    cases: tuple[str, ...]
    count: int

    @property
    def common(self) -> bool:
        """Tell whether so many have it that it says little."""
        return self.count > len(self.cases)


@dataclass(frozen=True, slots=True)
class Shared:
    """An identifier that two cases share, how many cases one may see have it, and what it weighs."""

    kind: str
    value: str
    degree: int
    weight: float


@dataclass(frozen=True, slots=True)
class Related:
    """Another case and what it shares."""

    case: str
    score: float
    shared: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """An identifier that two or more of the cases one may see share, and what it weighs: the rarer, the more."""

    kind: str
    value: str
    cases: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two of the cases one may see, how many identifiers they share, and what those weigh."""

    case_a: str
    case_b: str
    shared: int
    score: float


@dataclass(frozen=True, slots=True)
class Link:
    """Two cases that share enough to be looked at, and what a person said of it."""

    id: str
    case_a: str
    case_b: str
    score: float
    found_at: datetime
    state: str
    by: str = ""
    reason: str = ""
    decided_at: datetime | None = None

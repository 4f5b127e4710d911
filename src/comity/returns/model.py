"""What a reader yields: records, and for every unit of the source that gives none, the reason.

A *unit* is what the source itself counts in: a row, a line, an entry, a message. At the end of a file

    units seen = units that gave records + units set aside + units rejected

and whoever reads checks that (`coverage`). Nothing is left over in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

STATED, DOCUMENTED, INFERRED, ASSUMED, UNKNOWN = "stated", "documented", "inferred", "assumed", "unknown"
BASES = (STATED, DOCUMENTED, INFERRED, ASSUMED, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as evidence: the text as delivered, and the span of UTC in which it lies.

    *latest* equals *earliest* where zone and fold are known. *zone* is the offset as delivered, or the zone applied;
    *basis* says where the zone is from: stated in the source, documented by the sender, assumed by a named person, or
    unknown, and then the span covers every zone there is.
    """

    text: str
    earliest: datetime | None = None
    latest: datetime | None = None
    zone: str = ""
    basis: str = UNKNOWN
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as evidence: the text as delivered and what it says; no value where it cannot be told."""

    text: str
    value: Decimal | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One typed row: its kind and values (columns of `data/records.yaml`), and the unit of the source it is from.

    Values are text, int, Decimal, bool, date, `Moment` or `Amount`; what is not known is left out. *row* counts units
    from 1 and never goes back; several records may come from one unit. *span* is the unit's bytes, from and to.
    """

    kind: str
    values: Mapping[str, Any]
    row: int
    place: str = ""
    span: tuple[int, int] | None = None
    raw: str = ""
    flags: tuple[str, ...] = ()
    basis: str = STATED


@dataclass(frozen=True, slots=True)
class Rows:
    """Many records of one kind at once, as an Arrow batch with the columns of that kind; one unit each.

    *units* says how many units they are from, where that is not one each: none, where another batch has counted them.
    *nth* is 2 for the second record of the kind out of each unit, and so on.

    The batch holds the kind's own columns and `row`, `raw`, `place`, `byte_start`, `byte_end`, `basis`, `flags` as far
    as they are known; whoever takes it adds the rest.
    """

    kind: str
    batch: pa.RecordBatch
    units: int | None = None
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Aside:
    """Units that rightly give no record: a header, a blank line, a row of totals, a part that is no data."""

    reason: str
    units: int = 1
    row: int = 0
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know: its code (`data/findings.yaml`), where, what was found and what was expected.

    *units* is how many units gave no record because of it; 0 where it is only said beside a record.
    """

    code: str
    found: str = ""
    expected: str = ""
    row: int = 0
    place: str = ""
    span: tuple[int, int] | None = None
    units: int = 0
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many units the source has, counted apart from the reading of each; *noun* is the source's own word."""

    units: int
    noun: str = "row"


Part = Record | Rows | Aside | Finding | Seen


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reader's answer to "is this yours?": *sure* from 0 (no) to 3 (its own signature), and why.

    1: nothing speaks against it (plain text); 2: the structure fits; 3: names or roots of exactly this format. *broke*
    says how the reader broke off over the question.
    """

    sure: int
    why: str
    broke: str = ""

    def __bool__(self) -> bool:
        """Say whether the reader would read it."""
        return self.sure > 0


@dataclass(frozen=True, slots=True)
class Given:
    """What people say beside a return; nothing of it is guessed.

    *zone* is an IANA name or offset for times without one, *day_first* settles 03/04, *decimal* the mark in 1,234,
    *region* reads national phone numbers, *mappings* say how columns become records. *reader* names who must read.
    *encoding* is that of text whose bytes do not prove it.
    """

    case: str = ""
    request: str = ""
    item: str = ""
    provider: str = ""
    zone: str = ""
    day_first: bool | None = None
    decimal: str = ""
    region: str = ""
    reader: str = ""
    encoding: str = ""
    mappings: tuple[Mapping[str, Any], ...] = field(default=())

"""Legal facts as values. The classes are also the format of the data files: a field is a key, its type is the rule.

A *fact* knows where it stands (file and line), what it rests on and whether that was read: `verified` means that somebody
read it in the named source; anything else is a lead, to be shown as one and never to be computed from silently.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from .dates import When


@dataclass(frozen=True)
class Origin:
    """The file and line a fact was read from; *local* if an overlay and not the shipped data."""

    file: str
    line: int
    local: bool = False

    def __str__(self) -> str:
        """Give `file:line`."""
        return f"{self.file}:{self.line}"


class Evidence(StrEnum):
    """What kind of thing was read."""

    STATUTE_TEXT = "statute_text"
    SECONDARY = "secondary"
    BILL_TEXT = "bill_text"
    TREATY_DECLARATION = "treaty_declaration"
    UNREAD = "unread"


class Confidence(StrEnum):
    """How sure the summary is where the text was not read again."""

    HIGH = "high"
    MEDIUM = "medium"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that is said to be so, with what it rests on.

    In an overlay `source`, `date` and `verified_by` must all be given; what stands inside a fact inherits them.
    """

    source_elsewhere: ClassVar[bool] = False

    source: str = ""
    verified: bool = False
    verified_fields: tuple[str, ...] = ()
    evidence: Evidence | None = None
    confidence: Confidence | None = None
    text_as_of: When | None = None
    date: dt.date | None = None
    verified_by: str = ""
    note: str = ""
    origin: Origin = field(default=Origin("", 0), compare=False, repr=False)

    @property
    def lead(self) -> bool:
        """Tell whether this is a lead to check and nothing more."""
        return not self.verified

    def read(self, name: str) -> bool:
        """Tell whether the field *name* was read in the source: where `verified_fields` names some, only those were."""
        return name in self.verified_fields if self.verified_fields else self.verified


class EntryStatus(StrEnum):
    """Whether an instrument is in force at all."""

    IN_FORCE = "in_force"
    NOT_IN_FORCE = "not_in_force"


class Standing(StrEnum):
    """How a state or organisation stands to an instrument."""

    PARTY = "party"
    CONSENTED = "consented"
    DOMESTIC_COMPLETION = "domestic_completion"
    SIGNATORY = "signatory"
    POSSIBLE = "possible"
    INVITED = "invited"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Entry(Fact):
    """Entry into force of an instrument."""

    status: EntryStatus
    in_force: When | None = None
    condition: str = ""
    needs: int = 0


@dataclass(frozen=True, kw_only=True)
class Reported(Fact):
    """A number of signatories that somebody reported."""

    when: When
    signatories: int


@dataclass(frozen=True, kw_only=True)
class Coverage(Fact):
    """How far the list of participations reaches, and what is known to be missing in it."""

    complete: bool
    as_of: When | None = None
    count: int = 0
    gaps: tuple[str, ...] = ()
    reported: tuple[Reported, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Statement(Fact):
    """A reservation, declaration or notification of one party to some articles."""

    kind: str
    articles: tuple[str, ...]
    text: str

    @property
    def narrows(self) -> bool:
        """Tell whether it may take something out of the articles; a notification only says how and to whom."""
        return self.kind != "notification"

    def touches(self, article: str) -> bool:
        """Tell whether the statement is about *article*: `11` is touched by `11(3)`, `11(3)` by `11`."""
        return any(_within(article, own) or _within(own, article) for own in self.articles)


@dataclass(frozen=True, kw_only=True)
class Participation(Fact):
    """What one state or organisation did about one instrument; its source may be that of the list."""

    source_elsewhere: ClassVar[bool] = True

    party: str
    status: Standing
    signed: When | None = None
    completed: When | None = None
    consent: When | None = None
    deposited: When | None = None
    in_force: When | None = None
    ended: When | None = None
    how: str = ""
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A treaty: when it entered into force and who is bound by it."""

    id: str
    name: str
    short_name: str
    kind: str
    depositary: str
    entry: Entry
    coverage: Coverage
    reference: str = ""
    parent: str = ""
    open_to: str = ""
    open_group: str = ""
    adopted: When | None = None
    opened: When | None = None
    closes: When | None = None
    note: str = ""
    participations: tuple[Participation, ...] = ()

    def of(self, party: str) -> Participation | None:
        """Give what *party* did about this instrument, if anything is recorded."""
        return next((one for one in self.participations if one.party == party), None)


@dataclass(frozen=True, kw_only=True)
class Group(Fact):
    """An organisation of states that may itself be a party."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Places:
    """The codes of states and territories with their names, and the organisations of states."""

    names: dict[str, str]
    groups: dict[str, Group]


@dataclass(frozen=True, kw_only=True)
class Addition:
    """What an overlay adds to an instrument that is shipped."""

    id: str
    entry: Entry | None = None
    participations: tuple[Participation, ...] = ()


def _within(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith((f"{outer}(", f"{outer}."))

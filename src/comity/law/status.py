"""Whether an instrument is in force, and between whom, on a date; with reasons, sources and what is still open.

The rules, in order:

1. Only what was verified makes a yes. A lead that would make one gives *unknown* and says what to check.
2. A date that is not known well enough to place it before or after the day asked for gives *unknown*.
3. A list that ends before the day asked for can still say no more than it did: who was bound is taken to be bound, with
   an open question; who was not on it is *unknown*, and so is an instrument that was not in force.
4. Two parties are bound to each other when the instrument is in force, when its parent (for a protocol) binds both, and
   when both are bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .errors import NoSuchLaw
from .library import Library
from .model import Entry, EntryStatus, Fact, Instrument, Origin, Participation, Standing, Statement


class Answer(StrEnum):
    """Yes, no, or not known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reason:
    """A statement that an answer rests on, with its source; a lead was not verified."""

    text: str
    source: str
    lead: bool
    origin: Origin


@dataclass(frozen=True)
class Finding:
    """An answer, what it rests on, and what somebody must still find out."""

    answer: Answer
    reasons: tuple[Reason, ...]
    open: tuple[str, ...] = ()

    @property
    def leads(self) -> tuple[Reason, ...]:
        """Give the reasons that were not verified."""
        return tuple(one for one in self.reasons if one.lead)

    @property
    def binding(self) -> bool:
        """Tell whether the answer is a plain yes."""
        return self.answer is Answer.YES


@dataclass(frozen=True)
class Status:
    """How one state or organisation stands to one instrument on a date."""

    country: str
    instrument: str
    standing: Standing | None
    bound: Finding
    record: Participation | None
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How many instruments of consent are recorded, of how many that entry into force needs."""

    recorded: int
    needed: int


def in_force(library: Library, instrument: str, on: date) -> Finding:
    """Tell whether an instrument is in force at all."""
    treaty = library.instrument(instrument)
    entry, name = treaty.entry, treaty.short_name
    if entry.status is EntryStatus.NOT_IN_FORCE:
        return _not_in_force(library, treaty, on)
    if entry.in_force is None:
        return _undated(treaty, entry, on)
    come = entry.in_force.by(on)
    reason = because(f"The {name} entered into force on {entry.in_force}", entry)
    if come is None:
        return Finding(Answer.UNKNOWN, (reason,), (f"On which day did the {name} enter into force?",))
    if come and entry.lead:
        return Finding(Answer.UNKNOWN, (reason,), (f"Is it confirmed that the {name} is in force?",))
    return Finding(Answer.YES if come else Answer.NO, (reason,))


def party(library: Library, country: str, instrument: str, on: date) -> Status:
    """Tell how a state or organisation stands to an instrument, and whether it is bound by it."""
    code, treaty = library.code(country), library.instrument(instrument)
    row = treaty.of(code)
    standing = standing_on(row, on) if row else None
    bound = _bound(treaty, row, standing, on) if row else None
    bound = bound or _absent(library, treaty, code, on)
    return Status(code, treaty.id, standing, bound, row, statements=row.statements if row and standing else ())


def standing_on(row: Participation, on: date) -> Standing | None:
    """Give the latest step that a party had taken by a date; a step without a date counts as taken."""
    dates = {
        Standing.WITHDRAWN: row.ended,
        Standing.PARTY: row.in_force,
        Standing.CONSENTED: row.deposited or row.consent,
        Standing.DOMESTIC_COMPLETION: row.completed,
        Standing.SIGNATORY: row.signed,
    }
    if row.status not in dates:
        return row.status
    steps = list(dates)[list(dates).index(row.status) :]
    for step in steps:
        when = dates[step]
        if step is row.status if when is None else when.by(on) is not False:
            return step
    return None


def in_force_between(library: Library, one: str, other: str, *, instrument: str, on: date) -> Finding:
    """Tell whether an instrument binds two parties to each other on a date.

    Raises:
        NoSuchLaw: a code or an id is not known, or the two are the same.
    """
    if library.code(one) == library.code(other):
        raise NoSuchLaw(f"got {one} twice, expected two parties")
    treaty = library.instrument(instrument)
    parts = [in_force(library, instrument, on)]
    if treaty.parent:
        parts.append(in_force_between(library, one, other, instrument=treaty.parent, on=on))
    parts += [party(library, code, instrument, on).bound for code in (one, other)]
    return together(parts)


def together(parts: list[Finding]) -> Finding:
    """Join findings that must all be yes: one no is a no, else one unknown is unknown."""
    answers = {part.answer for part in parts}
    answer = next((a for a in (Answer.NO, Answer.UNKNOWN) if a in answers), Answer.YES)
    reasons = dict.fromkeys(reason for part in parts for reason in part.reasons)
    return Finding(answer, tuple(reasons), tuple(dict.fromkeys(text for part in parts for text in part.open)))


def progress(library: Library, instrument: str) -> Progress:
    """Count the recorded instruments of consent of states; those of organisations do not count (Article 65(1))."""
    treaty = library.instrument(instrument)
    consents = [
        row
        for row in treaty.participations
        if row.status in (Standing.CONSENTED, Standing.PARTY) and row.party not in library.places.groups
    ]
    return Progress(len(consents), treaty.entry.needs)


def because(text: str, fact: Fact) -> Reason:
    """Give a reason that rests on *fact*."""
    return Reason(text, fact.source, fact.lead, fact.origin)


def _not_in_force(library: Library, treaty: Instrument, on: date) -> Finding:
    reason = because(f"The {treaty.short_name} is not known to be in force", treaty.entry)
    if _seen(treaty, on):
        return Finding(Answer.NO, (reason,))
    counted = progress(library, treaty.id)
    needs = f" ({counted.recorded} of {counted.needed} consents are recorded)" if counted.needed else ""
    return Finding(
        Answer.UNKNOWN,
        (reason,),
        (f"Has the {treaty.short_name} entered into force since {treaty.coverage.as_of}{needs}? Ask the depositary.",),
    )


def _undated(treaty: Instrument, entry: Entry, on: date) -> Finding:
    reason = because(f"The {treaty.short_name} is in force; the date is not recorded", entry)
    as_of = treaty.coverage.as_of
    if entry.verified and as_of and as_of.last <= on:
        return Finding(Answer.YES, (reason,))
    return Finding(Answer.UNKNOWN, (reason,), (f"Since when is the {treaty.short_name} in force?",))


def _bound(treaty: Instrument, row: Participation, standing: Standing | None, on: date) -> Finding | None:
    if standing is Standing.WITHDRAWN or row.ended:
        return _withdrawn(treaty, row, on)
    if standing is Standing.PARTY or row.in_force:
        return _as_party(treaty, row, on)
    if standing is None:
        return None
    told = {
        Standing.CONSENTED: "has consented to be bound by",
        Standing.DOMESTIC_COMPLETION: "has completed its own procedure, with no deposit seen, for",
        Standing.SIGNATORY: "has signed",
        Standing.POSSIBLE: "may be a party to",
        Standing.INVITED: "is invited to accede to",
    }[standing]
    reason = because(f"{row.party} {told} the {treaty.short_name} and is not recorded as bound", row)
    if standing is Standing.POSSIBLE or (standing is Standing.CONSENTED and not _seen(treaty, on)):
        return Finding(
            Answer.UNKNOWN, (reason,), (f"Is {row.party} bound by the {treaty.short_name}? Ask the depositary.",)
        )
    return _unlisted(treaty, row.party, reason, on)


def _as_party(treaty: Instrument, row: Participation, on: date) -> Finding:
    name = treaty.short_name
    since = f" since {row.in_force}" if row.in_force else "; since when is not recorded"
    reason = because(f"{row.party} is a party to the {name}{since}", row)
    listed = treaty.coverage.as_of.last if treaty.coverage.as_of else None
    as_of = row.date if row.origin.local else listed
    come = row.in_force.by(on) if row.in_force else (as_of is not None and as_of <= on) or None
    if come is None:
        return Finding(Answer.UNKNOWN, (reason,), (f"Since when is {row.party} bound by the {name}?",))
    if not come:
        return Finding(Answer.NO, (reason,))
    if row.lead:
        return Finding(Answer.UNKNOWN, (reason,), (f"Is it confirmed that {row.party} is bound by the {name}?",))
    stale = () if _seen(treaty, on) or row.origin.local else (f"Is {row.party} still bound? {_age(treaty)}",)
    return Finding(Answer.YES, (reason,), stale)


def _withdrawn(treaty: Instrument, row: Participation, on: date) -> Finding:
    reason = because(
        f"{row.party} withdrew from the {treaty.short_name}, ending {row.ended or 'on an unknown day'}", row
    )
    gone = row.ended.by(on) if row.ended else None
    if gone:
        return Finding(Answer.NO, (reason,))
    came = row.in_force.by(on) if row.in_force else None
    if gone is None or came is None or row.lead:
        return Finding(Answer.UNKNOWN, (reason,), (f"When was {row.party} bound by the {treaty.short_name}?",))
    return Finding(Answer.YES if came else Answer.NO, (reason,))


def _absent(library: Library, treaty: Instrument, code: str, on: date) -> Finding:
    reason = because(f"{code} is not on the list of parties to the {treaty.short_name}", treaty.coverage)
    group = library.places.groups.get(treaty.open_group)
    if group and code not in group.members:
        return Finding(
            Answer.NO, (because(f"The {treaty.short_name} is open to members of the {group.name} only", group),)
        )
    found = _unlisted(treaty, code, reason, on)
    groups = [name for name, group in library.places.groups.items() if code in group.members and treaty.of(name)]
    asked = tuple(
        f"{name} stands on the list of the {treaty.short_name} itself: does its competence matter here?"
        for name in groups
    )
    return Finding(found.answer, found.reasons, found.open + asked)


def _unlisted(treaty: Instrument, code: str, reason: Reason, on: date) -> Finding:
    if treaty.coverage.complete and _seen(treaty, on):
        return Finding(Answer.NO, (reason,))
    asked = f"Has {code} become bound by the {treaty.short_name}? {_age(treaty)}"
    return Finding(Answer.UNKNOWN, (reason,), (asked,))


def _seen(treaty: Instrument, on: date) -> bool:
    return treaty.coverage.as_of is not None and on <= treaty.coverage.as_of.first


def _age(treaty: Instrument) -> str:
    as_of = treaty.coverage.as_of
    if as_of is None:
        return "Its list of parties is not recorded."
    partial = "" if treaty.coverage.complete else " and is not complete"
    return f"The list is of {as_of}{partial}."

"""Emergencies at both desks: the call back, the two clocks, the formal request that has to follow, and the counts.

A stolen mailbox asks in a hurry. So a desk discloses in an emergency only after somebody called the sender back under a
number that the DIRECTORY has, reached a person there, and that person confirmed the request; or after a named person went
on without, saying why, which is counted. Who was reached and said that the request is not theirs stops it for good.

Two clocks start on both sides: eight hours for the answer, seventy-two (the node's setting) for the formal request that follows. Both are
local targets and say so; what an instrument named in the request sets stands beside them. A formal request follows when
it names the emergency request's package as what it follows. One that is overdue is a flag on the agency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text
from comity.requests import tables as requests
from comity.requests.clocks import ANSWER_DUE, EMERGENCY, FOLLOWUP_DUE
from comity.requests.clocks import emergency as begun
from comity.requests.model import IN, Deadline, Request
from comity.requests.office import Office
from comity.requests.states import REFUSED, WITHDRAWN
from comity.store.engine import Unit

from . import deliverytables as tables
from .deliverytables import Note
from .errors import NotDecided

CLOCKS = (ANSWER_DUE, FOLLOWUP_DUE)
CALLS = CALLBACK, OVERRIDE = "callback", "override"
MAX_TEXT, MAX_NAME = 2000, 200
_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Called:
    """A call back: which number of the directory, when, whether somebody was reached, who there, and whether they confirmed."""

    number: str
    reached: bool
    confirmed_by: str = ""
    confirmed: bool = False
    at: str = ""
    text: str = ""


@dataclass(frozen=True)
class Count:
    """How emergencies went with a party, in numbers only; *direction* tells whether it asked us or we asked it."""

    peer: str
    direction: str
    requests: int = 0
    called_back: int = 0
    denied: int = 0
    overridden: int = 0
    refused: int = 0
    followed: int = 0
    awaited: int = 0
    overdue: int = 0

    def plain(self) -> dict[str, Any]:
        """Give the counts as JSON data."""
        return asdict(self)


def call_back(office: Office, name: str, who: str, called: Called) -> Note:
    """Record that *who* called the sender of an incoming request back.

    Raises:
        BadInput: the number is none that the directory has for the sender, or what was said is not complete.
    """
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, IN)
        facts = _facts(office, request, called)
        text = check_text(called.text, field="note", max=MAX_TEXT) if called.text else ""
        note = Note(request.id, office.clock.now(), CALLBACK, check_text(who, field="who", max=MAX_NAME), text, facts)
        tables.add_note(unit, note)
        words = "reached" if called.reached else "not reached"
        verdict = ("confirmed" if called.confirmed else "denied") if called.reached else ""
        office.record(unit, request, "call back", who, " ".join(w for w in (facts["number"], words, verdict) if w))
        facts = {"reached": str(called.reached), "confirmed": str(called.confirmed), "by": who}
        office.log(unit, "desk.calledback", request, **facts)
    return note


def override(unit: Unit, office: Office, request: Request, *, who: str, reason: str) -> None:
    """Record that a named person goes on with an emergency although nobody was called back; counted."""
    who, reason = check_text(who, field="override-by", max=MAX_NAME), check_text(reason, field="override", max=MAX_TEXT)
    tables.add_note(unit, Note(request.id, office.clock.now(), OVERRIDE, who, reason, {}))
    office.record(unit, request, "go on without a call back", who, reason)
    office.log(unit, "desk.overridden", request, by=who)


def require_call(unit: Unit, request: Request) -> None:
    """See that an emergency was called back and confirmed, or that a named person decided to go on without.

    Raises:
        NotDecided: neither stands, or the sender said that the request is not theirs.
    """
    if request.measure != EMERGENCY:
        return
    call = called(unit, request)
    name = request.reference
    if call and call.facts["reached"] and not call.facts["confirmed"]:
        advice = f"Do not disclose. Refuse it: comity answer refuse {name} --code not_authentic."
        raise NotDecided("got a sender who denied the request when called back, expected one who confirmed it", field="callback", advice=advice)  # fmt: skip
    if call and call.facts["confirmed"]:
        return
    if not tables.find_notes(unit, request=request.id, kind=OVERRIDE):
        advice = f"Call the sender: comity answer callback {name} --help; or go on with --override REASON --override-by NAME."
        raise NotDecided("got an emergency that nobody called back on, expected a call back that confirmed it", field="callback", advice=advice)  # fmt: skip


def called(unit: Unit, request: Request) -> Note | None:
    """Give the call back that counts: the last one that reached somebody, else the last one."""
    return counting(tables.find_notes(unit, request=request.id, kind=CALLBACK))


def counting(notes: Iterable[Note]) -> Note | None:
    """Pick the call back that counts from the notes on a request: the last one that reached somebody, else the last one."""
    calls = [note for note in notes if note.kind == CALLBACK]
    reached = [call for call in calls if call.facts["reached"]]
    return next(reversed(reached or calls), None)


def keep_clocks(office: Office) -> None:
    """Tend the clocks in a unit of their own, if there is anything to do: for a worker's rounds."""
    with office.store.read() as unit:
        running = requests.running(unit, EMERGENCY, CLOCKS)
        known = known_of(unit, running)
        due = [one for one in running if _changed(office, one, known)]
    if due:
        with office.store.write() as unit:
            tend(unit, office, requests.requests_named(unit, [one.id for one in due]))


def tend(unit: Unit, office: Office, found: Sequence[Request] | None = None) -> None:
    """Start the clocks of emergencies that lack them, and stop those that are answered or followed; again changes nothing.

    All that are running, or those *found* alone.
    """
    running = requests.running(unit, EMERGENCY, CLOCKS) if found is None else found
    emergencies = [one for one in running if one.measure == EMERGENCY]
    known = known_of(unit, emergencies)
    for request in emergencies:
        before = known.clocks.get(request.id, {})
        for clock in _changed(office, request, known):
            requests.put_clocks(unit, request.id, [clock])
            if clock.kind == FOLLOWUP_DUE and clock.kind in before and request.state not in (REFUSED, WITHDRAWN):
                office.log(unit, "desk.followup", request)


def await_again(unit: Unit, office: Office, withdrawn: Request) -> None:
    """Run the clock anew of an emergency that a request followed which was withdrawn, unless another one follows it."""
    for row in withdrawn.document.get("related", []):
        kin = {"direction": withdrawn.direction, "peer": withdrawn.peer, "measure": EMERGENCY}
        found = requests.find_requests(unit, package=row["package"], **kin)
        known = known_of(unit, found)
        for request in found:
            requests.put_clocks(unit, request.id, _changed(office, request, known))


@dataclass(frozen=True)
class Known:
    """What the tables say of some emergencies, each by its id: when it began, its clocks, its calls and exceptions.

    *handed* are those on which a delivery is whole, *followed* those that a formal request follows.
    """

    began: Mapping[str, datetime]
    clocks: Mapping[str, Mapping[str, Deadline]]
    handed: set[str]
    followed: set[str]
    notes: Mapping[str, list[Note]]

    def overdue(self, request: Request, now: datetime) -> bool:
        """Tell whether the formal request that has to follow is late."""
        if request.state in (REFUSED, WITHDRAWN) or request.id in self.followed:
            return False
        clock = self.clocks.get(request.id, {}).get(FOLLOWUP_DUE)
        return clock is not None and clock.due_at < now


def known_of(unit: Unit, found: Sequence[Request]) -> Known:
    """Ask the tables of some emergencies, in a few queries for all of them: received here, or released here, is their beginning."""
    if not found:
        return Known({}, {}, set(), set(), {})
    came, gone = ([one.id for one in found if (one.direction == IN) == came] for came in (True, False))
    ids = [*came, *gone]
    return Known(
        requests.acted(unit, came, "receive") | requests.acted(unit, gone, "release"),
        requests.clocks_among(unit, ids),
        tables.handed(unit, ids),
        requests.followed(unit, ids, EMERGENCY),
        tables.notes_among(unit, ids, CALLS),
    )


def _changed(office: Office, request: Request, known: Known) -> list[Deadline]:
    """Give the clocks of an emergency that are not yet as they have to be."""
    began = known.began.get(request.id)
    if began is None:
        return []
    clocks, over = known.clocks.get(request.id, {}), request.state in (REFUSED, WITHDRAWN)
    running = {
        ANSWER_DUE: not over and request.id not in known.handed,
        FOLLOWUP_DUE: not over and request.id not in known.followed,
    }
    wanted = [replace(clocks.get(c.kind, c), open=running[c.kind]) for c in begun(request, began, office.followup)]
    return [clock for clock in wanted if clock != clocks.get(clock.kind)]


def flags(unit: Unit, now: datetime) -> Mapping[str, list[str]]:
    """Name each agency whose formal request is overdue after an emergency, with the references."""
    found: dict[str, list[str]] = {}
    for peer, reference in requests.unfollowed(unit, FOLLOWUP_DUE, now, measure=EMERGENCY, direction=IN):
        found.setdefault(peer, []).append(reference)
    return found


def emergency_counts(unit: Unit, now: datetime) -> list[Count]:
    """Count how emergencies went, by party and direction."""
    totals: dict[tuple[str, str], Count] = {}
    found = requests.find_brief(unit, measure=EMERGENCY)
    known = known_of(unit, found)
    for request in found:
        if request.id not in known.began:
            continue
        key = (request.peer, request.direction)
        before = totals.get(key, Count(*key))
        added = _ones(known, request, now)
        totals[key] = replace(before, **{name: getattr(before, name) + int(one) for name, one in added.items()})
    return [totals[key] for key in sorted(totals)]


def _ones(known: Known, request: Request, now: datetime) -> dict[str, bool]:
    notes, followed = known.notes.get(request.id, []), request.id in known.followed
    call, refused, overdue = counting(notes), request.state == REFUSED, known.overdue(request, now)
    return {
        "requests": True,
        "called_back": bool(call and call.facts["confirmed"]),
        "denied": bool(call and call.facts["reached"] and not call.facts["confirmed"]),
        "overridden": any(note.kind == OVERRIDE for note in notes),
        "refused": refused,
        "followed": followed,
        "awaited": not followed and not refused and not overdue,
        "overdue": overdue,
    }


def numbers(office: Office, peer: str) -> Iterator[tuple[str, str]]:
    """Give the numbers that the directory has for a party, each with its desk."""
    known = office.known(peer)
    for one in known.callback if known else ():
        yield one.number, one.desk


def _facts(office: Office, request: Request, called: Called) -> dict[str, Any]:
    """Hold a call back against the directory and against itself."""
    known = {_digits(number): (number, desk) for number, desk in numbers(office, request.peer)}
    if _digits(called.number) not in known:
        listed = ", ".join(number for number, _ in known.values()) or "none"
        advice = "Never call a number from the request or from a mail. Take one of the directory's."
        raise BadInput(f"got {called.number!r}, expected a number that the directory has for {request.peer}: {listed}", field="number", advice=advice)  # fmt: skip
    number, desk = known[_digits(called.number)]
    now = office.clock.now()
    at = moment(called.at, field="at") if called.at else now
    if at > now + _SKEW:
        raise BadInput(f"got {called.at}, which is to come, expected when it was called", field="at")
    if called.reached != bool(called.confirmed_by):
        raise BadInput("got one of them, expected who was reached exactly when somebody was", field="reached")
    who = check_text(called.confirmed_by, field="reached", max=MAX_NAME) if called.confirmed_by else ""
    return {
        "number": number, "desk": desk, "called_at": stamp(at), "reached": called.reached, "spoke_to": who,
        "confirmed": called.reached and called.confirmed,
    }  # fmt: skip


def _digits(number: str) -> str:
    """Give a number's digits, so that spaces do not matter."""
    return "".join(c for c in number if c in "+0123456789")

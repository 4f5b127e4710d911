"""The provider's desk at a glance: what waits, what is due, who asks, whether they are who they say, what is unusual.

Nothing here decides. What is unusual (no period, a long period, many targets, a kind or data that the company's own file
does not offer) is a remark for a person. The identity of the sender is the package's verification, run anew, and the
number to call is the directory's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from comity.hi1.capability import Capability
from comity.kernel.clock import moment, stamp
from comity.packages.verification import Given, verify
from comity.requests import gatekeeping
from comity.requests import tables as requests
from comity.requests.clocks import EMERGENCY
from comity.requests.dockettables import Line
from comity.requests.errors import Unanswered
from comity.requests.model import IN, Request
from comity.requests.receipts import read_back_code
from comity.requests.states import RECEIVED
from comity.store.engine import Unit

from . import deliverytables as tables
from . import emergency, outcomes
from .cancelling import cancelled, wished_away
from .deliverytables import Note
from .desk import Desk
from .objecttables import THEIRS, Object, objects_among
from .proposals import REVIEW
from .queuetables import Wanted
from .sending import ORDER
from .tables import find_messages

LONG_PERIOD = timedelta(days=90)
MANY_TARGETS = 10
PAGE, BLOCK = 100, 5000
KINDS = {
    "disclose_subscriber": ("subscriber",), "disclose_traffic": ("traffic",), "disclose_content": ("content",),
    "disclose_emergency": ("subscriber", "traffic"), "preserve": (), "extend_preservation": (),
}  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """Something unusual in a request: where, and what; a person weighs it."""

    field: str
    text: str

    def plain(self) -> dict[str, str]:
        """Give the remark as JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class Row:
    """One request in the queue; a *new* one is received, and nobody has opened it."""

    request: Request
    came: datetime
    due: datetime | None
    emergency: str
    reviewed: bool
    remarks: int
    flagged: bool
    delivered: str
    withdrawn: bool
    new: bool = False

    def plain(self, now: datetime) -> dict[str, Any]:
        """Give the row as JSON data."""
        return self.request.plain() | {
            "came_at": stamp(self.came), "due_at": stamp(self.due) if self.due else None,
            "overdue": bool(self.due and self.due < now), "callback": self.emergency, "reviewed": self.reviewed,
            "remarks": self.remarks, "agency_flagged": self.flagged, "delivered": self.delivered,
            "withdrawn": self.withdrawn, "new": self.new,
        }  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A page of the queue, and the place *after* which the next one begins; no place where nothing follows."""

    rows: list[Row] = field(default_factory=list)
    after: str = ""


Check = Callable[[Desk, Request], dict[str, Any]]


def queue(
    desk: Desk, capability: Capability | None = None, *, everything: bool = False, cases: Collection[str] | None = None
) -> list[Row]:
    """List what waits at the desk, whole: emergencies first, then by what is due; *everything* also lists what is done.

    *cases*, named `PEER:CASE`, are those of which somebody may know; all, if none are named.
    """
    wanted, rows, after = Wanted(cases, everything=everything), [], ""
    with desk.office.store.read() as unit:
        flagged = emergency.flags(unit, desk.now())
        while True:
            found = _piece(unit, wanted, flagged, capability, after=after, most=BLOCK)
            rows += found.rows
            if not found.after:
                return rows
            after = found.after


def piece(
    unit: Unit, desk: Desk, wanted: Wanted, capability: Capability | None = None, *, after: str = "", most: int = PAGE
) -> Piece:
    """Give a page of what is wanted: what comes *after* a place in the order in which people work, at most so many rows."""
    return _piece(unit, wanted, emergency.flags(unit, desk.now()), capability, after=after, most=most)


def _piece(
    unit: Unit,
    wanted: Wanted,
    flagged: Mapping[str, list[str]],
    capability: Capability | None,
    *,
    after: str,
    most: int,
) -> Piece:
    lines = wanted.page(unit, after=after, most=most + 1)
    shown = lines[:most]
    rows = list(_rows(unit, shown, flagged, capability))
    return Piece(rows, shown[-1].place if len(lines) > most else "")


def show(desk: Desk, name: str, capability: Capability | None = None, check: Check | None = None) -> dict[str, Any]:
    """Give one request as a person at the desk needs it; the read is on record.

    *check* gives the package's verification, where it is known already from a moment ago.
    """
    office, now = desk.office, desk.now()
    with office.store.write() as unit:
        request = office.find(unit, name, IN)
        emergency.tend(unit, office, [request])
        office.log(unit, "package.read", request, package=request.package)
        notes = tables.find_notes(unit, request=request.id)
        sheet = {
            **request.plain(),
            "read_back_code": read_back_code(request),
            "identity": _identity(desk, unit, request),
            "asked": _asked(unit, request),
            "withdrawn": cancelled(unit, request),
            "remarks": [remark.plain() for remark in remarks(request.document, capability)],
            "secrecy": request.document.get("secrecy"),
            "clocks": [clock.plain(now) for clock in requests.clocks_of(unit, request.id)],
            "callback": _callback(request, notes),
            "notes": [note.plain() for note in notes],
            "deliveries": [kept.plain() for kept in tables.find_parts(unit, request=request.id)],
            "agency_flags": list(emergency.flags(unit, now).get(request.peer, [])),
            "history": [entry.plain() for entry in requests.history_of(unit, request.id)],
            "safeguards": _safeguards(desk, unit, request),
        }
    sheet["verification"] = (check or verified)(desk, request)
    return sheet


def remarks(document: Mapping[str, Any], capability: Capability | None = None) -> list[Remark]:
    """Find what is unusual in a request: its breadth, and what the company's own file does not offer."""
    return [*_breadth(document), *(_beyond(document, capability) if capability else ())]


def data_asked(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the kinds of data that a request asks for: subscriber, traffic, content."""
    return tuple(document.get("data", ())) or KINDS.get(document["measure"], ())


def _breadth(document: Mapping[str, Any]) -> Iterator[Remark]:
    targets, period = document["targets"], any(kind in ("traffic", "content") for kind in data_asked(document))
    if len(targets) > MANY_TARGETS:
        yield Remark("targets", f"{len(targets)} targets in one request")
    for n, target in enumerate(targets, 1):
        since, until = target.get("since"), target.get("until")
        if period and not (since and until):
            yield Remark(f"targets[{n}]", f"no period for target {n}")
        elif since and until and moment(until) - moment(since) > LONG_PERIOD:
            days = (moment(until) - moment(since)).days
            yield Remark(f"targets[{n}]", f"a period of {days} days for target {n}")


def _beyond(document: Mapping[str, Any], capability: Capability) -> Iterator[Remark]:
    offered = {one.kind: one for one in capability.accepts}
    preserving = document["measure"] in ("preserve", "extend_preservation")
    for n, target in enumerate(document["targets"], 1):
        one = offered.get(target["kind"])
        if one is None:
            yield Remark(
                f"targets[{n}]", f"target {n} is of the kind {target['kind']}, which the company's file does not accept"
            )
            continue
        given = {data.value for data in (one.preserve if preserving else one.disclose)}
        for kind in data_asked(document) if not preserving else ():
            if kind not in given:
                yield Remark(
                    f"targets[{n}]", f"{kind} data are not offered for the kind {target['kind']} in the company's file"
                )
        if preserving and not given:
            yield Remark(f"targets[{n}]", f"nothing is preserved for the kind {target['kind']} by the company's file")
    if document["language"] not in capability.languages:
        yield Remark("language", f"in {document['language']}, which the company's file does not list")


def _rows(
    unit: Unit, lines: Sequence[Line], flagged: Mapping[str, list[str]], capability: Capability | None
) -> Iterator[Row]:
    """Give the rows of some requests, in a few queries for all of them."""
    ids = [one.request for one in lines]
    found = {one.id: one for one in requests.requests_named(unit, ids)}
    notes = tables.notes_among(unit, ids, [REVIEW, *emergency.CALLS])
    states, objects = tables.part_states(unit, ids), objects_among(unit, ids, side=THEIRS)
    opened = requests.opened(unit, ids)
    for line in lines:
        one, theirs, noted = found[line.request], objects.get(line.request, []), notes.get(line.request, [])
        yield Row(
            request=one,
            came=line.came,
            due=line.due,
            emergency=_callback(one, noted)["standing"],
            reviewed=any(note.kind == REVIEW for note in noted),
            remarks=len(remarks(one.document, capability)),
            flagged=one.peer in flagged,
            delivered=delivered(one, states.get(one.id, set()), theirs),
            withdrawn=wished_away(theirs),
            new=one.state == RECEIVED and one.id not in opened,
        )


def delivered(request: Request, states: set[str], theirs: Sequence[Object]) -> str:
    """Say in one word how far delivery is: nothing, under way, received; or done without files."""
    if states:
        return "received" if states == {"Received"} else ("error" if "Error" in states else "under way")
    settled = [task.status in outcomes.WORDS.values() for task in outcomes.among(request, theirs)]
    return "done" if settled and all(settled) else ""


def _identity(desk: Desk, unit: Unit, request: Request) -> dict[str, Any]:
    """Say who asks: party, desk and numbers as the directory has them, and how the request came."""
    known = desk.office.known(request.peer)
    came = find_messages(unit, direction="in", peer=request.peer, about=request.id, kind=ORDER)
    way = {"transaction": came[0].transaction, "at": stamp(came[0].at), "sha256": came[0].sha256} if came else None
    return {
        "party": request.peer,
        "name": known.name if known else "",
        "hours": f"{known.hours.open} {known.hours.zone}" if known else "",
        "languages": list(known.languages) if known else [],
        "call_back": [{"number": number, "desk": at} for number, at in emergency.numbers(desk.office, request.peer)],
        "signed_message": way,
    }


def verified(desk: Desk, request: Request) -> dict[str, Any]:
    """Run the package's verification anew, step by step."""
    given = Given(root=desk.office.mirror.root, at=desk.now(), acting_for=desk.party, own=desk.office.own())
    result = verify(desk.office.blobs.path(request.file), given).plain()
    return {name: value for name, value in result.items() if name != "document"}


def _asked(unit: Unit, request: Request) -> dict[str, Any]:
    known = outcomes.tasks(unit, request, side=THEIRS)
    statuses = {n: task.status for n, task in enumerate(known, 1)}
    rows = enumerate(request.document["targets"], 1)
    targets = [dict(target) | {"number": n, "status": statuses.get(n, "")} for n, target in rows]
    basis = request.document["basis"]
    return {"data": list(data_asked(request.document)), "targets": targets, "basis": dict(basis)}


def _callback(request: Request, notes: Sequence[Note]) -> dict[str, Any]:
    """Say how a call back stands: confirmed, denied, not reached, overridden, or not called back."""
    if request.measure != EMERGENCY:
        return {"standing": "", "needed": False}
    call = emergency.counting(notes)
    overridden = any(note.kind == emergency.OVERRIDE for note in notes)
    standing = "not called back"
    if call:
        standing = ("confirmed" if call.facts["confirmed"] else "denied") if call.facts["reached"] else "not reached"
    if overridden and standing in ("not called back", "not reached"):
        standing = "overridden"
    return {"standing": standing, "needed": standing not in ("confirmed", "overridden")}


def _safeguards(desk: Desk, unit: Unit, request: Request) -> list[str]:
    """Name what the safeguards record lacks before the request may be accepted."""
    try:
        gatekeeping.require(desk.office, unit, request)
    except Unanswered as e:
        return [finding.field for finding in e.findings]
    return []

"""What a provider's people do with a request: review, accept, ask back, refuse, answer in part, extend, deliver.

Each act is one unit of work: the signed receipt where there is one, the tasks' new statuses, the messages in the outbox,
what the person recorded, the event, the line of history. Doing it again changes nothing.

The rules. Data leave only on a request that was accepted, which the safeguards record guards; in an emergency only after
the call back (see `emergency`). A refusal, whole or of a target, needs a legal review by one named person and is released
by another one; both names stand in the receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from comity.crypto.keys import Signer
from comity.kernel.clock import moment
from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text
from comity.requests import receipts
from comity.requests import tables as requests
from comity.requests.clocks import ANSWER_DUE, EMERGENCY
from comity.requests.errors import WrongState
from comity.requests.model import IN, Request
from comity.requests.receipts import Taken, Word
from comity.requests.refusal import second_person
from comity.requests.states import ACCEPTED, INFO_NEEDED, REFUSED
from comity.requests.vocabulary import codes
from comity.store.engine import Unit

from . import deliveries, emergency, outcomes
from . import deliverytables as tables
from .cancelling import cancelled
from .custody import Custody
from .deliveries import Terms
from .deliverytables import Kept, Note
from .desk import Desk
from .errors import NoPeer, NotDecided
from .notifying import notify
from .objecttables import THEIRS, Object
from .outcomes import Outcome
from .part import MAX_BINARY
from .proposals import REFUSAL, REVIEW, supersede

MAX_TEXT, MAX_NAME = 2000, 200
ENVELOPE = 128 * 1024


@dataclass(frozen=True)
class Released:
    """A refusal as two people carry it: who reviewed it, and who released it."""

    reviewed_by: str
    released_by: str

    def __str__(self) -> str:
        return f"Legal review: {self.reviewed_by}. Released by: {self.released_by}."


@dataclass(frozen=True)
class Override:
    """A named person's decision to disclose in an emergency although nobody was called back."""

    who: str
    reason: str


def review(desk: Desk, name: str, who: str, text: str) -> Note:
    """Record the legal review of an incoming request by a named person."""
    office = desk.office
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, IN)
        who, text = check_text(who, field="who", max=MAX_NAME), check_text(text, field="text", max=MAX_TEXT)
        note = Note(request.id, office.clock.now(), REVIEW, who, text, {})
        tables.add_note(unit, note)
        office.record(unit, request, "legal review", who, text)
        office.log(unit, "desk.reviewed", request, by=who)
    return note


def accept(desk: Desk, name: str, signer: Signer, *, until: str = "", reply_by: str = "", reason: str = "") -> Taken:
    """Accept a request; a preservation says until when."""
    word = Word(ACCEPTED, reason=reason, preserved_until=until, reply_by=reply_by)
    return receipts.answer(desk.office, name, word, signer, also=_also(desk))[0]


def extend(desk: Desk, name: str, signer: Signer, until: str) -> Taken:
    """Preserve for longer than was said before.

    Raises:
        WrongState: nothing is preserved on it.
        BadInput: the date is not later than the one that stands.
    """
    with desk.office.store.read() as unit:
        request = desk.office.find(unit, name, IN)
        clocks = [clock for clock in requests.clocks_of(unit, request.id) if clock.kind == "preserved_until"]
    if request.state != ACCEPTED or not clocks:
        raise WrongState(
            f"got {request.reference}, which preserves nothing now, expected a preservation", field="state"
        )
    if moment(until, field="until") < clocks[0].due_at:
        raise BadInput(f"got {until}, expected a time after {clocks[0].due_at:%Y-%m-%dT%H:%M:%SZ}", field="until")
    return accept(desk, name, signer, until=until)


def ask(desk: Desk, name: str, signer: Signer, *, code: str, reason: str, reply_by: str = "") -> Taken:
    """Ask the sender for what is lacking."""
    word = Word(INFO_NEEDED, code=code, reason=reason, reply_by=reply_by)
    return receipts.answer(desk.office, name, word, signer, also=_also(desk))[0]


def refuse(desk: Desk, name: str, signer: Signer, *, code: str, reason: str, released_by: str) -> Taken:
    """Refuse a request, after a legal review by one person, released by another.

    Raises:
        NotDecided: nobody reviewed it.
        OnePerson: who reviewed it would release it too.
    """
    with desk.office.store.read() as unit:
        request = desk.office.find(unit, name, IN)
        released = _released(unit, request, released_by)
    word = Word(REFUSED, code=code, reason=f"{reason} {released}" if reason else "")

    def also(unit: Unit, taken: Taken) -> None:
        _note_refusal(desk, unit, taken.request, _released(unit, taken.request, released_by), code)
        supersede(desk, unit, taken)
        notify(desk, unit, taken)

    return receipts.answer(desk.office, name, word, signer, also=also)[0]


def partial(
    desk: Desk, name: str, signer: Signer, *, said: Sequence[Outcome], released_by: str = "", reason: str = ""
) -> Taken:
    """Say what became of each target; refused ones need review and release as a whole refusal does.

    Raises:
        BadInput: a target or a code is unknown, or a target is named twice.
        NotDecided: a target is refused without a review by one person and a release by another.
    """
    with desk.office.store.read() as unit:
        request = desk.office.find(unit, name, IN)
        _disclosing(request)
        _check(said, len(request.document["targets"]))
        refused = [one for one in said if one.word == "refused"]
        released = _released(unit, request, released_by) if refused else None
    words = "; ".join(" ".join(w for w in (f"target {o.number}:", o.word, o.code, o.reason) if w) for o in said)
    text = " ".join(part for part in (reason, f"In part: {words}.", str(released or "")) if part)

    def also(unit: Unit, taken: Taken) -> None:
        notify(desk, unit, taken)
        if released:
            _note_refusal(desk, unit, taken.request, released, ",".join(one.code for one in refused))
        supersede(desk, unit, taken)
        outcomes.settle(desk, unit, taken.request, said)

    return receipts.answer(desk.office, name, Word(ACCEPTED, reason=text), signer, also=also)[0]


def exist(desk: Desk, name: str, *, exists: bool, target: int = 1, override: Override | None = None) -> list[Kept]:
    """Say whether data exist for a target, and nothing else."""
    with desk.office.store.write(durable=True) as unit:
        request, terms = _ready(desk, unit, name, target, override)
        parts = deliveries.say_existence(unit, desk.office, request, terms, exists=exists)
        _announce(desk, unit, request, parts)
        said = Outcome(target, "disclosed" if exists else "not_available")
        outcomes.settle(desk, unit, request, [said])
    return parts


def deliver(
    desk: Desk, name: str, files: Sequence[Path], *, target: int = 1, terms: Terms | None = None, plain: bool = False,
    override: Override | None = None,
) -> list[Kept]:  # fmt: skip
    """Deliver files on a target of an accepted request; the very same files again are the same delivery.

    *terms* gives the way and the days; task and address are ours to say.

    Raises:
        WrongState: the request was not accepted, or asks for no data.
        NotDecided: it is an emergency that nobody called back on.
        NoPeer: the sender or we have no address in the directory.
    """
    office = desk.office
    with office.store.read() as unit:
        request, _ = _ready(desk, unit, name, target, None, look=True)
    staged = deliveries.prepare(office, request.peer, files, plain=plain)
    try:
        with office.store.write(durable=True) as unit:
            request, ours = _ready(desk, unit, name, target, override)
            wished = replace(terms or Terms(""), task=ours.task, base=ours.base, reference=ours.reference, cap=ours.cap)
            known = deliveries.earlier(unit, request, staged)
            parts = known or deliveries.offer(unit, office, request, staged, wished)
            _announce(desk, unit, request, parts)
            outcomes.settle(desk, unit, request, [Outcome(target, "disclosed")])
    finally:
        for one in staged:
            office.blobs.unstage(one.path)
    return parts


def _ready(
    desk: Desk, unit: Unit, name: str, target: int, override: Override | None, *, look: bool = False
) -> tuple[Request, Terms]:
    """Find an accepted request for data, its target's task, and the terms on which we deliver on it."""
    office = desk.office
    request = office.find(unit, name, IN)
    _disclosing(request)
    if request.state != ACCEPTED:
        advice = f"Accept it first: comity answer accept {request.reference}."
        raise WrongState(f"got {request.reference}, which is {request.state}, expected an accepted request", field="state", advice=advice)  # fmt: skip
    if cancelled(unit, request):
        raise WrongState(f"got {request.reference}, which its sender withdrew, expected one that stands", field="state")
    if override and not look and request.measure == EMERGENCY and not _overridden(unit, request):
        emergency.override(unit, office, request, who=override.who, reason=override.reason)
    if not look:
        emergency.require_call(unit, request)
    peer, me = office.known(request.peer), office.known(desk.party)
    if peer is None or peer.exchange is None:
        advice = "Hand the files over by another safe way; the receipt stands."
        raise NoPeer(
            f"got {request.peer}, which has no address in the directory, expected one", field="to", advice=advice
        )
    task = _task(unit, request, target)
    reference = str(task.members.get("Reference", ""))
    cap = min(MAX_BINARY, (peer.exchange.max_bytes - ENVELOPE) * 3 // 4)
    base = me.exchange.url if me and me.exchange else ""
    return request, Terms(task=task.id, base=base, reference=reference, cap=cap)


def _task(unit: Unit, request: Request, target: int) -> Object:
    known = outcomes.tasks(unit, request, side=THEIRS)
    if not known:
        advice = "It came as a file: ask the sender to send it again over the network."
        raise NotDecided(f"got {request.reference}, which came without tasks, expected an order", field="target", advice=advice)  # fmt: skip
    if not 1 <= target <= len(known):
        raise BadInput(f"got target {target}, expected one from 1 to {len(known)}", field="target")
    return known[target - 1]


def _overridden(unit: Unit, request: Request) -> bool:
    return bool(tables.find_notes(unit, request=request.id, kind=emergency.OVERRIDE))


def _announce(desk: Desk, unit: Unit, request: Request, parts: Sequence[Kept]) -> None:
    if all(kept.transaction for kept in parts):
        return
    Custody(desk).announce(unit, request, parts)
    for kept in parts:
        tables.put_part(unit, replace(kept, transaction=Custody.transaction(kept)))
    requests.stop_clocks(unit, request.id, [ANSWER_DUE])
    desk.office.record(unit, request, "deliver", "", f"{len(parts)} parts")


def _disclosing(request: Request) -> None:
    if not request.measure.startswith("disclose_") and request.measure != "mutual_assistance":
        raise WrongState(f"got {request.reference}, which asks for no data ({request.measure}), expected a request for data", field="measure")  # fmt: skip


def _check(said: Sequence[Outcome], targets: int) -> None:
    known = codes(REFUSED)
    for one in said:
        if one.word not in outcomes.WORDS:
            raise BadInput(f"got {one.word!r}, expected one of: {', '.join(outcomes.WORDS)}", field="outcome")
        if not 1 <= one.number <= targets:
            raise BadInput(f"got target {one.number}, expected one from 1 to {targets}", field="target")
        if (one.word == "refused") != bool(one.code) or (one.code and one.code not in known):
            expected = "one of: " + ", ".join(known) if one.word == "refused" else "none"
            raise BadInput(f"got code {one.code!r} for target {one.number}, expected {expected}", field="code")
    numbers = [one.number for one in said]
    if sorted(set(numbers)) != list(range(1, targets + 1)) or len(numbers) != targets:
        raise BadInput(f"got targets {numbers}, expected each of 1 to {targets} once", field="target")


def _released(unit: Unit, request: Request, released_by: str) -> Released:
    """See that two people stand behind a refusal: the last reviewer, and another who releases it."""
    reviews = tables.find_notes(unit, request=request.id, kind=REVIEW)
    if not reviews:
        advice = f"Have it reviewed first: comity answer review {request.reference} --by NAME --text TEXT."
        raise NotDecided("got a refusal that nobody reviewed, expected a legal review", field="review", advice=advice)
    return Released(reviews[-1].who, second_person(released_by, [one.who for one in reviews]))


def _note_refusal(desk: Desk, unit: Unit, request: Request, released: Released, code: str) -> None:
    facts = {"reviewed_by": released.reviewed_by, "code": code}
    if any(note.who == released.released_by and dict(note.facts) == facts for note in tables.find_notes(unit, request=request.id, kind=REFUSAL)):  # fmt: skip
        return
    tables.add_note(unit, Note(request.id, desk.now(), REFUSAL, released.released_by, "", facts))
    desk.office.record(unit, request, "release the refusal", released.released_by, f"{code} reviewed by {released.reviewed_by}")  # fmt: skip
    desk.office.log(unit, "desk.refusal", request, code=code, by=released.released_by)


def _also(desk: Desk) -> receipts.Also:
    def also(unit: Unit, taken: Taken) -> None:
        supersede(desk, unit, taken)
        notify(desk, unit, taken)

    return also

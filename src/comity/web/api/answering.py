"""The answers to a request that came in: every act of the desk's page.

What is signed is signed with the person's own key at the node, opened by its passphrase for this one call. A word that a person
gives for himself, and on which a disclosure rests (review, call back, safeguards, going on without a call), asks for that
passphrase too, so that a token alone decides nothing. A refusal is proposed by one person and released by another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import Query
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.responses import Response

from comity.exchange.deliverytables import Kept, Note, find_parts
from comity.exchange.emergency import Called as CallBack
from comity.exchange.outcomes import Outcome
from comity.exchange.worklist import PAGE, show
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.node.ports import capability_of
from comity.requests import gatekeeping, tables
from comity.requests.errors import NoRequest
from comity.requests.gatekeeping import Gatekeeping
from comity.requests.model import IN, Request
from comity.requests.receipts import Taken

from ..acts import answering, arrivals, arriving
from ..desk.delivering import FILES, MOST
from . import asked
from .answers import Delivered, Free, Gate, GateKept, Listed, NewPage, NoteKept, PartRow, ReceiptGiven, RequestRow
from .asked import Proved
from .call import Asked, Call, Called, data, listed
from .errors import BadCall
from .inbox import receipt_row
from .operations import FORM, JSON, Operation, by_incoming

After = Annotated[
    str, Query(max_length=200, description="The place after which the page begins, as the former page named it.")
]
Limit = Annotated[int, Query(ge=1, le=500, description="How many rows to give at most.")]


def take_up(call: Called, wanted: asked.Naming) -> Response:
    """Become the first who knows of a request that arrived by itself and that nobody knows of."""
    return data(arriving.take_up(call.actor, wanted.request).plain())


def list_new(call: Called, after: After = "", limit: Limit = PAGE) -> Response:
    """List what arrived and nobody knows of yet, for whoever may take it up: from whom, which measure, when, and no more."""
    found = arrivals.new(call.actor, after=after, most=limit)
    rows = [
        {"id": one.request.id, "peer": one.request.peer, "measure": one.request.measure, "came_at": stamp(one.came)}
        for one in found.rows
    ]
    return data({"items": rows, "after": found.after})


def read_sheet(call: Called) -> Response:
    """Read a request as a person at the desk needs it: who asks, verified anew; remarks, clocks, notes, deliveries."""
    return data(show(call.desk.exchange, theirs(call).id, capability_of(call.node.settings)))


def read_receipt(call: Called, answer: str) -> Response:
    """Give a receipt that we signed as a file, to be carried to the sender."""
    with call.node.store.read() as unit:
        found = [one for one in tables.answers_of(unit, theirs(call).id) if one.id == answer and one.raw]
    if not found:
        raise NoRequest("got no such receipt, expected one on this request", field="answer")
    return Response(found[0].raw.encode(), media_type="application/json")


def receipt_request(call: Called, proved: Proved) -> Response:
    """Confirm that a request came; signed with the caller's own key."""
    return _given(answering.receipt(call.actor, theirs(call), call.signer(proved.passphrase)))


def ask_sender(call: Called, lacking: asked.Asking) -> Response:
    """Ask the sender for what is lacking; signed with the caller's own key."""
    signer, words = call.signer(lacking.passphrase), lacking.model_dump(exclude={"passphrase"})
    return _given(answering.ask(call.actor, theirs(call), signer, **words))


def accept_request(call: Called, how: asked.Accepting) -> Response:
    """Accept a request; signed with the caller's own key. Mutual assistance is the lawyer's to accept."""
    signer = call.signer(how.passphrase)
    return _given(answering.accept(call.actor, theirs(call), signer, until=how.until, reply_by=how.reply_by))


def extend_preservation(call: Called, how: asked.Extending) -> Response:
    """Preserve for longer than was said before; signed with the caller's own key."""
    return _given(answering.extend(call.actor, theirs(call), call.signer(how.passphrase), until=how.until))


def propose_refusal(call: Called, why: asked.Refusing) -> Response:
    """Propose to refuse a request; another person releases the refusal."""
    call.signer(why.passphrase)
    return _noted(answering.propose_refusal(call.actor, theirs(call), code=why.code, reason=why.reason))


def release_refusal(call: Called, proved: Proved) -> Response:
    """Release a refusal that another person proposed; signed with the caller's own key."""
    return _given(answering.release_refusal(call.actor, theirs(call), call.signer(proved.passphrase)))


def decline_refusal(call: Called, why: asked.Reopening) -> Response:
    """Decline to release a refusal that another person proposed; the request stays as it is."""
    call.signer(why.passphrase)
    return _noted(answering.decline_refusal(call.actor, theirs(call), why.reason))


def answer_partly(call: Called, parting: asked.Parting) -> Response:
    """Say what became of each target; signed with the caller's own key. Refused ones stand on another person's review."""
    said = [Outcome(one.target, one.outcome, one.code, one.reason) for one in parting.targets]
    return _given(answering.partly(call.actor, theirs(call), call.signer(parting.passphrase), said))


def review_request(call: Called, said: asked.Reviewing) -> Response:
    """Record the legal review that a refusal of targets needs, in the caller's name."""
    call.signer(said.passphrase)
    return _noted(answering.review(call.actor, theirs(call), said.text))


def record_call(call: Called, said: asked.Calling) -> Response:
    """Record that the caller called the sender back under a number of the directory."""
    call.signer(said.passphrase)
    reached = said.verdict != "unreached"
    back = CallBack(
        said.number, reached, said.answered_by if reached else "", said.verdict == "confirmed", text=said.note
    )
    return _noted(answering.call_back(call.actor, theirs(call), back))


def read_safeguards(call: Called) -> Response:
    """Read the safeguards questions on a request that came in: what is asked, answered and missing."""
    return data(gatekeeping.look(call.office, theirs(call).id).plain())


def answer_safeguards(call: Called, said: asked.Considering) -> Response:
    """Answer the safeguards questions in the caller's name, or look at a concern as the second person."""
    call.signer(said.passphrase)
    if said.second:
        return _kept(answering.look_second(call.actor, theirs(call), said.second))
    rows = [one.model_dump() | {"by": call.name} for one in said.answers]
    texts = {name: text for name in ("necessity", "proportionality") if (text := getattr(said, name))}
    sheet: dict[str, Any] = ({"safeguards": rows} if rows else {}) | texts
    if not sheet:
        raise BadInput("got no answer, expected at least one", field="answers")
    return _kept(answering.consider(call.actor, theirs(call), sheet))


def say_existence(call: Called, said: asked.Existing) -> Response:
    """Say whether data exist for a target, and nothing else."""
    _overriding(call, said.override, said.passphrase)
    parts = answering.say_existence(
        call.actor, theirs(call), exists=said.exists, target=said.target, override=said.override
    )
    return data({"parts": [_part(one) for one in parts]}, 201)


def deliver_files(call: Called) -> Response:
    """Deliver files on a target, as a form with them in `files`; the very same files again are the same delivery."""
    files = [(str(one.filename), _place(one)) for name, one in call.form if isinstance(one, UploadFile)]
    wrong = [name for name, one in call.form if isinstance(one, UploadFile) != (name == "files")]
    fields = [(name, one) for name, one in call.form if isinstance(one, str)]
    if len(dict(fields)) != len(fields) or {"files"} & set(wrong):
        raise BadCall("got a field twice, or a text for a file, expected each once", field="files")
    try:
        terms = asked.Delivery.model_validate(dict(fields))
    except ValidationError as e:
        fault = e.errors()[0]
        raise BadCall(f"got {fault['msg'][:200]}", field=".".join(map(str, fault["loc"]))[:80]) from None
    _overriding(call, terms.override, terms.passphrase)
    parts = answering.deliver(
        call.actor, theirs(call), files, target=terms.target, days=terms.days, override=terms.override
    )
    return data({"parts": [_part(one) for one in parts]}, 201)


def list_given(call: Called, piece: Asked) -> Response:
    """List what was delivered on a request that came in."""
    with call.node.store.read() as unit:
        found = find_parts(unit, request=theirs(call).id)
    return listed([one.plain() for one in found], piece)


def theirs(call: Call) -> Request:
    """Give the request that came in and that a call is about."""
    with call.node.store.read() as unit:
        return call.office.find(unit, call.given["request"], IN)


def _overriding(call: Call, override: str, passphrase: Any) -> None:
    """Find that who goes on without a call back is there himself."""
    if override.strip():
        if passphrase is None:
            raise BadCall("got an override without a passphrase, expected yours", field="passphrase")
        call.signer(passphrase)


def _place(file: UploadFile) -> Path:
    return Path(str(file.file.name))


def _part(one: Kept) -> dict[str, Any]:
    row = one.plain()
    return {name: row[name] for name in ("object", "delivery", "part", "request", "direction", "way", "state")}


def _given(taken: Taken) -> Response:
    return data({"new": taken.new, "request": taken.request.plain(), "receipt": receipt_row(taken.answer)})


def _noted(note: Note) -> Response:
    return data({"kind": note.kind, "who": note.who, "at": stamp(note.at)}, 201)


def _kept(found: Gatekeeping) -> Response:
    missing = [one.field for one in found.missing]
    return data({"reference": found.request.reference, "stage": found.stage.value, "missing": missing})


def _signed(path: str, act: str, does: Any) -> Operation:
    """Give an operation that answers with a receipt."""
    place = f"/incoming/{{request}}/{path}"
    return Operation("POST", place, act, does, ReceiptGiven, by_incoming, takes=JSON, proof=True)


def _said(path: str, act: str, does: Any) -> Operation:
    """Give an operation that keeps a person's word."""
    place = f"/incoming/{{request}}/{path}"
    return Operation("POST", place, act, does, NoteKept, by_incoming, takes=JSON, proof=True, status=201)


OPERATIONS = (
    Operation("GET", "/incoming/new", "inbox.list", list_new, NewPage),
    Operation("POST", "/incoming/taking-up", "inbox.take", take_up, RequestRow, takes=JSON),
    Operation("GET", "/incoming/{request}/sheet", "inbox.read", read_sheet, Free, by_incoming),
    Operation("GET", "/incoming/{request}/receipts/{answer}", "inbox.read", read_receipt, JSON, by_incoming),
    _signed("receipt", "inbox.receipt", receipt_request),
    _signed("question", "inbox.receipt", ask_sender),
    _said("call-back", "inbox.receipt", record_call),
    _signed("acceptance", "inbox.accept", accept_request),
    _signed("extension", "inbox.accept", extend_preservation),
    _said("refusal", "inbox.refuse", propose_refusal),
    _signed("refusal/release", "inbox.releaserefusal", release_refusal),
    _said("refusal/decline", "inbox.releaserefusal", decline_refusal),
    Operation("GET", "/incoming/{request}/safeguards", "inbox.read", read_safeguards, Gate, by_incoming),
    Operation(
        "POST", "/incoming/{request}/safeguards", "request.safeguards", answer_safeguards, GateKept, by_incoming,
        takes=JSON, proof=True,
    ),
    _signed("partial", "provider.decide", answer_partly),
    _said("review", "provider.decide", review_request),
    Operation("GET", "/incoming/{request}/deliveries", "inbox.read", list_given, Listed[PartRow], by_incoming),
    Operation(
        "POST", "/incoming/{request}/deliveries", "provider.deliver", deliver_files, Delivered, by_incoming,
        takes=FORM, fields=asked.Delivery, files=FILES, most=MOST, status=201,
    ),
    Operation(
        "POST", "/incoming/{request}/existence", "provider.deliver", say_existence, Delivered, by_incoming, takes=JSON,
        status=201,
    ),
)  # fmt: skip

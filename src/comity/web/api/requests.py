"""Our own requests: listed, drafted, followed, changed, checked, read, printed, withdrawn, given a basis, and files attached.

What a person's key signs, and what is sent, is in `signing`.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.responses import FileResponse, Response

from comity.accounts.access import known_to
from comity.kernel.ids import new_id
from comity.law.plain import plain
from comity.requests import tables
from comity.requests.bases import propose
from comity.requests.choosing import choose
from comity.requests.drafting import check, digest, draft, rewrite
from comity.requests.errors import WrongState
from comity.requests.model import IN, OUT, Request
from comity.requests.register import print_request, show_request
from comity.requests.safeguards import dated
from comity.requests.states import STATES
from comity.requests.vocabulary import draft_shape

from ..acts.drafting import attach, follow
from ..acts.signing import withdraw
from . import answers
from .asked import Choice, Draft, DraftChange, Following, Reason
from .call import Asked, Call, Called, Piece, data, listed
from .errors import BadCall
from .operations import FILE, JSON, Operation, by_case, by_outgoing
from .operations import PACKAGE as LARGEST

PDF, PACKAGE = "application/pdf", "application/zip"
State = Annotated[str, Query(json_schema_extra={"enum": ["", *STATES]}, max_length=20)]


def list_requests(call: Called, piece: Asked, case: str = "", state: State = "") -> Response:
    """List our requests in the cases that the person knows of, the latest change first; of one case, in one state."""
    return piece_of(call, piece, OUT, case, state)


def draft_request(call: Called, case: str, asked: Draft) -> Response:
    """Begin a request in a case."""
    made = draft(
        call.office, case, measure=asked.measure, to=asked.to, exercise=asked.exercise, unit_name=asked.unit,
        by=call.name, own_id=new_id(call.desk.staff.now),
    )  # fmt: skip
    return data(kept(made), 201)


def follow_request(call: Called, asked: Following) -> Response:
    """Begin a request that extends, follows or corrects an earlier one, or asks for mutual assistance on it."""
    made = follow(
        call.actor, ours(call).id, relation=asked.relation, own_id=new_id(call.desk.staff.now),
        measure=asked.measure or "", to=asked.to or "", data=asked.data,
    )  # fmt: skip
    return data(kept(made), 201)


def attach_file(
    call: Called, name: Annotated[str, Query(min_length=1, max_length=200, description="What the file is called.")]
) -> Response:
    """Attach a file to a draft; one of the same name takes the place of the former."""
    assert call.file is not None
    return data(kept(attach(call.actor, ours(call).id, name, call.file)))


def read_request(call: Called) -> Response:
    """Read a request: its state, what may be done next, history, receipts, clocks, document."""
    return whole(call)


def change_request(call: Called, change: DraftChange) -> Response:
    """Set fields of a draft anew, as somebody who saw it: those of a draft sheet, a list as a whole.

    A safeguards answer that names no day was given today.
    """
    faults = draft_shape().faults(change.fields)
    if faults:
        raise BadCall(faults[0].message, field=f"fields.{faults[0].path}")
    fields = {name: value for name, value in change.fields.items() if name != "format"}
    fields = dated(fields, call.desk.staff.now.date())
    seen = call.saw(change.seen, digest(ours(call)))
    return data(kept(rewrite(call.office, call.given["request"], fields, seen=seen, by=call.name)))


def check_request(call: Called) -> Response:
    """Find everything missing or doubtful in a request: each with its field, reason, remedy and source."""
    request, findings = check(call.office, call.given["request"])
    rows = [one.plain() | {"blocks": one.blocks} for one in findings]
    complete = not any(one.blocks for one in findings)
    return data({"reference": request.reference, "complete": complete, "findings": rows})


def print_document(call: Called) -> Response:
    """Print a request as PDF; a draft as far as it goes."""
    return printed(call)


def read_package(call: Called) -> Response:
    """Give the package of a released request, as a file that anybody can verify."""
    return package_of(call)


def withdraw_request(call: Called, why: Reason) -> Response:
    """Withdraw a request; a node that took it in is told, and the addressee is to be told by call-back."""
    return data(kept(withdraw(call.actor, call.given["request"], why.reason)))


def propose_bases(call: Called) -> Response:
    """Propose the legal bases for a request in order, with what is still open; a person chooses one."""
    return data(plain(propose(call.office, call.given["request"])))


def choose_basis(call: Called, choice: Choice) -> Response:
    """Bind a legal basis that the caller chose to a draft, with answers on what was open; the choice is his, by name."""
    numbered = {int(number): text for number, text in choice.answers.items()}
    name = call.given["request"]
    made = choose(call.office, name, choice.candidate, by=call.name, text=choice.text, answers=numbered)
    return data(kept(made))


def kept(request: Request) -> dict[str, Any]:
    """Give a request after an act as JSON data, with the digest that the next change names."""
    return request.plain() | {"seen": digest(request)}


def ours(call: Call) -> Request:
    """Give the request of ours that a call is about."""
    with call.node.store.read() as unit:
        return call.office.find(unit, call.given["request"], OUT)


def whole(call: Call) -> Response:
    """Answer with a request whole."""
    dossier = show_request(call.office, _id(call))
    return data(dossier.plain(call.office) | {"seen": digest(dossier.request)})


def printed(call: Call) -> Response:
    """Answer with the document of a request."""
    return Response(print_request(call.office, _id(call)), media_type=PDF)


def package_of(call: Call) -> Response:
    """Answer with the package of a request.

    Raises:
        WrongState: it was not released.
    """
    request = show_request(call.office, _id(call)).request
    if not request.released:
        raise WrongState(f"got a request that is {request.state}, expected a released one", field="state")
    path = call.office.blobs.path(request.file)
    return FileResponse(path, media_type=PACKAGE, filename=f"{request.stem}.comity.zip")


def piece_of(call: Call, piece: Piece, direction: str, case: str, state: str) -> Response:
    """Answer with a piece of the requests in the cases that the person knows of.

    Raises:
        BadCall: there is no such state.
    """
    if state and state not in STATES:
        raise BadCall(f"got {state[:20]!r}, expected one of: {', '.join(STATES)}", field="state")
    known: tables.Cases = call.cases() & {case} if case else known_to(call.desk.staff, call.who)
    with call.node.store.read() as unit:
        rows, total = tables.listed(unit, known, direction, state=state, skip=piece.skip, limit=piece.limit)
    return listed([one.plain() for one in rows], piece, total)


def _id(call: Call) -> str:
    """Give the id of the request that the door let somebody come to."""
    direction = IN if ":" in call.case else OUT
    with call.node.store.read() as unit:
        return call.office.find(unit, call.given["request"], direction).id


OPERATIONS = (
    Operation("GET", "/requests", "case.list", list_requests, answers.Listed[answers.RequestRow]),
    Operation(
        "POST", "/requests", "request.draft", draft_request, answers.RequestKept, case=by_case, takes=JSON, status=201
    ),
    Operation(
        "POST", "/requests/{request}/followers", "request.draft", follow_request, answers.RequestKept, by_outgoing,
        takes=JSON, status=201,
    ),
    Operation(
        "POST", "/requests/{request}/attachments", "request.draft", attach_file, answers.RequestKept, by_outgoing,
        takes=FILE, most=LARGEST,
    ),
    Operation("GET", "/requests/{request}", "request.read", read_request, answers.RequestRead, case=by_outgoing),
    Operation(
        "PATCH", "/requests/{request}", "request.draft", change_request, answers.RequestKept, by_outgoing, takes=JSON,
        match=True,
    ),
    Operation("GET", "/requests/{request}/check", "request.read", check_request, answers.Checked, by_outgoing),
    Operation("GET", "/requests/{request}/document", "request.read", print_document, PDF, by_outgoing),
    Operation("GET", "/requests/{request}/package", "request.read", read_package, PACKAGE, by_outgoing),
    Operation("GET", "/requests/{request}/bases", "request.read", propose_bases, answers.Free, by_outgoing),
    Operation(
        "PUT", "/requests/{request}/basis", "request.basis", choose_basis, answers.RequestKept, by_outgoing, takes=JSON
    ),
    Operation(
        "POST", "/requests/{request}/withdrawal", "request.withdraw", withdraw_request, answers.RequestKept,
        by_outgoing, takes=JSON,
    ),
)  # fmt: skip

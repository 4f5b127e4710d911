"""Drafting a request on one page: what, of whom, about what, why, on which basis; what is missing stands beside it, live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.responses import Response

from comity.accounts import knowledge
from comity.accounts.errors import NotAllowed
from comity.kernel.errors import BadInput, ComityError
from comity.kernel.language import _, said
from comity.law.basis import Engine
from comity.law.candidate import Decision
from comity.requests import bases, choosing, tables, vocabulary
from comity.requests import drafting as service
from comity.requests.errors import NoRequest
from comity.requests.model import OUT, CaseFile, Finding, Request
from comity.requests.states import DRAFT

from ..acts import drafting as acts
from . import draftform, questions
from .cases import measures, parties
from .desk import Desk
from .draftform import name_of
from .languages import NAMES, worded
from .routes import Route, by_name
from .visit import Visit

FACTS = ("offence_facts", "facts")
FORM, FILE = 512 << 10, 64 << 20


def by_ours(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case of a request of this node's own."""
    return ours(desk, given["request"]).case


def ours(desk: Desk, request: str) -> Request:
    """Give a request of this node's own by its id.

    Raises:
        NoRequest: there is none.
    """
    with desk.node.store.read() as unit:
        found = tables.find_requests(unit, id=request, direction=OUT)
    if not found:
        raise NoRequest("got no request of this node, expected one", field="request")
    return found[0]


def begun(visit: Visit) -> Response:
    """Begin a request in a case; the same form sent twice begins one."""
    measure, case = visit.field("measure"), visit.given["case"]
    if measure not in dict(measures()):
        raise BadInput(f"got {measure[:40]!r}, expected one of the measures shown", field="measure")
    made = service.draft(
        visit.desk.node.office,
        case,
        measure=measure,
        to=visit.field("to"),
        exercise=bool(visit.field("exercise")),
        by=name_of(visit),
        own_id=_once(visit),
    )
    _state_facts(visit, made)
    return visit.go(f"/request/{made.id}/draft")


def followed(visit: Visit) -> Response:
    """Begin a request that extends, follows or corrects this one."""
    made = acts.follow(
        visit.actor,
        visit.given["request"],
        relation=visit.field("relation"),
        own_id=_once(visit),
        measure=visit.field("measure"),
        to=visit.field("to"),
        data=visit.fields("data"),
    )
    return visit.go(f"/request/{made.id}/draft")


def drafted(visit: Visit) -> Response:
    """Show the draft as a form, with what is missing beside it."""
    request = ours(visit.desk, visit.given["request"])
    if request.state != DRAFT or not visit.may("request.draft", request.case):
        return visit.go(f"/request/{request.id}")
    _request, found = service.check(visit.desk.node.office, request.id)
    return _page(visit, request, request, found, service.digest(request))


def kept(visit: Visit) -> Response:
    """Keep what was typed, choose the basis, or only check; whoever would go on to sign stays as long as something blocks."""
    office, request = visit.desk.node.office, ours(visit.desk, visit.given["request"])
    if request.state != DRAFT:
        return visit.go(f"/request/{request.id}")
    made, seen = draftform.sheet(visit, request, _case(visit, request)), visit.field("seen")
    try:
        if visit.field("do") == "check":
            return _page(visit, request, *_previewed(visit, request, made), seen)
        request = service.rewrite(office, request.id, made, seen=visit.field("seen"), by=name_of(visit))
        seen = service.digest(request)
        _choose(visit, request)
    except ComityError as e:
        would, found = _previewed(visit, request, made)
        return _page(visit, request, would, found, seen, wrong=e)
    done = visit.field("do") == "go" and not _blocking(service.check(office, request.id)[1])
    return visit.go(f"/request/{request.id}" if done else f"/request/{request.id}/draft#preflight")


def preflight(visit: Visit) -> Response:
    """Give what is missing in what was typed so far, and keep nothing."""
    request = ours(visit.desk, visit.given["request"])
    made = draftform.sheet(visit, request, _case(visit, request))
    _would, found = _previewed(visit, request, made)
    return visit.page("preflight.html", remarks=draftform.remarks(found), blocking=_blocking(found), saved=False)


def attached(visit: Visit) -> Response:
    """Attach a file to the draft."""
    request = ours(visit.desk, visit.given["request"])
    for one in visit.files("file"):
        acts.attach(visit.actor, request.id, one.filename or "", Path(str(one.file.name)))
    return visit.go(f"/request/{request.id}/draft#attachments")


def _state_facts(visit: Visit, made: Request) -> None:
    """State the facts of the case in a draft that has just begun, to be mended there."""
    stated = made.document["contents"]
    asked = [one["id"] for one in vocabulary.complete(made.measure)["items"] if one["id"] in FACTS]
    if len(stated) == 1 and asked:
        sheet = {"contents": [*stated, {"id": asked[0], "text": made.document["case"]["facts"]}]}
        service.rewrite(visit.desk.node.office, made.id, sheet, seen=service.digest(made), by=name_of(visit))


def _previewed(visit: Visit, request: Request, made: Mapping[str, Any]) -> tuple[Request, list[Finding]]:
    """Run the preflight on what was typed, the basis that is ticked and what was answered under it among it."""
    office = visit.desk.node.office
    if visit.may(questions.BASIS, request.case):
        try:
            new = _chosen(visit, service.rewritten(office, request.document, made))
        except ComityError:
            new = None  # keeping it says what is wrong with it
        made = {**made, "basis": new[0]} if new else made
    return service.preview(office, request.id, made)


def _chosen(visit: Visit, document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[int, str]] | None:
    """Give the basis that was ticked as it would be stated today, with its answers that are new; nothing where all stays."""
    given = document.get("basis", {})
    kept = given.get("candidate", "")
    wanted = visit.field("candidate") or kept
    decision, _lacking = _decision(visit, document)
    if not wanted or (wanted == kept and not questions.choosable(decision, kept)):
        return None
    answers = questions.answers(visit, decision, wanted, given) if decision else {}
    stated = choosing.stated(
        visit.desk.node.office, document, wanted, by=name_of(visit), answers=answers, decision=decision
    )
    return None if wanted == kept and choosing.stands(given, stated) else (stated, answers)


def _choose(visit: Visit, request: Request) -> None:
    """Bind the basis that was ticked, with new answers on what it leaves open."""
    may = visit.may(questions.BASIS, request.case)
    new = _chosen(visit, request.document) if may or visit.field("candidate") else None
    if new and not may:
        raise NotAllowed("got a choice of the basis, expected it of a drafter or a lawyer", field="candidate")
    if new:
        basis, answers = new
        choosing.choose(visit.desk.node.office, request.id, basis["candidate"], by=name_of(visit), answers=answers)


def _page(
    visit: Visit,
    saved: Request,
    would: Request,
    found: Sequence[Finding],
    seen: str,
    *,
    wrong: ComityError | None = None,
) -> Response:
    """Show the form of a draft as it would be with what was typed; *saved* is how it is kept, *seen* what was seen of it."""
    office, document, case = visit.desk.node.office, would.document, _case(visit, saved)
    with visit.desk.staff.store.read() as unit:
        members = knowledge.members(unit, saved.case)
        people = [visit.desk.staff.person(unit, one.person).label for one in members if one.person != visit.person.id]
    addressee = office.known(document["to"]["party"])
    choosable = dict(measures()) | {saved.measure: worded("measure", saved.measure)}
    decision, lacking = _decision(visit, document)
    return visit.page(
        "draft.html",
        wrong.status if wrong else 200,
        request=saved,
        document=document,
        seen=seen,
        case=case,
        wrong=wrong,
        saved=would is saved,
        remarks=draftform.remarks(found),
        blocking=_blocking(found),
        measures=list(choosable.items()),
        parties=parties(visit),
        addressee=addressee,
        languages_of=[(one, NAMES.get(one, one)) for one in (addressee.languages if addressee else ("en",))],
        targets=draftform.targets(case, document),
        ticked={draftform.key_of(one) for one in document.get("targets", [])},
        items=draftform.items(document, found),
        labels=vocabulary.draft_shape().codes["contents"],
        kinds=vocabulary.measure(document["measure"]).get("data", {}),
        gates=draftform.gates(visit, document),
        answered={one["id"]: one for one in document.get("safeguards", [])},
        second=[("", _("nobody yet")), *((one, one) for one in people)],
        decision=decision,
        lacking=lacking,
        ticked_basis=visit.field("candidate") or document.get("basis", {}).get("candidate", ""),
        opened=questions.opened(visit, decision, document) if decision else {},
        told=lambda text: said(text, surely=True),
    )


def _decision(visit: Visit, document: Mapping[str, Any]) -> tuple[Decision | None, ComityError | None]:
    """Give the legal bases for a draft in order, or why none can be given."""
    office = visit.desk.node.office
    try:
        asked = bases.question(document, office.known(document["to"]["party"]), visit.desk.staff.now.date())
        return Engine(office.law()).decide(asked), None
    except ComityError as e:
        return None, e


def _case(visit: Visit, request: Request) -> CaseFile | None:
    with visit.desk.node.store.read() as unit:
        return tables.find_case(unit, request.case)


def _blocking(found: Sequence[Finding]) -> int:
    return sum(one.blocks for one in found)


def _once(visit: Visit) -> str:
    """Give the id that the form made up for what it begins, so that sending it twice begins one."""
    from uuid import UUID

    try:
        return str(UUID(visit.field("once")))
    except ValueError as e:
        raise BadInput("got a form without its id, expected the form of the page", field="once") from e


ROUTES = (
    Route("POST", "/cases/draft/{case:path}", "request.draft", begun, case=by_name),
    Route("POST", "/request/{request}/follow", "request.draft", followed, case=by_ours),
    Route("GET", "/request/{request}/draft", "request.read", drafted, case=by_ours),
    Route("POST", "/request/{request}/draft", "request.draft", kept, case=by_ours, most=FORM),
    Route("POST", "/request/{request}/preflight", "request.draft", preflight, case=by_ours, most=FORM, quiet=True),
    Route("POST", "/request/{request}/attach", "request.draft", attached, case=by_ours, most=FILE, files=1),
)

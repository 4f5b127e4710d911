"""The page of a request: its state, who acts next, its clock, what was said, its documents, its trail; and signing it."""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.responses import FileResponse, Response

from comity.accounts import knowledge, people
from comity.accounts.access import roles_of
from comity.accounts.duties import acts
from comity.exchange import tables as messages
from comity.exchange.sending import stands
from comity.kernel.errors import ComityError
from comity.packages.document import blocks
from comity.packages.sealing import request_shape
from comity.requests import drafting, release, tables
from comity.requests.errors import WrongState
from comity.requests.model import OUT
from comity.requests.receipts import read_back_code
from comity.requests.register import Dossier, print_request
from comity.requests.states import DRAFT, RELEASED, SEALED, WAITING, WITHDRAWN, allowed
from comity.requests.vocabulary import codes, measure
from comity.store.engine import Unit

from ..acts import signing
from . import clockline, draftform
from .cases import measures
from .delivered import told
from .drafting import by_ours, ours
from .languages import direction
from .links import links
from .routes import Route
from .signing import signer_of
from .trail import told as trail_of
from .visit import Visit

EMERGENCY = release.EMERGENCY
ABLE = ("request.release", "request.confirm", "evidence.change")


def shown(visit: Visit) -> Response:
    """Show a request of this node's own."""
    return page(visit)


def document(visit: Visit) -> Response:
    """Give the request as PDF, as the addressee will see it."""
    request = ours(visit.desk, visit.given["request"])
    made = print_request(visit.desk.node.office, request.id)
    how = "attachment" if visit.query("save") else "inline"
    headers = {"content-disposition": f'{how}; filename="{_safe(request.stem)}.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


def package(visit: Visit) -> Response:
    """Give the package of a released request as a file, to be carried by hand."""
    request = ours(visit.desk, visit.given["request"])
    if not request.released:
        raise WrongState(f"got {request.reference}, which is {request.state}, expected a released request")
    path = visit.desk.node.blobs.path(request.file)
    return FileResponse(path, media_type="application/zip", filename=f"{_safe(request.stem)}.comity.zip")


def trail(visit: Visit) -> Response:
    """Give the whole of a request as one JSON file."""
    found = _dossier(visit)
    text = json.dumps(found.plain(visit.desk.node.office), ensure_ascii=False, indent=2)
    name = f'attachment; filename="{_safe(found.request.stem)}.json"'
    return Response(text.encode(), media_type="application/json", headers={"content-disposition": name})


def sealed(visit: Visit) -> Response:
    """Seal a draft as the one who drafted it."""
    return _signed(visit, SEALED, signing.seal)


def confirmed(visit: Visit) -> Response:
    """Confirm an emergency as the third person."""
    return _signed(visit, "", signing.confirm)


def released(visit: Visit) -> Response:
    """Release a sealed request as another person than who drafted it."""
    return _signed(visit, RELEASED, signing.release)


def reopened(visit: Visit) -> Response:
    """Give a sealed request back to whoever drafted it."""
    name = visit.given["request"]
    return _done(visit, DRAFT, lambda: signing.reopen(visit.actor, name, signer_of(visit), visit.field("reason")))


def taken_back(visit: Visit) -> Response:
    """Withdraw a request; a node that took it in is told."""
    name, why = visit.given["request"], visit.field("reason")
    return _done(visit, WITHDRAWN, lambda: signing.withdraw(visit.actor, name, why))


def sent(visit: Visit) -> Response:
    """Send a released request to its addressee's node; sending it again sends nothing twice."""
    name, confidential = visit.given["request"], bool(visit.field("confidential"))
    return _done(visit, "", lambda: signing.send(visit.actor, name, confidential=confidential))


def _signed(visit: Visit, state: str, act: Callable[..., object]) -> Response:
    """Do an act that signs what the person saw."""
    name, seen = visit.given["request"], visit.field("seen")
    return _done(visit, state, lambda: act(visit.actor, name, signer_of(visit), seen=seen))


def _done(visit: Visit, state: str, act: Callable[[], object]) -> Response:
    """Do an act and show the request again; the same form twice leaves it where the first one led."""
    request = ours(visit.desk, visit.given["request"])
    if state and request.state == state:
        return visit.go(f"/request/{request.id}")
    try:
        act()
    except ComityError as e:
        return page(visit, wrong=e)
    return visit.go(f"/request/{request.id}")


def _dossier(visit: Visit) -> Dossier:
    with visit.desk.node.store.read() as unit:
        request = tables.find_requests(unit, id=visit.given["request"], direction=OUT)[0]
        return Dossier(
            request,
            tables.history_of(unit, request.id),
            tables.answers_of(unit, request.id),
            tables.clocks_of(unit, request.id),
        )


def page(visit: Visit, *, wrong: ComityError | None = None) -> Response:
    """Show a request of ours; *wrong* is what was wrong with a form on it."""
    found, office, now = _dossier(visit), visit.desk.node.office, visit.desk.staff.now
    request = found.request
    line = clockline.marks(found.history, found.clocks, now)
    findings = drafting.check(office, request.id)[1] if request.state in (DRAFT, SEALED) else []
    with visit.desk.staff.store.read() as unit:
        letters = messages.letters(unit, [request.id]).get(request.id, [])
        drafted = release.drafters(unit, request)
        able = {act: _able(visit, unit, request.case, act) for act in ABLE}
    signatures = len(json.loads(request.envelope)["signatures"]) if request.envelope else 0
    return visit.page(
        "request.html",
        wrong.status if wrong else 200,
        wrong=wrong,
        dossier=found,
        document=request.document,
        seen=drafting.digest(request) if request.state == DRAFT else request.package,
        line=line,
        drawing=clockline.drawn(line, mirrored=direction(visit.language) == "rtl"),
        told=trail_of,
        remarks=draftform.remarks(findings),
        blocking=sum(one.blocks for one in findings),
        party=office.party,
        addressee=office.known(request.peer),
        code=read_back_code(request) if request.package else "",
        confirmed=signatures >= release.CONFIRMED,
        urgent=request.measure == EMERGENCY,
        drafted=bool(drafted & {visit.person.holder, visit.person.label} - {""}),
        able=able,
        blocks=blocks(request.document, request_shape()),
        letters=letters,
        standing=next(filter(stands, (one for one in letters if one.kind == "order")), None),
        waiting=request.state in WAITING,
        can=allowed(OUT, request.state),
        links=links(visit, request),
        **told(visit, request),
        preserving=bool(measure(request.measure).get("accepted_needs")),
        codes={one.id: codes(one.state).get(one.code, {}) for one in found.answers},
        measures=measures(),
        once=office.new_id(now),
    )


def _able(visit: Visit, unit: Unit, case: str, act: str) -> list[str]:
    """Name the members of a case who may do an act."""
    staff = visit.desk.staff
    names = {one.id: one for one in people.all_people(unit)}
    inside = [one.person for one in knowledge.members(unit, case)]
    return [names[one].label for one in inside if names[one].active and acts()[act].allows(roles_of(staff, unit, one))]


def _safe(text: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in text)


ROUTES = (
    Route("GET", "/request/{request}", "request.read", shown, case=by_ours),
    Route("GET", "/request/{request}/document", "request.read", document, case=by_ours),
    Route("GET", "/request/{request}/package", "request.read", package, case=by_ours),
    Route("GET", "/request/{request}/trail", "request.read", trail, case=by_ours),
    Route("POST", "/request/{request}/seal", "request.seal", sealed, case=by_ours),
    Route("POST", "/request/{request}/confirm", "request.confirm", confirmed, case=by_ours),
    Route("POST", "/request/{request}/release", "request.release", released, case=by_ours),
    Route("POST", "/request/{request}/reopen", "request.release", reopened, case=by_ours),
    Route("POST", "/request/{request}/withdraw", "request.withdraw", taken_back, case=by_ours),
    Route("POST", "/request/{request}/send", "request.send", sent, case=by_ours),
)

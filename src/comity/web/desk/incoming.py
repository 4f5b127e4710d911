"""A request that came in: is it real, what does it ask, what is due, and every way to answer it.

Each answer is an act of the rooms below, signed with the person's own key. A refusal is proposed by one person and released by
another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.responses import Response

from comity.accounts import knowledge, people
from comity.accounts.errors import NotAllowed
from comity.crypto.keys import Signer
from comity.exchange import proposals
from comity.exchange.desk import Desk as Exchange
from comity.exchange.emergency import Called
from comity.exchange.outcomes import WORDS
from comity.exchange.peers import Peers
from comity.exchange.worklist import show, verified
from comity.kernel.clock import moment
from comity.kernel.errors import BadInput, ComityError
from comity.kernel.language import _, language, said
from comity.node.ports import capability_of
from comity.packages.sealing import request_shape
from comity.requests import gatekeeping, tables
from comity.requests.errors import NoRequest
from comity.requests.gatekeeping import Gatekeeping
from comity.requests.model import IN, Request
from comity.requests.refusal import same_person
from comity.requests.states import INFO_NEEDED, REFUSED, allowed
from comity.requests.vocabulary import codes, label, measure

from ..acts import answering, arriving
from ..acts.answering import ASSISTANCE
from ..acts.arriving import case_of
from .clockline import drawn, marks
from .desk import Desk
from .forms import typed
from .languages import direction
from .links import links
from .routes import Route
from .signing import signer_of
from .trail import noted, told
from .visit import Visit

ANEW, MOST_CHECKED = 600, 1000


def by_incoming(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case of the request that came in under an id.

    Raises:
        NoRequest: there is none.
    """
    return case_of(_request(desk, given["request"]))


def shown(visit: Visit) -> Response:
    """Show a request that came in, with what a person may do about it; from then on it is not new."""
    arriving.seen(visit.actor, _request(visit.desk, visit.given["request"]))
    return page(visit)


def page(visit: Visit, wrong: ComityError | None = None, at: str = "") -> Response:
    """Show a request; *wrong* is what was wrong with the form *at*, shown again with what was typed."""
    desk = visit.desk
    request = _request(desk, visit.given["request"])
    sheet = show(desk.exchange, request.id, capability_of(desk.node.settings), partial(_checked, desk))
    case = case_of(request)
    with desk.staff.store.read() as unit:
        answers = tables.answers_of(unit, request.id)
        proposal = proposals.proposal(unit, request)
        clocks = tables.clocks_of(unit, request.id)
        came = [one for one in tables.history_of(unit, request.id) if one.act == "receive"]
        members = {one.person for one in knowledge.members(unit, case)}
        everybody = people.all_people(unit)
    moments = marks(came, clocks, desk.staff.now)
    return visit.page(
        "incoming.html", 422 if wrong else 200,
        request=request, sheet=sheet, answers=answers, proposal=proposal, case=case,
        gate=gatekeeping.look(desk.node.office, request.id),
        acts=allowed(IN, request.state), until=measure(request.measure).get("accepted_needs"),
        may={act: visit.may(act, case) for act in _ACTS} | {"mine": _mine(visit, proposal)},
        decides=request.measure != ASSISTANCE or visit.me.may("assistance.decide"),
        drawing=drawn(moments, mirrored=direction(visit.language) == "rtl"), moments=moments, clocks=clocks,
        country=_country(visit, request), sender=desk.node.office.known(request.peer),
        members=[one for one in everybody if one.id in members],
        others=[one for one in everybody if one.active and one.id not in members],
        told=told, noted=noted, stated=_stated(), ended=frozenset(WORDS.values()), refusals=_codes(REFUSED), lacks=_codes(INFO_NEEDED),
        links=links(visit, request), wrong=wrong, at=at, typed=typed(visit.form), again=visit.query("again") == "yes",
    )  # fmt: skip


def receipted(visit: Visit) -> Response:
    """Confirm that a request came, or ask its sender for what is lacking."""

    def act(request: Request, signer: Signer) -> object:
        if visit.field("state") == INFO_NEEDED:
            given = {"code": visit.field("code"), "reason": visit.field("reason"), "reply_by": time(visit, "reply_by")}
            return answering.ask(visit.actor, request, signer, **given)
        return answering.receipt(visit.actor, request, signer)

    return signed(visit, "ask" if visit.field("state") == INFO_NEEDED else "receipt", act)


def accepted(visit: Visit) -> Response:
    """Accept a request; assistance is the lawyer's to accept."""

    def act(request: Request, signer: Signer) -> object:
        until, reply_by = time(visit, "until"), time(visit, "reply_by")
        if visit.field("longer"):
            return answering.extend(visit.actor, request, signer, until=until)
        return answering.accept(visit.actor, request, signer, until=until, reply_by=reply_by)

    return signed(visit, "accept", act)


def proposed(visit: Visit) -> Response:
    """Propose to refuse a request."""

    def act(request: Request) -> object:
        return answering.propose_refusal(visit.actor, request, code=visit.field("code"), reason=visit.field("reason"))

    return done(visit, "refuse", act)


def released(visit: Visit) -> Response:
    """Release a refusal that another person proposed, or decline to."""

    def act(request: Request, signer: Signer) -> object:
        return answering.release_refusal(visit.actor, request, signer)

    def no(request: Request) -> object:
        return answering.decline_refusal(visit.actor, request, visit.field("reason"))

    return done(visit, "decline", no) if visit.field("do") == "decline" else signed(visit, "release", act)


def considered(visit: Visit) -> Response:
    """Answer the safeguards questions before a request is executed, or look at a concern as the second person."""

    def act(request: Request) -> object:
        if question := visit.field("second"):
            return answering.look_second(visit.actor, request, question)
        found = gatekeeping.look(visit.desk.node.office, request.id)
        return answering.consider(visit.actor, request, _answers(visit, found))

    return done(visit, "safeguards", act)


def called(visit: Visit) -> Response:
    """Record that the sender was called back under a number of the directory."""

    def act(request: Request) -> object:
        verdict = visit.field("verdict")
        if verdict not in ("confirmed", "denied", "unreached"):
            raise BadInput("got no outcome, expected what came of the call", field="verdict")
        who = visit.field("answered_by") if verdict != "unreached" else ""
        call = Called(
            visit.field("number"), verdict != "unreached", who, verdict == "confirmed", text=visit.field("note")
        )
        return answering.call_back(visit.actor, request, call)

    return done(visit, "callback", act)


def joined(visit: Visit) -> Response:
    """Let another person know of the case."""

    def act(request: Request) -> object:
        person, reason = visit.field("person"), visit.field("reason")
        return knowledge.bring_in(visit.desk.staff, visit.me, case_of(request), person, reason)

    return done(visit, "member", act)


def receipt_file(visit: Visit) -> Response:
    """Give a receipt that we signed as a file, to be carried to the sender."""
    request = _request(visit.desk, visit.given["request"])
    with visit.desk.staff.store.read() as unit:
        found = [one for one in tables.answers_of(unit, request.id) if one.id == visit.given["answer"] and one.raw]
    if not found:
        raise NoRequest("got no such receipt, expected one on this request", field="answer")
    stem = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in request.stem)
    name = f"{stem}-{found[0].state}-{found[0].at:%Y%m%dT%H%M%SZ}.receipt.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(found[0].raw.encode(), media_type="application/json", headers=headers)


def done(visit: Visit, at: str, act: Any) -> Response:
    """Do what a form asks, or show it again with what is wrong."""
    request = _request(visit.desk, visit.given["request"])
    try:
        act(request)
    except (NoRequest, NotAllowed):
        raise
    except ComityError as e:
        return page(visit, e, at)
    return visit.go(f"/incoming/{request.id}")


def signed(visit: Visit, at: str, act: Any) -> Response:
    """Do what a form asks with the person's key."""
    return done(visit, at, lambda request: act(request, signer_of(visit)))


def time(visit: Visit, name: str) -> str:
    """Give a day of a form as the end of that day in UTC, as receipts write it; empty where none was given."""
    text = visit.field(name).strip()
    if not text:
        return ""
    whole = f"{text[:10]}T23:59:59Z"
    moment(whole, field=name)
    return whole


def _request(desk: Desk, name: str) -> Request:
    with desk.node.store.read() as unit:
        found = tables.find_requests(unit, id=name, direction=IN)
    if not found:
        raise NoRequest(knowledge.NOT_KNOWN)
    return found[0]


def _checked(desk: Desk, exchange: Exchange, request: Request) -> dict[str, Any]:
    """Give a package's verification, run anew after some minutes or when the directory changed."""
    directory = Peers(desk.node.mirror, desk.node.clock).signature()
    key = (request.id, directory, int(desk.staff.now.timestamp()) // ANEW)
    if key not in desk.checked:
        if len(desk.checked) >= MOST_CHECKED:
            desk.checked.clear()
        desk.checked[key] = verified(exchange, request)
    return desk.checked[key]


def _mine(visit: Visit, proposal: Any) -> bool:
    """Tell whether the person proposed the refusal himself, under whatever account."""
    by = visit.actor.by
    return bool(proposal) and (proposal.facts.get("account") == by.account or same_person(proposal.who, by.name))


def _answers(visit: Visit, found: Gatekeeping) -> dict[str, Any]:
    """Read the answers of a form: those that are new or other than what stands."""
    by, rows = visit.actor.by.name, []
    for one in found.asked:
        name, known = one.question.id, found.answer(one.question.id)
        text, concern = visit.field(f"{name}.answer").strip(), visit.field(f"{name}.concern")
        if text and (known.get("answer"), known.get("concern")) != (text, concern):
            rows.append({"id": name, "answer": text, "concern": concern, "by": by})
    plain = {name: visit.field(name).strip() for name in ("necessity", "proportionality")}
    sheet = {name: text for name, text in plain.items() if text and text != found.record.get(name)}
    if not rows and not sheet:
        raise BadInput("got no answer, expected at least one", field="safeguards", advice=_("Write an answer first."))
    return ({"safeguards": rows} if rows else {}) | sheet


def _country(visit: Visit, request: Request) -> Any:
    """Give the sheet of the sender's country, if its law is in the data."""
    library, code = visit.desk.node.office.law(), request.peer[:2]
    return library.country(code) if code in library.profiled else None


def _stated() -> dict[str, str]:
    """Give the items that a request may state, in words."""
    rows = request_shape().codes["contents"]
    return {code: said(label(words, language())) for code, words in rows.items()}


def _codes(state: str) -> list[tuple[str, str]]:
    return [(code, said(label(row["label"], language()))) for code, row in codes(state).items()]


_ACTS = (
    "inbox.receipt", "inbox.accept", "inbox.refuse", "inbox.releaserefusal", "request.safeguards", "case.members",
    "provider.decide", "provider.deliver",
)  # fmt: skip
ROUTES = (
    Route("GET", "/incoming/{request}", "inbox.read", shown, case=by_incoming),
    Route("GET", "/incoming/{request}/receipt/{answer}", "inbox.read", receipt_file, case=by_incoming),
    Route("POST", "/incoming/{request}/receipt", "inbox.receipt", receipted, case=by_incoming),
    Route("POST", "/incoming/{request}/callback", "inbox.receipt", called, case=by_incoming),
    Route("POST", "/incoming/{request}/accept", "inbox.accept", accepted, case=by_incoming),
    Route("POST", "/incoming/{request}/refuse", "inbox.refuse", proposed, case=by_incoming),
    Route("POST", "/incoming/{request}/refusal", "inbox.releaserefusal", released, case=by_incoming),
    Route("POST", "/incoming/{request}/safeguards", "request.safeguards", considered, case=by_incoming, most=256 << 10),
    Route("POST", "/incoming/{request}/member", "case.members", joined, case=by_incoming),
)

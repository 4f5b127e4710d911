"""Cases: the own ones, opening and changing one, who knows of it, what is in it, and carrying it out."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from comity.accounts import knowledge, people
from comity.accounts.access import cases_of, known_to
from comity.accounts.duties import roles
from comity.accounts.errors import NotAllowed
from comity.kernel.errors import ComityError
from comity.kernel.language import _, said
from comity.requests import tables
from comity.requests.cases import keep_case, show_case, targets_of
from comity.requests.errors import WrongState
from comity.requests.model import OUT, CaseFile
from comity.requests.vocabulary import case_shape
from comity.store.engine import Unit

from ..acts.cases import export_case
from ..acts.drafting import MEASURES
from . import caseform
from .caseform import CaseForm
from .languages import worded
from .routes import Route, by_name
from .trail import told
from .visit import Visit

FORM = 512 << 10
SHOWN, LATEST, TRAIL = 50, 4, 100
ARTICLES = range(7, 18)


def listed(visit: Visit) -> Response:
    """List the own cases, a page at once, what is under way in each first."""
    after = visit.query("after").replace("\0", "")
    with visit.desk.staff.store.read() as unit:
        found = tables.cases_named(unit, known_to(visit.desk.staff, visit.me), after=after, most=SHOWN + 1)
        more, found = found[SHOWN:], found[:SHOWN]
        asked = tables.latest_of(unit, [one.reference for one in found], OUT, LATEST)
        marked = tables.exercises(unit, [one.id for latest, _total in asked.values() for one in latest])
    return visit.page("cases.html", cases=found, requests=asked, exercises=marked, after=after, more=bool(more))


def new(visit: Visit) -> Response:
    """Show the form of a new case to whoever may open one; to others their cases."""
    if not visit.may("case.open"):
        return visit.go("/cases")
    return _form(visit, caseform.blank())


def opened(visit: Visit) -> Response:
    """Open a case, or show its identifiers as they were read; who opens it knows of it."""
    form = None
    try:
        form = caseform.read(visit)
        if visit.field("do") != "keep" or not form.seen:
            return _form(visit, form, looking=True)
        case, _new = keep_case(visit.desk.node.office, form.document(), also=_began(visit, form.typed["reference"]))
    except ComityError as e:
        return _form(visit, form or _raw(visit), wrong=e)
    return visit.go(f"/case/{case.reference}")


def shown(visit: Visit) -> Response:
    """Show a case: what is known, what was asked, what came, and who knows of it."""
    desk, reference = visit.desk, visit.given["case"]
    case = _found(visit)
    with desk.staff.store.read() as unit:
        everybody = {one.id: one for one in people.all_people(unit)}
        found = knowledge.members(unit, reference)
        asked = tables.requests_of(unit, [reference], OUT)
        trail = tables.trail_of(unit, [one.id for one in asked], TRAIL)
    inside = {one.person for one in found}
    return visit.page(
        "case.html",
        case=case,
        targets=targets_of(case.document) if case else [],
        requests=asked,
        trail=trail,
        named={one.id: one.reference for one in asked},
        told=told,
        most=TRAIL,
        kept=desk.node.catalogue.every(reference),
        members=found,
        everybody=everybody,
        others=[one for one in everybody.values() if one.active and one.id not in inside],
        roles=roles(),
        parties=parties(visit),
        measures=measures(),
        once=desk.node.office.new_id(desk.staff.now),
    )


def changing(visit: Visit) -> Response:
    """Show the form of a case that there is."""
    case = show_case(visit.desk.node.office, visit.given["case"])
    return _form(visit, caseform.filled(case.document), case)


def changed(visit: Visit) -> Response:
    """Change a case, or show its identifiers as they were read."""
    case = show_case(visit.desk.node.office, visit.given["case"])
    form = None
    try:
        form = caseform.read(visit, case.document)
        if visit.field("do") != "keep" or not form.seen:
            return _form(visit, form, case, looking=True)
        made = form.document()
        if made != dict(case.document) and visit.field("before") != caseform.digest(case.document):
            advice = "What you typed is below. Compare it with the case as it is now, and keep it again."
            raise WrongState("got a case that somebody else changed meanwhile", advice=advice)
        keep_case(visit.desk.node.office, made, before=case.document)
    except ComityError as e:
        return _form(visit, form or _raw(visit), case, wrong=e)
    return visit.go(f"/case/{case.reference}")


def brought(visit: Visit) -> Response:
    """Let another person know of a case."""
    case = visit.given["case"]
    knowledge.bring_in(visit.desk.staff, visit.me, case, visit.field("person"), visit.field("reason"))
    return visit.go(f"/case/{case}#members")


def gone(visit: Visit) -> Response:
    """End a person's knowing of a case."""
    case = visit.given["case"]
    knowledge.let_go(visit.desk.staff, visit.me, case, visit.field("person"), visit.field("reason"))
    with visit.desk.staff.store.read() as unit:
        mine = any(one.person in visit.me.ids for one in knowledge.members(unit, case))
    return visit.go(f"/case/{case}#members" if mine else "/cases")


def exported(visit: Visit) -> Response:
    """Carry a case out: everything of it that this person may read, as one JSON file."""
    reference = visit.given["case"]
    document = export_case(visit.actor, reference)
    name = "".join(sign if (sign.isascii() and sign.isalnum()) or sign in "-_" else "-" for sign in reference)
    return Response(
        json.dumps(document, ensure_ascii=False, indent=2).encode(),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="case-{name}.json"'},
    )


def parties(visit: Visit) -> list[Any]:
    """List the parties of the directory that may be asked."""
    try:
        found = visit.desk.node.mirror.everybody()
    except ComityError:
        return []
    return [one for one in found if one.id != visit.desk.staff.party]


def measures() -> list[tuple[str, str]]:
    """List what may be asked for, beginning anew."""
    return [(name, worded("measure", name)) for name in MEASURES]


def _found(visit: Visit) -> CaseFile | None:
    """Give the case; none where somebody broke the glass for one that was never opened here."""
    with visit.desk.staff.store.read() as unit:
        return tables.find_case(unit, visit.given["case"])


def _began(visit: Visit, reference: str) -> Any:
    """Give what is also done when a case is opened: who opened it is its first member, and nobody takes one that is there."""

    def begin(unit: Unit, new: bool) -> None:
        staff = visit.desk.staff
        if new:
            knowledge.begin(staff, unit, visit.person, reference, _("opened the case"))
        elif reference not in cases_of(staff, unit, visit.me):
            advice = "Choose another reference, or ask whoever works on that case to bring you in."
            raise NotAllowed("got a reference that is taken, expected a new one", field="reference", advice=advice)

    return begin


def _raw(visit: Visit) -> CaseForm:
    """Give back what was typed where it could not be read."""
    names = (*caseform.TEXTS, "facts", "sources", "pasted", "relation", "region", "since", "until")
    typed = {name: visit.field(name) for name in names}
    return CaseForm(typed, [], [], [], "", seen=False)


def _form(
    visit: Visit,
    form: CaseForm,
    case: CaseFile | None = None,
    *,
    wrong: ComityError | None = None,
    looking: bool = False,
) -> Response:
    library = visit.desk.node.office.law()
    return visit.page(
        "caseform.html",
        wrong.status if wrong else 200,
        form=form,
        case=case,
        before=visit.field("before") or (caseform.digest(case.document) if case else ""),
        kept=caseform.shown(form.kept),
        rows=form.offences + [{}] * max(1, 2 - len(form.offences)),
        articles=[("", _("not known yet")), *((str(n), f"{n} {said(library.articles[n].title)}") for n in ARTICLES)],
        classes=[("", _("not said")), *((name, worded("class", name)) for name in case_shape().codes["classes"])],
        region=form.typed["region"] or visit.desk.staff.party[:2],
        looking=looking,
        wrong=wrong,
    )


ROUTES = (
    Route("GET", "/cases", "case.list", listed, menu="Cases"),
    Route("GET", "/cases/new", "case.list", new),
    Route("POST", "/cases/new", "case.open", opened, most=FORM),
    Route("GET", "/case/{case:path}", "case.read", shown, case=by_name),
    Route("GET", "/cases/change/{case:path}", "case.read", changing, case=by_name),
    Route("POST", "/cases/change/{case:path}", "case.change", changed, case=by_name, most=FORM),
    Route("POST", "/cases/bring/{case:path}", "case.members", brought, case=by_name),
    Route("POST", "/cases/let-go/{case:path}", "case.members", gone, case=by_name),
    Route("GET", "/cases/export/{case:path}", "case.export", exported, case=by_name),
)

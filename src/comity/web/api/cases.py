"""Cases: listed, opened, read, changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from comity.accounts import knowledge
from comity.kernel import canonical
from comity.requests import tables
from comity.requests.cases import check_case, keep_case, show_case, targets_of
from comity.requests.errors import WrongState
from comity.store.engine import Unit

from .answers import CaseKept, CaseRead, CaseRow, Listed
from .asked import CaseChange, CaseDocument
from .call import Asked, Called, data, listed
from .errors import BadCall, CaseTaken
from .operations import JSON, Operation, by_case

OPENED = "opened by a program"


def list_cases(call: Called, piece: Asked) -> Response:
    """List the cases that the person knows of."""
    with call.node.store.read() as unit:
        found = tables.cases_named(unit, call.cases())
    return listed([{"reference": one.reference, "title": one.document["title"]} for one in found], piece)


def open_case(call: Called, document: CaseDocument) -> Response:
    """Open a case; the person is its first member. Identifiers are checked and brought to their normal form."""

    def begin(unit: Unit, new: bool) -> None:
        if not new:
            raise CaseTaken("got a reference that is taken, expected a new one", field="reference")
        knowledge.begin(call.desk.staff, unit, call.person, document["reference"], OPENED)

    check_case(document)
    found, new = keep_case(call.office, document, also=begin)
    return data({"reference": found.reference, "new": new, "seen": _digest(found.document)}, 201)


def read_case(call: Called) -> Response:
    """Read a case."""
    found = show_case(call.office, call.case)
    document = dict(found.document)
    facts = {"reference": found.reference, "title": document["title"], "seen": _digest(document)}
    return data(facts | {"targets": targets_of(document), "document": document})


def change_case(call: Called, change: CaseChange) -> Response:
    """Change a case, as somebody who saw it."""
    before = show_case(call.office, call.case).document
    if change.document.get("reference") != call.case:
        raise BadCall("got another reference, expected that of the case", field="document.reference")
    seen = call.saw(change.seen, _digest(before))
    if dict(before) != change.document and _digest(before) != seen:
        advice = "Read the case as it is now, and change it again."
        raise WrongState("got a case that somebody else changed meanwhile, expected one at rest", advice=advice)
    found, _ = keep_case(call.office, change.document, before=before)
    return data({"reference": found.reference, "new": False, "seen": _digest(found.document)})


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical.dump(dict(document))).hexdigest()


OPERATIONS = (
    Operation("GET", "/cases", "case.list", list_cases, Listed[CaseRow]),
    Operation("POST", "/cases", "case.open", open_case, CaseKept, takes=JSON, status=201),
    Operation("GET", "/cases/{case:path}", "case.read", read_case, CaseRead, case=by_case),
    Operation("PUT", "/cases/{case:path}", "case.change", change_case, CaseKept, case=by_case, takes=JSON, match=True),
)

"""Drafting: a case becomes a draft, the officer fills it, the preflight says what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.kernel.sheet import read_sheet
from comity.packages.names import check_name, check_names
from comity.packages.sealing import ATTACHMENTS, request_shape
from comity.store.engine import Unit

from . import preflight, tables, vocabulary
from .cases import show_case, targets_of
from .errors import BadSheet, WrongState
from .model import OUT, Finding, Request
from .office import Office
from .safeguards import dated, join
from .states import ACCEPTED, DRAFT, after

AGAIN = "Look at it and run the command again."
ATTACHMENT_PREFIX = "attachment-"
# What a later request takes over from the one it extends, follows or corrects.
_KEPT = (
    "offences",
    "basis",
    "targets",
    "contents",
    "data",
    "safeguards",
    "necessity",
    "proportionality",
    "secrecy",
    "use_limits",
    "language",
)


def draft(
    office: Office,
    case: str,
    *,
    measure: str,
    to: str,
    sheets: Iterable[Path] = (),
    exercise: bool = False,
    unit_name: str = "",
    by: str = "",
    own_id: str = "",
) -> Request:
    """Begin a request in a case: facts, offences and targets come from the case, names from the directory.

    *own_id* is an id that the asker made up, so that asking twice begins one request.

    Raises:
        NoCase: there is no such case.
        BadSheet: a sheet is malformed.
    """
    known = show_case(office, case)
    now = office.clock.now()
    me = office.me()
    source = {"party": me.id, "name": me.name} | ({"unit": unit_name} if unit_name else {})
    kept = ("reference", "authority", "facts")
    document: dict[str, Any] = {
        "format": "comity-request/1",
        "exercise": exercise,
        "measure": measure,
        "language": "en",
        "drafted_at": stamp(now),
        "from": source,
        "to": {"party": to, "name": _name(office, to)},
        "case": {name: known.document[name] for name in kept if name in known.document},
        "offences": known.document["offences"],
        "targets": targets_of(known.document),
        "contents": [{"id": "authority", "text": me.name}],
    }
    for sheet in sheets:
        document = merge(document, sheet, office.clock.now().date())
    return begin(office, document, known.reference, by=by, own_id=own_id)


def follow(
    office: Office,
    earlier: str,
    *,
    relation: str,
    measure: str = "",
    to: str = "",
    sheets: Iterable[Path] = (),
    by: str = "",
    own_id: str = "",
) -> Request:
    """Begin a request that extends, follows or corrects an *earlier* one of this node, taking over what still holds.

    Raises:
        NoRequest: there is no such request.
        BadInput: it was never released, so there is no package to name.
    """
    with office.store.read() as unit:
        before = office.find(unit, earlier, OUT)
    if not before.released:
        raise BadInput(f"got {before.reference}, which is {before.state}, expected a released request", field="request")
    old = before.document
    party = to or before.peer
    document = {name: old[name] for name in (*_KEPT, "format", "exercise", "from", "case", "measure") if name in old}
    document |= {
        "measure": measure or ("extend_preservation" if relation == "extends" else before.measure),
        "drafted_at": stamp(office.clock.now()),
        "to": {"party": party, "name": _name(office, party)},
        "related": [{"relation": relation, "reference": before.reference, "package": before.package}],
    }
    if "data" not in vocabulary.measure(document["measure"]):
        document.pop("data", None)
    if relation == "corrects" and "attachments" in old:
        document["attachments"] = old["attachments"]
    for sheet in sheets:
        document = merge(document, sheet, office.clock.now().date())
    return begin(office, document, before.case, by=by, own_id=own_id)


def begin(office: Office, document: dict[str, Any], case: str, *, by: str = "", own_id: str = "") -> Request:
    """Keep a new draft under the next reference of this node.

    Raises:
        BadInput: the addressee is no party's id, or the id is taken in another case.
    """
    for fault in request_shape().faults(document):
        if fault.path == "to.party":
            raise BadInput(fault.message, field="to", advice="List parties with: comity directory list.")
    now = office.clock.now()
    with office.store.write(durable=True) as unit:
        for known in tables.find_requests(unit, id=own_id) if own_id else ():
            if (known.direction, known.case) != (OUT, case):
                raise BadInput("got an id that is taken, expected a new one", field="id")
            return known
        prefix = f"{office.party}-{now.year}-"
        number = tables.count_references(unit, prefix) + 1
        document = {**document, "id": own_id or office.new_id(now), "reference": f"{prefix}{number:04d}"}
        request = Request(
            id=document["id"],
            direction=OUT,
            reference=document["reference"],
            case=case,
            peer=document["to"]["party"],
            measure=document["measure"],
            state=DRAFT,
            document=document,
            changed_at=now,
        )
        tables.add_request(unit, request)
        office.record(unit, request, "draft", by)
        office.log(unit, "request.drafted", request, measure=request.measure, to=request.peer, by=by)
    return request


def fill(office: Office, name: str, sheets: Iterable[Path], attach: Iterable[Path] = (), *, by: str = "") -> Request:
    """Add what *sheets* say to a draft, and attach files.

    Raises:
        WrongState: the request is sealed already, or changed meanwhile.
        BadSheet: a sheet is malformed; the draft stays as it was.
        BadContainer: a file has a name that no reader accepts, or one that differs from another only in case.
    """
    with office.store.read() as unit:
        request = office.find(unit, name, OUT)
    after(OUT, request.state, "change")
    document = dict(request.document)
    for sheet in sheets:
        document = merge(document, sheet, office.clock.now().date())
    added = [_attach(office, path) for path in attach]
    if added:
        names = {a["path"] for a in added}
        document["attachments"] = [a for a in document.get("attachments", []) if a["path"] not in names] + added
        check_names(ATTACHMENTS + a["path"] for a in document["attachments"])
    return _changed(office, request, document, by)


def rewrite(office: Office, name: str, sheet: Mapping[str, Any], *, seen: str, by: str) -> Request:
    """Set every field of a draft that *sheet* names anew, as somebody did who saw the draft as *seen*; nothing ends it.

    Measure and addressee may be among the fields. The same again has no further effect.

    Raises:
        WrongState: the request is sealed already, or is no longer what was seen.
        BadSheet: a field is malformed; the draft stays as it was.
    """
    with office.store.read() as unit:
        request = office.find(unit, name, OUT)
    after(OUT, request.state, "change")
    document = rewritten(office, request.document, sheet)
    if document == dict(request.document):
        return request
    for fault in request_shape().faults(document):
        if not fault.message.startswith("got nothing") and fault.path.partition(".")[0].partition("[")[0] in sheet:
            raise BadSheet(fault.message, field=fault.path)
    if digest(request) != seen:
        raise WrongState("got a draft that somebody else changed meanwhile, expected one at rest", advice=AGAIN)
    return _changed(office, request, document, by)


def rewritten(office: Office, document: Mapping[str, Any], sheet: Mapping[str, Any]) -> dict[str, Any]:
    """Give a draft's document with the fields that *sheet* names set anew; nothing ends a field."""
    made = {name: value for name, value in {**document, **sheet}.items() if value not in (None, "", [], {})}
    if "to" in sheet:
        made["to"] = {"party": sheet["to"], "name": _name(office, sheet["to"])}
    if "data" not in vocabulary.measure(made["measure"]):
        made.pop("data", None)
    return made


def preview(office: Office, name: str, sheet: Mapping[str, Any]) -> tuple[Request, list[Finding]]:
    """Run the preflight on a draft as it would be with what *sheet* says, and keep nothing."""
    with office.store.read() as unit:
        request = office.find(unit, name, OUT)
        after(OUT, request.state, "change")
        document = rewritten(office, request.document, sheet)
        would = replace(request, document=document, measure=document["measure"], peer=document["to"]["party"])
        return would, findings(office, unit, would)


def digest(request: Request) -> str:
    """Give the digest of what a request says, by which somebody says what he saw."""
    return hashlib.sha256(canonical.dump(dict(request.document))).hexdigest()


def _changed(office: Office, request: Request, document: dict[str, Any], by: str) -> Request:
    """Keep what a draft says from now on, if it is still as it was."""
    with office.store.write(durable=True) as unit:
        current = office.find(unit, request.id, OUT)
        if dict(current.document) == document:
            return current
        if current.document != request.document:
            raise WrongState("got a draft that somebody else changed meanwhile, expected one at rest", advice=AGAIN)
        office.log(unit, "request.changed", current, by=by)
        moved = {"measure": document["measure"], "peer": document["to"]["party"]}
        return office.move(unit, current, "change", by, document=document, **moved)


def merge(document: Mapping[str, Any], path: Path, today: date) -> dict[str, Any]:
    """Give the document with what a draft sheet says; `contents` and `safeguards` are joined item by item.

    A safeguards answer that names no day was given *today*.

    Raises:
        BadSheet: the sheet is malformed.
    """
    sheet = read_sheet(path)
    if isinstance(sheet.get("contents"), dict):
        sheet["contents"] = [{"id": key, "text": text} for key, text in sheet["contents"].items()]
    faults = vocabulary.draft_shape().faults(sheet)
    if faults:
        more = "; ".join(f.path for f in faults[1:10])
        advice = f"Further faults at: {more}" if more else "See docs/user/drafting.md for the fields of a sheet."
        raise BadSheet(faults[0].message, file=str(path), field=faults[0].path, advice=advice)
    sheet.pop("format", None)
    sheet = dated(sheet, today)
    for joined in ("contents", "safeguards"):
        if joined in sheet:
            sheet[joined] = join(document.get(joined, []), sheet[joined])
    return {**document, **sheet}


def findings(office: Office, unit: Unit, request: Request) -> list[Finding]:
    """Run the preflight on a request of this node."""
    now = office.clock.now()
    related: dict[str, Request] = {}
    preserved: dict[str, datetime] = {}
    begun: dict[str, datetime] = {}
    for row in request.document.get("related", []):
        for before in tables.find_requests(unit, package=row["package"], direction=OUT):
            related[before.package] = before
            for clock in tables.clocks_of(unit, before.id):
                if clock.kind == "preserved_until":
                    preserved[before.package] = clock.due_at
            for answer in reversed(tables.answers_of(unit, before.id)):
                if answer.state == ACCEPTED:
                    begun[before.package] = answer.at
    setting = preflight.Setting(
        document=request.document,
        sender=office.me(),
        addressee=office.known(request.peer),
        related=related,
        preserved=preserved,
        now=now,
        law=office.law,
        begun=begun,
        known=office.known,
    )
    return preflight.check(setting)


def check(office: Office, name: str) -> tuple[Request, list[Finding]]:
    """Find everything missing or doubtful in a request."""
    with office.store.read() as unit:
        request = office.find(unit, name, OUT)
        return request, findings(office, unit, request)


def attachments(office: Office, request: Request) -> dict[str, Path]:
    """Give the kept file of each attachment by its path in the package."""
    rows = request.document.get("attachments", [])
    return {row["path"]: office.blobs.path(ATTACHMENT_PREFIX + row["sha256"]) for row in rows}


def _attach(office: Office, path: Path) -> dict[str, Any]:
    """Keep a file for a request and describe it."""
    check_name(ATTACHMENTS + path.name)
    copied = office.blobs.copy(path, "a file to attach")
    office.blobs.keep(copied.path, ATTACHMENT_PREFIX + copied.sha256)
    return {"path": path.name, "size": copied.size, "sha256": copied.sha256}


def _name(office: Office, party_id: str) -> str:
    party = office.known(party_id)
    return party.name if party else party_id

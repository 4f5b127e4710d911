"""The form of a draft: what a person typed becomes fields of the request; what the form shows beside them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from comity.kernel import canonical
from comity.kernel.language import _, language, said
from comity.law.gate import Asked, Gate, Stage
from comity.packages.sealing import request_shape
from comity.requests import vocabulary
from comity.requests.cases import targets_of
from comity.requests.model import CaseFile, Finding, Request

from .caseform import instant, text
from .visit import Visit

EMPTY = "got nothing"
ANSWER = ("answer", "concern", "second")
_COMMAND = re.compile(r"(?:[;.؛；。]\s*[^;.؛；。]*|[:：]?\s*)\bcomity [a-z].*$", re.DOTALL)


def name_of(visit: Visit) -> str:
    """Give the name under which a person acts on requests: the one of his key, else his own."""
    return visit.actor.by.name


def key_of(target: Mapping[str, Any]) -> str:
    """Give a short name of a target, by which a form ticks it."""
    return hashlib.sha256(canonical.dump(dict(target))).hexdigest()[:16]


def targets(case: CaseFile | None, document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give what may be ticked: the targets of the draft, and those of the case that are not among them."""
    mine = [dict(one) for one in document.get("targets", [])]
    named = {(one.get("kind"), one.get("value")) for one in mine}
    rest = [one for one in (targets_of(case.document) if case else []) if (one["kind"], one["value"]) not in named]
    return {key_of(one): one for one in [*mine, *rest]}


def items(document: Mapping[str, Any], found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Give the items that a request of this measure states, those that it states besides, and those that are missed."""
    rows = [dict(one) for one in vocabulary.complete(document["measure"])["items"]]
    known = {one["id"] for one in rows}
    labels = {one["id"]: one.get("text", "") for one in document.get("contents", [])}
    missed = {one.field.removeprefix("contents."): one.reason for one in found if one.field.startswith("contents.")}
    others = [
        name
        for name in {**labels, **missed}
        if name not in known and name in vocabulary.draft_shape().codes["contents"]
    ]
    extra = [{"id": name, "need": "", "remedy": missed.get(name, "")} for name in others]
    return [{**one, "said": labels.get(one["id"], "")} for one in rows + extra]


def gates(visit: Visit, document: Mapping[str, Any]) -> tuple[Asked, ...]:
    """Give the safeguards questions that a request of this measure is asked before it is sent."""
    asked = Gate(visit.desk.node.office.law()).asked(vocabulary.law_measure(document), Stage.SENDING)
    answered = {one["id"] for one in document.get("safeguards", [])}
    return tuple(one for one in asked if one.required or one.question.id in answered)


def sheet(visit: Visit, request: Request, case: CaseFile | None) -> dict[str, Any]:
    """Give every field of the form that was sent, as it stands in a request; an empty one ends the field."""
    before = request.document
    measure = visit.field("measure") or before["measure"]
    made: dict[str, Any] = {
        "measure": measure if measure in vocabulary.load("measures.yaml") else before["measure"],
        "to": text(visit.field("to")) or before["to"]["party"],
        "language": text(visit.field("language")) or before["language"],
        "data": [{"kind": one} for one in visit.fields("data")],
        "targets": _targets(visit, before, case),
        "contents": _contents(visit, before),
        "safeguards": _safeguards(visit, before),
    }
    made |= {name: text(visit.field(name)) for name in ("necessity", "proportionality", "use_limits")}
    made["secrecy"] = _filled({"reason": text(visit.field("secrecy-reason")), "until": visit.field("secrecy-until")})
    made["reply"] = _filled({"by": instant(visit.field("reply-by")), "reason": text(visit.field("reply-reason"))})
    return made


def place(field: str) -> str:
    """Give the id of the form's field that a remark is about; empty where there is none."""
    head, _dot, rest = field.partition(".")
    head = head.partition("[")[0]
    if head == "contents" and rest:
        return f"contents-{rest}"
    if head == "safeguards" and rest.startswith("gate-"):
        return f"answer-{rest}"
    if head in ("secrecy", "reply"):
        return f"{head}-{rest}" if rest else f"{head}-reason"
    known = ("to", "measure", "language", "necessity", "proportionality", "data", "use_limits", "attachments")
    named = {"targets": "targets", "basis": "basis", "case": "facts", "safeguards": "safeguards"}
    return named.get(head, head if head in known else "")


def remarks(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Give what the preflight found as the page says it: no command of a terminal stands in it."""
    return [
        {
            "finding": one,
            "reason": _reason(one),
            "remedy": _remedy(one),
            "place": place(one.field),
        }
        for one in found
    ]


def _remedy(one: Finding) -> str:
    """Say what to do, in the words of the form."""
    if not one.reason.startswith(EMPTY):
        return _plain(said(one.remedy))
    return _("Choose one under 4, Legal basis, and keep the draft.") if one.field == "basis" else _("Fill it in.")


def _reason(one: Finding) -> str:
    """Say why; a field that is empty is named as the form names it."""
    if not one.reason.startswith(EMPTY):
        return _plain(said(one.reason))
    field = next((each for each in request_shape().fields if each.name == one.field.partition(".")[0]), None)
    return (
        _("{field}: not stated").format(field=vocabulary.label(field.label, language())) if field else said(one.reason)
    )


def _plain(given: str) -> str:
    cut = _COMMAND.sub("", given).strip()
    return f"{cut}." if cut[-1:].isalnum() and cut != given.strip() else cut


def _filled(row: Mapping[str, str]) -> dict[str, str]:
    return {name: one for name, one in row.items() if one}


def _targets(visit: Visit, before: Mapping[str, Any], case: CaseFile | None) -> list[dict[str, Any]]:
    known, ticked = targets(case, before), visit.fields("target")
    since, until = instant(visit.field("since")), instant(visit.field("until"))
    shared = _filled({"since": since, "until": until})
    return [{**shared, **known[one]} for one in known if one in ticked]


def _contents(visit: Visit, before: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give what is stated: of items on the form what was typed, of others what was stated before."""
    stated = {one["id"]: one["text"] for one in before.get("contents", [])}
    known = vocabulary.draft_shape().codes["contents"]
    for key, value in visit.form:
        name = key.removeprefix("contents-")
        if key.startswith("contents-") and isinstance(value, str) and name in known:
            stated[name] = text(value)
    return [{"id": name, "text": one} for name, one in stated.items() if one]


def _safeguards(visit: Visit, before: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give the answers to the safeguards questions; one that changed is this person's, of today."""
    old = {one["id"]: dict(one) for one in before.get("safeguards", [])}
    known = vocabulary.draft_shape().codes["gates"]
    asked = [key.removeprefix("answer-") for key, _value in visit.form if key.startswith("answer-gate-")]
    today = visit.desk.staff.now.date().isoformat()
    for name in dict.fromkeys(one for one in asked if one in known):
        given = _filled({one: text(visit.field(f"{one}-{name}")) for one in ANSWER})
        was = {one: old.get(name, {}).get(one, "") for one in ANSWER}
        if not given.get("answer"):
            old.pop(name, None)
        elif _filled(was) != given:
            old[name] = {"id": name, **given, "by": name_of(visit), "on": today}
    return list(old.values())

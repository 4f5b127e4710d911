"""The open questions of every legal basis that could be chosen: asked before one is chosen, each with what an answer changes.

A question has a short name of its own, so that an answer finds it also when others come or go meanwhile. What a person typed
under a basis counts when that basis is chosen, and is shown again as long as it is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.kernel.language import _
from comity.law.candidate import Candidate, Decision, Standing
from comity.requests import choosing
from comity.requests.choosing import Asked

from .caseform import text
from .visit import Visit

BASIS = "request.basis"


@dataclass(frozen=True)
class Open:
    """An open question behind a basis: its number there, its field in the form, what was answered, what an answer changes."""

    number: int
    field: str
    asked: Asked
    changes: str
    answer: str


def opened(visit: Visit, decision: Decision, document: Mapping[str, Any]) -> dict[str, list[Open]]:
    """Give the open questions of each basis that may be chosen, with the answers that are kept or were just typed."""
    given, sent = document.get("basis", {}), dict(visit.form)
    found: dict[str, list[Open]] = {}
    for one in decision.candidates:
        kept = answers_of(given) if given.get("candidate") == one.id else {}
        found[one.id] = [_open(visit, decision, one, *row, kept, sent) for row in _asked(one)]
    return found


def choosable(decision: Decision | None, candidate: str) -> bool:
    """Tell whether a basis may be chosen today."""
    known = decision.candidates if decision else ()
    return any(one.id == candidate and one.standing is not Standing.NOT_CITABLE for one in known)


def answers_of(given: Mapping[str, Any]) -> dict[str, str]:
    """Give what was answered under a basis that is kept, by the question's short name."""
    rows = [row for row in given.get("reasons", []) if row.get("answer")]
    return {choosing.sign(row["question"], str(given.get("on", ""))): row["answer"] for row in rows}


def answers(visit: Visit, decision: Decision, candidate: str, given: Mapping[str, Any]) -> dict[int, str]:
    """Give what was typed under a basis and is new against what is *given*, by the number of the question."""
    chosen = next((one for one in decision.candidates if one.id == candidate), None)
    kept = answers_of(given) if given.get("candidate") == candidate else {}
    found = {}
    for number, asked in _asked(chosen) if chosen else ():
        name = choosing.sign(asked.text, str(decision.question.on))
        typed = text(visit.field(field(candidate, name)))
        if typed and typed != kept.get(name):
            found[number] = typed
    return found


def field(candidate: str, name: str) -> str:
    """Give the field of the form in which a question of a basis is answered."""
    return f"open-{candidate}-{name}"


def _asked(one: Candidate) -> list[tuple[int, Asked]]:
    """Give the open questions of a basis, by their number among all; none of one that cannot be chosen."""
    if one.standing is Standing.NOT_CITABLE:
        return []
    return [(number, asked) for number, asked in enumerate(choosing.questions(one), 1) if asked.open]


def _open(
    visit: Visit, decision: Decision, one: Candidate, number: int, asked: Asked, kept: Mapping[str, str], sent: Any
) -> Open:
    name = choosing.sign(asked.text, str(decision.question.on))
    at = field(one.id, name)
    answer = visit.field(at) if at in sent else kept.get(name, "")
    return Open(number, at, asked, _changes(one, asked), answer)


def _changes(one: Candidate, asked: Asked) -> str:
    """Say what an answer changes, and what stays without one."""
    if asked.text == one.dual_criminality.question:
        return _(
            "Never settled here: an answer says what a named person holds, and takes the remark beside the form away."
        )
    if asked.decisive and not asked.lead:
        return _("The basis depends on it: nothing is sealed before a named person has answered.")
    if asked.decisive:
        return _(
            "The basis depends on it, by a text that nobody has compared yet: unanswered it is a remark, and blocks nothing."
        )
    return _("Unanswered it is a remark beside the form, and blocks nothing.")

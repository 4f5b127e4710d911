"""Choosing a legal basis: an officer takes one of the candidates, and from then on it binds the request.

1. What is bound: the candidate's id, instrument and article, the questions behind it with how each stood that day and
   who can answer it, and its time limits. Named persons may answer what is open, in words; what they say changes no
   state, and dual criminality stays a question whatever is said.
2. At every check the engine is asked anew. A basis that is no longer there or may no longer be cited blocks, and so does
   a condition that the request states as met and that is not. An open question on which the basis depends blocks until
   a named person has answered it; any other open question is a doubt until then.
3. What the basis asks the request to state is checked like the form's own items: what is always needed blocks when it
   rests on a text that was read; what rests on a lead is a doubt (ADR 0005).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text
from comity.law.basis import Engine
from comity.law.candidate import Candidate, Decision, Standing
from comity.law.condition import State
from comity.law.library import Library
from comity.law.question import Question
from comity.law.terms import Kind
from comity.packages.sealing import request_shape

from .bases import OTHER, question, refused
from .errors import NoBasis, WrongState
from .model import DOUBTFUL, MISSING, OUT, WRONG, Finding, Request
from .office import Office
from .states import after
from .vocabulary import complete, load

MAX_NAME = 200
MAX_ANSWER = 2000
_DIGITS = 4
AGAIN = "Look at it and run the command again."
_KINDS = {
    Kind.TREATY: "treaty",
    Kind.AGREEMENT: "treaty",
    Kind.INTERNAL: "union",
    Kind.RECIPROCITY: "reciprocity",
    Kind.DOMESTIC: "statute",
    Kind.VOLUNTARY: "voluntary",
}
_OURS = ("To be answered", "Answered by named")  # so begins what we say of a basis ourselves
_ORDER = "order"  # the one domestic route that rests on an order of the asking side


@dataclass(frozen=True)
class Asked:
    """One question behind a candidate; *decisive* tells whether the basis depends on it."""

    text: str
    state: State
    why: str
    source: str
    lead: bool
    who: str
    decisive: bool

    @property
    def open(self) -> bool:
        """Tell whether a person is asked."""
        return self.state in (State.OPEN, State.LEAD)


def choose(
    office: Office, name: str, candidate: str, *, by: str, text: str = "", answers: Mapping[int, str] | None = None
) -> Request:
    """Bind a candidate to a draft as its legal basis; *answers* are on its open questions, by their number.

    The answers of an earlier choice of the same candidate stay where the question is the same.

    Raises:
        NoBasis: it is none of the candidates, or may not be cited.
        WrongState: the request is sealed already, or changed meanwhile.
        BadInput: an answer is on no open question.
    """
    check_text(by, field="by", max=MAX_NAME)
    with office.store.read() as unit:
        request = office.find(unit, name, OUT)
    after(OUT, request.state, "change")
    basis = stated(office, request.document, candidate, by=by, text=text, answers=answers)
    document = dict(request.document) | {"basis": basis}
    for fault in request_shape().faults(document):
        if fault.path.startswith("basis"):
            raise BadInput(fault.message, field=fault.path)
    with office.store.write(durable=True) as unit:
        current = office.find(unit, request.id, OUT)
        if current.document != request.document:
            raise WrongState("got a draft that somebody else changed meanwhile, expected one at rest", advice=AGAIN)
        office.log(unit, "request.changed", current, basis=basis["candidate"], by=by)
        return office.move(unit, current, "change", by, note=f"basis: {basis['candidate']}", document=document)


def stated(
    office: Office,
    document: Mapping[str, Any],
    candidate: str,
    *,
    by: str,
    text: str = "",
    answers: Mapping[int, str] | None = None,
    decision: Decision | None = None,
) -> dict[str, Any]:
    """Give what a request would state of a candidate as its legal basis today, with the answers of a person.

    *decision* is what the engine said of the document today, where that is known already.

    Raises:
        NoBasis: it is none of the candidates, or may not be cited.
        NoSuchLaw: a country is not known to the law data.
        BadInput: an answer is on no open question.
    """
    today = office.clock.now().date()
    if decision is None:
        decision = Engine(office.law()).decide(question(document, office.known(document["to"]["party"]), today))
    chosen = _citable(decision, candidate)
    basis = bound(chosen, decision.question) | {"by": by, "on": today.isoformat()}
    old = document.get("basis", {})
    same = old.get("candidate") == chosen.id
    basis["reasons"] = _answered(basis["reasons"], old if same else {}, answers or {}, by, today.isoformat())
    typed = old.get("text", "") if same else ""
    basis["text"] = text or ("" if typed.startswith(_OURS) else typed) or _words(chosen, basis["reasons"])[:MAX_ANSWER]
    return {key: one for key, one in basis.items() if one}


def numbered(answers: Iterable[str]) -> dict[int, str]:
    """Read answers written as N=TEXT.

    Raises:
        BadInput: one is not written so.
    """
    found = {}
    for one in answers:
        number, equals, text = one.partition("=")
        if not equals or not number.strip().isdecimal() or len(number) > _DIGITS:
            raise BadInput(f"got the answer {one[:40]!r}, expected N=TEXT", field="answer")
        found[int(number)] = text
    return found


def bound(chosen: Candidate, asked: Question) -> dict[str, Any]:
    """Give what a request states of a candidate."""
    kind = "domestic_order" if chosen.id == _ORDER else _KINDS[chosen.kind]
    rows: list[dict[str, Any]] = []
    for one in questions(chosen):
        row = {"question": one.text, "state": one.state.value, "why": one.why, "source": one.source, "lead": one.lead}
        rows.append(row | ({"who": one.who} if one.who and one.open else {}))
    limits = [
        {
            "id": clock.id,
            "text": clock.line.text,
            "period": clock.period,
            "starts": clock.starts,
            "local": clock.local,
            "source": f"{clock.line.article}; {clock.line.source}",
            "lead": clock.line.lead,
        }
        for clock in chosen.clocks
        if clock.period
    ]
    limits = [{key: one for key, one in row.items() if one != ""} for row in limits]
    given = {"kind": kind, "candidate": chosen.id, "article": chosen.article[:80], "reasons": rows, "limits": limits}
    return given | ({"instrument": chosen.title} if kind in ("treaty", "union") else {})


def sign(text: str, day: str) -> str:
    """Give a short name of a question, the same on any *day*, by which a form asks it."""
    return hashlib.sha256(_timeless(text, day).encode()).hexdigest()[:16]


def stands(given: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether a basis that was *given* says of its questions what it would say *now*."""
    return [_told(given, row) for row in _rows(given)] == [_told(now, row) for row in _rows(now)]


def questions(chosen: Candidate) -> Iterator[Asked]:
    """Give the questions behind a candidate, dual criminality last, which nobody here ever settles."""
    seen: set[str] = set()
    for condition in chosen.conditions:
        for one in condition.leaves():
            if one.question not in seen:
                seen.add(one.question)
                decisive = condition.decisive and one.decisive and condition.state is not State.MET
                yield Asked(one.question, one.state, one.why, one.source, one.lead, one.who, decisive)
    dual = chosen.dual_criminality
    if dual.asked:
        why = " ".join(line.text for line in dual.rules) or dual.question
        source = "; ".join(dict.fromkeys(f"{line.article}; {line.source}" for line in dual.rules)) or chosen.source
        yield Asked(dual.question, State.OPEN, why, source, any(line.lead for line in dual.rules), dual.who, False)


def judge(asked: Question, law: Library, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Hold the basis that a request is bound to against the law data of the day."""
    given = document["basis"]
    decision = Engine(law).decide(asked)
    found = next((one for one in decision.candidates if one.id == given["candidate"]), None)
    if found is None:
        reason = f"{given['candidate']}: no longer a basis for this request"
        yield Finding(WRONG, "basis.candidate", reason, OTHER, "law data")
        return
    if found.standing is Standing.NOT_CITABLE:
        yield refused(found, "basis.candidate")
        return
    yield from _conditions(found, document, asked)
    yield from _required(found, document)


def _conditions(found: Candidate, document: Mapping[str, Any], asked: Question) -> Iterator[Finding]:
    given, choose_it = (
        document["basis"],
        f"comity request bases {document.get('reference', 'NAME')} --choose {found.id}",
    )
    again = f"Choose it again, so that the request says how things stand: {choose_it} --by NAME."
    stated = {_timeless(row["question"], str(given.get("on", ""))): (i, row) for i, row in enumerate(_rows(given))}
    for one in questions(found):
        i, row = stated.get(_timeless(one.text, str(asked.on)), (-1, {}))
        at = f"basis.reasons[{i}]" if row else "basis.reasons"
        if row and row.get("state") != one.state.value:
            worse = row.get("state") == State.MET.value
            reason = f"{one.text} The request says {row.get('state')}, the law data say {one.state.value}: {one.why}"
            yield Finding(WRONG if worse else DOUBTFUL, at, reason, again, one.source, not one.lead)
        elif not row and one.decisive:
            yield Finding(WRONG, at, f"not stated: {one.text} {one.why}", again, one.source, not one.lead)
        if one.open and not (row.get("answer") and row.get("by")):
            who = f"To be answered by {one.who}." if one.who else "To be answered by a named lawyer."
            remedy = f"{who} Write down who answered and what: {choose_it} --by NAME --answer N=TEXT."
            level = MISSING if one.decisive else DOUBTFUL
            yield Finding(
                level, at, f"not answered by a named person: {one.text} {one.why}", remedy, one.source, not one.lead
            )


def _required(found: Candidate, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what the basis asks the request to state, and neither a field nor the form's own items do."""
    told: set[Any] = {row["id"] for row in complete(document["measure"])["items"]}
    told |= {row.get("id") for row in document.get("contents", []) if isinstance(row, dict)}
    where = load("stated.yaml")
    for item in found.requires:
        name = where["items"].get(item.id, item.id)
        if name in told or document.get(where["fields"].get(item.id, "")):
            continue
        line, known = item.line, name in request_shape().codes["contents"]
        level = MISSING if known and item.need.startswith("always") and not line.lead else DOUBTFUL
        reason = f"{line.text}: not stated ({item.need})"
        remedy = (
            f"State it in contents as {name}." if known else "Say it in the reasons of the basis or in an attachment."
        )
        yield Finding(level, f"contents.{name}", reason, remedy, f"{line.article}; {line.source}", not line.lead)


def _citable(decision: Decision, candidate: str) -> Candidate:
    found = next((one for one in decision.candidates if candidate in (one.id, one.title)), None)
    if found is None:
        known = ", ".join(dict.fromkeys(one.id for one in decision.candidates))
        raise NoBasis(f"got the basis {candidate!r}, expected one of: {known}", field="choose")
    if found.standing is Standing.NOT_CITABLE:
        why = refused(found, "choose")
        raise NoBasis(f"got {found.id}, expected a basis that may be cited: {why.reason}", field="choose", advice=OTHER)
    return found


def _answered(
    rows: list[dict[str, Any]], old: Mapping[str, Any], answers: Mapping[int, str], by: str, today: str
) -> list[dict[str, Any]]:
    """Put answers to the open questions, which are counted from 1 among all the questions."""
    before = {_timeless(row["question"], str(old.get("on", ""))): row for row in _rows(old)}
    for number in answers:
        if not 1 <= number <= len(rows) or rows[number - 1]["state"] not in ("open", "lead"):
            counted = [str(i) for i, row in enumerate(rows, 1) if row["state"] in ("open", "lead")]
            raise BadInput(f"got an answer on {number}, expected on one of: {', '.join(counted)}", field="answer")
    made = []
    for number, row in enumerate(rows, 1):
        kept = before.get(_timeless(row["question"], today), {})
        said = {key: kept[key] for key in ("answer", "by", "on") if key in kept and row["state"] in ("open", "lead")}
        if number in answers:
            check_text(answers[number], field="answer", max=MAX_ANSWER)
            said = {"answer": answers[number], "by": by, "on": today}
        made.append(row | said)
    return made


def _words(chosen: Candidate, rows: list[dict[str, Any]]) -> str:
    """Say why the candidate carries the request: as the law data say it, until all that is open was answered by persons."""
    asked = [row for row in rows if row["state"] in ("open", "lead")]
    if chosen.standing is Standing.CITABLE or not all(row.get("answer") for row in asked):
        return chosen.why
    return f"Answered by named persons before it was cited: {' '.join(row['question'] for row in asked)}"


def _rows(given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in given.get("reasons", []) if isinstance(row, dict) and "question" in row]


def _told(given: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[str, str, str]:
    return _timeless(row["question"], str(given.get("on", ""))), str(row.get("state", "")), str(row.get("answer", ""))


def _timeless(text: str, day: str) -> str:
    """Give a question as it is on any day."""
    return text.replace(day, "…") if day else text

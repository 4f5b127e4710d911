"""Acts on the safeguards gate: look at it, answer it on an incoming request, demand it before one is accepted, count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from comity.law.gate import Asked, Gate, Missing, Stage
from comity.store.engine import Unit

from . import tables
from .errors import Unanswered
from .model import IN, OUT, Request
from .office import Office
from .safeguards import FIELDS, QUESTIONS, finding, join, lacking, numbers, read_answers
from .vocabulary import law_measure


@dataclass(frozen=True)
class Gatekeeping:
    """The gate on one request: the stage, the nine questions, the record so far, and what is missing."""

    request: Request
    stage: Stage
    asked: tuple[Asked, ...]
    record: Mapping[str, Any]
    missing: tuple[Missing, ...]

    def answer(self, question: str) -> Mapping[str, Any]:
        """Give the answer to a question; empty if there is none."""
        return next((row for row in self.record.get(QUESTIONS, []) if row["id"] == question), {})

    def plain(self) -> dict[str, Any]:
        """Give the gate as JSON data."""
        return {
            "reference": self.request.reference,
            "measure": self.request.measure,
            "stage": self.stage.value,
            "questions": [self._question(one) for one in self.asked],
            **{name: self.record.get(name) for name in FIELDS[1:]},
            "missing": [asdict(one) for one in self.missing],
        }

    def _question(self, one: Asked) -> dict[str, Any]:
        asked = one.question
        return {
            "id": asked.id,
            "question": asked.question,
            "article": asked.ref,
            "lead": asked.lead,
            "required": one.required,
            "prompts": [prompt.text for prompt in one.prompts],
            "answer": dict(self.answer(asked.id)) or None,
        }


@dataclass(frozen=True)
class Count:
    """How the gate went for the requests of a measure at a stage, in numbers only."""

    measure: str
    stage: str
    requests: int
    asked: int
    answered: int
    concerns: int


def look(office: Office, name: str) -> Gatekeeping:
    """Show the gate on a request, ours or another's: what is asked, answered and missing."""
    with office.store.read() as unit:
        return _look(office, unit, office.find(unit, name))


def answer(office: Office, name: str, sheet: Path) -> Gatekeeping:
    """Keep what named persons answered on an incoming request before it is executed; joined with earlier answers.

    The same answers again have no further effect. Answers on a request of our own go into its draft instead.

    Raises:
        NoRequest: there is no such incoming request.
        BadSheet: the sheet is malformed.
    """
    return keep(office, name, read_answers(sheet, office.clock.now().date()))


def keep(office: Office, name: str, said: Mapping[str, Any]) -> Gatekeeping:
    """Keep answers that fit their shape (`safeguards.check_answers`), as `answer` does.

    Raises:
        NoRequest: there is no such incoming request.
    """
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, IN)
        before = tables.gate_record_of(unit, request.id)
        record = before | dict(said) | {QUESTIONS: join(before.get(QUESTIONS, []), said.get(QUESTIONS, []))}
        if record != before:
            tables.add_gate_record(unit, request.id, office.clock.now(), record)
            counted = numbers(request.document, record, Stage.EXECUTING)
            office.log(unit, "request.safeguards", request, measure=request.measure, **counted)
        return _look(office, unit, request)


def require(office: Office, unit: Unit, request: Request) -> None:
    """See that everything the gate asks for was answered before an incoming request is accepted.

    Raises:
        Unanswered: something was not.
    """
    missing = _look(office, unit, request).missing
    if missing:
        raise Unanswered([finding(one, request.reference) for one in missing], request.reference)


def gate_counts(unit: Unit) -> list[Count]:
    """Count by measure and stage what was asked and answered on requests that were released, and on those received."""
    totals: dict[tuple[str, str], Count] = {}
    for request in tables.find_requests(unit):
        stage, record = _kept(unit, request)
        if not record or (request.direction == OUT and not request.released):
            continue
        found, key = numbers(request.document, record, stage), (request.measure, stage.value)
        old = totals.get(key, Count(*key, 0, 0, 0, 0))
        totals[key] = Count(*key, old.requests + 1, **{one: getattr(old, one) + n for one, n in found.items()})
    return [totals[key] for key in sorted(totals)]


def _look(office: Office, unit: Unit, request: Request) -> Gatekeeping:
    stage, kept = _kept(unit, request)
    law, today = office.law(), office.clock.now().date()
    about = ("measure", "data", *(("secrecy",) if stage is Stage.SENDING else ()))
    subject = {name: request.document[name] for name in about if name in request.document}
    record = {name: kept[name] for name in FIELDS if name in kept}
    asked = Gate(law).asked(law_measure(subject), stage)
    return Gatekeeping(request, stage, asked, record, lacking(law, subject | record, stage, today))


def _kept(unit: Unit, request: Request) -> tuple[Stage, Mapping[str, Any]]:
    """Give the stage of a request, and what holds the answers on it."""
    if request.direction == OUT:
        return Stage.SENDING, request.document
    return Stage.EXECUTING, tables.gate_record_of(unit, request.id)

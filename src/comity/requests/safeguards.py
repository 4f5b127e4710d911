"""The safeguards gate on a request: the record of what named persons answered, and what it lacks.

The questions and the rules on when each is asked are the law room's (`law/gate.py`): of an outgoing request those of the
stage of sending, answered in the draft and sealed with it; of an incoming one those of the stage of executing, answered
on this node before it accepts. Nothing here says that a request is lawful.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from comity.kernel.sheet import read_sheet
from comity.law.gate import Answer, Concern, Gate, Missing, Record, Secrecy, Stage, rules
from comity.law.library import Library
from comity.packages.sealing import request_shape

from .errors import BadSheet
from .model import DOUBTFUL, MISSING, Finding
from .vocabulary import answers_shape, law_measure

FORM = "Comity request form"
QUESTIONS = "safeguards"
FIELDS = (QUESTIONS, "necessity", "proportionality")


def lacking(law: Library, document: Mapping[str, Any], stage: Stage, on: date) -> tuple[Missing, ...]:
    """Tell what is missing in what *document* says: a request, or the measure of one with the answers on it."""
    return Gate(law).missing(_record(document, stage), on)


def find(law: Library, document: Mapping[str, Any], on: date) -> Iterator[Finding]:
    """Find what the gate misses in a request of ours, and put what a concern opens to a person."""
    gate = Gate(law)
    told = {fault.path for fault in request_shape().faults(document)}
    prompts = {one.question.id: one.prompts for one in gate.asked(law_measure(document), Stage.SENDING)}
    for one in gate.missing(_record(document, Stage.SENDING), on):
        if one.field not in told:  # what the shape finds is said once
            look = [prompt.text for prompt in prompts.get(one.field, ())]
            yield finding(one, str(document.get("reference", "NAME")), look)
    for row in _rows(document):
        if row.get("concern") == Concern.RAISED:
            for prompt in prompts.get(row["id"], ()):
                remedy = "Say in the answer what was looked at, and leave out of the request what should not be in it."
                yield Finding(DOUBTFUL, f"{QUESTIONS}.{row['id']}", prompt.text, remedy, prompt.source, not prompt.lead)


def finding(one: Missing, reference: str, look: Iterable[str] = ()) -> Finding:
    """Give what the gate misses in a request as a finding; *look* is what the person is told to look at."""
    field = f"{QUESTIONS}.{one.field}" if one.field.startswith("gate-") else one.field
    source = f"{FORM}; {one.article}; {one.source}"
    told = " ".join(look)
    remedy = (
        f"Let a named person answer it, who looks at this: {told} More: comity request safeguards {reference}."
        if told
        else f"Let a named person answer it; what is asked and why: comity request safeguards {reference}."
    )
    return Finding(MISSING, field, one.text, remedy, source, not one.lead)


def numbers(document: Mapping[str, Any], record: Mapping[str, Any], stage: Stage) -> dict[str, int]:
    """Count the questions asked on a request, those of them answered in *record*, and the concerns raised."""
    asked = rules().needed(law_measure(document), stage)
    rows = {row["id"]: row for row in _rows(record)}
    raised = [row for row in rows.values() if row.get("concern") == Concern.RAISED]
    return {"asked": len(asked), "answered": len(rows.keys() & set(asked)), "concerns": len(raised)}


def read_answers(path: Path, today: date) -> dict[str, Any]:
    """Read a sheet of answers; one that names no day was given today.

    Raises:
        BadSheet: the sheet is malformed.
    """
    return check_answers(read_sheet(path), today, file=str(path))


def check_answers(sheet: dict[str, Any], today: date, *, file: str = "") -> dict[str, Any]:
    """Give answers back that fit their shape; one that names no day was given today.

    Raises:
        BadSheet: they do not.
    """
    faults = answers_shape().faults(sheet)
    if faults:
        more = "; ".join(f.path for f in faults[1:10])
        advice = f"Further faults at: {more}" if more else "Begin with: comity request safeguards NAME --form FILE."
        raise BadSheet(faults[0].message, file=file, field=faults[0].path, advice=advice)
    return dated({name: value for name, value in sheet.items() if name != "format"}, today)


def dated(sheet: dict[str, Any], today: date) -> dict[str, Any]:
    """Give today as the day of answers that name none."""
    if QUESTIONS not in sheet:
        return sheet
    return {**sheet, QUESTIONS: [{**row, "on": row.get("on", today.isoformat())} for row in sheet[QUESTIONS]]}


def join(before: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join rows by their ids; a new one takes the place of the old one."""
    ids = {row["id"] for row in new}
    return [row for row in before if row["id"] not in ids] + list(new)


def _record(document: Mapping[str, Any], stage: Stage) -> Record:
    given = document.get("secrecy") if stage is Stage.SENDING else None
    secrecy = given if isinstance(given, dict) else None
    return Record(
        measure=law_measure(document),
        stage=stage,
        answers={row["id"]: _answer(row) for row in _rows(document)},
        necessity=str(document.get("necessity", "")),
        proportionality=str(document.get("proportionality", "")),
        secrecy=Secrecy(reason=secrecy.get("reason", ""), until=_day(secrecy.get("until")))
        if secrecy is not None
        else None,
    )


def _answer(row: Mapping[str, Any]) -> Answer:
    said = row.get("concern")
    return Answer(
        concern=Concern(said) if said in list(Concern) else None,
        text=str(row.get("answer", "")),
        name=str(row.get("by", "")),
        on=_day(row.get("on")),
        second=str(row.get("second", "")),
    )


def _rows(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the answers on known questions; what else may stand there is the shape's finding."""
    known = request_shape().codes["gates"]
    return (row for row in document.get(QUESTIONS, []) if isinstance(row, dict) and row.get("id") in known)


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None

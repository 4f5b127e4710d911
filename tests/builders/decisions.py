"""Questions to the legal basis engine as they are written in tables, and what a table says of a decision."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from comity.law.basis import Engine
from comity.law.candidate import Candidate, Decision, Standing
from comity.law.library import load
from comity.law.question import Offence, Question
from comity.law.terms import Addressee

LAW = Path(__file__).parents[1] / "unit" / "law"


@cache
def engine(overlay: str = "") -> Engine:
    """Give an engine on the shipped data with one of the invented overlays."""
    return Engine(load(LAW / "overlays" / overlay if overlay else None))


def table(name: str) -> dict[str, Any]:
    """Read a golden table."""
    found: dict[str, Any] = yaml.safe_load((LAW / "golden" / name).read_text("utf-8"))
    return found


def offence(written: int | dict[str, Any]) -> Offence:
    """Give an offence by its article, or as `{title: Extortion, here: 4, there: 3}`."""
    if isinstance(written, int):
        return Offence(article=written)
    return Offence(title=written["title"], years_here=written.get("here"), years_there=written.get("there"))


def question(here: str, there: str, what: int | dict[str, Any], measure: str, on: date, *flags: str) -> Question:
    """Give a question as a row of a table writes it."""
    return Question(
        here=here,
        there=there,
        offence=offence(what),
        measure=measure,
        on=on,
        addressee=Addressee.PROVIDER if "provider" in flags else Addressee.AUTHORITY,
        emergency="emergency" in flags,
    )


def ids(decision: Decision, standing: Standing) -> list[str]:
    """Name the candidates of one standing, in order."""
    return [one.id for one in decision.candidates if one.standing is standing]


def named(decision: Decision, name: str) -> Candidate:
    """Give one candidate."""
    return next(one for one in decision.candidates if one.id == name)

"""The vocabularies of requests, loaded from `data/`: measures, completeness, codes, instruments, shapes of sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from comity.kernel.shape import Shape, load_shape
from comity.packages.sealing import request_shape


@cache
def load(name: str) -> dict[str, Any]:
    """Load one vocabulary."""
    import yaml

    text = files("comity.requests").joinpath("data", name).read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return data


def measure(name: str) -> dict[str, Any]:
    """Give what the measure *name* needs."""
    row: dict[str, Any] = load("measures.yaml")[name]
    return row


def law_measure(document: Mapping[str, Any]) -> str:
    """Name the measure of the law data that a request asks for; of several kinds of data the one nearest to content."""
    row, asked = measure(document["measure"]), {one.get("kind") for one in document.get("data", [])}
    found = [law for kind, law in row.get("data", {}).items() if kind in asked]
    return str(found[-1] if found else row.get("law", document["measure"]))


def needs_period(document: Mapping[str, Any]) -> bool:
    """Tell whether each target of a request needs a span of time."""
    kinds = {document["measure"], law_measure(document)} & load("measures.yaml").keys()
    return any(measure(name).get("period", False) for name in kinds)


def complete(name: str) -> dict[str, Any]:
    """Give the items that a complete request for the measure *name* states, with their source."""
    row: dict[str, Any] = load("completeness.yaml")["sets"][measure(name)["complete"]]
    return row


def codes(state: str) -> dict[str, Any]:
    """Give the codes that a receipt in *state* may carry; empty if it carries none."""
    rows: dict[str, Any] = load("codes.yaml").get(state, {})
    return rows


def label(code: dict[str, str], language: str = "en") -> str:
    """Give a code's label in a language, else in English."""
    return code.get(language, code["en"])


def case_shape() -> Shape:
    """Give the shape of case files."""
    return load_shape("comity.requests", "case.yaml")


@cache
def draft_shape() -> Shape:
    """Give the shape of draft sheets: fields of a request, each of them optional."""
    return _sheet("draft.yaml")


@cache
def answers_shape() -> Shape:
    """Give the shape of sheets that answer the safeguards questions: those fields of a request, each optional."""
    return _sheet("answers.yaml")


def _sheet(name: str) -> Shape:
    sheet, full = load_shape("comity.requests", name), request_shape()
    shared = tuple(replace(f, required=False) for f in full.fields if f.name in sheet.source["shared"])
    return Shape(sheet.format, (*sheet.fields, *shared), full.codes, sheet.source)

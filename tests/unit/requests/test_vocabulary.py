"""The vocabularies fit each other, and carry what the project's facts on the Convention say."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.law.gate import Stage, rules
from comity.packages.receipt import receipt_shape
from comity.packages.sealing import request_shape
from comity.requests.vocabulary import case_shape, codes, complete, draft_shape, label, load, measure

FACTS = Path(__file__).resolve().parents[4] / "shared" / "facts" / "hanoi-convention.yaml"
MEASURES = list(request_shape().codes["measures"])


@cache
def facts() -> dict[str, Any]:
    """The project's facts on the Convention, which stand beside the project."""
    if not FACTS.exists():
        reason = "the facts on the Convention are not beside the project"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    found: dict[str, Any] = yaml.load(FACTS.read_text("utf-8"), yaml.CSafeLoader)
    return found


@pytest.mark.parametrize("name", ["preservation", "mla_general", "emergency_data"])
def test_completeness_carries_every_item_of_the_facts(name: str) -> None:
    """Each item of the facts' request type is in our set, with its words and its need, and nothing is added."""
    known = facts()["cooperation"]["request_types"][name]
    kept = load("completeness.yaml")["sets"][name]
    expected = [(item["id"], item["text"], item["need"]) for item in known["contents"]]
    assert [(item["id"], item["text"], item["need"]) for item in kept["items"]] == expected
    assert (str(known["article"]), known["verified"]) == (kept["article"], kept["verified"])


def test_grounds_of_refusal_are_those_of_the_facts() -> None:
    """Each code that names a paragraph of the Convention is marked as not compared with the certified text."""
    grounds = {name: row for name, row in codes("refused").items() if row["source"].startswith("Hanoi Convention")}
    assert len(grounds) > 8
    assert all(row["verified"] is False and row["nature"] for row in grounds.values())


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_described(name: str) -> None:
    """Each measure of the request's shape has a set of items, known gates, a title, and known needs."""
    row, shape = measure(name), request_shape()
    asked = {one for stage in Stage for one in rules().needed(row.get("law", name), stage)}
    assert {item["id"] for item in complete(name)["items"]} <= set(shape.codes["contents"])
    assert asked <= set(shape.codes["gates"])
    assert shape.source["title"][name]["en"]
    assert row.get("accepted_needs", "preserved_until") in {field.name for field in receipt_shape().fields}


def test_measures_are_those_of_the_shape() -> None:
    """The two lists of measures are the same, and the command offers the same."""
    from comity.cli.request import MEASURES as OFFERED

    assert list(load("measures.yaml")) == MEASURES == list(OFFERED)


@pytest.mark.parametrize(
    ("state", "some"), [("received", False), ("accepted", False), ("info_needed", True), ("refused", True)]
)
def test_codes_of_a_state(state: str, some: bool) -> None:
    """Refusals and questions have codes that a receipt can carry, each with label and source; other states have none."""
    pattern = next(field for field in receipt_shape().fields if field.name == "code")
    assert bool(codes(state)) == some
    for name, row in codes(state).items():
        assert receipt_shape()._scalar(name, pattern) == ""
        assert label(row["label"])
        assert row["source"]


def test_a_label_falls_back_to_english() -> None:
    """A label is given in the language asked for, in English where there is none."""
    assert label({"en": "Yes", "vi": "Có"}, "vi") == "Có"
    assert label({"en": "Yes"}, "vi") == "Yes"


def test_a_sheet_may_say_what_a_request_may() -> None:
    """A draft sheet has the request's own fields, each optional, and none that the node itself writes."""
    names = {field.name for field in draft_shape().fields}
    assert draft_shape().faults({}) == []
    assert names - {"format"} <= {field.name for field in request_shape().fields}
    assert not names & {"id", "reference", "from", "to", "measure", "case", "exercise", "drafted_at", "attachments"}


def test_kinds_of_identifiers_are_the_same_everywhere() -> None:
    """Case files and requests know the same kinds of identifiers."""
    assert set(case_shape().codes["kinds"]) == set(request_shape().codes["kinds"])

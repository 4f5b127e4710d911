"""What states reserved, declared and notified changes a decision only where it can; what national acts ask is asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from builders.decisions import engine, named, question
from comity.law.candidate import Candidate

DAY = date(2026, 4, 25)
EXTORTION: dict[str, Any] = {"title": "Extortion", "here": 5, "there": 5}


def basis(here: str, there: str, offence: Any, measure: str, name: str, *flags: str) -> Candidate:
    """Give one basis for a question."""
    return named(engine().decide(question(here, there, offence, measure, DAY, *flags)), name)


@pytest.mark.parametrize(
    ("there", "offence", "live"),
    [("JP", EXTORTION, True), ("DE", EXTORTION, True), ("JP", 13, False), ("US", EXTORTION, False)],
)
def test_a_reservation_to_preservation_is_live_where_it_was_made(there: str, offence: Any, live: bool) -> None:
    """Budapest 29(4) is a ground only for who reserved it, and not for offences of the treaty; it never blocks citing."""
    found = basis("PH", there, offence, "preserve", "budapest")
    assert [one.id for one in found.refusal if one.nature == "reservation_needed"] == [
        "preservation_reservation"
    ] * live
    assert found.standing == "citable"


def test_a_notification_is_a_line_of_the_channel_and_narrows_nothing() -> None:
    """What France notified of the way to it stands in the channel, with its source, and leaves the basis citable."""
    found = basis("PH", "FR", 13, "assist", "budapest")
    (line,) = [one for one in found.channel if one.text.startswith("FR has notified")]
    assert (line.lead, "diplomatic channel" in line.text) == (False, True)
    assert found.standing == "citable"
    assert not [one for one in basis("FR", "PH", 13, "assist", "budapest").channel if "notified" in one.text]


@pytest.mark.parametrize("name", ["domestic", "reciprocity", "untoc"])
def test_what_the_national_act_asks_of_a_request_is_asked(name: str) -> None:
    """The law of Singapore wants the maximum penalty stated, whatever the basis."""
    items = [one.line.text for one in basis("VN", "SG", 13, "disclose_content", name).requires]
    assert [text for text in items if "maximum penalty" in text] == [
        "Under the law of SG: the maximum penalty for the offence (s. 19(2)(c)(iv))"
    ]


def test_a_provider_is_asked_nothing_of_the_act_on_assistance() -> None:
    """The act of the state speaks to its authorities: a provider there is not asked by it."""
    decision = engine().decide(question("VN", "SG", 13, "disclose_subscriber", DAY, "provider"))
    assert not [item for one in decision.candidates for item in one.requires if item.id.startswith("national.")]


def test_grounds_of_national_law_are_grounds() -> None:
    """No remark on history, on spontaneous information or on contents stands among the grounds for refusal."""
    library = engine().index.library
    grounds = [
        text
        for code in library.profiled
        for act in [library.country(code).mutual_legal_assistance.statute]
        for text in (act.other_grounds if act else ())
    ]
    assert grounds
    assert not [text for text in grounds if any(word in text for word in ("replaces", "unsolicited", "must state"))]

"""The work sheet on dual criminality."""

from __future__ import annotations

import json
from datetime import date
from itertools import permutations

import pytest

from builders.decisions import engine
from comity.law.errors import NoSuchLaw
from comity.law.plain import plain
from comity.law.worksheet import Row, WorkSheet, worksheet

DAY = date(2026, 11, 25)
LIBRARY = engine().index.library


def sheet(here: str, there: str, article: int, overlay: str = "") -> WorkSheet:
    """Make a sheet."""
    return worksheet(engine(overlay).index.library, here, there, article=article, on=DAY)


def row(found: WorkSheet, element: str) -> Row:
    """Give one row."""
    return next(one for one in found.rows if one.element == element)


def test_every_element_has_a_row() -> None:
    """Conduct, fault, object, thresholds, age, exemptions, complaint, limitation and penalty each have a row."""
    elements = {one.element for one in sheet("VN", "PH", 13).rows}
    assert elements >= {
        "conduct",
        "fault",
        "object",
        "thresholds",
        "age",
        "exemptions",
        "complaint",
        "limitation",
        "penalty",
    }


def test_thresholds_stand_with_their_currency() -> None:
    """An amount on which an offence turns names its currency."""
    cell = row(sheet("VN", "PH", 9), "thresholds").here
    assert any("VND 50 million" in text and text.endswith("(amounts in VND)") for text in cell.texts)


def test_a_difference_is_marked_and_the_names_of_provisions_are_none() -> None:
    """Rows that say otherwise are marked; rows with nothing in both, and the provisions' names, are not."""
    found = sheet("VN", "PH", 13)
    assert row(found, "thresholds").differs
    assert not row(found, "limitation").differs
    assert not row(found, "provision").differs


def test_no_condition_of_a_profile_is_lost() -> None:
    """Each condition of every profile stands in a row."""
    for code in LIBRARY.profiled:
        for entry in LIBRARY.country(code).offences.values():
            other = "VN" if code != "VN" else "PH"
            cells = [one.here.texts for one in sheet(code, other, entry.article).rows]
            told = [text for texts in cells for text in texts]
            for condition in (each for one in entry.provisions for each in one.conditions):
                assert any(condition.text in text for text in told), (code, entry.article, condition.text)


def test_the_finding_is_left_to_an_officer() -> None:
    """The sheet puts the question and gives no finding, no reason and no name."""
    for here, there in permutations(["VN", "PH", "EE", "MM"], 2):
        found = sheet(here, there, 13).finding
        assert found.question.endswith("?")
        assert (found.finding, found.reason, found.name, found.office, found.day) == ("", "", "", "", "")


def test_what_nobody_looked_into_is_open() -> None:
    """A country without a profile gives an open question and empty cells, not a gap."""
    found = sheet("VN", "MM", 13)
    assert not any(one.there.lines for one in found.rows)
    assert any("Nobody has looked into the law of MM" in one.text for one in found.open)


def test_a_provision_that_was_not_read_is_open_and_a_lead() -> None:
    """What nobody read in its source is marked in its cell and asked about."""
    found = sheet("VN", "PH", 13)
    assert all(line.lead for line in row(found, "conduct").there.lines)
    assert any("read this provision" in one.text and "law of PH" in one.article for one in found.open)


def test_law_that_has_not_begun_is_said_so() -> None:
    """A provision that does not apply on the day has a row of its own and a question."""
    found = sheet("KH", "LA", 7, "waiting")
    assert row(found, "not yet in force").there.texts == ("Art. 7, Invented Code: has not begun to apply",)
    assert any("Does it apply on the day of the conduct?" in one.text for one in found.open)


def test_a_sheet_never_gives_a_verdict() -> None:
    """No line of a sheet says that dual criminality is met or is not."""
    text = json.dumps(plain(sheet("JP", "DE", 13))).lower()
    assert "criminality is" not in text
    assert "criminality is met" not in text


@pytest.mark.parametrize(
    ("here", "there", "article"), [("VN", "VN", 13), ("VN", "XX", 13), ("VN", "PH", 6), ("VN", "PH", 25)]
)
def test_a_wrong_sheet_is_refused(here: str, there: str, article: int) -> None:
    """One state twice, an unknown one, and an article that is no offence are refused."""
    with pytest.raises(NoSuchLaw, match="expected"):
        sheet(here, there, article)

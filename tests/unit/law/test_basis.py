"""The legal basis engine against a table of decisions that were worked out from the treaties by hand."""

from __future__ import annotations

from typing import Any

import pytest

from builders.decisions import engine, ids, named, question, table
from comity.law.candidate import Decision, Standing
from comity.law.matter import Matter
from comity.law.policies.convention import Article2hSeriousCrime
from comity.law.tier import line_of_four_years

CASES = [*table("shipped.yaml")["cases"], *table("overlays.yaml")["cases"]]
SERIOUS = table("overlays.yaml")["serious"]


def decided(case: dict[str, Any]) -> Decision:
    """Put the question of a row."""
    return engine(case.get("overlay", "")).decide(question(*case["ask"]))


def every(name: str) -> pytest.MarkDecorator:
    """Give the rows that say something on *name*."""
    rows = [case for case in CASES if name in case]
    return pytest.mark.parametrize("case", rows, ids=[case["id"] for case in rows])


def test_the_table_has_enough_rows_and_no_name_twice() -> None:
    """There are at least eighty decisions, each with its own name."""
    assert len({case["id"] for case in CASES}) == len(CASES) >= 80


@every("id")
def test_bases_stand_in_order(case: dict[str, Any]) -> None:
    """The bases that may be cited, those that are open and those that may not be cited are those of the row, in order."""
    found = decided(case)
    wanted = [(one, standing) for key, standing in STANDINGS.items() for one in case.get(key, [])]
    assert [(one.id, one.standing) for one in found.candidates] == wanted


STANDINGS = {"citable": Standing.CITABLE, "open": Standing.OPEN, "not": Standing.NOT_CITABLE}


@every("tier")
def test_the_offence_stands_in_its_tier(case: dict[str, Any]) -> None:
    """The tier of the offence is that of the row."""
    assert decided(case).tier.name == case["tier"]


@every("asks")
def test_open_questions_are_those_of_the_articles(case: dict[str, Any]) -> None:
    """The questions that are still open are those of the row's articles, in order, each with somebody to ask."""
    found = decided(case)
    for name, articles in case["asks"].items():
        asked = named(found, name).open
        assert [one.article for one in asked] == articles, name
        assert all(one.who for one in asked)


@every("clocks")
def test_time_limits_are_those_of_the_instrument(case: dict[str, Any]) -> None:
    """The time limits are those of the row; what is silent and what is a local target is no time limit."""
    found = decided(case)
    for name, wanted in case["clocks"].items():
        own = [one.id for one in named(found, name).clocks if not one.local and one.kind != "none"]
        assert own == wanted, name


@every("yields")
def test_a_treaty_takes_the_place_of_the_procedure(case: dict[str, Any]) -> None:
    """Rules that give way name the treaty that takes their place, and preservation has none that do."""
    found = decided(case)
    for name, treaty in case["yields"].items():
        one = named(found, name)
        lines = [item.line for item in one.requires] + [ground.line for ground in one.refusal] + list(one.use_limits)
        assert {line.yields_to for line in lines} - {""} == ({treaty} if treaty else set()), name


@pytest.mark.parametrize("row", SERIOUS, ids=[row["why"] for row in SERIOUS])
def test_the_line_of_four_years(row: dict[str, Any]) -> None:
    """Four years and more are serious crime; what is not known or differs between the two laws is open."""
    index = engine("waiting").index
    asked = question(*row["ask"], "disclose_content", table("shipped.yaml")["cases"][0]["ask"][4])
    matter = Matter.of(index, asked)
    assert Article2hSeriousCrime(line_of_four_years(matter)).ask(matter).state == row["state"]


def test_local_targets_are_called_local() -> None:
    """A target of this program stands beside the time limits of the treaty and is marked as local."""
    one = named(decided(CASES[0] | {"ask": ["PH", "US", 7, "preserve", CASES[0]["ask"][4]]}), "budapest")
    assert {clock.id for clock in one.clocks if clock.local} == {"receipt_expected", "extend_before"}
    assert all("local" in clock.line.article for clock in one.clocks if clock.local)


def test_a_reservation_makes_a_ground_live() -> None:
    """Missing dual criminality is a ground at preservation only where the requested state reserved it, and not for its own offences."""
    day = next(case for case in CASES if case["id"] == "reservation-of-42-5-is-live")["ask"][4]
    other = {"title": "Extortion", "here": 5, "there": 5}

    def grounds(here: str, there: str, what: Any) -> set[str]:
        found = engine("reserved").decide(question(here, there, what, "preserve", day))
        return {ground.id for ground in named(found, "hanoi").refusal}

    assert "preservation_reservation" in grounds("VN", "PH", other)
    assert "preservation_reservation" not in grounds("VN", "PH", 13) | grounds("PH", "VN", other)


def test_what_cannot_be_cited_says_why_and_what_to_ask() -> None:
    """The Convention is listed with the reason why it cannot be cited and with what the depositary must be asked."""
    one = named(decided(CASES[0]), "hanoi")
    assert one.why.startswith("Not citable, because The Hanoi Convention is not known to be in force")
    assert any("Ask the depositary" in each.question for each in one.open)


def test_standings_are_all_in_the_table() -> None:
    """The table shows every standing at least once."""
    assert all(any(ids(decided(case), standing) for case in CASES) for standing in Standing)

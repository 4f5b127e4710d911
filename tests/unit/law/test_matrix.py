"""The matrix: what the law of a country says to each question, and who says so; penalties against four years."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.law import CHECKED, TODAY, found, offence, shipped, write
from comity.law.country import MaxKind, Penalty
from comity.law.library import load
from comity.law.matrix import Cell, Says, State, matrix

LOOKED = CHECKED.replace(", ", "\n    ")


def core(folder: Path, text: str, *, article: int = 7, on: date = TODAY) -> Cell:
    """Give the first question of an article for a country whose law is *text*."""
    return matrix(load(write(folder, national__fj="country: FJ\n" + text)), "FJ", on).rows[article - 1].cells[0]


@pytest.mark.parametrize(
    ("text", "state", "lead"),
    [
        (found("4"), State.MET, False),
        (found("4", more="conditions: [{kind: prior_sanction, text: after a warning}]"), State.PARTLY, False),
        (found("4", more="conditions: [{kind: security_measure, text: a lock broken}]"), State.MET, False),
        (found("4").replace("status: found", "status: general_law_only"), State.PARTLY, False),
        (found("4").replace("commencement: in_force", "commencement: bill"), State.PARTLY, False),
        (found("4").replace("verified: true", "verified: false"), State.UNKNOWN, True),
        (offence(f"status: none_found\n    verified: true\n    {LOOKED}"), State.GAP, False),
        (offence(f"status: none_found\n    verified: false\n    {LOOKED}"), State.UNKNOWN, True),
    ],
)
def test_what_a_profile_suggests(tmp_path: Path, text: str, state: State, lead: bool) -> None:
    """A provision read suggests met, a narrower or later one partly, none found a gap; a lead suggests nothing."""
    cell = core(tmp_path, text)
    assert (cell.state, cell.says, cell.lead) == (state, Says.PROFILE, lead)
    assert cell.source == "Gazette 12"
    assert cell.why


def test_a_law_suggests_met_only_from_its_first_day(tmp_path: Path) -> None:
    """A provision that begins next year suggests partly until then."""
    text = found("4", more="in_force_from: 2027-01-01")
    states = [core(tmp_path, text, on=day).state for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert states == [State.PARTLY, State.MET]


def test_nobody_has_said_anything_of_a_country_without_a_profile() -> None:
    """Without profile and answers every question is unknown, and nobody says so."""
    cells = [cell for row in matrix(shipped(), "FJ", TODAY).rows for cell in row.cells]
    assert {(cell.state, cell.says) for cell in cells} == {(State.UNKNOWN, Says.NOBODY)}


@pytest.mark.parametrize(
    ("kind", "base", "serious"),
    [
        (MaxKind.FIXED, 4.0, True),
        (MaxKind.FIXED, 3.99, False),
        (MaxKind.FIXED, None, None),
        (MaxKind.LIFE, None, True),
        (MaxKind.FINE_ONLY, 0.0, False),
        (MaxKind.UNKNOWN, None, None),
        (MaxKind.SAME_AS_TARGET_OFFENCE, 5.0, None),
    ],
)
def test_the_line_of_four_years(kind: MaxKind, base: float | None, serious: bool | None) -> None:
    """Exactly four years is serious; less is not; what is no figure is not known."""
    assert Penalty(kind=kind, base=base, aggravated=None).base_serious is serious


@given(st.floats(0, 40), st.floats(0, 40))
def test_base_and_aggravated_form_are_judged_apart(base: float, aggravated: float) -> None:
    """Each form is serious exactly if its own maximum is at least four years."""
    penalty = Penalty(kind=MaxKind.FIXED, base=base, aggravated=aggravated)
    assert (penalty.base_serious, penalty.aggravated_serious) == (base >= 4, aggravated >= 4)


def test_a_figure_that_was_not_read_is_a_lead() -> None:
    """Viet Nam's data interference: the base of Article 286 was read, its aggravated form and Article 287 were not."""
    lines = matrix(shipped(), "VN", TODAY).rows[8].penalties
    found_lines = [(one.provision[:8], one.base_serious, one.base_lead, one.aggravated_lead) for one in lines]
    assert found_lines == [("Art. 287", False, True, True), ("Art. 286", False, False, True)]


def test_the_countrys_own_reservations_stand_by_the_article() -> None:
    """Azerbaijan's statement on 7(2) stands by Article 7, and by no article that it does not name."""
    rows = matrix(shipped(), "AZ", TODAY).rows
    assert [row.article.number for row in rows if row.statements] == [7, 9, 11, 63]


@pytest.mark.parametrize("code", shipped().profiled)
def test_every_suggestion_names_its_source(code: str) -> None:
    """For every country with a profile: what it says has a source, and no state but unknown leans on a lead."""
    cells = [cell for row in matrix(shipped(), code, TODAY).rows for cell in row.cells]
    assert all(cell.source for cell in cells if cell.says is not Says.NOBODY)
    assert {cell.state for cell in cells if cell.lead} <= {State.UNKNOWN}

"""Gaps are ranked for drafters: what is needed to comply first."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from builders.law import TODAY, shipped, write
from comity.law.answers import Verdict, make, record
from comity.law.convention import Level
from comity.law.gaps import gaps, table
from comity.law.library import load
from comity.law.matrix import Says, State, matrix


def test_what_is_needed_to_comply_comes_first() -> None:
    """Needed before advised before optional; within each gaps, then partly, then unknown; ranks count from one."""
    found = gaps(matrix(shipped(), "VN", TODAY))
    levels, states = list(Level), [State.GAP, State.PARTLY, State.TO_CONFIRM, State.UNKNOWN]
    keys = [(levels.index(gap.cell.question.level), states.index(gap.cell.state)) for gap in found]
    assert keys == sorted(keys)
    assert [gap.rank for gap in found] == list(range(1, len(found) + 1))


def test_a_gap_that_a_drafter_confirms_outranks_one_that_is_suggested(tmp_path: Path) -> None:
    """A drafter's gap in an article that a profile says nothing of stands before the profile's."""
    library = load(write(tmp_path, national__x="country: VN\n"))
    made = make(library, "h50-01", state=Verdict.GAP, by="A. Example", on=TODAY, source="Gazette")
    record(library, "VN", "h50-01", made)
    first, second, *_ = gaps(matrix(load(tmp_path), "VN", TODAY))
    assert [(gap.cell.question.id, gap.cell.says) for gap in (first, second)] == [
        ("h50-01", Says.DRAFTER),
        ("h12-01", Says.PROFILE),
    ]


def test_what_is_met_is_no_gap() -> None:
    """Nothing that is met or does not apply is listed, and silence is listed only when asked for."""
    found = matrix(shipped(), "DE", TODAY)
    assert {gap.cell.state for gap in gaps(found)} == {State.PARTLY, State.UNKNOWN}
    assert Says.NOBODY not in {gap.cell.says for gap in gaps(found, unknown=False)}
    assert len(gaps(found)) == 251 - found.counts()[State.MET]


def test_a_gap_says_what_the_article_lets_a_party_leave_out() -> None:
    """Article 11(3) may be reserved; Article 10 leaves nothing out; an optional question says so."""
    found = {gap.cell.question.id: gap for gap in gaps(matrix(shipped(), "FJ", TODAY))}
    assert "11.3" in found["h11-01"].may_reserve[0]
    assert found["h10-01"].may_reserve == ()
    assert found["h19-02"].duty == "mandatory with options, may"


def test_the_table_holds_every_gap() -> None:
    """The CSV has a heading and a row a gap, each with as many cells, and marks leads."""
    found = gaps(matrix(shipped(), "SG", TODAY))
    rows = list(csv.reader(io.StringIO(table(found))))
    assert len(rows) == len(found) + 1
    assert {len(row) for row in rows} == {15}
    assert [row[9] for row in rows[1:]] == ["lead" if gap.cell.lead else "" for gap in found]

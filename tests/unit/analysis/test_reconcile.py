"""Asked for against returned."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from builders.records import START, logged, written
from comity.analysis.dataset import Dataset
from comity.analysis.reconcile import Asked, Reconciliation, reconcile

DAY = timedelta(days=1)
MINE, OTHER = "192.0.2.7", "192.0.2.9"


def held(folders: list[Path], *asked: Asked) -> Reconciliation:
    """Hold the records in *folders* against what was asked."""
    with Dataset(folders) as data:
        return reconcile(data, asked)


def test_what_came_is_counted_within_and_beyond_the_time(tmp_path: Path) -> None:
    """Records within the time asked for, beyond it, and days without any are told apart."""
    rows = [logged("u1", MINE, START + n * DAY) for n in (0, 1, 4, 9)]
    asked = Asked(f"ip:{MINE}", START, START + 5 * DAY)
    answer = held([written(tmp_path / "r", rows)], asked).answers[0]
    assert (answer.records, answer.beyond, answer.kinds) == (3, 1, {"session": 3})
    days = [(since.day, until.day) for since, until in answer.empty]
    assert days == [(3, 5), (6, 7)]


def test_what_nobody_asked_for_is_told_apart(tmp_path: Path) -> None:
    """Records that stand with no identifier asked for are counted as others."""
    folder = written(tmp_path / "r", [logged("u1", MINE, START), logged("u2", OTHER, START)])
    found = held([folder], Asked(f"ip:{MINE}"))
    assert (found.others, found.complete) == (1, False)


def test_nothing_returned_is_told(tmp_path: Path) -> None:
    """An identifier for which nothing came has no records, and that is no finding about it."""
    folder = written(tmp_path / "r", [logged("u2", OTHER, START)])
    answer = held([folder], Asked(f"ip:{MINE}", START, START + DAY)).answers[0]
    assert (answer.records, answer.first, len(answer.empty)) == (0, None, 1)


def test_what_was_delivered_twice_is_found(tmp_path: Path) -> None:
    """The same sessions in two deliveries are duplicates; a repetition in one file is none."""
    rows = [logged("u1", MINE, START), logged("u1", MINE, START)]
    once, again = written(tmp_path / "a", rows), written(tmp_path / "b", rows[:1])
    twice = held([once, again], Asked(f"ip:{MINE}")).twice
    assert [(row["kind"], row["files"], row["records"]) for row in twice] == [("session", 2, 3)]
    assert held([once], Asked(f"ip:{MINE}")).twice == ()

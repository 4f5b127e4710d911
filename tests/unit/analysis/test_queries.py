"""The queries over all kinds of records."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from builders.records import START, at, logged, paid, written
from comity.analysis.dataset import Dataset
from comity.analysis.errors import NoRecords
from comity.analysis.reconcile import FIRST, LAST
from comity.analysis.rhythm import rhythm

MINUTE = timedelta(minutes=1)
GIVEN: dict[str, Any] = {
    "since": FIRST,
    "until": LAST,
    "who": "",
    "minutes": 10,
    "key": "ip:192.0.2.7",
    "keys": ["ip:192.0.2.7"],
    "a": "account:u1",
    "b": "ip:192.0.2.7",
    "kind": "used",
    "most": 9,
    "id": "x",
}
QUERIES = sorted(path.name.removesuffix(".sql") for path in files("comity.analysis").joinpath("queries").iterdir())


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_answers_on_little_and_on_nothing(query: str, tmp_path: Path) -> None:
    """Each query runs where most kinds have no records at all."""
    with Dataset([written(tmp_path / "r", [logged("u1", "192.0.2.7", START)])]) as data:
        assert data.table(query, **GIVEN).num_columns


def test_a_timeline_has_every_kind_in_one_order(tmp_path: Path) -> None:
    """Sessions and payments stand in one order of time, each with its file and row."""
    folder = written(tmp_path / "r", [paid("1-1", "1-2", "5", START + MINUTE), logged("u1", "192.0.2.7", START)])
    with Dataset([folder]) as data:
        rows = data.rows("timeline", since=FIRST, until=LAST)
    assert [(row["kind"], row["row"]) for row in rows] == [("session", 2), ("transaction", 1)]


def test_links_count_what_stands_together(tmp_path: Path) -> None:
    """An account and an address seen twice together are one link of two records."""
    rows = [logged("u1", "192.0.2.7", START), logged("u1", "192.0.2.7", START + MINUTE)]
    with Dataset([written(tmp_path / "r", rows)]) as data:
        links = data.rows("links")
    assert [(x["a"], x["b"], x["kind"], x["records"]) for x in links] == [("account:u1", "ip:192.0.2.7", "used", 2)]


@pytest.mark.parametrize(("apart", "met"), [(0, 1), (9, 1), (10, 1), (11, 0), (-9, 1), (-11, 0)])
def test_two_meet_within_the_minutes_whoever_came_first(apart: int, met: int, tmp_path: Path) -> None:
    """Two accounts at one address meet when they are at most ten minutes apart, whichever was there first."""
    rows = [logged("u1", "192.0.2.7", START + 3 * MINUTE), logged("u2", "192.0.2.7", START + (3 + apart) * MINUTE)]
    with Dataset([written(tmp_path / "r", rows)]) as data:
        assert len(data.rows("meetings", minutes=10)) == met


def test_rhythm_is_in_the_clock_of_a_zone(tmp_path: Path) -> None:
    """Nine o'clock UTC on a Sunday is four in the afternoon in Ha Noi."""
    with Dataset([written(tmp_path / "r", [logged("u1", "192.0.2.7", START)])]) as data:
        assert rhythm(data)[6][9] == rhythm(data, zone="Asia/Ho_Chi_Minh")[6][16] == 1
        assert rhythm(data, who="nobody") == ((0,) * 24,) * 7


def test_times_known_only_as_spans_do_not_meet(tmp_path: Path) -> None:
    """A time without a zone is no ground for a meeting or a rhythm."""
    kind, values = logged("u1", "192.0.2.7", START)
    vague = {**values, "time": at(START).__class__("x", START, START + 600 * MINUTE, "", "unknown")}
    folder = written(tmp_path / "r", [(kind, vague), logged("u2", "192.0.2.7", START)])
    with Dataset([folder]) as data:
        assert data.rows("meetings", minutes=10) == []
        assert sum(map(sum, rhythm(data))) == 1


def test_a_folder_without_records_is_named(tmp_path: Path) -> None:
    """A folder that no return was read into is refused with what to do."""
    with pytest.raises(NoRecords, match="expected one") as caught:
        Dataset([tmp_path])
    assert "comity returns read" in caught.value.advice


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    """Signs that mean something in a pattern or in SQL are only signs in the name of a folder."""
    folder = written(tmp_path / "it's [a] *?", [logged("u1", "192.0.2.7", START)])
    with Dataset([folder]) as data:
        assert data.counts() == {"session": 1}

"""The docket says of each request that came in what the other tables say, whatever is written in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from importlib import import_module
from typing import Any

import sqlalchemy as sa

from builders.directory import START
from builders.docket import Crowd
from builders.requests import example_request
from comity.requests import dockettables, tables
from comity.requests.dockettables import docket, page, place_of
from comity.requests.model import Deadline, Entry, Request
from comity.store.engine import Store

HOUR = timedelta(hours=1)


def request(number: int, **changes: str) -> Request:
    """A request that came in."""
    row = {
        "id": f"id-{number}",
        "reference": f"R-{number}",
        "package": f"package-{number}",
        "peer": "PH.cicc",
    } | changes
    return Request(
        **({"direction": "in", "case": "c", "measure": "preserve", "state": "received"} | row),
        document=example_request(), changed_at=START,
    )  # fmt: skip


def test_a_row_is_settled_again_as_it_is(store: Store) -> None:
    """Settling every row anew changes nothing: each writing has left the docket as the other tables are."""
    with store.write() as unit:
        made = Crowd(unit, 5)
        made.fill(40)
        before = unit.execute(sa.select(docket).order_by(docket.c.request)).all()
        unit.execute(
            sa.update(docket).values(place="", due_at=None, outcome="", code="", hours=None, case="", came_at=START)
        )
        for one in made.requests:
            dockettables.settle(unit, one.id)
        assert unit.execute(sa.select(docket).order_by(docket.c.request)).all() == before
        assert len(before) == 40


def test_an_older_database_gets_the_same_docket(store: Store) -> None:
    """What the migration says of requests that are there already is what writing them one by one has said."""
    with store.write() as unit:
        made = Crowd(unit, 6)
        made.fill(30)
        tables.add_request(unit, request(1000, direction="out"))
        kept = [dict(row) for row in unit.execute(sa.select(docket).order_by(docket.c.request)).mappings()]
        told = import_module("comity.store.migrations.versions.0016_docket").rows(unit)
        assert sorted((_aware(row) for row in told), key=lambda row: str(row["request"])) == kept
        assert len(kept) == 31


def _aware(row: dict[str, Any]) -> dict[str, Any]:
    times = {name: row[name] and row[name].replace(tzinfo=UTC) for name in ("came_at", "changed_at", "due_at")}
    return row | times


def test_the_order_is_emergency_then_due_then_came(store: Store) -> None:
    """Emergencies come first, then what is due sooner, then what nothing is due of, each by when it came; our own are not listed."""
    with store.write() as unit:
        for number, measure in enumerate(("preserve", "preserve", "preserve", "disclose_emergency", "preserve")):
            tables.add_request(unit, request(number, measure=measure))
            tables.add_entry(unit, Entry(f"id-{number}", START - number * HOUR, "receive", "received", "PH.cicc"))
        tables.add_request(unit, request(9, direction="out"))
        for number, due in ((0, 5), (2, 4), (9, 1)):
            tables.put_clocks(unit, f"id-{number}", [Deadline(f"id-{number}", "reply_by", START + due * HOUR, "s")])
        assert [line.request for line in page(unit, ())] == ["id-3", "id-2", "id-0", "id-4", "id-1"]
        tables.stop_clocks(unit, "id-2", ["reply_by"])
        assert [line.request for line in page(unit, ())] == ["id-3", "id-0", "id-4", "id-2", "id-1"]


def test_places_sort_as_moments_do() -> None:
    """A place of any year sorts by its bytes as its moments do."""
    times = [START.replace(year=year) for year in (1, 999, 2026, 9999)]
    places = [place_of("id", "preserve", due, START) for due in (*times, None)]
    assert places == sorted(places)


def test_a_followed_emergency_is_told_from_others(store: Store) -> None:
    """A formal request follows an emergency when it names its package, between the same two, released and not withdrawn."""
    urgent = replace(request(1, measure="disclose_emergency"), document=example_request())
    named = example_request() | {"related": [{"package": "package-1", "relation": "follows"}]}
    others = {
        "another peer": request(2, peer="DE.bka"), "another way": request(3, direction="out"),
        "an emergency": request(4, measure="disclose_emergency"), "withdrawn": request(5, state="withdrawn"),
        "a draft": request(6, state="draft"),
    }  # fmt: skip
    late = {"measure": "disclose_emergency", "direction": "in"}
    with store.write() as unit:
        tables.add_request(unit, urgent)
        tables.put_clocks(unit, "id-1", [Deadline("id-1", "followup_due", START, "s")])
        for one in others.values():
            tables.add_request(unit, replace(one, document=named))
        assert tables.followed(unit, ["id-1"], "disclose_emergency") == set()
        assert tables.unfollowed(unit, "followup_due", START, **late) == []
        assert tables.unfollowed(unit, "followup_due", START + HOUR, **late) == [("PH.cicc", "R-1")]
        tables.add_request(unit, replace(request(7), document=named))
        assert tables.followed(unit, ["id-1"], "disclose_emergency") == {"id-1"}
        assert tables.unfollowed(unit, "followup_due", START + HOUR, **late) == []


def test_a_refused_emergency_is_not_late(store: Store) -> None:
    """An emergency that was refused waits for no formal request."""
    with store.write() as unit:
        tables.add_request(unit, request(1, measure="disclose_emergency", state="refused"))
        tables.put_clocks(unit, "id-1", [Deadline("id-1", "followup_due", START, "s")])
        wanted = {"measure": "disclose_emergency", "direction": "in"}
        assert tables.unfollowed(unit, "followup_due", START + HOUR, **wanted) == []


def test_the_latest_of_each_case(store: Store) -> None:
    """Of each case come the latest requests, at most so many, without their documents, with how many there are."""
    with store.write() as unit:
        for number in range(5):
            one = request(number, direction="out", case="a" if number else "b")
            tables.add_request(unit, replace(one, changed_at=START + number * HOUR))
        found = tables.latest_of(unit, ["a", "b", "c"], "out", 2)
        assert {case: ([one.id for one in rows], total) for case, (rows, total) in found.items()} == {
            "a": (["id-4", "id-3"], 4), "b": (["id-0"], 1),
        }  # fmt: skip
        assert not found["a"][0][0].document

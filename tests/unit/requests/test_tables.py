"""Cases and requests are kept and found alike on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from builders.directory import START
from builders.requests import example_request
from comity.requests import tables
from comity.requests.model import Answer, CaseFile, Deadline, Entry, Request
from comity.store.engine import Store
from comity.store.errors import AppendOnly, Conflict

DOCUMENT = example_request() | {"odd": {"number": 5, "flag": True, "text": "Nguyễn 😀 \u2014", "nothing": None}}


def request(number: int = 1, **changes: Any) -> Request:
    """A request."""
    row: dict[str, Any] = {
        "id": f"id-{number}",
        "direction": "out",
        "reference": f"VN.a05-2026-{number:04d}",
        "case": "c",
        "peer": "SG.orchid",
    }
    row |= {
        "measure": "preserve",
        "state": "draft",
        "document": DOCUMENT,
        "changed_at": START + timedelta(minutes=number),
    }
    return Request(**{**row, **changes})


def test_a_case_is_kept(store: Store) -> None:
    """A case comes back as it was, its newer file takes its place, and all are listed by reference."""
    one, other = CaseFile("B", DOCUMENT, START), CaseFile("A", {"x": [1]}, START)
    with store.write() as unit:
        tables.add_case(unit, one)
        tables.add_case(unit, other)
        tables.change_case(unit, replace(one, document={"y": 2}))
    with store.read() as unit:
        assert tables.find_case(unit, "B") == replace(one, document={"y": 2})
        assert tables.find_case(unit, "none") is None
        assert [case.reference for case in tables.all_cases(unit)] == ["A", "B"]


def test_a_request_is_kept(store: Store) -> None:
    """A request comes back as it was, and as it was changed; others stay."""
    with store.write() as unit:
        for number in (1, 2, 3):
            tables.add_request(unit, request(number))
        tables.change_request(unit, request(1, state="sealed", package="p", file="sealed-1", envelope="e"))
    with store.read() as unit:
        assert tables.find_requests(unit, id="id-1") == [
            request(1, state="sealed", package="p", file="sealed-1", envelope="e")
        ]
        assert [r.id for r in tables.find_requests(unit)] == ["id-3", "id-2", "id-1"]
        assert tables.find_requests(unit, state="draft", peer="SG.orchid") == [request(3), request(2)]
        assert tables.find_requests(unit, id="id-1", direction="in") == []
        assert tables.known_files(unit) == {"sealed-1"}


def test_a_request_stands_once(store: Store) -> None:
    """Neither an id nor a reference of one party and direction can stand twice."""
    with store.write() as unit:
        tables.add_request(unit, request(1))
        tables.add_request(unit, request(2, reference="VN.a05-2026-0001", direction="in"))
    for twice in (request(1, reference="other"), request(3, reference="VN.a05-2026-0001")):
        with pytest.raises(Conflict), store.write() as unit:
            tables.add_request(unit, twice)


def test_references_are_counted(store: Store) -> None:
    """Only outgoing requests whose reference begins so are counted, whatever signs are in it."""
    with store.write() as unit:
        for number, reference in enumerate(["A_5-2026-1", "A_5-2026-2", "AX5-2026-1", "A_5-2027-1"]):
            tables.add_request(unit, request(number, reference=reference))
        tables.add_request(unit, request(9, reference="A_5-2026-9", direction="in"))
        assert tables.count_references(unit, "A_5-2026-") == 2


def clock(kind: str, hours: int, number: int = 1, *, runs: bool = True) -> Deadline:
    """A clock."""
    return Deadline(f"id-{number}", kind, START + timedelta(hours=hours), "s", runs)


def test_clocks_are_set_anew(store: Store) -> None:
    """Clocks come by date; setting one again replaces it, and those named instead go; others stay."""
    with store.write() as unit:
        tables.add_request(unit, request(1))
        tables.put_clocks(unit, "id-1", [clock("a", 3), clock("b", 2), clock("c", 1)])
        tables.put_clocks(unit, "id-1", [clock("a", 5)], instead=["c"])
        assert tables.clocks_of(unit, "id-1") == [clock("b", 2), clock("a", 5)]
        tables.put_clocks(unit, "id-1", [], instead=["a"])
        assert tables.clocks_of(unit, "id-1") == [clock("b", 2)]
        tables.put_clocks(unit, "id-1", [])
        assert tables.clocks_of(unit, "id-1") == [clock("b", 2)]


def test_running_clocks_come_by_date(store: Store) -> None:
    """Only running clocks of all requests are due, by date, each with its request."""
    with store.write() as unit:
        for number in (1, 2):
            tables.add_request(unit, request(number))
            tables.put_clocks(unit, f"id-{number}", [clock("a", 5 - number, number), clock("b", 9, number)])
        tables.stop_clocks(unit, "id-1", ["b", "none"])
    with store.read() as unit:
        due = [(c.kind, r.id) for c, r in tables.open_clocks(unit)]
        assert due == [("a", "id-2"), ("a", "id-1"), ("b", "id-2")]
        assert tables.clocks_of(unit, "id-1")[1] == clock("b", 9, runs=False)


def test_history_is_in_order_and_stays(store: Store) -> None:
    """History comes in the order in which it was written, also within one second, and cannot be changed or removed."""
    lines = [Entry("id-1", START, f"act-{n}", "draft", "Officer 1", "đ") for n in range(12)]
    with store.write() as unit:
        tables.add_request(unit, request(1))
        for line in lines:
            tables.add_entry(unit, line)
    with store.read() as unit:
        assert tables.history_of(unit, "id-1") == lines
    for change in (sa.update(tables._history).values(who="x"), sa.delete(tables._history)):
        with pytest.raises(AppendOnly), store.write() as unit:
            unit.execute(change)


def test_answers_stay(store: Store) -> None:
    """Receipts come by date, are found by id, stand once, and cannot be changed or removed."""
    answers = [
        Answer(
            f"a{n}",
            "id-1",
            "p",
            "refused",
            code="c",
            reason="r",
            at=START - timedelta(hours=n),
            signed=n > 0,
            holder="h",
            raw="{}",
        )
        for n in range(3)
    ]
    with store.write() as unit:
        tables.add_request(unit, request(1))
        for one in answers:
            tables.add_answer(unit, one)
    with store.read() as unit:
        assert tables.answers_of(unit, "id-1") == answers[::-1]
        assert (tables.find_answer(unit, "a1"), tables.find_answer(unit, "none")) == (answers[1], None)
    with pytest.raises(Conflict), store.write() as unit:
        tables.add_answer(unit, answers[0])
    for change in (sa.update(tables._answers).values(state="accepted"), sa.delete(tables._answers)):
        with pytest.raises(AppendOnly), store.write() as unit:
            unit.execute(change)


def test_what_belongs_to_no_request_is_not_kept(store: Store) -> None:
    """A line of history, a receipt or a clock needs its request."""
    with pytest.raises(Conflict), store.write() as unit:
        tables.add_entry(unit, Entry("none", START, "act", "draft", "who"))
    with pytest.raises(Conflict), store.write() as unit:
        tables.put_clocks(unit, "none", [replace(clock("a", 1), request="none")])

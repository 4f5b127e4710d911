"""Parts and notes as they are kept, on each engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from builders.requests import example_request
from comity.exchange.deliverytables import Kept, Note, add_note, delivery_files, find_notes, find_parts, put_part
from comity.exchange.part import BINARY, EXISTENCE, RECEIVED, URL, Part
from comity.requests.model import Request
from comity.requests.tables import add_request
from comity.store.engine import Store
from comity.store.errors import AppendOnly

AT = datetime(2026, 11, 25, 3, tzinfo=UTC)
REQUEST = Request(
    id="r-1", direction="in", reference="A05/2026/0117", case="c", peer="VN.a05", measure="disclose_subscriber",
    state="accepted", document=example_request(), changed_at=AT,
)  # fmt: skip
FILE = Part(
    id="o-1", delivery="d-1", task="t-1", sequence=1, last=False, way=BINARY, name="a.txt", type="text/plain",
    size=5_000_000_000, sha256="0" * 64,
)  # fmt: skip
PLACE = replace(FILE, id="o-2", sequence=2, way=URL, url="https://orchid.example.org/hi1/files/x", expires=AT)
WORD = Part(id="o-3", delivery="d-1", task="t-1", sequence=3, last=True, way=EXISTENCE, exists=False)


def kept(part: Part, **more: str) -> Kept:
    """A part as it is kept."""
    return Kept(direction="out", peer="VN.a05", request="r-1", part=part, at=AT, changed_at=AT, **more)  # type: ignore[arg-type]  # texts only


@pytest.fixture
def known(store: Store) -> Store:
    """A store with one request."""
    with store.write() as unit:
        add_request(unit, REQUEST)
    return store


def test_parts_are_kept_and_found_in_order(known: Store) -> None:
    """Every member comes back as it went in, by delivery and number."""
    rows = [kept(WORD), kept(PLACE, token="secret"), kept(FILE, file="delivery-1", original="1" * 64)]
    with known.write() as unit:
        for row in rows:
            put_part(unit, row)
    with known.read() as unit:
        assert find_parts(unit, request="r-1") == rows[::-1]
        assert find_parts(unit, token="secret") == [rows[1]]
        assert delivery_files(unit) == {"delivery-1"}


def test_parts_that_came_out_of_turn_are_in_order(known: Store) -> None:
    """Whatever order they arrived in, parts are listed by number within their delivery, the delivery that began first first."""
    came = [("d-2", 3), ("d-1", 2), ("d-2", 1), ("d-1", 1), ("d-2", 2)]
    with known.write() as unit:
        for minutes, (delivery, number) in enumerate(came):
            part = replace(FILE, id=f"{delivery}/{number}", delivery=delivery, sequence=number)
            put_part(unit, replace(kept(part), at=AT + timedelta(minutes=minutes)))
    with known.read() as unit:
        found = [(one.part.delivery, one.part.sequence) for one in find_parts(unit, request="r-1")]
    assert found == [("d-2", 1), ("d-2", 2), ("d-2", 3), ("d-1", 1), ("d-1", 2)]


def test_a_part_is_changed_in_its_place(known: Store) -> None:
    """Keeping a part again changes it; the same identifier of another peer is another part."""
    with known.write() as unit:
        put_part(unit, kept(FILE))
        put_part(unit, replace(kept(FILE), state=RECEIVED))
        put_part(unit, replace(kept(FILE), peer="PH.cicc"))
    with known.read() as unit:
        assert [(one.peer, one.state) for one in find_parts(unit)] == [("PH.cicc", "Available"), ("VN.a05", "Received")]


def test_what_people_recorded_is_not_changed(known: Store) -> None:
    """Notes are added in order, and the database refuses to change or remove them."""
    notes = [Note("r-1", AT, kind, "Lan Tester", "", {"number": "+1 555 0101"}) for kind in ("review", "callback")]
    with known.write() as unit:
        for note in notes:
            add_note(unit, note)
    with known.read() as unit:
        assert find_notes(unit, request="r-1") == notes
        assert find_notes(unit, kind="callback") == notes[1:]
    for statement in ("UPDATE desk_note SET who = 'x'", "DELETE FROM desk_note"):
        with pytest.raises(AppendOnly), known.write() as unit:
            unit.exec_driver_sql(statement)

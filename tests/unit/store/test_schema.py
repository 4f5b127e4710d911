"""Column types mean the same on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.exc import StatementError

from comity.store.engine import Store, open_store
from comity.store.schema import Json, UtcDateTime

thing = Table(
    "thing", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime), Column("data", Json)
)
EARLY, LATE = (datetime(year, 1, 2, tzinfo=UTC).replace(tzinfo=None) for year in (1900, 2200))


@pytest.fixture
def things(store_url: str) -> Iterator[Store]:
    """Give a store with one table of all types."""
    opened = open_store(store_url)
    with opened.write() as unit:
        thing.create(unit)
    yield opened
    opened.close()


def back(store: Store, **values: object) -> object:
    """Write a row and give what comes back."""
    with store.write() as unit:
        unit.execute(thing.delete())
        unit.execute(thing.insert(), {"id": 1, **values})
    with store.read() as unit:
        row = unit.execute(thing.select()).one()
    return row.at if "at" in values else row.data


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    naive=st.datetimes(min_value=EARLY, max_value=LATE),
    offset=st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_a_moment_comes_back_in_utc(things: Store, naive: datetime, offset: int) -> None:
    """A moment written in any time zone comes back as the same moment in UTC."""
    written = naive.replace(tzinfo=timezone(timedelta(minutes=offset)))
    read = back(things, at=written)
    assert read == written
    assert isinstance(read, datetime)
    assert read.tzinfo == UTC


def test_no_moment_comes_back_as_none(things: Store) -> None:
    """A column without a moment gives none."""
    assert back(things, at=None) is None


def test_a_moment_without_a_time_zone_is_refused(things: Store) -> None:
    """A naive moment is a programming mistake and is not stored."""
    with pytest.raises(StatementError, match="without a time zone"):
        back(things, at=EARLY)


def test_json_comes_back_as_it_was(things: Store) -> None:
    """A document in a JSON column comes back equal, on both engines."""
    document = {"b": [1, 2.5, None, True], "a": {"tiếng Việt": "đã nhận"}}
    assert back(things, data=document) == document

"""Ids are UUIDs of version 7 (RFC 9562): sortable by time, otherwise random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.ids import new_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 2**48 - 1).map(lambda ms: EPOCH + timedelta(milliseconds=min(ms, 253402300799000)))
BYTES = st.binary(min_size=10, max_size=10)


def test_the_example_of_the_norm() -> None:
    """The example of RFC 9562, appendix A.6, comes out of its time and its random bits."""
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    random = (0xCC3 << 64 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert new_id(at, lambda _: random) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(MOMENTS, BYTES)
def test_every_id_is_a_uuid_of_version_seven(at: datetime, random: bytes) -> None:
    """Whatever the random bytes, version and variant are those of the norm and the time is in front."""
    made = UUID(new_id(at, lambda _: random))
    assert (made.version, made.variant) == (7, RFC_4122)
    assert abs((EPOCH + timedelta(milliseconds=made.int >> 80)) - at) < timedelta(milliseconds=2)


@given(MOMENTS, BYTES, BYTES)
def test_later_ids_sort_later(at: datetime, one: bytes, other: bytes) -> None:
    """An id of a later second sorts behind an earlier one."""
    earlier = at - timedelta(seconds=1) if at > EPOCH + timedelta(seconds=1) else at
    later = earlier + timedelta(seconds=1)
    assert new_id(earlier, lambda _: one) < new_id(later, lambda _: other)


def test_ids_of_one_moment_differ() -> None:
    """A thousand ids of one moment are a thousand different ones."""
    assert len({new_id(EPOCH + timedelta(days=20000)) for _ in range(1000)}) == 1000

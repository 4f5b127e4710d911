"""Whether a party is open now, from hours as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from comity.directory.model import Hours
from comity.web.desk.directory import OPEN, SHUT, UNKNOWN, state_of

WEDNESDAY = datetime(2026, 11, 25, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hours", "expected"),
    [
        ("Asia/Singapore", "24/7", OPEN),
        ("Asia/Singapore", "Mon-Fri 09:00-17:00", OPEN),
        ("Europe/London", "Mon-Fri 09:00-17:00", SHUT),
        ("Europe/London", "Tue-Wed 22:00-04:00", OPEN),
        ("Europe/London", "Wed-Thu 22:00-04:00", SHUT),
        ("Asia/Singapore", "Fri-Wed 11:00-12:00", OPEN),
        ("Asia/Singapore", "office hours", UNKNOWN),
        ("Asia/Singapore", "Xyz-Fri 09:00-17:00", UNKNOWN),
        ("Nowhere/Land", "Mon-Fri 09:00-17:00", UNKNOWN),
    ],
)
def test_a_party_is_open_in_its_own_zone(zone: str, hours: str, expected: str) -> None:
    """Hours are read in the party's zone, over midnight too; what a program does not understand is left to the reader."""
    assert state_of(Hours(zone, hours), WEDNESDAY) == expected

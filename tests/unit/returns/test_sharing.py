"""Sessions on shared addresses: what is flagged, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.returns import records
from comity.returns.model import Given, Record
from comity.returns.moment import read_moment
from comity.returns.writing import RecordWriter

EXACT, MINUTE = "2026-03-02 21:04:05+07:00", "2026-03-02 21:04+07:00"
NAT = {"address": "100.64.3.9", "nat_address": "198.51.100.20"}


def flags(folder: Path, *sessions: dict[str, Any]) -> list[str]:
    """Write sessions and give the flags of each."""
    with RecordWriter(folder / "records", Given()) as writer:
        writer.begin("f", "0" * 64, "test/1")
        for row, values in enumerate(sessions, 1):
            writer.add(Record("session", values, row))
    return [row["flags"] for row in records(folder)]


@pytest.mark.parametrize(
    ("session", "wanted"),
    [
        (NAT | {"nat_port": 4000, "time": EXACT}, ""),
        (NAT | {"nat_port": 4000, "nat_port_last": 4999, "time": EXACT}, ""),
        (NAT | {"time": EXACT}, "port_missing"),
        (NAT | {"nat_port": 4000, "time": MINUTE}, "time_coarse"),
        (NAT | {"port": 4000, "time": MINUTE}, "port_missing time_coarse"),
        ({"address": "100.127.255.1", "time": EXACT}, "port_missing"),
        ({"address": "100.127.255.1", "port": 5, "time": EXACT}, ""),
        ({"address": "100.128.0.1", "time": MINUTE}, ""),
        ({"address": "192.0.2.1", "time": MINUTE}, ""),
        ({"account": "a"}, ""),
    ],
)
def test_a_shared_address_needs_port_and_second(session: dict[str, Any], wanted: str, tmp_path: Path) -> None:
    """A session on an address that the source shows as shared is flagged without its port, and without a second."""
    values = session | ({"time": read_moment(session["time"])} if "time" in session else {})
    assert flags(tmp_path, values) == [wanted]


def test_other_flags_stay_beside(tmp_path: Path) -> None:
    """What else is odd of a row is kept, row by row."""
    rows: list[dict[str, Any]] = [
        NAT | {"address": "100.64.3", "nat_port": 1, "time": read_moment(EXACT)},
        NAT | {"time": read_moment("x")},
    ]
    assert flags(tmp_path, *rows) == ["identifier_invalid", "time_unreadable port_missing time_coarse"]


@pytest.mark.parametrize(
    "text", ["1772460245", "1772460245123", "20260302210405", "20260302T210405", "2/3/2026 9:04:05 PM"]
)
def test_a_time_with_a_second_is_not_coarse_however_it_is_written(text: str, tmp_path: Path) -> None:
    """Counts from an epoch and digits run together have their second."""
    moment = read_moment(text, "unix-s")
    assert "time_coarse" not in flags(tmp_path, NAT | {"nat_port": 1, "time": moment})[0]

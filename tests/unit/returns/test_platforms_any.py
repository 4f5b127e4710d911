"""Any bytes, and any change of a sample: a reader breaks on nothing, and every unit is accounted for."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.returns import expected, samples, taken_bytes
from comity.returns.letter import Unreadable, open_letter
from comity.returns.spokentime import read_spoken

# A PDF is read in a process of its own, which takes long: tests/attack/test_returns_platforms.py has those.
FILES = [path for path in samples() if path.parent.name != "pdf"]
PIECES = st.sampled_from([
    b"", b"\0", b"\xff", b'"', b"{", b"}", b"[", b"]", b",", b":", b"<", b">", b"</td>", b"<tr>", b"<div>", b"\n", b"\r\n\r\n",
    b"From a Sun Mar  1 09:30:00 2026\n", b"--x1", b"====\n", b"\\u00c3", b"\\ud800", b"1e999999", b"9" * 400, b"<script>", b"\xc3\xa9",
])  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=8), v, max_size=4), max_leaves=12
)


def sound(name: str, data: bytes, **given: Any) -> None:
    """Take bytes in, and hold the ledger to its rule."""
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as room:
        coverage, _ = taken_bytes(name, data, Path(room) / "out", **given)
    entry = coverage.files[0]
    assert "reader_failed" not in entry.codes, entry.findings
    assert entry.accounted or entry.state == "untouched"


@st.composite
def changed(draw: Any) -> tuple[str, bytes, dict[str, Any]]:
    """Draw a sample with a few stretches cut out or put in, and what is said beside it."""
    path = draw(st.sampled_from(FILES))
    data = path.read_bytes()
    for _ in range(draw(st.integers(1, 4))):
        at, cut = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        data = data[:at] + draw(PIECES) + data[at + cut :]
    return path.name, data, expected(path).get("given", {})


def _changed_samples_are_accounted(sample: tuple[str, bytes, dict[str, Any]]) -> None:
    name, data, given = sample
    sound(name, data, **given)


def _any_json_is_accounted(rows: list[Any]) -> None:
    sound(
        "a.json",
        json.dumps({"list": rows, "name": rows[:1]}, ensure_ascii=len(rows) % 2 == 0).encode("utf-8", "replace"),
    )
    sound("a.ndjson", b"\n".join(json.dumps(row).encode() for row in rows))


def _any_mail_is_read_or_refused(data: bytes) -> None:
    try:
        open_letter(data)
    except Unreadable as e:
        assert e.code in ("too_large", "too_deep")


def _any_text_is_a_time_or_none(text: str) -> None:
    found = read_spoken(text)
    assert found.text == text
    assert found.earliest is None or (found.latest is not None and found.earliest <= found.latest)


TESTS = [
    (_changed_samples_are_accounted, changed(), 25, 2000),
    (_any_json_is_accounted, st.lists(VALUES, max_size=5), 12, 1000),
    (_any_mail_is_read_or_refused, st.lists(PIECES | st.binary(max_size=30), max_size=12).map(b"".join), 60, 20_000),
    (_any_text_is_a_time_or_none, st.text("0123456789:/.,-+ APMZUTCmarthg年月日", max_size=40), 100, 50_000),
]  # fmt: skip


@pytest.mark.parametrize(("check", "values", "few", "many"), TESTS, ids=[test[0].__name__.strip("_") for test in TESTS])
def test_no_input_breaks_a_reader(check: Any, values: Any, few: int, many: int) -> None:
    """Whatever the bytes, each unit is parsed, set aside or rejected, and nothing is raised."""
    settings(max_examples=few, deadline=None, suppress_health_check=list(HealthCheck))(given(values)(check))()  # type: ignore[no-untyped-call]


@pytest.mark.soak
@pytest.mark.parametrize(("check", "values", "few", "many"), TESTS, ids=[test[0].__name__.strip("_") for test in TESTS])
def test_no_input_breaks_a_reader_for_long(check: Any, values: Any, few: int, many: int) -> None:
    """The same with very many inputs."""
    settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck))(given(values)(check))()  # type: ignore[no-untyped-call]

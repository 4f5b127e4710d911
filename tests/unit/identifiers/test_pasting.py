"""Pasted identifiers: each line recognised once, normalised, explained; nothing guessed silently, nothing breaks off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.identifiers.kinds import kinds, normalise
from comity.identifiers.pasting import MOST, recognise
from comity.kernel.errors import BadInput


@pytest.mark.parametrize(
    ("kind", "example"), [(name, one.example) for name, one in kinds().items() if name != "handle"]
)
def test_the_example_of_each_kind_is_recognised(kind: str, example: str) -> None:
    """What is shown as the way to write a kind is read as that kind, first of all that fit."""
    (found,) = recognise(example)
    assert found.found is not None
    assert found.found.kind == kind


def test_a_name_of_an_account_needs_its_platform() -> None:
    """A name with @ and no platform is told what it lacks; with one in the table it is an account."""
    (bare,) = recognise("@some.name")
    assert bare.found is None
    assert "platform" in bare.fault + bare.advice
    (whole,) = recognise("value,platform\n@some.name,Telegram")
    assert whole.found is not None
    assert (whole.found.kind, whole.found.value) == ("handle", "some.name")


def test_a_table_brings_what_stands_beside_the_value() -> None:
    """Columns are found by their names, in any order and with any of three marks; the row of a case holds them."""
    for mark in (",", ";", "\t"):
        text = mark.join(("Relation", "port", "VALUE", "since", "until"))
        row = mark.join(("Logged in", "50123", "198.51.100.7", "2026-11-20T02:00:00Z", "2026-11-20T04:00:00Z"))
        (found,) = recognise(f"{text}\n{row}")
        made = found.row("else")
        assert made["relation"] == "Logged in"
        assert (made["kind"], made["port"], made["since"]) == ("ip", 50123, "2026-11-20T02:00:00Z")


def test_national_numbers_are_read_by_their_country() -> None:
    """A number in national form is one of the country that was named, and the case keeps which it was."""
    (found,) = recognise("0912 345 678", region="VN")
    assert found.found is not None
    assert found.found.value == "+84912345678"
    assert found.row("x")["region"] == "VN"


def test_what_stands_twice_is_read_once() -> None:
    """The same identifier in two writings is one."""
    assert len(recognise("+1 202 555 0143\n+12025550143\n\n+1-202-555-0143")) == 1


def test_a_doubt_marks_a_line() -> None:
    """A line with a doubt, with a second reading or with none is doubtful; a clear one is not."""
    rows = recognise("192.0.2.1\n+1 202 555 0143\nwhatever this is")
    assert [one.doubtful for one in rows] == [True, False, True]


def test_too_many_lines_are_refused() -> None:
    """More lines than a person can look at are refused, with what to do."""
    with pytest.raises(BadInput, match="lines") as caught:
        recognise("\n".join(f"a{i}@example.com" for i in range(MOST + 2)))
    assert "in parts" in caught.value.advice


@given(st.text(max_size=300), st.sampled_from(["", "VN", "??"]))
def test_any_text_is_read_or_told(text: str, region: str) -> None:
    """Whatever is pasted, each line is an identifier that reads the same again, or is told; or the whole is refused."""
    try:
        rows = recognise(text, region=region)
    except BadInput:
        return
    for one in rows:
        assert (one.found is None) == bool(one.fault)
        if one.found:
            hints = {name: value for name, value in one.row("x").items() if name not in ("kind", "value", "relation")}
            assert normalise(one.found.kind, one.text, **hints) == one.found  # type: ignore[arg-type]

"""A package holds only names that mean one thing, in one place, to everybody."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.packages.errors import BadContainer
from comity.packages.names import MAX_ENTRIES, check_name, check_names

BAD = [
    "", ".", "..", "../a", "a/../b", "a/./b", "/a", "a/", "a//b", "a\\b", "C:a", "a:b", "a%2e", "a\x00b", "a\nb", "a\tb", "a\x7fb",
    "a\x85b", "a\u200bb", "a\u202eb", "a\u2066b", "\ufeffa", "a\u2028b", "a\u00adb", "e\u0301", "\u212b", "a\ud800", "a\U000e0041",
    "a" * 241, "é" * 121, "/".join("a" * 9),
]  # fmt: skip
GOOD = [
    "a",
    "data/request.json",
    "lệnh toà án.pdf",
    "한글/中文.txt",
    "a" * 240,
    "é" * 120,
    "/".join("a" * 8),
    "~",
    "-rf",
    "😀",
]


@pytest.mark.parametrize("name", BAD)
def test_bad(name: str) -> None:
    """Each of these could lead outside, means two things, or hides something, and is refused."""
    with pytest.raises(BadContainer, match="got the name"):
        check_name(name)


@pytest.mark.parametrize("name", GOOD)
def test_good(name: str) -> None:
    """A plain relative path in any script is accepted, up to 240 bytes and 8 parts."""
    check_name(name)


@given(st.text(max_size=30))
def test_an_accepted_name_stays_inside(name: str) -> None:
    """A name that is accepted stays under its folder on every system, and is what it looks like."""
    try:
        check_name(name)
    except BadContainer as e:
        assert e.message.startswith("got the name")
        return
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    assert not posix.is_absolute()
    assert not windows.drive
    assert not windows.root
    assert ".." not in (*posix.parts, *windows.parts)
    assert str(posix) == name == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "pair", [("a", "a"), ("a", "A"), ("straße", "STRASSE"), ("é", "É"), ("a/B", "A/b"), ("ﬁ", "fi")]
)
def test_the_same_name_twice(pair: tuple[str, str]) -> None:
    """Two names that are one when case is folded are refused together."""
    with pytest.raises(BadContainer, match="twice"):
        check_names(pair)


def test_too_many_names() -> None:
    """Twenty thousand names are accepted, and one more is not."""
    names = [f"{n}" for n in range(MAX_ENTRIES + 1)]
    check_names(names[:-1])
    with pytest.raises(BadContainer, match="more than 20000"):
        check_names(names)

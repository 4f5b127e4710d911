"""Cleaning of pasted text."""

from __future__ import annotations

import pytest

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.text import MAX_LENGTH, clean, refang, shown


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_is_refused(text: str) -> None:
    """White space alone is no text."""
    with pytest.raises(InvalidIdentifier, match="got nothing"):
        clean(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a\u200bb", "ZERO WIDTH SPACE"),
        ("\u202a+1", "LEFT-TO-RIGHT EMBEDDING"),
        ("a\u202eb", "RIGHT-TO-LEFT OVERRIDE"),
        ("a\u00adb", "SOFT HYPHEN"),
        ("a\ufeffb", "ZERO WIDTH NO-BREAK SPACE"),
        ("a\x00b", "U\\+0000"),
        ("a\tb", "U\\+0009"),
        ("a\nb", "U\\+000A"),
        ("a\u2028b", "LINE SEPARATOR"),
        ("a\ud800b", "U\\+D800"),
        ("a\ue000b", "U\\+E000"),
        ("a\ufffdb", "REPLACEMENT CHARACTER"),
    ],
)
def test_invisible_characters_are_refused_by_name(text: str, name: str) -> None:
    """What nobody can see is named, so that a person can find and remove it."""
    with pytest.raises(InvalidIdentifier, match=name):
        clean(text)


def test_the_length_is_limited() -> None:
    """The limit is that of the request's fields, before and after normalisation."""
    assert clean("a" * MAX_LENGTH) == "a" * MAX_LENGTH
    for text in ("a" * (MAX_LENGTH + 1), "\u0958" * MAX_LENGTH):
        with pytest.raises(InvalidIdentifier, match="expected at most 2000"):
            clean(text)


@pytest.mark.parametrize("text", ["a[.]b[at]c", "a(.)b(@)c", "a[DOT]b[@]c", "a(dot)b(at)c"])
def test_brackets_of_analysts_are_undone(text: str) -> None:
    """Defanged dots and at signs become what they stand for."""
    assert refang(text) == "a.b@c"


def test_long_text_is_shortened_in_messages() -> None:
    """A message stays readable whatever was pasted."""
    assert shown("a" * 61) == "'" + "a" * 60 + "…'"
    assert shown("a" * 60) == "'" + "a" * 60 + "'"

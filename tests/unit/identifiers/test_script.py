"""Scripts and disguises."""

from __future__ import annotations

import pytest

from comity.identifiers.script import disguises, scripts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("abc-1", {"LATIN"}),
        ("đường", {"LATIN"}),
        ("東京々", {"CJK"}),
        ("トーキョー", {"KATAKANA"}),
        ("аb", {"CYRILLIC", "LATIN"}),
        ("123", set()),
    ],
)
def test_scripts_are_named(text: str, found: set[str]) -> None:
    """Digits and signs have no script; marks belong to their letter."""
    assert scripts(text) == found


@pytest.mark.parametrize("text", ["abc", "東京tokyo", "한국abc", "привет", "αβγδ", "123", "", "ㄅ漢a"])
def test_honest_words_are_not_doubted(text: str) -> None:
    """One script, or scripts that are written together, deceive nobody."""
    assert disguises(text) == ()


@pytest.mark.parametrize("text", ["аpple", "pαypal", "аррӏе", "АРРӀЕ", "сосо", "𝐚dmin", "ひpple한"])
def test_disguises_are_doubted(text: str) -> None:
    """A mix of scripts, or a word made of twins of Latin letters, is named."""
    assert "may imitate another name" in disguises(text)[0]

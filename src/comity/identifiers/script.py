"""Letters that look like other letters: mixed scripts, and words of another script that pass for Latin (UTS 39)."""

from __future__ import annotations

import unicodedata

# UTS 39, 5.2: scripts that are written together.
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)
_SAME_AS = {"IDEOGRAPHIC": "CJK"}
# Cyrillic and Greek small letters whose usual drawing is that of a Latin letter (UTS 39 confusables).
_LATIN_TWINS = frozenset("асԁеһіјӏорԛѕѵԝхуүьԍαικνορυωϲϳ")


def scripts(text: str) -> set[str]:
    """Name the scripts of the letters in *text*, by the first word of each letter's Unicode name."""
    letters = (c for c in text if unicodedata.category(c).startswith("L"))
    words = (unicodedata.name(c, "UNNAMED").split()[0].partition("-")[0] for c in letters)
    return {_SAME_AS.get(word, word) for word in words}


def disguises(text: str) -> tuple[str, ...]:
    """Say what in *text* may be there to deceive the eye; nothing is the usual answer."""
    found = scripts(text)
    if len(found) > 1 and not any(found <= group for group in _TOGETHER):
        return (f"'{text}' mixes letters of {' and '.join(sorted(found))}: it may imitate another name",)
    letters = {c for c in text.lower() if c.isalpha()}
    if letters and letters <= _LATIN_TWINS:
        return (f"'{text}' is {' and '.join(found)} but looks like Latin: it may imitate another name",)
    return ()

"""Text as it is searched in every script: letters without their marks, words, and pairs of signs where no space parts words.

One function for what is kept and what is asked, so that both engines find the same. Vietnamese is found without tone marks
(`đảo` as `dao`), Arabic without vowel signs and with one form for the kinds of alef and yeh, Russian `ё` as `е`. A run of
Chinese or Japanese signs, of Thai, Lao, Khmer or Burmese letters becomes its pairs, and its last sign alone, so that a
word of two signs is found anywhere, and a single sign as the beginning of a pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

LONGEST = 100
_SAME = str.maketrans(
    {
        "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ـ": "", "\u200c": "", "\u200d": "",
    }
)  # fmt: skip
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SIGNS = (
    "\u0900-\u0963\u0966-\u0dff\u0f00-\u0fff"  # vowel signs of Indic scripts are no letters to `re`, and part of words
)
_RUN = re.compile(rf"([{_UNSPACED}]+)|((?:(?![{_UNSPACED}])[\w{_SIGNS}])+)")
_AROUND = "".join(map(chr, range(33, 48))) + ":;<=>?@[\\]^_`{|}~«»“”‘’、。，؟،؛…"


def fold(text: str) -> str:
    """Give *text* in the form in which it is compared: small letters, no marks, one digit for one value."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(_digit(sign) for sign in parts if not _is_mark(sign))
    return unicodedata.normalize("NFC", kept.translate(_SAME))


def words(text: str) -> frozenset[str]:
    """Give the words by which a text is found."""
    folded = fold(text)
    found = {run for run, _pairs in _runs(folded)} | {pair for _run, pairs in _runs(folded) for pair in pairs}
    return frozenset(one[:LONGEST] for one in found | set(_whole(folded)) if one)


def asked(text: str) -> tuple[str, ...]:
    """Give the words that a question asks for, in order; what is left of the last one may be its beginning only."""
    found: list[str] = []
    for run, pairs in _runs(fold(text)):
        found += pairs[:-1] if len(pairs) > 1 else pairs or [run]
    return tuple(dict.fromkeys(one[:LONGEST] for one in found if one))


def whole(text: str) -> str:
    """Give an identifier as the one word under which it is kept."""
    return fold(text).strip(_AROUND)[:LONGEST]


def texts(document: Any) -> Iterator[str]:
    """Give every text in a document, whatever it is called."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from texts(value)
    elif isinstance(document, (list, tuple)):
        for value in document:
            yield from texts(value)


def _runs(folded: str) -> Iterator[tuple[str, list[str]]]:
    """Give words, each with no pairs; and of a run without spaces no word, but its pairs and its last sign."""
    for found in _RUN.finditer(folded):
        run = found[1]
        if run is None:
            yield found[2], []
        else:
            yield "", [*(run[i : i + 2] for i in range(len(run) - 1)), run[-1]]


def _whole(folded: str) -> Iterator[str]:
    """Give what stands between spaces and is more than one word: an address, a reference, a number with its parts."""
    for part in folded.split():
        inner = part.strip(_AROUND)
        if len(inner) <= LONGEST and not inner.isalnum():
            yield inner


def _is_mark(sign: str) -> bool:
    """Tell marks that change no letter: accents, vowel signs of Hebrew and Arabic; not the signs of kana and Indic letters."""
    place = unicodedata.combining(sign)
    return 10 <= place <= 35 or place >= 200


def _digit(sign: str) -> str:
    value = unicodedata.digit(sign, -1) if sign.isdigit() else -1
    return str(value) if value >= 0 else sign

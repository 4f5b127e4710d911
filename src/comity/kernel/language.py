"""The words people read come from message catalogues (GNU gettext); English is the source.

The rooms below speak English, in the form that machines, ledgers and other nodes read too. What a person sees of it is
put into the person's language where it is shown: codes by `word`, sentences by `said`.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

FIRM = 7
GREAT = 1000
DEEPEST = 4
ENDS = " ,;"
MOST = 12  # sentences in one text; of more, only a whole that is known is translated
_PLACE = re.compile(r"\{\d}")
_chosen: ContextVar[str] = ContextVar("language", default="")
_BREAK = re.compile(r"(?<=[.?!]) (?=[A-Z])|; ")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    with as_file(files("comity") / "locale") as folder:
        return gettext.translation("comity", folder, languages=[language], fallback=True)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak *language* within the block, to the person whom it answers."""
    before = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(before)


def language() -> str:
    """Give the language of the person who is answered; at a terminal COMITY_LANGUAGE, else LANG, else English."""
    chosen = _chosen.get() or os.environ.get("COMITY_LANGUAGE") or os.environ.get("LANG") or "en"
    return chosen.partition(".")[0].partition("_")[0].lower()


def _(text: str) -> str:
    """Give *text* in the person's language."""
    return _catalogue(language()).gettext(text)


def counted(one: str, many: str, n: int) -> str:
    """Give the singular or plural that *n* asks for, with `{n}` filled in as people write numbers."""
    return _catalogue(language()).ngettext(one, many, n).format(n=_written(n))


def _written(n: int) -> str:
    """Write a number; only great ones differ between languages, and need the library that knows how."""
    if abs(n) < GREAT:
        return str(n)
    from .notation import number

    return number(n)


def word(kind: str, code: str) -> str:
    """Give a *code* of some *kind* as a word in the person's language; the code itself where there is none."""
    return _catalogue(language()).pgettext(kind, code) if code else ""


def said(text: str, *, surely: bool = False) -> str:
    """Give a sentence that a room said in English in the person's language; as it is where it is not known.

    A sentence is known by its fixed pieces; what stands between them is kept, unless it is a known sentence itself. Of
    several sentences each is said by itself. Where *surely* is asked for, few letters do not make a known sentence, and
    what is known in part is left as it is: so for what may also be free text.
    """
    return _said(text, int(surely))


def _said(text: str, depth: int) -> str:
    whole = _(text) if text else ""
    if whole != text or depth > DEEPEST:
        return whole
    breaks = [found.span() for found in _BREAK.finditer(text)]
    for end, begin in reversed([*breaks, (len(text), len(text))] if len(breaks) < MOST else []):
        if (words := _known(text[:end], depth, one=True)) is not None:
            rest = _said(text[begin:], max(depth, 1))
            half = depth and rest == text[begin:] and any(map(str.isalpha, rest))
            return text if half else words + text[end:begin] + rest
    words = _known(text, depth)
    return text if words is None else words


def _known(text: str, depth: int, *, one: bool = False) -> str | None:
    """Give a known sentence in the person's language; *one* asks that no further sentence stands in its places, but a known text."""
    if (whole := _(text) if sum(map(str.isalpha, text)) >= FIRM else text) != text:
        return whole
    known, ends = _sentences(language())
    for each in known:
        values = _values(each.pieces, text, ends) if each.sure or not depth else None
        if values is not None and not (one and any(_BREAK.search(value, 1) and _(value) == value for value in values)):
            return each.words.format(*(_said(value, depth + 1) for value in values))
    return None


def _values(pieces: list[str], text: str, ends: tuple[_Sentence, ...] = ()) -> list[str] | None:
    """Give what stands between fixed *pieces*; nothing if the text is made of others. Takes linear time."""
    first, *middle, last = pieces if len(pieces) > 1 else (*pieces, "")
    at, stop = len(first), len(text) - len(last)
    if not (text.startswith(first) and text.endswith(last) and at <= stop):
        return None
    if len(pieces) == 1:
        return [] if at == stop else None
    values = []
    for piece in middle:
        begin = text.find(piece, at, stop) if piece else at + _end(text[at:stop], ends)
        if begin < 0:
            return None
        values.append(text[at:begin])
        at = begin + len(piece)
    return [*values, text[at:stop]]


def _end(text: str, ends: tuple[_Sentence, ...]) -> int:
    """Give where the first known end of a sentence begins in *text*, such as " and is not complete"."""
    begins = ((text.find(one.pieces[0]), one.pieces) for one in ends)
    fitting = (at for at, pieces in begins if at >= 0 and _values(pieces, text[at:]) is not None)
    return min(fitting, default=len(text))


@dataclass(frozen=True)
class _Sentence:
    """A sentence with places in it: its fixed pieces, its translation, and whether it is known without doubt."""

    pieces: list[str]
    words: str
    sure: bool

    @property
    def longest(self) -> int:
        return max(sum(map(str.isalpha, piece)) for piece in self.pieces)


@cache
def _sentences(language: str) -> tuple[tuple[_Sentence, ...], tuple[_Sentence, ...]]:
    """Give the sentences with places `{0}`, `{1}` ..., those with the longest piece first; and the ends of sentences."""
    file = files("comity").joinpath("locale", language, "LC_MESSAGES", "comity.mo")
    if not language.isalpha() or not file.is_file():
        return (), ()
    from babel.messages.mofile import read_mo

    with file.open("rb") as opened:
        texts = [(one.id, str(one.string)) for one in read_mo(opened) if isinstance(one.id, str) and one.id]
    known = [_sentence(source, words) for source, words in texts if "{0}" in source]
    ends = (_sentence(source, words) for source, words in texts if source[0] in ENDS)
    return tuple(sorted(known, key=lambda one: -one.longest)), tuple(ends)


def _sentence(source: str, words: str) -> _Sentence:
    pieces = _PLACE.split(source)
    return _Sentence(pieces, words, sum(map(str.isalpha, source)) > FIRM or source[0] in ENDS)

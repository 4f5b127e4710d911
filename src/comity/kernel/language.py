"""The words people read come from message catalogues (GNU gettext); English is the source.

The rooms below speak English, in the form that machines, ledgers and other nodes read too. What a person sees of it is
put into the person's language where it is shown: codes by `word`, sentences by `said`.
"""

from __future__ import annotations

import gettext
import os
import re
from functools import cache
from importlib.resources import as_file, files

LONGEST = 4000
FIRM = 8
ENDS = " ,;"
_PLACE = re.compile(r"\{\d}")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    with as_file(files("comity") / "locale") as folder:
        return gettext.translation("comity", folder, languages=[language], fallback=True)


def language() -> str:
    """Give the language of the person at this terminal: COMITY_LANGUAGE, else LANG, else English."""
    chosen = os.environ.get("COMITY_LANGUAGE") or os.environ.get("LANG") or "en"
    return chosen.partition(".")[0].partition("_")[0].lower()


def _(text: str) -> str:
    """Give *text* in the person's language."""
    return _catalogue(language()).gettext(text)


def counted(one: str, many: str, n: int) -> str:
    """Give the singular or plural that *n* asks for, with `{n}` filled in."""
    return _catalogue(language()).ngettext(one, many, n).format(n=n)


def word(kind: str, code: str) -> str:
    """Give a *code* of some *kind* as a word in the person's language; the code itself where there is none."""
    return _catalogue(language()).pgettext(kind, code) if code else ""


def said(text: str) -> str:
    """Give a sentence that a room said in English in the person's language; as it is where it is not known.

    A sentence is known by its fixed words; what stands between them is kept, unless it is a known sentence itself.
    """
    return _said(text, firm=False)


def _said(text: str, *, firm: bool) -> str:
    if not text or len(text) > LONGEST:
        return text
    whole = _(text)
    if whole != text:
        return whole
    for pattern, words, sure in _sentences(language()):
        if (sure or not firm) and (found := pattern.fullmatch(text)):
            return words.format(*(_said(part, firm=True) for part in found.groups()))
    return text


@cache
def _sentences(language: str) -> tuple[tuple[re.Pattern[str], str, bool], ...]:
    """Give the sentences with places `{0}`, `{1}` ... in them, those with the longest fixed piece first.

    Of two places side by side the second holds nothing or a known end of a sentence, such as " and is not complete".
    """
    file = files("comity").joinpath("locale", language, "LC_MESSAGES", "comity.mo")
    if not language.isalpha() or not file.is_file():
        return ()
    from babel.messages.mofile import read_mo

    with file.open("rb") as opened:
        texts = {one.id: str(one.string) for one in read_mo(opened) if isinstance(one.id, str) and one.id}
    tails = "|".join(_pattern(source, place=".*?") for source in texts if source[0] in ENDS)
    found = []
    for source, words in ((source, words) for source, words in texts.items() if "{0}" in source):
        pattern = _pattern(source, place="(.*?)").replace("(.*?)(.*?)", f"(.*?)(|{tails})")
        longest = max(sum(map(str.isalpha, piece)) for piece in _PLACE.split(source))
        found.append((longest, re.compile(pattern, re.DOTALL), words, longest >= FIRM or source[0] in ENDS))
    return tuple((pattern, words, sure) for _n, pattern, words, sure in sorted(found, key=lambda row: -row[0]))


def _pattern(source: str, *, place: str) -> str:
    return place.join(map(re.escape, _PLACE.split(source)))

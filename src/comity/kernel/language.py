"""The words people read come from message catalogues (GNU gettext); English is the source."""

from __future__ import annotations

import gettext
import os
from functools import cache
from importlib.resources import as_file, files


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

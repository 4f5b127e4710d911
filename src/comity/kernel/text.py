"""Characters that nobody sees, or that make text read otherwise than it is stored: refused wherever people sign text.

And cells of CSV that a spreadsheet would run: defused wherever a table is written for one.
"""

from __future__ import annotations

import re

# Controls; soft hyphen and what else Unicode lets a display ignore (Default_Ignorable_Code_Point); bidirectional marks,
# overrides and isolates; line separators; byte order mark; replacement characters; lone surrogates.
_RANGES = (
    "\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ODD = re.compile(f"[{_RANGES}]")
_ODD_IN_LINES = re.compile(f"(?!\n)[{_RANGES}]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def odd(text: str, *, lines: bool = False) -> str:
    """Give the first character of *text* that nobody sees or that misleads, or nothing; a newline may stand in *lines*."""
    found = (_ODD_IN_LINES if lines else _ODD).search(text)
    return found[0] if found else ""


def defused(cell: str) -> str:
    """Give a cell of CSV that no spreadsheet takes for a formula: such a one begins with an apostrophe."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

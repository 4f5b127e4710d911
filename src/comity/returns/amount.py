"""Reading a number as delivered: with a stated decimal mark, exactly; what a spreadsheet has damaged is flagged.

Nothing is repaired: a damaged text keeps its value only where the text itself says it.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from .model import Amount

POINT, COMMA = ".", ","
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE][+-]?\d{1,3}", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
# At most what decimal(38, 18) holds.
_MOST = Decimal(10) ** 20


def read_amount(text: str, *, decimal: str = POINT) -> Amount:
    """Read *text* with the decimal mark named; blanks, apostrophes and the other mark group digits.

    A text that is no number so written gives no value, flagged `amount_unreadable`; one with more than 20 digits before
    the mark or 18 after it gives none either, flagged `amount_too_large`.
    """
    plain = re.sub(r"[\s\u00a0\u202f'\u2019_]", "", text)
    if not plain:
        return Amount(text)
    if _SCIENTIFIC.fullmatch(plain):
        return _bounded(text, plain.replace(",", "."), ("scientific_notation",))
    negative = plain[0] in "-\u2212(" or plain.endswith(("-", "\u2212"))
    plain = plain.strip("+-\u2212()")
    whole, mark, part = plain.partition(decimal)
    other = COMMA if decimal == POINT else POINT
    if not _grouped(whole, other) or (mark and not _DIGITS.fullmatch(part)):
        return Amount(text, flags=("amount_unreadable",))
    return _bounded(text, f"{'-' if negative else ''}{whole.replace(other, '')}.{part or '0'}", ())


def _grouped(whole: str, mark: str) -> bool:
    """Tell whether digits are grouped as people group them: 1,234,567 or 12,34,567, not 1,23."""
    groups = whole.split(mark)
    if len(groups) == 1:
        return bool(_DIGITS.fullmatch(whole))
    sound = all(map(_DIGITS.fullmatch, groups)) and groups[0][0] != "0"
    return sound and len(groups[-1]) == 3 and all(len(g) in (2, 3) for g in groups[1:])


def _bounded(text: str, plain: str, flags: tuple[str, ...]) -> Amount:
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return Amount(text, flags=("amount_unreadable",))
    digits = value.as_tuple().exponent
    if abs(value) >= _MOST or not isinstance(digits, int) or -digits > 18:
        return Amount(text, flags=(*flags, "amount_too_large"))
    return Amount(text, value if digits <= 0 else value.quantize(Decimal(1)), flags)


def damage(text: str) -> tuple[str, ...]:
    """Say how a spreadsheet has damaged a number that names something (an account, a telephone, a device).

    `scientific_notation`: 8.49E+14. `digits_cut`: sixteen or more digits ending in zeros beyond the fifteenth.
    `decimal_added`: 123456.0.
    """
    plain = text.strip()
    if _SCIENTIFIC.fullmatch(plain):
        return ("scientific_notation",)
    if re.fullmatch(r"\d{16,}", plain, re.ASCII) and not plain[15:].strip("0"):
        return ("digits_cut",)
    if re.fullmatch(r"\d+\.0+", plain, re.ASCII):
        return ("decimal_added",)
    return ()

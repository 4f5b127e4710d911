"""Numbers of a whole column at once: the usual writings by Arrow, every other text by `amount`, with equal results."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from .amount import COMMA, POINT, read_amount
from .masks import Masks, each, flag_masks, matching, only, some
from .model import Amount

if TYPE_CHECKING:
    import pyarrow as pa

# With no mark stated, one followed by three digits could be either; see `undecided`.
USUAL = {
    POINT: r"^-?[0-9]{1,20}(?:\.[0-9]{1,18})?$",
    COMMA: r"^-?[0-9]{1,20}(?:,[0-9]{1,18})?$",
    "": r"^-?[0-9]{1,20}(?:\.(?:[0-9]{1,2}|[0-9]{4,18}))?$",
}
WHOLE = r"^-?[0-9]{1,18}$"


def amounts(texts: pa.Array, decimal: str) -> tuple[pa.Array, Masks]:
    """Read texts as decimals with the mark named; empty where nobody says which it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    type_ = pa.decimal128(38, 18)
    usual = matching(texts, USUAL[decimal])
    picked = only(texts, usual)
    values = (pc.replace_substring(picked, COMMA, POINT) if decimal == COMMA else picked).cast(type_)
    rest = pc.and_not(pc.is_valid(texts), usual)
    if not some(rest):
        return values, {}
    found, indices = each(only(texts, rest), lambda text: figure(text, decimal))
    others = pa.array([one.value for one in found], type_).take(indices)
    return pc.coalesce(values, others), flag_masks([one.flags for one in found], indices)


def integers(texts: pa.Array, decimal: str) -> tuple[pa.Array, Masks]:
    """Read texts as whole numbers; what is none has no value and is flagged."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if _digits(texts):
        return texts.cast(pa.int64()), {}
    usual = matching(texts, WHOLE)
    values = only(texts, usual).cast(pa.int64())
    rest = pc.and_not(pc.is_valid(texts), usual)
    if not some(rest):
        return values, {}
    found, indices = each(only(texts, rest), lambda text: _whole(figure(text, decimal)))
    others = pa.array([None if one.value is None else int(one.value) for one in found], pa.int64()).take(indices)
    return pc.coalesce(values, others), flag_masks([one.flags for one in found], indices)


def _digits(texts: pa.Array) -> bool:
    """Tell whether all texts are up to 18 digits and nothing else."""
    import pyarrow.compute as pc

    plain = pc.all(pc.ascii_is_decimal(texts)).as_py()
    return bool(plain) and (pc.max(pc.binary_length(texts)).as_py() or 0) <= 18


def scaled(texts: pa.Array, decimal: str, times: str, *, clock: bool) -> tuple[pa.Array, Masks]:
    """Read texts as decimals times a factor; with *clock*, `1:02:03` is read as seconds."""
    import pyarrow as pa

    def read(text: str) -> Amount:
        found = _seconds(text) if clock and ":" in text else figure(text, decimal)
        return _times(found, Decimal(times)) if times and found.value is not None else found

    found, indices = each(texts, read)
    values = pa.array([one.value for one in found], pa.decimal128(38, 18)).take(indices)
    return values, flag_masks([one.flags for one in found], indices)


@lru_cache(maxsize=65_536)
def figure(text: str, decimal: str) -> Amount:
    """Read one text; where no mark is stated, only what both marks agree on, or only one can read, has a value."""
    if decimal:
        return read_amount(text, decimal=decimal)
    point, comma = read_amount(text, decimal=POINT), read_amount(text, decimal=COMMA)
    if point.value is None or comma.value is None:
        return comma if point.value is None else point
    return point if point.value == comma.value else Amount(text, flags=("decimal_ambiguous",))


def _whole(found: Amount) -> Amount:
    whole = found.value is None or (found.value == int(found.value) and abs(found.value) < 2**63)
    return found if whole else Amount(found.text, flags=(*found.flags, "amount_unreadable"))


def _times(found: Amount, factor: Decimal) -> Amount:
    value = (found.value or Decimal()) * factor
    digits = value.normalize().as_tuple().exponent
    if abs(value) >= Decimal(10) ** 20 or (isinstance(digits, int) and -digits > 18):
        return Amount(found.text, flags=(*found.flags, "amount_too_large"))
    return Amount(found.text, value, found.flags)


def _seconds(text: str) -> Amount:
    parts = text.strip().split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        return Amount(text, flags=("amount_unreadable",))
    hours, minutes, seconds = (["0"] * (3 - len(parts))) + parts
    return Amount(text, Decimal(int(hours) * 3600 + int(minutes) * 60 + int(seconds)))

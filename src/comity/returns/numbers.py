"""Numbers of devices and cards (3GPP TS 23.003, ITU-T E.118): a length that none has, and a check digit that does not agree.

Nothing is repaired or left out. A check digit is a note only: networks deliver an IMEI without it, or with a zero there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from .amount import damage
from .joining import join_filled

if TYPE_CHECKING:
    import pyarrow as pa

# By number: how many digits it may have, and with how many it ends in a check digit.
NUMBERS = {"imei": ((14, 15, 16), (15,)), "imsi": ((14, 15), ()), "iccid": ((18, 19, 20), (19, 20))}


def add_numbers(kind: str, arrays: dict[str, pa.Array], rows: int) -> dict[str, pa.Array]:
    """Give the arrays of a batch with flags for the numbers of devices and cards in it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = [_flags(arrays[name], name) for name in ("imei", "imsi") if name in arrays]
    if kind == "claim" and {"about", "value"} <= arrays.keys():
        about = arrays["about"].cast(pa.string())
        for name in NUMBERS:
            asked = pc.fill_null(pc.equal(about, name), False)
            if pc.any(asked).as_py():
                found.append(_flags(pc.if_else(asked, arrays["value"], pa.scalar(None, pa.string())), name, hurt=True))
    found = [flags for flags in found if flags.null_count < rows]
    if not found:
        return arrays
    own = arrays["flags"].cast(pa.string()) if "flags" in arrays else pa.nulls(rows, pa.string())
    return arrays | {"flags": join_filled([own, *found])}


def _flags(values: pa.Array, name: str, *, hurt: bool = False) -> pa.Array:
    """Look at each different text once; *hurt* tells also what a spreadsheet did to it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pc.dictionary_encode(values.cast(pa.string()))
    flags = [
        number_flag(name, text) if not damage(text or "") else _hurt(text, hurt)
        for text in coded.dictionary.to_pylist()
    ]
    return pa.array([flag or None for flag in flags], pa.string()).take(coded.indices)


def _hurt(text: str, told: bool) -> str:
    return damage(text)[0] if told else ""


@lru_cache(maxsize=100_000)
def number_flag(name: str, text: str | None) -> str:
    """Give the flag of one number: `identifier_invalid`, `check_digit`, or none."""
    plain = re.sub(r"[\s-]", "", text or "")
    lengths, checked = NUMBERS[name]
    if not plain:
        return ""
    if not re.fullmatch(r"\d+", plain, re.ASCII) or len(plain) not in lengths:
        return "identifier_invalid"
    return "check_digit" if len(plain) in checked and not _luhn(plain) else ""


def _luhn(digits: str) -> bool:
    """Check the last digit by ISO/IEC 7812-1, annex B."""
    doubled = [sum(divmod(int(d) * 2, 10)) for d in digits[-2::-2]]
    return (sum(doubled) + sum(int(d) for d in digits[-1::-2])) % 10 == 0

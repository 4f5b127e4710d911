"""Putting the normal form of identifiers beside them: `NAME_key` as KIND:VALUE; what is not well formed is flagged.

Each different text is normalised once a batch; plain IPv4 addresses take a short way without a loop.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise

from . import schema
from .amount import damage
from .joining import join_filled

if TYPE_CHECKING:
    import pyarrow as pa

_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_LIKE_IBAN = re.compile(r"[A-Za-z]{2} ?\d{2}[0-9A-Za-z ]*$")
# What a claim may be about, and the kind of identifier that is; numbers of devices and cards keep their own digits.
_CLAIMED = {
    "email": "email",
    "earlier email": "email",
    "recovery email": "email",
    "phone": "phone",
    "recovery phone": "phone",
    "second factor": "phone",
}
_DIGITS = {"imei": r"\d{14,16}", "imsi": r"\d{14,15}", "iccid": r"\d{18,20}"}
# The country that Google writes behind a number.
_COUNTRY = re.compile(r"\s*\[[A-Z]{2}\]$", re.ASCII)
# With more different texts than this, plain addresses are told by a pattern first.
FEW = 5_000
PLAIN_IP = rf"^{_BYTE}(?:\.{_BYTE}){{3}}$"


def add_keys(kind: str, arrays: dict[str, pa.Array], *, region: str = "") -> dict[str, pa.Array]:
    """Give the arrays of a batch with the normal form of each identifier, and with flags for what has none."""
    done = dict(arrays)
    for column in schema.kinds()[kind].columns:
        if column.identifier and column.name in arrays and column.name + "_key" not in arrays:
            keys, odd = _keys(column.identifier, arrays[column.name], region)
            done[column.name + "_key"] = keys
            if odd is not None:
                done["flags"] = _flagged(done.get("flags"), odd)
    return _claimed(done, region) if kind == "claim" and {"about", "value"} <= arrays.keys() else done


def _claimed(arrays: dict[str, pa.Array], region: str) -> dict[str, pa.Array]:
    """Give claims the normal form of what they are about, where that is an identifier."""
    import pyarrow as pa

    pairs = zip(arrays["about"].to_pylist(), arrays["value"].to_pylist(), strict=True)
    keys = [claimed(about, value, region) for about, value in pairs]
    return arrays | {"value_key": pa.array([key or None for key in keys], pa.string())}


def claimed(about: str | None, value: str | None, region: str = "") -> str:
    """Give the normal form of a claim's value as KIND:VALUE; nothing where it has none."""
    if not about or not value or damage(value):
        return ""
    if about in _DIGITS:
        return f"{about}:{value}" if re.fullmatch(_DIGITS[about], value, re.ASCII) else ""
    return key_of(_CLAIMED[about], _COUNTRY.sub("", value), region)[0] if about in _CLAIMED else ""


def _keys(identifier: str, values: pa.Array, region: str) -> tuple[pa.Array, pa.Array | None]:
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pc.dictionary_encode(values)
    words = coded.dictionary
    if identifier == "ip" and len(words) > FEW:
        plain = pc.match_substring_regex(words, PLAIN_IP)
        if pc.all(pc.fill_null(plain, True)).as_py():
            return pc.binary_join_element_wise("ip", words, ":").take(coded.indices), None
    found = [key_of(identifier, text, region) for text in words.to_pylist()]
    keys = pa.array([key or None for key, _ in found], pa.string()).take(coded.indices)
    flags = pa.array([flag or None for _, flag in found], pa.string())
    return keys, flags.take(coded.indices) if flags.null_count < len(flags) else None


@lru_cache(maxsize=200_000)
def key_of(identifier: str, text: str | None, region: str = "") -> tuple[str, str]:
    """Give the normal form of one text as KIND:VALUE, and a flag where it has none; an own account number is no IBAN."""
    if not text:
        return "", ""
    if found := damage(text):
        return "", found[0]
    try:
        plain = normalise(identifier, text, region=region if identifier == "phone" else "")
    except InvalidIdentifier:
        return "", "" if identifier == "iban" and not _LIKE_IBAN.match(text) else "identifier_invalid"
    return f"{identifier}:{plain.value}", ""


def _flagged(flags: pa.Array | None, more: pa.Array) -> pa.Array:
    return more if flags is None else join_filled([flags, more])

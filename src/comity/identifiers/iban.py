"""International bank account numbers (ISO 13616): country, length, form and the check digits of ISO 7064."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .errors import InvalidIdentifier
from .model import Hints, Identifier
from .text import shown

if TYPE_CHECKING:
    from schwifty.exceptions import SchwiftyException

_LABEL = re.compile(r"IBAN[\s:]*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s\-.]")
_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")


def read(text: str, hints: Hints) -> Identifier:
    """Read an IBAN, in groups or not.

    Raises:
        InvalidIdentifier: its country has none, or its length, form or check digits are wrong.
    """
    import schwifty
    from schwifty.exceptions import SchwiftyException

    compact = _BETWEEN.sub("", _LABEL.sub("", text, count=1) if _LABEL.match(text) else text)
    compact = compact.upper() if compact.isascii() else compact
    if not _FORM.fullmatch(compact):
        raise InvalidIdentifier(f"got {shown(text)}, expected two letters, two check digits and the account")
    try:
        schwifty.IBAN(compact)
    except SchwiftyException as e:
        raise InvalidIdentifier(f"got {shown(text)}, {_reason(e, compact[:2])}") from e
    return Identifier("iban", compact, text)


def _reason(e: SchwiftyException, country: str) -> str:
    from schwifty import exceptions

    reasons = {
        exceptions.InvalidCountryCode: f"and {country} is no country with IBANs",
        exceptions.InvalidLength: f"which has not the length of an IBAN of {country}",
        exceptions.InvalidStructure: f"which has letters where {country} has digits, or the reverse",
        exceptions.InvalidChecksumDigits: "whose check digits do not agree: at least one character is wrong",
    }
    return reasons.get(type(e), f"expected an IBAN of {country}")

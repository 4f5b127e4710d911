"""Telephone numbers in E.164 form (ITU-T E.164); a number must be possible, not known to be in use.

The hard rule is that the number has a country code in use and a length its country uses; numbering plans change, so
whether a range is in use is a doubt and no more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .errors import InvalidIdentifier
from .model import Hints, Identifier
from .text import shown

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# Digits of any script; the signs people write between them, with the hyphens and dashes of Unicode.
_WRITTEN = re.compile(r"[(\s]*[+＋]?[\d\s()./\-‐‑‒–—―−]+")
# By the error types of phonenumbers.NumberParseException.
_PARSE_PROBLEMS = (
    "starts with a country code that does not exist",
    "is no telephone number",
    "is too short after the international prefix",
    "is too short",
    "is too long",
)


def read(text: str, hints: Hints) -> Identifier:
    """Read a number written with `+` and country code, or as in the region hinted at.

    Raises:
        InvalidIdentifier: it is no number, or none that its country could give out.
    """
    import phonenumbers

    plain = re.sub(r"(?i)^tel:", "", text)
    if not _WRITTEN.fullmatch(plain):
        advice = "Write digits only; leave out words and extensions, and mention an extension in the relation."
        raise InvalidIdentifier(f"got {shown(text)}, expected digits with + and country code", advice=advice)
    number = _parse(plain, _region(hints.region))
    if problem := _problem(phonenumbers.is_possible_number_with_reason(number), number.country_code):
        raise InvalidIdentifier(f"got {shown(text)}, which {problem}")
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    doubts: tuple[str, ...] = ()
    if not phonenumbers.is_valid_number(number):
        doubts = (f"{value} is in no range that is known to be in use under +{number.country_code}: check it",)
    return Identifier("phone", value, text, doubts=doubts)


def _region(region: str) -> str | None:
    import phonenumbers

    if not region:
        return None
    if region.upper() not in phonenumbers.SUPPORTED_REGIONS:
        advice = "Give the ISO 3166 code of a country or territory, for example VN."
        raise InvalidIdentifier(f"got the region {shown(region)}, expected two letters", field="region", advice=advice)
    return region.upper()


def _parse(text: str, region: str | None) -> PhoneNumber:
    import phonenumbers

    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as e:
        if region is None and "+" not in text and "＋" not in text:
            advice = "Write + and the country code first, or say the region whose national form this is."
            raise InvalidIdentifier(f"got {shown(text)} without a country code, expected one", advice=advice) from e
        raise InvalidIdentifier(f"got {shown(text)}, which {_PARSE_PROBLEMS[e.error_type]}") from e


def _problem(result: int, country_code: int | None) -> str:
    from phonenumbers import ValidationResult

    problems = {
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
        ValidationResult.INVALID_COUNTRY_CODE: "starts with a country code that does not exist",
        ValidationResult.TOO_SHORT: f"is too short for a number under +{country_code}",
        ValidationResult.TOO_LONG: f"is too long for a number under +{country_code}",
        ValidationResult.INVALID_LENGTH: f"has a length that no number under +{country_code} has",
    }
    return problems.get(result, "")

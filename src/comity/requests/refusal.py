"""A refusal takes two people: one answers for it, another one releases it, and both names stand in the receipt.

People are known by the names that are typed. The same name in other letters, spaces, accents or signs is the same person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text

from .errors import OnePerson

MAX_NAME = 200


def second_person(released_by: str, first: Iterable[str]) -> str:
    """Give who releases a refusal, if that is a named person and none of the *first*, who answer for it.

    Raises:
        BadInput: there is no name.
        OnePerson: it is one of those who answer for it.
    """
    if not _folded(released_by):
        advice = "Give it with --released-by."
        raise BadInput("got no name, expected who releases the refusal", field="released-by", advice=advice)
    check_text(released_by, field="released-by", max=MAX_NAME)
    if any(same_person(one, released_by) for one in first):
        advice = "Let another person release it: two people stand behind a refusal."
        message = f"got {released_by}, who answers for it already, expected another person"
        raise OnePerson(message, field="released-by", advice=advice)
    return released_by


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are written for the same person, whatever case, spaces, accents and signs."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    # Unfolded before and after: a letter of mathematics becomes a capital only by the first.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in plain if not unicodedata.combining(c)))

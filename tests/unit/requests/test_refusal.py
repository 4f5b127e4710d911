"""Who may release a refusal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.errors import BadInput
from comity.requests.errors import OnePerson
from comity.requests.refusal import MAX_NAME, same_person, second_person


def test_another_person_releases() -> None:
    """A name that is none of those who answer for a refusal may release it."""
    assert second_person("Minh Probe", ["Lan Tester", "Legal desk"]) == "Minh Probe"


@pytest.mark.parametrize("name", ["", "  ", " - ", "\u0301", "x" * (MAX_NAME + 1), "Minh\x07Probe", "Minh\u202eProbe"])
def test_what_is_no_name(name: str) -> None:
    """Nothing, signs alone, too long a text and control characters are no name."""
    with pytest.raises(BadInput) as told:
        second_person(name, [])
    assert told.value.field == "released-by"


@given(st.from_regex(r"[^\W\d_]{1,40}", fullmatch=True))
def test_a_person_is_the_same_in_any_spelling(name: str) -> None:
    """Capitals, spaces and signs make nobody another person."""
    spelled = f"  {'-'.join(name.split())}. "
    assert same_person(name, spelled)
    assert same_person(name, name.casefold())
    assert same_person(name, unicodedata.normalize("NFKC", name))
    with pytest.raises((OnePerson, BadInput)):
        second_person(spelled, [name])

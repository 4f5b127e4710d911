"""Signing in by the organisation's identity provider, end to end over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders.desk import Served, Visitor
from builders.issuer import Provider, desk_with_provider, entered, linked

STRONG = {"amr": ["pwd", "otp"]}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Provider]]:
    """A desk and its provider, shared by the tests of this module; each uses people of its own."""
    with desk_with_provider(tmp_path_factory.mktemp("desk")) as made:
        yield made


def who(visitor: Visitor) -> str:
    """Who is signed in, as the top of each page says; nothing for nobody."""
    text = visitor.get("/").text
    return text.partition('class="name"')[2].partition("<bdi>")[2].partition("</bdi>")[0]


def test_a_person_links_himself_and_signs_in_by_the_provider(both: tuple[Served, Provider]) -> None:
    """Once linked, the provider's word with a second factor opens the door, to the page that was wanted, with a new cookie."""
    desk, provider = both
    linked(desk, provider, "lan", "drafter")
    provider.claims = STRONG
    visitor = desk.visitor()
    visitor.get("/sign-in")
    before = dict(visitor.client.cookies)
    answer = entered(visitor, provider, "/cases")
    assert answer.headers["location"] == "/cases"
    assert dict(visitor.client.cookies) != before
    assert who(visitor) == "Lan"


def test_without_a_second_factor_there_one_is_given_here(both: tuple[Served, Provider]) -> None:
    """Where the provider says nothing of a second factor, nobody is in before the six digits are given, and they count once."""
    desk, provider = both
    linked(desk, provider, "minh", "releaser")
    provider.claims = {}
    visitor = desk.visitor()
    assert entered(visitor, provider, "/cases").headers["location"] == "/sign-in/second"
    assert who(visitor) == ""
    assert visitor.post("/sign-in/second", {"code": "000000"}, page="/sign-in/second").status_code == 401
    digits = desk.crew.code()
    assert visitor.post("/sign-in/second", {"code": digits}, page="/sign-in/second").headers["location"] == "/cases"
    assert who(visitor) == "Minh"
    again = desk.visitor()
    entered(again, provider)
    assert again.post("/sign-in/second", {"code": digits}, page="/sign-in/second").status_code == 401

"""Errors say where, what, expected and what to do, and belong to a family that decides the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest

import comity
from comity.kernel.errors import BadInput, ComityError, Corrupt, NotFound, Refused, Unavailable

FAMILIES = (BadInput, NotFound, Refused, Corrupt, Unavailable)


class TooManyCooks(Refused):
    """An error with a name of several words."""


def subclasses(root: type[ComityError]) -> Iterator[type[ComityError]]:
    """Every class under *root* that stands in a room's `errors.py`."""
    for one in root.__subclasses__():
        if one.__module__.startswith("comity.") and one.__module__.endswith(".errors"):
            yield one
        yield from subclasses(one)


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [(BadInput, 2, 422), (NotFound, 2, 404), (Refused, 1, 409), (Corrupt, 1, 500), (Unavailable, 1, 503)],
)
def test_family_decides_exit_code_and_status(kind: type[ComityError], code: int, status: int) -> None:
    """Each family has its exit code and its HTTP status."""
    assert (kind("m").exit_code, kind("m").status) == (code, status)


@pytest.mark.parametrize(
    ("place", "said"),
    [({}, "got x"), ({"file": "a"}, "a: got x"), ({"file": "a", "field": "b"}, "a: b: got x"), ({"field": "b"}, "b: got x")],
)  # fmt: skip
def test_place_stands_before_the_message(place: dict[str, str], said: str) -> None:
    """The text of an error names file and field, where there are such, and then what happened."""
    assert str(BadInput("got x", **place)) == said


def test_problem_leaves_out_what_is_not_known() -> None:
    """The problem document has type, title and status, and of file, field and advice only those given."""
    problem = TooManyCooks("got x", field="pot", advice="Ask fewer.").problem()
    assert problem == {
        "type": "urn:x-comity:too-many-cooks",
        "title": "got x",
        "status": 409,
        "field": "pot",
        "advice": "Ask fewer.",
    }


def test_every_error_of_the_program_has_a_family() -> None:
    """Each error class in every room belongs to exactly one family, so that each has an exit code that means something."""
    for module in walk_packages(comity.__path__, "comity."):
        if module.name.endswith(".errors"):
            import_module(module.name)
    assert [e for e in subclasses(ComityError) if sum(issubclass(e, family) for family in FAMILIES) != 1] == []

"""The parts of the API on their own: allowances, schemas from shapes, what is loaded when."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no stubs
import pytest

from builders.world import CASE
from comity.kernel.shape import Shape
from comity.packages.sealing import request_shape
from comity.requests.vocabulary import case_shape, draft_shape
from comity.web.api import limits
from comity.web.api.errors import BadCall
from comity.web.api.limits import Allowance
from comity.web.api.schemas import schema_of
from comity.web.api.streaming import bounded
from comity.web.errors import Busy


class Watch:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_an_allowance_is_used_up_and_fills_again() -> None:
    """Whoever has used up his reserve waits until time has filled it; nobody else waits for him."""
    watch = Watch()
    allowance = Allowance(2, 0.5, watch)
    assert [allowance.take("a") for _ in range(3)] == [0, 0, 2]
    assert allowance.take("b") == 0
    watch.now = 2.0
    assert (allowance.wait("a"), allowance.take("a"), allowance.take("a")) == (0, 0, 2)
    watch.now = 1000.0
    assert [allowance.take("a") for _ in range(3)] == [0, 0, 2]


def test_an_allowance_forgets_who_came_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many addresses call, only so many are remembered, and those that are waited for the longest of them."""
    monkeypatch.setattr(limits, "MOST", 10)
    watch = Watch()
    allowance = Allowance(1, 1.0, watch)
    for number in range(100):
        allowance.take(f"192.0.2.{number}")
        assert len(allowance._left) <= 10
    watch.now = 10.0
    allowance.take("a")
    assert allowance.take("a") == 1


@pytest.mark.parametrize("shape", [case_shape(), draft_shape(), request_shape()], ids=["case", "draft", "request"])
def test_a_shape_becomes_a_sound_schema(shape: Shape) -> None:
    """The JSON Schema of each shape is one."""
    jsonschema.Draft202012Validator.check_schema(schema_of(shape))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"more": 1},
        {"title": ""},
        {"title": "x" * 301},
        {"offences": []},
        {"classification": "secret"},
        {"facts": 1},
    ],
    ids=str,
)
def test_schema_and_shape_agree(change: dict[str, Any]) -> None:
    """What the shape of a case refuses, its schema refuses, and what it takes, too."""
    document = CASE | change
    valid = jsonschema.Draft202012Validator(schema_of(case_shape())).is_valid(document)
    assert valid == (case_shape().faults(document) == [])


def test_serving_the_desk_loads_no_framework() -> None:
    """The desk's server starts without FastAPI, which is loaded when the API is first called."""
    call = "import sys, comity.web.desk.serving; print('fastapi' in sys.modules, 'pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.split()[0] == "False"


def test_few_exports_are_given_at_once() -> None:
    """A third export has to wait; one that nobody reads on, or that takes too long, gives its place back."""
    gc.collect()  # exports of other tests that nobody read to the end
    pieces = [b"a", b"b"]
    first, second = (bounded(lambda: iter(pieces)) for _ in (1, 2))
    with pytest.raises(Busy):
        bounded(lambda: iter(pieces))
    assert next(first) == b"a"
    del first, second
    gc.collect()
    assert list(bounded(lambda: iter(pieces))) == pieces
    assert list(bounded(lambda: iter(pieces), longest=-1.0)) == []
    assert list(bounded(lambda: iter(pieces))) == pieces


def test_an_export_that_cannot_begin_holds_no_place() -> None:
    """What fails before its first piece gives its place back."""

    def fails() -> Iterator[bytes]:
        raise BadCall("got nothing, expected something")

    for _ in range(5):
        with pytest.raises(BadCall):
            bounded(fails)

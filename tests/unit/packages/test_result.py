"""The outcome of a verification shows every step, and stops at the first that fails."""

from __future__ import annotations

import pytest

from builders.directory import START
from comity.kernel.errors import BadInput
from comity.packages.result import Result, Signer, Skip, Step, run_steps


def good() -> str:
    """A step that holds."""
    return "found it"


def skip() -> str:
    """A step that does not apply."""
    raise Skip("no proof there")


def bad() -> str:
    """A step that fails."""
    raise BadInput("got x, expected y", file="f", advice="Call back.")


def broken() -> str:
    """A step with a mistake of our own."""
    raise ZeroDivisionError


def test_steps_run_in_order_and_stop() -> None:
    """Steps are numbered, each says what was found, and none is run behind one that failed."""
    steps, error = run_steps([("one", good), ("two", skip), ("three", bad), ("four", broken)])
    assert steps == (
        Step(1, "one", "ok", "found it"),
        Step(2, "two", "skipped", "no proof there"),
        Step(3, "three", "failed", "f: got x, expected y"),
        Step(4, "four", "not reached", ""),
    )
    assert isinstance(error, BadInput)


def test_a_mistake_of_our_own_is_no_verdict() -> None:
    """An error that is not the program's own kind comes out, and is not taken for a refusal."""
    with pytest.raises(ZeroDivisionError):
        run_steps([("one", broken)])


def test_a_valid_outcome() -> None:
    """Without a failed step the verdict is valid, also when steps did not apply."""
    steps, error = run_steps([("one", good), ("two", skip)])
    result = Result(steps, digest="0" * 64, at=START, error=error)
    assert (result.valid, result.failed) == (True, None)
    assert result.plain() == {
        "verdict": "valid",
        "refused_at": None,
        "package": "0" * 64,
        "checked_at": "2026-11-25T03:00:00Z",
        "steps": [vars(step) for step in steps],
        "signers": [],
        "sender": None,
        "callback": [],
        "document": None,
        "advice": "",
    }


def test_a_refused_outcome() -> None:
    """With a failed step the verdict names it, with the advice for the person."""
    steps, error = run_steps([("one", bad), ("two", good)])
    plain = Result(steps, error=error).plain()
    assert (plain["verdict"], plain["refused_at"], plain["advice"]) == ("refused", "one", "Call back.")


def test_a_signer_as_data() -> None:
    """A signer is shown with role, holder, key and validity."""
    shown = Signer("draft", "Officer 1", "k", START, START).plain()
    assert shown == {
        "role": "draft",
        "holder": "Officer 1",
        "keyid": "k",
        "valid_from": "2026-11-25T03:00:00Z",
        "valid_until": "2026-11-25T03:00:00Z",
    }

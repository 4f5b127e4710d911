"""The gate counts what is under way and what was asked for, for each peer alone."""

from __future__ import annotations

from contextlib import ExitStack

from hypothesis import given
from hypothesis import strategies as st

from comity.web.hi1.limits import Gate, Limits


def test_room_for_one_peer_and_for_all() -> None:
    """A peer has its share of the room, all together have the whole, and what ends makes room again."""
    gate = Gate(Limits(at_once=3, at_once_by_peer=2))
    with ExitStack() as stack:
        assert [stack.enter_context(gate.inside("a")) for _ in range(3)] == [True, True, False]
        assert [stack.enter_context(gate.inside("b")) for _ in range(2)] == [True, False]
    with gate.inside("b") as room:
        assert room


def test_a_fault_inside_makes_room_again() -> None:
    """What breaks off inside counts no longer."""
    gate = Gate(Limits(at_once=1))
    for _ in range(3):
        try:
            with gate.inside("a") as room:
                assert room
                raise KeyError
        except KeyError:
            continue


@given(st.lists(st.floats(0, 5), max_size=200), st.floats(0.1, 10), st.integers(1, 50))
def test_nobody_gets_more_than_the_rate_and_the_reserve(pauses: list[float], rate: float, reserve: int) -> None:
    """Whatever the rhythm, what is let in is at most the reserve and what the time has brought."""
    now = [0.0]
    gate = Gate(Limits(rate=rate, reserve=reserve), lambda: now[0])
    admitted = 0
    for pause in pauses:
        now[0] += pause
        admitted += gate.admit("a")
        assert admitted <= reserve + now[0] * rate + 1e-6

"""Money, hop by hop."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from builders.records import START, got, paid, written
from builders.trials import tries
from comity.analysis.dataset import Dataset
from comity.analysis.flow import Flow, Movement, follow, movements

HOUR = timedelta(hours=1)
A, B, C, D = (f"10-000{n}" for n in range(1, 5))


def key(account: str) -> str:
    """Give the name of an account that is no IBAN."""
    return f"account:{account}"


def followed(folder: Path, hops: int = 6) -> Flow:
    """Follow what left A in the first ten hours."""
    with Dataset([folder]) as data:
        return follow(movements(data), key(A), since=START, until=START + 10 * HOUR, hops=hops)


def test_money_is_followed_first_in_first_out(tmp_path: Path) -> None:
    """What arrived first leaves first: the later payment out carries only what is left of the money followed."""
    folder = written(
        tmp_path / "r",
        [
            paid(A, B, "100", START),
            got(B, D, "50", START + HOUR),
            paid(B, C, "70", START + 2 * HOUR),
            paid(B, C, "60", START + 3 * HOUR),
        ],
    )
    flow = followed(folder)
    assert [(s.hop, s.movement.target, s.amount) for s in flow.steps] == [
        (1, key(B), Decimal(100)),
        (2, key(C), Decimal(70)),
        (2, key(C), Decimal(30)),
    ]
    assert [(r.place, r.amount, r.known) for r in flow.rests] == [(key(C), Decimal(100), False)]


def test_both_sides_of_a_payment_are_one_movement(tmp_path: Path) -> None:
    """A payment that both banks tell counts once."""
    folder = written(tmp_path / "r", [paid(A, B, "100", START), got(B, A, "100", START + HOUR)])
    assert [(r.place, r.amount, r.known) for r in followed(folder).rests] == [(key(B), Decimal(100), False)]


def test_two_equal_payments_of_one_side_are_two(tmp_path: Path) -> None:
    """The same amount twice on one day, told by one side, is two movements."""
    folder = written(tmp_path / "r", [paid(A, B, "100", START), paid(A, B, "100", START + HOUR)])
    assert [r.amount for r in followed(folder).rests] == [Decimal(200)]


def test_hops_end_where_they_are_told_to(tmp_path: Path) -> None:
    """Beyond the last hop money counts as resting nowhere known."""
    folder = written(
        tmp_path / "r", [paid(A, B, "10", START), paid(B, C, "10", START + HOUR), paid(C, D, "10", START + 2 * HOUR)]
    )
    assert [s.movement.target for s in followed(folder, hops=2).steps] == [key(B), key(C)]


amounts = st.integers(min_value=1, max_value=10**6).map(Decimal)
places = st.sampled_from([A, B, C, D])


@settings(max_examples=tries(60))
@given(st.lists(st.tuples(places, places, amounts), max_size=30))
def test_money_followed_is_neither_made_nor_lost(rows: list[tuple[str, str, Decimal]]) -> None:
    """What left the start equals what rests, what came back to the start, and what went beyond the last hop."""
    every = [
        Movement(source, target, source, "EUR", amount, START + n * HOUR, str(n))
        for n, (source, target, amount) in enumerate(rows)
        if source != target
    ]
    flow = follow(every, A, since=START, until=START + 100 * HOUR, hops=50)
    left = sum(s.amount for s in flow.steps if s.movement.source == A)
    back = sum(s.amount for s in flow.steps if s.movement.target == A)
    assert left == back + sum(r.amount for r in flow.rests)

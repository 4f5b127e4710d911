"""Keys of calls: taken once, kept for a day after their end, for three where the end is not known."""

from __future__ import annotations

from datetime import timedelta

from builders.staff import Crew
from comity.accounts import once
from comity.accounts.model import Token
from comity.accounts.once import Once, take
from comity.store import jobs


def token(crew: Crew) -> Token:
    """A token of somebody."""
    now = crew.staff.now
    return Token("0" * 64, "lan", "program", ["case.open"], now, now + timedelta(days=300))


def taken(crew: Crew, key: str) -> Once:
    """A key that nobody had."""
    made = take(crew.staff, token(crew), key, b"this")
    assert isinstance(made, Once)
    return made


def kept(crew: Crew) -> list[str]:
    """The keys there are."""
    with crew.staff.store.read() as unit:
        return [job.subject.partition(":")[2] for job in jobs.select(unit, kind=once.KIND)]


def test_what_is_over_is_swept(crew: Crew) -> None:
    """A call that ended is remembered for a day; one that was refused, or whose end nobody knows, for three."""
    taken(crew, "ended").done(201, {"id": "x"})
    taken(crew, "refused").back()
    taken(crew, "unknown")
    crew.clock.advance(once.KEPT)
    assert once.sweep(crew.staff) == 0
    assert take(crew.staff, token(crew), "ended", b"this") == (201, {"id": "x"})
    crew.clock.advance(timedelta(seconds=1))
    assert once.sweep(crew.staff) == 1
    assert kept(crew) == ["refused", "unknown"]
    crew.clock.advance(once.DOUBTED - once.KEPT)
    assert once.sweep(crew.staff) == 2
    assert kept(crew) == []
    assert isinstance(take(crew.staff, token(crew), "ended", b"that"), Once)


def test_a_sweep_leaves_other_work_alone(crew: Crew) -> None:
    """Jobs of other kinds stay, however old and done they are."""
    with crew.staff.store.write() as unit:
        jobs.add(unit, "deliver", "message", due_at=crew.staff.now)
        jobs.cancel(unit, "deliver", "message")
    crew.clock.advance(timedelta(days=400))
    assert once.sweep(crew.staff) == 0
    with crew.staff.store.read() as unit:
        assert len(jobs.select(unit, kind="deliver")) == 1


def test_a_sweep_takes_many_in_pieces(crew: Crew) -> None:
    """More keys than are removed at once are removed by the next rounds."""
    with crew.staff.store.write() as unit:
        for n in range(5):
            jobs.add(unit, once.KIND, f"t:{n}", due_at=crew.staff.now)
    with crew.staff.store.write() as unit:
        later = crew.staff.now + timedelta(days=9)
        assert [jobs.sweep(unit, once.KIND, jobs.OPEN, later, most=2) for _ in range(4)] == [2, 2, 1, 0]

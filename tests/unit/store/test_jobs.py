"""Jobs are claimed by lease: each by one worker at a time, and by another once the first is gone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from comity.store import jobs
from comity.store.engine import Store, Unit
from comity.store.jobs import DONE, OPEN, STUCK, Job

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
LEASE = timedelta(minutes=5)


def claim(unit: Unit, now: datetime = NOW, limit: int = 10) -> list[Job]:
    """What a worker claims."""
    return jobs.claim(unit, now, limit=limit, lease=LEASE, kind="deliver")


@pytest.fixture
def unit(store: Store) -> Iterator[Unit]:
    """A writing unit."""
    with store.write() as opened:
        yield opened


def test_a_job_stands_once(unit: Unit) -> None:
    """A job of one kind about one subject is added once, and stays as it was."""
    assert jobs.add(unit, "deliver", "a", due_at=NOW, payload={"n": 1})
    assert not jobs.add(unit, "deliver", "a", due_at=NOW + LEASE, payload={"n": 2})
    found = jobs.find(unit, "deliver", "a")
    assert found is not None
    assert (found.due_at, found.payload, found.state, found.attempts) == (NOW, {"n": 1}, OPEN, 0)
    assert jobs.add(unit, "remind", "a", due_at=NOW)


def test_due_jobs_are_claimed_in_order(unit: Unit) -> None:
    """What is due first comes first; what is not due, and other kinds, stay."""
    for subject, minutes in (("later", 1), ("second", -1), ("first", -2), ("third", 0)):
        jobs.add(unit, "deliver", subject, due_at=NOW + timedelta(minutes=minutes))
    jobs.add(unit, "remind", "other", due_at=NOW)
    assert [job.subject for job in claim(unit, limit=2)] == ["first", "second"]
    assert [job.subject for job in claim(unit)] == ["third"]


def test_nobody_else_gets_a_claimed_job_before_its_lease_is_over(unit: Unit) -> None:
    """A claimed job is held for the lease, then it can be claimed again, and both claims are counted."""
    jobs.add(unit, "deliver", "a", due_at=NOW)
    assert [job.attempts for job in claim(unit)] == [1]
    assert claim(unit, NOW + LEASE - timedelta(seconds=1)) == []
    assert [job.attempts for job in claim(unit, NOW + LEASE)] == [2]


def test_who_has_lost_the_lease_changes_nothing(unit: Unit) -> None:
    """A worker that comes back after another took over can neither finish, put off nor give up the job."""
    jobs.add(unit, "deliver", "a", due_at=NOW)
    (late,), (new,) = claim(unit), claim(unit, NOW + LEASE)
    assert not jobs.finish(unit, late)
    assert not jobs.retry(unit, late, at=NOW, error="late")
    assert not jobs.stuck(unit, late, error="late")
    assert jobs.finish(unit, new)
    assert not jobs.finish(unit, new)
    assert [job.state for job in jobs.select(unit)] == [DONE]
    assert claim(unit, NOW + 9 * LEASE) == []


def test_a_job_that_is_put_off_comes_back_with_its_reason(unit: Unit) -> None:
    """A job put off is due at the new time and says why."""
    jobs.add(unit, "deliver", "a", due_at=NOW)
    assert jobs.retry(unit, claim(unit)[0], at=NOW + LEASE, error="x" * 5000)
    assert claim(unit) == []
    (again,) = claim(unit, NOW + LEASE)
    assert (again.attempts, again.last_error) == (2, "x" * jobs.MAX_ERROR)


def test_a_job_that_is_put_off_uncounted(unit: Unit) -> None:
    """A job put off as if it had not been begun has the new payload, and is the next claimer's alone."""
    jobs.add(unit, "deliver", "a", due_at=NOW)
    (held,) = claim(unit)
    assert jobs.put_off(unit, held, at=NOW + LEASE, error="busy", payload={"n": 1})
    (again,) = claim(unit, NOW + LEASE)
    assert (again.attempts, again.last_error, again.payload) == (1, "busy", {"n": 1})
    assert not jobs.finish(unit, held)
    assert not jobs.put_off(unit, held, at=NOW, error="late", payload={})
    assert jobs.finish(unit, again)


def test_a_job_that_was_given_up_waits_until_it_is_woken(unit: Unit) -> None:
    """A stuck job is not claimed; woken, it begins anew; one that is done stays done."""
    jobs.add(unit, "deliver", "a", due_at=NOW)
    assert jobs.stuck(unit, claim(unit)[0], error="no")
    assert [job.last_error for job in jobs.select(unit, state=STUCK)] == ["no"]
    assert claim(unit, NOW + 9 * LEASE) == []
    assert jobs.wake(unit, "deliver", "a", due_at=NOW, payload={"again": True})
    (again,) = claim(unit)
    assert (again.attempts, again.payload) == (1, {"again": True})
    assert jobs.finish(unit, again)
    assert not jobs.wake(unit, "deliver", "a", due_at=NOW, payload={})
    assert not jobs.wake(unit, "deliver", "none", due_at=NOW, payload={})


def test_a_cancelled_job_is_lost_to_its_worker(unit: Unit) -> None:
    """A job that has become needless is done, and who holds it cannot put it off any more."""
    jobs.add(unit, "deliver", "a", due_at=NOW)
    (held,) = claim(unit)
    assert jobs.cancel(unit, "deliver", "a")
    assert not jobs.retry(unit, held, at=NOW, error="late")
    assert not jobs.cancel(unit, "deliver", "a")


def test_many_workers_at_once(store: Store) -> None:
    """Eight workers on one database claim two hundred jobs, each of them once."""
    with store.write() as unit:
        for number in range(200):
            jobs.add(unit, "deliver", str(number), due_at=NOW)

    def worker(_: int) -> list[str]:
        mine: list[str] = []
        while True:
            with store.write() as unit:
                claimed = claim(unit, limit=3)
            if not claimed:
                return mine
            mine += [job.subject for job in claimed]

    with ThreadPoolExecutor(8) as pool:
        taken = [subject for mine in pool.map(worker, range(8)) for subject in mine]
    assert sorted(taken) == sorted(map(str, range(200)))


def test_what_is_undone_leaves_no_claim(store: Store) -> None:
    """A unit that breaks off takes its claim with it."""
    with store.write() as unit:
        jobs.add(unit, "deliver", "a", due_at=NOW)
    with pytest.raises(KeyError), store.write() as unit:
        claim(unit)
        raise KeyError
    with store.write() as unit:
        assert [job.attempts for job in claim(unit)] == [1]

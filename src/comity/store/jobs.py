"""Background work: rows that are due, claimed with a lease in the same database, so that nothing else is needed.

A job is added in the unit of work that makes it necessary, and finished in the unit that writes what it did. Between the
two a worker holds it by a lease: when the worker dies, the lease runs out and another one claims the job. So a job may
run twice, and what it does must bear that. Whoever has lost the lease cannot finish, put off or give up the job any
more: each of these tells whether it still counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .engine import Unit
from .tables import job as _jobs

OPEN, DONE, STUCK = "open", "done", "stuck"
MAX_ERROR = 1000


@dataclass(frozen=True)
class Job:
    """Something to do about a subject: when it is due, who may be at it until when, how often it was begun."""

    id: int
    kind: str
    subject: str
    payload: Mapping[str, Any]
    due_at: datetime
    lease_until: datetime | None
    attempts: int
    last_error: str
    state: str


def add(unit: Unit, kind: str, subject: str, *, due_at: datetime, payload: Mapping[str, Any] | None = None) -> bool:
    """Add a job; one of that kind about that subject stands at most once. Tells whether it is new."""
    if find(unit, kind, subject):
        return False
    values = {"kind": kind, "subject": subject, "payload": dict(payload or {}), "due_at": due_at}
    unit.execute(sa.insert(_jobs).values(**values, attempts=0, last_error="", state=OPEN))
    return True


def find(unit: Unit, kind: str, subject: str) -> Job | None:
    """Find the job of a kind about a subject."""
    return next(iter(select(unit, kind=kind, subject=subject)), None)


def select(unit: Unit, **wanted: str) -> list[Job]:
    """List the jobs whose columns have the *wanted* values, the one due first at the top."""
    query = sa.select(_jobs).filter_by(**wanted).order_by(_jobs.c.due_at, _jobs.c.id)
    return [Job(**row) for row in unit.execute(query).mappings()]


def claim(unit: Unit, now: datetime, *, limit: int, lease: timedelta, kind: str = "") -> list[Job]:
    """Take up to *limit* jobs that are due and that nobody holds, for as long as the *lease*."""
    free = sa.or_(_jobs.c.lease_until.is_(None), _jobs.c.lease_until <= now)
    query = sa.select(_jobs.c.id).where(_jobs.c.state == OPEN, _jobs.c.due_at <= now, free)
    if kind:
        query = query.where(_jobs.c.kind == kind)
    query = query.order_by(_jobs.c.due_at, _jobs.c.id).limit(limit).with_for_update(skip_locked=True)
    ids = list(unit.scalars(query))
    if not ids:
        return []
    mine = _jobs.c.id.in_(ids)
    unit.execute(sa.update(_jobs).where(mine).values(lease_until=now + lease, attempts=_jobs.c.attempts + 1))
    rows = unit.execute(sa.select(_jobs).where(mine).order_by(_jobs.c.due_at, _jobs.c.id)).mappings()
    return [Job(**row) for row in rows]


def finish(unit: Unit, job: Job) -> bool:
    """Mark a claimed job as done."""
    return _let_go(unit, job, state=DONE, last_error="")


def retry(unit: Unit, job: Job, *, at: datetime, error: str) -> bool:
    """Put a claimed job off to another time, with the reason."""
    return _let_go(unit, job, due_at=at, last_error=error[:MAX_ERROR])


def put_off(unit: Unit, job: Job, *, at: datetime, error: str, payload: Mapping[str, Any]) -> bool:
    """Put a claimed job off like `retry`, with another payload, and as if it had not been begun this time."""
    changes = {"due_at": at, "last_error": error[:MAX_ERROR], "payload": dict(payload), "attempts": job.attempts - 1}
    return _let_go(unit, job, **changes)


def stuck(unit: Unit, job: Job, *, error: str) -> bool:
    """Give a claimed job up, with the reason; a person has to look at it."""
    return _let_go(unit, job, state=STUCK, last_error=error[:MAX_ERROR])


def wake(unit: Unit, kind: str, subject: str, *, due_at: datetime, payload: Mapping[str, Any]) -> bool:
    """Begin a job that waits or was given up anew; one that is done stays done. Tells whether there was one."""
    here = (_jobs.c.kind == kind) & (_jobs.c.subject == subject) & (_jobs.c.state != DONE)
    values = {"state": OPEN, "due_at": due_at, "attempts": 0, "payload": dict(payload)}
    return unit.execute(sa.update(_jobs).where(here).values(**values)).rowcount == 1


def cancel(unit: Unit, kind: str, subject: str) -> bool:
    """Mark a job as done that has become needless, whoever holds it. Tells whether there was one."""
    here = (_jobs.c.kind == kind) & (_jobs.c.subject == subject) & (_jobs.c.state != DONE)
    return unit.execute(sa.update(_jobs).where(here).values(state=DONE, lease_until=None)).rowcount == 1


def older(unit: Unit, kind: str, state: str, before: datetime) -> bool:
    """Tell whether a job of a kind in a state was due before a time."""
    return unit.execute(sa.select(_jobs.c.id).where(*_old(kind, state, before)).limit(1)).first() is not None


def sweep(unit: Unit, kind: str, state: str, before: datetime, *, most: int = 1000) -> int:
    """Remove jobs of a kind in a state that were due before a time, at most so many; gives how many."""
    some = sa.select(_jobs.c.id).where(*_old(kind, state, before)).limit(most).scalar_subquery()
    return unit.execute(sa.delete(_jobs).where(_jobs.c.id.in_(some))).rowcount


def _old(kind: str, state: str, before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return _jobs.c.state == state, _jobs.c.kind == kind, _jobs.c.due_at < before


def _let_go(unit: Unit, job: Job, **changes: Any) -> bool:
    """End our lease with *changes*, if it is still ours."""
    ours = (_jobs.c.id == job.id) & (_jobs.c.attempts == job.attempts) & (_jobs.c.lease_until == job.lease_until)
    query = sa.update(_jobs).where(ours, _jobs.c.state == OPEN).values(lease_until=None, **changes)
    return unit.execute(query).rowcount == 1

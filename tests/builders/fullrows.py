"""Rows of a full node beside its requests: people, a long history with its messages, items of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from comity.accounts.model import ACTIVE, Person

LINES, ITEMS = 300, 300
Rows = Iterator[dict[str, Any]]


def people(ids: Sequence[str], at: datetime) -> Rows:
    """People who work beside those who are measured."""
    for n, name in enumerate(ids):
        yield vars(Person(name, f"other{n}", f"Other {n}", "en", "UTC", ACTIVE, at, at))


def lines(request: int, at: datetime) -> Rows:
    """The history of a request that went back and forth for long."""
    for n in range(LINES):
        yield {
            "request": f"request-{request:08}", "at": at + timedelta(minutes=n), "act": "outcome", "state": "released",
            "who": "SG.orchid", "note": f"line {n}",
        }  # fmt: skip


def messages(request: int, peer: str, at: datetime) -> Rows:
    """The messages of such a request."""
    for n in range(LINES):
        yield {
            "direction": "out", "peer": peer, "transaction": f"t-{n:04}", "kind": "order",
            "about": f"request-{request:08}", "raw": b"x" * 20_000, "sha256": f"{n:064x}", "at": at + timedelta(minutes=n),
            "state": "answered", "reason": "", "answer": b"y" * 2000, "answered_at": at,
        }  # fmt: skip


def bags(cases: Sequence[str], at: datetime) -> Rows:
    """Items of evidence in some cases."""
    for n in range(ITEMS):
        yield {
            "digest": f"{n:064x}", "item": f"VN.a05/{n:04}", "number": 1, "former": "", "root": f"{n:064x}", "files": 3,
            "size": 3000, "path": f"/nowhere/{n}", "at": at, "case": cases[n % len(cases)],
        }  # fmt: skip

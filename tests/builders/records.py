"""Records for tests of analysis, written through the real writer as a return would leave them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from comity.returns.model import Amount, Given, Moment, Record
from comity.returns.writing import RecordWriter

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def at(moment: datetime) -> Moment:
    """Give a time that is known exactly."""
    return Moment(moment.isoformat(), moment, moment, "+00:00", "stated")


def sum_of(text: str) -> Amount:
    """Give an amount."""
    return Amount(text, Decimal(text))


def written(
    folder: Path, every: Iterable[tuple[str, dict[str, Any]]], *, file: str = "return.csv", **given: Any
) -> Path:
    """Write records, each a kind and its values, as one file of one return in *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(f"{folder}/{file}".encode()).hexdigest()
    with RecordWriter(folder / "records", Given(**given)) as writer:
        writer.begin(file, digest, "test/1")
        for row, (kind, values) in enumerate(every, 1):
            writer.add(Record(kind, values, row))
    return folder


def paid(source: str, target: str, amount: str, when: datetime, currency: str = "EUR") -> tuple[str, dict[str, Any]]:
    """Give a payment out of *source*, as its own bank tells it."""
    values = {"account": source, "counterparty_account": target, "direction": "debit", "currency": currency}
    return "transaction", {**values, "amount": sum_of(amount), "time": at(when)}


def got(target: str, source: str, amount: str, when: datetime, currency: str = "EUR") -> tuple[str, dict[str, Any]]:
    """Give a payment into *target*, as its own bank tells it."""
    kind, values = paid(target, source, amount, when, currency)
    return kind, {**values, "direction": "credit"}


def logged(account: str, address: str, when: datetime, event: str = "login") -> tuple[str, dict[str, Any]]:
    """Give a session of an account."""
    return "session", {"account": account, "address": address, "event": event, "time": at(when)}

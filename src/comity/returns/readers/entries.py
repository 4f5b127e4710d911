"""Entries of accounts of money: gathered row by row, given as batches; days, amounts, and what a statement adds up to.

The readers of bank statements share this. Numbers and times are turned into columns a batch at a time, and each
different time once, which is what makes them quick.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from ..amount import COMMA, POINT, read_amount
from ..model import ASSUMED, STATED, Amount, Finding, Given, Moment, Record, Rows
from ..moment import placed

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 8192
CREDIT, DEBIT = "credit", "debit"
ZERO = Decimal(0)
# Twice what one amount can have: a sum of amounts is never rounded.
EXACT = Context(prec=100)
_PLAIN = re.compile(r"\d{1,20}(?:\.\d{0,18})?", re.ASCII)


class Entry(NamedTuple):
    """One entry: where it stands, and its values as the columns of a transaction; empty text is no value.

    *amount* is the plain decimal text, *amount_text* what was delivered.
    """

    row: int
    place: str
    byte_start: int | None
    byte_end: int | None
    raw: str
    flags: str
    basis: str
    provider: str
    account: str
    time: Moment | None
    valued: date | None
    amount: str
    amount_text: str
    currency: str
    direction: str
    reversal: bool | None = None
    code: str = ""
    purpose: str = ""
    counterparty_name: str = ""
    counterparty_account: str = ""
    counterparty_bank: str = ""
    end_to_end: str = ""
    bank_reference: str = ""
    account_reference: str = ""
    entry: str = ""
    status: str = ""
    uetr: str = ""
    batch_part: str = ""
    counter_amount: str = ""
    counter_amount_text: str = ""
    counter_currency: str = ""


_DECIMALS = ("amount", "counter_amount")
_AS_THEY_ARE = ("row", "byte_start", "byte_end", "valued", "reversal")


def batch(entries: list[Entry]) -> Rows:
    """Give entries as one batch of transactions."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = dict(zip(Entry._fields, zip(*entries, strict=True), strict=True))
    arrays = _moments(columns.pop("time"))
    types = {"row": pa.int64(), "byte_start": pa.int64(), "byte_end": pa.int64(), "valued": pa.date32()}
    for name, values in columns.items():
        if name in _AS_THEY_ARE:
            arrays[name] = pa.array(values, types.get(name, pa.bool_()))
            continue
        if name == "flags" or not any(values):
            continue
        texts = pa.array(values, pa.string())
        if "" in values:
            texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
        arrays[name] = texts.cast(pa.decimal128(38, 18)) if name in _DECIMALS else texts
    arrays["flags"] = _flags(arrays.pop("time_flags"), columns["flags"])
    return Rows("transaction", pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays)))


def _flags(of_times: pa.Array, others: tuple[str, ...]) -> pa.Array:
    """Put the flags of the times and all others together; most rows have none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    flags = of_times if not any(others) else pc.binary_join_element_wise(of_times, pa.array(others, pa.string()), " ")
    return pc.utf8_trim_whitespace(flags)


def _moments(moments: tuple[Moment | None, ...]) -> dict[str, pa.Array]:
    """Give the five columns of a time, and its flags: each different moment is written once and then pointed at."""
    import pyarrow as pa

    places: dict[int, int] = {}
    distinct: list[Moment | None] = []
    codes = []
    for moment in moments:
        code = places.setdefault(id(moment), len(places))
        if code == len(distinct):
            distinct.append(moment)
        codes.append(code)
    at, instant = pa.array(codes, pa.int32()), pa.timestamp("us", tz="UTC")
    columns: dict[str, tuple[list[Any], pa.DataType]] = {
        "time": ([m.earliest if m else None for m in distinct], instant),
        "time_latest": ([m.latest if m else None for m in distinct], instant),
        "time_text": ([m.text or None if m else None for m in distinct], pa.string()),
        "time_zone": ([m.zone or None if m else None for m in distinct], pa.string()),
        "time_basis": ([m.basis if m and m.text else None for m in distinct], pa.string()),
        "time_flags": ([" ".join(m.flags) if m else "" for m in distinct], pa.string()),
    }
    return {name: pa.array(values, kind).take(at) for name, (values, kind) in columns.items()}


def money(text: str, decimal: str = POINT) -> tuple[str, Decimal | None, tuple[str, ...]]:
    """Read an amount as plain text, value and flags; what is written plainly takes the short way."""
    plain = text.replace(COMMA, POINT) if decimal == COMMA and POINT not in text else text
    if _PLAIN.fullmatch(plain):
        return plain, Decimal(plain), ()
    read = read_amount(text, decimal=decimal)
    return "" if read.value is None else f"{read.value:f}", read.value, read.flags


def hour_moment(text: str, found: datetime, given: Given) -> Moment:
    """Place a day with its hour."""
    return placed(text, found, zone=given.zone, basis=ASSUMED if found.tzinfo is None else STATED)


@dataclass
class Tally:
    """What the entries of one statement come to, each side for itself."""

    credits: int = 0
    debits: int = 0
    credit: Decimal = ZERO
    debit: Decimal = ZERO
    unread: int = 0

    def add(self, direction: str, value: Decimal | None) -> None:
        """Count an entry; one whose amount or side cannot be read makes every sum unsure."""
        if value is None or direction not in (CREDIT, DEBIT):
            self.unread += 1
        if direction == CREDIT:
            self.credits += 1
            self.credit = EXACT.add(self.credit, value or ZERO)
        elif direction == DEBIT:
            self.debits += 1
            self.debit = EXACT.add(self.debit, value or ZERO)

    def take(self, other: Tally) -> None:
        """Count what another has counted."""
        self.credits, self.debits = self.credits + other.credits, self.debits + other.debits
        self.credit, self.debit = EXACT.add(self.credit, other.credit), EXACT.add(self.debit, other.debit)
        self.unread += other.unread

    @property
    def net(self) -> Decimal:
        """Credits less debits."""
        return EXACT.subtract(self.credit, self.debit)

    def closes(self, opening: Decimal, closing: Decimal, **where: Any) -> Iterator[Finding]:
        """Check that the opening balance and the entries come to the closing balance."""
        ours = EXACT.add(opening, self.net)
        if ours != closing:
            unread = f" ({self.unread} amounts unread)" if self.unread else ""
            found = f"closing balance {closing:f}"
            yield Finding("balance_mismatch", found, f"{opening:f} + {self.net:f} = {ours:f}{unread}", **where)


def counted(what: str, stated: int, ours: int, **where: Any) -> Iterator[Finding]:
    """Compare the sender's count with ours."""
    if stated != ours:
        yield Finding("count_mismatch", f"{what}: {stated} stated", f"{ours} read", **where)


def totalled(what: str, stated: Decimal, ours: Decimal, **where: Any) -> Iterator[Finding]:
    """Compare the sender's total with ours."""
    if stated != ours:
        yield Finding("total_mismatch", f"{what}: {stated:f} stated", f"{ours:f} read", **where)


def balance(about: str, amount: Amount, direction: str, **values: Any) -> dict[str, Any]:
    """Give the values of a balance that the sender states: negative where it is a debit."""
    value = amount.value
    signed = -value if value and direction == DEBIT else value
    return {"about": about, "value": direction, "amount": Amount(amount.text, signed, amount.flags), **values}


def statement(row: int, values: dict[str, Any], **where: Any) -> Record:
    """Make the record of something that the sender says of its statement."""
    return Record("statement", {name: value for name, value in values.items() if value not in ("", None)}, row, **where)

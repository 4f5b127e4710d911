"""Bank statements as SWIFT MT940, and interim reports as MT942.

A unit is a field. `:61:` with its `:86:` is a transaction; balances, floor limits, counts and the time of a report are
statements of the sender. Checked: opening and entries come to the closing balance; a page or statement begins with the
balance with which the one before it ended; counts and sums of `:90D:` and `:90C:`.

Years have two digits: 80 to 99 are of the last century, as SWIFT reads them. The day of entry has no year: it is the one
nearest to the value date. Without it the day of booking is inferred from the value date, and the record's basis says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from ..amount import COMMA, read_amount
from ..model import Aside, Finding, Given, Moment, Part, Seen, Verdict
from ..moment import day_moment
from ..reader import Reader
from ..source import Source
from . import entries
from .entries import CREDIT, DEBIT, Entry, Tally
from .field86 import details
from .line61 import Line, Lines, day_of
from .swiftfields import LIMIT, Field, Fields

_BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})([0-9.,]+)\s*", re.ASCII)
_FLOOR = re.compile(r"([A-Z]{3})([CD])?([0-9.,]+)\s*", re.ASCII)
_SUM = re.compile(r"([0-9]{1,9})([A-Z]{3})([0-9.,]+)\s*", re.ASCII)
_NUMBER = re.compile(r"([0-9]{1,9})(?:/([0-9]{1,9}))?", re.ASCII)
_REPORTED = re.compile(r"([0-9]{10})(?:([+-])([0-9]{2})([0-9]{2}))?\s*", re.ASCII)
_ACCOUNT = re.compile(r"([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}?)(?:\s*([A-Z]{3}))?", re.ASCII)
_COUNTER = re.compile(r"(?:^|/OCMT/)([A-Z]{3})([0-9]+,[0-9]*)", re.ASCII)
_BALANCES = {
    "60F": "opening_balance",
    "60M": "opening_balance",
    "62F": "closing_balance",
    "62M": "closing_balance",
    "64": "available_balance",
    "65": "forward_balance",
}
_HEADINGS = ("20", "21", "25", "25P", "28", "28C")
_SIGN = re.compile(rb"(?<![^\r\n]):(20|25P?|28C?|60[FM]|61|34F|13D):")
_NOTHING: dict[str, str] = {}
_DIRECTIONS = {"C": CREDIT, "D": DEBIT}


@dataclass
class _Statement:
    """What is known of the statement, or page, that is being read."""

    number: int = 0
    account: str = ""
    bank: str = ""
    currency: str = ""
    sequence: tuple[int, int] | None = None
    opening: Decimal | None = None
    tally: Tally = field(default_factory=Tally)
    over: bool = False

    place: str = "message 0 :61:"

    def where(self, row: int, tag: str) -> dict[str, Any]:
        """Say where a field stands."""
        return {"row": row, "place": f"message {self.number} :{tag}:"}


def check(source: Source, given: Given) -> Verdict:
    """Look for the fields that every statement has, at the beginning of lines."""
    tags = {match[1] for match in _SIGN.finditer(source.head)}
    account = b"25" in tags or b"25P" in tags
    if b"20" in tags and account and tags - {b"20", b"25", b"25P"}:
        return Verdict(3, "fields :20:, :25: and a statement's own")
    if b"61" in tags and (account or tags & {b"60F", b"60M"}):
        return Verdict(2, "fields :61: of a statement without its head")
    return Verdict(0, "no fields :20:, :25: and :61: of a statement")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Give the entries in batches, and what the sender states beside them."""
    return _Reading(source, given).parts()


class _Reading:
    """The reading of one file."""

    def __init__(self, source: Source, given: Given) -> None:
        self._fields = Fields(source.blocks())
        self._given = given
        self._decimal = given.decimal or COMMA
        self._lines = Lines(given, self._decimal)
        self._now = _Statement()
        self._ends: dict[tuple[str, str], tuple[tuple[int, int], Decimal]] = {}
        self._entries: list[Entry] = []
        self._line: Field | None = None
        self._joined = 0
        self._assumed = 0

    def parts(self) -> Iterator[Part]:
        """Go through the fields; a `:61:` waits for its `:86:` or `:NS:`."""
        for one in self._fields:
            if one.row == 1 and self._fields.before:
                yield _strange(self._fields.before, one)
            if (line := self._line) is None:
                yield from self._one(one)
            elif one.tag in ("86", "NS") and one.start == line.end and not one.cut:
                self._joined += 1
                yield from self._entry(line, one)
            else:
                yield from self._entry(line, None)
                yield from self._one(one)
            if one.rest:
                yield _strange(one.rest, one)
            if len(self._entries) >= entries.BATCH:
                yield from self._flush()
        if self._line:
            yield from self._entry(self._line, None)
        yield from self._flush()
        if self._assumed:
            found = f"bytes that are no UTF-8, first in field {self._assumed}"
            yield Finding("encoding_assumed", found, "read as Windows-1252", self._assumed)
        yield Seen(self._fields.count, "field")

    def _flush(self) -> Iterator[Part]:
        if self._entries:
            yield entries.batch(self._entries)
            self._entries = []
        if self._joined:
            yield Aside("details of an entry", self._joined)
            self._joined = 0

    def _one(self, one: Field) -> Iterator[Part]:
        if one.cut:
            yield self._rejected("too_large", one, f"fields up to {LIMIT} bytes")
        elif one.tag == "61":
            self._line = one
        elif one.tag in _HEADINGS:
            self._heading(one)
            yield Aside("heading", row=one.row)
        else:
            yield from self._statement(one)

    def _text(self, data: bytes, row: int) -> str:
        """Decode: UTF-8, else Windows-1252, which is what banks write that do not keep to SWIFT's letters."""
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            self._assumed = self._assumed or row
            return data.decode("cp1252", "replace")

    def _heading(self, one: Field) -> None:
        text = self._text(one.body, one.row).strip()
        if one.tag == "20":
            number = self._now.number + 1
            self._now = _Statement(number, place=f"message {number} :61:")
        elif one.tag in ("25", "25P"):
            self._now.bank, self._now.account, self._now.currency = account_of(text)
        elif match := _NUMBER.match(text):
            self._now.sequence = (int(match[1]), int(match[2] or 1)) if one.tag.startswith("28") else self._now.sequence

    def _entry(self, one: Field, more: Field | None) -> Iterable[Part]:
        """Make the waiting `:61:` an entry, with its `:86:` if there is one; where it is none, that is a word of its own."""
        self._line = None
        body = self._text(one.body, one.row)
        line = self._lines.read(body)
        if line is None:
            self._joined -= more is not None
            wrong = self._rejected("row_malformed", one, "YYMMDD[MMDD], C, D, RC or RD, amount, type, reference")
            return (wrong, *self._note(more)) if more else (wrong,)
        if not line.status:
            self._now.tally.add(line.direction, line.value)
        self._entries.append(self._row(one, line, more, body))
        return ()

    def _row(self, one: Field, line: Line, more: Field | None, body: str) -> Entry:
        raw, end, get, account = ":61:" + body, one.end, _NOTHING.get, ""
        if more:
            text = self._text(more.body, more.row)
            raw, end = f"{raw}:{more.tag}:{text}", more.end
            get = (details(text) if more.tag == "86" else {"purpose": text}).get
            account = get("account", "")
        if line.more and not account and _ACCOUNT.fullmatch(line.more):
            account = line.more
        purpose = get("purpose", "")
        if line.more and account != line.more:
            purpose = f"{line.more}\n{purpose}" if purpose else line.more
        said = get("counter") or line.more
        counter = _COUNTER.search(said) if said else None
        now = self._now
        return Entry(
            one.row,
            now.place,
            one.start,
            end,
            raw.rstrip("\r\n"),
            " ".join(line.flags) if line.flags else "",
            line.basis,
            self._given.provider or now.bank,
            now.account,
            line.time,
            line.valued,
            line.plain,
            line.text,
            now.currency,
            line.direction,
            line.reversal,
            " ".join(filter(None, (line.code, get("code"), get("booking_text")))),
            purpose,
            get("name", ""),
            account,
            get("bank", ""),
            get("end_to_end", ""),
            line.bank,
            line.owner,
            "",
            line.status,
            get("uetr", ""),
            "",
            *((counter[2].replace(",", "."), counter[2], counter[1]) if counter else ("", "", "")),
        )

    def _statement(self, one: Field) -> Iterator[Part]:
        """Read what the sender states: a balance, a floor limit, a count, a time, a word to the owner."""
        text = self._text(one.body, one.row).strip()
        if one.tag in _BALANCES and (match := _BALANCE.fullmatch(text)):
            yield from self._balance(one, match)
        elif one.tag == "34F" and (match := _FLOOR.fullmatch(text)):
            self._now.currency = self._now.currency or match[1]
            direction = _DIRECTIONS.get(match[2] or "", "")
            amount = read_amount(match[3], decimal=self._decimal)
            yield self._said(one, {"about": "floor_limit", "value": direction, "amount": amount, "currency": match[1]})
        elif one.tag in ("90C", "90D") and (match := _SUM.fullmatch(text)):
            yield from self._sum(one, match)
        elif one.tag == "13D" and (match := _REPORTED.fullmatch(text)):
            yield self._said(one, {"about": "report_time", "time": reported(text, match, self._given)})
        elif one.tag in ("86", "NS"):
            yield from self._note(one)
        else:
            code = "row_malformed" if one.tag in (*_BALANCES, "34F", "90C", "90D", "13D") else "columns_unknown"
            yield self._rejected(code, one, "a field of MT940 or MT942, as SWIFT writes it")

    def _note(self, one: Field) -> Iterator[Part]:
        yield self._said(one, {"about": "information", "value": self._text(one.body, one.row).strip()})

    def _said(self, one: Field, values: dict[str, Any]) -> Part:
        provider = self._given.provider or self._now.bank
        raw = f":{one.tag}:{self._text(one.body, one.row)}".rstrip("\r\n")
        values = {"provider": provider, "account": self._now.account, **values}
        where = self._now.where(one.row, one.tag)
        return entries.statement(where.pop("row"), values, span=(one.start, one.end), raw=raw, **where)

    def _balance(self, one: Field, match: re.Match[str]) -> Iterator[Part]:
        direction, currency = _DIRECTIONS[match[1]], match[3]
        amount, day = read_amount(match[4], decimal=self._decimal), day_of(match[2])
        time = day_moment(match[2], day, zone=self._given.zone) if day else Moment(match[2], flags=("time_unreadable",))
        values = entries.balance(_BALANCES[one.tag], amount, direction, currency=currency, time=time)
        where = self._now.where(one.row, one.tag)
        yield self._said(one, values)
        value = values["amount"].value
        if value is None:
            return
        if one.tag.startswith("60"):
            self._now.currency, self._now.opening = currency, value
            yield from self._chained(value, **where)
        elif one.tag.startswith("62"):
            if self._now.opening is not None:
                yield from self._now.tally.closes(self._now.opening, value, **where)
            if self._now.sequence:
                self._ends[self._now.account, currency] = (self._now.sequence, value)

    def _chained(self, opening: Decimal, **where: Any) -> Iterator[Finding]:
        """Check that this page or statement begins as the one before it ended, and that none is missing between."""
        before = self._ends.get((self._now.account, self._now.currency))
        if before is None or self._now.sequence is None:
            return
        (number, page), closing = before
        follows = self._now.sequence in ((number, page + 1), (number + 1, 1))
        if follows and opening != closing:
            expected = f"{closing:f}, with which {number}/{page} ended"
            yield Finding("balance_mismatch", f"opening balance {opening:f}", expected, **where)
        elif self._now.sequence > (number, page + 1) and not follows:
            found = f"statement {self._now.sequence[0]}/{self._now.sequence[1]} after {number}/{page}"
            yield Finding("part_missing", found, "the pages between", **where)

    def _sum(self, one: Field, match: re.Match[str]) -> Iterator[Part]:
        credit = one.tag == "90C"
        amount, side, tally = (
            read_amount(match[3], decimal=self._decimal),
            "credits" if credit else "debits",
            self._now.tally,
        )
        where = self._now.where(one.row, one.tag)
        yield self._said(one, {"about": side, "value": match[1], "amount": amount, "currency": match[2]})
        yield from entries.counted(side, int(match[1]), tally.credits if credit else tally.debits, **where)
        if amount.value is not None:
            yield from entries.totalled(side, amount.value, tally.credit if credit else tally.debit, **where)

    def _rejected(self, code: str, one: Field, expected: str) -> Finding:
        found = one.body[:120].decode("latin-1").strip()
        return Finding(code, found, expected, span=(one.start, one.end), units=1, **self._now.where(one.row, one.tag))


def account_of(text: str) -> tuple[str, str, str]:
    """Take field 25 apart: bank, account and currency, as far as it has them."""
    bank, _, account = text.split("\n")[0].strip().rpartition("/")
    if match := _ACCOUNT.fullmatch(account):
        return bank, match[1], match[2] or ""
    return bank, account, ""


def reported(text: str, match: re.Match[str], given: Given) -> Moment:
    """Read YYMMDDHHMM and an offset of hours and minutes: +0100 is an hour."""
    try:
        day = day_of(match[1])
        if day is None:
            raise ValueError(text)
        found = datetime(day.year, day.month, day.day, int(match[1][6:8]), int(match[1][8:]))  # noqa: DTZ001 - placed below
        if match[2]:
            span = timedelta(hours=int(match[3]), minutes=int(match[4]))
            found = found.replace(tzinfo=timezone(-span if match[2] == "-" else span))
    except ValueError:
        return Moment(text, flags=("time_unreadable",))
    return entries.hour_moment(text, found, given)


def _strange(rest: bytes, one: Field) -> Finding:
    found = rest[:120].decode("latin-1")
    return Finding("layout_unknown", found, "nothing but envelopes between messages", one.row, f"near :{one.tag}:")


READER = Reader("mt940", 1, "SWIFT MT940 and MT942", ("transaction", "statement"), check, read)

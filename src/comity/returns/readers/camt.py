"""Bank statements as ISO 20022 camt.053, interim reports as camt.052 and notices as camt.054, of every version.

Elements are known by their local names; the message's root decides. A unit is an element that counts: an entry, a
detail, a balance, a sum, a period. Entries are cut out of the stream with their bytes (`pieces`) and understood by
their shape (`shapes`); what lies between goes through a parser that expands and fetches nothing, and a document type
ends the reading. Held in memory is one entry.

Checked for each statement: opening balance and booked entries come to the closing balance; the sender's counts and sums
are ours; the details of an entry come to its amount.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..amount import read_amount
from ..errors import BadMapping
from ..model import ASSUMED, STATED, Amount, Aside, Finding, Given, Moment, Part, Seen, Verdict
from ..moment import day_moment
from ..reader import Reader
from ..source import Source
from . import camtentry, entries
from .camtentry import DETAIL
from .entries import CREDIT, DEBIT, EXACT, ZERO, Entry
from .envelope import Broken, Envelope, Statement
from .pieces import OPAQUE, Piece, Pieces, narrow
from .shapes import Shapes, leaves, split, unescaped

_CUT = ("Ntry", "Bal", "TtlNtries", "TtlCdtNtries", "TtlDbtNtries", "FrToDt")
_ROOT = re.compile(r"<(?:[\w.-]+:)?(BkToCstmrStmt|BkToCstmrAcctRpt|BkToCstmrDbtCdtNtfctn)[\s/>]")
_SPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.05[234]\.")
_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z][\w.-]{0,39})[\"']")
_EMPTY_DETAIL = re.compile(r"<((?:[\w.-]+:)?TxDtls)/>")
_KEPT = 100_000
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SIDES = {"CRDT": CREDIT, "DBIT": DEBIT}
_BALANCES = {
    "OPBD": "opening_balance",
    "PRCD": "previous_closing_balance",
    "CLBD": "closing_balance",
    "ITBD": "interim_balance",
    "OPAV": "opening_available_balance",
    "CLAV": "closing_available_balance",
    "ITAV": "interim_available_balance",
    "FWAV": "forward_balance",
    "XPCD": "expected_balance",
    "INFO": "information_balance",
}
_SUMS = {"TtlNtries": "entries", "TtlCdtNtries": "credits", "TtlDbtNtries": "debits"}


def check(source: Source, given: Given) -> Verdict:
    """Look for the root of the message."""
    head = source.head
    text = head.decode("utf-16", "replace") if head.startswith(_WIDE) else head.decode("latin-1")
    if match := _ROOT.search(text):
        return Verdict(3, f"the message {match[1]} of ISO 20022")
    if _SPACE.search(text):
        return Verdict(2, "the namespace of camt.05x")
    return Verdict(0, "no message of camt.052, 053 or 054")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Give the entries in batches, and what the sender states beside them."""
    head = source.head
    if head.startswith(_WIDE):
        return _Reading(narrow(source.blocks()), given, "utf-8", spans=False).parts()
    match = _ENCODING.match(head)
    return _Reading(source.blocks(), given, match[1].decode("ascii") if match else "utf-8").parts()


class _Reading:
    """The reading of one file."""

    def __init__(self, blocks: Iterator[bytes], given: Given, encoding: str, *, spans: bool = True) -> None:
        self._pieces = Pieces(blocks, _CUT, (*_CUT, DETAIL))
        self._given = given
        self._encoding = encoding
        self._spans = spans
        self._envelope = Envelope(None if spans else "utf-8")
        self._shapes = Shapes(camtentry.understand)
        self._period: tuple[Piece, str, list[str], list[str], Statement] | None = None
        self._times: dict[str, Moment] = {}
        self._entries: list[Entry] = []
        self._row = self._kept = self._joined = 0

    def parts(self) -> Iterator[Part]:
        """Go through the pieces."""
        try:
            codecs.lookup(self._encoding)
            for piece in self._pieces:
                yield from self._piece(piece)
                if len(self._entries) >= entries.BATCH:
                    yield from self._flush()
            yield from self._waited()
            yield from _checked(self._envelope.feed(b"", last=True))
        except LookupError:
            yield from self._broken("text_undecodable", f"the encoding {self._encoding[:40]}", "a known encoding")
        except Broken as e:
            yield from self._broken(e.code, e.found, "a document that is well formed to its end")
        yield from self._flush()
        yield Seen(self._pieces.count, "element")

    def _broken(self, code: str, found: str, expected: str) -> Iterator[Part]:
        """Say where the reading ended, and reject all that is left."""
        yield from self._waited()
        self._pieces.drain()
        yield Finding(code, found, expected, self._row, self._envelope.place, units=self._pieces.count - self._kept)

    def _flush(self) -> Iterator[Part]:
        if self._entries:
            yield entries.batch(self._entries)
            self._entries = []
        if self._joined:
            yield Aside("entries told by their details", self._joined)
            self._joined = 0

    def _piece(self, piece: Piece) -> Iterator[Part]:
        if not piece.name:
            yield from _checked(self._envelope.feed(piece.data))
            if found := self._pieces.units_in(piece.data):
                yield self._aside("outside of a statement", found)
        elif not piece.whole:
            yield self._rejected(piece, "damaged" if piece.units else "too_large", "an element that ends")
        elif piece.name == OPAQUE:
            yield from _checked(self._envelope.feed(piece.data))
            if found := self._pieces.units_in(piece.data):
                yield self._aside("in a comment", found)
        else:
            yield from self._element(piece)

    def _aside(self, reason: str, units: int) -> Aside:
        self._row += units
        self._kept += units
        return Aside(reason, units, self._row)

    def _rejected(self, piece: Piece, code: str, expected: str) -> Finding:
        units = piece.units or self._pieces.units_in(piece.data)
        self._row += units
        self._kept += units
        found = piece.data[:120].decode("latin-1")
        span = (piece.start, piece.end) if self._spans else None
        return Finding(code, found, expected, self._row, self._envelope.place, span, units)

    def _element(self, piece: Piece) -> Iterator[Part]:
        yield from self._waited()
        now = self._envelope.statement
        if now is None or self._envelope.inside != (1 if piece.name.startswith("Ttl") else 0):
            yield self._aside("outside of a statement", self._pieces.units_in(piece.data))
            return
        try:
            text = piece.data.decode(self._encoding)
        except UnicodeDecodeError:
            yield self._rejected(piece, "text_undecodable", f"text in {self._encoding}")
            return
        parts = split(_EMPTY_DETAIL.sub(r"<\1></\1>", text) if "TxDtls/>" in text else text)
        if parts is None:
            yield self._rejected(piece, "row_malformed", "tags that pair")
        elif piece.name == "Ntry":
            yield from self._entry(piece, text, *parts, now)
        elif piece.name == "FrToDt":
            self._period = (piece, text, *parts[:2], now)
        else:
            yield from self._said(piece, text, *parts[:2], now)

    def _waited(self) -> Iterator[Part]:
        """Give the period, which stands before the account that it is of."""
        period, self._period = self._period, None
        if period:
            yield from self._said(*period)

    def _entry(
        self, piece: Piece, text: str, tags: list[str], texts: list[str], coded: bool, now: Statement
    ) -> Iterator[Part]:
        """Read an entry: it alone, it and its one detail, or each of its details."""
        begin = tags[0].split()[0].removesuffix("Ntry") + DETAIL
        count = tags.count(begin)
        if count > 1:
            yield from self._details(piece, text, tags, texts, now, begin)
            return
        program = self._shapes.of(tags)
        if program is None or program.parts != count:
            yield self._rejected(piece, "row_malformed", "an entry of camt.05x, well formed")
            return
        values = program.values(texts)
        if coded:
            values = {name: unescaped(value) for name, value in values.items()}
        self._row += 1 + count
        self._kept += 1 + count
        self._joined += count
        now.entries += 1
        place = f"{now.place}/Ntry[{now.entries}]" + ("/NtryDtls/TxDtls[1]" if count else "")
        start, end = (piece.start, piece.end) if self._spans else (None, None)
        value = _added(values, now)
        self._entries.append(
            self._made(values, now, (self._row, place, start, end, text), values.get("amount", ""), value)
        )
        if hidden := _hidden(self._pieces, piece, text, 1 + count):
            yield self._aside("in a comment", hidden)

    def _details(
        self, piece: Piece, text: str, tags: list[str], texts: list[str], now: Statement, begin: str
    ) -> Iterator[Part]:
        """Read an entry of several details: each is a record, and together they come to the entry."""
        begins = [at for at, tag in enumerate(tags) if tag == begin]
        ends = [at + 1 for at, tag in enumerate(tags) if tag == "/" + begin]
        edges = list(zip([0, *ends], [*begins, len(tags)], strict=False))
        program = self._shapes.of([tag for a, b in edges for tag in tags[a:b]])
        programs = [self._shapes.of(tags[a:b]) for a, b in zip(begins, ends, strict=False)]
        if (
            len(begins) != len(ends)
            or program is None
            or program.parts
            or any(p is None or p.parts != 1 for p in programs)
        ):
            yield self._rejected(piece, "row_malformed", "an entry with details, well formed")
            return
        entry = program.values([said for a, b in edges for said in texts[a:b]])
        self._row += 1
        self._joined += 1
        self._kept += 1 + len(begins)
        now.entries += 1
        _added(entry, now)
        place = f"{now.place}/Ntry[{now.entries}]"
        total: Decimal | None = ZERO
        spots = _spots(piece, text, begin, self._encoding)
        for n, (a, b, one) in enumerate(zip(begins, ends, programs, strict=True), 1):
            values = entry | (one.values(texts[a:b]) if one else {}) | {"batch_part": f"{n}/{len(begins)}"}
            values = {name: unescaped(value) for name, value in values.items()}
            name = "part_amount" if "part_amount" in values else "part_transaction_amount"
            amount, currency = values.get(name, ""), values.get(name + "_currency", "")
            read = entries.money(amount)
            same = currency == values.get("amount_currency", "") and read[1] is not None
            side = values.get("part_side") or values.get("side")
            signed = (read[1] or ZERO) * (1 if side == values.get("side") else -1)
            total = EXACT.add(total, signed) if same and total is not None else None
            values |= {"amount_currency": currency, "side": side or ""}
            self._row += 1
            start, end, raw = next(spots, (piece.start, piece.end, ""))
            where = (self._row, f"{place}/NtryDtls/TxDtls[{n}]", *((start, end) if self._spans else (None, None)), raw)
            self._entries.append(self._made(values, now, where, amount, read))
        stated = entries.money(entry.get("amount", ""))[1]
        if total is not None and stated is not None:
            yield from entries.totalled("entry", stated, total, row=self._row, place=place)
        if (number := entry.get("batch_count", "")).isdecimal() and tags.count(begin.replace(DETAIL, "NbOfTxs")) == 1:
            yield from entries.counted("details", int(number[:18]), len(begins), row=self._row, place=place)
        if hidden := _hidden(self._pieces, piece, text, 1 + len(begins)):
            yield self._aside("in a comment", hidden)

    def _made(
        self,
        values: dict[str, str],
        now: Statement,
        where: tuple[int, str, int | None, int | None, str],
        amount: str,
        read: tuple[str, Decimal | None, tuple[str, ...]],
    ) -> Entry:
        """Make the record of what an entry and its detail say."""
        get = values.get
        side, flags = _SIDES.get(get("side", ""), ""), read[2]
        reversal = get("reversal") in ("true", "1")
        other = camtentry.other(values, now.account, incoming=(side == CREDIT) != reversal)
        if not side:
            flags = (*flags, "row_malformed")
        if not amount:
            flags = (*flags, "details_cut")
        valued, currency = get("valued", ""), get("amount_currency", "")
        counter, counter_currency = _counter(values, currency)
        purpose = camtentry.joined(values, "purpose") or camtentry.joined(values, "structured") or get("note", "")
        row, place, start, end, raw = where
        return Entry(
            row,
            place,
            start,
            end,
            raw,
            " ".join(flags),
            STATED,
            self._given.provider or now.said.get("provider", ""),
            now.account,
            self._moment(get("booked", "")),
            _day(valued),
            read[0],
            amount,
            currency or now.said.get("currency", ""),
            side,
            reversal or None,
            camtentry.code(values),
            purpose,
            other.name,
            other.account,
            other.bank,
            get("end_to_end", ""),
            get("reference") or get("entry_reference") or get("transaction", ""),
            get("instruction")
            or get("payment")
            or get("batch_reference")
            or get("batch_message")
            or get("message", ""),
            get("entry", ""),
            get("status", ""),
            get("uetr", ""),
            get("batch_part", ""),
            entries.money(counter)[0] if counter else "",
            counter,
            counter_currency,
        )

    def _moment(self, text: str) -> Moment | None:
        """Read a day or a time of XML Schema, each different text once."""
        if not text:
            return None
        if text not in self._times:
            if len(self._times) > _KEPT:
                self._times.clear()
            self._times[text] = xml_moment(text, self._given)
        return self._times[text]

    def _said(self, piece: Piece, text: str, tags: list[str], texts: list[str], now: Statement) -> Iterator[Part]:
        """Read a balance, a sum or a period."""
        found = leaves(tags)
        if found is None:
            yield self._rejected(piece, "row_malformed", f"an element {piece.name}, well formed")
            return
        values: dict[str, str] = {}
        for leaf in found:
            path = "/".join(leaf.path[1:])
            values.setdefault(path, unescaped(texts[leaf.at]).strip())
            values.setdefault(path + "@Ccy", leaf.attributes.get("Ccy", ""))
        self._row += 1
        self._kept += 1
        said = {"provider": self._given.provider or now.said.get("provider", ""), "account": now.account}
        said |= self._meant(piece.name, values, now)
        span = (piece.start, piece.end) if self._spans else None
        yield entries.statement(self._row, said, place=f"{now.place}/{piece.name}", span=span, raw=text)

    def _meant(self, name: str, values: dict[str, str], now: Statement) -> dict[str, Any]:
        get = values.get
        if name == "FrToDt":
            begin, end = get("FrDtTm") or get("FrDt", ""), get("ToDtTm") or get("ToDt", "")
            return {"about": "period", "time": self._moment(begin), "end": self._moment(end)}
        if name in _SUMS:
            total, number = read_amount(get("Sum", "")), get("NbOfNtries", "")
            count = int(number) if number.isdecimal() and len(number) < 19 else None
            now.stated.append((_SUMS[name], count, total.value if get("Sum") else None, self._row))
            return {"about": _SUMS[name], "value": number, "amount": total if get("Sum") else None}
        code = get("Tp/CdOrPrtry/Cd") or get("Tp/CdOrPrtry/Prtry") or get("Tp/Cd", "")
        currency, side = get("Amt@Ccy", ""), _SIDES.get(get("CdtDbtInd", ""), "")
        time = self._moment(get("Dt/Dt") or get("Dt/DtTm", ""))
        about = _BALANCES.get(code, "balance")
        found = entries.balance(about, read_amount(get("Amt", "")), side, currency=currency, time=time)
        amount: Amount = found["amount"]
        if amount.value is not None and side:
            now.balances.setdefault((code, currency), amount.value)
        return found


def _hidden(pieces: Pieces, piece: Piece, text: str, shown: int) -> int:
    """Count what stands in comments of an entry; its numbers follow those of the entry itself."""
    return pieces.units_in(piece.data) - shown if "<!" in text else 0


def _added(values: dict[str, str], now: Statement) -> tuple[str, Decimal | None, tuple[str, ...]]:
    """Count an entry into the sums of its statement."""
    read = entries.money(values.get("amount", ""))
    tally = now.booked if values.get("status", "BOOK") == "BOOK" else now.pending
    tally[values.get("amount_currency", "")].add(_SIDES.get(values.get("side", ""), ""), read[1])
    return read


def _checked(over: list[Statement]) -> Iterator[Finding]:
    for one in over:
        yield from one.checked()


def _spots(piece: Piece, text: str, begin: str, encoding: str) -> Iterator[tuple[int, int, str]]:
    """Give the bytes and the text of each detail of an entry, one after the other."""
    at, byte = 0, piece.start
    first, last = f"<{begin}>", f"</{begin}>"
    while (start := text.find(first, at)) >= 0 and (end := text.find(last, start)) >= 0:
        end += len(last)
        raw = text[start:end]
        byte += len(text[at:start].encode(encoding))
        size = len(raw.encode(encoding))
        yield byte, byte + size, raw
        at, byte = end, byte + size


def _counter(values: dict[str, str], currency: str) -> tuple[str, str]:
    """Give the amount in another currency than the account's, where one is stated."""
    for name in ("instructed", "counter", "part_transaction_amount"):
        if name in values and values.get(name + "_currency", currency) != currency:
            return values[name], values[name + "_currency"]
    return "", ""


def _day(text: str) -> date | None:
    """Read the day of a date or time of XML Schema."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def xml_moment(text: str, given: Given) -> Moment:
    """Place a date (perhaps with its zone) or a time of XML Schema."""
    try:
        if "T" in text:
            return entries.hour_moment(text, datetime.fromisoformat(text), given)
        day, zone = date.fromisoformat(text[:10]), text[10:]
        return day_moment(text, day, zone=zone or given.zone, basis=STATED if zone else ASSUMED)
    except (ValueError, BadMapping):
        return Moment(text, flags=("time_unreadable",))


READER = Reader("camt", 1, "ISO 20022 camt.052, camt.053 and camt.054", ("transaction", "statement"), check, read)

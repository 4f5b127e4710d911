"""Downloads of banks as OFX: 1.x in SGML without end tags, 2.x in XML, and QFX, which is OFX.

A unit is an aggregate that counts: a transaction of a bank, card or investment account, a balance, a list with its
period. It ends with its end tag, or where the next begins. The sign of an amount is kept as delivered; the direction
says what it means. The standard allows a point or a comma as the decimal mark, and no groups.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from ..amount import COMMA, POINT, read_amount
from ..model import STATED, Aside, Finding, Given, Moment, Part, Seen, Verdict
from ..reader import Reader
from ..source import Source
from . import entries
from .entries import CREDIT, DEBIT, Entry
from .ofxtime import ofx_moment
from .ofxtokens import LIMIT, Tokens
from .pieces import narrow
from .shapes import unescaped

_BANKED = ("STMTTRN", "STMTTRNP")
_INVESTED = (
    *(
        "BUYDEBT",
        "BUYMF",
        "BUYOPT",
        "BUYOTHER",
        "BUYSTOCK",
        "CLOSUREOPT",
        "INCOME",
        "INVEXPENSE",
        "JRNLFUND",
        "JRNLSEC",
    ),
    *("MARGININTEREST", "REINVEST", "RETOFCAP", "SELLDEBT", "SELLMF", "SELLOPT", "SELLOTHER", "SELLSTOCK", "SPLIT"),
    "TRANSFER",
)
_BALANCES = {"LEDGERBAL": "closing_balance", "AVAILBAL": "available_balance", "BAL": "balance"}
_CASH = {"AVAILCASH": "available_cash", "MARGINBALANCE": "margin_balance", "SHORTBALANCE": "short_balance"}
_LISTS = ("BANKTRANLIST", "BANKTRANLISTP", "INVTRANLIST")
_UNITS = frozenset((*_BANKED, *_INVESTED, *_BALANCES, "INVBAL", *_LISTS))
_STATEMENTS = frozenset(("STMTRS", "CCSTMTRS", "INVSTMTRS"))
_ACCOUNTS = frozenset(("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"))
# What is kept of the rest of the file.
_CONTEXT = frozenset(("CURDEF", "ORG", "BANKID", "BROKERID", "ACCTID", "CODE"))
_HEADER = re.compile(rb"OFXHEADER\s*[:=]", re.IGNORECASE)
_ROOT = re.compile(rb"<OFX\s*>", re.IGNORECASE)
_ENCODED = re.compile(rb"^\s*(ENCODING|CHARSET)\s*:\s*([\w.-]+)", re.IGNORECASE | re.MULTILINE)
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z][\w.-]{0,39})[\"']")
_SIGNED = re.compile(r"[+-]?[0-9]{1,20}(?:[.,][0-9]{0,18})?", re.ASCII)
# What a unit may take, counting for each tag what it takes in memory.
_MOST, _TOKEN = 16 * 1024 * 1024, 100
_KEPT = 100_000
# Values that come in a unit as they are: they take the short way.
_PLAIN = frozenset(
    ("TRNTYPE", "DTPOSTED", "DTUSER", "DTAVAIL", "TRNAMT", "FITID", "NAME", "MEMO", "CHECKNUM", "REFNUM", "SRVRTID")
)
_BLANKS = " \t\r\n\f\v"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def check(source: Source, given: Given) -> Verdict:
    """Look for the header and the root of OFX."""
    head = source.head
    if head.startswith(_WIDE):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    if _ROOT.search(head):
        return (
            Verdict(3, "OFX with its header")
            if _HEADER.search(head)
            else Verdict(2, "the element OFX without a header")
        )
    if _HEADER.match(head.lstrip(b"\xef\xbb\xbf \r\n\t")):
        return Verdict(2, "a header of OFX")
    return Verdict(0, "no header or root of OFX")


def encoding_of(head: bytes) -> str:
    """Give the encoding that a file says it has: UTF-8 for XML, what CHARSET or ENCODING name for SGML."""
    if match := _DECLARED.search(head):
        return match[1].decode("ascii")
    said = {name.upper(): value.decode("ascii").upper() for name, value in _ENCODED.findall(head)}
    charset, encoding = said.get(b"CHARSET", "NONE"), said.get(b"ENCODING", "")
    if encoding in ("UTF-8", "UTF8", "UNICODE") or not said:
        return "utf-8"
    if charset.isdigit():
        return f"cp{charset}"
    return "cp1252" if charset == "NONE" else charset


def read(source: Source, given: Given) -> Iterator[Part]:
    """Give the transactions in batches, and the balances and periods beside them."""
    if source.head.startswith(_WIDE):
        return _Reading(narrow(source.blocks()), given, "utf-8", spans=False).parts()
    return _Reading(source.blocks(), given, encoding_of(source.head[:4096])).parts()


class _Unit:
    """An aggregate that is being read: its name, where it began, its tokens, and the texts after its tags."""

    __slots__ = ("at", "name", "room", "row", "tokens", "values")

    def __init__(self, name: str, row: int, at: int, token: str) -> None:
        self.name, self.row, self.at = name, row, at
        self.tokens = [token]
        self.room = _MOST - len(token)
        self.values: dict[str, str] = {}

    @property
    def place(self) -> str:
        """Where it is, in the file's own terms."""
        return f"{self.name} {self.row}"


class _Reading:
    """The reading of one file."""

    def __init__(self, blocks: Iterator[bytes], given: Given, encoding: str, *, spans: bool = True) -> None:
        self._tokens = Tokens(blocks, "|".join(_UNITS))
        self._given = given
        self._encoding = encoding
        self._spans = spans
        self._unit: _Unit | None = None
        self._said: dict[str, str] = {}
        self._account, self._bank = "", ""
        self._times: dict[str, Moment] = {}
        self._entries: list[Entry] = []
        self._row = self._undecoded = 0
        self._ended = self._stopped = False

    def parts(self) -> Iterator[Part]:
        """Go through the tokens; a unit gathers what follows it until it ends."""
        at = -1
        for run in self._tokens:
            dropped = self._tokens.dropped
            for place, token in enumerate(run):
                tag, closed, text = token.partition(">")
                unit = self._unit
                if unit and tag in _PLAIN and unit.room > 0:
                    unit.tokens.append(token)
                    unit.room -= _TOKEN + len(token)
                    if tag not in unit.values:
                        unit.values[tag] = text
                elif at >= 0:
                    yield from self._token(token, tag.rstrip(_BLANKS).upper() if closed else "", text, at)
                if dropped and place in dropped:
                    yield Finding("too_large", f"a text over {LIMIT} bytes", "a shorter one", self._row)
                    at += dropped[place]
                at += len(token) + 1
            if self._stopped:
                break
            if len(self._entries) >= entries.BATCH:
                yield from self._flush()
        yield from self._end()

    def _token(self, token: str, name: str, text: str, at: int) -> Iterator[Part]:
        """Take a tag that is no plain value of a unit."""
        unit = self._unit
        if self._stopped:
            return
        if token.startswith("!"):
            if token.startswith(("!--", "![CDATA[")):
                yield from self._opaque(token)
            else:
                self._stopped = True
        elif name in _UNITS:
            if unit:
                yield from self._close(unit, at)
            self._row += 1
            self._unit = _Unit(name, self._row, at, token)
        elif unit is None:
            yield from self._outside(name, text)
        elif name == "/" + unit.name:
            stop = token.index(">") + 1
            unit.tokens.append(token[:stop])
            yield from self._close(unit, at + 1 + stop)
        elif name in _STATEMENTS or name[1:] in _STATEMENTS:
            yield from self._close(unit, at)
            yield from self._outside(name, text)
        elif unit.room > 0:
            unit.tokens.append(token)
            unit.room -= _TOKEN + len(token)
            if not name.startswith("/"):
                unit.values.setdefault(name, text)

    def _end(self) -> Iterator[Part]:
        """Say how the file ended, and reject what follows a document type."""
        for _ in self._tokens:
            pass
        if self._unit:
            unit, self._unit = self._unit, None
            yield self._rejected(unit, "damaged", "the end of it, before that of the file")
        elif not self._ended and not self._stopped:
            yield Finding("damaged", "no end of OFX", "</OFX> at the end", self._row)
        yield from self._flush()
        if self._undecoded:
            found = f"bytes that are not {self._encoding}, first in unit {self._undecoded}"
            yield Finding("text_undecodable", found, "the encoding of the header", self._undecoded)
        if self._stopped:
            yield Finding("active_content", "a document type", "none", self._row, units=self._tokens.count - self._row)
        yield Seen(self._tokens.count, "aggregate")

    def _flush(self) -> Iterator[Part]:
        if self._entries:
            yield entries.batch(self._entries)
            self._entries = []

    def _opaque(self, token: str) -> Iterator[Part]:
        """Pass over a comment; take a section of plain text as what it says."""
        if hidden := self._tokens.units_in("<" + token):
            self._row += hidden
            yield Aside("in a comment", hidden)
        if self._unit:
            self._unit.tokens.append(token)
            if token.startswith("![CDATA[") and self._unit.values:
                last = next(reversed(self._unit.values))
                self._unit.values[last] += token[8:].split("]]>")[0].replace("&", "&amp;")

    def _outside(self, name: str, text: str) -> Iterator[Part]:
        """Note whose account and money the units to come are of."""
        if name in _CONTEXT:
            self._said[name] = self._decoded(text).strip()
            if name == "ACCTID":
                self._account = self._said[name]
                self._bank = self._said.get("BANKID") or self._said.get("BROKERID", "")
        elif name in _STATEMENTS:
            self._account, self._bank = "", ""
            self._said.pop("CURDEF", None)
        elif name in _ACCOUNTS:
            for key in ("BANKID", "BROKERID", "ACCTID"):
                self._said.pop(key, None)
        elif name == "SEVERITY" and text.strip().upper() == "ERROR":
            found = f"status {self._said.get('CODE', '')[:20]}, an error"
            yield Finding("part_missing", found, "status 0", self._row)
        elif name == "/OFX":
            self._ended = True

    def _decoded(self, text: str) -> str:
        if text.isascii():
            return unescaped(text)
        try:
            return unescaped(text.encode("latin-1").decode(self._encoding))
        except (UnicodeDecodeError, LookupError):
            self._undecoded = self._undecoded or max(self._row, 1)
            return unescaped(text)

    def _rejected(self, unit: _Unit, code: str, expected: str) -> Finding:
        found = ("<" + "<".join(unit.tokens))[:120]
        return Finding(code, found, expected, unit.row, unit.place, units=1)

    def _close(self, unit: _Unit, at: int) -> Iterator[Part]:
        """Make records of a unit that has ended."""
        self._unit = None
        if unit.room <= 0:
            yield self._rejected(unit, "too_large", f"one of up to {_MOST} bytes, {_TOKEN} more counted for each tag")
            return
        raw = "<" + "<".join(unit.tokens)
        values = {name: text.strip(_BLANKS) for name, text in unit.values.items()}
        if not raw.isascii() or "&" in raw:
            raw = raw if raw.isascii() else self._decoded(raw.replace("&", "&amp;"))
            values = {name: self._decoded(text) for name, text in values.items()}
        span = (unit.at, at) if self._spans else None
        if unit.name in _BANKED:
            self._entries.append(self._entry(unit, values, raw, span, "TRNAMT", "DTPOSTED"))
        elif unit.name in _INVESTED and "TOTAL" in values:
            self._entries.append(self._entry(unit, values, raw, span, "TOTAL", "DTTRADE"))
        elif unit.name in _INVESTED:
            yield Aside("no money moved", row=unit.row, raw=raw)
        else:
            for said in self._meant(unit.name, values):
                whose = {"provider": self._provider(), "account": self._account}
                yield entries.statement(unit.row, whose | said, place=unit.place, span=span, raw=raw)

    def _provider(self) -> str:
        return self._given.provider or self._said.get("ORG") or self._bank

    def _moment(self, text: str) -> Moment | None:
        if not text:
            return None
        if text not in self._times:
            if len(self._times) >= _KEPT:
                self._times.clear()
            self._times[text] = ofx_moment(text, self._given)
        return self._times[text]

    def _entry(
        self,
        unit: _Unit,
        values: dict[str, str],
        raw: str,
        span: tuple[int, int] | None,
        amount_name: str,
        time_name: str,
    ) -> Entry:
        get = values.get
        amount = get(amount_name, "")
        plain, flags = self._plain(amount)
        direction = (DEBIT if plain.startswith("-") else CREDIT) if plain else ""
        foreign = get("CURSYM", "")
        settled = self._moment(get("DTSETTLE") or get("DTAVAIL", ""))
        memo = get("MEMO", "")
        return Entry(
            unit.row,
            unit.place,
            span[0] if span else None,
            span[1] if span else None,
            raw,
            " ".join(flags),
            STATED,
            self._provider(),
            self._account,
            self._moment(get(time_name) or get("DTTRAN", "")),
            _day(settled),
            plain,
            amount,
            foreign if "CURRENCY" in values and foreign else self._said.get("CURDEF", ""),
            direction,
            True if "CORRECTFITID" in values else None,
            get("TRNTYPE") or unit.name,
            memo,
            get("NAME", ""),
            get("ACCTID", ""),
            get("BANKID", ""),
            "",
            get("REFNUM") or get("SRVRTID", ""),
            get("CHECKNUM", ""),
            get("FITID", ""),
            "pending" if unit.name == "STMTTRNP" else "",
            counter_currency=foreign if "ORIGCURRENCY" in values else "",
        )

    def _plain(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Read an amount with its sign, and whichever mark it has."""
        if _SIGNED.fullmatch(text):
            plain = text.lstrip("+").replace(COMMA, POINT)
            return plain.removesuffix(POINT), ()
        read = read_amount(text, decimal=self._given.decimal or POINT)
        return "" if read.value is None else f"{read.value:f}", read.flags if text else ("amount_unreadable",)

    def _meant(self, name: str, values: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Say what a balance or a list states."""
        get = values.get
        currency = get("CURSYM") or self._said.get("CURDEF", "")
        if name in _LISTS:
            yield {"about": "period", "time": self._moment(get("DTSTART", "")), "end": self._moment(get("DTEND", ""))}
            return
        if name == "INVBAL":
            found = {about: values[tag] for tag, about in _CASH.items() if tag in values}
            for about, text in (found or {"balance": ""}).items():
                yield {"about": about, "amount": read_amount(text.lstrip("+")), "currency": currency}
            return
        text = get("BALAMT") or get("VALUE", "")
        decimal = COMMA if COMMA in text and POINT not in text else POINT
        said = {"about": _BALANCES[name], "amount": read_amount(text, decimal=decimal), "value": get("NAME", "")}
        yield said | {
            "currency": "" if get("BALTYPE") == "PERCENT" else currency,
            "time": self._moment(get("DTASOF", "")),
        }


def _day(moment: Moment | None) -> date | None:
    """Give the day that a text of OFX begins with."""
    if moment is None or moment.earliest is None:
        return None
    return date(int(moment.text[:4]), int(moment.text[4:6]), int(moment.text[6:8]))


READER = Reader("ofx", 1, "OFX and QFX", ("transaction", "statement"), check, read)

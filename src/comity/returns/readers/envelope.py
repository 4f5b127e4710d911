"""What surrounds the entries of a camt message: statements, each with its account, through a parser without entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from xml.parsers import expat

from ..model import Finding
from .entries import EXACT, Tally, counted, totalled

ROOTS = ("BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn")
_STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
_DEEPEST = 100
_MOST_TEXT = 10_000
# What is kept of a statement's head, by its path below the statement; of several the first.
_WANTED = {
    "Id": "id",
    "Acct/Id/IBAN": "account",
    "Acct/Id/Othr/Id": "account",
    "Acct/Id/PrtryAcct/Id": "account",
    "Acct/Ccy": "currency",
    "Acct/Svcr/FinInstnId/BIC": "provider",
    "Acct/Svcr/FinInstnId/BICFI": "provider",
    "Acct/Svcr/FinInstnId/Nm": "provider",
    "StmtPgntn/PgNb": "page",
    "StmtPgntn/LastPgInd": "last",
}


class Broken(Exception):
    """The document cannot be read further: the code of the finding, and what was found."""

    def __init__(self, code: str, found: str) -> None:
        """Say why."""
        super().__init__(found)
        self.code, self.found = code, found


@dataclass
class Statement:
    """A statement, report or notice, as far as it is read; sums are kept by currency."""

    place: str
    said: dict[str, str] = field(default_factory=dict)
    entries: int = 0
    booked: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    pending: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    balances: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    stated: list[tuple[str, int | None, Decimal | None, int]] = field(default_factory=list)

    @property
    def account(self) -> str:
        """The account, as the statement names it."""
        return self.said.get("account", "")

    @property
    def whole(self) -> bool:
        """Tell whether the statement is on one page, so that its balances are those of its entries."""
        return self.said.get("page", "1").lstrip("0") == "1" and self.said.get("last", "true") in ("true", "1")

    def checked(self) -> Iterator[Finding]:
        """Compare what the sender says of the statement with its entries, pending ones among them or not."""
        for (code, currency), closing in self.balances.items():
            opening = self.balances.get(("OPBD", currency), self.balances.get(("PRCD", currency)))
            if code == "CLBD" and opening is not None and self.whole:
                yield from self.booked[currency].closes(opening, closing, place=self.place)
        booked = _sums(self.booked.values())
        every = _sums((*self.booked.values(), *self.pending.values()))
        for what, count, total, row in self.stated:
            if count is not None and count != booked[what][0]:
                yield from counted(what, count, every[what][0], row=row, place=self.place)
            if total is not None and total != booked[what][1]:
                yield from totalled(what, total, every[what][1], row=row, place=self.place)


def _sums(tallies: Iterable[Tally]) -> dict[str, tuple[int, Decimal]]:
    """Give number and sum of credits, debits and both, whatever the currency, as the sender's own sums are."""
    every = Tally()
    for one in tallies:
        every.take(one)
    return {
        "credits": (every.credits, every.credit),
        "debits": (every.debits, every.debit),
        "entries": (every.credits + every.debits, EXACT.add(every.credit, every.debit)),
    }


class Envelope:
    """Follows the document between its entries; *inside* counts the elements that are open below the statement."""

    def __init__(self, encoding: str | None) -> None:
        """Read bytes in the encoding that they declare, or in *encoding*."""
        self._parser = parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        if hasattr(parser, "SetReparseDeferralEnabled"):
            parser.SetReparseDeferralEnabled(False)
        self._path: list[str] = []
        self._text = ""
        self._level = 0
        self._number = 0
        self._over: list[Statement] = []
        self.statement: Statement | None = None

    @property
    def inside(self) -> int:
        """How many elements are open below the statement."""
        return len(self._path) - self._level

    @property
    def place(self) -> str:
        """Where the reading is."""
        return self.statement.place if self.statement else "/" + "/".join(self._path)

    def feed(self, data: bytes, *, last: bool = False) -> list[Statement]:
        """Go on, and give the statements that ended.

        Raises:
            Broken: the document is not well formed, has a document type, or is nested too deep.
        """
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as e:
            raise Broken("damaged", str(e)[:200]) from e
        except (LookupError, ValueError) as e:
            raise Broken("text_undecodable", str(e)[:200]) from e
        over, self._over = self._over, []
        return over

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in _STATEMENTS and self._path and self._path[-1] in ROOTS:
            self._number += 1
            self._level = len(self._path) + 1
            self.statement = Statement("/" + "/".join((*self._path, f"{local}[{self._number}]")))
        self._path.append(local)
        self._text = ""
        if len(self._path) > _DEEPEST:
            raise Broken("too_deep", f"{len(self._path)} elements in each other")

    def _characters(self, text: str) -> None:
        if len(self._text) < _MOST_TEXT:
            self._text += text[:_MOST_TEXT]

    def _end(self, name: str) -> None:
        now = self.statement
        if now:
            wanted = _WANTED.get("/".join(self._path[self._level :]))
            if wanted:
                now.said.setdefault(wanted, self._text.strip())
            if len(self._path) == self._level:
                self._over.append(now)
                self.statement = None
        self._path.pop()
        self._text = ""

    def _doctype(self, *_: object) -> None:
        raise Broken("active_content", "a document type")

"""Identifiers pasted as text or as a table: each line recognised, brought to its normal form, and explained.

A line is recognised by trying every kind; the first that fits in a fixed order is proposed, the others are named, and a
person confirms. Nothing is guessed silently: what more than one kind fits, or what has a doubt, is doubtful.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from comity.kernel.errors import BadInput

from .errors import InvalidIdentifier
from .kinds import kinds, normalise
from .model import Identifier

MOST = 300
LONGEST = 2000
COLUMNS = ("kind", "value", "chain", "platform", "port", "since", "until", "relation", "region")
ORDER = ("url", "email", "ip", "iban", "hash", "wallet", "phone", "domain", "handle")
LOOSE = frozenset({"handle"})  # fits nearly everything, so that it is no second reading of what another kind fits
_SPANS = re.compile(r"[\t;,]")


@dataclass(frozen=True)
class Pasted:
    """One line: what it was read as, which other kinds fit, or what is wrong with it."""

    line: int
    text: str
    found: Identifier | None
    others: tuple[str, ...] = ()
    relation: str = ""
    fault: str = ""
    advice: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)

    @property
    def doubtful(self) -> bool:
        """Tell whether a person should look twice."""
        return self.found is None or bool(self.others) or bool(self.found.doubts)

    def row(self, relation: str) -> dict[str, str | int]:
        """Give the line as an identifier of a case file, with its own relation to the offence or this one."""
        if self.found is None:
            return {}
        kept = {name: one for name, one in self.hints.items() if name not in ("kind", "port", "region")}
        own: dict[str, str | int] = {"kind": self.found.kind, "value": self.text, **kept}
        if self.found.port and "port" in self.hints:
            own["port"] = self.found.port
        if self.found.kind == "phone" and "region" in self.hints:
            own["region"] = self.hints["region"]
        return own | {"relation": self.relation or relation}


def recognise(text: str, *, region: str = "", since: str = "", until: str = "") -> list[Pasted]:
    """Read each line of a pasted text, or each row of a table whose first line names its columns.

    *region* says how telephone numbers in national form are meant, *since* and *until* the span of lines without their
    own. What stands twice is read once.

    Raises:
        BadInput: it has too many lines, or is no table although it begins like one.
    """
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if len(lines) > MOST + 1:
        advice = "Paste them in parts; a case takes up to 1000."
        raise BadInput(f"got {len(lines)} lines, expected at most {MOST}", field="pasted", advice=advice)
    shared = {name: one for name, one in (("region", region), ("since", since), ("until", until)) if one}
    rows = _table(lines, shared) if lines and _is_head(lines[0]) else _plain(lines, shared)
    unique: dict[Identifier | str, Pasted] = {}
    for row in rows:
        unique.setdefault(replace(row.found, original="") if row.found else row.text, row)
    return list(unique.values())


def _plain(lines: list[str], shared: Mapping[str, str]) -> Iterator[Pasted]:
    for number, line in enumerate(lines, 1):
        yield _read(number, line.strip()[:LONGEST], shared)


def _is_head(line: str) -> bool:
    return "value" in [cell.strip().strip('"').casefold() for cell in _SPANS.split(line)]


def _table(lines: list[str], shared: Mapping[str, str]) -> Iterator[Pasted]:
    mark = next((one for one in ("\t", ";", ",") if one in lines[0]), ",")
    try:
        rows = list(csv.DictReader(io.StringIO("\n".join(lines)), delimiter=mark, strict=True))
    except csv.Error as e:
        raise BadInput(f"got a table that cannot be read ({e}), expected one row a line", field="pasted") from e
    for number, row in enumerate(rows, 2):
        cells = {
            (name or "").strip().casefold(): (cell or "").strip() for name, cell in row.items() if isinstance(cell, str)
        }
        known = {name: cells[name][:LONGEST] for name in COLUMNS if cells.get(name)}
        relation = known.pop("relation", "")
        yield _read(number, known.pop("value", ""), {**shared, **known}, relation)


def _read(line: int, text: str, hints: Mapping[str, str], relation: str = "") -> Pasted:
    """Read one text, of the kind that is named or of the first that fits."""
    kind = hints.get("kind") or ("handle" if text.startswith("@") else "")
    fitting: list[Identifier] = []
    wrong: InvalidIdentifier | None = None
    for name in (kind,) if kind else ORDER:
        if name in LOOSE and fitting:
            continue
        try:
            fitting.append(_one(name, text, hints))
        except InvalidIdentifier as e:
            wrong = e if wrong is None or kind else wrong
    if not fitting:
        fault, advice = (
            (wrong.message, wrong.advice)
            if wrong and kind
            else ("got a text that fits no kind, expected an identifier", "")
        )
        return Pasted(line, text, None, relation=relation, fault=fault, advice=advice, hints=hints)
    first, *others = fitting
    return Pasted(line, text, first, tuple(one.kind for one in others), relation, hints=hints)


def _one(kind: str, text: str, hints: Mapping[str, str]) -> Identifier:
    if kind in LOOSE and not hints.get("kind") and not text.startswith("@") and not hints.get("platform"):
        raise InvalidIdentifier("got a bare word, expected @ before the name of an account", field="value")
    port = hints.get("port", "")
    if port and not (port.isascii() and port.isdecimal() and len(port) < 6):
        raise InvalidIdentifier(f"got the port {port[:10]!r}, expected a number", field="port")
    own = {name: hints[name] for name in ("chain", "platform", "since", "until") if hints.get(name)}
    if kind not in kinds():
        return normalise(kind, text)
    region = hints.get("region", "") if kind == "phone" else ""
    return normalise(kind, text, port=int(port) if port else None, region=region, **own)

"""The grammar of mapping files: what each field may hold, and what to do when it holds something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from . import schema
from .errors import BadMapping
from .header import Column
from .mappingform import Form
from .moment import EPOCHS, ISO, SHEETS, zone_of

TOP = {
    "mapping", "version", "label", "provider", "source", "columns", "records", "aside", "preamble", "ignored",
    "zone", "decimal", "layouts", "empty", "formulas", "lines",
}  # fmt: skip
WAYS = ("column", "first", "join", "constant", "preamble", "header", "filled", "sign")
HOW = {"with", "values", "layouts", "zone", "decimal", "part", "times", "empty"}
WHEN = {"column", "is", "not", "filled", "matches"}
DURATION = "h:m:s"
_NAME = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_KEY = re.compile(r"[a-z][a-z0-9_]*")


class Sheet(Form):
    """A mapping file, field by field."""

    def head(self) -> tuple[str, int, str, str]:
        """Read name, version, label and provider, and refuse fields that no mapping has."""
        self.only(self.data, TOP, "")
        name = self.text(self.data.get("mapping"), "mapping")
        if not _NAME.fullmatch(name):
            self.bad("mapping", repr(name[:60]), "a name such as bank-export-2026", "Use a-z, 0-9, hyphens and dots.")
        version = self.data.get("version", 1)
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            self.bad("version", repr(version)[:60], "a whole number from 1")
        label = self.text(self.data.get("label", name), "label")
        return name, version, label, self.text(self.data.get("provider", ""), "provider", empty=True)

    def columns(self) -> Iterator[Column]:
        """Read the columns by their keys."""
        rows = self.mapping(self.data.get("columns"), "columns")
        seen: dict[tuple[str, ...], int] = {}
        for key, row in rows.items():
            at = f"columns.{key}"
            if not _KEY.fullmatch(key):
                self.bad(at, repr(key[:60]), "a key of a-z, 0-9 and _")
            if not isinstance(row, dict):
                row = {"names": row}
            self.only(row, {"names", "optional"}, at)
            names = self.texts(row.get("names"), f"{at}.names")
            optional = row.get("optional", False)
            if not isinstance(optional, bool):
                self.bad(f"{at}.optional", repr(optional)[:60], "true or false")
            seen[names] = seen.get(names, 0) + 1
            yield Column(key, names, optional, seen[names])
        if not any(not (isinstance(row, dict) and row.get("optional")) for row in rows.values()):
            self.bad("columns", "only optional ones", "at least one that must be there", "It is how a table is known.")

    def preamble(self) -> Iterator[tuple[str, tuple[str, ...], str]]:
        """Read the labels above the table."""
        for name, row in self.mapping(self.data.get("preamble", {}), "preamble", empty=True).items():
            at = f"preamble.{name}"
            row = row if isinstance(row, dict) else {"after": row}
            self.only(row, {"after", "part"}, at)
            yield name, self.texts(row.get("after"), f"{at}.after"), self.pattern(row.get("part", ""), f"{at}.part")

    def records(
        self, keys: Sequence[str], labels: Sequence[str]
    ) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
        """Read the records that a row gives: kind, values, conditions."""
        rows = self.data.get("records")
        if not isinstance(rows, list) or not rows:
            self.bad("records", type(rows).__name__, "a list of records", "Begin a line with `- kind: session`.")
        for number, row in enumerate(rows):
            at = f"records[{number}]"
            row = self.mapping(row, at)
            self.only(row, {"kind", "when", "fields"}, at)
            kind = row.get("kind")
            if kind not in schema.kinds():
                self.bad(f"{at}.kind", repr(kind)[:60], f"one of: {', '.join(schema.kinds())}")
            fields = self.mapping(row.get("fields"), f"{at}.fields")
            values = [self.value(kind, name, how, f"{at}.fields.{name}", keys, labels) for name, how in fields.items()]
            yield kind, values, self.conditions(row.get("when", []), f"{at}.when", keys)

    def asides(self, keys: Sequence[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Read the rows that give no record."""
        rows = self.data.get("aside", [])
        if not isinstance(rows, list):
            self.bad("aside", type(rows).__name__, "a list of rules", "Begin a line with `- reason: totals`.")
        for number, row in enumerate(rows):
            at = f"aside[{number}]"
            row = self.mapping(row, at)
            reason = self.text(row.get("reason"), f"{at}.reason")
            when = row.get("when") or {name: how for name, how in row.items() if name != "reason"}
            yield reason, self.conditions(when, f"{at}.when", keys)

    def rest(self, keys: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], str]:
        """Read the columns that are knowingly left out, those in which `=` is plain text, and the source."""
        ignored = self.texts(self.data.get("ignored", []), "ignored", empty=True)
        formulas = self.texts(self.data.get("formulas", []), "formulas", empty=True)
        for key in formulas:
            self.key(key, "formulas", keys)
        return ignored, formulas, self.text(self.data.get("source", ""), "source", empty=True)

    def value(
        self, kind: str, name: str, how: Any, at: str, keys: Sequence[str], labels: Sequence[str]
    ) -> dict[str, Any]:
        """Read where one value comes from."""
        column = schema.kinds()[kind].column(name)
        if column is None:
            known = ", ".join(c.name for c in schema.kinds()[kind].columns)
            self.bad(at, repr(name[:60]), f"a column of {kind}: {known}")
        row = how if isinstance(how, dict) else {"column": how}
        self.only(row, {*WAYS, *HOW}, at)
        ways = [way for way in WAYS if way in row]
        if len(ways) != 1:
            self.bad(at, f"{' and '.join(ways) or 'no source'}", f"one of: {', '.join(WAYS)}")
        found = {"name": name, "way": ways[0]} | self.source(ways[0], row, at, keys, labels)
        return found | self.writing(column.type, row, at, labels)

    def source(
        self, way: str, row: dict[str, Any], at: str, keys: Sequence[str], labels: Sequence[str]
    ) -> dict[str, Any]:
        """Read the source of a value by its way."""
        here = f"{at}.{way}"
        if way in ("column", "header"):
            return {"keys": (self.key(row[way], here, keys),)}
        if way in ("first", "join"):
            joiner = str(row.get("with", " "))
            return {"keys": tuple(self.key(key, here, keys) for key in self.texts(row[way], here)), "text": joiner}
        if way == "constant":
            return {"text": self.text(row[way], here)}
        if way == "preamble":
            if row[way] not in labels:
                self.bad(here, repr(row[way])[:60], f"one of: {', '.join(labels) or 'nothing: there is no preamble'}")
            return {"text": row[way]}
        if way == "filled":
            table = self.table(row[way], here)
            return {"keys": tuple(self.key(key, here, keys) for key, _ in table), "table": table}
        sign = self.mapping(row[way], here)
        self.only(sign, {"of", "plus", "minus"}, here)
        table = (
            ("+", self.text(sign.get("plus"), f"{here}.plus")),
            ("-", self.text(sign.get("minus"), f"{here}.minus")),
        )
        return {"keys": (self.key(sign.get("of"), f"{here}.of", keys),), "table": table}

    def writing(self, type_: str, row: dict[str, Any], at: str, labels: Sequence[str]) -> dict[str, Any]:
        """Read how a value is written: layouts, zone, decimal mark, table of values, part, factor."""
        found: dict[str, Any] = {
            "empty": self.texts(row.get("empty", self.data.get("empty", [])), f"{at}.empty", empty=True),
            "part": self.pattern(row.get("part", ""), f"{at}.part"),
        }
        if "values" in row:
            found["table"] = self.table(row["values"], f"{at}.values")
        if type_ in ("moment", "date"):
            found |= self.time(row, at, labels)
        elif type_ in ("amount", "decimal", "integer"):
            found |= self.number(type_, row, at)
        for name, types in (("layouts", "moment date decimal"), ("zone", "moment"), ("times", "decimal integer")):
            if name in row and type_ not in types.split():
                self.bad(f"{at}.{name}", name, f"nothing beside a value of type {type_}")
        return found

    def time(self, row: dict[str, Any], at: str, labels: Sequence[str]) -> dict[str, Any]:
        """Read layouts and zone of a time."""
        layouts = self.texts(row.get("layouts", self.data.get("layouts", [ISO])), f"{at}.layouts")
        for layout in layouts:
            if layout not in {ISO, *EPOCHS, *SHEETS} and "%" not in layout:
                known = ", ".join([ISO, *EPOCHS, *SHEETS])
                self.bad(f"{at}.layouts", repr(layout[:60]), f"a pattern such as %d/%m/%Y %H:%M, or one of: {known}")
        zone = row.get("zone", self.data.get("zone", ""))
        if isinstance(zone, dict):
            if list(zone) != ["preamble"] or zone["preamble"] not in labels:
                self.bad(f"{at}.zone", repr(zone)[:60], f"`preamble:` and one of: {', '.join(labels) or '(none)'}")
            return {"layouts": layouts, "zone_from": zone["preamble"]}
        if zone:
            try:
                zone_of(self.text(zone, f"{at}.zone"))
            except BadMapping as e:
                raise BadMapping(e.message, file=self.file, field=f"{at}.zone", advice=e.advice) from e
        return {"layouts": layouts, "zone": zone}

    def number(self, type_: str, row: dict[str, Any], at: str) -> dict[str, Any]:
        """Read the decimal mark and the factor of a number; `h:m:s` reads a duration as seconds."""
        decimal = row.get("decimal", self.data.get("decimal", ""))
        if decimal not in ("", ".", ","):
            self.bad(f"{at}.decimal", repr(decimal)[:60], "'.' or ','", "Leave it out where people must say it.")
        layouts = self.texts(row.get("layouts", []), f"{at}.layouts", empty=True)
        if any(layout != DURATION for layout in layouts):
            self.bad(f"{at}.layouts", repr(layouts)[:60], f"{DURATION} or nothing")
        times = str(row.get("times", ""))
        if times and not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", times, re.ASCII):
            self.bad(f"{at}.times", repr(times[:60]), "a number such as 60 or 0.001")
        return {"decimal": decimal, "layouts": layouts, "times": times}

    def conditions(self, rows: Any, at: str, keys: Sequence[str]) -> list[dict[str, Any]]:
        """Read conditions, all of which must hold."""
        found = []
        for row in rows if isinstance(rows, list) else [rows]:
            row = self.mapping(row, at)
            self.only(row, WHEN, at)
            if len(row) != 2 or "column" not in row:
                self.bad(at, ", ".join(row) or "nothing", "`column:` and one of: is, not, filled, matches")
            filled = row.get("filled")
            if "filled" in row and not isinstance(filled, bool):
                self.bad(f"{at}.filled", repr(filled)[:60], "true or false")
            found.append({
                "key": self.key(row["column"], f"{at}.column", keys),
                "texts": self.texts(row.get("is", []), f"{at}.is", empty="is" not in row),
                "unless": self.texts(row.get("not", []), f"{at}.not", empty="not" not in row),
                "filled": filled,
                "pattern": self.pattern(row.get("matches", ""), f"{at}.matches"),
            })  # fmt: skip
        return found

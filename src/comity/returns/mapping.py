"""Mapping files: how the columns of a table become records, by the names of the columns, as data that people share.

A mapping names the columns it needs, so that it knows its own tables by their header alone, and says for each kind of
record where its values come from. `docs/user/mappings.md` describes the file. What is not plainly said is refused with
the file, the field and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from comity.kernel.sheet import read_sheet

from . import schema
from .errors import BadMapping
from .header import Column, Fit, fit
from .mappingsheet import Sheet


@dataclass(frozen=True, slots=True)
class Value:
    """Where one value of a record comes from, and how it is written there.

    *way* is one of `column`, `first` (the first filled), `join`, `constant`, `preamble`, `header`, `filled` (which
    column is filled decides), `sign` (the sign decides). *keys* are the columns it reads.
    """

    name: str
    way: str
    keys: tuple[str, ...] = ()
    text: str = ""
    table: tuple[tuple[str, str], ...] = ()
    layouts: tuple[str, ...] = ()
    zone: str = ""
    zone_from: str = ""
    decimal: str = ""
    part: str = ""
    times: str = ""
    empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A question to one column of a row: is it one of *texts*, not one of them, filled, or like *pattern* (RE2)."""

    key: str
    texts: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    filled: bool | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One record that a row gives: its kind, the values, and the conditions under which it is given."""

    kind: str
    values: tuple[Value, ...]
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AsideRule:
    """Rows that give no record, and the reason."""

    reason: str
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A value that stands above the table: after one of *after*, in the same cell or the next; *part* cuts it out."""

    name: str
    after: tuple[str, ...]
    part: str = ""


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How the tables of one export become records; *lines* is the pattern that makes cells of a line of running text."""

    name: str
    version: int
    label: str
    provider: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    aside: tuple[AsideRule, ...] = ()
    preamble: tuple[Label, ...] = ()
    ignored: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    source: str = ""
    lines: str = ""

    @property
    def stamp(self) -> str:
        """Name and version."""
        return f"{self.name}/{self.version}"

    def fit(self, header: Sequence[str]) -> Fit:
        """Say how its columns lie in a header."""
        return fit(self.columns, header, self.ignored)


def parse(data: dict[str, Any], *, file: str = "") -> TableMapping:
    """Read a mapping out of what its file says.

    Raises:
        BadMapping: it is none; the message names the file, the field and the remedy.
    """
    sheet = Sheet(data, file)
    name, version, label, provider = sheet.head()
    columns = tuple(sheet.columns())
    keys = [column.key for column in columns]
    preamble = tuple(Label(*row) for row in sheet.preamble())
    labels = [label_.name for label_ in preamble]
    rules = tuple(
        Rule(kind, tuple(Value(**row) for row in values), tuple(Condition(**row) for row in when))
        for kind, values, when in sheet.records(keys, labels)
    )
    aside = tuple(AsideRule(reason, tuple(Condition(**row) for row in when)) for reason, when in sheet.asides(keys))
    ignored, formulas, source = sheet.rest(keys)
    lines = sheet.pattern(data.get("lines", ""), "lines")
    return TableMapping(
        name, version, label, provider, columns, rules, aside, preamble, ignored, formulas, source, lines
    )


def read_mapping(path: Path) -> TableMapping:
    """Read a mapping file.

    Raises:
        BadInput: it is no YAML, or no mapping (`BadMapping`).
    """
    return parse(read_sheet(path), file=str(path))


@cache
def shipped() -> dict[str, TableMapping]:
    """Give the mappings that come with the program, by name; ours are read quickly, and tests read them strictly."""
    import yaml

    folder = files("comity.returns").joinpath("data", "mappings")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda e: e.name)
    every = [parse(yaml.load(entry.read_bytes(), yaml.CSafeLoader), file=entry.name) for entry in found]
    return {mapping.name: mapping for mapping in every}


def file_of(name: str) -> str:
    """Give the file of a shipped mapping, to copy and change."""
    entry = files("comity.returns").joinpath("data", "mappings", f"{shipped()[name].name}.yaml")
    return entry.read_text("utf-8")


def own(given: Iterable[Any]) -> tuple[TableMapping, ...]:
    """Give the mappings of a person, out of what their files say.

    Raises:
        BadMapping: one is none.
    """
    return tuple(row if isinstance(row, TableMapping) else parse(dict(row)) for row in given)


def kinds_of(mappings: Iterable[TableMapping]) -> tuple[str, ...]:
    """Name the kinds of records that mappings give, in the order of the schema."""
    found = {rule.kind for mapping in mappings for rule in mapping.rules}
    return tuple(kind for kind in schema.kinds() if kind in found)


__all__ = ["BadMapping", "TableMapping", "kinds_of", "own", "parse", "read_mapping", "shipped"]

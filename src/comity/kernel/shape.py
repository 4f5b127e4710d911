"""A shape says what a document may hold; it is data, so that Python and the verify page check the same thing.

A shape is a YAML file: `format` names the document's version, `codes` its vocabularies, `fields` its fields in the
order in which people read them. A field has

    name      its key                          required  whether it must be there
    type      text, code, time, date, flag,    max       most characters (text), items (lists) or value (integer)
              integer, digest, texts,          min       fewest items (lists) or smallest value (integer)
              object, objects                  pattern   a regular expression that the whole text must match
    codes     the vocabulary of a code         label     what people read, by language; a heading for object(s)
              (of a text: words for values in it)
    const     the only value allowed           fields    the fields of an object, or of each of several objects
    shown     false: not part of the printed document
    wording   prose: people's own words, which a reader of another language needs in translation; name: may be translated

Labels in further languages stand in `data/words/LANGUAGE.yaml`, under the name of the shape: `fields` by their dotted
path, every other part as in the shape, each with a text in place of texts by language.

Nothing else may stand in a document: an unknown key is a fault, and so is null (a field without a value is left out).
Texts are in Unicode NFC; of the characters that nobody sees or that mislead (`text.odd`) only the newline may stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from .clock import moment
from .errors import BadInput
from .text import odd

MAX_TEXT = 8000
MAX_ITEMS = 5000
_HEX256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a document: where, and what was got and expected."""

    path: str
    message: str


@dataclass(frozen=True)
class Field:
    """One field of a shape."""

    name: str
    type: str
    required: bool = False
    codes: str = ""
    const: str = ""
    pattern: str = ""
    min: int = 0
    max: int = 0
    shown: bool = True
    wording: str = ""
    label: dict[str, str] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Shape:
    """What a document of one format may hold."""

    format: str
    fields: tuple[Field, ...]
    codes: dict[str, dict[str, dict[str, str]]]
    source: dict[str, Any]

    def faults(self, document: Any) -> list[Fault]:
        """List everything wrong with *document*, in reading order; empty means well formed."""
        return list(self._object(document, self.fields, ""))

    def require(self, document: Any, *, file: str = "") -> dict[str, Any]:
        """Give the document back if it is well formed.

        Raises:
            BadInput: it is not; the message names the first fault, the advice counts the others.
        """
        found = self.faults(document)
        if found:
            more = f"{len(found) - 1} more faults: " + "; ".join(f.path for f in found[1:6]) if found[1:] else ""
            raise BadInput(found[0].message, file=file, field=found[0].path, advice=more)
        checked: dict[str, Any] = document
        return checked

    def _object(self, value: Any, fields: tuple[Field, ...], at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(at, f"got {_name(value)}, expected an object")
            return
        known = {f.name for f in fields}
        for key in value:
            if key not in known:
                yield Fault(_join(at, str(key)), "got an unknown field, expected one of: " + ", ".join(sorted(known)))
        for one in fields:
            path = _join(at, one.name)
            if one.name in value:
                yield from self._value(value[one.name], one, path)
            elif one.required:
                yield Fault(path, f"got nothing, expected {_article(one.type)}")

    def _value(self, value: Any, one: Field, at: str) -> Iterator[Fault]:
        if one.type == "object":
            yield from self._object(value, one.fields, at)
        elif one.type in ("objects", "texts"):
            yield from self._list(value, one, at)
        else:
            message = self._scalar(value, one)
            if message:
                yield Fault(at, message)

    def _list(self, value: Any, one: Field, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault(at, f"got {_name(value)}, expected a list")
            return
        if not max(one.min, 1) <= len(value) <= (one.max or MAX_ITEMS):
            yield Fault(at, f"got {len(value)} items, expected {max(one.min, 1)} to {one.max or MAX_ITEMS}")
            return
        for i, item in enumerate(value):
            if one.type == "objects":
                yield from self._object(item, one.fields, f"{at}[{i}]")
            elif message := _text(item, replace(one, max=0)):
                yield Fault(f"{at}[{i}]", message)

    def _scalar(self, value: Any, one: Field) -> str:
        if one.const and value != one.const:
            return f"got {value!r}, expected {one.const!r}"
        if one.type == "code":
            known = self.codes[one.codes]
            return (
                ""
                if isinstance(value, str) and value in known
                else f"got {value!r}, expected one of: " + ", ".join(known)
            )
        return _CHECKS[one.type](value, one)


@cache
def load_shape(package: str, name: str) -> Shape:
    """Load the shape kept as `data/NAME` beside the code of *package*."""
    import yaml

    source = yaml.load(files(package).joinpath("data", name).read_text("utf-8"), yaml.CSafeLoader)
    folder = files(package).joinpath("data", "words")
    for file in sorted(folder.iterdir(), key=lambda file: file.name) if folder.is_dir() else ():
        said = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader).get(name.removesuffix(".yaml"), {})
        language = file.name.removesuffix(".yaml")
        _add_words(source, {part: words for part, words in said.items() if part != "fields"}, language)
        _add_labels(source["fields"], said.get("fields", {}), language)
    return Shape(source["format"], _fields(source["fields"]), source.get("codes", {}), source)


def _add_words(texts: dict[str, Any], said: dict[str, Any], language: str) -> None:
    """Put *said* in *language* beside the texts in other languages."""
    for name, words in said.items():
        if isinstance(words, str):
            texts[name][language] = words
        else:
            _add_words(texts[name], words, language)


def _add_labels(rows: list[dict[str, Any]], said: dict[str, str], language: str, at: str = "") -> None:
    """Put a language's labels on the fields."""
    for row in rows:
        path = _join(at, row["name"])
        if path in said:
            row["label"][language] = said[path]
        _add_labels(row.get("fields", []), said, language, path)


def check_text(value: str, *, field: str, max: int = MAX_TEXT) -> str:  # noqa: A002 - as in a shape
    """Give a text back that a shape would accept as a field of type `text`.

    Raises:
        BadInput: it would not.
    """
    if message := _text(value, Field(field, "text", max=max)):
        raise BadInput(message, field=field)
    return value


def _fields(rows: list[dict[str, Any]]) -> tuple[Field, ...]:
    return tuple(Field(**{**row, "fields": _fields(row.get("fields", []))}) for row in rows)


def _text(value: Any, one: Field) -> str:
    if not isinstance(value, str):
        return f"got {_name(value)}, expected text"
    if not value.strip():
        return "got empty text, expected some (leave the field out if there is none)"
    if len(value) > (one.max or MAX_TEXT):
        return f"got {len(value)} characters, expected at most {one.max or MAX_TEXT}"
    if sign := odd(value, lines=True):
        return f"got the character U+{ord(sign):04X}, expected visible text and newlines only"
    if unicodedata.normalize("NFC", value) != value:
        return "got text that is not in Unicode NFC, expected NFC"
    if one.pattern and not re.fullmatch(one.pattern, value, re.ASCII):
        return f"got {value!r}, expected the form {one.pattern}"
    return ""


def _time(value: Any, one: Field) -> str:
    try:
        moment(value if isinstance(value, str) else "")
    except BadInput:
        return f"got {value!r}, expected a time as YYYY-MM-DDTHH:MM:SSZ"
    return ""


def _date(value: Any, one: Field) -> str:
    from datetime import date

    try:
        if not (isinstance(value, str) and _DATE.fullmatch(value)):
            raise ValueError(value)
        date.fromisoformat(value)
    except ValueError:
        return f"got {value!r}, expected a date as YYYY-MM-DD"
    return ""


def _flag(value: Any, one: Field) -> str:
    return "" if isinstance(value, bool) else f"got {_name(value)}, expected true or false"


def _integer(value: Any, one: Field) -> str:
    high = one.max or 2**53 - 1
    if type(value) is not int or not one.min <= value <= high:
        return f"got {value!r}, expected a whole number from {one.min} to {high}"
    return ""


def _digest(value: Any, one: Field) -> str:
    fits = isinstance(value, str) and _HEX256.fullmatch(value)
    return "" if fits else f"got {value!r}, expected a SHA-256 as 64 small hexadecimal digits"


_CHECKS: dict[str, Callable[[Any, Field], str]] = {
    "text": _text, "time": _time, "date": _date, "flag": _flag, "integer": _integer, "digest": _digest,
}  # fmt: skip


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _name(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null" if value is None else type(value).__name__)


def _article(type_name: str) -> str:
    return {"objects": "a list of objects", "texts": "a list of texts", "object": "an object"}.get(
        type_name, f"a {type_name}"
    )

"""Reading a file of legal facts into the classes of `model` and `country`, strictly; what is wrong is named by file and line.

A class is the format of a mapping: its fields are the keys, fields without a default must be there, nothing else may be.
Scalars are read by the type that the field asks for, so `NO` is Norway and `2026-02` is a month. No aliases, no tags, no
key twice, no null (what is not known is left out), at most 1 MiB.
"""

from __future__ import annotations

import datetime as dt
import re
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from .dates import Period, When
from .errors import BadLaw
from .model import Fact, Origin

if typing.TYPE_CHECKING:
    import yaml

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20
OVERLAY_FIELDS = ("source", "date", "verified_by")
_PLAIN = frozenset(("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "value", "merge"))
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"0|-?[1-9]\d{0,8}", re.ASCII)
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,8})(?:\.\d{1,6})?", re.ASCII)
T = TypeVar("T")


@dataclass(frozen=True)
class Page:
    """The file that is being read: its name for people, and whether it is an overlay."""

    file: str
    local: bool = False

    def wrong(self, node: yaml.Node, message: str, *, at: str = "", advice: str = "") -> BadLaw:
        """Give the error for something at *node*."""
        return BadLaw(message, file=f"{self.file}:{node.start_mark.line + 1}", field=at, advice=advice)


def compose(data: bytes, page: Page) -> yaml.Node:
    """Read the text of a file into nodes that know their lines.

    Raises:
        BadLaw: it is no YAML text of one mapping, or too long.
    """
    import yaml

    if len(data) > MAX_BYTES:
        raise BadLaw(f"got more than {MAX_BYTES} bytes, expected at most that", file=page.file)
    try:
        node = yaml.compose(data.decode("utf-8"), yaml.CSafeLoader)
    except UnicodeDecodeError as e:
        raise BadLaw(
            f"got a byte that is not UTF-8 at {e.start}, expected UTF-8 text",
            file=page.file,
            advice="Save the file as UTF-8.",
        ) from e
    except yaml.MarkedYAMLError as e:
        line = f":{e.problem_mark.line + 1}" if e.problem_mark else ""
        torn = isinstance(e, yaml.scanner.ScannerError | yaml.parser.ParserError) or not e.problem
        problem = f"malformed text ({e.problem})" if torn else e.problem
        raise BadLaw(f"got {problem}, expected plain YAML", file=page.file + line) from e
    except yaml.YAMLError as e:
        raise BadLaw(f"got {str(e).splitlines()[0]}, expected plain YAML", file=page.file) from e
    if not isinstance(node, yaml.MappingNode):
        raise BadLaw("got no fields, expected lines such as `country: VN`", file=page.file)
    _forbid(node, page, set(), depth=0)
    return node


def decode(node: yaml.Node, kind: type[T], page: Page) -> T:
    """Read a mapping as *kind*.

    Raises:
        BadLaw: a key is unknown, missing or twice, or a value is not of the type that its field asks for.
    """
    made: T = _Reader(page).object(node, kind, "", {})
    return made


def entries(node: yaml.Node, page: Page, at: str = "") -> dict[str, yaml.Node]:
    """Give the values of a mapping by key.

    Raises:
        BadLaw: it is no mapping, or a key stands twice.
    """
    import yaml

    if not isinstance(node, yaml.MappingNode):
        raise page.wrong(node, f"got {_shown(node)}, expected fields", at=at)
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise page.wrong(key, "got a key that is no text, expected a name", at=at)
        if not key.value.isprintable():
            raise page.wrong(key, f"got the key {key.value!r}, expected text that can be seen", at=at)
        if key.value in found:
            raise page.wrong(key, f"got the key {key.value!r} twice, expected it once", at=at)
        found[key.value] = value
    return found


def _forbid(node: yaml.Node, page: Page, seen: set[int], *, depth: int) -> None:
    import yaml

    if id(node) in seen:
        raise page.wrong(node, "got an alias (*name), expected the value itself")
    if depth > MAX_DEPTH:
        raise page.wrong(node, f"got more than {MAX_DEPTH} levels, expected at most that")
    if node.tag.removeprefix("tag:yaml.org,2002:") not in _PLAIN:
        raise page.wrong(node, f"got the tag {node.tag[:40]!r}, expected none")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
        raise page.wrong(node, "got nothing, expected a value", advice="Leave the field out if it is not known.")
    if isinstance(node, yaml.CollectionNode):
        for child in node.value:
            for part in child if isinstance(child, tuple) else (child,):
                _forbid(part, page, seen, depth=depth + 1)


@dataclass(frozen=True)
class _Reader:
    page: Page

    def object(self, node: yaml.Node, kind: Any, at: str, around: dict[str, Any]) -> Any:
        page, found, form = self.page, entries(node, self.page, at), _form(kind)
        for key, value in found.items():
            if key not in form:
                known = ", ".join(sorted(form))
                raise page.wrong(value, f"got the unknown field {key!r}, expected one of: {known}", at=at)
        fact = issubclass(kind, Fact)
        given = {key: self.value(found[key], form[key].hint, _join(at, key), {}) for key in found if form[key].flat}
        if fact:
            given = {key: value for key, value in around.items() if key in form} | given
            around = {key: given[key] for key in OVERLAY_FIELDS if key in given}
        given |= {
            key: self.value(found[key], form[key].hint, _join(at, key), around) for key in found if not form[key].flat
        }
        self._complete(node, kind, given, at)
        if fact:
            given["origin"] = Origin(page.file, node.start_mark.line + 1, page.local)
        return kind(**given)

    def _complete(self, node: yaml.Node, kind: Any, given: dict[str, Any], at: str) -> None:
        needed = [name for name, one in _form(kind).items() if one.needed]
        if issubclass(kind, Fact):
            needed += OVERLAY_FIELDS if self.page.local else () if kind.source_elsewhere else ("source",)
        for name in needed:
            if name not in given:
                advice = "Each entry names its source, the date it was checked and who verified it."
                raise self.page.wrong(
                    node,
                    f"got no {name!r}, expected it",
                    at=at,
                    advice=advice if name in OVERLAY_FIELDS else "",
                )

    def value(self, node: yaml.Node, hint: Any, at: str, around: dict[str, Any]) -> Any:
        import yaml

        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if origin is types.UnionType:
            return self.value(node, next(one for one in inner if one is not type(None)), at, around)
        if origin is tuple:
            if not isinstance(node, yaml.SequenceNode):
                raise self.page.wrong(node, f"got {_shown(node)}, expected a list", at=at)
            return tuple(self.value(item, inner[0], f"{at}[{i}]", around) for i, item in enumerate(node.value))
        if origin is dict:
            found = entries(node, self.page, at)
            return {key: self.value(value, inner[1], _join(at, key), around) for key, value in found.items()}
        if _flat(hint):
            return _scalar(node, hint, self.page, at)
        return self.object(node, hint, at, around)


def _scalar(node: yaml.Node, hint: Any, page: Page, at: str) -> Any:
    import yaml

    if issubclass(hint, StrEnum):
        read, expected = hint, "one of: " + ", ".join(hint)
    else:
        read, expected = _SCALARS[hint]
    try:
        return read(node.value if isinstance(node, yaml.ScalarNode) else "")
    except ValueError as e:
        raise page.wrong(node, f"got {_shown(node)}, expected {expected}", at=at) from e


def _text(value: str) -> str:
    if not value.strip() or not value.replace("\n", " ").isprintable():
        raise ValueError
    return value


def _flag(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError
    return value == "true"


def _whole(value: str) -> int:
    if not _WHOLE.fullmatch(value):
        raise ValueError
    return int(value)


def _number(value: str) -> float:
    if not _NUMBER.fullmatch(value):
        raise ValueError
    return float(value)


def _day(value: str) -> dt.date:
    if not _DATE.fullmatch(value):
        raise ValueError
    return dt.date.fromisoformat(value)


_SCALARS: dict[Any, tuple[Callable[[str], Any], str]] = {
    str: (_text, "text that can be seen"),
    bool: (_flag, "true or false"),
    int: (_whole, "a whole number"),
    float: (_number, "a number"),
    dt.date: (_day, "a date as YYYY-MM-DD"),
    When: (When.parse, "a date such as 2026-02-13, 2026-02, 2026 or 2026-02-13/2026-02-15"),
    Period: (Period.parse, "a period such as P90D or P6M"),
}


@dataclass(frozen=True)
class _Slot:
    hint: Any
    needed: bool
    flat: bool


@cache
def _form(kind: Any) -> dict[str, _Slot]:
    hints = typing.get_type_hints(kind)
    return {
        one.name: _Slot(
            hints[one.name], one.default is MISSING and one.default_factory is MISSING, _flat(hints[one.name])
        )
        for one in fields(kind)
        if one.name != "origin"
    }


def _flat(hint: Any) -> bool:
    inner = typing.get_args(hint)
    return all(map(_flat, inner)) if inner else hint in _SCALARS or not hasattr(hint, "__dataclass_fields__")


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _shown(node: yaml.Node) -> str:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return repr(node.value[:60])
    return "a list" if isinstance(node, yaml.SequenceNode) else "fields"

"""The members of a JSON document, and the elements of its lists, one after the other, each with its own bytes.

    {"description": {...}, "records": [ELEMENT, ELEMENT, ...]}      or      [ELEMENT, ...]      or      one ELEMENT a line

Every scalar but true, false and null is given as the text that stands there: no number is made a float. Held in memory
is one element. What cannot be read ends the walk with a `Broken`; whatever came before it holds. An element of a list
that is whole but no JSON, or no text, is a `Broken` too, and the list goes on behind it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

BLOCK = 256 * 1024
RUN = 128 * 1024  # bytes of lines that are read together
MOST = 16 * 1024 * 1024  # bytes of one element
PARTS = 500_000  # commas in one element
_LONGEST = 16  # signs of a literal or escape that may be cut by the edge of what is held
_NUMERAL = frozenset("0123456789.eE+-")
_BLANK = re.compile(r"[ \t\r\n]*")
_NAME = re.compile(r'"[ \t\r\n]*:')


class Element(NamedTuple):
    """One element of the list *key* (empty for a list at the top), or the whole of a member, whose *index* is -1."""

    key: str
    index: int  # type: ignore[assignment]  # which it is of the list; nobody looks for one in a tuple of these
    value: Any
    span: tuple[int, int]
    raw: str

    @property
    def place(self) -> str:
        """The element's JSON pointer."""
        key = f"/{self.key}" if self.key else ""
        return key if self.index < 0 else f"{key}/{self.index}"


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the document cannot be read further: the code of the finding, what was found, and whether in an element."""

    code: str
    found: str
    at: int
    inside: bool = False


class _Stop(Exception):
    def __init__(self, code: str, found: str, inside: bool = False) -> None:
        super().__init__(found)
        self.code, self.found, self.inside = code, found, inside


class _Bad(_Stop):
    """What is wrong in an element whose end is known: the list goes on behind it."""


def walk(stream: BinaryIO, lists: Collection[str]) -> Iterator[Element | Broken]:
    """Yield what a document holds: the elements of a list at the top or under one of the keys *lists*, and else members.

    Bytes are taken as Latin-1 to find where values end, so that places are bytes; values are then read as UTF-8.
    """
    text = _Text(stream)
    try:
        text.skip("\ufeff".encode().decode("latin-1"))
        if text.peek() == "[":
            yield from _list(text, "")
        elif text.peek() == "{":
            yield from _members(text, lists)
        elif text.peek():
            raise _Stop("damaged", f"{text.peek()!r} at the start, no list or object")
        if text.peek():
            raise _Stop("damaged", "more after the end of the document")
    except _Stop as e:
        yield Broken(e.code, e.found, text.at, e.inside)


def lines(stream: BinaryIO) -> Iterator[Element | Broken]:
    """Yield the values that stand one after the other in a stream, as NDJSON has them; a broken line ends nothing."""
    at, index = 0, 0
    while run := _run(stream):
        values = _together([line for line in run if line.strip()])
        for line in run:
            start, at = at, at + len(line)
            if len(line) > MOST:
                yield Broken("too_large", f"a line of more than {MOST} bytes", start, inside=True)
                return
            if line.strip():
                try:
                    value = next(values) if values else _value(line)
                    yield Element("", index, value, (start, at), line.decode().strip())
                except _Stop as e:
                    yield Broken(e.code, e.found, start, inside=True)
                index += 1


def _run(stream: BinaryIO) -> list[bytes]:
    """Take some lines; one that is too long is the last of them."""
    found, size = [], 0
    while size < RUN and (line := stream.readline(MOST + 1)):
        found.append(line)
        size += len(line)
    return found


def _together(run: list[bytes]) -> Iterator[Any] | None:
    """Give the values of lines that are read as one list; None where each must be read by itself.

    A word that no line can know stands between them: where it comes out between all values, each line is one value. As
    many names must come out as there are quotes before a colon: then no object has a name twice.
    """
    word = secrets.token_hex(16)
    try:
        text = f',"{word}",'.encode().join(run).decode()
        found: list[Any] = _PLAIN.decode(f"[{text}]")
    except (ValueError, RecursionError):
        return None
    if len(found) != 2 * len(run) - 1 or found[1::2].count(word) != len(run) - 1:
        return None
    return iter(found[::2]) if _names(found) == len(_NAME.findall(text)) else None


def _names(values: list[Any]) -> int:
    """Count the names of all objects within values."""
    count = 0
    while values:
        objects = [value for value in values if type(value) is dict]
        count += sum(map(len, objects))
        inner = chain(*map(dict.values, objects), *(value for value in values if type(value) is list))
        values = [value for value in inner if type(value) is dict or type(value) is list]
    return count


def _members(text: _Text, lists: Collection[str]) -> Iterator[Element | Broken]:
    seen: set[str] = set()
    text.take("{")
    while text.peek() != "}":
        name = text.value()[0]
        if not isinstance(name, str) or name in seen or len(seen) > 10_000:
            raise _Stop("damaged", f"the name {str(name)[:60]!r} twice, or none")
        seen.add(name)
        text.take(":")
        if name in lists and text.peek() == "[":
            yield from _list(text, name)
        else:
            value, span, raw = text.value()
            yield Element(name, -1, value, span, raw)
        text.comma("}")
    text.take("}")


def _list(text: _Text, key: str) -> Iterator[Element | Broken]:
    index = 0
    text.take("[")
    while text.peek() != "]":
        start = text.at
        try:
            value, span, raw = text.value()
        except _Bad as e:
            yield Broken(e.code, e.found, start, inside=True)
        else:
            yield Element(key, index, value, span, raw)
        text.comma("]")
        index += 1
    text.take("]")


class _Text:
    """A window on the stream, and where it is."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._held, self._from, self._pos, self._ended = stream, "", 0, 0, False

    @property
    def at(self) -> int:
        """The byte that comes next."""
        return self._from + self._pos

    def peek(self) -> str:
        """Give the next sign that is no blank; empty at the end."""
        while True:
            self._pos = _BLANK.match(self._held, self._pos).end()  # type: ignore[union-attr]  # it always matches
            if self._pos < len(self._held):
                return self._held[self._pos]
            if not self._more(BLOCK):
                return ""

    def skip(self, mark: str) -> None:
        """Leave out *mark* if the text begins with it."""
        self._more(BLOCK)
        self._pos += len(mark) * self._held.startswith(mark)

    def take(self, sign: str) -> None:
        """Go over *sign*, which must come next."""
        if (found := self.peek()) != sign:
            raise _Stop("damaged", f"{found!r} where {sign!r} should be" if found else "the end in mid-document")
        self._pos += 1

    def comma(self, end: str) -> None:
        """Go over the comma between two parts, or stay at the *end*."""
        if self.peek() != end:
            self.take(",")
            if self.peek() == end:
                raise _Stop("damaged", f"a comma before {end!r}")

    def value(self) -> tuple[Any, tuple[int, int], str]:
        """Read the value that comes next, with its bytes."""
        self.peek()
        while True:
            value, end = self._scanned()
            # A number may go on behind the edge of what is held: 1e of 1e5.
            more = self._held[end : end + 3]
            whole = self._ended or len(more) == 3 or (more and more[0] not in _NUMERAL)
            if whole and end - self._pos <= MOST:
                data, start = self._held[self._pos : end].encode("latin-1"), self.at
                self._pos = end
                if value is _UNREAD or not data.isascii():
                    value = _value(data)
                return value, (start, start + len(data)), data.decode()
            if len(self._held) - self._pos > MOST or self._held.count(",", self._pos) > PARTS:
                raise _Stop("too_large", f"an element of more than {MOST} bytes or {PARTS} parts", inside=True)
            if not self._more(max(BLOCK, len(self._held) - self._pos)):
                raise _Stop(
                    "damaged", "the end in the middle of an element" if self._held else "nothing", bool(self._held)
                )

    def _scanned(self) -> tuple[Any, int]:
        """Read the value and find its end; where it cannot be read, its end alone."""
        try:
            return _STRICT.raw_decode(self._held, self._pos)
        except (ValueError, RecursionError):
            return _UNREAD, self._end()

    def _end(self) -> int:
        """Find where the value ends; the length of what is held where more is needed."""
        try:
            return _SCAN.raw_decode(self._held, self._pos)[1]
        except json.JSONDecodeError as e:
            short = e.msg.startswith("Unterminated") or e.pos > len(self._held) - _LONGEST
            if self._ended or not short:
                raise _Stop("damaged", f"{e.msg} at byte {self._from + e.pos}", inside=True) from e
            return len(self._held)
        except RecursionError as e:
            raise _Stop("too_deep", "an element nested beyond what is read", inside=True) from e
        except ValueError as e:
            raise _Stop("damaged", str(e), inside=True) from e

    def _more(self, size: int) -> bool:
        """Read on; what is behind is let go."""
        if self._ended:
            return False
        data = self._stream.read(size)
        self._ended = not data
        self._from, self._held, self._pos = self.at, self._held[self._pos :] + data.decode("latin-1"), 0
        return bool(data)


def _value(data: bytes) -> Any:
    try:
        return _STRICT.decode(data.decode())
    except UnicodeDecodeError as e:
        raise _Bad("text_undecodable", f"a byte that is not UTF-8 at {e.start} of an element", inside=True) from e
    except RecursionError as e:
        raise _Bad("too_deep", "an element nested beyond what is read", inside=True) from e
    except ValueError as e:
        raise _Bad("damaged", str(e)[:200], inside=True) from e


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object with one name twice")
    return found


def _none(text: str) -> Any:
    raise ValueError(f"{text}, which is no JSON")


_UNREAD = object()
_SCAN = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_PLAIN = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_none)
_STRICT = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_none, object_pairs_hook=_once)

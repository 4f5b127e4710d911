"""Elements of markup by their shape: the same tags in the same order are understood once, then only their texts differ.

Statements repeat a few shapes a million times. Splitting at the brackets is what the interpreter does fastest; what a
shape means is kept. Entities are replaced by the characters they stand for, of XML's own five and numbers; nothing else
is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_KEPT = 5000
DEEPEST = 60
_NAME = r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?"
_TAG = re.compile(rf"({_NAME})((?:\s+{_NAME}\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)")
_ATTRIBUTE = re.compile(rf"({_NAME})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_OPAQUE = re.compile(r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<\?.*?\?>", re.DOTALL)
_STRAY = re.compile(r">([^<]*)")


class Leaf(NamedTuple):
    """A text of a shape: the local names that lead to it, its attributes, and its place among the texts."""

    path: tuple[str, ...]
    attributes: dict[str, str]
    at: int


def split(text: str) -> tuple[list[str], list[str], bool] | None:
    """Split an element into tags and texts, the nth text following the nth tag, and say whether texts hold entities.

    None where the brackets do not pair.
    """
    if "<!" in text or "<?" in text:
        text = _OPAQUE.sub(lambda match: _escaped(match[1] or ""), text)
    if text.count("<") != text.count(">"):
        text = _STRAY.sub(lambda match: ">" + match[1].replace(">", "&gt;"), text)
        if text.count("<") != text.count(">"):
            return None
    pieces = text.replace(">", "<").split("<")
    return pieces[1::2], pieces[2::2], "&" in text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """Replace entities by the characters they stand for; an unknown one stays as it is."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return _NAMED[match[1]]
    code = int(match[2]) if match[2] else int(match[3], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match[0]


def leaves(tags: list[str]) -> list[Leaf] | None:
    """Read the tags of well-formed XML; None where they are not, or nested too deep."""
    found: list[Leaf] = []
    open_: list[str] = []
    attributes: dict[str, str] = {}
    begun = False
    for at, tag in enumerate(tags):
        if tag.startswith("/"):
            if not open_ or open_[-1] != tag[1:].rstrip():
                return None
            if begun:
                found.append(Leaf(_local(open_), attributes, at - 1))
            open_.pop()
            begun = False
            continue
        match = _TAG.fullmatch(tag)
        if match is None or (at and not open_) or len(open_) > DEEPEST:
            return None
        open_.append(match[1])
        attributes = {m[1]: unescaped(m[2] or m[3] or "") for m in _ATTRIBUTE.finditer(match[2])}
        begun = not match[3]
        if match[3]:
            open_.pop()
    return None if open_ else found


def _local(names: list[str]) -> tuple[str, ...]:
    return tuple(name.rpartition(":")[2] for name in names)


class Program(NamedTuple):
    """What is wanted of a shape: texts by name, values that lie in the tags themselves, and how many parts it has."""

    texts: tuple[tuple[str, int], ...]
    fixed: dict[str, str]
    parts: int = 0

    def values(self, texts: list[str]) -> dict[str, str]:
        """Give the wanted values of one element of this shape."""
        found = {name: texts[at].strip() for name, at in self.texts}
        found.update(self.fixed)
        return found


class Shapes:
    """Understands elements by their shape; at most some thousand shapes are remembered."""

    def __init__(self, understand: Callable[[list[str]], Program | None]) -> None:
        """Let *understand* say what is wanted of tags in this order, None where they are no element."""
        self._understand = understand
        self._known: dict[tuple[str, ...], Program | None] = {}

    def of(self, tags: list[str]) -> Program | None:
        """Give the program of these tags."""
        key = tuple(tags)
        if key not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = self._understand(tags)
        return self._known[key]

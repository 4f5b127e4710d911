"""HTML as a run of begins, ends and texts: nothing is fetched, run or kept but what a `Hearer` keeps.

Programs in a page (scripts, frames, handlers, `javascript:` links) are counted, and their text is left out. The encoding
is the one that the bytes show or the page declares; else it is assumed, and that is said.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, Protocol

from .source import HEAD, Source

ACTIVE = frozenset({"script", "iframe", "frame", "object", "embed", "applet"})
SILENT = frozenset({"script", "style", "noscript", "template"})
DEEPEST = 2000
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0\u2003\u202f]+")
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([a-zA-Z0-9_-]{1,40})""", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Hearer(Protocol):
    """What hears a page; what it puts in *out* is given on, block by block."""

    out: list[Any]

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Hear an element begin."""

    def end(self, tag: str) -> None:
        """Hear an element end."""

    def text(self, text: str) -> None:
        """Hear text that people would see."""


class Page:
    """A page being heard, and what was odd about it.

    Its *encoding*, and whether that is *assumed*; how many signs were *unread*; *active* parts by name.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.encoding, self.assumed = encoding_of(source.head)
        self.unread = 0
        self.active: dict[str, int] = {}
        self.too_deep = False

    def heard(self, hearer: Hearer) -> Iterator[Any]:
        """Let *hearer* hear the page, and yield what it puts out."""
        from lxml import etree

        target = _Target(self, hearer)
        parser = etree.HTMLParser(target=target, no_network=True, encoding="utf-8")
        for data in self._blocks():
            parser.feed(data)
            yield from hearer.out
            hearer.out.clear()
        parser.close()
        yield from hearer.out
        hearer.out.clear()

    def _blocks(self) -> Iterator[bytes]:
        """Give the page as UTF-8; what is no text in its encoding is replaced and counted."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        for block in self.source.blocks():
            text = decoder.decode(block)
            self.unread += text.count("\ufffd")
            yield text.encode("utf-8", "replace")
        yield (decoder.decode(b"", True) + " ").encode("utf-8", "replace")


class _Target:
    """Hears the parser, and tells a `Hearer` what counts."""

    def __init__(self, page: Page, hearer: Hearer) -> None:
        self._page, self._hearer = page, hearer
        self._silent = 0
        self._depth = 0

    def start(self, tag: str | bytes, attrib: dict[str | bytes, str | bytes]) -> None:
        name, found = str(tag), {str(key): str(value) for key, value in attrib.items()}
        self._depth += 1
        if self._depth > DEEPEST:
            self._page.too_deep = True
        for active in _active(name, found):
            self._page.active[active] = self._page.active.get(active, 0) + 1
        if name in SILENT:
            self._silent += 1
        elif not self._silent and self._depth <= DEEPEST:
            self._hearer.begin(name, found)

    def end(self, tag: str | bytes) -> None:
        if tag in SILENT:
            self._silent -= 1
        elif not self._silent and self._depth <= DEEPEST:
            self._hearer.end(str(tag))
        self._depth -= 1

    def data(self, data: str | bytes) -> None:
        if not self._silent and self._depth <= DEEPEST:
            self._hearer.text(str(data))

    def comment(self, text: str | bytes) -> None:
        """Leave comments out."""

    def close(self) -> None:
        """Have nothing to give."""


def _active(tag: str, attributes: dict[str, str]) -> Iterator[str]:
    if tag in ACTIVE:
        yield tag
    for name, value in attributes.items():
        if name.startswith("on") or value.lstrip().lower().startswith("javascript:"):
            yield name


def encoding_of(head: bytes) -> tuple[str, bool]:
    """Tell the encoding of a page by its first bytes, and whether it is assumed only."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, False
    if match := _DECLARED.search(head[:4096]):
        try:
            return codecs.lookup(match[1].decode()).name, False
        except LookupError:
            pass
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head, len(head) < HEAD)
    except UnicodeDecodeError:
        return "cp1252", True
    return "utf-8", not head.isascii()


def looks_like_page(head: bytes) -> bool:
    """Tell whether bytes begin as a page or a piece of one."""
    begin = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:2048].replace(b"\0", b"").lower()
    return begin.startswith(b"<") and any(
        mark in begin for mark in (b"<html", b"<!doctype html", b"<table", b"<body", b"<div", b"<head")
    )


def plain(text: str) -> str:
    """Give text as a page shows it: runs of blanks are one."""
    return _BLANKS.sub(" ", text).strip()

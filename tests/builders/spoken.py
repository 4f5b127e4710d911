"""What a page says: its texts, without what is marked as a name, a code or another language."""

from __future__ import annotations

import re
from html.parser import HTMLParser

OWN = frozenset({"bdi", "code", "textarea", "script", "style", "time", "pre"})
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "col", "source"})
SAID = ("alt", "aria-label", "placeholder", "data-label")
WORD = re.compile(r"[A-Za-z]{3,}")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        own = tag in OWN or ("lang" in named and tag != "html") or (bool(self._open) and self._open[-1][1])
        if tag not in VOID:
            self._open.append((tag, own))
        if not own:
            self.said += [str(named[name]) for name in SAID if named.get(name)]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.said.append(data)


def texts(page: str) -> set[str]:
    """Give the texts of a page that people read, each once; those without a word of three letters are left out."""
    reader = _Reader()
    reader.feed(page)
    return {text for one in reader.said if WORD.search(text := " ".join(one.split()))}

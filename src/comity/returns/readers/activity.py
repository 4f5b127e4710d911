"""Google My Activity as a page: one entry a block, with the product, what was done, the link and the time as written.

Built after public samples of Takeout; the times are in the language and zone that the account holder chose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..markup import Page, looks_like_page, plain
from ..model import Finding, Given, Part, Record, Seen, Verdict
from ..pageoddities import oddities
from ..reader import Reader
from ..source import Source
from ..spokentime import is_spoken, read_spoken

LONGEST = 1_000_000


@dataclass(slots=True)
class Entry:
    """One block of the page: its title, its lines and first link."""

    title: list[str] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=lambda: [[]])
    notes: list[str] = field(default_factory=list)
    link: str = ""
    size: int = 0


class ActivityHearer:
    """Hears blocks of class `outer-cell`, and in them the title, the first content cell and the notes below."""

    def __init__(self) -> None:
        self.out: list[Entry] = []
        self.blocks = 0
        self._entry: Entry | None = None
        self._path: list[str] = []

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Hear an element begin."""
        classes = attributes.get("class", "").split()
        if self._entry is None:
            if tag == "div" and "outer-cell" in classes:
                self.blocks += 1
                self._entry, self._path = Entry(), ["div"]
            return
        if tag == "br":
            self._entry.lines.append([])
            return
        self._path.append(_part(classes) or (self._path[-1] if self._path[-1] != "div" else "div"))
        if tag == "p":
            self._entry.lines.append([])
        if tag == "a" and self._path[-1] == "content" and not self._entry.link:
            self._entry.link = attributes.get("href", "")[:8192]

    def end(self, tag: str) -> None:
        """Hear an element end."""
        if self._entry is None or tag == "br":
            return
        self._path.pop()
        if not self._path:
            self.out.append(self._entry)
            self._entry = None

    def text(self, text: str) -> None:
        """Hear text."""
        entry = self._entry
        if entry is None or entry.size > LONGEST:
            return
        entry.size += len(text)
        if self._path[-1] == "title":
            entry.title.append(text)
        elif self._path[-1] == "content":
            entry.lines[-1].append(text)
        elif self._path[-1] == "notes":
            entry.notes.append(text)


def _part(classes: list[str]) -> str:
    if "header-cell" in classes:
        return "title"
    if "content-cell" in classes:
        if "mdl-typography--caption" in classes:
            return "notes"
        return "side" if "mdl-typography--text-right" in classes else "content"
    return ""


def check(source: Source, given: Given) -> Verdict:
    """Know the page by the classes of its blocks."""
    if looks_like_page(source.head) and b"outer-cell mdl-cell" in source.head:
        return Verdict(3, "blocks of Google My Activity")
    return Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield an entry for each block; one without a time that can be read keeps it empty and flagged."""
    page, hearer = Page(source), ActivityHearer()
    row = 0
    for entry in page.heard(hearer):
        row += 1
        yield _entry(entry, row, given)
    if hearer.blocks > row:
        yield Finding("damaged", "the page ends in a block", "a whole page", hearer.blocks, units=hearer.blocks - row)
    yield from oddities(page)
    yield Seen(hearer.blocks, "block")


def _entry(entry: Entry, row: int, given: Given) -> Part:
    lines = [line for line in (plain("".join(parts)) for parts in entry.lines) if line]
    time = next((line for line in reversed(lines) if is_spoken(line)), "")
    title, notes = plain("".join(entry.title)), plain("".join(entry.notes))
    raw = "\n".join([title, *lines, notes]).strip()
    if not lines:
        return Finding("row_malformed", raw[:200], "what was done, and when", row, f"block {row}", units=1)
    values = {
        "provider": "Google",
        "service": title,
        "event": next((line for line in lines if line != time), ""),
        "target": entry.link,
        "time": read_spoken(time, zone=given.zone, day_first=given.day_first) if time else None,
    }
    flags = () if time else ("time_unreadable",)
    return Record("session", values, row, f"block {row}", raw=raw, flags=flags)


READER = Reader("google-activity", 1, "Google My Activity (page)", ("session",), check, read)

"""The pairs of a label and a value that Meta's pages of records are made of, in the order of the page.

A pair lies in blocks of one of three generations: `t i` with the value in `m`, `div_table` with the value in `most_inner`
or in a table cell by style, and rows of a table with the label in `th`. A value that holds pairs is a title for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .markup import plain

LONGEST = 4_000_000
_FOOTER = re.compile(r"(?:Meta Platforms|Facebook|WhatsApp|Instagram) Business Record(?:\s+Page\s+\d+)?\s*")


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value under a section (the `property-` of its block); *title* of the pairs around it."""

    section: str
    label: str
    value: str
    title: str = ""
    link: str = ""


@dataclass(slots=True)
class _Frame:
    depth: int
    label: list[str] = field(default_factory=list)
    value: list[str] = field(default_factory=list)
    value_depth: int = 0
    holds: bool = False
    size: int = 0
    link: str = ""


class PairHearer:
    """Hears pairs."""

    def __init__(self) -> None:
        self.out: list[Pair] = []
        self.begun = 0
        self._section = ""
        self._section_depth = 0
        self._depth = 0
        self._frames: list[_Frame] = []

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Hear an element begin."""
        self._depth += 1
        name = attributes.get("id", "")
        if name.startswith("property-"):
            self._section, self._section_depth = name.removeprefix("property-")[:80], self._depth
        frame = self._frames[-1] if self._frames else None
        classes, style = set(attributes.get("class", "").split()), attributes.get("style", "").replace(" ", "")
        if self._section and _is_frame(tag, classes, style):
            if frame:
                frame.holds = True
            self._frames.append(_Frame(self._depth))
        elif frame and not frame.value_depth and _is_value(tag, classes, style):
            frame.value_depth = self._depth
        elif frame and tag in ("br", "p", "div", "li"):
            self.text("\n")
        if frame and tag in ("img", "a"):
            frame.link = (attributes.get("src") or attributes.get("href") or "")[:2000]

    def end(self, tag: str) -> None:
        """Hear an element end."""
        frame = self._frames[-1] if self._frames else None
        if frame and frame.depth == self._depth:
            self._frames.pop()
            self._ended(frame)
        elif frame and frame.value_depth == self._depth:
            frame.value_depth = -1
        if self._section and self._depth == self._section_depth:
            self._section = ""
        self._depth -= 1

    def text(self, text: str) -> None:
        """Hear text."""
        frame = self._frames[-1] if self._frames else None
        if frame and frame.size < LONGEST:
            frame.size += len(text)
            (frame.value if frame.value_depth > 0 else frame.label).append(text)

    def _ended(self, frame: _Frame) -> None:
        if frame.holds:
            return
        label = plain(_FOOTER.sub("", "".join(frame.label))).rstrip(":")
        lines = [plain(line) for line in _FOOTER.sub("", "".join(frame.value)).split("\n")]
        value = "\n".join(line for line in lines if line)
        if label or value:
            titles = [plain("".join(outer.label)) for outer in self._frames]
            self.out.append(Pair(self._section, label, value, titles[-1] if titles else "", frame.link))


def _is_frame(tag: str, classes: set[str], style: str) -> bool:
    if tag == "tr":
        return True
    styled = "div_table" in classes and "display:table" in style and "display:table-" not in style
    return tag == "div" and (classes >= {"t", "i"} or classes >= {"div_table", "inner"} or styled)


def _is_value(tag: str, classes: set[str], style: str) -> bool:
    return tag == "td" or (tag == "div" and bool({"m", "most_inner"} & classes or "display:table-cell" in style))

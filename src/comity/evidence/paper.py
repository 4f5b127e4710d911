"""A paper on evidence: a title and blocks, which `data/paper.typ` sets as PDF/A; nothing in them is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from comity.kernel.clock import stamp
from comity.kernel.typesetting import PrintError, typeset

Block = dict[str, Any]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Paper:
    """What a paper says, in which language, and when it was made."""

    title: str
    subtitle: str
    at: datetime
    language: str = "en"
    blocks: Sequence[Block] = field(default=())

    def given(self) -> dict[str, Any]:
        """Give what the template sets."""
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "language": self.language if self.language.isalpha() and len(self.language) in (2, 3) else "en",
            "date": {unit: getattr(self.at, unit) for unit in ("year", "month", "day", "hour", "minute", "second")},
            "footer": f"{self.title} · {stamp(self.at)}",
            "blocks": list(self.blocks),
        }


def print_paper(paper: Paper) -> bytes:
    """Set a paper with the fonts inside the renderer, or with those of this machine where they do not suffice.

    Raises:
        PrintError: it has a sign that no font on this machine has.
    """
    given = paper.given()
    try:
        return typeset(_template(), {**given, "system": False}, system_fonts=False)
    except PrintError:
        return typeset(_template(), {**given, "system": True}, system_fonts=True)


def heading(text: str) -> Block:
    """Give a heading."""
    return {"kind": "heading", "text": text}


def text(words: str) -> Block:
    """Give a paragraph."""
    return {"kind": "text", "text": words}


def facts(rows: Iterable[Pair]) -> Block:
    """Give facts with their labels, in a box; a value of 64 hexadecimal digits is set so that eyes can compare it."""
    return {"kind": "facts", "rows": [list(row) for row in rows if row[1]]}


def lines(words: Iterable[str], mark: str = "•") -> Block:
    """Give lines, each with a mark: + good, ! bad, – not."""
    return {"kind": "list", "lines": list(words), "mark": mark}


def steps(words: Iterable[str]) -> Block:
    """Give numbered lines."""
    return {"kind": "steps", "lines": list(words)}


def states(rows: Iterable[tuple[str, str, str, str]]) -> Block:
    """Give rows of a mark, a state, a name and what was found."""
    return {"kind": "states", "rows": [list(row) for row in rows]}


def sums(rows: Iterable[Pair]) -> Block:
    """Give names with their SHA-256."""
    return {"kind": "sums", "rows": [list(row) for row in rows]}


def blanks(labels: Iterable[str]) -> Block:
    """Give lines to be filled in by hand."""
    return {"kind": "blanks", "labels": list(labels)}


def code(value: str, caption: str) -> Block:
    """Give a hash with its QR code, which says the same digits."""
    import segno

    drawn = BytesIO()
    segno.make(value.upper(), error="q", micro=False).save(drawn, kind="svg", border=4, xmldecl=False, svgns=True)
    return {"kind": "code", "svg": drawn.getvalue().decode(), "value": value, "caption": caption}


@cache
def _template() -> bytes:
    return files("comity.evidence").joinpath("data", "paper.typ").read_bytes()

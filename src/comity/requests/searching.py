"""Finding cases and requests by words in any script, or by an identifier in any spelling, among the cases one may read.

The case of a request that came in is `PEER:REFERENCE`, as need-to-know has it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import kinds, normalise
from comity.identifiers.model import Identifier
from comity.kernel.folding import asked, texts, whole, words
from comity.store import words as index
from comity.store.engine import Unit
from comity.store.words import Page

from .model import OUT, CaseFile, Request

CASE, REQUEST = "case", "request"
MOST, MOST_WORDS, LONGEST = 100, 12, 200


@dataclass(frozen=True)
class Found:
    """What a question finds: pages, and as which identifiers it was read."""

    pages: tuple[Page, ...]
    identifiers: tuple[Identifier, ...] = ()


def keep(unit: Unit, kept: CaseFile | Request, former: CaseFile | Request | None = None) -> None:
    """Keep the words of a case or a request, or the difference from what it said before."""
    if former is None or former.document != kept.document:
        index.keep(unit, page_of(kept), words_of(kept), words_of(former) if former else ())


def page_of(kept: CaseFile | Request) -> Page:
    """Give what a case or a request is found as."""
    if isinstance(kept, CaseFile):
        return Page(CASE, kept.reference, kept.reference)
    return Page(REQUEST, kept.id, kept.case if kept.direction == OUT else f"{kept.peer}:{kept.case}")


def words_of(kept: CaseFile | Request) -> frozenset[str]:
    """Give the words by which a case or a request is found."""
    own = [kept.reference] if isinstance(kept, CaseFile) else [kept.reference, kept.case, kept.peer]
    return words("\n".join([*own, *texts(kept.document)]))


def find(unit: Unit, question: str, cases: Collection[str], *, region: str = "", most: int = MOST) -> Found:
    """Find a question in some cases: as an identifier of every kind that it fits, and as words; *region* is that of numbers."""
    question = question.strip()[:LONGEST]
    named = recognised(question, region)
    pages: dict[Page, None] = {}
    for one in named:
        pages |= dict.fromkeys(index.find(unit, [whole(one.value)], cases, most=most, begun=False))
    pages |= dict.fromkeys(index.find(unit, asked(question)[:MOST_WORDS], cases, most=most))
    return Found(tuple(pages)[:most], named)


def recognised(question: str, region: str = "") -> tuple[Identifier, ...]:
    """Read a question as an identifier of each kind that it fits; a handle fits nearly everything and is none."""
    found = []
    for kind in kinds():
        try:
            found.append(normalise(kind, question, region=region if kind == "phone" else ""))
        except InvalidIdentifier:
            continue
    return tuple(one for one in found if one.kind != "handle")

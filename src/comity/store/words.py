"""The words by which pages are found: an index that is written in the same unit as what it is of, alike on both engines.

A page is of a case, and every question names the cases in which it looks: it goes through their pages and seeks each word
there, so that nothing is told of other cases, nor by how long it takes. There is no second state that could be behind and
nothing to rebuild. What words are is `kernel.folding`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from .engine import Unit
from .schema import Big, metadata

BLOCK = 5000
LAST = "\U0010ffff"

_pages = sa.Table(
    "search_page",
    metadata,
    sa.Column("number", Big, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("ref", sa.Text, nullable=False),
    sa.Column("case", sa.Text, nullable=False),
    sa.UniqueConstraint("kind", "ref"),
    sa.Index(None, "case"),
)
_words = sa.Table(
    "search_word",
    metadata,
    sa.Column("page", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), primary_key=True),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True)
class Page:
    """Something that can be found: of a kind, by its reference or id, and the case that it is of."""

    kind: str
    ref: str
    case: str


def keep(unit: Unit, page: Page, new: Collection[str], old: Collection[str] = ()) -> None:
    """Keep the words of a page; of one that is there already, the difference from its *old* ones."""
    here = (_pages.c.kind == page.kind) & (_pages.c.ref == page.ref)
    number = unit.scalar(sa.select(_pages.c.number).where(here))
    if number is None:
        number = unit.execute(sa.insert(_pages).values(**vars(page)).returning(_pages.c.number)).scalar_one()
        old = ()
    gone, added = sorted(set(old) - set(new)), sorted(set(new) - set(old))
    for place in range(0, len(gone), BLOCK):
        unit.execute(sa.delete(_words).where(_words.c.page == number, _words.c.word.in_(gone[place : place + BLOCK])))
    if added:
        unit.execute(sa.insert(_words), [{"word": one, "page": number} for one in added])


def find(unit: Unit, wanted: Sequence[str], cases: Collection[str], *, most: int, begun: bool = True) -> list[Page]:
    """Give the pages of some cases that have every wanted word, the newest first; the last word may be only *begun*."""
    found: list[tuple[int, Page]] = []
    mine = sorted(cases) if wanted else []
    for place in range(0, len(mine), BLOCK):
        query = sa.select(_pages).where(_pages.c.case.in_(mine[place : place + BLOCK]))
        for number, word in enumerate(wanted, 1):
            query = query.where(_has(word, begun=begun and number == len(wanted)))
        rows = unit.execute(query.order_by(_pages.c.number.desc()).limit(most))
        found += [(row.number, Page(row.kind, row.ref, row.case)) for row in rows]
    return [page for _number, page in sorted(found, key=lambda row: -row[0])[:most]]


def _has(wanted: str, *, begun: bool) -> sa.ColumnElement[bool]:
    word = _words.c.word
    same = (word >= wanted) & (word < wanted + LAST) if begun else word == wanted
    return sa.exists().where(_words.c.page == _pages.c.number, same)

"""Where the signed papers on items are kept, sent and received, each with its answer once there is one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from comity.store.engine import Unit
from comity.store.schema import UtcDateTime, metadata

OUT, IN = "out", "in"

_papers = sa.Table(
    "evidence_paper",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("way", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("paper", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True)
class Kept:
    """A paper as it is kept: to or from which party, on which item, and the answer; *about* is the paper it is about.

    *item* is the name the item has here; *act* is the act of custody that was entered with it.
    """

    id: str
    way: str
    kind: str
    item: str
    party: str
    paper: str
    at: datetime
    about: str = ""
    answer: str = ""
    act: str = ""


def add_paper(unit: Unit, kept: Kept) -> None:
    """Keep a paper."""
    unit.execute(sa.insert(_papers).values(**vars(kept)))


def put_answer(unit: Unit, kept: Kept, answer: str) -> None:
    """Keep the answer to a paper."""
    same = sa.and_(_papers.c.id == kept.id, _papers.c.way == kept.way)
    unit.execute(sa.update(_papers).where(same).values(answer=answer))


def having_papers(unit: Unit, items: Iterable[str]) -> set[str]:
    """Pick those of some items about which there is a paper."""
    return set(unit.scalars(sa.select(_papers.c.item).where(_papers.c.item.in_(sorted(items))).distinct()))


def find_papers(unit: Unit, **wanted: str) -> list[Kept]:
    """List the papers whose columns have the *wanted* values, in the order of their time."""
    query = sa.select(_papers).filter_by(**wanted).order_by(_papers.c.at, _papers.c.id)
    return [Kept(**row) for row in unit.execute(query).mappings()]

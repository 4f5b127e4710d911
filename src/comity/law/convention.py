"""The articles of the Convention in own words, the questions they put to a drafter, and what critics fear."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from .model import Fact


class Force(StrEnum):
    """What an article demands of a party."""

    MANDATORY = "mandatory"
    MANDATORY_QUALIFIED = "mandatory_qualified"
    MANDATORY_WITH_OPTIONS = "mandatory_with_options"
    CONSIDER = "consider"
    OPTIONAL = "optional"
    DECLARATORY = "declaratory"
    INSTITUTIONAL = "institutional"


class Level(StrEnum):
    """Whether a question asks for what is needed to comply, for good practice, or for an option."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question that a drafter answers about national law; its id never changes its meaning."""

    id: str
    para: str
    level: Level
    question: str


@dataclass(frozen=True, kw_only=True)
class Option:
    """Something that an article lets a party add, leave out or reserve."""

    para: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Parallel:
    """An article of the Budapest Convention on the same matter."""

    article: str
    relation: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Article(Fact):
    """An article in own words, with its questions; `source` names entries of the list of sources."""

    number: int
    chapter: str
    title: str
    kind: str
    force: Force
    summary: str
    basis: str
    checklist: tuple[Question, ...] = ()
    budapest: tuple[Parallel, ...] = ()
    options: tuple[Option, ...] = ()
    reservations: tuple[str, ...] = ()
    notifications: tuple[str, ...] = ()
    rules: dict[str, str] = field(default_factory=dict)
    rules_ref: str = ""
    notes: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A chapter of the Convention."""

    id: str
    title: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Source:
    """A work that articles rest on."""

    what: str
    where: str
    reliability: str


@dataclass(frozen=True, kw_only=True)
class Articles:
    """The articles of the Convention."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What the Convention's summaries rest on, and its division."""

    chapters: tuple[Chapter, ...]
    languages: tuple[str, ...]
    article_count_note: str
    sources: dict[str, Source]


@dataclass(frozen=True, kw_only=True)
class Concern(Fact):
    """A criticism of the Convention and what the product does about it."""

    id: str
    topic: str
    who: tuple[str, ...]
    concern: str
    product: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OnlyBudapest(Fact):
    """A matter that only the Budapest Convention knows."""

    budapest: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Concerns:
    """What critics fear, and what stands in one of the two conventions only."""

    concerns: tuple[Concern, ...]
    only_in_budapest: tuple[OnlyBudapest, ...]
    only_in_hanoi: tuple[int, ...]

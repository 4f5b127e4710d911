"""What an instrument or a route gives for each measure: channel, contents, grounds, time limits, dual criminality, limits of use.

A file of `data/terms/` is one instrument or route; a rule without a source of its own rests on that of the file. What the
Hanoi Convention asks of a request stands in `data/convention/cooperation.yaml` and is taken from there. A rule that
*yields* gives way where another treaty on mutual legal assistance binds both states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from importlib.resources import files
from typing import Any, ClassVar, TypeVar

from .coherence import wrong
from .dates import Period, When
from .errors import NoSuchLaw
from .library import Library
from .model import Fact
from .reading import Page, compose, decode

ANY = "any"
CONVENTION = "hanoi"
_DATA = files("comity.law") / "data"
T = TypeVar("T")


class Addressee(StrEnum):
    """Whom a request goes to."""

    AUTHORITY = "authority"
    PROVIDER = "provider"


class Kind(StrEnum):
    """What kind of basis it is."""

    INTERNAL = "internal"
    TREATY = "treaty"
    AGREEMENT = "agreement"
    RECIPROCITY = "reciprocity"
    DOMESTIC = "domestic"
    VOLUNTARY = "voluntary"


class Who(StrEnum):
    """Who can answer an open question."""

    DRAFTER = "drafter"
    CASE = "case"
    HERE = "here"
    THERE = "there"
    DEPOSITARY = "depositary"
    PROVIDER = "provider"


@dataclass(frozen=True, kw_only=True)
class Rule(Fact):
    """One rule in own words."""

    source_elsewhere: ClassVar[bool] = True

    article: str
    text: str
    yields: bool = False


@dataclass(frozen=True, kw_only=True)
class Refusal(Rule):
    """A ground on which help may be refused, put off, or is owed nothing."""

    nature: str


@dataclass(frozen=True, kw_only=True)
class Content(Rule):
    """Something that a request states."""

    id: str
    need: str


@dataclass(frozen=True, kw_only=True)
class Limit(Rule):
    """A time limit; without a period it is one in words."""

    kind: str
    period: Period | None = None
    starts: str = ""


@dataclass(frozen=True, kw_only=True)
class Ask(Rule):
    """A question that a named person answers in every case."""

    who: Who


@dataclass(frozen=True, kw_only=True)
class Act(Fact):
    """What is given for some measures; the names lead into the lists of the file, *request* into the Convention's kinds."""

    source_elsewhere: ClassVar[bool] = True

    measures: tuple[str, ...]
    addressees: tuple[Addressee, ...] = (Addressee.AUTHORITY,)
    emergency: bool = False
    article: str = ""
    text: str = ""
    request: str = ""
    own_grounds: bool = False
    reception: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()
    contents: str = ""
    grounds: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    dual: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    safeguards: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()

    @property
    def receivers(self) -> tuple[str, ...]:
        """Name who receives the request."""
        return self.reception or (("provider",) if Addressee.PROVIDER in self.addressees else ("central_authority",))

    def serves(self, measure: str) -> bool:
        """Tell whether the measure is one of those."""
        return ANY in self.measures or measure in self.measures


@dataclass(frozen=True, kw_only=True)
class Pair(Fact):
    """An agreement between two states that is known by name only."""

    parties: tuple[str, ...]
    name: str
    in_force: When


@dataclass(frozen=True, kw_only=True)
class Terms(Fact):
    """An instrument or route as a basis for requests."""

    id: str
    kind: Kind
    rank: int
    acts: tuple[Act, ...]
    title: str = ""
    entry_article: str = ""
    scope: dict[str, Rule] = field(default_factory=dict)
    scope_asks: tuple[str, ...] = ()
    serious: Rule | None = None
    own_offences: tuple[int, ...] = ()
    only_own: bool = False
    other_treaty: Rule | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    grounds: dict[str, Refusal] = field(default_factory=dict)
    contents: dict[str, tuple[Content, ...]] = field(default_factory=dict)
    limits: dict[str, Limit] = field(default_factory=dict)
    asks: dict[str, Ask] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()

    def for_measure(self, measure: str, addressee: Addressee, *, emergency: bool) -> Act | None:
        """Give what is said for a measure; what goes to this addressee first, then what goes to another one."""
        found = [one for one in self.acts if one.serves(measure) and (emergency or not one.emergency)]
        return next((one for one in found if addressee in one.addressees), found[0] if found else None)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Something that a request can ask for."""

    label: str
    request: str
    powers: tuple[int, ...]
    reach: str
    dual_criminality: str
    targets: tuple[str, ...] = ()

    @property
    def never_dual(self) -> bool:
        """Tell whether dual criminality is never asked about."""
        return self.dual_criminality == "never"


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What a request can ask for, and the local targets."""

    measures: dict[str, Measure]
    targets: dict[str, Limit]

    def named(self, name: str) -> Measure:
        """Give one measure.

        Raises:
            NoSuchLaw: there is none of that name.
        """
        if name not in self.measures:
            raise NoSuchLaw(f"got the measure {name!r}, expected one of: {', '.join(self.measures)}")
        return self.measures[name]


def measures() -> Measures:
    """Read the measures."""
    return _read("measures.yaml", Measures)


def terms(library: Library, name: str) -> Terms:
    """Read the terms of one instrument or route.

    Raises:
        BadLaw: the file is malformed, or names a rule that is not in it.
    """
    found = _rested(_read(f"terms/{name}.yaml", Terms))
    if name == CONVENTION:
        from .adoption import adopt

        found = adopt(found, library)
    for act in found.acts:
        check(found, act)
    return found


def known() -> tuple[str, ...]:
    """Name the instruments and routes that have terms."""
    return tuple(sorted(one.name.removesuffix(".yaml") for one in (_DATA / "terms").iterdir()))


def _read(name: str, kind: type[T]) -> T:
    page = Page(f"law/data/{name}")
    return decode(compose((_DATA / name).read_bytes(), page), kind, page)


def _rested(found: Terms) -> Terms:
    """Let each rule without a source of its own rest on the reading of the file."""
    changes: dict[str, Any] = {one.name: _on(getattr(found, one.name), found) for one in fields(Terms)}
    return replace(found, **changes)


def _on(value: object, whole: Terms) -> object:
    if isinstance(value, Mapping):
        return {key: _on(one, whole) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(_on(one, whole) for one in value)
    own = isinstance(value, Fact) and value.source != whole.source
    return replace(value, verified=whole.verified) if isinstance(value, Rule | Act) and not own else value


def check(found: Terms, act: Act) -> None:
    """Check that what an act names is in its file.

    Raises:
        BadLaw: it is not.
    """
    lists: tuple[tuple[Iterable[str], Iterable[str]], ...] = (
        ((*act.channel, *act.urgent, *act.dual, *act.use, *act.safeguards), found.rules),
        (act.grounds, found.grounds),
        (act.limits, found.limits),
        ((*act.asks, *found.scope_asks), found.asks),
        ((act.contents,) if act.contents else (), found.contents),
    )
    for name in _missing(lists):
        raise wrong(act, f"got the name {name!r}, expected one that the file explains")


def _missing(lists: Iterable[tuple[Iterable[str], Iterable[str]]]) -> Iterator[str]:
    for names, among in lists:
        yield from (name for name in names if name not in set(among))

"""All the law that is known: what is shipped, read when it is asked for, and the overlay, read and checked at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from . import coherence, overlay
from .errors import NoSuchLaw
from .model import Instrument, Places
from .reading import Page, compose, decode

if TYPE_CHECKING:
    from .convention import Article, Concerns, Contents
    from .cooperation import Cooperation
    from .country import Country

T = TypeVar("T")
_DATA = files("comity.law") / "data"


def load(folder: Path | None = None) -> Library:
    """Give the law: what is shipped, with the overlay in *folder* if one is named.

    Raises:
        BadLaw: a file of the overlay is malformed, contradicts another one or names what does not exist.
    """
    shipped = frozenset(_names("instruments"))
    library = Library(folder, overlay.read(folder, shipped) if folder else overlay.Overlay())
    for code in library.local.countries:
        library.country(code)
    if library.local.instruments or library.local.added:
        _ = library.instruments
    if folder:
        from .answers import every

        every(library)
    return library


@dataclass(frozen=True)
class Library:
    """The law that is known. Countries and instruments are named by their codes and ids."""

    folder: Path | None
    local: overlay.Overlay
    _countries: dict[str, Country] = field(default_factory=dict, repr=False)

    @cached_property
    def places(self) -> Places:
        """Give the codes of states with their names, and the organisations of states."""
        return _shipped("countries.yaml", Places)

    @cached_property
    def instruments(self) -> Mapping[str, Instrument]:
        """Give the instruments by id, in the order in which they are shown."""
        found = [_shipped(f"instruments/{name}.yaml", Instrument) for name in _names("instruments")]
        found = [overlay.amended(one, self.local.instruments.get(one.id, {})) for one in found]
        found.sort(key=lambda one: (_ORDER.index(one.id) if one.id in _ORDER else len(_ORDER), one.id))
        known = {one.id: _sourced(one) for one in [*found, *self.local.added.values()]}
        for one in known.values():
            coherence.check_instrument(one, known, self.places)
        return known

    def instrument(self, name: str) -> Instrument:
        """Give one instrument.

        Raises:
            NoSuchLaw: there is none of that id.
        """
        if name not in self.instruments:
            raise NoSuchLaw(f"got the instrument {name!r}, expected one of: {', '.join(self.instruments)}")
        return self.instruments[name]

    @cached_property
    def articles(self) -> Mapping[int, Article]:
        """Give the articles of the Convention by number."""
        from .convention import Articles

        articles = {one.number: one for one in _shipped("convention/articles.yaml", Articles).articles}
        coherence.check_articles(articles, self.contents)
        return articles

    def article(self, number: int) -> Article:
        """Give one article of the Convention.

        Raises:
            NoSuchLaw: there is none of that number.
        """
        if number not in self.articles:
            raise NoSuchLaw(f"got article {number}, expected one of 1 to {len(self.articles)}")
        return self.articles[number]

    @cached_property
    def contents(self) -> Contents:
        """Give the chapters of the Convention and the works that the articles rest on."""
        from .convention import Contents

        return _shipped("convention/sources.yaml", Contents)

    @cached_property
    def cooperation(self) -> Cooperation:
        """Give what the Convention says on cooperation."""
        from .cooperation import Cooperation

        cooperation = _shipped("convention/cooperation.yaml", Cooperation)
        coherence.check_cooperation(cooperation, self.contents)
        return cooperation

    @cached_property
    def concerns(self) -> Concerns:
        """Give what critics of the Convention fear."""
        from .convention import Concerns

        return _shipped("convention/concerns.yaml", Concerns)

    @cached_property
    def profiled(self) -> tuple[str, ...]:
        """Name the countries whose law has a profile."""
        return tuple(sorted({name.upper() for name in _names("national")} | self.local.countries.keys()))

    def code(self, code: str) -> str:
        """Give the code of a state or organisation in capitals.

        Raises:
            NoSuchLaw: no state or organisation has that code.
        """
        if code.upper() not in self.places.names:
            advice = "Use the code of two letters of ISO 3166, such as VN or PH, or EU."
            raise NoSuchLaw(f"got the country {code!r}, expected a known code", advice=advice)
        return code.upper()

    def country(self, code: str) -> Country:
        """Give the profile of a country's law; if there is none, one in which nothing was researched.

        Raises:
            NoSuchLaw: no state has that code.
            BadLaw: the profile is malformed.
        """
        from .country import Country

        code = self.code(code)
        if code in self.places.groups:
            raise NoSuchLaw(f"got {code}, an organisation of states, expected a state")
        if code not in self._countries:
            found: dict[str, Any] = {}
            if code.lower() in _names("national"):
                found = overlay.units(_shipped(f"national/{code.lower()}.yaml", Country))
            found |= self.local.countries.get(code, {})
            country = overlay.assemble(code, {"name": self.places.names[code]} | found)
            coherence.check_country(country)
            self._countries[code] = country
        return self._countries[code]

    def check(self) -> None:
        """Read everything there is.

        Raises:
            BadLaw: something is malformed.
        """
        _ = self.instruments, self.articles, self.cooperation, self.concerns
        for code in self.profiled:
            self.country(code)


_ORDER = ("hanoi", "budapest", "budapest-sap2", "budapest-ap1", "untoc", "uncac", "malabo", "arab-2010")


def _names(folder: str) -> list[str]:
    return sorted(one.name.removesuffix(".yaml") for one in (_DATA / folder).iterdir() if one.name.endswith(".yaml"))


def _shipped(name: str, kind: type[T]) -> T:
    form: Any = kind
    found: T = _parsed(name, form)
    return found


@cache
def _parsed(name: str, kind: Any) -> Any:
    page = Page(f"law/data/{name}")
    return decode(compose((_DATA / name).read_bytes(), page), kind, page)


def _sourced(instrument: Instrument) -> Instrument:
    rows = tuple(
        row if row.source else replace(row, source=instrument.coverage.source) for row in instrument.participations
    )
    return replace(instrument, participations=rows)

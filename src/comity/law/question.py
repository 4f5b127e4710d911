"""What is asked of the engine: who wants what from whom, for which offence, on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .country import OFFENCES
from .errors import BadQuestion
from .terms import Addressee

FIRST, LAST = min(OFFENCES.values()), max(OFFENCES.values())


@dataclass(frozen=True, kw_only=True)
class Offence:
    """The offence: one of Articles 7 to 17 of the Convention, or another one by its title.

    For another one the officer gives the maximum penalty in years under each of the two laws, as far as it is known.
    """

    article: int = 0
    title: str = ""
    years_here: float | None = None
    years_there: float | None = None

    def __post_init__(self) -> None:
        """Refuse an article that names no offence, both or none of article and title, and negative years."""
        if bool(self.article) == bool(self.title):
            raise BadQuestion(
                f"got {self.article or 'no'} article and the title {self.title!r}, expected one of the two"
            )
        if self.article and not FIRST <= self.article <= LAST:
            raise BadQuestion(f"got the offence {self.article}, expected one of Articles {FIRST} to {LAST}, or a title")
        given = [one for one in (self.years_here, self.years_there) if one is not None]
        if self.article and given:
            raise BadQuestion("got years for an article, expected them for another offence only")
        if not all(one >= 0 for one in given):
            raise BadQuestion(f"got {min(given):g} years, expected 0 or more")

    @property
    def name(self) -> str:
        """Give the offence in words."""
        return f"Article {self.article}" if self.article else self.title


@dataclass(frozen=True, kw_only=True)
class Question:
    """Who (*here*) asks whom (*there*) for what, for which offence, on which day; the addressee may be a provider there."""

    here: str
    there: str
    offence: Offence
    measure: str
    on: date
    addressee: Addressee = Addressee.AUTHORITY
    emergency: bool = False

    @property
    def urgent(self) -> bool:
        """Tell whether somebody says that there is an emergency."""
        return self.emergency or self.measure == "disclose_emergency"

"""The law: who is bound by what, what articles ask, what countries have and lack, and which basis serves."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from starlette.responses import Response

from comity.law import standing
from comity.law.basis import Engine
from comity.law.gaps import gaps
from comity.law.library import Library
from comity.law.matrix import matrix
from comity.law.plain import plain
from comity.law.question import Offence
from comity.law.question import Question as Case
from comity.law.terms import Addressee

from .answers import Free, Listed
from .asked import Question
from .call import Asked, Call, Called, data, listed
from .errors import BadCall
from .operations import JSON, Operation

Country = Annotated[str, Path(pattern="^[A-Z]{2}$", description="ISO 3166 code of a country.")]
Number = Annotated[int, Path(ge=1, le=200)]
Day = Annotated[date | None, Query(description="On that day; else today.")]


def list_instruments(call: Called, piece: Asked, on: Day = None) -> Response:
    """Sum up every treaty: whether it is in force, and how many are bound."""
    return listed([plain(one) for one in standing.overview(_library(call), _on(call, on))], piece)


def read_instrument(call: Called, instrument: Annotated[str, Path(max_length=80)], on: Day = None) -> Response:
    """Give a treaty on a day with everybody on its list."""
    return data(plain(standing.of_instrument(_library(call), instrument, _on(call, on))))


def read_article(call: Called, number: Number) -> Response:
    """Give what an article of the Convention says, in own words, and what it asks."""
    return data(plain(_library(call).article(number)))


def read_country(call: Called, country: Country, on: Day = None) -> Response:
    """Give the sheet of a country: authorities, languages, powers, periods, assistance, treaties."""
    library = _library(call)
    treaties = standing.of_country(library, country, _on(call, on)).rows
    return data(plain({"profile": library.country(country), "treaties": treaties}))


def list_gaps(call: Called, country: Country, piece: Asked, on: Day = None) -> Response:
    """Rank what the law of a country lacks under the Convention."""
    return listed([plain(one) for one in gaps(matrix(_library(call), country, _on(call, on)))], piece)


def find_bases(call: Called, question: Question) -> Response:
    """List the legal bases for a request in order, with reasons and what is still to be answered; a person chooses."""
    if (question.article is None) == (not question.offence):
        raise BadCall("got no offence or two, expected an article or a title", field="article")
    named: dict[str, Any] = {"article": question.article} if question.article else {"title": question.offence}
    offence = Offence(years_here=question.years_here, years_there=question.years_there, **named)
    asked = Case(
        here=question.here, there=question.there, offence=offence, measure=question.measure, on=_on(call, None),
        addressee=Addressee(question.to_whom), emergency=question.emergency,
    )  # fmt: skip
    return data(plain(Engine(_library(call)).decide(asked)))


def _library(call: Call) -> Library:
    return call.office.law()


def _on(call: Call, day: date | None) -> date:
    return day or call.desk.staff.now.date()


OPERATIONS = (
    Operation("GET", "/law/instruments", "law.read", list_instruments, Listed[Free]),
    Operation("GET", "/law/instruments/{instrument}", "law.read", read_instrument, Free),
    Operation("GET", "/law/articles/{number}", "law.read", read_article, Free),
    Operation("GET", "/law/countries/{country}", "law.read", read_country, Free),
    Operation("GET", "/law/countries/{country}/gaps", "law.read", list_gaps, Listed[Free]),
    Operation("POST", "/law/basis", "law.read", find_bases, Free, takes=JSON, most=1 << 14),
)

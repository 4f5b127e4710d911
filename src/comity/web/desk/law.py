"""The law pages: who is bound by what, what articles ask, what countries have, what they lack, and which basis serves.

They say what the data say, each fact with its source; a lead is called one wherever it stands, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from starlette.responses import Response

from comity.kernel.errors import BadInput
from comity.kernel.language import _, said, word
from comity.kernel.notation import state
from comity.law import standing, tiles
from comity.law.basis import Engine
from comity.law.comparison import compare
from comity.law.condition import State as Met
from comity.law.gaps import gaps
from comity.law.library import Library
from comity.law.matrix import State, matrix, penalties
from comity.law.question import Offence, Question
from comity.law.terms import Addressee, measures
from comity.law.worksheet import worksheet

from .errors import NoPage
from .routes import Route
from .visit import Visit

DEFAULT = "hanoi"
MOST_COMPARED = 6
MARKS = {Met.MET: "\u2713", Met.OPEN: "?", Met.LEAD: "~", Met.NOT_MET: "\u2717"}


def status(visit: Visit) -> Response:
    """Show who is bound by an instrument: as a map without borders, and as a list."""
    library, on = _library(visit), _today(visit)
    chosen = visit.query("instrument") or DEFAULT
    roll = standing.of_instrument(library, chosen, on)
    rows = standing.overview(library, on)
    words = tiles.words(tiles.tile_map(library, chosen, on))
    named = [(one.id, said(one.name)) for one in rows]
    return _page(visit, "law.html", roll=roll, rows=rows, words=words, instruments=named)


def picture(visit: Visit) -> Response:
    """Give the tile map of an instrument."""
    drawn = tiles.svg(tiles.tile_map(_library(visit), visit.given["instrument"], _today(visit)))
    return Response(drawn.encode(), media_type="image/svg+xml")


def articles(visit: Visit) -> Response:
    """List the Convention, chapter by chapter."""
    library = _library(visit)
    chapters = [
        (one, [library.articles[n] for n in range(one.first, one.last + 1) if n in library.articles])
        for one in library.contents.chapters
    ]
    return _page(visit, "articles.html", chapters=chapters)


def article(visit: Visit) -> Response:
    """Show an article: what it says in own words, what it leaves open, what it asks."""
    library = _library(visit)
    found = library.article(_number(visit.given["number"], "number"))
    sources = [library.contents.sources[name] for name in found.source.split("; ")]
    profiles = [code for code in library.profiled if _has(library, code, found.number)]
    return _page(visit, "article.html", article=found, sources=sources, profiles=profiles)


def countries(visit: Visit) -> Response:
    """List the countries whose law is in the data, and let some be compared."""
    library = _library(visit)
    named = [library.country(code) for code in library.profiled]
    return _page(visit, "countries.html", countries=named, articles=_compared(library))


def country(visit: Visit) -> Response:
    """Show the sheet of a country."""
    library = _library(visit)
    found = library.country(visit.given["code"])
    treaties = standing.of_country(library, found.country, _today(visit))
    sections = [
        (title, [(name, entry, penalties(entry)) for name, entry in section.items()])
        for title, section in ((_("Offences"), found.offences), (_("Powers"), found.powers))
        if section
    ]
    return _page(visit, "country.html", country=found, treaties=treaties, sections=sections)


def side_by_side(visit: Visit) -> Response:
    """Set the law of some countries on one article side by side."""
    library = _library(visit)
    codes = tuple(dict.fromkeys(visit.request.query_params.getlist("with")))[:MOST_COMPARED]
    if not codes:
        advice = _("Tick the countries to be compared.")
        raise BadInput("got no country, expected at least one", field="with", advice=advice)
    found = compare(library, codes, _number(visit.query("article"), "article"))
    return _page(visit, "compare.html", found=found, depth=range(max(len(one.provisions) for one in found.columns)))


def lacking(visit: Visit) -> Response:
    """Show what a country's law lacks under the Convention; by state, article and word."""
    library = _library(visit)
    found = matrix(library, visit.given["code"], _today(visit))
    asked, number, text = visit.query("state"), visit.query("article"), visit.query("text").casefold()
    ranked = [
        gap
        for gap in gaps(found, unknown=asked == State.UNKNOWN or bool(number))
        if (not asked or gap.cell.state == asked)
        and (not number or str(gap.article.number) == number)
        and (not text or text in f"{_told(gap.article.title)} {_told(gap.cell.question.question)}".casefold())
    ]
    numbers = [(str(n), f"{n} {_told(one.title)}") for n, one in library.articles.items() if one.checklist]
    return _page(
        visit,
        "gaps.html",
        found=found,
        ranked=ranked,
        state=asked,
        number=number,
        text=visit.query("text"),
        states=[("", _("all that lack something")), *((s, _code(s)) for s in State)],
        numbers=[("", _("all articles")), *numbers],
    )


def basis(visit: Visit) -> Response:
    """Find the legal bases of a request, in order, with reasons and open questions; a person chooses."""
    library, asked = _library(visit), visit.request.query_params
    found, wrong = None, None
    if asked.get("to"):
        try:
            found = Engine(library).decide(_question(asked, _today(visit)))
        except BadInput as e:
            wrong = e
    return _page(
        visit,
        "basis.html",
        status=422 if wrong else 200,
        found=found,
        wrong=wrong,
        asked=asked,
        here=asked.get("from") or visit.desk.staff.party.partition(".")[0],
        places=_places(library),
        offences=[(str(n), f"{n} {_told(library.articles[n].title)}") for n in range(7, 18)],
        measures=[(name, word("measure", name)) for name in measures().measures],
        marks=MARKS,
    )


def dual(visit: Visit) -> Response:
    """Set two laws on one offence side by side; the finding is an officer's."""
    asked = visit.request.query_params
    number = _number(asked.get("article", ""), "article")
    found = worksheet(_library(visit), asked.get("from", ""), asked.get("to", ""), article=number, on=_today(visit))
    return _page(visit, "dual.html", found=found)


def _question(asked: Mapping[str, str], on: date) -> Question:
    addressee = Addressee.PROVIDER if asked.get("provider") else Addressee.AUTHORITY
    return Question(
        here=asked.get("from", ""),
        there=asked.get("to", ""),
        offence=Offence(article=_number(asked.get("offence", ""), "offence")),
        measure=asked.get("measure", ""),
        on=on,
        addressee=addressee,
        emergency=bool(asked.get("emergency")),
    )


def _page(visit: Visit, template: str, *, status: int = 200, **shown: Any) -> Response:
    return visit.page(template, status, told=_told, code=_code, **shown)


def _told(text: str) -> str:
    """Give what may be a sentence of the law room or a text of its data; "law of VN" is short, but surely one."""
    return said(text, surely=not text.startswith("law of "))


def _code(name: str) -> str:
    """Give a code as words."""
    return word("law", name).replace("_", " ")


def _library(visit: Visit) -> Library:
    return visit.desk.node.office.law()


def _today(visit: Visit) -> date:
    return visit.desk.staff.now.date()


def _number(text: str, field: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 4:
        if field == "number":
            raise NoPage("got no number of an article, expected one")
        raise BadInput(f"got {text[:20]!r}, expected the number of an article", field=field)
    return int(text)


def _has(library: Library, code: str, number: int) -> bool:
    found = library.country(code)
    return bool(found.offence(number) or found.power(number))


def _compared(library: Library) -> list[tuple[str, str]]:
    numbers: Iterable[int] = (*range(7, 18), *range(25, 31))
    return [(str(n), f"{n} {_told(library.articles[n].title)}") for n in numbers]


def _places(library: Library) -> list[tuple[str, str]]:
    return sorted(((code, state(code, name)) for code, name in library.places.names.items()), key=lambda row: row[1])


ROUTES = (
    Route("GET", "/law", "law.read", status, menu="Law"),
    Route("GET", "/law/map/{instrument}", "law.read", picture),
    Route("GET", "/law/articles", "law.read", articles),
    Route("GET", "/law/article/{number}", "law.read", article),
    Route("GET", "/law/countries", "law.read", countries),
    Route("GET", "/law/country/{code}", "law.read", country),
    Route("GET", "/law/compare", "law.read", side_by_side),
    Route("GET", "/law/gaps/{code}", "law.read", lacking),
    Route("GET", "/law/basis", "law.read", basis),
    Route("GET", "/law/dual", "law.read", dual),
)

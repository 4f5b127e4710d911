"""Pages from templates: in the person's language, every text escaped, nothing inline."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from comity import __version__
from comity.kernel import notation
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.language import _, counted, said

from .languages import NAMES, direction, worded, written

if TYPE_CHECKING:
    from .visit import Visit

STATIC = files("comity.web.desk").joinpath("static")


@cache
def environment() -> Environment:
    """Give the environment of all templates."""
    made = Environment(
        loader=PackageLoader("comity.web.desk"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.globals.update(
        _=_, counted=counted, said=said, word=worded, static=static, languages=NAMES, version=__version__
    )
    made.globals.update(point=notation.mark)
    for one in (
        notation.listed,
        notation.number,
        notation.size,
        notation.day,
        notation.period,
        notation.state,
        notation.tongue,
    ):
        made.filters[one.__name__] = one
    made.filters["fill"] = _filled
    made.filters["browser"] = _browser
    made.filters["spoken"] = lambda text: said(text, surely=True)
    made.filters["seg"] = lambda text: quote(str(text), safe="")
    return made


def render(visit: Visit, template: str, **shown: Any) -> str:
    """Make a page for a visit."""
    from .pages import MENU

    context = {
        "visit": visit,
        "who": visit.who,
        "party": visit.desk.staff.party,
        "menu": [one for one in MENU if visit.may(one.act)],
        "time": _time(visit),
        "lang": visit.language,
        "dir": direction(visit.language),
        "now": visit.desk.staff.now,
    }
    return environment().get_template(template).render(context | shown)


@cache
def static(name: str) -> str:
    """Give the address of a static file, with the beginning of its digest, so that it may be kept for ever."""
    digest = hashlib.sha256(STATIC.joinpath(name).read_bytes()).hexdigest()[:16]
    return f"/static/{digest}/{name}"


def _filled(text: str, **values: object) -> Markup:
    """Fill the places of a text; a value may be a piece of a page, and one that is text stands apart in its direction."""
    pieces = {
        name: one if isinstance(one, Markup) else Markup("<bdi>{}</bdi>").format(one) for name, one in values.items()
    }
    return Markup(escape(text)).format(**pieces)  # noqa: S704 - escaped here


def _browser(agent: str) -> str:
    """Name a browser and its system, as far as it says."""
    browsers = {"Firefox/": "Firefox", "Edg/": "Edge", "OPR/": "Opera", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {
        "Android": "Android",
        "iPhone": "iOS",
        "iPad": "iPadOS",
        "Windows": "Windows",
        "Mac OS": "macOS",
        "Linux": "Linux",
    }
    found = [next((name for sign, name in known.items() if sign in agent), "") for known in (browsers, systems)]
    return ", ".join(filter(None, found)) or agent[:60]


def _time(visit: Visit) -> Callable[[datetime | str | None], Markup]:
    zone = visit.who.person.zone if visit.who else "UTC"

    def time(at: datetime | str | None) -> Markup:
        """Write a moment in the person's zone with its offset; the zone's name and the machine's form stand behind it.

        A text that is no moment, as others may have sent it, stays as it is.
        """
        if isinstance(at, str):
            try:
                at = moment(at)
            except BadInput:
                return Markup("<bdi>{}</bdi>").format(at)
        return Markup("") if at is None else _moment(at, zone, visit.language)

    return time


@lru_cache(maxsize=20_000)
def _moment(at: datetime, zone: str, language: str) -> Markup:
    """Write a moment; the *language* is the one that is spoken, by which what was written is found again."""
    text, offset = written(at, zone)
    form = '<time datetime="{}" title="{}"><bdi>{}</bdi> <bdi dir="ltr">{}</bdi></time>'
    return Markup(form).format(stamp(at), zone, text, offset)  # noqa: S704 - the form is ours, what fills it is escaped

"""The pages everybody has: home, the duty matrix, the choice of a language, and what pages are made of."""

from __future__ import annotations

from starlette.responses import Response

from comity.accounts import knowledge, people
from comity.accounts.access import grants_of, open_glasses
from comity.accounts.duties import acts, apart, roles
from comity.requests.tables import exercises

from ..acts import parcels
from ..acts.arrivals import Arrivals, Waiting
from .arrivals import arrivals, waiting
from .begin import beginnings
from .clockline import deadline
from .errors import NoPage
from .languages import NAMES
from .rendering import STATIC, static
from .routes import Route
from .site import own_path
from .visit import Visit
from .work import Work, work

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
ARRIVED = 10
FOREVER = "public, max-age=31536000, immutable"


def home(visit: Visit) -> Response:
    """Show who one is and what waits."""
    staff, who = visit.desk.staff, visit.me
    with staff.store.read() as unit:
        names = {one.id: one.label for one in people.all_people(unit)}
        shown = {
            "grants": grants_of(staff, unit, who.person.id),
            "absent": [names[one] for one in who.absent],
            "glasses": open_glasses(staff, unit, who.person.id),
            "reviews": [one for one in knowledge.unreviewed(unit) if one.person != who.person.id]
            if who.may("glass.review")
            else [],
            "recoveries": [one for one in people.recoveries(unit) if one.by != who.person.id]
            if who.may("people.change")
            else [],
        }
    here = who.may("inbox.list")
    found = work(visit)
    return visit.page(
        "home.html",
        names=names,
        roles=roles(),
        work=found,
        arrived=arrivals(visit, most=ARRIVED) if here else Arrivals(),
        waiting=waiting(visit) if here else Waiting(),
        evidence=parcels.waiting(visit.actor) if who.may("evidence.take") else None,
        deadline=deadline,
        beginnings=beginnings(visit),
        exercises=_exercises(visit, found),
        **shown,
    )


def _exercises(visit: Visit, found: Work) -> set[str]:
    """Pick what of a person's work are exercises."""
    shown = [
        *(one for one, _ in found.mine),
        *(one for _, one in found.due),
        *(one for one, _ in found.stuck),
        *found.new,
    ]
    with visit.desk.staff.store.read() as unit:
        return exercises(unit, [one.id for one in shown])


def duties(visit: Visit) -> Response:
    """Show who may do what, and why."""
    return visit.page("duties.html", roles=roles(), acts=acts(), apart=apart())


def speak(visit: Visit) -> Response:
    """Choose the language of the pages."""
    chosen = visit.field("language")
    if chosen in NAMES:
        visit.cookies["language"] = chosen
        if visit.who:
            people.speak(visit.desk.staff, visit.person, chosen, visit.person.zone)
    return visit.go(own_path(visit.field("next")))


def piece(visit: Visit) -> Response:
    """Give what pages are made of: the style, the scripts, the sign."""
    name = visit.given["name"]
    kind = TYPES.get(name.rpartition(".")[2])
    if not kind or not STATIC.joinpath(name).is_file() or visit.request.url.path != static(name):
        raise NoPage("got an address without a file, expected one of the desk")
    return Response(STATIC.joinpath(name).read_bytes(), media_type=kind, headers={"cache-control": FOREVER})


ROUTES = (
    Route("GET", "/", "home.read", home, menu="Home"),
    Route("GET", "/duties", "duties.read", duties),
    Route("POST", "/language", "door.speak", speak),
    Route("GET", "/static/{digest}/{name}", "door.read", piece),
)

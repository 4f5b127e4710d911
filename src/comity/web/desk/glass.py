"""Break-glass: into a case that one is no member of, with a reason; and the review by another person."""

from __future__ import annotations

from starlette.responses import Response

from comity.accounts import knowledge, people
from comity.accounts.access import open_glasses

from .routes import Route
from .visit import Visit


def ask(visit: Visit) -> Response:
    """Show how to break the glass, and which are open."""
    staff = visit.desk.staff
    with staff.store.read() as unit:
        mine = open_glasses(staff, unit, visit.person.id)
    return visit.page("glass.html", mine=mine, case=visit.query("case")[: knowledge.MOST_CASE])


def broken(visit: Visit) -> Response:
    """Break the glass for a case."""
    knowledge.break_glass(visit.desk.staff, visit.me, visit.field("case"), visit.field("reason"))
    return visit.go("/glass")


def reviews(visit: Visit) -> Response:
    """Show what waits for a review, and what was reviewed."""
    with visit.desk.staff.store.read() as unit:
        names = {one.id: one.label for one in people.all_people(unit)}
        found = knowledge.glasses(unit)
    return visit.page("reviews.html", glasses=found, names=names)


def review(visit: Visit) -> Response:
    """Say whether it was needed."""
    knowledge.review(visit.desk.staff, visit.me, visit.given["glass"], visit.field("verdict"), visit.field("note"))
    return visit.go("/glass/review")


ROUTES = (
    Route("GET", "/glass", "glass.break", ask, menu="Break-glass"),
    Route("POST", "/glass", "glass.break", broken),
    Route("GET", "/glass/review", "glass.read", reviews, menu="Reviews"),
    Route("POST", "/glass/{glass}/review", "glass.review", review),
)

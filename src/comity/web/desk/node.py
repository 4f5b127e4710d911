"""The node's page: what the doctor finds, without a word of any case.

Looking asks what is quickly told; whoever presses the button asks everything, the whole log and every chain of custody too.
"""

from __future__ import annotations

from starlette.responses import Response

from comity.node.doctor import Check

from ..acts import doctoring
from .routes import Route
from .visit import Visit


def shown(visit: Visit) -> Response:
    """Show what is quickly told."""
    return _page(visit, doctoring.quick(visit.actor), whole=False)


def examined(visit: Visit) -> Response:
    """Ask everything; one examination at a time."""
    return _page(visit, doctoring.whole(visit.actor), whole=True)


def _page(visit: Visit, checks: list[Check], *, whole: bool) -> Response:
    return visit.page("node.html", checks=checks, whole=whole, good=all(one.good for one in checks))


ROUTES = (
    Route("GET", "/node", "node.read", shown, menu="Node"),
    Route("POST", "/node", "node.read", examined),
)

"""The node's page: what the doctor finds, without a word of any case.

Looking asks what is quickly told; whoever presses the button asks everything, the whole log and every chain of custody too.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from comity.kernel.language import _
from comity.node.doctor import Check, ask

from .errors import Busy
from .routes import Route
from .visit import Visit

QUICK = ("directory", "keys", "deliveries", "disk", "exchange", "outbox")


def shown(visit: Visit) -> Response:
    """Show what is quickly told."""
    return _page(visit, ask(visit.desk.node, *QUICK), whole=False)


def examined(visit: Visit) -> Response:
    """Ask everything; one examination at a time."""
    if not visit.desk.checking.acquire(blocking=False):
        raise Busy("got a check while another one is under way, expected one at a time", advice="Wait for its end.")
    try:
        checks = ask(visit.desk.node)
    finally:
        visit.desk.checking.release()
    return _page(visit, checks, whole=True)


def _page(visit: Visit, checks: list[Check], *, whole: bool) -> Response:
    kept = [_without_content(one) for one in checks]
    return visit.page("node.html", checks=kept, whole=whole, good=all(one.good for one in kept))


def _without_content(one: Check) -> Check:
    """Leave out which item of evidence a chain is of: whoever runs the machine reads no case."""
    if one.name != "custody" or one.good:
        return one
    advice = _(
        "A custodian sees which: have the custody looked at, change nothing, and compare with the last good back-up."
    )
    return replace(one, found=_("There are faults in the custody of evidence."), advice=advice)


ROUTES = (
    Route("GET", "/node", "node.read", shown, menu="Node"),
    Route("POST", "/node", "node.read", examined),
)

"""What the other side delivered on a request of ours, as a piece of its page; copies of it, and taking it into evidence."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from comity.exchange.errors import NoDelivery
from comity.kernel.errors import ComityError
from comity.requests.model import Request

from ..acts import delivered as acts
from ..acts.delivered import Taking
from ..giving import given
from .drafting import by_ours, ours
from .routes import Route
from .signing import seals, signer_of
from .visit import Visit


def told(visit: Visit, request: Request) -> dict[str, Any]:
    """Give what the part of a page on deliveries is made of."""
    return {
        "request": request,
        "deliveries": acts.deliveries(visit.actor, request),
        "seals": seals(visit),
        "opens": visit.desk.exchange.identity is not None,
    }


def shown(visit: Visit) -> Response:
    """Show how far the deliveries have come: a piece of the page, asked again while something is fetched."""
    return visit.page("delivered.html", **told(visit, ours(visit.desk, visit.given["request"])))


def fetched(visit: Visit) -> Response:
    """Have what waits for a later try fetched now."""
    request = ours(visit.desk, visit.given["request"])
    acts.fetch_now(visit.actor, request)
    return visit.go(f"/request/{request.id}#delivered")


def copied(visit: Visit) -> Response:
    """Give one file of a whole delivery."""
    request = ours(visit.desk, visit.given["request"])
    made = acts.copy_of(visit.actor, request, visit.given["delivery"], visit.given["name"])
    return given(visit.desk.node.blobs, made, "application/octet-stream")


def acquired(visit: Visit) -> Response:
    """Take a whole delivery into evidence."""
    from .request import page

    request = ours(visit.desk, visit.given["request"])
    how = Taking(visit.field("item"), visit.field("why"), visit.field("place"), bool(visit.field("open")))
    try:
        signer = signer_of(visit) if visit.field("passphrase") else None
        item = acts.acquire(visit.actor, request, visit.given["delivery"], how, signer)
    except NoDelivery:
        raise
    except ComityError as e:
        return page(visit, wrong=e)
    return visit.go(f"/request/{request.id}#delivered" if not item else f"/item/{item}")


ROUTES = (
    Route("GET", "/request/{request}/delivered", "request.read", shown, case=by_ours, quiet=True),
    Route("POST", "/request/{request}/fetch", "delivery.fetch", fetched, case=by_ours),
    Route("GET", "/request/{request}/delivered/{delivery}/{name}", "delivery.read", copied, case=by_ours),
    Route("POST", "/request/{request}/delivered/{delivery}/acquire", "evidence.change", acquired, case=by_ours),
)

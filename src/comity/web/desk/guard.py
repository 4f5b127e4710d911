"""What is looked at before a page is asked, and what every answer carries.

A form counts only if it was sent from a page of our own origin (Origin, Sec-Fetch-Site) by the visitor who got that page
(the word bound to his cookie). The host must be our own, so that no link we make leads elsewhere.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from .errors import NotFromHere, OtherHost
from .site import Site

if TYPE_CHECKING:
    from .visit import Visit

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=(), payment=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)",
}
STRICT = {"strict-transport-security": "max-age=63072000"}
FIELD, HEADER = "csrf", "x-csrf"


def require_host(site: Site, request: Request) -> None:
    """Find that the visitor came under the desk's own name.

    Raises:
        OtherHost: he did not.
    """
    if request.headers.getlist("host") != [site.host]:
        raise OtherHost("got another name, expected the desk's own", advice=f"Come to {site.origin}.")


def require_own_page(site: Site, request: Request) -> None:
    """Find that a form was sent from a page of our own origin.

    Raises:
        NotFromHere: it was not.
    """
    said, fetched = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if (said or fetched) is None or said not in (None, site.origin) or fetched not in (None, "same-origin"):
        raise NotFromHere("got a form from elsewhere, expected one from a page of this desk")


def require_own_form(visit: Visit) -> None:
    """Find that a form was sent from our own page by the visitor who got it.

    Raises:
        NotFromHere: it was not.
    """
    require_own_page(visit.desk.site, visit.request)
    given = visit.field(FIELD) or visit.request.headers.get(HEADER, "")
    if not hmac.compare_digest(given.encode(), visit.csrf.encode()):
        advice = "Go back, load the page again, and send it once more; this happens after signing in or out elsewhere."
        raise NotFromHere("got a form of an older page, expected one of the present", advice=advice)


def sealed(site: Site, response: Response) -> Response:
    """Give an answer the headers that every one carries; what is not said to be kept is kept nowhere."""
    for name, value in (HEADERS | (STRICT if site.secure else {})).items():
        response.headers[name] = value
    response.headers.setdefault("cache-control", "no-store")
    return response

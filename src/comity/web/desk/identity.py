"""The organisation's identity provider: sent there, back again, the second factor that is still wanted, links of people.

A visitor is sent there by a page with an address that the browser follows by itself, not by a redirect: the content policy
lets no form lead elsewhere. What he brings back stands in the address of a page that changes nothing; the page sends it on
as a form of our own, so that what signs in is a form as all others are, by the visitor who was sent.
"""

from __future__ import annotations

from starlette.responses import Response

from comity.accounts import errands, identities, vouching
from comity.accounts.errands import LINK, Answer
from comity.accounts.errors import BadAccount, IssuerUnreachable, NotSignedIn, TooSoon, WrongIssuer
from comity.accounts.issuer import Issuer

from .entry import asking
from .errors import NoPage
from .routes import Route
from .site import own_path
from .visit import Visit

BACK, SECOND = "/sign-in/provider/back", "/sign-in/second"
BROUGHT = ("state", "code", "iss", "error")
_WRONG = (NotSignedIn, TooSoon, BadAccount, IssuerUnreachable, WrongIssuer)


def send(visit: Visit) -> Response:
    """Send a visitor to the provider, to sign in or to prove anew who he is."""
    session, to = visit.who.session if visit.who else None, own_path(visit.field("next"))
    try:
        address = errands.send(visit.desk.staff, _issuer(visit), visit.word, _redirect(visit), to, session)
    except _WRONG as e:
        return asking(visit, to, e)
    return _away(visit, address)


def link(visit: Visit) -> Response:
    """Send a person who is signed in to the provider, to link himself with who he is there."""
    address = errands.send(
        visit.desk.staff, _issuer(visit), visit.word, _redirect(visit), "/account", visit.me.session, link=True
    )
    return _away(visit, address)


def back(visit: Visit) -> Response:
    """Show what a visitor brings back, as a form that goes on by itself."""
    _issuer(visit)
    brought = {name: visit.query(name)[: errands.MOST_ANSWER + 1] for name in BROUGHT}
    return visit.page("back.html", brought=brought, action=BACK)


def taken(visit: Visit) -> Response:
    """Take what a visitor brings back."""
    issuer, staff = _issuer(visit), visit.desk.staff
    answer = Answer(visit.field("state"), visit.field("code"), visit.field("iss"), visit.field("error"))
    session, to = visit.who.session if visit.who else None, "/"
    try:
        errand, vouched = errands.back(staff, issuer, answer, visit.word, _redirect(visit), visit.caller)
        to = errand.next
        opened = vouching.enter(staff, issuer.client, errand, vouched, visit.word, visit.caller, session)
    except _WRONG as e:
        return asking(visit, to, e)
    if opened is None:
        return visit.go("/account" if errand.purpose == LINK else SECOND)
    visit.signed_in(opened)
    return visit.go(to)


def second(visit: Visit) -> Response:
    """Ask for the second factor that the provider did not."""
    return _second(visit)


def seconded(visit: Visit) -> Response:
    """Sign in by the six digits, after the provider."""
    try:
        opened, to = vouching.by_digits(visit.desk.staff, visit.word, visit.field("code"), visit.caller)
    except (NotSignedIn, TooSoon) as e:
        return _second(visit, e)
    visit.signed_in(opened)
    return visit.go(to)


def unlinked(visit: Visit) -> Response:
    """End the own link."""
    identities.end(visit.desk.staff, visit.person, visit.field("identity"), visit.person.id)
    return visit.go("/account")


def entered(visit: Visit) -> Response:
    """Say as an administrator whom the provider means, for a person who has no key yet."""
    identities.enter_subject(
        visit.desk.staff, visit.person, visit.given["person"], _issuer(visit).client.issuer, visit.field("subject"),
        visit.field("reason"),
    )  # fmt: skip
    return visit.go(f"/people/{visit.given['person']}")


def ended(visit: Visit) -> Response:
    """End a person's link as an administrator."""
    identities.end(visit.desk.staff, visit.person, visit.field("identity"), visit.given["person"])
    return visit.go(f"/people/{visit.given['person']}")


def _issuer(visit: Visit) -> Issuer:
    if visit.desk.issuer is None:
        raise NoPage("got a sign-in by a provider, expected one by a key: this node has no provider")
    return visit.desk.issuer


def _redirect(visit: Visit) -> str:
    return visit.desk.site.origin + BACK


def _away(visit: Visit, address: str) -> Response:
    response = visit.page("away.html", address=address, issuer=_issuer(visit))
    response.headers["refresh"] = f"0; url={address}"
    return response


def _second(visit: Visit, wrong: NotSignedIn | TooSoon | None = None) -> Response:
    staff = visit.desk.staff
    with staff.store.read() as unit:
        errand = errands.waiting(staff, unit, visit.word)
        person = staff.person(unit, errand.person) if errand else None
    if errand is None or person is None or visit.who:
        return asking(visit, "/", wrong) if wrong else visit.go("/sign-in")
    return visit.page(
        "second.html", wrong.status if wrong else 200, wrong=wrong, next=errand.next, digits=bool(person.totp)
    )


ROUTES = (
    Route("POST", "/sign-in/provider", "door.enter", send),
    Route("GET", BACK, "door.read", back),
    Route("POST", BACK, "door.enter", taken),
    Route("GET", SECOND, "door.read", second),
    Route("POST", SECOND, "door.enter", seconded),
    Route("POST", "/account/identity", "account.change", link, fresh=True),
    Route("POST", "/account/identity/end", "account.change", unlinked, fresh=True),
    Route("POST", "/people/{person}/identity", "people.change", entered, fresh=True),
    Route("POST", "/people/{person}/identity/end", "people.change", ended, fresh=True),
)

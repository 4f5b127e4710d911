"""The door: sign in by passkey or by password and code, come in once by a code, sign out."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from comity.accounts import entering, passkeys, sessions
from comity.accounts.errors import NotSignedIn, TooSoon
from comity.accounts.model import IDENTITY
from comity.kernel.errors import ComityError
from comity.kernel.language import said

from .routes import Route
from .site import own_path
from .visit import Visit


def sign_in(visit: Visit) -> Response:
    """Show the ways to sign in, or to prove anew who one is."""
    return asking(visit, own_path(visit.query("next")))


def asking(visit: Visit, next_page: str, wrong: ComityError | None = None, name: str | None = None) -> Response:
    """Show the ways to sign in, with what was *wrong* with the one that was tried: with what was typed for a *name*, or otherwise."""
    issuer = visit.desk.issuer
    offered = issuer if issuer and (visit.who is None or issuer.client.strong) else None
    response = visit.page(
        "signin.html", wrong.status if wrong else 200, next=next_page, wrong=wrong, name=name or "", issuer=offered,
        typed=wrong if name is not None else None,
    )  # fmt: skip
    if isinstance(wrong, TooSoon):
        response.headers["retry-after"] = str(wrong.seconds)
    return response


def enter(visit: Visit) -> Response:
    """Sign in by name, password and code."""
    name = visit.person.name if visit.who else visit.field("name")
    session = visit.who.session if visit.who else None
    try:
        opened = entering.by_password(
            visit.desk.staff, name, visit.field("password"), visit.field("code"), visit.caller, session
        )
    except (NotSignedIn, TooSoon) as e:
        return asking(visit, own_path(visit.field("next")), e, name)
    visit.signed_in(opened)
    return visit.go(own_path(visit.field("next")))


def ask_passkey(visit: Visit) -> Response:
    """Give the challenge that a passkey has to answer."""
    options = passkeys.ask(visit.desk.staff, visit.desk.site.passkeys, visit.word)
    return Response(options, media_type="application/json")


def enter_by_passkey(visit: Visit) -> Response:
    """Sign in by the answer of a passkey."""
    session = visit.who.session if visit.who else None
    try:
        opened = entering.by_passkey(
            visit.desk.staff, visit.desk.site.passkeys, visit.word, visit.field("answer"), visit.caller, session
        )
    except NotSignedIn as e:
        return JSONResponse({"wrong": said(e.advice) or str(e)})
    visit.signed_in(opened)
    return JSONResponse({"go": own_path(visit.field("next"))})


def join(visit: Visit) -> Response:
    """Ask for the code that lets a person in once."""
    return visit.page("join.html", code=visit.query("code")[:100], wrong=None)


def joined(visit: Visit) -> Response:
    """Come in by a code, to make keys of one's own."""
    try:
        visit.signed_in(entering.by_code(visit.desk.staff, visit.field("code"), visit.caller))
    except (NotSignedIn, TooSoon) as e:
        return visit.page("join.html", e.status, code="", wrong=e)
    return visit.go("/account/keys")


def leave(visit: Visit) -> Response:
    """Sign out here; who came by the organisation's provider is shown the way to leave there too."""
    sessions.end(visit.desk.staff, visit.word)
    there = _leaving(visit)
    visit.who, visit.word = None, visit.desk.staff.secret()
    return visit.page("left.html", there=there, issuer=visit.desk.issuer) if there else visit.go("/sign-in")


def _leaving(visit: Visit) -> str:
    """Give where the person ends his session at the provider, if he came by it and it says where."""
    issuer = visit.desk.issuer
    if issuer is None or visit.me.session.way != IDENTITY:
        return ""
    try:
        return issuer.leave(f"{visit.desk.site.origin}/sign-in")
    except ComityError:
        return ""  # it does not answer; whoever signs out is out here all the same


ROUTES = (
    Route("GET", "/sign-in", "door.read", sign_in),
    Route("POST", "/sign-in", "door.enter", enter),
    Route("POST", "/sign-in/passkey/ask", "door.enter", ask_passkey),
    Route("POST", "/sign-in/passkey", "door.enter", enter_by_passkey),
    Route("GET", "/join", "door.read", join),
    Route("POST", "/join", "door.enter", joined),
    Route("POST", "/sign-out", "door.leave", leave),
)

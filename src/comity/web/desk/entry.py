"""The door: sign in by passkey or by password and code, come in once by a code, sign out."""

from __future__ import annotations

from starlette.responses import Response

from comity.accounts import entering, passkeys, sessions
from comity.accounts.errors import NotSignedIn, TooSoon
from comity.kernel.language import said

from .routes import Route
from .site import own_path
from .visit import Visit


def sign_in(visit: Visit) -> Response:
    """Show the ways to sign in, or to prove anew who one is."""
    return visit.page("signin.html", next=own_path(visit.query("next")), wrong=None, name="")


def enter(visit: Visit) -> Response:
    """Sign in by name, password and code."""
    name = visit.person.name if visit.who else visit.field("name")
    session = visit.who.session if visit.who else None
    try:
        opened = entering.by_password(
            visit.desk.staff, name, visit.field("password"), visit.field("code"), visit.caller, session
        )
    except (NotSignedIn, TooSoon) as e:
        response = visit.page("signin.html", e.status, next=own_path(visit.field("next")), wrong=e, name=name)
        if isinstance(e, TooSoon):
            response.headers["retry-after"] = str(e.seconds)
        return response
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
        return visit.data({"wrong": said(e.advice) or str(e)})
    visit.signed_in(opened)
    return visit.data({"go": own_path(visit.field("next"))})


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
    """Sign out here."""
    sessions.end(visit.desk.staff, visit.word)
    visit.left = True
    return visit.go("/sign-in")


ROUTES = (
    Route("GET", "/sign-in", "door.read", sign_in),
    Route("POST", "/sign-in", "door.enter", enter),
    Route("POST", "/sign-in/passkey/ask", "door.enter", ask_passkey),
    Route("POST", "/sign-in/passkey", "door.enter", enter_by_passkey),
    Route("GET", "/join", "door.read", join),
    Route("POST", "/join", "door.enter", joined),
    Route("POST", "/sign-out", "door.leave", leave),
)

"""One's own account: keys to the door, sessions, language and time zone, tokens for programs."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import JSONResponse, Response

from comity.accounts import entering, identities, passkeys, people, sessions, tokens, totp
from comity.accounts.access import grants_of
from comity.accounts.duties import acts, roles
from comity.accounts.errors import BadAccount, NotSignedIn
from comity.accounts.model import CODE
from comity.kernel.language import said

from .languages import NAMES, zones
from .routes import Route
from .visit import Visit


def show(visit: Visit) -> Response:
    """Show the own account."""
    return _shown(visit)


def keys(visit: Visit) -> Response:
    """Show how to make a key to the own door."""
    return _keys(visit, totp.new_secret(visit.desk.staff.random), None)


def set_password(visit: Visit) -> Response:
    """Set password and one-time codes."""
    secret = visit.field("secret")
    try:
        if visit.field("password") != visit.field("again"):
            raise BadAccount("got two different passwords, expected the same twice", field="again")
        opened = entering.set_password(
            visit.desk.staff, visit.me.session, visit.field("password"), secret, visit.field("code")
        )
    except BadAccount as e:
        kept = secret if len(secret) == 32 and secret.isalnum() else totp.new_secret(visit.desk.staff.random)
        return _keys(visit, kept, e)
    return _keyed(visit, opened)


def ask_passkey(visit: Visit) -> Response:
    """Give the challenge for a new passkey."""
    options = passkeys.ask_new(visit.desk.staff, visit.desk.site.passkeys, visit.word, visit.person)
    return Response(options, media_type="application/json")


def add_passkey(visit: Visit) -> Response:
    """Keep a new passkey."""
    site, session = visit.desk.site.passkeys, visit.me.session
    try:
        opened = entering.add_passkey(
            visit.desk.staff, site, visit.word, session, visit.field("answer"), visit.field("label")
        )
    except (NotSignedIn, BadAccount) as e:
        return JSONResponse({"wrong": said(e.advice) or str(e)})
    return JSONResponse({"go": _keyed(visit, opened).headers["location"]})


def end_passkey(visit: Visit) -> Response:
    """End a passkey."""
    entering.end_passkey(visit.desk.staff, visit.me.session, visit.field("passkey"))
    return visit.go("/account")


def end_session(visit: Visit) -> Response:
    """Sign out from another of the own sessions."""
    sessions.end_one(visit.desk.staff, visit.person.id, visit.field("session"))
    return visit.go("/account")


def end_sessions(visit: Visit) -> Response:
    """Sign out everywhere but here."""
    with visit.desk.staff.store.write() as unit:
        sessions.end_all(visit.desk.staff, unit, visit.person.id, but=visit.me.session.id)
    return visit.go("/account")


def speak(visit: Visit) -> Response:
    """Choose language and time zone."""
    chosen = visit.field("language")
    if chosen not in NAMES:
        raise BadAccount(f"got {chosen[:20]!r}, expected one of: {', '.join(NAMES)}", field="language")
    people.speak(visit.desk.staff, visit.person, chosen, visit.field("zone"))
    return visit.go("/account")


def make_token(visit: Visit) -> Response:
    """Make a token for a program, and show it this once."""
    days = visit.field("days")
    if not days.isascii() or not days.isdigit() or len(days) > 3:
        raise BadAccount(f"got {days[:10]!r}, expected a number of days", field="days")
    token, word = tokens.make(
        visit.desk.staff, visit.me, visit.field("label"), visit.fields("act"), timedelta(days=int(days))
    )
    return visit.page("token.html", token=token, word=word, acts=acts())


def end_token(visit: Visit) -> Response:
    """End a token."""
    tokens.end(visit.desk.staff, visit.me, visit.field("token"))
    return visit.go("/account")


def _shown(visit: Visit) -> Response:
    staff, person = visit.desk.staff, visit.person.id
    with staff.store.read() as unit:
        shown = {
            "passkeys": passkeys.of(unit, person),
            "sessions": sorted(
                sessions.open_sessions(staff, unit, person), key=lambda one: one.id != visit.me.session.id
            ),
            "tokens": tokens.of(unit, person),
            "grants": grants_of(staff, unit, person),
            "identities": identities.of(unit, person),
        }
    return visit.page(
        "account.html",
        roles=roles(),
        acts=acts(),
        offered=tokens.offered(visit.me),
        zones=zones(),
        issuer=visit.desk.issuer,
        **shown,
    )


def _keys(visit: Visit, secret: str, wrong: BadAccount | None) -> Response:
    import segno

    address = totp.address(secret, visit.person.name, f"Comity {visit.desk.staff.party}")
    picture = segno.make(address, micro=False).svg_data_uri(scale=4, light="#fff", dark="#000")
    return visit.page(
        "keys.html", wrong.status if wrong else 200, secret=secret, picture=picture, wrong=wrong,
        joining=visit.me.session.way == CODE,
    )  # fmt: skip


def _keyed(visit: Visit, opened: sessions.Opened) -> Response:
    joining = visit.me.session.way == CODE
    visit.signed_in(opened)
    return visit.go("/" if joining else "/account")


ROUTES = (
    Route("GET", "/account", "account.read", show),
    Route("GET", "/account/keys", "account.keys", keys, fresh=True),
    Route("POST", "/account/password", "account.join", set_password, fresh=True),
    Route("POST", "/account/passkey/ask", "account.join", ask_passkey, fresh=True),
    Route("POST", "/account/passkey", "account.join", add_passkey, fresh=True),
    Route("POST", "/account/passkey/end", "account.change", end_passkey, fresh=True),
    Route("POST", "/account/session/end", "account.change", end_session),
    Route("POST", "/account/sessions/end", "account.change", end_sessions),
    Route("POST", "/account/language", "account.change", speak),
    Route("POST", "/account/token", "account.change", make_token, fresh=True),
    Route("POST", "/account/token/end", "account.change", end_token),
)

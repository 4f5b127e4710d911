"""What other parties handed over: waits until a custodian takes it over or refuses it; and recalls that wait to be confirmed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.errors import NoItem
from comity.kernel.errors import ComityError

from ..acts import evidence as acts
from ..acts import handing, parcels
from .forms import typed
from .handing import text
from .itemparts import status
from .routes import Route
from .signing import seals, signer_of
from .visit import Visit

SHOWN, TAKE = 100, "evidence.take"


def listed(visit: Visit, wrong: ComityError | None = None, at: str = "") -> Response:
    """List what came, the newest first, and the recalls and corrections that nobody confirmed."""
    found, asked = parcels.came(visit.actor), handing.notices(visit.actor)
    return visit.page(
        "came.html",
        status(wrong),
        waits=[one for one in found if one.waits],
        others=[one for one in found if not one.waits][:SHOWN],
        notices=asked,
        takes=visit.me.may(TAKE),
        hand=acts.by_of(visit.actor),
        wrong=wrong,
        at=at,
        typed=typed(visit.form),
    )


def shown(visit: Visit, wrong: ComityError | None = None, at: str = "") -> Response:
    """Show what came before anybody decides: by whom, on what, within which limits, and what was checked so far."""
    try:
        acts.parcel_of(visit.actor, visit.given["parcel"])
        visit.actor.require(TAKE, "A custodian decides on what came.")
        opened = parcels.opened(visit.actor, visit.given["parcel"])
    except NoItem as e:
        raise wrong or e from e
    return visit.page(
        "camein.html",
        status(wrong),
        one=opened,
        hand=acts.by_of(visit.actor),
        sender=visit.desk.node.office.known(opened.came.parcel.peer),
        seals=seals(visit),
        wrong=wrong,
        at=at,
        typed=typed(visit.form),
    )


def accepted(visit: Visit) -> Response:
    """Take over what came: verified whole first, then acknowledged with the person's own key."""

    def act(parcel: str) -> str:
        deed = Deed("noted", _by(visit), place=text(visit, "place"))
        return acts.accept(visit.actor, parcel, deed, signer_of(visit), name=text(visit, "name")).item

    return _done(visit, "accept", act)


def refused(visit: Visit) -> Response:
    """Refuse what came, with a reason, signed with the person's own key."""

    def act(parcel: str) -> str:
        acts.refuse(visit.actor, parcel, Deed("noted", _by(visit), why=text(visit, "why", 1000)), signer_of(visit))
        return ""

    return _done(visit, "refuse", act)


def confirmed(visit: Visit) -> Response:
    """Confirm that a recall or correction was taken in, signed with the person's own key."""
    notice = visit.given["notice"]
    try:
        done = handing.confirm(visit.actor, notice, Deed("noted", _by(visit)), signer_of(visit))
    except NoItem:
        raise
    except ComityError as e:
        return listed(visit, e, notice)
    return visit.go(f"/item/{quote(done.item, safe='')}" if done.item else "/evidence/came")


def _by(visit: Visit) -> Hand:
    return acts.by_of(visit.actor, text(visit, "post"))


def _done(visit: Visit, at: str, act: Any) -> Response:
    """Do what a form asks and go on to the item, or show the form again with what is wrong."""
    try:
        item = act(visit.given["parcel"])
    except ComityError as e:
        return shown(visit, e, at)
    return visit.go(f"/item/{quote(item, safe='')}" if item else "/evidence/came")


ROUTES = (
    Route("GET", "/evidence/came", "evidence.list", listed),
    Route("GET", "/evidence/came/{parcel}", "evidence.list", shown),
    Route("POST", "/evidence/came/{parcel}/accept", TAKE, accepted),
    Route("POST", "/evidence/came/{parcel}/refuse", TAKE, refused),
    Route("POST", "/evidence/notices/{notice}", TAKE, confirmed),
)

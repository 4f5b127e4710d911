"""What a custodian does with an item at its page: hands it over, calls it back or corrects it, enters what was done by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.holding import CORRECTED, RECALLED
from comity.evidence.limits import UseLimits
from comity.kernel.clock import moment
from comity.kernel.errors import BadInput, ComityError
from comity.kernel.shape import check_text

from ..acts import evidence as acts
from ..acts import handing
from .evidence import by_item, shown
from .itemparts import BY_HAND
from .routes import Route
from .signing import signer_of
from .visit import Visit

FLAGS = ("intelligence_only", "not_as_evidence", "no_onward")
TEXTS = ("place", "why", "authority", "tool", "version", "result", "note")


def handed_over(visit: Visit) -> Response:
    """Hand an item, or a copy of it, over to another party's node, within use limits, signed with the person's key."""

    def act(item: str) -> None:
        signer, to = signer_of(visit), visit.field("to")
        if not to:
            raise BadInput("got no party, expected the one that is to have it", field="to")
        hand = Hand(text(visit, "to_post"), to, text(visit, "to_person"))
        giving = acts.Giving(
            hand, text(visit, "why", 1000), text(visit, "authority", 500), limits(visit), visit.field("what") == "copy", days(visit)
        )  # fmt: skip
        acts.hand_over(visit.actor, item, giving, _by(visit), signer)

    return _done(visit, "hand-over", act, "holders")


def recalled(visit: Visit) -> Response:
    """Call an item back from those who have it, or tell them that it is wrong."""

    def act(item: str) -> None:
        kind, to = visit.field("kind"), visit.fields("to")
        if kind not in (RECALLED, CORRECTED) or not to:
            raise BadInput("got nobody to be told or not what, expected both", field="kind" if to else "to")
        deed = Deed("noted", _by(visit), why=text(visit, "why", 1000))
        handing.recall(visit.actor, item, deed, signer_of(visit), kind=kind, to=to)

    return _done(visit, "recall", act, "holders")


def entered(visit: Visit) -> Response:
    """Enter in custody what the person did with an item."""

    def act(item: str) -> None:
        code = visit.field("act")
        if code not in BY_HAND:
            raise BadInput("got no act, expected one that a person enters by hand", field="act")
        to_post, at = text(visit, "to_post"), visit.field("happened").strip()[:16]
        own = visit.desk.staff.party
        to = Hand(to_post, text(visit, "to_party") or own, text(visit, "to_person")) if to_post else None
        happened = moment(f"{at}:00Z", field="happened") if at else None
        said: dict[str, Any] = {name: visit.field(name).strip() for name in TEXTS}
        acts.enter(visit.actor, item, Deed(code, _by(visit), to=to, happened=happened, **said))

    return _done(visit, "enter", act, "history")


def limits(visit: Visit) -> UseLimits:
    """Read the use limits of a form."""
    last, flags = visit.day("delete_by"), {name: bool(visit.field(name)) for name in FLAGS}
    case, offence = text(visit, "case"), text(visit, "offence")
    return UseLimits(case=case, offence=offence, delete_by=last.date() if last else None, **flags)


def days(visit: Visit) -> int:
    """Read for how many days something may be fetched."""
    given = visit.field("days") or "14"
    if not (given.isascii() and given.isdecimal() and len(given) <= 3 and 1 <= int(given) <= 365):
        raise BadInput(f"got {given[:20]!r}, expected a number from 1 to 365", field="days")
    return int(given)


def text(visit: Visit, name: str, most: int = 200) -> str:
    """Read a line of a form; empty where nothing was typed."""
    given = visit.field(name).strip()
    return check_text(given, field=name, max=most) if given else ""


def _by(visit: Visit) -> Hand:
    return acts.by_of(visit.actor, text(visit, "post"))


def _done(visit: Visit, at: str, act: Any, then: str) -> Response:
    """Do what a form asks, or show it again with what is wrong."""
    item = visit.given["item"]
    try:
        act(item)
    except ComityError as e:
        return shown(visit, wrong=e, at=at)
    return visit.go(f"/item/{quote(item, safe='')}#{then}")


ROUTES = (
    Route("POST", "/evidence/hand-over/{item:path}", "evidence.change", handed_over, case=by_item),
    Route("POST", "/evidence/recall/{item:path}", "evidence.change", recalled, case=by_item),
    Route("POST", "/evidence/enter/{item:path}", "evidence.change", entered, case=by_item),
)

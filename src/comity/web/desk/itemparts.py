"""What the page of an item says beside its custody: who has it, what waits to be confirmed, and what a person may do with it."""

from __future__ import annotations

from typing import Any

from comity.evidence.courtpapers import languages
from comity.evidence.custodyentry import acts as deeds
from comity.kernel.errors import ComityError
from comity.kernel.language import said

from ..acts import handing
from ..acts.delivered import hand_of
from ..acts.evidence import Looked
from .cases import parties
from .forms import typed
from .languages import NAMES
from .signing import seals
from .visit import Visit

ACTS = ("evidence.change", "evidence.export", "evidence.take")
BY_HAND = (
    "opened", "copied", "analysed", "exported", "disclosed", "stored", "verified", "transferred", "received", "returned", "hold-set",
    "hold-lifted", "noted",
)  # fmt: skip


def told(visit: Visit, found: Looked, case: str) -> dict[str, Any]:
    """Give what the parts of an item's page are made of."""
    may = {act: visit.may(act, case) for act in ACTS}
    where = found.checked.standing
    return {
        "may": may,
        "holdings": handing.holdings(visit.actor, found.item),
        "notices": handing.notices(visit.actor, found.item),
        "prospect": handing.prospect(visit.actor, found.item, where),
        "receivers": receivers(visit) if may["evidence.change"] else [],
        "post": post_of(visit),
        "by_hand": [(code, said(deeds()[code].en)) for code in BY_HAND],
        "tongues": tongues(visit),
        "seals": seals(visit),
        "typed": typed(visit.form),
    }


def post_of(visit: Visit) -> str:
    """Give the post on which the person acts on an item: the one that holds it, if it is ours; else that of his role."""
    with visit.desk.staff.store.read() as unit:
        holder = visit.desk.node.custodian.standing(unit, visit.given["item"]).holder
    return holder.post if holder and holder.party == visit.desk.staff.party else hand_of(visit.actor).post


def receivers(visit: Visit) -> list[tuple[str, str]]:
    """List the parties to whose nodes evidence can go: with an address, and a key to encrypt to."""
    return [(one.id, f"{one.id} – {one.name}") for one in parties(visit) if one.recipients and one.exchange]


def tongues(visit: Visit) -> list[tuple[str, str]]:
    """List the languages of a court, the person's own first."""
    known = [(code, NAMES.get(code, code)) for code in languages()]
    return sorted(known, key=lambda one: (one[0] != visit.language, one[0]))


def status(wrong: ComityError | None) -> int:
    """Give the status of a page that shows a form again; what the form names and is not there is wrong in the form."""
    return 200 if wrong is None else 422 if wrong.status == 404 else wrong.status

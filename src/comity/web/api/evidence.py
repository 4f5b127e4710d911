"""Items of evidence: listed, their custody read, verified, printed, entered; handed over to other nodes and taken over.

Whatever is entered in custody names the person of the token, who proves with his own key that he is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from starlette.responses import Response

from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.custodyplain import plain_chain, plain_entry
from comity.evidence.custodysheet import print_custody
from comity.evidence.custodytables import find_bags
from comity.evidence.limits import UseLimits
from comity.kernel.clock import moment

from ..acts import evidence as acts
from ..desk.desk import Desk
from . import asked
from .answers import EntryKept, HandedOver, ItemChecked, ItemRead, ItemRow, Listed, ParcelRow, TakenOver
from .call import Asked, Call, Called, data, listed
from .operations import JSON, Operation
from .requests import PDF

Item = Annotated[str, Query(min_length=1, max_length=200, description="The name of the item.")]
Number = Annotated[str, Path(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]


def by_item(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case of the item that is the parameter `item`.

    Raises:
        NoItem: there is none, or it is of no case.
    """
    with desk.node.store.read() as unit:
        return acts.case_of(find_bags(unit, item=given.get("item", "")))


def list_items(call: Called, piece: Asked) -> Response:
    """List the items of the cases that the person knows of: who holds each, and what must be seen with it."""
    rows, count = acts.items(call.actor, piece.skip + piece.limit)
    return listed([_row(one) for one in rows[piece.skip :]], piece, count)


def read_item(call: Called, item: Item) -> Response:
    """Read an item with its whole chain of custody, checked against the log; that it was read is an event."""
    found = acts.look(call.actor, item)
    bags = [{name: value for name, value in bag.plain().items() if name != "path"} for bag in found.bags]
    entries = [plain_entry(one) for one in found.checked.entries]
    return data(plain_chain(item, found.checked) | found.marks.plain() | {"bags": bags, "entries": entries})


def print_item(call: Called, item: Item) -> Response:
    """Give an item's custody as PDF/A, for a court."""
    found = acts.look(call.actor, item)
    log = call.node.ledger.origin
    made = print_custody(item, found.checked, found.bags, at=call.desk.staff.now, log=log)
    return Response(made, media_type=PDF)


def verify_item(call: Called, item: Item) -> Response:
    """Verify the newest bag of an item where it lies: its seal and structure whole, of its files a sample."""
    found = acts.check(call.actor, item).plain()
    return data({name: found[name] for name in ("verdict", "layers", "faults", "notes", "sample", "checked_at")})


def enter_custody(call: Called, item: Item, done: asked.Done) -> Response:
    """Enter what the caller did with an item; the rules of custody say what can follow what."""
    call.signer(done.passphrase)
    to = Hand(done.to_post, done.to_party or call.node.settings.party, done.to_person) if done.to_post else None
    names = ("place", "why", "authority", "tool", "version", "result", "note")
    deed = Deed(
        done.act, acts.by_of(call.actor, done.post), to=to,
        happened=moment(done.happened, field="happened") if done.happened else None,
        **{name: getattr(done, name) for name in names},
    )  # fmt: skip
    made = acts.enter(call.actor, item, deed)
    return data({"item": item, "number": made.number, "sha256": made.digest}, 201)


def hand_over_item(call: Called, item: Item, how: asked.HandingOver) -> Response:
    """Hand an item over to a party's node, sealed to it, with a note signed with the caller's own key."""
    signer, limits = call.signer(how.passphrase), how.limits.model_dump(exclude={"delete_by"})
    last = date.fromisoformat(how.limits.delete_by) if how.limits.delete_by else None
    giving = acts.Giving(
        Hand(how.to_post, how.to, how.to_person), how.why, how.authority, UseLimits(**limits, delete_by=last),
        how.copy_only, how.days,
    )  # fmt: skip
    made, parcel = acts.hand_over(call.actor, item, giving, acts.by_of(call.actor, how.post), signer)
    facts = {"hand_over": parcel.id, "note": made.paper.digest, "item": item, "to": how.to}
    return data(facts | {"parcel": parcel.plain()}, 201)


def list_parcels(call: Called, piece: Asked, direction: Literal["in", "out"] = "in") -> Response:
    """List the evidence that came over the exchange and waits for an answer, and what came or went in one's own cases."""
    return listed([one.plain() for one in acts.parcels(call.actor, direction)], piece)


def take_over(call: Called, parcel: Number, how: asked.TakingOver) -> Response:
    """Take over evidence that came over the exchange: verified first, then acknowledged with the caller's own key."""
    deed = Deed("noted", acts.by_of(call.actor, how.post), place=how.place)
    made = acts.accept(call.actor, parcel, deed, call.signer(how.passphrase), name=how.name)
    return _taken(call, dict(made.note.document) | {"item": made.item}, "accepted", again=made.again)


def turn_down(call: Called, parcel: Number, how: asked.TurningDown) -> Response:
    """Refuse evidence that came over the exchange, with a refusal signed with the caller's own key."""
    deed = Deed("noted", acts.by_of(call.actor, how.post), why=how.why)
    said = acts.refuse(call.actor, parcel, deed, call.signer(how.passphrase)).document
    return _taken(call, {"id": said["about"], "item": said["item"], "from": said["to"]}, "refused")


def _taken(call: Call, said: Mapping[str, Any], state: str, *, again: bool = False) -> Response:
    facts = {"hand_over": said["id"], "item": said["item"], "sender": said["from"]}
    return data(facts | {"again": again, "state": state})


def _row(one: acts.Row) -> dict[str, Any]:
    where = one.standing
    holder = where.holder.plain() if where.holder and not where.gone else None
    names = {"item": one.bag.item, "case": one.bag.case, "digest": one.bag.digest}
    return names | {"holder": holder, "entries": one.entries} | one.marks.plain()


OPERATIONS = (
    Operation("GET", "/evidence", "evidence.list", list_items, Listed[ItemRow]),
    Operation("GET", "/evidence/custody", "evidence.read", read_item, ItemRead, by_item),
    Operation("GET", "/evidence/paper", "evidence.read", print_item, PDF, by_item),
    Operation("POST", "/evidence/verification", "evidence.read", verify_item, ItemChecked, by_item),
    Operation(
        "POST", "/evidence/custody", "evidence.change", enter_custody, EntryKept, by_item, takes=JSON, status=201,
        proof=True,
    ),
    Operation(
        "POST", "/evidence/hand-overs", "evidence.change", hand_over_item, HandedOver, by_item, takes=JSON, status=201,
        proof=True,
    ),
    Operation("GET", "/evidence/parcels", "evidence.list", list_parcels, Listed[ParcelRow]),
    Operation(
        "POST", "/evidence/parcels/{parcel}/acceptance", "evidence.take", take_over, TakenOver, takes=JSON, proof=True
    ),
    Operation(
        "POST", "/evidence/parcels/{parcel}/refusal", "evidence.take", turn_down, TakenOver, takes=JSON, proof=True
    ),
)  # fmt: skip

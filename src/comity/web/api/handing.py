"""Evidence between this party and others, beside handing over and taking over: who has it, recalls, notes of what came; and carried out.

Whatever is entered in custody or signed names the person of the token, who proves with his own key that he is there.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from comity.evidence.custodyentry import Deed
from comity.kernel.clock import stamp

from ..acts import evidence, handing, parcels, showing
from ..acts.showing import Chosen
from ..giving import given
from . import asked
from .answers import Answer, Listed
from .call import Asked, Called, data, listed
from .errors import TokenTooNarrow
from .evidence import Item, Number, by_item
from .operations import JSON, Operation

ZIP, TAKE = "application/zip", "evidence.take"
Bag = Annotated[str, Query(pattern="^([0-9a-f]{64})?$", description="The digest of a bag; else the newest.")]


class HolderRow(Answer):
    """A party to which an item, or some files of it, was handed over, and what it said since."""

    party: str
    hand_over: str
    act: str
    at: str
    accepted_at: str | None
    refused_at: str | None
    notice: str | None
    confirmed_at: str | None
    handed_on_to: list[str]
    parcel: str | None


class NoticeRow(Answer):
    """A recall or correction that came and that nobody confirmed yet; *item* is empty where it was refused here."""

    notice: str
    kind: str
    item: str
    sender: str
    why: str
    at: str


class NoticeSent(Answer):
    """A notice that goes to a party."""

    notice: str
    to: str


class Confirmed(Answer):
    """A confirmation that goes back: on which item here, and to whom that was handed on."""

    notice: str
    item: str
    handed_on_to: list[str]
    again: bool


class ParcelRead(Answer):
    """What came and waits for a decision: its signed note, as its sender wrote it, and what can still be done with it."""

    hand_over: str
    sender: str
    recalled: bool
    note: dict[str, Any]


class FileRow(Answer):
    """A file of a bag: its number there, which never changes."""

    bag: str
    number: int
    path: str
    size: int


def list_holders(call: Called, item: Item, piece: Asked) -> Response:
    """List to whom an item was handed over, who accepted it, and who confirmed a recall."""
    rows = handing.holdings(call.actor, item)
    return listed([one.holder.plain() | {"parcel": one.parcel.state if one.parcel else None} for one in rows], piece)


def recall_item(call: Called, item: Item, how: asked.Recalling) -> Response:
    """Call an item back from those it was handed to, or tell them that it is wrong: a signed notice to each one's node."""
    deed = Deed("noted", evidence.by_of(call.actor, how.post), why=how.why)
    signer = call.signer(how.passphrase)
    made = handing.recall(call.actor, item, deed, signer, kind=how.kind, to=tuple(how.to))
    rows = [{"notice": one.document["id"], "to": one.document["to"]} for one in made]
    return data({"items": rows, "total": len(rows), "next": None}, 201)


def list_notices(call: Called, piece: Asked) -> Response:
    """List the recalls and corrections that came and that nobody confirmed yet."""
    return listed([_notice(one) for one in handing.notices(call.actor)], piece)


def confirm_notice(call: Called, notice: Number, how: asked.Confirming) -> Response:
    """Confirm a recall or correction, with a confirmation signed with the caller's own key."""
    deed = Deed("noted", evidence.by_of(call.actor, how.post))
    made = handing.confirm(call.actor, notice, deed, call.signer(how.passphrase))
    onward = list(made.confirmation.document.get("onward", ()))
    return data({"notice": notice, "item": made.item, "handed_on_to": onward, "again": made.again})


def read_parcel(call: Called, parcel: Number) -> Response:
    """Read the signed note of evidence that came and waits for a decision; that it was read is an event."""
    found = evidence.parcel_of(call.actor, parcel)
    call.actor.require(TAKE, "A custodian decides on what came.")
    if TAKE not in call.holder.token.acts:
        advice = f"Make a token that holds {TAKE}."
        raise TokenTooNarrow(f"got a token without {TAKE}, expected one with it", advice=advice)
    opened = parcels.opened(call.actor, parcel)
    facts = {"hand_over": parcel, "sender": found.peer, "recalled": opened.came.recalled}
    return data(facts | {"note": dict(opened.note.document)})


def list_files(call: Called, item: Item, piece: Asked, bag: Bag = "") -> Response:
    """List the files of a bag of an item, by their numbers."""
    found, files = showing.files(call.actor, item, bag)
    return listed([{"bag": found.digest, **vars(one)} for one in files], piece)


def show_files(call: Called, item: Item, how: asked.Showing) -> Response:
    """Give some files of an item with proof that they belong to it, as a stored zip; custody says which, why and to whom."""
    call.signer(how.passphrase)
    by = evidence.by_of(call.actor, how.post)
    deed = Deed("noted", by, why=how.why, authority=how.authority, note=how.recipient)
    return given(call.node.blobs, showing.show(call.actor, item, Chosen(how.bag, how.files), deed), ZIP)


def make_court_bundle(call: Called, item: Item, how: asked.Bundling) -> Response:
    """Give the bundle for a court as a stored zip: the item, its custody, reports, a reading guide, the hash list on paper."""
    call.signer(how.passphrase)
    deed = Deed("noted", evidence.by_of(call.actor, how.post), why=how.why, authority=how.authority)
    made = showing.bundle(call.actor, item, deed, how.language, papers=how.papers)
    return given(call.node.blobs, made, ZIP)


def _notice(one: handing.Notice) -> dict[str, Any]:
    kept = one.kept
    names = {"notice": kept.id, "kind": kept.act, "item": kept.item, "sender": kept.party}
    return names | {"why": one.why, "at": stamp(kept.at)}


OPERATIONS = (
    Operation("GET", "/evidence/holders", "evidence.read", list_holders, Listed[HolderRow], by_item),
    Operation(
        "POST", "/evidence/recalls", "evidence.change", recall_item, Listed[NoticeSent], by_item, takes=JSON, status=201,
        proof=True,
    ),
    Operation("GET", "/evidence/notices", "evidence.list", list_notices, Listed[NoticeRow]),
    Operation(
        "POST", "/evidence/notices/{notice}/confirmation", TAKE, confirm_notice, Confirmed, takes=JSON, proof=True
    ),
    Operation("GET", "/evidence/parcels/{parcel}", "evidence.list", read_parcel, ParcelRead),
    Operation("GET", "/evidence/files", "evidence.export", list_files, Listed[FileRow], by_item),
    Operation("POST", "/evidence/disclosures", "evidence.export", show_files, ZIP, by_item, takes=JSON, proof=True),
    Operation("POST", "/evidence/bundles", "evidence.export", make_court_bundle, ZIP, by_item, takes=JSON, proof=True),
)  # fmt: skip

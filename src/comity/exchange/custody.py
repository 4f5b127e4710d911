"""Deliveries between two nodes: announced and answered through the outbox, fetched by a worker, offered at the endpoint.

The provider announces each part in a message of its own, so that no message outgrows what a peer takes. The authority's
answer to it says only that the announcement was taken, or why not. Its word on the part, Acknowledged, Received or Error,
is an UPDATE of the part's desired status in a message of its own, once each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Fault, Message, Thing
from comity.hi1.things import derived
from comity.hi1.vocabulary import entry
from comity.requests import tables as requests
from comity.requests.model import Request
from comity.requests.office import Office
from comity.store.engine import Unit

from . import deliveries, outbox, receiving, tables
from .deliveries import Offered
from .deliverytables import Kept
from .desk import Desk
from .errors import NoDelivery
from .fetching import Fetched, Source, fetch_due
from .handing import PARCEL, open_parcel, turned_down
from .objecttables import OURS, find_object
from .receiving import Word

DELIVERY, WORD = "delivery", "delivery-word"
OBJECT, DESIRED = "DeliveryObject", "DeliveryDesiredStatus"


@dataclass(frozen=True)
class Custody:
    """What a desk does with deliveries; see `desk.Deliveries`."""

    desk: Desk

    def deliver(self, unit: Unit, peer: str, transaction: str, thing: Thing) -> None:
        """Take in an object that *peer* delivers on a task of ours, and say what we think of it.

        Raises:
            BadMessage: it is not as stated, or not for us.
        """
        office = self.desk.office
        request = self._request(unit, peer, thing)
        came = receiving.take(unit, office, peer, thing, request=request, transaction=transaction)
        if came.new and request:
            office.record(unit, request, "deliver", peer, f"part {came.kept.part.sequence}: {came.kept.state}")
        self.tell(unit, peer, came.words)

    def follow(self, unit: Unit, peer: str, thing: Thing) -> None:
        """Take the word of *peer* on an object that we delivered.

        Raises:
            BadMessage: there is none such, or the word is improper.
        """
        if extra := sorted(set(thing.members) - {DESIRED, "AssociatedObjects", "CountryCode", "OwnerIdentifier"}):
            raise BadMessage(f"got {extra[0]}, expected only {DESIRED}", code=3006, field=extra[0])
        status = thing.members.get(DESIRED, {}).get("Value", "")
        kept = deliveries.follow(unit, self.desk.office, peer, thing.id, str(status))
        for request in requests.find_requests(unit, id=kept.request):
            self.desk.office.record(unit, request, f"delivery {status}", peer, f"part {kept.part.sequence}")

    def refused(self, unit: Unit, peer: str, thing: Thing, error: BadMessage) -> None:
        """Put on record that an object was turned down."""
        receiving.refused(unit, self.desk.office, peer, thing.id, error.code)

    def answered(self, unit: Unit, peer: str, kind: str, asked: Message, answer: Message) -> str:
        """Take the answer to an announcement or a word of ours; gives what was refused, or nothing."""
        fault = _fault(answer)
        reason = f"{fault.code}: {fault.text}" if fault else ""
        if fault and kind == PARCEL:
            turned_down(self.desk.office, unit, peer, asked, reason)
        if fault and kind == DELIVERY:
            for one in asked.actions:
                if one.thing:
                    deliveries.turned_down(unit, self.desk.office, peer, one.thing.id, reason)
        return reason

    def tell(self, unit: Unit, peer: str, words: Sequence[Word]) -> None:
        """Queue our word on parts that a peer delivered; the same word again changes nothing."""
        for word in words:
            members = {DESIRED: entry(DESIRED, word.status)}
            action = Action(0, "UPDATE", Thing(OBJECT, word.object, members))
            self._queue(unit, peer, derived(f"{word.object}-{word.status}"), action, kind=WORD)

    def announce(self, unit: Unit, request: Request, parts: Iterable[Kept]) -> None:
        """Queue the announcement of parts that we deliver, one message each; again changes nothing."""
        for kept in parts:
            thing = deliveries.announcement(self.desk.office, kept)
            action = Action(0, "DELIVER", thing, identifier=thing.id)
            self._queue(unit, kept.peer, self.transaction(kept), action, kind=DELIVERY, about=request.id)

    @staticmethod
    def transaction(kept: Kept) -> str:
        """Give the transaction in which a part is announced."""
        return derived(f"{kept.part.id}-deliver")

    def fetch(self, source: Source) -> list[Fetched]:
        """Fetch every part that is due, and say what we think of it."""
        return fetch_due(self.desk.office, source, self.tell)

    def _request(self, unit: Unit, peer: str, thing: Thing) -> Request | None:
        """Find the request of ours that a delivered object answers."""
        named = thing.members.get("AssociatedObjects", {}).get("AssociatedObject") or [""]
        task = find_object(unit, peer, OURS, str(named[0]))
        return next(iter(requests.find_requests(unit, id=task.request)), None) if task else None

    def _queue(self, unit: Unit, to: str, transaction: str, action: Action, *, kind: str, about: str = "") -> None:
        desk = self.desk
        if tables.find_messages(unit, direction=tables.OUT, transaction=transaction):
            return
        raw = desk.letter(to, transaction, (action,))
        outbox.queue(
            unit, desk.office.ledger, to=to, transaction=transaction, raw=raw, about=about, kind=kind, at=desk.now()
        )


def offered(office: Office, parties: Sequence[str], token: str) -> Offered | None:
    """Give the file on offer to one of *parties* under a token, or nothing."""
    for party in parties:
        if parcel := open_parcel(office, party, token):
            return Offered(parcel[1], parcel[0].sha256)
        try:
            kept, path = deliveries.open_offer(office, party, token)
        except NoDelivery:
            continue
        return Offered(path, kept.part.sha256)
    return None


def _fault(answer: Message) -> Fault | None:
    return answer.fault or next((one.fault for one in answer.answers if one.fault), None)

"""What people do with a request of ours after it was drafted: seal, confirm, release, give back, withdraw, send."""

from __future__ import annotations

from comity.crypto.keys import Signer
from comity.exchange import sending
from comity.exchange.tables import Message
from comity.requests import release as service
from comity.requests.model import Request

from .actor import Actor


def seal(actor: Actor, request: str, signer: Signer, *, seen: str) -> Request:
    """Seal a draft as the one who drafted it, as he saw it."""
    return service.seal_request(actor.office, request, signer, seen=seen)


def confirm(actor: Actor, request: str, signer: Signer, *, seen: str) -> Request:
    """Confirm an emergency as the third person."""
    return service.confirm(actor.office, request, signer, seen=seen)


def release(actor: Actor, request: str, signer: Signer, *, seen: str) -> Request:
    """Release a sealed request as another person than who drafted it, under whatever name."""
    return service.release(actor.office, request, signer, seen=seen, known_as=[actor.person.label])


def reopen(actor: Actor, request: str, signer: Signer, reason: str) -> Request:
    """Give a sealed request back to whoever drafted it."""
    return service.reopen(actor.office, request, signer, reason)


def withdraw(actor: Actor, request: str, reason: str) -> Request:
    """Withdraw a request; a node that took it in is told."""
    return service.withdraw(actor.office, request, reason, by=actor.by.name, also=sending.withdrawn(actor.exchange))


def send(actor: Actor, request: str, *, confidential: bool) -> Message:
    """Send a released request to its addressee's node; sending it again sends nothing twice."""
    return sending.send(actor.exchange, request, confidential=confidential, by=actor.by.name)

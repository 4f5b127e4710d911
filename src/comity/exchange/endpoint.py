"""The receiver's whole path: from a stranger's bytes to one signed answer.

1. The bytes are a message, small enough, in XML or JSON; it names a sender that the connection may be from.
2. A key that the directory gives the sender's node signed it. From here on only what the signature covers is read.
3. It asks for something, is from that sender and for us.
4. A transaction known already gets the answer given before; other bytes under it are refused.
5. It is of now, and of a version that we speak.
6. What it asks is done with the answer to it in one unit, or nothing is done.
7. The answer is signed, in the encoding and version of the message.

What fails before step 4 is answered and not kept, so that the same message can be heard later, when the directory knows
the key. What fails for a reason of ours (3003) is not kept either.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta

from comity.crypto.errors import BadSignature
from comity.hi1 import codec
from comity.hi1.errors import BadMessage
from comity.hi1.model import Encoding, Fault, Message
from comity.hi1.things import derived
from comity.kernel.errors import ComityError
from comity.packages.verification import STALE

from .arriving import is_evidence, take_evidence
from .call import Call, fault
from .desk import Desk, expect
from .errors import PeerRefused, ReplayRefused
from .inbound import Handler, Inbound, Outbound, content_type, recall
from .notifying import acknowledge, is_notice, take_notice
from .ordering import package_of, take_order
from .outcomes import is_outcome, take_outcome
from .sending import ORDER
from .tables import IN, find_messages
from .verbs import take_actions

_LOG = logging.getLogger("comity.exchange")
SKEW = timedelta(minutes=10)
GENERAL, TRANSIENT, CONFIGURATION, IMPROPER = 3000, 3003, 3004, 3007


def handler(desk: Desk) -> Handler:
    """Give the handler of a node's endpoint."""
    return lambda inbound: handle(desk, inbound)


def handle(desk: Desk, inbound: Inbound) -> Outbound:
    """Answer a message.

    Raises:
        ComityError: it was brought by hand and is of nobody whom the directory knows.
    """
    try:
        raw = _answer(desk, inbound)
    except BadMessage as e:
        raw = _turned_away(desk, inbound, fault(e), e)
    except BadSignature as e:
        raw = _turned_away(desk, inbound, Fault(GENERAL, e.message), e)
    except ReplayRefused as e:
        raw = _turned_away(desk, inbound, Fault(IMPROPER, e.message), e)
    except PeerRefused as e:
        raw = _turned_away(desk, inbound, Fault(CONFIGURATION, e.message), e)
    except ComityError as e:
        _LOG.warning("a message was not taken: %s", e)
        raw = _turned_away(desk, inbound, Fault(TRANSIENT, "this node cannot take it now"), e)
    return Outbound(200, raw, content_type(raw))


def _answer(desk: Desk, inbound: Inbound) -> bytes:
    call = _call(desk, inbound)
    with desk.office.store.read() as unit:
        known = recall(unit, peer=call.peer, transaction=call.transaction, raw=inbound.raw)
    if known is None:
        known = _do(call)
    _acknowledge(call)
    return known


def _call(desk: Desk, inbound: Inbound) -> Call:
    """Steps 1 to 3: find out who speaks, and believe nothing else."""
    claimed = codec.read(inbound.raw, lenient=True)
    peer = str(claimed.header.sender)
    if not inbound.may_be_from(peer):
        text = f"got {peer}, expected {' or '.join(inbound.parties)}, whose connection this is"
        raise BadMessage(text, code=IMPROPER, field="Header/SenderIdentifier")
    message = desk.heard(peer, inbound.raw)
    expect(message, sender=peer, receiver=desk.party)
    if not message.is_request:
        raise BadMessage("got an answer, expected a message that asks for something", code=IMPROPER, field="Payload")
    return Call(desk, peer, message, inbound)


def _do(call: Call) -> bytes:
    """Steps 5 to 7."""
    try:
        _check_time(call)
        codec.check_version(call.message.header)
    except BadMessage as e:
        return call.refused(e, kind="refused")
    actions = call.message.actions
    if document := package_of(actions):
        return take_order(call, document)
    if is_evidence(actions):
        return take_evidence(call)
    if is_outcome(actions):
        return take_outcome(call)
    if is_notice(actions):
        return take_notice(call)
    return take_actions(call)


def _check_time(call: Call) -> None:
    """Refuse a message from the future, or older than a package or receipt in it could be.

    A message waits while a link is down, so an old one is no fault; that it has one effect is what transactions are for.
    """
    at, now = call.message.header.at, call.desk.now()
    if not now - STALE - SKEW <= at <= now + SKEW:
        text = f"got a message of {at:%Y-%m-%dT%H:%M:%SZ}, expected one of the last {STALE.days} days"
        raise BadMessage(text, code=IMPROPER, field="Header/Timestamp")


def _acknowledge(call: Call) -> None:
    """Say `received` for an order that was taken in, also when a crash came in between and the message came again."""
    with call.desk.office.store.read() as unit:
        kept = find_messages(unit, direction=IN, peer=call.peer, transaction=call.transaction)
    if kept and kept[0].kind == ORDER and kept[0].about:
        acknowledge(call.desk, kept[0].about)


def _turned_away(desk: Desk, inbound: Inbound, why: Fault, error: ComityError) -> bytes:
    """Answer a message that was not believed, with its transaction if it has one."""
    encoding: Encoding = "json" if content_type(inbound.raw) == "application/json" else "xml"
    try:
        claimed = codec.read(inbound.raw, lenient=True).header
    except BadMessage:
        claimed = None
    back = (
        str(claimed.sender) if claimed and inbound.may_be_from(str(claimed.sender)) else next(iter(inbound.parties), "")
    )
    if not back:
        raise error
    transaction = claimed.transaction if claimed else derived(hashlib.sha256(inbound.raw).hexdigest())
    head = desk.header(back, transaction)
    return desk.signed(Message(head, fault=why), encoding)

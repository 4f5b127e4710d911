"""Sealing, confirming, releasing, reopening, sending: with a person's own key, as on the desk.

A token alone signs nothing. Sealing writes the bag at that moment, so the key at the node signs it, opened by its passphrase
for this one call. Confirming and releasing sign what was sealed before, so the bytes stand still: they are signed in the same
way, or elsewhere by a key that never comes here, the exact bytes given and the signature handed in. Either way it has to be
the key that the directory has as this person's, and the act refuses what it refuses on the desk.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from comity.crypto import envelope
from comity.crypto.keys import PublicKey, Signer
from comity.exchange.tables import Message, find_messages
from comity.kernel import canonical
from comity.packages import statement
from comity.requests.drafting import digest, findings
from comity.requests.errors import Incomplete, WrongState
from comity.requests.model import OUT
from comity.requests.states import after

from ..acts import signing
from .answers import Listed, MessageRow, Prepared, RequestKept
from .asked import Reopening, Sealing, Sending, Signed
from .call import Asked, Call, Called, data, listed
from .errors import BadCall, NotYourKey
from .operations import JSON, Operation, by_outgoing
from .requests import kept, ours


@dataclass(frozen=True)
class HandedIn:
    """A signature that was made elsewhere, in the place of a signer."""

    public: PublicKey
    signature: bytes

    def sign(self, message: bytes) -> bytes:
        """Give the signature, if it is one over *message*.

        Raises:
            BadSignature: it is not.
        """
        self.public.verify(self.signature, message)
        return self.signature


def seal_request(call: Called, sealing: Sealing) -> Response:
    """Seal a complete draft as the one who drafted it; signed with the caller's own key."""
    seen = call.saw(sealing.seen, digest(ours(call)))
    return data(kept(signing.seal(call.actor, call.given["request"], call.signer(sealing.passphrase), seen=seen)))


def reopen_request(call: Called, why: Reopening) -> Response:
    """Give a sealed request back to whoever drafted it, and say why; the caller's key shows that he may release."""
    return data(kept(signing.reopen(call.actor, call.given["request"], call.signer(why.passphrase), why.reason)))


def send_request(call: Called, how: Sending) -> Response:
    """Send a released request to its addressee's node; sending it again sends nothing twice."""
    return data(letter(signing.send(call.actor, call.given["request"], confidential=how.confidential)))


def list_messages(call: Called, piece: Asked) -> Response:
    """List what went to the addressee's node about a request, and what it answered."""
    with call.node.store.read() as unit:
        found = find_messages(unit, direction=OUT, about=ours(call).id)
    return listed([letter(one) for one in found], piece)


def letter(message: Message) -> dict[str, Any]:
    """Give a message to a peer as JSON data."""
    return {
        "transaction": message.transaction, "kind": message.kind, "peer": message.peer, "state": message.state,
        "reason": message.reason,
    }  # fmt: skip


def prepare_release(call: Called) -> Response:
    """Give the bytes that the releaser signs; what keeps the request from being released is refused already."""
    return _prepared(call, "release")


def release_request(call: Called, signed: Signed) -> Response:
    """Release a sealed request with the releaser's signature, as another person than its drafter."""
    return data(kept(signing.release(call.actor, call.given["request"], _signer(call, signed), seen=signed.package)))


def prepare_confirmation(call: Called) -> Response:
    """Give the bytes that the confirmer of an emergency signs."""
    return _prepared(call, "confirm")


def confirm_request(call: Called, signed: Signed) -> Response:
    """Confirm an emergency request with the signature of a third person."""
    return data(kept(signing.confirm(call.actor, call.given["request"], _signer(call, signed), seen=signed.package)))


def _prepared(call: Call, act: str) -> Response:
    office = call.office
    with office.store.read() as unit:
        request = office.find(unit, call.given["request"], OUT)
        after(OUT, request.state, act)
        blocking = [one for one in findings(office, unit, request) if one.blocks]
    if blocking:
        raise Incomplete(blocking)
    if not request.envelope:
        raise WrongState("got a request without a seal, expected a sealed one", field="state")
    sealed = envelope.load(request.envelope.encode(), statement.PAYLOAD_TYPE)
    me = office.me()
    signers = [key.holder if (key := me.key(one.keyid)) else one.keyid for one in sealed.signatures]
    return data(
        {
            "package": request.package,
            "message": base64.b64encode(sealed.message).decode(),
            "payload_type": sealed.payload_type,
            "payload": canonical.load(sealed.payload),
            "signers": signers,
        }
    )


def _signer(call: Call, signed: Signed) -> Signer:
    """Give what signs: the person's key at the node, or the signature that he made elsewhere."""
    if signed.passphrase is not None:
        if signed.keyid or signed.signature:
            raise BadCall("got a signature and a passphrase, expected one of them", field="passphrase")
        return call.signer(signed.passphrase)
    if not signed.keyid or not signed.signature:
        raise BadCall("got no signature, expected one with its key, or a passphrase", field="signature")
    key = call.office.me().key(signed.keyid)
    if key is None or not call.person.holder or key.holder != call.person.holder:
        advice = "An administrator says on your page among the people which key is yours."
        raise NotYourKey("got a key that is not yours in the directory", field="keyid", advice=advice)
    return HandedIn(key.public, bytes.fromhex(signed.signature))


OPERATIONS = (
    Operation(
        "POST", "/requests/{request}/sealing", "request.seal", seal_request, RequestKept, by_outgoing, takes=JSON,
        proof=True, match=True,
    ),
    Operation(
        "POST", "/requests/{request}/reopening", "request.release", reopen_request, RequestKept, by_outgoing, takes=JSON,
        proof=True,
    ),
    Operation("POST", "/requests/{request}/sending", "request.send", send_request, MessageRow, by_outgoing, takes=JSON),
    Operation("GET", "/requests/{request}/sending", "request.read", list_messages, Listed[MessageRow], by_outgoing),
    Operation("GET", "/requests/{request}/confirmation", "request.read", prepare_confirmation, Prepared, by_outgoing),
    Operation(
        "POST", "/requests/{request}/confirmation", "request.confirm", confirm_request, RequestKept, by_outgoing,
        takes=JSON, proof=True,
    ),
    Operation("GET", "/requests/{request}/release", "request.read", prepare_release, Prepared, by_outgoing),
    Operation(
        "POST", "/requests/{request}/release", "request.release", release_request, RequestKept, by_outgoing,
        takes=JSON, proof=True,
    ),
)  # fmt: skip

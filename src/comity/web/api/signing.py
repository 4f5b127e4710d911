"""Confirming and releasing with a key that never comes here: the exact bytes are given, the signature is handed in.

A token alone releases nothing: the signature has to be made by the key that the directory has as this person's. What is
signed was sealed before, so the bytes stand still; the act then does what it does on the desk, and refuses what it
refuses there.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from comity.crypto import envelope
from comity.crypto.keys import PublicKey
from comity.kernel import canonical
from comity.packages import statement
from comity.requests.drafting import findings
from comity.requests.errors import Incomplete, WrongState
from comity.requests.model import OUT
from comity.requests.release import confirm, release
from comity.requests.states import after

from .answers import Prepared, RequestKept
from .asked import Signed
from .call import Call, Called, data
from .errors import NotYourKey
from .operations import JSON, Operation, by_outgoing
from .requests import kept


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


def prepare_release(call: Called) -> Response:
    """Give the bytes that the releaser signs; what keeps the request from being released is refused already."""
    return _prepared(call, "release")


def release_request(call: Called, signed: Signed) -> Response:
    """Release a sealed request with the releaser's signature, as another person than its drafter."""
    known_as = [call.person.label]
    return _done(call, signed, lambda name, signer: release(call.office, name, signer, seen=signed.package, known_as=known_as))  # fmt: skip


def prepare_confirmation(call: Called) -> Response:
    """Give the bytes that the confirmer of an emergency signs."""
    return _prepared(call, "confirm")


def confirm_request(call: Called, signed: Signed) -> Response:
    """Confirm an emergency request with the signature of a third person."""
    return _done(call, signed, lambda name, signer: confirm(call.office, name, signer, seen=signed.package))


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


def _done(call: Call, signed: Signed, act: Callable[[str, HandedIn], Any]) -> Response:
    key = call.office.me().key(signed.keyid)
    if key is None or not call.person.holder or key.holder != call.person.holder:
        advice = "An administrator says on your page among the people which key is yours."
        raise NotYourKey("got a key that is not yours in the directory", field="keyid", advice=advice)
    return data(kept(act(call.given["request"], HandedIn(key.public, bytes.fromhex(signed.signature)))))


OPERATIONS = (
    Operation("GET", "/requests/{request}/confirmation", "request.read", prepare_confirmation, Prepared, by_outgoing),
    Operation(
        "POST", "/requests/{request}/confirmation", "request.confirm", confirm_request, RequestKept, by_outgoing,
        takes=JSON,
    ),
    Operation("GET", "/requests/{request}/release", "request.read", prepare_release, Prepared, by_outgoing),
    Operation(
        "POST", "/requests/{request}/release", "request.release", release_request, RequestKept, by_outgoing, takes=JSON
    ),
)  # fmt: skip

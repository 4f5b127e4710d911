"""Who signed, and were they allowed to: signatures against the sender's party file (package-format §4, §5)."""

from __future__ import annotations

from datetime import datetime

from comity.crypto.envelope import Envelope
from comity.directory.model import Party
from comity.kernel.errors import ComityError
from comity.ledger import proof as tlog
from comity.ledger.note import NoteKey

from .errors import BadProof, BadSigners
from .result import Signer
from .statement import Statement

EMERGENCY = "disclose_emergency"


def signers_of_request(sender: Party, signed: Envelope, stated: Statement, *, attested: bool) -> tuple[Signer, ...]:
    """Find the drafter, another releaser and, in an emergency, a third confirmer among the signatures.

    Raises:
        BadSigners: a signature does not verify, its key may not act, a role is missing, or one person signs twice.
    """
    roles = ["draft", "release", *(["emergency"] if stated.measure == EMERGENCY else [])]
    if len(signed.signatures) != len(roles):
        raise BadSigners(f"got {len(signed.signatures)} signatures, expected {len(roles)}: {', '.join(roles)}")
    found = []
    for signature, role in zip(signed.signatures, roles, strict=True):
        key = require(sender, signature.keyid, role, at=stated.sealed_at, attested=attested)
        _verify(signed, key.keyid, sender)
        found.append(key)
    if len({signer.holder for signer in found}) != len(found):
        raise BadSigners("got one holder in two roles, expected another person or post for each")
    return tuple(found)


def signer_of_receipt(answerer: Party, signed: Envelope, at: datetime) -> Signer:
    """Find the one post that signed a receipt.

    Raises:
        BadSigners: there is another number of signatures, one does not verify, or its key may not act.
    """
    if len(signed.signatures) != 1:
        raise BadSigners(f"got {len(signed.signatures)} signatures, expected one")
    signer = require(answerer, signed.signatures[0].keyid, "receipt", at=at, attested=False)
    _verify(signed, signer.keyid, answerer)
    return signer


def require(party: Party, keyid: str, role: str, *, at: datetime, attested: bool) -> Signer:
    """Give the key's holder if it may act for *party* in *role* at a time.

    A key taken back as compromised counts for nothing unless somebody else *attested* the time: a thief writes any date.

    Raises:
        BadSigners: it may not.
    """
    key = party.key(keyid)
    if key is None:
        raise BadSigners(f"got key {keyid[:12]}, expected a key of {party.id}")
    if reason := key.may(role, at, attested=attested):
        raise BadSigners(f"got key {keyid[:12]} of {key.holder}, expected one that may {role}: {reason}")
    return Signer(role, key.holder, keyid, key.valid_from, key.valid_until)


def check_release(data: bytes, sender: Party, stated: Statement) -> str:
    """Check that the sender's log holds the release of this package.

    Raises:
        BadProof: the proof is malformed, is of another log, or speaks of something else.
    """
    try:
        keys = [NoteKey(f"comity/{sender.id}", key.public) for key in sender.able("node", stated.sealed_at)]
        proven = tlog.verify(data, keys)
    except ComityError as e:
        raise BadProof(e.message, file="seal/tlog-proof", advice=e.advice) from e
    if proven.event.get("type") != "request.released" or proven.event.get("package") != stated.package:
        raise BadProof("got a proof of another event, expected the release of this package", file="seal/tlog-proof")
    return f"entry {proven.index} of {proven.checkpoint.size} in the log of {sender.id}"


def _verify(signed: Envelope, keyid: str, party: Party) -> None:
    key = party.key(keyid)
    signature = next(s for s in signed.signatures if s.keyid == keyid)
    if key is None:
        raise BadSigners(f"got key {keyid[:12]}, expected a key of {party.id}")
    try:
        signed.verify(signature, key.public)
    except ComityError as e:
        raise BadSigners(e.message) from e

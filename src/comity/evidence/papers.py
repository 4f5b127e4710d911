"""The signed papers that go between two parties about an item: hand-over, acceptance or refusal, recall, confirmation.

Each is a document of its shape in canonical JSON, in a DSSE envelope of its own payload type, with one signature by a key
that the directory has for the party in `from`, at the time in `at`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from comity.crypto import envelope as dsse
from comity.crypto.envelope import Envelope
from comity.crypto.keys import Signer
from comity.directory.mirror import Mirror
from comity.kernel import canonical
from comity.kernel.clock import moment
from comity.kernel.errors import BadInput, ComityError, Refused
from comity.kernel.shape import load_shape
from comity.store.engine import Unit

from .custody import Custodian
from .errors import BadPaper
from .sealer import check_sealer, require_sealer

HANDOVER, ACCEPTANCE, REFUSAL, RECALL, CONFIRMATION = "handover", "acceptance", "refusal", "recall", "confirmation"
KINDS = (HANDOVER, ACCEPTANCE, REFUSAL, RECALL, CONFIRMATION)
MAX_AHEAD = timedelta(hours=1)


@dataclass(frozen=True)
class Desk:
    """Where a node's papers on items are signed and checked."""

    keeper: Custodian
    mirror: Mirror


@dataclass(frozen=True)
class SignedPaper:
    """A signed paper: its kind, what it says, and its bytes."""

    kind: str
    document: Mapping[str, Any]
    data: bytes

    @property
    def digest(self) -> str:
        """Give the SHA-256 of what was signed, by which other papers name it; a second signing does not change it."""
        return hashlib.sha256(canonical.dump(self.document)).hexdigest()


Also = Callable[[Unit, SignedPaper], object]


def nothing(unit: Unit, paper: SignedPaper) -> None:
    """Do nothing more with a paper, in the unit that keeps it."""


def sign_paper(desk: Desk, kind: str, document: Mapping[str, Any], signer: Signer) -> SignedPaper:
    """Sign a paper of this party.

    Raises:
        BadInput: the document does not fit its shape.
        Refused: the key may not sign for this party.
    """
    shape = load_shape("comity.evidence", f"{kind}.yaml")
    whole = shape.require({"format": f"comity-{kind}/1", **document})
    party, at = desk.mirror.lookup(desk.keeper.party, desk.keeper.clock.now()), desk.keeper.clock.now()
    require_sealer(party, signer.public.keyid, at=at)
    signed = Envelope(payload_type(kind), canonical.dump(whole)).sign(signer)
    return SignedPaper(kind, whole, signed.dump())


def read_paper(data: bytes, *kinds: str, file: str = "") -> SignedPaper:
    """Read a paper of one of *kinds*; who signed it is not yet checked.

    Raises:
        BadPaper: it is malformed, or of another kind.
    """
    try:
        kind = _kind(data)
        if kind not in kinds:
            raise BadInput(f"got {kind or 'another paper'}, expected: {', '.join(kinds)}")
        signed = dsse.load(data, payload_type(kind), file=file)
        document = canonical.load_canonical(signed.payload, file=file)
        shape = load_shape("comity.evidence", f"{kind}.yaml")
        return SignedPaper(kind, shape.require(document, file=file), data)
    except BadInput as e:
        raise BadPaper(e.message, file=file, field=e.field, advice=e.advice) from e


def check_paper(desk: Desk, paper: SignedPaper, *, file: str = "") -> None:
    """See that a paper is for this party, and by the one it names, as this node's directory knows it.

    Raises:
        BadPaper: it is not.
    """
    said, now = paper.document, desk.keeper.clock.now()
    at = moment(said["at"])
    if said["to"] != desk.keeper.party:
        raise BadPaper(f"got a paper for {said['to']}, expected one for {desk.keeper.party}", file=file, field="to")
    if at > now + MAX_AHEAD:
        raise BadPaper(f"got {said['at']}, expected a time that has come", file=file, field="at")
    signed = dsse.load(paper.data, payload_type(paper.kind), file=file)
    try:
        if len(signed.signatures) != 1:
            raise Refused(f"got {len(signed.signatures)} signatures, expected one")
        party = desk.mirror.lookup(said["from"], now)
        signature = signed.signatures[0]
        check_sealer(party, signature.keyid, at=at, attested=False)
        signed.verify(signature, party.require_key(signature.keyid).public)
    except ComityError as e:
        raise BadPaper(e.message, file=file, field=e.field, advice=e.advice) from e


def payload_type(kind: str) -> str:
    """Give the DSSE payload type of a kind of paper."""
    return f"application/vnd.comity.{kind}+json"


def _kind(data: bytes) -> str:
    document = canonical.load_canonical(data, limit=dsse.MAX_BYTES)
    stated = document.get("payloadType") if isinstance(document, dict) else None
    return next((kind for kind in KINDS if stated == payload_type(kind)), "")

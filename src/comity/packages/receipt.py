"""The receipt: the receiver's signed word on a package; the only source of "delivered" (package-format §7)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.crypto import envelope as dsse
from comity.crypto.envelope import Envelope
from comity.crypto.keys import Signer as KeySigner
from comity.directory import slice as role_proof
from comity.directory.model import Party
from comity.kernel import canonical
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.shape import Shape, load_shape

from .errors import BadContainer, BadStatement, BadTime
from .owndirectory import OwnDirectory
from .provenance import require, signer_of_receipt
from .result import Result, Signer, Skip, run_steps
from .verification import SKEW, STALE

FORMAT = "comity-receipt/1"
PAYLOAD_TYPE = "application/vnd.comity.receipt+json"
MAX_BYTES = 8 * 1024 * 1024


def receipt_shape() -> Shape:
    """Give the shape of a receipt's payload."""
    return load_shape("comity.packages", "receipt.yaml")


def write_receipt(payload: dict[str, Any], signer: KeySigner, role: Mapping[str, bytes]) -> bytes:
    """Sign *payload* and give the receipt file.

    Raises:
        BadInput: the payload does not fit its shape.
    """
    receipt_shape().require(payload, file="receipt")
    signed = Envelope(PAYLOAD_TYPE, canonical.dump(payload)).sign(signer)
    slices = {name: base64.b64encode(data).decode() for name, data in role.items()}
    return canonical.dump({"format": FORMAT, "envelope": canonical.load(signed.dump()), "role": slices})


@dataclass(frozen=True)
class Expected:
    """What the verifier of a receipt brings: its pinned root, the time, perhaps its own directory."""

    root: bytes
    at: datetime
    own: OwnDirectory | None = None


def verify_receipt(data: bytes, expected: Expected) -> Result:
    """Verify a receipt file; the result names every step. Raises nothing about the receipt itself."""
    run = _Run(data, expected)
    steps, error = run_steps(
        [
            ("container", run.container),
            ("statement", run.statement),
            ("directory", run.directory),
            ("signers", run.signers),
            ("revocation", run.revocation),
            ("time", run.time),
        ]
    )
    found = vars(run)
    signer = (run.signer,) if "signer" in found else ()
    document = found.get("payload", {})
    return Result(
        steps=steps,
        digest=document.get("package", ""),
        document=document,
        sender=found.get("party"),
        signers=signer,
        at=expected.at,
        error=error,
    )


def is_receipt(head: bytes) -> bool:
    """Tell a receipt from a package by its first bytes."""
    return head[:1] == b"{"


class _Run:
    """One verification of a receipt: each step reads what the earlier ones established."""

    envelope: Envelope
    payload: dict[str, Any]
    checked: role_proof.Checked
    party: Party
    signer: Signer

    def __init__(self, data: bytes, expected: Expected) -> None:
        self.data = data
        self.expected = expected
        self.role: dict[str, bytes] = {}

    def container(self) -> str:
        try:
            document = canonical.load_canonical(self.data, limit=MAX_BYTES)
            exact = isinstance(document, dict) and set(document) == {"format", "envelope", "role"}
            if not exact or document["format"] != FORMAT:
                raise BadContainer(f"got no receipt, expected one of format {FORMAT}")
            self.role = {name: dsse.decode(text) for name, text in document["role"].items()}
            self.envelope = dsse.load(canonical.dump(document["envelope"]), PAYLOAD_TYPE)
        except BadInput as e:
            raise BadContainer(e.message, field=e.field) from e
        except (AttributeError, TypeError, ValueError, binascii.Error) as e:
            raise BadContainer("got a malformed receipt, expected envelope and role proof") from e
        return f"receipt of {len(self.data)} bytes"

    def statement(self) -> str:
        try:
            payload = canonical.load_canonical(self.envelope.payload, file="receipt")
            self.payload = receipt_shape().require(payload, file="receipt")
        except BadInput as e:
            raise BadStatement(e.message, file=e.file, field=e.field) from e
        if (self.payload["state"] in ("refused", "info_needed")) != ("code" in self.payload):
            raise BadStatement("got a code without refusal or the reverse, expected both or neither", field="code")
        return f"{self.payload['state']} by {self.payload['from']} at {self.payload['at']}"

    def directory(self) -> str:
        at = moment(self.payload["at"])
        self.checked = role_proof.check(self.role, root=self.expected.root, at=at, party=self.payload["from"])
        self.party = self.checked.party
        return f"{self.party.name} ({self.party.id}), vouched for in the directory"

    def signers(self) -> str:
        self.signer = signer_of_receipt(self.party, self.envelope, moment(self.payload["at"]))
        return f"{self.signer.holder} (receipt)"

    def revocation(self) -> str:
        if self.expected.own is None:
            raise Skip("no directory of one's own at hand")
        newer = self.expected.own.compare(self.checked)
        require(newer, self.signer.keyid, "receipt", at=moment(self.payload["at"]), attested=False)
        self.party = newer
        return "the signing key is not taken back"

    def time(self) -> str:
        at = moment(self.payload["at"])
        if at > self.expected.at + SKEW:
            raise BadTime(f"got a receipt of {stamp(at)}, expected one before {stamp(self.expected.at)}")
        if at < self.expected.at - STALE:
            raise BadTime(f"got a receipt of {stamp(at)}, expected one of the last {STALE.days} days")
        return f"given {stamp(at)}"

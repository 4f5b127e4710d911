"""The signed statement: an in-toto statement in a DSSE envelope whose subject is the package digest (package-format §3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.crypto import envelope as dsse
from comity.crypto.envelope import Envelope
from comity.kernel import canonical
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput

from .bag import TAG_MANIFEST
from .errors import BadStatement

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "urn:x-comity:release:1"
_KEYS = {"request", "request_sha256", "measure", "from", "to", "sealed_at", "language"}


@dataclass(frozen=True)
class Statement:
    """What the signers say: this package, this request, from whom, to whom, sealed when."""

    package: str
    request: str
    request_sha256: str
    measure: str
    sender: str
    addressee: str
    sealed_at: datetime
    language: str

    def envelope(self) -> Envelope:
        """Give the statement ready to be signed."""
        predicate = {
            "request": self.request,
            "request_sha256": self.request_sha256,
            "measure": self.measure,
            "from": self.sender,
            "to": self.addressee,
            "sealed_at": stamp(self.sealed_at),
            "language": self.language,
        }
        document = {
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": PREDICATE_TYPE,
            "subject": [{"name": TAG_MANIFEST, "digest": {"sha256": self.package}}],
            "predicate": predicate,
        }
        return Envelope(PAYLOAD_TYPE, canonical.dump(document))

    def agrees(self, request: dict[str, Any]) -> str:
        """Name the first field in which *request* says something else, or nothing."""
        pairs = {
            "id": (self.request, request["id"]),
            "measure": (self.measure, request["measure"]),
            "from.party": (self.sender, request["from"]["party"]),
            "to.party": (self.addressee, request["to"]["party"]),
            "language": (self.language, request["language"]),
        }
        return next((field for field, (here, there) in pairs.items() if here != there), "")


def load(data: bytes, *, file: str = "") -> tuple[Envelope, Statement]:
    """Read an envelope and the statement in it; the signatures are not yet checked.

    Raises:
        BadStatement: it is malformed.
    """
    try:
        signed = dsse.load(data, PAYLOAD_TYPE, file=file)
        document = canonical.load_canonical(signed.payload, file=file)
        return signed, _read(document)
    except BadStatement as e:
        raise BadStatement(e.message, file=file, field=e.field) from e
    except BadInput as e:
        raise BadStatement(e.message, file=file, field=e.field, advice=e.advice) from e


def _read(document: Any) -> Statement:
    predicate = document.get("predicate") if isinstance(document, dict) else None
    if not isinstance(predicate, dict) or set(document) != {"_type", "predicateType", "subject", "predicate"}:
        raise BadStatement("got something else, expected an in-toto statement")
    kind = document["predicateType"]
    if kind != PREDICATE_TYPE or document["_type"] != "https://in-toto.io/Statement/v1":
        raise BadStatement(f"got {kind!r}, expected {PREDICATE_TYPE!r}", field="predicateType")
    if set(predicate) != _KEYS or not all(isinstance(v, str) for v in predicate.values()):
        raise BadStatement("got other fields, expected " + ", ".join(sorted(_KEYS)), field="predicate")
    return Statement(
        package=_subject(document["subject"]),
        request=predicate["request"],
        request_sha256=predicate["request_sha256"],
        measure=predicate["measure"],
        sender=predicate["from"],
        addressee=predicate["to"],
        sealed_at=moment(predicate["sealed_at"], field="sealed_at"),
        language=predicate["language"],
    )


def _subject(subject: Any) -> str:
    try:
        ((name, digest),) = [(row["name"], row["digest"]["sha256"]) for row in subject]
        exact = subject == [{"name": TAG_MANIFEST, "digest": {"sha256": digest}}] and name == TAG_MANIFEST
    except (TypeError, KeyError, ValueError):
        exact, digest = False, ""
    if not exact or not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest, re.ASCII):
        raise BadStatement("got another subject, expected the tag manifest's SHA-256 alone", field="subject")
    return digest

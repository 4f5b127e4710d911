"""The signed word on a generation: an in-toto statement in a DSSE envelope over the tag manifest and the tree's root."""

from __future__ import annotations

from typing import Any

from comity.crypto import envelope as dsse
from comity.crypto.envelope import Envelope
from comity.kernel import canonical
from comity.kernel.errors import BadInput

from .errors import BadItem
from .model import Generation

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "urn:x-comity:evidence:1"
TAG_MANIFEST = "tagmanifest-sha256.txt"
TREE = "metadata/tree.json#root"
STATEMENT = "seal/statement.dsse.json"


def envelope(generation: Generation) -> Envelope:
    """Give the statement on a generation, ready to be signed."""
    subject = [
        {"name": TAG_MANIFEST, "digest": {"sha256": generation.digest}},
        {"name": TREE, "digest": {"sha256": generation.root}},
    ]
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": PREDICATE_TYPE,
        "subject": subject,
        "predicate": generation.plain(),
    }
    return Envelope(PAYLOAD_TYPE, canonical.dump(document))


def load(data: bytes, *, file: str = STATEMENT) -> tuple[Envelope, Generation]:
    """Read an envelope and the generation it speaks of; the signatures are not yet checked.

    Raises:
        BadItem: it is malformed.
    """
    try:
        signed = dsse.load(data, PAYLOAD_TYPE, file=file)
        document = canonical.load_canonical(signed.payload, file=file)
        generation = _read(document)
    except BadInput as e:
        raise BadItem(e.message, file=file, field=e.field) from e
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        raise BadItem("got another document, expected a statement on an item of evidence", file=file) from e
    if envelope(generation).payload != signed.payload:
        raise BadItem("got a statement that contradicts itself, expected one subject and one text", file=file)
    return signed, generation


def _read(document: Any) -> Generation:
    if document["predicateType"] != PREDICATE_TYPE:
        raise BadInput(f"got {document['predicateType']!r}, expected {PREDICATE_TYPE!r}", field="predicateType")
    return Generation.read(document["predicate"])

"""Sealing: a request, its printed form and its attachments become a bag whose digest people sign."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from comity.crypto.envelope import Envelope
from comity.kernel import canonical
from comity.kernel.shape import Shape, load_shape

from .bag import write_tags
from .container import Advance, silent
from .errors import BadBag
from .names import check_names
from .pages import BadDocument
from .printer import RENDERER, PrintError, print_pdf
from .reprint import check_words
from .statement import Statement
from .translation import require_translation
from .writer import Writer

ATTACHMENTS = "data/attachments/"
ROLE_FOLDER = "seal/role/"
STATEMENT = "seal/statement.dsse.json"
TIMESTAMP = "seal/timestamp.tsr"
PROOF = "seal/tlog-proof"


def request_shape() -> Shape:
    """Give the shape of `request.json`."""
    return load_shape("comity.packages", "request.yaml")


def seal(
    writer: Writer,
    request: dict[str, Any],
    attachments: Mapping[str, Path],
    *,
    sealed_at: datetime,
    advance: Advance = silent,
) -> Statement:
    """Write the bag of a request, without `seal/`, and give the statement that the drafter then signs.

    *attachments* maps each `attachments[].path` of the request to the file on disk.

    Raises:
        BadInput: the request does not fit its shape, or its translation does not fit the request.
        BadContainer: an attachment has a name that no reader accepts.
        BadBag: an attachment is not the one that the request describes.
        PrintError: the request cannot be printed, or its print not be read back.
    """
    request_shape().require(request, file="request.json")
    require_translation(request, request_shape(), file="request.json")
    check_names(f"{ATTACHMENTS}{name}" for name in attachments)
    data = canonical.dump(request)
    digest = hashlib.sha256(data).hexdigest()
    copied = writer.copy([(f"{ATTACHMENTS}{name}", path) for name, path in sorted(attachments.items())], advance)
    stated = {f"{ATTACHMENTS}{a['path']}": (a["size"], a["sha256"]) for a in request.get("attachments", [])}
    if stated != {w.name: (w.size, w.sha256) for w in copied}:
        raise BadBag("got attachments that are not those the request describes, expected the same", field="attachments")
    payload = [
        *copied,
        writer.add("data/request.json", data),
        writer.add("data/request.pdf", _printed(request, digest)),
    ]
    info = {
        "Source-Organization": request["from"]["party"],
        "External-Identifier": request["id"],
        "Bagging-Date": sealed_at.date().isoformat(),
        "Comity-Renderer": RENDERER,
    }
    return Statement(
        package=write_tags(writer, payload, info),
        request=request["id"],
        request_sha256=digest,
        measure=request["measure"],
        sender=request["from"]["party"],
        addressee=request["to"]["party"],
        sealed_at=sealed_at,
        language=request["language"],
    )


def _printed(request: dict[str, Any], digest: str) -> bytes:
    """Print a request, and read the print back as its receivers will: what cannot be verified is not sealed."""
    pdf = print_pdf(request, digest=digest)
    try:
        check_words(pdf, request, digest=digest)
    except BadDocument as e:
        advice = (
            "Write the text without unusual marks: a mark after a space or a digit, or the same mark twice on a letter."
        )
        raise PrintError(
            f"got a text whose print cannot be read back ({e.message}), expected one that can", advice=advice
        ) from e
    return pdf


def seal_files(
    envelope: Envelope, role: Mapping[str, bytes], *, proof: bytes | None = None, timestamp: bytes | None = None
) -> dict[str, bytes]:
    """Give the files of `seal/` for a signed envelope, the sender's directory slice and what else attests it."""
    files = {STATEMENT: envelope.dump()} | {ROLE_FOLDER + name: data for name, data in role.items()}
    optional = {PROOF: proof, TIMESTAMP: timestamp}
    return files | {name: data for name, data in optional.items() if data is not None}

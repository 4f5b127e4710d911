"""A sealed package between its file and the message that carries it: read whole to be sent, written out to be taken in."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from comity.crypto.recipient import open_file, seal_file
from comity.hi1.errors import BadMessage
from comity.hi1.model import Thing
from comity.kernel.errors import ComityError
from comity.packages import statement
from comity.packages.opening import open_container
from comity.packages.result import Result
from comity.packages.sealing import STATEMENT
from comity.requests import tables as requests
from comity.requests.model import Request
from comity.store.engine import Unit

from .desk import Desk
from .errors import NotCarried
from .mapping import AGE, SHA256, ZIP, Preserved, Sealed

MAX_BODY = 16 * 1024 * 1024
MAX_STATEMENT = 64 * 1024
EXTENSION = "extend_preservation"
_FURTHEST = 100


def sealed(path: Path, result: Result, body: bytes, media: str = ZIP) -> Sealed:
    """Describe a verified package that travels as *body*."""
    with open_container(path) as container:
        _, stated = statement.load(container.read(STATEMENT, MAX_STATEMENT))
    return Sealed(digest=result.digest, sealed_at=stated.sealed_at, signers=result.signers, body=body, media=media)


def load(desk: Desk, request: Request, recipients: tuple[str, ...]) -> tuple[bytes, str]:
    """Read a released package as it is to be sent, sealed to *recipients* if there are any.

    Raises:
        NotCarried: it is too large for a message.
    """
    path, media = desk.office.blobs.path(request.file), ZIP
    if recipients:
        source, path, media = path, desk.office.blobs.stage(), AGE
        seal_file(source, path, recipients)
    if (size := path.stat().st_size) > MAX_BODY:
        advice = f"Carry it as a file: comity request export {request.reference} FOLDER."
        raise NotCarried(f"got a package of {size} bytes, expected at most {MAX_BODY}", field="file", advice=advice)
    return path.read_bytes(), media


def unload(desk: Desk, document: Thing) -> tuple[Path, bytes, str]:
    """Write the package that a document carries aside, opened if it is sealed; gives path, bytes sent and media type.

    Raises:
        BadMessage: there is no package in it, or not the one that its checksum says.
    """
    data, media = contents(document, (ZIP, AGE))
    if len(data) > MAX_BODY:
        raise BadMessage(f"got {len(data)} bytes, expected at most {MAX_BODY}", code=3022, field="DocumentBody")
    path = desk.office.blobs.stage()
    path.write_bytes(data)
    if media == ZIP:
        return path, data, media
    if desk.identity is None:
        raise BadMessage("got a sealed package, expected a plain one: this node has no identity", code=3001)
    plain = desk.office.blobs.stage()
    try:
        open_file(path, plain, desk.identity)
    except ComityError as e:
        raise BadMessage(f"got a sealed package, expected one we can open: {e.message}", code=3007) from e
    finally:
        desk.office.blobs.unstage(path)
    return plain, data, media


def contents(document: Thing, medias: tuple[str, ...]) -> tuple[bytes, str]:
    """Give the bytes of a document and their media type, held against the checksum.

    Raises:
        BadMessage: they are not there (3005), of another kind or not what the checksum says (3007).
    """
    body: dict[str, Any] = document.members.get("DocumentBody", {})
    for name in ("Contents", "ContentType", "Checksum", "ChecksumType"):
        if not body.get(name):
            raise BadMessage(f"got no {name}, expected one", code=3005, field=f"DocumentBody/{name}")
    if body["ContentType"] not in medias:
        text = f"got {body['ContentType'][:60]!r}, expected {' or '.join(medias)}"
        raise BadMessage(text, code=3007, field="DocumentBody/ContentType")
    data = base64.b64decode(body["Contents"])
    if body["ChecksumType"] != SHA256 or body["Checksum"] != hashlib.sha256(data).hexdigest():
        raise BadMessage("got other bytes than the SHA-256 says, expected the same", code=3007, field="DocumentBody")
    return data, body["ContentType"]


def preserved(unit: Unit, request: Request) -> Preserved | None:
    """Find the preservation that an extension goes back to, over the extensions before it."""
    found: Request | None = request
    for _ in range(_FURTHEST):
        if found is None or found.measure != EXTENSION:
            break
        found = _before(unit, found)
    return Preserved(found.id, found.document) if found and found is not request else None


def _before(unit: Unit, request: Request) -> Request | None:
    for row in request.document.get("related", []):
        if row["relation"] == "extends":
            wanted = {"package": row["package"], "direction": request.direction, "peer": request.peer}
            return next(iter(requests.find_requests(unit, **wanted)), None)
    return None

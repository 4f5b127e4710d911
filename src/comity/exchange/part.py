"""One part of a delivery: read from an HI-1 DeliveryObject, and written as one; pure.

A delivery (DeliveryID) is a row of parts, numbered from 1; the last one says so. A part is a file carried in the message
(BinaryData), a file to be fetched (URL), or the word whether data exist (DataExistence). Parts that follow one another
under one file name are pieces of one file, to be put together in their order. Every part that is a file states its length
and its SHA-256, and is worth nothing before both were found true.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from comity.hi1.errors import BadMessage
from comity.hi1.model import Thing
from comity.packages.errors import BadContainer
from comity.packages.names import check_name

BINARY, URL, EXISTENCE = "binary", "url", "existence"
AVAILABLE, ACKNOWLEDGED, RECEIVED, ERROR, EXPIRED = "Available", "Acknowledged", "Received", "Error", "Expired"
STATES = (AVAILABLE, ACKNOWLEDGED, RECEIVED, ERROR, EXPIRED)

MAX_BINARY = 1 << 20
MAX_FILE = 64 << 30
MAX_PARTS = 10_000
MAX_NAME = 200
SEALED = "age"
NOT_OFFERED, MISSING, IMPROPER, TOO_LARGE = 3001, 3005, 3007, 3022

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a DeliveryObject says of one part, without the bytes it may carry."""

    id: str
    delivery: str
    task: str
    sequence: int
    last: bool
    way: str
    name: str = ""
    type: str = ""
    size: int = 0
    sha256: str = ""
    url: str = ""
    expires: datetime | None = None
    exists: bool | None = None
    sealed: bool = False
    reference: str = ""


def thing(part: Part, data: bytes = b"") -> Thing:
    """Write a part as a DeliveryObject, with its bytes when it carries them."""
    members: dict[str, Any] = {"AssociatedObjects": {"AssociatedObject": [part.task]}}
    if part.reference:
        members["Reference"] = {"LDID": part.reference}
    members |= {"DeliveryID": part.delivery, "SequenceNumber": part.sequence, "LastSequence": part.last}
    members["Delivery"] = _delivery(part, data)
    if part.sealed:
        members["EncryptionDetails"] = {"AdditionalInformation": SEALED}
    return Thing("DeliveryObject", part.id, members)


def read_part(one: Thing) -> tuple[Part, bytes]:
    """Read a part and the bytes that it carries; their length and digest are not yet held against what it states.

    Raises:
        BadMessage: a member is missing (3005), improper (3007), of a kind not taken (3001) or too large (3022).
    """
    if one.type != "DeliveryObject":
        raise BadMessage(f"got {one.type}, expected DeliveryObject", code=IMPROPER, field="DELIVER")
    members = one.members
    tasks = _rows(_member(members, "AssociatedObjects", dict), "AssociatedObject")
    if len(tasks) != 1:
        raise _improper("AssociatedObjects", f"got {len(tasks)} objects", "the one task that is answered")
    sequence = _member(members, "SequenceNumber", int)
    if not 1 <= sequence <= MAX_PARTS:
        raise _improper("SequenceNumber", f"got {sequence}", f"a number from 1 to {MAX_PARTS}")
    way, found, data = _way(_member(members, "Delivery", dict))
    part = Part(
        id=one.id,
        delivery=_member(members, "DeliveryID", str),
        task=str(tasks[0]),
        sequence=sequence,
        last=_member(members, "LastSequence", bool),
        way=way,
        sealed=_sealed(members),
        reference=str(_optional(members, "Reference").get("LDID", "")),
        **found,
    )
    return part, data


def safe_name(name: str) -> bool:
    """Tell whether a file name of a stranger is one plain name that may be written to a folder."""
    try:
        check_name(name)
    except BadContainer:
        return False
    return "/" not in name and not name.startswith((".", "-", "~")) and len(name.encode()) <= MAX_NAME


def _delivery(part: Part, data: bytes) -> dict[str, Any]:
    about = {"ContentLength": part.size, "ContentType": part.type, "OriginalFilename": part.name}
    about |= {"Checksum": part.sha256, "ChecksumType": "SHA-256"}
    match part.way:
        case "binary":
            return {"BinaryData": {"Data": base64.b64encode(data).decode(), **about}}
        case "url" if part.expires is not None:
            expiry = part.expires.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            return {"URL": {"URL": part.url, "Expiry": expiry, **about}}
    return {"DataExistence": bool(part.exists)}


def _way(row: Mapping[str, Any]) -> tuple[str, dict[str, Any], bytes]:
    """Read the one way in which a part is delivered: its name, what it states, and the bytes carried."""
    if len(row) != 1:
        raise _improper("Delivery", f"got {len(row)} ways", "exactly one")
    match next(iter(row.items())):
        case "BinaryData", Mapping() as found:
            about = _file(found, "BinaryData")
            return BINARY, about, _bytes(_member(found, "Data", str, at="BinaryData", empty=about["size"] == 0))
        case "URL", Mapping() as found:
            expires = _moment(_member(found, "Expiry", str, at="URL"))
            url = _member(found, "URL", str, at="URL")
            return URL, _file(found, "URL") | {"url": url, "expires": expires}, b""
        case "DataExistence", bool() as exists:
            return EXISTENCE, {"exists": exists}, b""
        case name, _:
            expected = "BinaryData, URL or DataExistence"
            raise BadMessage(f"got {name}, expected {expected}", code=NOT_OFFERED, field=f"Delivery/{name}")
    raise AssertionError("a mapping of one has one item")


def _file(row: Mapping[str, Any], at: str) -> dict[str, Any]:
    """Read what is stated on a file: length, digest, type, name."""
    size = _member(row, "ContentLength", int, at=at)
    limit = MAX_BINARY if at == "BinaryData" else MAX_FILE
    if not 0 <= size <= limit:
        message = f"got {size} bytes, expected at most {limit}"
        raise BadMessage(message, code=TOO_LARGE, field=f"{at}/ContentLength")
    name = _member(row, "OriginalFilename", str, at=at)
    if not safe_name(name):
        raise _improper(f"{at}/OriginalFilename", f"got {name[:80]!r}", "one plain file name without a path")
    kind = str(row.get("ContentType", "")) or "application/octet-stream"
    if not _TYPE.fullmatch(kind):
        raise _improper(f"{at}/ContentType", f"got {kind[:80]!r}", "a media type")
    return {"size": size, "sha256": _digest(row, at), "name": name, "type": kind}


def _digest(row: Mapping[str, Any], at: str) -> str:
    """Find the SHA-256 among the checksums stated."""
    others = _rows(_optional(row, "Checksums"), "ChecksumAndType")
    rows = [row, *(one for one in others if isinstance(one, Mapping))]
    for one in rows:
        if str(one.get("ChecksumType", "")).upper() in ("SHA-256", "SHA256"):
            found = str(one.get("Checksum", "")).lower()
            if _SHA256.fullmatch(found):
                return found
            raise _improper(f"{at}/Checksum", f"got {found[:80]!r}", "64 hexadecimal digits")
    raise BadMessage("got no SHA-256, expected one", code=MISSING, field=f"{at}/Checksum")


def _sealed(members: Mapping[str, Any]) -> bool:
    if "EncryptionDetails" not in members:
        return False
    scheme = _optional(members, "EncryptionDetails").get("AdditionalInformation", "")
    if scheme != SEALED:
        raise BadMessage(f"got {scheme!r}, expected {SEALED}", code=NOT_OFFERED, field="EncryptionDetails")
    return True


def _member(row: Mapping[str, Any], name: str, kind: type[Any], *, at: str = "", empty: bool = False) -> Any:
    field, value = f"{at}/{name}" if at else name, row.get(name)
    if value is None or (value == "" and not empty):
        raise BadMessage(f"got no {name}, expected one", code=MISSING, field=field)
    if not isinstance(value, Mapping if kind is dict else kind) or (kind is int and isinstance(value, bool)):
        raise _improper(field, f"got {type(value).__name__}", kind.__name__)
    return value


def _optional(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give a member that has members of its own; one that is not there has none."""
    value = row.get(name, {})
    if not isinstance(value, Mapping):
        raise _improper(name, f"got {type(value).__name__}", "an object")
    return value


def _rows(row: Mapping[str, Any], name: str) -> list[Any]:
    """Give a member that is a list; one that is not there is empty."""
    value = row.get(name, [])
    if not isinstance(value, list):
        raise _improper(name, f"got {type(value).__name__}", "a list")
    return value


def _bytes(text: str) -> bytes:
    if len(text) > MAX_BINARY * 4 // 3 + 8:
        raise BadMessage(f"got more than {MAX_BINARY} bytes, expected at most that", code=TOO_LARGE, field="Data")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as e:
        raise _improper("BinaryData/Data", "got other signs", "base64") from e


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC).replace(microsecond=0) if found.tzinfo else _no_zone(text)
    except (ValueError, OverflowError) as e:
        raise _improper("URL/Expiry", f"got {text[:40]!r}", "a time with its zone") from e


def _no_zone(text: str) -> datetime:
    raise ValueError(text)


def _improper(field: str, got: str, expected: str) -> BadMessage:
    return BadMessage(f"{got}, expected {expected}", code=IMPROPER, field=field)

"""Small parts of HI-1 objects, written in one way: dictionary entries, parties, links, bodies, derived identifiers."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from uuid import UUID

from .model import Endpoint


def derived(text: str) -> str:
    """Make the identifier that both sides derive from a text: the start of its SHA-256 as a UUID of version 4."""
    return str(UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))


def entry(name: str, value: str, owner: str = "ETSI") -> dict[str, str]:
    """Write a value of a dictionary."""
    return {"Owner": owner, "Name": name, "Value": value}


def party(endpoint: Endpoint) -> dict[str, str]:
    """Write a party."""
    return {"CountryCode": endpoint.country, "UniqueIdentifier": endpoint.name}


def owner(endpoint: Endpoint) -> dict[str, str]:
    """Write the members that say whose an object is."""
    return {"CountryCode": endpoint.country, "OwnerIdentifier": endpoint.name}


def linked(*ids: str) -> dict[str, Any]:
    """Write the objects that one is associated with."""
    return {"AssociatedObjects": {"AssociatedObject": list(ids)}}


def body(data: bytes, media: str) -> dict[str, str]:
    """Write the body of a document with its checksum."""
    checksum = hashlib.sha256(data).hexdigest()
    contents = base64.b64encode(data).decode()
    return {"Contents": contents, "ContentType": media, "Checksum": checksum, "ChecksumType": "SHA-256"}

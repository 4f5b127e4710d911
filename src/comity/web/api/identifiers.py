"""Identifiers: recognised in pasted text, brought to their normal form; nothing is kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from comity.identifiers.kinds import normalise
from comity.identifiers.model import Identifier
from comity.identifiers.pasting import recognise

from .answers import IdentifierRead, Listed, PastedLine
from .asked import Named, Paste
from .call import Called, data
from .operations import JSON, Operation


def recognise_identifiers(call: Called, pasted: Paste) -> Response:
    """Read each line of a text as an identifier: what it is, which other kinds fit, what is doubtful."""
    rows = [
        asdict(one) | {"found": _plain(one.found) if one.found else None, "doubtful": one.doubtful}
        for one in recognise(pasted.text, region=pasted.region)
    ]
    return data({"items": rows, "total": len(rows), "next": None})


def normalise_identifier(call: Called, named: Named) -> Response:
    """Bring one identifier to its normal form, or say why it is none."""
    return data(_plain(normalise(named.kind, named.value, **named.model_dump(exclude={"kind", "value"}))))


def _plain(found: Identifier) -> dict[str, Any]:
    return {name: one for name, one in asdict(found).items() if one not in ("", None)}


OPERATIONS = (
    Operation(
        "POST",
        "/identifiers/recognise",
        "door.read",
        recognise_identifiers,
        Listed[PastedLine],
        takes=JSON,
        most=1 << 18,
    ),
    Operation(
        "POST", "/identifiers/normalise", "door.read", normalise_identifier, IdentifierRead, takes=JSON, most=1 << 14
    ),
)

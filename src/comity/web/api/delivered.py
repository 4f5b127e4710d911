"""What the other side delivered on a request of ours: how far it is, its files, fetched now, taken into evidence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from ..acts import delivered
from ..acts.delivered import Delivery, Taking
from ..giving import given
from . import asked
from .answers import DeliveryRow, ItemMade, Listed, Wanted
from .call import Asked, Called, data, listed
from .operations import FILE, JSON, Operation, by_outgoing
from .requests import ours

Name = Annotated[str, Path(max_length=300, description="The name of the file, as the list has it.")]
Which = Annotated[str, Path(max_length=80, description="The delivery, as the list has it.")]


def list_deliveries(call: Called, piece: Asked) -> Response:
    """List what was delivered on a request of ours: each file, how much of it is here, and the item it became."""
    return listed([_row(one) for one in delivered.deliveries(call.actor, ours(call))], piece)


def fetch_deliveries(call: Called) -> Response:
    """Have the node fetch now what waits for a later try of its own."""
    return data({"parts": delivered.fetch_now(call.actor, ours(call))})


def read_file(call: Called, delivery: Which, name: Name) -> Response:
    """Take a copy of one file of a whole delivery, opened if it was sealed to us; who took it is on record."""
    made = delivered.copy_of(call.actor, ours(call), delivery, name)
    return given(call.node.blobs, made, FILE)


def acquire_delivery(call: Called, delivery: Which, how: asked.Acquiring) -> Response:
    """Take a whole delivery into evidence: sealed, registered, its custody begun; broken off, the same call goes on."""
    signer = call.signer(how.passphrase)
    taking = Taking(how.item, how.why, how.place, how.opens)
    item = delivered.acquire(call.actor, ours(call), delivery, taking, signer if how.sign else None)
    return data({"item": item}, 201)


def _row(one: Delivery) -> dict[str, Any]:
    files = [asdict(file) for file in one.files]
    item = one.item.name if one.item else ""
    return {"delivery": one.id, "whole": one.whole, "exists": one.exists, "item": item, "files": files}


_HERE = "/requests/{request}/deliveries"
OPERATIONS = (
    Operation("GET", _HERE, "request.read", list_deliveries, Listed[DeliveryRow], by_outgoing),
    Operation("POST", f"{_HERE}/fetching", "delivery.fetch", fetch_deliveries, Wanted, by_outgoing),
    Operation("GET", f"{_HERE}/{{delivery}}/files/{{name}}", "delivery.read", read_file, FILE, by_outgoing),
    Operation(
        "POST", f"{_HERE}/{{delivery}}/item", "evidence.change", acquire_delivery, ItemMade, by_outgoing, takes=JSON,
        status=201, proof=True,
    ),
)  # fmt: skip

"""A European order as a person writes it in a sheet (`data/epoc-sheet.yaml`), and as an HI-1 message.

Mapped, not conformant: see `epoc`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from comity.kernel.clock import moment
from comity.kernel.shape import load_shape

from .epoc import things
from .epocorder import Authority, Epoc, EpocPr, Wanted, table
from .errors import BadMessage
from .globalcase import GlobalCaseId
from .model import Action, Endpoint, Header, Message, Version
from .things import derived

_PRODUCTION = ("deadline", "notified", "delay_informing", "deliver_to", "delivery")


def order_of(sheet: Mapping[str, Any], document: bytes, media: str, *, file: str = "") -> Epoc | EpocPr:
    """Read a sheet; *document* is the signed form.

    Raises:
        BadInput: the sheet is not of that shape.
        BadMessage: it says what could not be mapped.
    """
    row = load_shape("comity.hi1", "epoc-sheet.yaml").require(dict(sheet), file=file)
    shared: dict[str, Any] = {
        "form": row["form"],
        "case": GlobalCaseId.parse(row["case"]),
        "sender": Endpoint.of(row["sender"]),
        "addressee": Endpoint.of(row["addressee"]),
        "issuing": _authority(row["issuing"]),
        "validating": _authority(row["validating"]) if "validating" in row else None,
        "wanted": tuple(_wanted(one) for one in row["wanted"]),
        "document": document,
        "media": media,
        "remarks": row.get("remarks", ""),
    }
    given = {name: row[name] for name in _PRODUCTION if name in row}
    if row["order"] == "EPOCPR":
        if given:
            raise BadMessage(
                "got what only a production order has, expected nothing", file=file, field=next(iter(given))
            )
        return EpocPr(**shared)
    for name in ("deadline", "deliver_to"):
        if name not in given:
            raise BadMessage("got nothing, expected it in a production order", file=file, field=name)
    return Epoc(**shared, **given | {"deliver_to": Endpoint.of(given["deliver_to"])})


def message(order: Epoc | EpocPr, at: datetime) -> Message:
    """Write the message that carries an order; tried again it has the same transaction."""
    profile = table()["profile"]
    header = Header(
        sender=order.sender,
        receiver=order.addressee,
        transaction=derived(f"{order.form}-transaction"),
        at=at,
        version=Version(owner=profile["owner"], profile=profile["version"]),
    )
    return Message(header, tuple(Action(n, "CREATE", thing) for n, thing in enumerate(things(order))))


def _authority(row: Mapping[str, str]) -> Authority:
    return Authority(**{**row, "at": moment(row["at"])})  # type: ignore[arg-type]  # the shape has the same fields


def _wanted(row: Mapping[str, Any]) -> Wanted:
    times = {name: moment(row[name]) for name in ("start", "end") if name in row}
    return Wanted(**{**row, **times, "subtypes": tuple(row.get("subtypes", ()))})

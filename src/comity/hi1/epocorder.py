"""European Production and Preservation Orders as values, their deadlines, and the table behind them (`data/epoc.yaml`).

Mapped, not conformant: see `epoc`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

import yaml

from .errors import BadMessage
from .globalcase import GlobalCaseId
from .model import Endpoint


@cache
def table() -> dict[str, Any]:
    """Give the mapping's data: deadlines, clocks, categories, grounds and reasons, with articles and how well known."""
    data: dict[str, Any] = yaml.load(
        files(__package__).joinpath("data", "epoc.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return data


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who issued or validated an order: the authority, and the person who signed for it."""

    name: str
    person: str
    at: datetime
    role: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An identifier and the data wanted on it; *format* is a type of TS 103 280, *number* its place in the form."""

    number: int
    format: str
    value: str
    category: str
    subtypes: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """What both orders have: the form's UUID, the case, who issues it and to whom, what is wanted, the signed form."""

    form: str
    case: GlobalCaseId
    sender: Endpoint
    addressee: Endpoint
    issuing: Authority
    validating: Authority | None = None
    wanted: tuple[Wanted, ...]
    document: bytes
    media: str = "application/pdf"
    remarks: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be mapped.

        Raises:
            BadMessage: the form's id is no UUID, or an identifier, its number or its category is missing, twice or unknown.
        """
        _check_uuid(self.form)
        numbers = [one.number for one in self.wanted]
        if not numbers or len(set(numbers)) != len(numbers) or min(numbers) < 1:
            raise BadMessage(
                f"got the numbers {numbers}, expected identifiers with a number of their own each", code=3007
            )
        for one in self.wanted:
            known("categories", one.category)
            for subtype in one.subtypes:
                known("subtypes", subtype)


@dataclass(frozen=True, kw_only=True)
class Epoc(Order):
    """A European Production Order Certificate (Form 1)."""

    deadline: str
    notified: bool = False
    delay_informing: bool = False
    deliver_to: Endpoint
    delivery: str = "IssuingAuthority"

    def __post_init__(self) -> None:
        """Refuse what could not be mapped.

        Raises:
            BadMessage: as for any order; or the deadline does not fit whether the enforcing authority was notified.
        """
        super().__post_init__()
        known("delivery", self.delivery)
        fits = known("deadlines", self.deadline).get("notified", self.notified)
        if fits != self.notified:
            was = "" if self.notified else "not "
            raise BadMessage(f"got {self.deadline} and an authority {was}notified, expected what fits", code=3007)

    @property
    def emergency(self) -> bool:
        """Whether the order is an emergency."""
        return self.deadline == "EightHours"


@dataclass(frozen=True, kw_only=True)
class EpocPr(Order):
    """A European Preservation Order Certificate (Form 2)."""


@dataclass(frozen=True)
class Due:
    """A clock that runs from receipt: until when who does what, by which article, and how well that is known."""

    name: str
    at: datetime
    who: str
    article: str
    verified: str


def clocks(order: Epoc | EpocPr, received: datetime) -> tuple[Due, ...]:
    """List what runs from the receipt of an order, soonest first."""
    names = ["preserve", "preservation"]
    if isinstance(order, Epoc):
        row = known("deadlines", order.deadline)
        names = row["clocks"] + (row.get("when_notified", []) if order.notified else [])
    rows = [(name, table()["clocks"][name]) for name in names]
    found = [Due(name, received + span(name), row["who"], row["article"], row["verified"]) for name, row in rows]
    return tuple(sorted(found, key=lambda due: due.at))


def span(name: str) -> timedelta:
    """Say how long a clock runs."""
    return timedelta(hours=table()["clocks"][name]["hours"])


def known(kind: str, name: str) -> Any:
    """Give the row of a name in the table, or the name itself where it has none.

    Raises:
        BadMessage: the table does not have the name.
    """
    known = table()[kind]
    if name not in known:
        raise BadMessage(f"got {name[:80]!r}, expected one of: {', '.join(known)}", code=3007, field=kind)
    return known[name] if isinstance(known, dict) else name


def _check_uuid(text: str) -> None:
    try:
        if str(UUID(text)) == text:
            return
    except ValueError:
        pass
    raise BadMessage(f"got {text[:80]!r}, expected the form's UUID in small letters", code=3007, field="form")

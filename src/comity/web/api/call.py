"""One call of the API, as the acts see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Query, Request
from starlette.responses import JSONResponse, Response

from comity.accounts.access import Standing, cases_of
from comity.accounts.model import Person

from ..desk.desk import Desk
from .bearer import Holder

if TYPE_CHECKING:
    from comity.node.service import Node
    from comity.requests.office import Office

MOST_SKIPPED, MOST_ROWS = 1_000_000, 1000


@dataclass
class Call:
    """Who calls, for which *case*, with which body: *raw* as it was sent, or the *file* it was written to."""

    desk: Desk
    holder: Holder
    given: Mapping[str, str]
    case: str
    raw: bytes = b""
    file: Path | None = field(default=None)

    @property
    def node(self) -> Node:
        """Give the node."""
        return self.desk.node

    @property
    def office(self) -> Office:
        """Give the office."""
        return self.desk.node.office

    @property
    def who(self) -> Standing:
        """Give the person as he stands now."""
        return self.holder.who

    @property
    def person(self) -> Person:
        """Give the person in whose name the program calls."""
        return self.who.person

    @property
    def name(self) -> str:
        """Give the name under which records say who did something: the holder of his key, else his own."""
        return self.person.holder or self.person.label

    def cases(self) -> frozenset[str]:
        """Give the cases that the person knows of."""
        with self.desk.staff.store.read() as unit:
            return cases_of(self.desk.staff, unit, self.who)


def _call(request: Request) -> Call:
    found: Call = request.state.call
    return found


Called = Annotated[Call, Depends(_call)]


@dataclass(frozen=True)
class Piece:
    """Which rows of a list are wanted."""

    skip: int
    limit: int


def _piece(
    skip: Annotated[int, Query(ge=0, le=MOST_SKIPPED, description="How many rows to leave out at the beginning.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="How many rows to give at most.")] = 100,
) -> Piece:
    return Piece(skip, limit)


Asked = Annotated[Piece, Depends(_piece)]


def data(document: Any, status: int = 200) -> Response:
    """Answer with a document."""
    return JSONResponse(document, status)


def listed(rows: list[Any], piece: Piece, total: int | None = None) -> Response:
    """Answer with a piece of a list: *rows* are all there is, or the piece alone where *total* says how many there are."""
    shown = rows[piece.skip : piece.skip + piece.limit] if total is None else rows
    count = len(rows) if total is None else total
    after = piece.skip + len(shown)
    return data({"items": shown, "total": count, "next": after if shown and after < count else None})

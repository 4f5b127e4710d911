"""One call of the API, as the acts see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import SecretStr as Secret
from starlette.responses import JSONResponse, Response

from comity.accounts.access import Standing
from comity.accounts.model import Person
from comity.crypto.keys import FileSigner

from ..acts.actor import Actor
from ..desk.desk import Desk
from ..desk.forms import Form
from .bearer import Holder
from .errors import BadCall, NothingSeen, Stale

if TYPE_CHECKING:
    from comity.node.service import Node
    from comity.requests.office import Office

MOST_SKIPPED, MOST_ROWS = 1_000_000, 1000


@dataclass
class Call:
    """Who calls, for which *case*, with which body: *raw* as it was sent, the *file* it was written to, or a *form*.

    *match* is the digest that the call names as what it saw, in the header If-Match.
    """

    desk: Desk
    holder: Holder
    given: Mapping[str, str]
    case: str
    raw: bytes = b""
    file: Path | None = None
    form: Form = field(default_factory=list)
    match: str = ""

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
    def actor(self) -> Actor:
        """Give the person as one who acts at the node."""
        return Actor(self.desk, self.who)

    @property
    def name(self) -> str:
        """Give the name under which records say who did something: the holder of his key, else his own."""
        return self.actor.by.name

    def cases(self) -> frozenset[str]:
        """Give the cases that the person knows of."""
        return self.actor.cases()

    def signer(self, passphrase: Secret) -> FileSigner:
        """Open the person's own key; wrong tries are counted for this token alone, so that a thief hinders nobody at the desk."""
        return self.actor.signer(passphrase.get_secret_value(), by=self.holder.token.id)

    def saw(self, said: str, now: str) -> str:
        """Give the digest of what the caller saw, by If-Match or in the body; *now* is what it would have to be.

        Raises:
            NothingSeen: he does not say.
            BadCall: he says two.
            Stale: If-Match is not so any more.
        """
        if said and self.match and said != self.match:
            raise BadCall("got two digests of what was seen, expected one", field="seen")
        if self.match and self.match != now:
            raise Stale("got what somebody else changed meanwhile, expected it at rest", field="If-Match")
        if not (said or self.match):
            raise NothingSeen("got no digest of what was seen, expected it in the body or as If-Match", field="seen")
        return said or self.match


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
    """Answer with a document; one that says what was seen says it as an ETag too."""
    seen = document.get("seen") if isinstance(document, dict) else None
    return JSONResponse(document, status, headers={"etag": f'"{seen}"'} if seen else None)


def listed(rows: list[Any], piece: Piece, total: int | None = None) -> Response:
    """Answer with a piece of a list: *rows* are all there is, or the piece alone where *total* says how many there are."""
    shown = rows[piece.skip : piece.skip + piece.limit] if total is None else rows
    count = len(rows) if total is None else total
    after = piece.skip + len(shown)
    return data({"items": shown, "total": count, "next": after if shown and after < count else None})

"""The office: what every act on requests works with, brought together once by the node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from comity.crypto.keys import Signer
from comity.directory.mirror import Mirror
from comity.directory.model import Party
from comity.kernel.clock import Clock, stamp
from comity.law.library import Library
from comity.ledger.service import Ledger
from comity.packages.owndirectory import OwnDirectory
from comity.store.blobs import Blobs
from comity.store.engine import Store, Unit

from . import tables
from .clocks import FOLLOWUP
from .errors import NoRequest, NotYours
from .model import Entry, Request
from .states import after


@dataclass(frozen=True)
class Office:
    """A node's party with its store, log, directory, kept files, clock, and randomness for ids."""

    party: str
    store: Store
    ledger: Ledger
    mirror: Mirror
    blobs: Blobs
    clock: Clock
    new_id: Callable[[datetime], str]
    law: Callable[[], Library]
    authorities: Sequence[bytes] = field(default=())
    followup: timedelta = FOLLOWUP

    def me(self) -> Party:
        """Give the own party as the directory has it now."""
        return self.mirror.lookup(self.party, self.clock.now())

    def known(self, party_id: str) -> Party | None:
        """Give a party as the own directory has it, however old that is, or nothing if it is not there."""
        return self.own().find(party_id)

    def own(self) -> OwnDirectory:
        """Give the own directory as it stands now."""
        return OwnDirectory(self.mirror, self.clock.now())

    def find(self, unit: Unit, name: str, direction: str = "") -> Request:
        """Find a request by id or reference.

        Raises:
            NoRequest: there is none, or the reference names several.
        """
        wanted = {"direction": direction} if direction else {}
        found = tables.find_requests(unit, id=name, **wanted) or tables.find_requests(unit, reference=name, **wanted)
        if len(found) != 1:
            advice = "List them with: comity request list."
            raise NoRequest(
                f"got {name!r}, which names {len(found)} requests, expected one", field="request", advice=advice
            )
        return found[0]

    def record(self, unit: Unit, request: Request, act: str, who: str, note: str = "") -> None:
        """Write one line of the request's history."""
        tables.add_entry(unit, Entry(request.id, self.clock.now(), act, request.state, who, note))

    def move(self, unit: Unit, request: Request, act: str, who: str, *, note: str = "", **changes: object) -> Request:
        """Move a request by an act that its state allows, with other *changes*, and write it down.

        Raises:
            WrongState: the act is not possible now.
        """
        state = after(request.direction, request.state, act)
        moved = replace(request, state=state, changed_at=self.clock.now(), **changes)  # type: ignore[arg-type]  # mypy cannot see keyword types through **
        tables.change_request(unit, moved)
        self.record(unit, moved, act, who, note)
        return moved

    def log(self, unit: Unit, kind: str, request: Request, **facts: str | int) -> int:
        """Append an event about a request to the node's log; gives its index. Who did it stands there where it is known."""
        event = {"type": kind, "at": stamp(self.clock.now()), "request": request.id, "reference": request.reference}
        return self.ledger.append(unit, event | {name: one for name, one in facts.items() if (name, one) != ("by", "")})

    def holder(self, signer: Signer, role: str) -> str:
        """Say who holds a key, if it may act in *role* for this party now.

        Raises:
            NotYours: it may not.
        """
        keyid = signer.public.keyid
        key = self.me().key(keyid)
        reason = key.may(role, self.clock.now()) if key else f"it is no key of {self.party} in the directory"
        if key is None or reason:
            advice = f"Use the key of a person who may {role}; see: comity directory lookup {self.party}."
            raise NotYours(f"got key {keyid[:12]}, expected one that may {role}: {reason}", field="key", advice=advice)
        return key.holder

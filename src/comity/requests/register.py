"""The register: what there is, in which state, what is due, and why."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from comity.kernel import canonical
from comity.kernel.errors import BadInput
from comity.packages.printer import print_pdf

from . import tables
from .model import OUT, Answer, Deadline, Entry, Request
from .office import Office
from .receipts import read_back_code
from .states import STATES, allowed


@dataclass(frozen=True)
class Dossier:
    """A request with its history, receipts and clocks."""

    request: Request
    history: list[Entry]
    answers: list[Answer]
    clocks: list[Deadline]

    def plain(self, office: Office) -> dict[str, Any]:
        """Give the dossier as JSON data."""
        now = office.clock.now()
        return self.request.plain() | {
            "acts": sorted(allowed(self.request.direction, self.request.state)),
            "read_back_code": read_back_code(self.request) if self.request.package else None,
            "history": [entry.plain() for entry in self.history],
            "receipts": [answer.plain() for answer in self.answers],
            "clocks": [clock.plain(now) for clock in self.clocks],
            "document": dict(self.request.document),
        }


def list_requests(office: Office, *, direction: str = "", state: str = "") -> list[Request]:
    """List requests, the latest change first.

    Raises:
        BadInput: there is no such state.
    """
    if state and state not in STATES:
        raise BadInput(f"got {state!r}, expected one of: {', '.join(STATES)}", field="state")
    wanted = {name: value for name, value in (("direction", direction), ("state", state)) if value}
    with office.store.read() as unit:
        return tables.find_requests(unit, **wanted)


def show_request(office: Office, name: str) -> Dossier:
    """Give a request whole; for an incoming one the read is logged."""
    with office.store.write() as unit:
        request = office.find(unit, name)
        if request.direction != OUT:
            office.log(unit, "package.read", request, package=request.package)
        return Dossier(
            request,
            tables.history_of(unit, request.id),
            tables.answers_of(unit, request.id),
            tables.clocks_of(unit, request.id),
        )


def print_request(office: Office, name: str) -> bytes:
    """Print a request as PDF, to be read before it is signed or answered; a draft as far as it goes.

    Raises:
        PrintError: it has a sign that no font on this machine has.
    """
    document = dict(show_request(office, name).request.document)
    return print_pdf(document, digest=hashlib.sha256(canonical.dump(document)).hexdigest())


def list_due(office: Office) -> list[dict[str, Any]]:
    """List every running clock by date, with the request it belongs to."""
    now = office.clock.now()
    with office.store.read() as unit:
        rows = tables.open_clocks(unit)
    return [
        {"reference": request.reference, "peer": request.peer, "state": request.state, **clock.plain(now)}
        for clock, request in rows
    ]

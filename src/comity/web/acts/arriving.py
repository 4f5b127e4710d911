"""What arrives by hand: a package, encrypted perhaps, or a receipt; who takes in what nobody knows of yet is the first who does."""

from __future__ import annotations

from pathlib import Path

from comity.accounts import knowledge
from comity.accounts.access import knows
from comity.crypto.recipient import open_file
from comity.kernel.errors import BadInput
from comity.kernel.language import _
from comity.packages.result import Result
from comity.requests import tables
from comity.requests.intake import Received, receive
from comity.requests.model import IN, Request
from comity.requests.states import RECEIVED
from comity.store.engine import Unit

from .actor import Actor

AGE = b"age-encryption.org/"
TAKEN_UP = "took in what arrived"


def case_of(request: Request) -> str:
    """Name the case of a request that came in, as need-to-know does."""
    return f"{request.peer}:{request.case}"


def opened(actor: Actor, path: Path) -> Path:
    """Open an encrypted package with the node's identity; gives where it lies now, and *path* is gone.

    Raises:
        BadInput: the node has none.
    """
    identity = actor.exchange.identity
    if identity is None:
        advice = _("Name the file with the age identity in the settings, or open the package first.")
        raise BadInput("got an encrypted package, expected an identity to open it", field="file", advice=advice)
    plain = actor.office.blobs.stage()
    open_file(path, plain, identity)
    actor.office.blobs.unstage(path)
    return plain


def take_in(actor: Actor, path: Path) -> Received:
    """Take in a package that is for us; the same package again has no further effect.

    Raises:
        PackageRefused: it does not verify, or is for somebody else.
    """

    def also(unit: Unit, request: Request, result: Result) -> None:
        begin(actor, unit, request)

    got = receive(actor.office, path, also=also)
    if not got.new:
        with actor.staff.store.write() as unit:
            begin(actor, unit, got.request)
    return got


def take_up(actor: Actor, name: str) -> Request:
    """Become the first who knows of something that arrived by itself; who knows of it already goes on to it.

    Raises:
        BadInput: there is no such request, or somebody else took it up.
    """
    with actor.staff.store.write(durable=True) as unit:
        request = next(iter(tables.find_requests(unit, id=name, direction=IN)), None)
        known = request and (begin(actor, unit, request) or knows(actor.staff, unit, actor.who, case_of(request)))
        if request is None or not known:
            advice = _("Somebody else took it up, or it is not there any more.")
            raise BadInput(knowledge.NOT_KNOWN, field="request", advice=advice)
        return request


def seen(actor: Actor, request: Request) -> None:
    """Note that somebody who knows of a request opened it, the first time; until then it is new. Who broke a glass does not count."""
    if request.direction != IN or request.state != RECEIVED:
        return
    with actor.staff.store.read() as unit:
        mine = {one.person for one in knowledge.members(unit, case_of(request))} & set(actor.who.ids)
        if not mine or tables.opened(unit, [request.id]):
            return
    with actor.staff.store.write() as unit:
        if not tables.opened(unit, [request.id]):
            actor.office.record(unit, request, "open", actor.person.label)


def begin(actor: Actor, unit: Unit, request: Request) -> bool:
    """Let him know of a case that nobody knows of; tells whether it was one."""
    case = case_of(request)
    if not knowledge.unknown_of(unit, [case]):
        return False
    knowledge.begin(actor.staff, unit, actor.person, case, TAKEN_UP)
    actor.office.record(unit, request, "take up", actor.person.label)
    return True

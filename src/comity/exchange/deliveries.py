"""Deliveries from the provider's side: files become the parts of a delivery, and the authority's word moves them.

A file small enough travels in the message; a larger one is put behind an address of ours that cannot be guessed, that
only the addressee's certificate opens, and that expires. Where the addressee has published age recipients the files are
sealed to them first. Copying, sealing and hashing stream in pieces, so that memory does not grow with the files: at most
one part of `part.MAX_BINARY` bytes is held at a time.

A part is Available until the addressee says Acknowledged (length and digest were found true) and then Received (the whole
delivery is there), or Error. Nothing else moves it.
"""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from comity.crypto.recipient import seal_file
from comity.hi1.errors import BadMessage
from comity.hi1.model import Thing
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.requests.model import IN, OUT, Request
from comity.requests.office import Office
from comity.store.engine import Unit

from . import deliverytables as tables
from .deliverytables import Kept
from .errors import NoDelivery
from .part import (
    ACKNOWLEDGED,
    AVAILABLE,
    BINARY,
    ERROR,
    EXISTENCE,
    MAX_BINARY,
    MAX_FILE,
    MAX_PARTS,
    RECEIVED,
    URL,
    Part,
    safe_name,
    thing,
)
from .transport import FILES

DAYS = 14
MAX_CARRIED = 64 * MAX_BINARY
NO_CHANGE = 3008
NOT_FOUND = 3011
_NEXT = {
    AVAILABLE: {ACKNOWLEDGED, RECEIVED, ERROR},
    ACKNOWLEDGED: {ACKNOWLEDGED, RECEIVED, ERROR},
    RECEIVED: {ACKNOWLEDGED, RECEIVED},
    ERROR: {ERROR},
}


@dataclass(frozen=True)
class Staged:
    """A file set aside to be delivered: where it is, what it is called, and the digest it had before it was sealed."""

    path: Path
    name: str
    type: str
    size: int
    sha256: str
    original: str
    sealed: bool = False


@dataclass(frozen=True)
class Offered:
    """A file on offer: where it is, and the SHA-256 by which it is known."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Terms:
    """How files are delivered: to which task, at which address of ours, in which way, for how many days, and how much a part carries."""

    task: str
    base: str = ""
    way: str = ""
    days: int = DAYS
    reference: str = ""
    cap: int = MAX_BINARY


def prepare(office: Office, peer: str, files: Sequence[Path], *, plain: bool = False) -> list[Staged]:
    """Copy files aside and seal them to the peer's published recipients, if it has any and *plain* is not asked for.

    Raises:
        BadInput: there is no file, one cannot be read, or two have the same name.
    """
    if not files:
        raise BadInput("got no file, expected at least one", field="files")
    names = [path.name for path in files]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"got {name!r} twice, expected each name once", field="files", advice="Rename one of them.")
        if not safe_name(f"{name}.age"):
            raise BadInput("got a name that is not plain, expected a plain file name", file=name, field="files")
    known = office.known(peer)
    recipients = known.recipients if known and not plain else ()
    return [_stage(office, path, recipients) for path in files]


def earlier(unit: Unit, request: Request, staged: Sequence[Staged]) -> list[Kept]:
    """Find a delivery of the very same files on a request, so that an act done twice has one effect."""
    wanted = {(one.name.removesuffix(".age"), one.original) for one in staged}
    found: dict[str, list[Kept]] = {}
    for kept in tables.find_parts(unit, request=request.id, direction=OUT):
        found.setdefault(kept.part.delivery, []).append(kept)
    for parts in found.values():
        files = {(kept.part.name.removesuffix(".age"), kept.original) for kept in parts}
        if files == wanted and not any(kept.state == ERROR for kept in parts):
            return parts
    return []


def offer(unit: Unit, office: Office, request: Request, staged: Sequence[Staged], terms: Terms) -> list[Kept]:
    """Make staged files a delivery on a request: its parts are kept, and an event for each.

    Raises:
        BadInput: they are too large for the way chosen, or there is no address of ours to fetch from.
    """
    now = office.clock.now()
    delivery = office.new_id(now)
    ways = [_way(one, terms) for one in staged]
    if (total := sum(one.size for one, way in zip(staged, ways, strict=True) if way == BINARY)) > MAX_CARRIED:
        advice = "Have them fetched from this node: leave out --way binary."
        raise BadInput(f"got {total} bytes, expected at most {MAX_CARRIED} in messages", field="files", advice=advice)
    cut = [(one, way, at) for one, way in zip(staged, ways, strict=True) for at in _pieces(one, way, terms.cap)]
    if len(cut) > MAX_PARTS:
        raise BadInput(f"got {len(cut)} parts, expected at most {MAX_PARTS}", field="files")
    files = {one.path: f"delivery-{office.new_id(now)}" for one in staged}
    parts = []
    for number, (one, way, at) in enumerate(cut, 1):
        part = Part(
            id=office.new_id(now), delivery=delivery, task=terms.task, sequence=number, last=number == len(cut), way=way,
            name=one.name, type=one.type, size=one.size, sha256=one.sha256, sealed=one.sealed, reference=terms.reference,
        )  # fmt: skip
        token = secrets.token_urlsafe(32) if way == URL else ""
        part = _addressed(part, terms, token, now) if token else _cut(part, one, at, terms.cap)
        parts.append(_kept(request, part, now=now, file=files[one.path], offset=at, original=one.original, token=token))
    _add(unit, office, request, parts)
    for one in staged:
        office.blobs.keep(one.path, files[one.path])
    return parts


def say_existence(unit: Unit, office: Office, request: Request, terms: Terms, *, exists: bool) -> list[Kept]:
    """Make the word whether data exist a delivery on a request, of one part; the same word again is the same delivery."""
    for kept in tables.find_parts(unit, request=request.id, direction=OUT, task=terms.task):
        if kept.part.exists == exists:
            return [kept]
    now = office.clock.now()
    part = Part(
        id=office.new_id(now), delivery=office.new_id(now), task=terms.task, sequence=1, last=True, way=EXISTENCE,
        exists=exists, reference=terms.reference,
    )  # fmt: skip
    parts = [_kept(request, part, now=now)]
    _add(unit, office, request, parts)
    return parts


def announcement(office: Office, kept: Kept) -> Thing:
    """Write a part as the object that is delivered, with its bytes where it carries them.

    Raises:
        BadInput: the kept file is gone.
    """
    if kept.part.way != BINARY:
        return thing(kept.part)
    path = office.blobs.path(kept.file)
    try:
        with path.open("rb") as f:
            f.seek(kept.offset)
            return thing(kept.part, f.read(kept.part.size))
    except OSError as e:
        raise BadInput(f"got {e.strerror}, expected the kept file", file=str(path)) from e


def open_offer(office: Office, peer: str, token: str) -> tuple[Kept, Path]:
    """Give what a peer may fetch under a token: the part and its file. Another peer's token opens nothing.

    Raises:
        NoDelivery: no such thing is offered to that peer, or not any more.
    """
    now = office.clock.now()
    with office.store.write(durable=True) as unit:
        found = tables.find_parts(unit, direction=OUT, peer=peer, token=token) if token else []
        kept = found[0] if found else None
        if kept is None or kept.part.expires is None or kept.part.expires <= now or kept.state == ERROR:
            raise NoDelivery("got an address under which nothing is offered, expected one that is", field="token")
        log(unit, office, "delivery.fetched", kept)
    return kept, office.blobs.path(kept.file)


def follow(unit: Unit, office: Office, peer: str, object_id: str, status: str) -> Kept:
    """Move a part by the addressee's word on it; the same word again, or one overtaken by a later one, changes nothing.

    Raises:
        BadMessage: there is no such part of a delivery to that peer (3011), or the word comes too late (3008).
    """
    found = tables.find_parts(unit, direction=OUT, peer=peer, id=object_id)
    if not found:
        raise BadMessage(f"got {object_id}, expected an object we delivered", code=NOT_FOUND, field="ObjectIdentifier")
    kept = found[0]
    if status not in _NEXT[kept.state]:
        message = (
            f"got {status} on a part that is {kept.state}, expected one of: {', '.join(sorted(_NEXT[kept.state]))}"
        )
        raise BadMessage(message, code=NO_CHANGE, field="DeliveryDesiredStatus")
    if status == kept.state or kept.state == RECEIVED:
        return kept
    moved = replace(kept, state=status, changed_at=office.clock.now())
    tables.put_part(unit, moved)
    kinds = {ACKNOWLEDGED: "delivery.acknowledged", RECEIVED: "delivery.received", ERROR: "delivery.refused"}
    log(unit, office, kinds[status], moved)
    return moved


def turned_down(unit: Unit, office: Office, peer: str, object_id: str, reason: str) -> None:
    """Note that the addressee refused a part when it was announced, and why."""
    for kept in tables.find_parts(unit, direction=OUT, peer=peer, id=object_id):
        if kept.state == AVAILABLE:
            moved = replace(kept, state=ERROR, reason=reason[:1000], changed_at=office.clock.now())
            tables.put_part(unit, moved)
            log(unit, office, "delivery.refused", moved)


def log(unit: Unit, office: Office, kind: str, kept: Kept, **facts: str | int) -> None:
    """Append one step of a part's custody to the node's log: hashes and ids, nothing of what is in it."""
    p = kept.part
    event: dict[str, str | int] = {
        "type": kind, "at": stamp(office.clock.now()), "request": kept.request, "peer": kept.peer,
        "delivery": p.delivery, "object": p.id, "part": p.sequence, "way": p.way,
    }  # fmt: skip
    if p.sha256:
        event |= {"sha256": p.sha256, "size": p.size}
    office.ledger.append(unit, event | facts)


def _stage(office: Office, path: Path, recipients: Sequence[str]) -> Staged:
    copied = office.blobs.copy(path, "a file to deliver")
    if copied.size > MAX_FILE:
        raise BadInput(f"got {copied.size} bytes, expected at most {MAX_FILE}", file=str(path))
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if not recipients:
        return Staged(copied.path, path.name, kind, copied.size, copied.sha256, copied.sha256)
    sealed = office.blobs.stage()
    seal_file(copied.path, sealed, recipients)
    copied.path.unlink()
    size, digest = measure(sealed)
    return Staged(sealed, f"{path.name}.age", "application/age", size, digest, copied.sha256, sealed=True)


def _way(one: Staged, terms: Terms) -> str:
    """Choose the way of a file: the one asked for, else in the message when it is small enough, else by address."""
    way = terms.way or (BINARY if one.size <= terms.cap else URL)
    if way == URL and not terms.base:
        advice = "Name the node's own address in the directory, or deliver in messages: --way binary."
        raise BadInput("got no address of this node, expected one to fetch from", field="exchange.url", advice=advice)
    return way


def _pieces(one: Staged, way: str, cap: int) -> Iterable[int]:
    """Give where each piece of a file begins; a file fetched from an address is one."""
    return range(0, max(one.size, 1), cap) if way == BINARY else (0,)


def _addressed(part: Part, terms: Terms, token: str, now: datetime) -> Part:
    """Put a part behind an address that cannot be guessed, for some days."""
    return replace(part, url=terms.base.rstrip("/") + FILES + token, expires=now + timedelta(days=terms.days))


def _cut(part: Part, one: Staged, at: int, cap: int) -> Part:
    """Make a part state the piece of its file that begins at *at*, if the file is cut."""
    if one.size <= cap:
        return part
    with one.path.open("rb") as f:
        f.seek(at)
        data = f.read(cap)
    return replace(part, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def measure(path: Path) -> tuple[int, str]:
    """Give a file's size and SHA-256, read in pieces."""
    with path.open("rb") as f:
        digest = hashlib.file_digest(f, "sha256").hexdigest()
    return path.stat().st_size, digest


def _kept(request: Request, part: Part, *, now: datetime, **more: object) -> Kept:
    return Kept(direction=OUT, peer=request.peer, request=request.id, part=part, at=now, changed_at=now, **more)  # type: ignore[arg-type]  # mypy cannot see keyword types through **


def _add(unit: Unit, office: Office, request: Request, parts: Iterable[Kept]) -> None:
    for kept in parts:
        tables.put_part(unit, kept)
        log(unit, office, "delivery.offered", kept)


def incoming(request: Request) -> bool:
    """Tell whether a request came in, so that we may deliver on it."""
    return request.direction == IN


def by_delivery(parts: Iterable[Kept]) -> Iterator[list[Kept]]:
    """Group parts by delivery, in the order in which the deliveries began."""
    groups: dict[tuple[str, str], list[Kept]] = {}
    for kept in parts:
        groups.setdefault((kept.peer, kept.part.delivery), []).append(kept)
    yield from groups.values()

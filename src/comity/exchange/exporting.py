"""Writing received deliveries out: files whole, the signed messages that carried them, and sums that anybody can check.

Only deliveries that are whole are written. Each part is held against its digest once more on the way, so that what leaves
is what was acknowledged. `SHA256SUMS` stands in the form of coreutils: `sha256sum -c SHA256SUMS` checks everything.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from comity.crypto.recipient import Identity, open_file
from comity.kernel.errors import NotFound
from comity.packages.placing import place_bytes, place_made
from comity.requests.errors import NoRequest
from comity.requests.office import Office
from comity.store.blobs import writing
from comity.store.engine import Unit
from comity.store.errors import StoreCorrupt

from . import deliverytables as tables
from .deliveries import by_delivery, log
from .deliverytables import Kept
from .errors import NoDelivery
from .inbound import JSON, content_type
from .receiving import whole
from .tables import IN, find_messages

SUMS = "SHA256SUMS"
MESSAGES = "messages"
_PIECE = 1 << 20


@dataclass(frozen=True)
class Exported:
    """What was written: where, and each file with its SHA-256; and how many deliveries are not whole yet."""

    folder: Path
    files: tuple[tuple[str, str], ...]
    waiting: int


def find(unit: Unit, office: Office, name: str) -> list[list[Kept]]:
    """Find the deliveries that came in on a request, or the one whose identifier begins with *name*.

    Raises:
        NoDelivery: there is none.
    """
    try:
        request = office.find(unit, name, "out")
        parts = tables.find_parts(unit, direction=IN, request=request.id)
    except NoRequest:
        known = tables.find_parts(unit, direction=IN)
        parts = [kept for kept in known if len(name) >= 8 and kept.part.delivery.startswith(name)]
    found = list(by_delivery(parts))
    if not found:
        advice = "List them with: comity delivery list."
        raise NoDelivery(f"got {name!r}, expected a request or a delivery that came in", field="name", advice=advice)
    return found


def export(office: Office, name: str, to: Path, identity: Identity | None = None) -> Exported:
    """Write the whole deliveries on a request, or one delivery, to a folder; again writes nothing anew.

    Raises:
        NoDelivery: there is none, or none is whole yet.
        StoreCorrupt: a kept file is not what was acknowledged.
    """
    with office.store.read() as unit:
        found = find(unit, office, name)
        ready = [parts for parts in found if whole(parts)]
        messages = {kept.transaction: message_of(unit, kept) for parts in ready for kept in parts}
    if not ready:
        raise NoDelivery(f"got {name!r}, on which no delivery is whole yet, expected one", field="name")
    sums: list[tuple[str, str]] = []
    with writing(to):
        to.mkdir(exist_ok=True)
        for number, parts in enumerate(ready, 1):
            inside = f"{number}/" if len(ready) > 1 else ""
            (to / inside).mkdir(exist_ok=True)
            sums += [_write(office, to, inside + one, pieces, identity) for one, pieces in files(parts)]
        (to / MESSAGES).mkdir(exist_ok=True)
    for transaction, raw in messages.items():
        ending = "json" if content_type(raw) == JSON else "xml"
        path = f"{MESSAGES}/{transaction}.{ending}"
        place_bytes(raw, to / path)
        sums.append((path, hashlib.sha256(raw).hexdigest()))
    text = "".join(f"{digest}  {path}\n" for path, digest in sorted(sums)).encode()
    place_bytes(text, to / SUMS)
    with office.store.write(durable=True) as unit:
        for parts in ready:
            log(unit, office, "delivery.exported", parts[0], sums=hashlib.sha256(text).hexdigest())
    return Exported(to, tuple(sorted(sums)), len(found) - len(ready))


def files(parts: Sequence[Kept]) -> Iterator[tuple[str, list[Kept]]]:
    """Give the files of a delivery, each with its pieces in order; a name that comes again is told apart by a number."""
    good = sorted((kept for kept in parts if kept.file), key=lambda kept: kept.part.sequence)
    seen: set[str] = {SUMS.casefold(), MESSAGES.casefold()}
    for name, pieces in groupby(good, key=lambda kept: kept.part.name):
        free, number = name, 2
        while free.casefold() in seen:
            free, number = f"{number}-{name}", number + 1
        seen.add(free.casefold())
        yield free, list(pieces)


def copied(office: Office, pieces: Sequence[Kept], identity: Identity | None = None) -> Path:
    """Put one received file together aside, each piece held against its digest, opened if it is sealed and we can.

    Raises:
        StoreCorrupt: a kept piece is not what was acknowledged.
    """
    staged = office.blobs.stage()
    _joined(office, pieces)(staged)
    if not (identity and pieces[0].part.sealed):
        return staged
    opened = office.blobs.stage()
    open_file(staged, opened, identity)
    office.blobs.unstage(staged)
    return opened


def _write(office: Office, to: Path, name: str, pieces: Sequence[Kept], identity: Identity | None) -> tuple[str, str]:
    """Write one file, opened if it is sealed and we can."""
    if not (identity and pieces[0].part.sealed and name.endswith(".age")):
        return _placed(to, name, _joined(office, pieces))
    staged, opened = office.blobs.stage(), office.blobs.stage()
    _joined(office, pieces)(staged)
    open_file(staged, opened, identity)
    return _placed(to, name.removesuffix(".age"), lambda copy: shutil.copyfile(opened, copy))


def _placed(to: Path, name: str, write: Callable[[Path], object]) -> tuple[str, str]:
    path = place_made(to / name, write)
    with path.open("rb") as f:
        return name, hashlib.file_digest(f, "sha256").hexdigest()


def _joined(office: Office, pieces: Sequence[Kept]) -> Callable[[Path], None]:
    """Give what writes the pieces one after the other, each held against its digest."""

    def write(copy: Path) -> None:
        with copy.open("wb") as target:
            for kept in pieces:
                digest, path = hashlib.sha256(), office.blobs.path(kept.file)
                with path.open("rb") as source:
                    while data := source.read(_PIECE):
                        digest.update(data)
                        target.write(data)
                if digest.hexdigest() != kept.part.sha256:
                    raise StoreCorrupt("got other bytes than were acknowledged, expected the same", file=str(path))

    return write


def message_of(unit: Unit, kept: Kept) -> bytes:
    """Give the message that announced a part, byte for byte.

    Raises:
        NotFound: it is not kept.
    """
    found = find_messages(unit, direction=IN, peer=kept.peer, transaction=kept.transaction)
    if not found:
        raise NotFound(f"got no message {kept.transaction}, expected the one that announced the part")
    return found[0].raw

"""Making visible what has been written: a new snapshot of all newest files, and the timestamp that leads to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from comity.crypto.keys import Signer

from . import trust
from .errors import BadMetadata, NotVouched
from .folder import TIMESTAMP, metadata_name, target_name
from .metadata import LIMITS, dump, read, sign
from .shelf import Shelf

if TYPE_CHECKING:
    from tuf.api.metadata import (  # type: ignore[attr-defined]  # re-exported without __all__
        Metadata,
        MetaFile,
        Root,
        Snapshot,
        Targets,
        Timestamp,
    )


@dataclass(frozen=True)
class Lifetimes:
    """How long each kind of metadata counts after it is signed."""

    targets: timedelta = timedelta(days=90)
    country: timedelta = timedelta(days=90)
    snapshot: timedelta = timedelta(days=7)
    timestamp: timedelta = timedelta(days=3)


def require_online(root: Root, online: Signer) -> None:
    """Check, before anything is written, that a key may publish.

    Raises:
        NotVouched: it may not.
    """
    if online.public.keyid not in {*root.roles["timestamp"].keyids} & {*root.roles["snapshot"].keyids}:
        raise NotVouched(f"got the key {online.public.keyid[:16]}, expected the online key that the root names")


def publish(shelf: Shelf, root: Root, online: Signer, *, now: datetime, lifetimes: Lifetimes) -> None:
    """Publish the newest file of each role, after checking that they hold together.

    Raises:
        DirectoryError: a file does not verify, so nothing is published.
    """
    snapshot = _snapshot(shelf, shelf.above(root))
    data = shelf.signed(snapshot, "snapshot", now + lifetimes.snapshot, [online])
    timestamp = _timestamp(shelf, snapshot.signed.version, data, now + lifetimes.timestamp)
    sign(timestamp, online)
    trust.snapshot(root, trust.timestamp(root, dump(timestamp)), data)
    shelf.put({"snapshot": data})
    shelf.folder.write({TIMESTAMP: dump(timestamp)})


def _snapshot(shelf: Shelf, above: Targets) -> Metadata[Snapshot]:
    """Make a snapshot of the newest files; what was once stated stays stated, also of a country cut off (TUF 5.5.5)."""
    from tuf.api.metadata import Metadata, MetaFile, Snapshot  # type: ignore[attr-defined]  # likewise

    before: dict[str, MetaFile] = {}
    if version := shelf.folder.newest("snapshot"):
        name = metadata_name("snapshot", version)
        before = read(shelf.data("snapshot", version), "snapshot", file=name).signed.meta
    versions = {"targets": above.version} | {code: _sound(shelf, above, code) for code in trust.delegated(above)}
    files = {role: (number, shelf.data(role, number)) for role, number in versions.items() if number}
    stated = {f"{role}.json": MetaFile.from_data(number, data, ["sha256"]) for role, (number, data) in files.items()}
    return Metadata(Snapshot(meta={**before, **stated}))


def _timestamp(shelf: Shelf, version: int, snapshot: bytes, expires: datetime) -> Metadata[Timestamp]:
    from tuf.api.metadata import Metadata, MetaFile, Timestamp  # type: ignore[attr-defined]  # likewise

    before = shelf.folder.read(TIMESTAMP, LIMITS["timestamp"])
    number = read(before, "timestamp", file=TIMESTAMP).signed.version + 1 if before else 1
    meta = MetaFile.from_data(version, snapshot, ["sha256"])
    return Metadata(Timestamp(version=number, expires=expires, snapshot_meta=meta))


def _sound(shelf: Shelf, above: Targets, code: str) -> int:
    """Give the version of a country's file, 0 if there is none, after checking it and that all it names lies here."""
    version = shelf.folder.newest(code)
    if version:
        for stated in trust.vouching(above, code, shelf.data(code)).targets.values():
            if not (shelf.folder.path / target_name(stated.path, stated.hashes["sha256"])).is_file():
                raise BadMetadata(f"got no file for {stated.path}, expected it in targets/", file=f"{code}.json")
    return version

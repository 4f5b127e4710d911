"""The root of a directory: made, signed and changed by several people, who need not be in one room at one time.

A root version that still lacks signatures waits as `staged/VERSION.root.json`. Each holder signs it where and when it
suits; with the signature that completes it, it moves to `metadata/` and counts. A new version needs the threshold of the
version before and its own, so nobody can take a directory over without those who hold it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from comity.crypto.keys import PublicKey, Signer
from comity.kernel.clock import Clock

from . import trust
from .errors import BadFolder, NotVouched
from .folder import Folder, roots
from .metadata import LIMITS, distinct, dump, read, sign, tuf_key

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]  # re-exported without __all__

ROOT_LIFETIME = timedelta(days=365)


@dataclass(frozen=True)
class Keyholders:
    """Whose keys the root names: for itself, for delegating countries, and for the online role."""

    root: tuple[PublicKey, ...]
    root_threshold: int
    targets: tuple[PublicKey, ...]
    targets_threshold: int
    online: PublicKey


@dataclass(frozen=True)
class Signed:
    """How far the signing of a root version has come."""

    version: int
    missing: int
    fingerprint: str

    @property
    def complete(self) -> bool:
        """Tell whether the version counts now."""
        return not self.missing


def create(folder: Path, holders: Keyholders, signers: Sequence[Signer], *, clock: Clock) -> Signed:
    """Start a directory in a new folder: its first root, signed by those who are here.

    Raises:
        BadFolder: the folder holds something already.
        BadKeys: the keys and thresholds make no sense.
        NotVouched: somebody signed who is not among the root's keys.
        NoAccess: the folder cannot be written.
    """
    metadata = _root(holders, 1, clock)
    place = Folder(folder)
    place.make()
    with place.locked(exclusive=True):
        return _sign(place, metadata, signers)


def rotate(folder: Path, holders: Keyholders | None, signers: Sequence[Signer], *, clock: Clock) -> Signed:
    """Start the next root version: with other *holders*, or with the same ones for another year.

    After a change of the targets or online keys, `renew` and `refresh` the directory with the new keys.

    Raises:
        BadKeys: the keys and thresholds make no sense.
        NotVouched: somebody signed who holds no key of the old or new root.
        BadFolder: there is no directory here, or another version waits for signatures.
    """
    place = Folder(folder)
    with place.locked(exclusive=True):
        if waiting := _waiting(place):
            advice = f"Complete it with sign-root, or delete {folder / _staged(waiting)}."
            raise BadFolder(
                f"got version {waiting} waiting for signatures, expected none", file=str(folder), advice=advice
            )
        current = history(place)[-1]
        return _sign(place, _root(holders or keyholders(current), current.version + 1, clock), signers)


def sign_root(folder: Path, signers: Sequence[Signer]) -> Signed:
    """Add signatures to the root version that waits for them.

    Raises:
        BadFolder: none waits.
        NotVouched: somebody signed who holds no key of the old or new root.
    """
    place = Folder(folder)
    with place.locked(exclusive=True):
        waiting = _waiting(place)
        if not waiting:
            raise BadFolder("got no root waiting for signatures, expected one in staged/", file=str(folder))
        data = place.read(_staged(waiting), LIMITS["root"]) or b""
        return _sign(place, read(data, "root", file=_staged(waiting)), signers)


def history(place: Folder) -> tuple[Root, ...]:
    """Give the complete root versions, first to newest, after checking that they hold together.

    Raises:
        BadFolder: there is none.
        DirectoryError: the chain does not hold together.
    """
    files = roots(place)
    if not files:
        raise BadFolder(
            "got no complete root, expected a directory", file=str(place.path), advice="Run create and sign-root first."
        )
    return trust.chain(files, files[0]).roots


def keyholders(root: Root) -> Keyholders:
    """Give the keys and thresholds that a root names."""

    def keys(role: str) -> tuple[PublicKey, ...]:
        return tuple(
            PublicKey.from_hex(root.keys[keyid].to_dict()["keyval"]["public"]) for keyid in root.roles[role].keyids
        )

    return Keyholders(
        root=keys("root"),
        root_threshold=root.roles["root"].threshold,
        targets=keys("targets"),
        targets_threshold=root.roles["targets"].threshold,
        online=keys("timestamp")[0],
    )


def _root(holders: Keyholders, version: int, clock: Clock) -> Metadata[Root]:
    from tuf.api.metadata import Metadata, Role, Root  # type: ignore[attr-defined]  # likewise

    online = Role([holders.online.keyid], 1)
    roles = {
        "root": Role(distinct(holders.root, holders.root_threshold), holders.root_threshold),
        "targets": Role(distinct(holders.targets, holders.targets_threshold), holders.targets_threshold),
        "snapshot": online,
        "timestamp": online,
    }
    keys = {key.keyid: tuf_key(key) for key in (*holders.root, *holders.targets, holders.online)}
    return Metadata(Root(version=version, expires=clock.now() + ROOT_LIFETIME, keys=keys, roles=roles))


def _sign(place: Folder, metadata: Metadata[Root], signers: Sequence[Signer]) -> Signed:
    """Sign, and publish the version if it is complete; else stage it."""
    version = metadata.signed.version
    previous = history(place)[-1] if version > 1 else None
    wanted = {*(previous or metadata.signed).roles["root"].keyids, *metadata.signed.roles["root"].keyids}
    for signer in signers:
        if signer.public.keyid not in wanted:
            raise NotVouched(f"got a signature of {signer.public.keyid[:16]}, expected one by a holder of a root key")
        sign(metadata, signer)
    result = metadata.signed.get_root_verification_result(previous, metadata.signed_bytes, metadata.signatures)
    missing = max(result.first.missing, result.second.missing)
    data = dump(metadata)
    read(data, "root", file=_staged(version))
    if missing:
        place.write({_staged(version): data})
        return Signed(version, missing, trust.digest(data))
    trust.next_root(previous, data, version)
    place.write({f"metadata/{trust.root_name(version)}": data})
    place.remove(_staged(version))
    return Signed(version, 0, trust.digest(data))


def _staged(version: int) -> str:
    return f"staged/{trust.root_name(version)}"


def _waiting(place: Folder) -> int:
    """Give the version that waits for signatures: always the one after the newest complete root; 0 if none."""
    version = place.newest("root") + 1
    return version if place.read(_staged(version), LIMITS["root"]) is not None else 0

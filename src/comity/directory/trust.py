"""From a pinned root to a party file: the steps that slices and mirrors have in common. Bytes in, trust or refusal out.

The order is TUF's client workflow (specification 5.3 to 5.6): root chain, timestamp, snapshot, targets, country. Every
signature that stands in a file must be right and by a key of the role; a threshold counts distinct keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput

from . import model
from .errors import BadMetadata, Expired, NotVouched, Rollback
from .metadata import MAX_ROOTS, read

if TYPE_CHECKING:
    from tuf.api.metadata import (  # type: ignore[attr-defined]  # re-exported without __all__
        DelegatedRole,
        MetaFile,
        Root,
        Signed,
        Snapshot,
        TargetFile,
        Targets,
        Timestamp,
    )


@dataclass(frozen=True)
class Chain:
    """The root versions from the first to the newest, each signed by the one before, the pinned one among them."""

    files: tuple[bytes, ...]
    roots: tuple[Root, ...]
    pinned: str

    @property
    def newest(self) -> Root:
        """Give the root that counts now."""
        return self.roots[-1]

    @property
    def online(self) -> frozenset[str]:
        """Give the ids of the keys that sign timestamp and snapshot."""
        roles = self.newest.roles
        return frozenset([*roles["timestamp"].keyids, *roles["snapshot"].keyids])


@dataclass(frozen=True)
class Top:
    """The verified top of a directory, under the newest root."""

    root: Root
    timestamp: Timestamp
    snapshot: Snapshot
    targets: Targets

    @property
    def signed(self) -> dict[str, Signed]:
        """Give what is signed, by file name."""
        files: dict[str, Signed] = {root_name(self.root.version): self.root}
        return {**files, "timestamp.json": self.timestamp, "snapshot.json": self.snapshot, "targets.json": self.targets}


def root_name(version: int) -> str:
    """Give the file name of a root version."""
    return f"{version}.root.json"


def digest(data: bytes) -> str:
    """Give the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def chain(files: Sequence[bytes], pinned: bytes) -> Chain:
    """Check the root versions, first to newest, against the pinned one (5.3; package format, section 4, step 1).

    The whole chain must hold together, also before the pinned version: nothing rides along unverified.

    Raises:
        BadMetadata: a file is malformed or does not have the version of its place.
        NotVouched: a version lacks the signatures of the one before or its own.
        Rollback: the pinned root is not in the chain.
    """
    if not 1 <= len(files) <= MAX_ROOTS:
        raise BadMetadata(f"got {len(files)} root versions, expected 1 to {MAX_ROOTS}")
    found: list[Root] = []
    for version, data in enumerate(files, start=1):
        found.append(next_root(found[-1] if found else None, data, version))
    return Chain(tuple(files), tuple(found), _pin(files, pinned))


def next_root(previous: Root | None, data: bytes, version: int) -> Root:
    """Check one root version against the one before; the first stands on its own signatures (5.3.4, 5.3.5).

    Raises:
        BadMetadata: it is malformed or of another version.
        NotVouched: signatures are missing or wrong.
    """
    name = root_name(version)
    metadata = read(data, "root", file=name)
    if metadata.signed.version != version:
        raise BadMetadata(f"got version {metadata.signed.version}, expected {version}", file=name)
    _vouched(metadata, "root", [previous or metadata.signed, metadata.signed], file=name)
    return metadata.signed


def _pin(files: Sequence[bytes], pinned: bytes) -> str:
    """Find the pinned root in the chain, byte for byte; give its fingerprint."""
    version = read(pinned, "root", file="pinned root").signed.version
    if version > len(files):
        advice = "Ask for a newer package or directory, or check against the earlier root if you still trust it."
        raise Rollback(f"got root version {len(files)}, expected at least the pinned {version}", advice=advice)
    if files[version - 1] != pinned:
        advice = "This comes from another directory, or from somebody who pretends to be yours."
        raise NotVouched(
            f"got another root version {version}, expected the pinned one", file=root_name(version), advice=advice
        )
    return digest(pinned)


def timestamp(root: Root, data: bytes) -> Timestamp:
    """Check the timestamp under the newest root (5.4).

    Raises:
        DirectoryError: it does not verify.
    """
    metadata = read(data, "timestamp", file="timestamp.json")
    _vouched(metadata, "timestamp", [root], file="timestamp.json")
    return metadata.signed


def snapshot(root: Root, stated: Timestamp, data: bytes) -> Snapshot:
    """Check the snapshot under the newest root, and as the timestamp states it (5.5).

    Raises:
        DirectoryError: it does not verify or agree.
    """
    metadata = read(data, "snapshot", file="snapshot.json")
    _agrees(stated.snapshot_meta, data, metadata.signed.version, file="snapshot.json")
    _vouched(metadata, "snapshot", [root], file="snapshot.json")
    return metadata.signed


def targets(root: Root, stated: Snapshot, data: bytes) -> Targets:
    """Check the top targets under the newest root, and as the snapshot states them (5.6).

    Raises:
        DirectoryError: they do not verify or agree.
    """
    signed = delegating(root, data)
    _agrees(stated.meta.get("targets.json"), data, signed.version, file="targets.json")
    return signed


def delegating(root: Root, data: bytes) -> Targets:
    """Check the signatures of the top targets under a root; they hold no files themselves.

    Raises:
        DirectoryError: they do not verify.
    """
    metadata = read(data, "targets", file="targets.json")
    _vouched(metadata, "targets", [root], file="targets.json")
    if metadata.signed.targets:
        raise BadMetadata("got party files, expected them in the files of the countries only", file="targets.json")
    return metadata.signed


def top(root: Root, files: Mapping[str, bytes]) -> Top:
    """Check timestamp, snapshot and targets together.

    Raises:
        DirectoryError: one does not verify or agree with the others.
    """
    stamped = timestamp(root, files["timestamp.json"])
    snapped = snapshot(root, stamped, files["snapshot.json"])
    return Top(root, stamped, snapped, targets(root, snapped, files["targets.json"]))


def country(above: Top, code: str, data: bytes) -> Targets:
    """Check a country's file under its delegation, and as the snapshot states it (5.6).

    Raises:
        DirectoryError: it does not verify or agree.
    """
    signed = vouching(above.targets, code, data)
    _agrees(above.snapshot.meta.get(f"{code}.json"), data, signed.version, file=f"{code}.json")
    return signed


def vouching(above: Targets, code: str, data: bytes) -> Targets:
    """Check the signatures of a country's file under its delegation.

    Raises:
        DirectoryError: the country is not delegated, or its file does not verify or keep to its own paths.
    """
    name = f"{code}.json"
    delegation(above, code)
    metadata = read(data, "targets", file=name)
    _vouched(metadata, code, [above], file=name)
    if metadata.signed.delegations is not None:
        raise BadMetadata("got delegations, expected party files only", file=name)
    if foreign := [path for path in metadata.signed.targets if not path.startswith(f"{code}/")]:
        raise NotVouched(f"got {foreign[0]}, expected only parties of {code}", file=name)
    return metadata.signed


def delegation(above: Targets, code: str) -> DelegatedRole:
    """Give the delegation of a country.

    Raises:
        NotVouched: the country is not delegated.
    """
    found = delegated(above).get(code)
    if found is None:
        raise NotVouched(f"got the country {code}, expected one that the directory delegates", file=f"{code}.json")
    return found


def delegated(above: Targets) -> Mapping[str, DelegatedRole]:
    """Give the delegations by country."""
    return (above.delegations.roles or {}) if above.delegations else {}


def party(vouched: Targets, party_id: str, data: bytes, *, file: str = "party.json") -> model.Party:
    """Check a party file against the country's file, and read it (package format, section 4, steps 2 and 5).

    Raises:
        NotVouched: the country does not vouch for such a party or for this file.
        BadMetadata: the file is malformed or is another party's.
    """
    stated = vouched.targets.get(model.target_path(party_id))
    if stated is None:
        raise NotVouched(f"got {party_id}, expected a party that {party_id[:2]} vouches for", file=file)
    return read_party(stated, party_id, data, file=file)


def read_party(stated: TargetFile, party_id: str, data: bytes, *, file: str = "party.json") -> model.Party:
    """Read a party file that is what the country's file states.

    Raises:
        BadMetadata: it is another file, malformed, or another party's.
    """
    stated_file(stated, data, file=file)
    try:
        found = model.parse(data, file)
    except BadInput as e:
        raise BadMetadata(e.message, file=file, field=e.field, advice=e.advice) from e
    if found.id != party_id:
        raise BadMetadata(f"got the file of {found.id}, expected that of {party_id}", file=file)
    return found


def fresh(signed: Mapping[str, Signed], at: datetime) -> None:
    """Check that nothing named is expired at the moment *at* (package format, section 4, step 3).

    Raises:
        Expired: something is.
    """
    for name, one in signed.items():
        if one.is_expired(at):
            advice = "Get a newer directory; if there is none, call its coordinator. Somebody may be withholding news."
            raise Expired(
                f"got metadata that expired at {stamp(one.expires)}, expected it valid at {stamp(at)}",
                file=name,
                advice=advice,
            )


def _vouched(metadata: Any, role: str, delegators: Sequence[Any], *, file: str) -> None:
    """Check that each delegator's threshold of *role* is met, and that no signature is wrong or by a stranger."""
    payload = metadata.signed_bytes
    results = [one.get_verification_result(role, payload, metadata.signatures) for one in delegators]
    right = {keyid for result in results for keyid in result.signed}
    if wrong := sorted(set(metadata.signatures) - right):
        raise NotVouched(
            f"got a signature of key {wrong[0][:16]} that is wrong or not wanted, expected only those of {role}",
            file=file,
        )
    for result in results:
        if not result.verified:
            raise NotVouched(
                f"got signatures by {len(result.signed)} of its keys, expected {result.threshold}", file=file
            )


def _agrees(stated: MetaFile | None, data: bytes, version: int, *, file: str) -> None:
    """Check a metadata file against what the file above states about it."""
    if stated is None:
        raise BadMetadata("got a file that the snapshot does not state, expected one that it does", file=file)
    if stated.version != version:
        raise Rollback(f"got version {version}, expected {stated.version}", file=file)
    stated_file(stated, data, file=file)


def stated_file(stated: MetaFile | TargetFile, data: bytes, *, file: str) -> None:
    """Check a file's length and SHA-256 where they are stated.

    Raises:
        BadMetadata: they differ.
    """
    if stated.length not in (None, len(data)):
        raise BadMetadata(f"got {len(data)} bytes, expected {stated.length}", file=file)
    if stated.hashes and stated.hashes["sha256"] != digest(data):
        raise BadMetadata(f"got SHA-256 {digest(data)}, expected {stated.hashes['sha256']}", file=file)

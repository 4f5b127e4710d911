"""Reading a published directory, from a publisher's folder, a mirror or an export: each file is checked before the next."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from . import model, trust
from .errors import BadFolder, NoAccess, NoParty, Rollback
from .folder import TIMESTAMP, Source, metadata_name, require, roots, target_name
from .metadata import LIMITS
from .slice import Position, position

if TYPE_CHECKING:
    from tuf.api.metadata import (  # type: ignore[attr-defined]  # re-exported without __all__
        MetaFile,
        Root,
        Signed,
        Snapshot,
        Targets,
        Timestamp,
    )


@dataclass(frozen=True)
class Seen:
    """The timestamp and snapshot that a reader has seen before; nothing older or contradicting is taken."""

    timestamp: Timestamp
    timestamp_file: bytes
    snapshot: Snapshot
    snapshot_file: bytes


@dataclass(frozen=True)
class Copy:
    """A directory as it was read and verified: the chain of roots, the top, the countries, and their files by plain name."""

    chain: trust.Chain
    top: trust.Top
    countries: Mapping[str, Targets]
    files: Mapping[str, bytes]

    def places(self) -> dict[str, str]:
        """Give where each file lies, by its plain name."""
        versions = {name.removesuffix(".json"): meta.version for name, meta in self.top.snapshot.meta.items()}
        versions["snapshot"] = self.top.snapshot.version
        found = {
            name: metadata_name(name.removesuffix(".json"), versions[name.removesuffix(".json")])
            for name in self.files
            if name != "timestamp.json"
        }
        return {**found, "timestamp.json": TIMESTAMP}

    def expires(self, code: str = "") -> datetime:
        """Give the moment until which the copy counts, with the file of one country if it was read."""
        countries = [one for name, one in self.countries.items() if name == code]
        return min(one.expires for one in (*self.top.signed.values(), *countries))

    def position(self) -> Position:
        """Give where in the directory's life the copy stands."""
        signed: dict[str, Signed] = {**self.top.signed, **{f"{code}.json": one for code, one in self.countries.items()}}
        return position(self.chain, {name: (signed[name].version, data) for name, data in self.files.items()})

    def parties(self) -> list[str]:
        """Name the parties of the countries that were read, in order."""
        paths = (path for one in self.countries.values() for path in one.targets)
        return sorted(path.replace("/", ".", 1).removesuffix(".json") for path in paths)


def load(
    source: Source,
    chain: trust.Chain,
    *,
    country: str | None = None,
    seen: Seen | None = None,
    at: datetime | None = None,
) -> Copy:
    """Read and verify the published state: all countries, or one; not older than what was *seen*; not expired at *at*.

    Raises:
        DirectoryError: it does not verify, is older than what was seen, or is expired.
    """
    root = chain.newest
    _fresh({trust.root_name(root.version): root}, at)  # 5.3.10
    files = {"timestamp.json": require(source, TIMESTAMP, LIMITS["timestamp"])}
    timestamp = trust.timestamp(root, files["timestamp.json"])  # 5.4.2
    _newer_timestamp(timestamp, files["timestamp.json"], seen)  # 5.4.3
    _fresh({"timestamp.json": timestamp}, at)  # 5.4.4
    files["snapshot.json"] = require(
        source, metadata_name("snapshot", timestamp.snapshot_meta.version), LIMITS["snapshot"]
    )
    snapshot = trust.snapshot(root, timestamp, files["snapshot.json"])  # 5.5.2 to 5.5.4
    _newer_snapshot(snapshot, files["snapshot.json"], seen)  # 5.5.5
    _fresh({"snapshot.json": snapshot}, at)  # 5.5.6
    version = snapshot.meta["targets.json"].version if "targets.json" in snapshot.meta else 0
    files["targets.json"] = require(source, metadata_name("targets", version), LIMITS["targets"])
    top = trust.Top(root, timestamp, snapshot, trust.targets(root, snapshot, files["targets.json"]))  # 5.6.2 to 5.6.4
    _fresh({"targets.json": top.targets}, at)  # 5.6.5
    countries: dict[str, Targets] = {}
    for code in sorted(trust.delegated(top.targets)):  # 5.6.7
        if (meta := snapshot.meta.get(f"{code}.json")) and country in (None, code):
            data = files[f"{code}.json"] = require(source, metadata_name(code, meta.version), LIMITS["targets"])
            countries[code] = trust.country(top, code, data)
    return Copy(chain, top, countries, files)


def seen(source: Source, root: Root) -> Seen:
    """Give the timestamp and snapshot that lie there, if the root vouches for them; they may be expired.

    Raises:
        DirectoryError: it does not.
    """
    timestamp_file = require(source, TIMESTAMP, LIMITS["timestamp"])
    timestamp = trust.timestamp(root, timestamp_file)
    snapshot_file = require(source, metadata_name("snapshot", timestamp.snapshot_meta.version), LIMITS["snapshot"])
    return Seen(timestamp, timestamp_file, trust.snapshot(root, timestamp, snapshot_file), snapshot_file)


def pinned(source: Source, root: bytes, *, country: str | None = None) -> Copy:
    """Read and verify a directory under a pinned root, whatever its age.

    Raises:
        BadFolder: there is no directory.
        DirectoryError: it does not verify.
    """
    files = roots(source)
    if not files or source.read(TIMESTAMP, LIMITS["timestamp"]) is None:
        advice = "Publish it with refresh; fill a mirror by updating it."
        raise BadFolder("got no published directory, expected one", file=str(source.path), advice=advice)
    return load(source, trust.chain(files, root), country=country)


def party(source: Source, copy: Copy, party_id: str, at: datetime | None) -> model.Party:
    """Give a party, and refuse a copy that is expired at the moment *at*, if there is one.

    Raises:
        NoParty: the directory does not know it.
        Expired: the copy, or the country's part of it, is out of date.
    """
    data = party_file(source, copy, party_id)
    country = copy.countries[party_id[:2]]
    _fresh({**copy.top.signed, f"{party_id[:2]}.json": country}, at)
    return trust.party(country, party_id, data)


def party_file(source: Source, copy: Copy, party_id: str) -> bytes:
    """Give a party's file.

    Raises:
        NoParty: the directory does not know the party.
    """
    country = copy.countries.get(party_id[:2])
    stated = country.targets.get(model.target_path(party_id)) if country else None
    if stated is None:
        raise NoParty(f"got {party_id[:80]!r}, expected a party in the directory", field="party")
    return require(source, target_name(stated.path, stated.hashes["sha256"]), model.MAX_BYTES)


def party_files(source: Source, copy: Copy) -> dict[str, bytes]:
    """Give all party files by the name under which they lie; what stands in them is checked when they are looked up.

    Raises:
        BadMetadata: one is missing or is not the file that its country states.
    """
    found = {}
    for stated in (stated for country in copy.countries.values() for stated in country.targets.values()):
        name = target_name(stated.path, stated.hashes["sha256"])
        found[name] = require(source, name, model.MAX_BYTES)
        trust.stated_file(stated, found[name], file=name)
    return found


def slice_of(source: Source, copy: Copy, party_id: str) -> dict[str, bytes]:
    """Give the slice that proves who a party is (package format, section 4).

    Raises:
        NoParty: the directory does not know the party.
    """
    party = party_file(source, copy, party_id)
    chain = {trust.root_name(version): data for version, data in enumerate(copy.chain.files, start=1)}
    top = {
        name: copy.files[name] for name in ("timestamp.json", "snapshot.json", "targets.json", f"{party_id[:2]}.json")
    }
    return {**chain, **top, "party.json": party}


def export(source: Source, copy: Copy, path: Path) -> None:
    """Write a directory as one stored zip.

    Raises:
        DirectoryError: a party file is missing or altered.
        BadFolder: the file exists already.
        NoAccess: it cannot be written; nothing is left behind then.
    """
    files = {f"metadata/{trust.root_name(version)}": data for version, data in enumerate(copy.chain.files, start=1)}
    places = copy.places()
    files |= {places[name]: data for name, data in copy.files.items()} | party_files(source, copy)
    try:
        with path.open("xb") as f, zipfile.ZipFile(f, "w") as z:
            for name in sorted(files):
                z.writestr(zipfile.ZipInfo(name), files[name])
    except FileExistsError as e:
        raise BadFolder("got a file that exists, expected a new one", file=str(path)) from e
    except OSError as e:
        path.unlink(missing_ok=True)
        raise NoAccess(f"got {e.strerror}, expected to write the export", file=str(path)) from e


def _fresh(signed: Mapping[str, Signed], at: datetime | None) -> None:
    if at is not None:
        trust.fresh(signed, at)


def _newer_timestamp(new: Timestamp, data: bytes, seen: Seen | None) -> None:
    if seen is None:
        return
    _not_older("timestamp.json", new.version, seen.timestamp.version)
    _not_older("snapshot.json", new.snapshot_meta.version, seen.snapshot.version)
    if new.version == seen.timestamp.version and data != seen.timestamp_file:
        raise _two("timestamp.json", new.version)


def _newer_snapshot(new: Snapshot, data: bytes, seen: Seen | None) -> None:
    if seen is None:
        return
    if new.version == seen.snapshot.version and data != seen.snapshot_file:
        raise _two("snapshot.json", new.version)
    for name, known in seen.snapshot.meta.items():
        found: MetaFile | None = new.meta.get(name)
        _not_older(name, found.version if found else 0, known.version)
        if found and found.version == known.version and found.hashes != known.hashes:
            raise _two(name, known.version)


def _not_older(name: str, version: int, known: int) -> None:
    if version < known:
        advice = "The source is out of date, or somebody shows you an old directory. Keep what you have."
        raise Rollback(f"got version {version}, expected at least the known {known}", file=name, advice=advice)


def _two(name: str, version: int) -> Rollback:
    advice = "Somebody signed two different files as one version. Tell the coordinator; keep what you have."
    return Rollback(f"got another version {version}, expected the known one", file=name, advice=advice)

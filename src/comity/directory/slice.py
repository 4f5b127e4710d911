"""The slice of the directory that travels in a package or receipt, and its check (package format, section 4).

Given the files, a pinned root (any version of it) and the moment T:

    1. the root versions hold together and the pinned one is among them;
    2. timestamp, snapshot, targets, the country's file and the party file verify and agree along the line;
    3. the newest root, timestamp, snapshot, targets and the country's file are not expired at T;
    4. each signature is by a distinct key of its role, as many as the threshold asks (checked along with 1 and 2);
    5. the party file is canonical, fits its shape, and is that of the party asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from . import model, trust
from .errors import BadMetadata, Rollback
from .metadata import MAX_ROOTS

_PARTY_ID = re.compile(r"[A-Z]{2}\.[a-z0-9][a-z0-9-]{0,40}", re.ASCII)
_ROOT_NAME = re.compile(r"([1-9][0-9]{0,2})\.root\.json", re.ASCII)


@dataclass(frozen=True)
class Mark:
    """One metadata file as it was seen: its version and the SHA-256 of its bytes."""

    version: int
    sha256: str


@dataclass(frozen=True)
class Position:
    """Where in the directory's life a slice or a mirror stands."""

    roots: Mapping[int, str]
    online: frozenset[str]
    marks: Mapping[str, Mark]


@dataclass(frozen=True)
class Checked:
    """A slice that verified: the party it proves, and how far it can be relied on."""

    party: model.Party
    root: str
    root_version: int
    timestamp_version: int
    snapshot_version: int
    expires: datetime
    position: Position


def slice_names(country: str, root_versions: int) -> tuple[str, ...]:
    """Name the files of a slice, as they stand in `seal/role/`: no more and no fewer."""
    roots = [trust.root_name(n + 1) for n in range(root_versions)]
    return (*roots, "timestamp.json", "snapshot.json", "targets.json", f"{country}.json", "party.json")


def check(files: Mapping[str, bytes], *, root: bytes, at: datetime, party: str) -> Checked:
    """Check a slice that must prove who *party* is, given the pinned *root* and the moment *at*.

    Raises:
        DirectoryError: the slice is refused; the message says why.
    """
    if not _PARTY_ID.fullmatch(party):
        raise BadMetadata(f"got {party[:80]!r}, expected the id of a party, like VN.a05")
    code = party[:2]
    roots = _roots(files, code)
    chain = trust.chain(roots, root)  # 1, 4
    top = trust.top(chain.newest, files)  # 2, 4
    country = trust.country(top, code, files[f"{code}.json"])  # 2, 4
    signed = {**top.signed, f"{code}.json": country}
    trust.fresh(signed, at)  # 3
    return Checked(
        party=trust.party(country, party, files["party.json"]),  # 2, 5
        root=chain.pinned,
        root_version=top.root.version,
        timestamp_version=top.timestamp.version,
        snapshot_version=top.snapshot.version,
        expires=min(one.expires for one in signed.values()),
        position=position(
            chain, {name: (one.version, files[name]) for name, one in signed.items() if one is not top.root}
        ),
    )


def position(chain: trust.Chain, files: Mapping[str, tuple[int, bytes]]) -> Position:
    """Give the position of verified files: their versions and digests under that chain of roots."""
    roots = {version: trust.digest(data) for version, data in enumerate(chain.files, start=1)}
    return Position(
        roots, chain.online, {name: Mark(version, trust.digest(data)) for name, (version, data) in files.items()}
    )


def check_newer(shown: Position, own: Position) -> None:
    """Check a slice's position against that of a directory of one's own, a mirror or an export.

    Both must stand on one line of history: the roots they share are the same; a file of the same version is the same
    file; and what is newer is newer in every file. A change of the online keys ends the comparison of versions, so
    that a directory can recover from a thief who ran the versions up (TUF 5.3.11).

    Raises:
        Rollback: they contradict each other.
    """
    for version in sorted(set(shown.roots) & set(own.roots)):
        if shown.roots[version] != own.roots[version]:
            raise _contradiction(f"another root version {version}", trust.root_name(version))
    if shown.online != own.online:
        return
    newer = _compare(shown, own, "timestamp.json")
    for name in sorted(set(shown.marks) & set(own.marks)):
        ahead = _compare(shown, own, name)
        if ahead == 0 and shown.marks[name] != own.marks[name]:
            raise _contradiction(f"another version {own.marks[name].version}", name)
        if ahead * newer < 0 or (ahead and not newer):
            raise _contradiction(f"version {shown.marks[name].version} beside a timestamp that does not fit it", name)


def _compare(shown: Position, own: Position, name: str) -> int:
    """Say whether the shown file is newer (1), older (-1), or of the same version (0)."""
    a, b = shown.marks[name].version, own.marks[name].version
    return (a > b) - (a < b)


def _contradiction(got: str, file: str) -> Rollback:
    advice = "Do not rely on it. Call the sender on the number in your own directory, and tell the coordinator."
    return Rollback(f"got {got}, expected one in line with your own directory", file=file, advice=advice)


def _roots(files: Mapping[str, bytes], code: str) -> list[bytes]:
    """Give the root files in order; refuse a slice with a file missing or one too many."""
    count = sum(1 for name in files if _ROOT_NAME.fullmatch(name))
    expected = set(slice_names(code, count))
    if missing := sorted(expected - set(files)):
        raise BadMetadata("got no such file, expected it in the slice", file=missing[0])
    if extra := sorted(set(files) - expected):
        raise BadMetadata("got a file that has no place in the slice, expected only the known ones", file=extra[0])
    if not 1 <= count <= MAX_ROOTS:
        raise BadMetadata(f"got {count} root versions, expected 1 to {MAX_ROOTS}")
    return [files[trust.root_name(n + 1)] for n in range(count)]

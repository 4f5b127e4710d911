"""A reader's own copy of a directory: pinned to a root, verified, usable without a network.

An update follows TUF's client workflow (specification 5.3 to 5.6): new roots are kept first; then timestamp, snapshot,
targets and the countries' files are verified, may not be older than what is here, and may not be expired; the new
timestamp is put in place last, so that an update happens whole or not at all. A country whose own file has expired does
not hold up the others: its parties are refused when they are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import model, reading, trust
from .errors import BadFolder, NotVouched, Rollback
from .folder import TIMESTAMP, Folder, Source, opened, roots
from .metadata import LIMITS, read
from .reading import Copy, Seen
from .slice import Position

PIN = "root.json"
MOST_KNOWN = 16


@dataclass(frozen=True)
class Status:
    """How old a mirror is, until when it counts, and what it covers."""

    root: str
    root_version: int
    timestamp_version: int
    snapshot_version: int
    expires: datetime
    countries: Mapping[str, datetime]
    parties: int

    def stale(self, at: datetime) -> bool:
        """Tell whether the mirror is past its expiry at the moment *at*."""
        return at >= self.expires


class Mirror:
    """A verified local copy of a directory in a folder."""

    def __init__(self, folder: Path) -> None:
        """Stand on a folder that `Mirror.create` has made."""
        self.folder = Folder(folder)
        self._known: dict[str | None, tuple[object, Copy]] = {}

    @classmethod
    def create(cls, folder: Path, root: bytes) -> Mirror:
        """Start an empty mirror that trusts one root, got by a way one trusts.

        Raises:
            BadMetadata: that is no root.
            BadFolder: the folder holds something already.
            NoAccess: the folder cannot be written.
        """
        read(root, "root", file="pinned root")
        mirror = cls(folder)
        mirror.folder.make()
        mirror.folder.write({PIN: root})
        return mirror

    @property
    def root(self) -> bytes:
        """Give the pinned root.

        Raises:
            BadFolder: the folder is no mirror.
        """
        data = self.folder.read(PIN, LIMITS["root"])
        if data is None:
            advice = "Make one with `comity directory mirror --root ROOT.json`."
            raise BadFolder(f"got no {PIN}, expected a mirror", file=str(self.folder.path), advice=advice)
        return data

    def update(self, source: Path, at: datetime) -> Status:
        """Take over what a publisher's folder, another mirror or an export holds, if it is not older and in order.

        Raises:
            DirectoryError: it is expired, older than what is here, or does not verify; nothing but new roots has changed.
            BadFolder: the source is neither a folder nor an export.
        """
        with self.folder.locked(exclusive=True), opened(source) as new:
            if not roots(new):
                raise BadFolder(
                    "got something without root versions, expected a directory, mirror or export", file=str(source)
                )
            chain = self._new_roots(new)
            copy = reading.load(new, chain, seen=self._seen(chain), at=at)
            parties = reading.party_files(new, copy)
            places = copy.places()
            files = {**parties, **{places[name]: data for name, data in copy.files.items()}}
            self._replace(files)
            return _status(copy)

    def lookup(self, party_id: str, at: datetime, *, stale: bool = False) -> model.Party:
        """Give a party, in a copy that is not expired at the moment *at*; with *stale*, in whatever copy there is.

        Raises:
            NoParty: the directory does not know it.
            Expired: the copy, or the country's part of it, is out of date.
        """
        with self.folder.locked(exclusive=False):
            return reading.party(self.folder, self._copy(party_id[:2]), party_id, None if stale else at)

    def slice(self, party_id: str) -> dict[str, bytes]:
        """Give the slice that proves who a party is, to embed in a package or receipt.

        Raises:
            NoParty: the directory does not know it.
        """
        with self.folder.locked(exclusive=False):
            return reading.slice_of(self.folder, self._copy(party_id[:2]), party_id)

    def position(self, country: str = "") -> Position:
        """Give the mirror's position, to compare a slice of that country with (`slice.check_newer`)."""
        with self.folder.locked(exclusive=False):
            return self._copy(country).position()

    def parties(self) -> list[str]:
        """Name all parties, in order."""
        with self.folder.locked(exclusive=False):
            return self._copy().parties()

    def everybody(self) -> list[model.Party]:
        """Give all parties in whatever copy there is, read in one go."""
        with self.folder.locked(exclusive=False):
            copy = self._copy()
            return [reading.party(self.folder, copy, one, None) for one in copy.parties()]

    def status(self) -> Status:
        """Say how old the mirror is, until when it counts, and what it covers."""
        with self.folder.locked(exclusive=False):
            return _status(self._copy())

    def export(self, path: Path) -> None:
        """Write the mirror as one zip, to carry by hand or to hand out.

        Raises:
            BadFolder: the file exists already.
            NoAccess: it cannot be written.
        """
        with self.folder.locked(exclusive=False):
            reading.export(self.folder, self._copy(), path)

    def _copy(self, country: str | None = None) -> Copy:
        """Read what is here: all countries, or one; what was verified is known until a file changes."""
        root, state = self.root, self.folder.state()
        known = self._known.get(country)
        if known is None or known[0] != (root, state):
            known = ((root, state), reading.pinned(self.folder, root, country=country))
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[country] = known
        return known[1]

    def _new_roots(self, source: Source) -> trust.Chain:
        """Verify the source's root chain, which must go on from ours, and keep it at once (TUF 5.3.8)."""
        own, new = roots(self.folder), roots(source)
        if new[: len(own)] != own:
            got = f"root versions up to {len(new)}" if new == own[: len(new)] else "another root"
            raise Rollback(f"got {got}, expected the {len(own)} known versions and perhaps newer ones", file="root")
        chain = trust.chain(new, self.root)
        added = enumerate(new[len(own) :], start=len(own) + 1)
        self.folder.write({f"metadata/{trust.root_name(version)}": data for version, data in added})
        return chain

    def _seen(self, chain: trust.Chain) -> Seen | None:
        """Give the timestamp and snapshot that are here, if the newest root still vouches for them.

        If its online keys have changed, what the old ones signed does not count any more: a thief who ran the versions
        up cannot lock anybody out (TUF 5.3.11).
        """
        if self.folder.read(TIMESTAMP, LIMITS["timestamp"]) is None:
            return None
        try:
            return reading.seen(self.folder, chain.newest)
        except NotVouched:
            return None

    def _replace(self, files: Mapping[str, bytes]) -> None:
        """Put new files in place, the timestamp last, and then remove what it does not lead to any more."""
        others = {name: data for name, data in files.items() if name != TIMESTAMP}
        self.folder.write({name: data for name, data in others.items() if self.folder.read(name, len(data)) != data})
        self.folder.write({TIMESTAMP: files[TIMESTAMP]})
        for name in self.folder.names():
            if name not in files and not name.endswith(".root.json"):
                self.folder.remove(name)


def _status(copy: Copy) -> Status:
    return Status(
        root=copy.chain.pinned,
        root_version=copy.top.root.version,
        timestamp_version=copy.top.timestamp.version,
        snapshot_version=copy.top.snapshot.version,
        expires=copy.expires(),
        countries={code: one.expires for code, one in copy.countries.items()},
        parties=len(copy.parties()),
    )

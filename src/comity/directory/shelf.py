"""The publisher's shelf: the newest version of each file, published or not, checked again before anything builds on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.crypto.keys import Signer

from . import ceremony, model, trust
from .errors import BadFolder, NoParty, NotVouched
from .folder import Folder, metadata_name, require, target_name
from .metadata import LIMITS, dump, read, sign

if TYPE_CHECKING:
    from tuf.api.metadata import (  # type: ignore[attr-defined]  # re-exported without __all__
        Metadata,
        Root,
        TargetFile,
        Targets,
    )


class Shelf:
    """The files of a directory as its publishers work on them."""

    def __init__(self, path: Path) -> None:
        """Stand on a folder that `ceremony.create` has made."""
        self.folder = Folder(path)

    def above(self, root: Root) -> Targets:
        """Give the top targets, checked under the newest root.

        Raises:
            BadFolder: no country has been delegated yet.
            NotVouched: the root has changed since, and they wait to be renewed.
        """
        return trust.delegating(root, self.data("targets"))

    def targets(self) -> Metadata[Targets]:
        """Give the top targets to change: new ones, or the newest, which some root of the chain must have vouched for.

        Raises:
            NotVouched: no root ever did.
        """
        from tuf.api.metadata import Metadata, Targets  # type: ignore[attr-defined]  # likewise

        if not self.folder.newest("targets"):
            return Metadata(Targets())
        data = self.data("targets")
        self._once_delegating(data)
        return read(data, "targets", file="targets.json")

    def country(self, code: str) -> Metadata[Targets]:
        """Give a country's file to change: a new one, or the newest, which must have been vouched for when it was written.

        Raises:
            NotVouched: it never was.
        """
        from tuf.api.metadata import Metadata, Targets  # type: ignore[attr-defined]  # likewise

        if not self.folder.newest(code):
            return Metadata(Targets())
        data = self.data(code)
        for version in range(self.folder.newest("targets"), 0, -1):
            above = self._once_delegating(self.data("targets", version))
            if code in trust.delegated(above):
                trust.vouching(above, code, data)
                return read(data, "targets", file=f"{code}.json")
        raise NotVouched(f"got a file of {code} under no delegation, expected one", file=f"{code}.json")

    def still_vouched(self, above: Targets, code: str) -> bool:
        """Tell whether a country's newest file satisfies its delegation; true as well if there is no file."""
        try:
            return not self.folder.newest(code) or bool(trust.vouching(above, code, self.data(code)))
        except NotVouched:
            return False

    def party(self, party_id: str) -> model.Party:
        """Give a party as it was last written.

        Raises:
            NoParty: there is none.
        """
        stated = self.country(party_id[:2]).signed.targets.get(model.target_path(party_id))
        if stated is None:
            raise NoParty(f"got {party_id}, expected a party in the directory", field="party")
        data = require(self.folder, target_name(stated.path, stated.hashes["sha256"]), model.MAX_BYTES)
        return trust.read_party(stated, party_id, data)

    def parties(self, code: str) -> list[model.Party]:
        """Give all parties of a country as they were last written."""
        return [self.party(f"{code}.{path[3:-5]}") for path in sorted(self.country(code).signed.targets)]

    def signed(self, metadata: Any, role: str, expires: datetime, signers: Sequence[Signer]) -> bytes:
        """Make the next version of a file from changed metadata."""
        metadata.signed.version = self.folder.newest(role) + 1
        metadata.signed.expires = expires
        metadata.signatures.clear()
        for signer in signers:
            sign(metadata, signer)
        return dump(metadata)

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write the next version of the named roles' files, in this order."""
        self.folder.write({metadata_name(role, self.folder.newest(role) + 1): data for role, data in files.items()})

    def stated(self, party: model.Party) -> TargetFile:
        """Give what a country's file states about a party file: length and hash."""
        from tuf.api.metadata import TargetFile  # type: ignore[attr-defined]  # likewise

        return TargetFile.from_data(party.path, party.raw, ["sha256"])

    def put_party(self, party: model.Party) -> None:
        """Write a party file."""
        self.folder.write({target_name(party.path, trust.digest(party.raw)): party.raw})

    def _once_delegating(self, data: bytes) -> Targets:
        """Give top targets under the newest root that vouched for them."""
        history = ceremony.history(self.folder)
        for root in reversed(history[1:]):
            try:
                return trust.delegating(root, data)
            except NotVouched:
                continue
        return trust.delegating(history[0], data)

    def data(self, role: str, version: int = 0) -> bytes:
        """Give a file of a role: that version, or the newest.

        Raises:
            BadFolder: there is none.
        """
        number = version or self.folder.newest(role)
        if not number:
            raise BadFolder(
                f"got no file of {role}, expected one", file=str(self.folder.path), advice="Delegate a country first."
            )
        return require(self.folder, metadata_name(role, number), LIMITS["targets"])

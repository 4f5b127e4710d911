"""A small world: coordinators, the registries of three countries, three parties with their keys, and a reader's mirror."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from comity.crypto.keys import FileSigner, PublicKey
from comity.directory import ceremony
from comity.directory.ceremony import Keyholders
from comity.directory.mirror import Mirror
from comity.directory.model import Party
from comity.directory.registry import Registry
from comity.kernel.clock import FixedClock, stamp

START = datetime(2026, 11, 25, 3, tzinfo=UTC)
POINT = {
    "draft": "Officer 1", "release": "Officer 2", "emergency": "Officer 3", "receipt": "Desk", "custody": "Evidence room",
    "node": "Node",
}  # fmt: skip
DESK = {"receipt": "Legal desk", "custody": "Evidence room", "node": "Node"}
PARTIES: dict[str, tuple[str, str, Mapping[str, str]]] = {
    "VN.a05": ("Department for Cyber Security", "authority", POINT),
    "PH.cicc": ("Cybercrime Coordination Center", "authority", POINT),
    "SG.orchid": ("Orchid Exchange", "provider", DESK),
}


@dataclass
class World:
    """A directory with everybody's keys at hand, published in `folder` and mirrored in `mirror`."""

    folder: Path
    clock: FixedClock
    registry: Registry
    mirror: Mirror
    root_keys: list[FileSigner]
    targets_keys: list[FileSigner]
    online: FileSigner
    registries: dict[str, list[FileSigner]]
    keys: dict[str, dict[str, FileSigner]] = field(default_factory=dict)

    @property
    def root(self) -> bytes:
        """The root the world's readers have pinned: the first one."""
        return self.mirror.root

    def slice(self, party: str) -> dict[str, bytes]:
        """The party's slice, as the mirror has it."""
        return self.mirror.slice(party)

    def party(self, party: str) -> Party:
        """The party, as the mirror has it, of whatever age."""
        return self.mirror.lookup(party, self.clock.now(), stale=True)

    def refresh(self) -> None:
        """Publish everything at the clock's time and bring the mirror up to date."""
        self.registry.refresh(self.online)
        self.mirror.update(self.folder, self.clock.now())

    def enrol(self, document: Mapping[str, Any]) -> Party:
        """Enrol a party with both vouchers of its country, and refresh."""
        party = self.registry.enrol(document, vouchers=self.registries[document["id"][:2]])
        self.refresh()
        return party

    def revoke(
        self, party: str, role: str, *, reason: str = "compromised", invalid_from: datetime | None = None
    ) -> Party:
        """Revoke the party's key for a role, from now on unless said, and refresh."""
        revoked = self.registry.revoke(
            party,
            self.keys[party][role].public.keyid,
            reason=reason,
            invalid_from=invalid_from or self.clock.now(),
            vouchers=self.registries[party[:2]],
        )
        self.refresh()
        return revoked


def signers(count: int) -> list[FileSigner]:
    """Make new keys in memory."""
    return [FileSigner.generate() for _ in range(count)]


def publics(keys: list[FileSigner]) -> tuple[PublicKey, ...]:
    """Give the public halves."""
    return tuple(key.public for key in keys)


def party_document(
    party: str,
    name: str,
    kind: str,
    keys: Mapping[str, FileSigner],
    *,
    holders: Mapping[str, str] = POINT,
    since: datetime = START,
) -> dict[str, Any]:
    """Write the document of a party whose keys each have one role, valid for two years around *since*."""
    rows = [
        {
            "keyid": key.public.keyid,
            "public": key.public.hex,
            "holder": holders[role],
            "roles": [role],
            "valid_from": stamp(since - timedelta(days=365)),
            "valid_until": stamp(since + timedelta(days=365)),
        }
        for role, key in keys.items()
    ]
    document = {
        "format": "comity-party/1",
        "id": party,
        "name": name,
        "kind": kind,
        "functions": ["24/7 point of contact (Article 41)"] if kind == "authority" else ["Fraud desk"],
        "languages": ["en"],
        "hours": {"zone": "Asia/Singapore", "open": "24/7"},
        "callback": [{"number": "+1 555 0101", "desk": "Duty desk"}],
        "accepts_identifiers": ["email", "wallet"],
        "keys": rows,
    }
    copied: dict[str, Any] = json.loads(json.dumps(document))
    return copied


def build_directory(tmp_path: Path, clock: FixedClock | None = None, *, name: str = "first") -> World:
    """Give a world in *tmp_path*: root and targets keys 2 of 3, two vouchers a country, three parties, one mirror.

    Worlds of one *name* and one time are copies with the same keys; another name is another directory.
    """
    time = clock or FixedClock(START)
    model = _model(name, time.now())
    folder, mirror = tmp_path / "directory", tmp_path / "mirror"
    shutil.copytree(model.folder, folder)
    shutil.copytree(model.mirror.folder.path, mirror)
    keys = {party: dict(held) for party, held in model.keys.items()}
    return replace(model, folder=folder, clock=time, registry=Registry(folder, time), mirror=Mirror(mirror), keys=keys)


@cache
def _model(name: str, now: datetime) -> World:
    """Build a world once in this process, through the real acts; the others are copied from it."""
    place = tempfile.TemporaryDirectory(prefix=f"world-{name}-")
    atexit.register(place.cleanup)
    return _built(Path(place.name), FixedClock(now))


def _built(tmp_path: Path, time: FixedClock) -> World:
    folder = tmp_path / "directory"
    roots, targets, online = signers(3), signers(3), FileSigner.generate()
    holders = Keyholders(publics(roots), 2, publics(targets), 2, online.public)
    ceremony.create(folder, holders, roots[:2], clock=time)
    root = (folder / "metadata" / "1.root.json").read_bytes()
    registries = {country: signers(2) for country in ("VN", "PH", "SG")}
    registry, mirror = Registry(folder, time), Mirror.create(tmp_path / "mirror", root)
    world = World(folder, time, registry, mirror, roots, targets, online, registries)
    for country, vouchers in registries.items():
        registry.delegate(country, publics(vouchers), signers=targets[:2])
    for party, (name, kind, holders_of) in PARTIES.items():
        keys = world.keys[party] = {role: FileSigner.generate() for role in holders_of}
        document = party_document(party, name, kind, keys, holders=holders_of, since=time.now())
        registry.enrol(document, vouchers=registries[party[:2]])
    world.refresh()
    return world

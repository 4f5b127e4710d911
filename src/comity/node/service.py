"""A node: one party's settings, database, log, directory and kept files, wired together."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from comity.accounts import tables as _account_tables  # noqa: F401 - the schema needs every room's tables
from comity.accounts.staff import Staff
from comity.accounts.vault import NAME as VAULT
from comity.accounts.vault import Vault
from comity.analysis import tables as _analysis_tables  # noqa: F401 - the schema needs every room's tables
from comity.analysis.catalogue import Catalogue
from comity.crypto.authority import read_authorities
from comity.crypto.errors import KeyFileError
from comity.crypto.keys import FileSigner, PublicKey, Signer
from comity.directory.mirror import Mirror, Status
from comity.directory.pin import read_pin
from comity.evidence import tables as _evidence_tables  # noqa: F401 - the schema needs every room's tables
from comity.evidence.custody import Custodian  # and with it the tables of custody
from comity.exchange import deliverytables as _delivery_tables  # noqa: F401 - the schema needs every room's tables
from comity.exchange import tables as _exchange_tables  # noqa: F401 - the schema needs every room's tables
from comity.kernel import canonical
from comity.kernel.clock import Clock, SystemClock, stamp
from comity.kernel.ids import new_id
from comity.law.library import load as load_law
from comity.ledger.service import Ledger
from comity.matching import tables as _matching_tables  # noqa: F401 - the schema needs every room's tables
from comity.matching.service import Correlator
from comity.requests import tables as _request_tables  # noqa: F401 - the schema needs every room's tables
from comity.requests.office import Office
from comity.store.blobs import Blobs
from comity.store.engine import Store, Unit, open_store

from .errors import BadSettings, NodeUnusable
from .settings import NAME, PARTY, Settings, load, save

_SYSTEM_CLOCK = SystemClock()


@dataclass(frozen=True)
class Node:
    """A node at work."""

    settings: Settings
    store: Store
    ledger: Ledger
    mirror: Mirror
    blobs: Blobs
    clock: Clock

    @property
    def office(self) -> Office:
        """Give the office in which requests are handled."""
        return Office(
            party=self.settings.party,
            store=self.store,
            ledger=self.ledger,
            mirror=self.mirror,
            blobs=self.blobs,
            clock=self.clock,
            new_id=new_id,
            law=partial(load_law, self.settings.law_overlay),
            authorities=read_authorities(map(self.settings.path, self.settings.time_authorities)),
            followup=self.settings.followup,
        )

    @property
    def staff(self) -> Staff:
        """Give the people who work at the node."""
        return Staff(self.settings.party, self.store, self.ledger, self.clock, Vault(self.settings.home / VAULT))

    @property
    def custodian(self) -> Custodian:
        """Give the custodian of the evidence this node knows."""
        return Custodian(self.settings.party, self.store, self.ledger, self.clock, secrets.token_bytes)

    @property
    def catalogue(self) -> Catalogue:
        """Give the returns that this node keeps."""
        return Catalogue(self.settings.home / "returns", self.store, self.ledger, self.clock)

    @property
    def correlator(self) -> Correlator:
        """Give the postings of identifiers to cases; their key is made when it is first needed."""
        return Correlator(self.store, self.ledger, self.clock, _matching_key(self.settings.home), new_id)


def _matching_key(home: Path) -> bytes:
    """Give the key of the postings: 32 random bytes that only this machine's user reads, made once."""
    path = home / "matching.key"
    if not path.exists():
        aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        aside.touch(mode=0o600, exist_ok=False)
        aside.write_bytes(secrets.token_bytes(32))
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_bytes()


def make_node(settings: Settings, *, root: Path, source: Path, clock: Clock = _SYSTEM_CLOCK) -> None:
    """Make a node in a new folder: its mirror of the directory, its database, the first entry of its log.

    *root* is the pinned root; *source* is a directory's folder, another mirror, or an export. The settings are written
    last: what a failure leaves behind is no node, and making it again goes on from there.

    Raises:
        BadInput: the party, the root, the source or the key is not what it should be.
        NodeUnusable: the folder holds a node already, or cannot be written, or the database is another node's.
    """
    if not PARTY.fullmatch(settings.party):
        raise BadSettings(f"got {settings.party!r}, expected a party such as VN.a05", field="party")
    if "?" in str(settings.home.resolve()):
        raise BadSettings("got a question mark in the folder's path, expected a path without", file=str(settings.home))
    if (settings.home / NAME).exists():
        raise NodeUnusable("got a folder that holds a node already, expected a new one", file=str(settings.home))
    signer, pinned = open_key(settings), read_pin(root)
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as e:
        raise NodeUnusable(f"got {e.strerror}, expected to make a node", file=str(settings.home)) from e
    mirror = Mirror(settings.mirror)
    if not settings.mirror.is_dir() or mirror.root != pinned:
        mirror = Mirror.create(settings.mirror, pinned)
    mirror.update(source, clock.now())
    party = mirror.lookup(settings.party, clock.now())
    if signer.public.keyid not in {key.keyid for key in party.able("node", clock.now())}:
        advice = "Enrol the key with the role node first."
        raise BadSettings(
            f"got a key that {party.id} has not enrolled as node, expected it", field="key", advice=advice
        )
    with _wired(settings, signer, clock=clock, fresh=True) as node, node.store.write(durable=True) as unit:
        _begin_log(node, unit)
    save(settings)


@contextmanager
def open_node(home: Path, *, clock: Clock = _SYSTEM_CLOCK, fresh: bool = False) -> Iterator[Node]:
    """Open the node in a folder; a *fresh* one gets its schema first.

    Raises:
        NoNode: there is none.
        ComityError: its database, key or mirror are not in order.
    """
    settings = load(home)
    with _wired(settings, open_key(settings), clock=clock, fresh=fresh) as node:
        yield node


@contextmanager
def _wired(settings: Settings, signer: Signer, *, clock: Clock, fresh: bool) -> Iterator[Node]:
    store = open_store(settings.url)
    blobs = Blobs(settings.files)
    try:
        if fresh:
            store.migrate()
        store.check()
        blobs.sweep()
        yield Node(settings, store, open_log(settings, signer, clock=clock), Mirror(settings.mirror), blobs, clock)
    finally:
        blobs.close()
        store.close()


def _begin_log(node: Node, unit: Unit) -> None:
    """Write the first entry, unless an earlier try has written it; a database in use is another node's."""
    begun = {"type": "node.created", "party": node.settings.party}
    entries = node.ledger.entries(unit, 0, 2)
    first = canonical.load(entries[0].event) if entries and entries[0].event else {}
    if not entries:
        node.ledger.append(unit, begun | {"at": stamp(node.clock.now())})
    elif len(entries) > 1 or not begun.items() <= first.items():
        advice = "Name a database of its own: --database."
        raise NodeUnusable("got a database that a node uses already, expected an empty one", advice=advice)


def open_log(settings: Settings, signer: Signer, *, clock: Clock) -> Ledger:
    """Open the node's log; earlier keys that signed its checkpoints are those that the directory has for it."""

    def retired() -> list[PublicKey]:
        party = Mirror(settings.mirror).lookup(settings.party, clock.now(), stale=True)
        return [key.public for key in party.keys if "node" in key.roles]

    return Ledger(f"comity/{settings.party}", signer, clock=clock, random=secrets.token_bytes, retired=retired)


def update_directory(node: Node, source: Path) -> Status:
    """Bring the node's mirror up to date from a publisher's folder, another mirror, or an export."""
    status = node.mirror.update(source, node.clock.now())
    event = {"type": "directory.updated", "at": stamp(node.clock.now()), "snapshot": status.snapshot_version}
    with node.store.write(durable=True) as unit:
        node.ledger.append(unit, event)
    return status


def migrate(home: Path, *, clock: Clock = _SYSTEM_CLOCK) -> None:
    """Bring a node's database to this program's schema."""
    with open_node(home, clock=clock, fresh=True) as node, node.store.write(durable=True) as unit:
        node.ledger.append(unit, {"type": "node.migrated", "at": stamp(clock.now())})


def open_key(settings: Settings) -> FileSigner:
    """Open the node's own key, sealed by a passphrase in a file or, on a protected disk, not at all."""
    passphrase = ""
    if settings.key_passphrase_file:
        path = settings.path(settings.key_passphrase_file)
        try:
            passphrase = path.read_text("utf-8").partition("\n")[0]
        except (OSError, UnicodeDecodeError) as e:
            raise KeyFileError("got an unreadable passphrase file, expected one", file=str(path)) from e
    return FileSigner.open(settings.path(settings.key), passphrase)

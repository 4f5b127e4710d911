"""Who vouches for a generation: the statement's signature, a time authority, the node's log; none is needed for the bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from comity.crypto import timestamp
from comity.crypto.envelope import Envelope
from comity.directory import slice as role_slice
from comity.directory.model import Party
from comity.kernel.errors import ComityError
from comity.ledger import proof as tlog
from comity.ledger.note import NoteKey

from . import statement
from .bagstore import BagStore
from .model import Generation
from .sealer import check_sealer
from .sealing import PROOF, ROLE_FOLDER, TIMESTAMP

EVENT = "evidence.sealed"
PROVED, FAILED, UNCHECKED, ABSENT = "proved", "failed", "not checked", "not there"
MAX_SEAL = 1024 * 1024
Found = tuple[str, str, str]


@dataclass(frozen=True)
class Given:
    """What the verifier brings: the time, a pinned root of the directory, root certificates of time authorities."""

    at: datetime
    root: bytes = b""
    authorities: tuple[bytes, ...] = ()


def check_witnesses(store: BagStore, generation: Generation | None, given: Given) -> Iterator[Found]:
    """Judge each word on a generation: layer, state, and what was found."""
    known = (statement.STATEMENT, PROOF, TIMESTAMP)
    for name in sorted(store.sizes):
        if name.startswith("seal/") and name not in known and not name.startswith(ROLE_FOLDER):
            yield "statement", FAILED, f"{name}: got a file that is no part of a seal"
    if statement.STATEMENT not in store.sizes:
        yield from ((name, ABSENT, "no signed statement") for name in ("statement", "signature"))
        for name, file in (("time", TIMESTAMP), ("log", PROOF)):
            there = file in store.sizes
            yield name, UNCHECKED if there else ABSENT, "no signed statement says whose it is" if there else "none"
        return
    try:
        data = store.read(statement.STATEMENT, MAX_SEAL)
        signed, stated = statement.load(data)
    except ComityError as e:
        yield "statement", FAILED, str(e)
        return
    if generation is None or stated != generation:
        yield "statement", FAILED, "got a statement on another item, expected one on this very bag"
        return
    yield "statement", PROVED, f"of this bag, sealed at {stated.plain()['sealed_at']}"
    time = _time(store, data, stated, given)
    try:
        party, why = _party(store, stated, given)
    except ComityError as e:
        yield "signature", FAILED, str(e)
        yield time
        yield "log", UNCHECKED, "whose log it is, is not known"
        return
    yield _signature(signed, stated, party, why, attested=time[1] == PROVED)
    yield time
    yield _log(store, stated, party, why)


def _party(store: BagStore, stated: Generation, given: Given) -> tuple[Party | None, str]:
    """Find who sealed it in the directory's slice; nothing, and why, where it cannot be known."""
    files = _role(store)
    if not given.root:
        return None, "give the directory's root with --root to check whose key it is"
    if not files or not stated.act.party:
        return None, "it names no party, or carries no part of the directory"
    return role_slice.check(files, root=given.root, at=stated.sealed, party=stated.act.party).party, ""


def _role(store: BagStore) -> Mapping[str, bytes]:
    names = (name for name in store.sizes if name.startswith(ROLE_FOLDER))
    return {name.removeprefix(ROLE_FOLDER): store.read(name, MAX_SEAL) for name in names}


def _signature(signed: Envelope, stated: Generation, party: Party | None, why: str, *, attested: bool) -> Found:
    keys = ", ".join(signature.keyid[:12] for signature in signed.signatures)
    if party is None:
        return "signature", UNCHECKED, f"by key {keys}; {why}"
    try:
        holders = []
        for signature in signed.signatures:
            signer = check_sealer(party, signature.keyid, at=stated.sealed, attested=attested)
            key = party.key(signature.keyid)
            assert key
            signed.verify(signature, key.public)
            holders.append(signer.holder)
    except ComityError as e:
        return "signature", FAILED, str(e)
    return "signature", PROVED, f"{', '.join(holders)} of {party.id}"


def _time(store: BagStore, data: bytes, stated: Generation, given: Given) -> Found:
    if TIMESTAMP not in store.sizes:
        return "time", ABSENT, "no time token: the time is the word of whoever sealed it"
    if not given.authorities:
        return "time", UNCHECKED, "give the authority's root certificate with --time-authority"
    try:
        moment = timestamp.check(store.read(TIMESTAMP, MAX_SEAL), data, given.authorities)
    except ComityError as e:
        return "time", FAILED, str(e)
    if moment < stated.sealed:
        return "time", FAILED, f"got a token of {moment:%Y-%m-%dT%H:%M:%SZ}, expected none before it was sealed"
    return "time", PROVED, f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _log(store: BagStore, stated: Generation, party: Party | None, why: str) -> Found:
    if PROOF not in store.sizes:
        return "log", ABSENT, "no proof that a node's log holds it"
    if party is None:
        return "log", UNCHECKED, why
    try:
        keys = [NoteKey(f"comity/{party.id}", key.public) for key in party.able("node", stated.sealed)]
        proven = tlog.verify(store.read(PROOF, MAX_SEAL), keys)
    except ComityError as e:
        return "log", FAILED, str(e)
    if proven.event.get("type") != EVENT or proven.event.get("package") != stated.digest:
        return "log", FAILED, "got a proof of another event, expected the sealing of this item"
    return "log", PROVED, f"entry {proven.index} of {proven.checkpoint.size} in the log of {party.id}"

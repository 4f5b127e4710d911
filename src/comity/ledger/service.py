"""The node's log: append an event, sign a checkpoint, prove, erase, verify, export; one unit of work an act.

Time: an event says when it was recorded, by the clock of this machine. The log refuses to go on while the clock is
more than five minutes behind its last entry; a smaller step back (a correction over the network) is recorded as it
is, because the order of entries is their index and not their time. When it was the *earlier* entries that ran ahead,
`set_clock` records that and why, and time counts from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, BinaryIO

from comity.crypto.keys import PublicKey, Signer
from comity.kernel import canonical
from comity.kernel.clock import Clock, moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.ids import Random
from comity.store.engine import Unit

from . import export, merkle, proof, tables
from .audit import audit
from .errors import BadEvent, CannotErase, CannotSign, ClockBackwards, LogCorrupt, NoSuchEntry
from .model import CLOCK, ERASED, MAX_EVENT, SALT_BYTES, TYPES, Entry, Report, commitment
from .note import Checkpoint, NoteKey, open_checkpoint, sign
from .replay import Progress, silent

SKEW = timedelta(minutes=5)


class Ledger:
    """One log of one node.

    *origin* names it (`comity/VN.a05`); *key* signs its checkpoints, or only verifies them when it is a public key;
    *retired* gives the keys that signed earlier ones, and is asked only when all checkpoints are looked at.
    """

    def __init__(
        self,
        origin: str,
        key: Signer | PublicKey,
        *,
        clock: Clock,
        random: Random,
        retired: Callable[[], Sequence[PublicKey]] = tuple,
    ) -> None:
        """Open the log named *origin*."""
        self.origin = origin
        self._signer = None if isinstance(key, PublicKey) else key
        self.key = NoteKey(origin, key if isinstance(key, PublicKey) else key.public)
        self._retired = retired
        self._clock = clock
        self._random = random

    @cached_property
    def keys(self) -> tuple[NoteKey, ...]:
        """Give every key that may have signed a checkpoint of this log, the present one first."""
        return (self.key, *(NoteKey(self.origin, old) for old in self._retired() if old != self.key.public))

    def append(self, unit: Unit, event: Mapping[str, Any]) -> int:
        """Record an event; gives its index. It needs a known `type` and `at`, the time now.

        Raises:
            BadEvent: the event lacks something or is too large.
            ClockBackwards: the clock is behind the last entry.
        """
        size, before = tables.last(unit)
        at = self._time(event)
        if before and at < before - SKEW and event["type"] != CLOCK:
            advice = (
                "Set the clock right. If it ran ahead before and is right now, run `comity log clock --reason ...`."
            )
            raise ClockBackwards(
                f"got the time {stamp(at)}, expected none before {stamp(before)}, the last entry", advice=advice
            )
        data = canonical.dump(event)
        if len(data) > MAX_EVENT:
            raise BadEvent(f"got an event of {len(data)} bytes, expected at most {MAX_EVENT}")
        salt = self._random(SALT_BYTES)
        leaf = commitment(salt, data)
        grown = merkle.grow(size, leaf, tables.nodes(unit))
        tables.add(unit, Entry(size, leaf, at, salt, data), at=at, grown=grown)
        return size

    def size(self, unit: Unit) -> int:
        """Tell how many entries there are."""
        return tables.last(unit)[0]

    def entries(self, unit: Unit, start: int, end: int) -> list[Entry]:
        """Give the entries from *start* up to, not including, *end*."""
        return tables.entries(unit, start, end)

    def entry(self, unit: Unit, index: int) -> Entry:
        """Give one entry with its details.

        Raises:
            NoSuchEntry: there is none, or its details were erased.
        """
        found = tables.entries(unit, index, index + 1) if 0 <= index < 2**63 - 1 else []
        if not found:
            raise NoSuchEntry(f"got the entry number {index}, expected one from 0 to {self.size(unit) - 1}")
        if not found[0].event:
            raise NoSuchEntry(f"got the entry number {index}, expected one whose details were not erased")
        return found[0]

    def checkpoint(self, unit: Unit) -> bytes:
        """Sign what the log is now, or give the checkpoint already signed for it.

        Raises:
            CannotSign: there is none and the private key is not at hand.
            LogCorrupt: the log does not agree with its last checkpoint, so nothing is signed.
        """
        size = self.size(unit)
        stored = tables.newest_note(unit, keyid=self.key.public.keyid)
        nodes = tables.nodes(unit)
        if stored:
            last = open_checkpoint(stored, (self.key,))
            if last.size > size or merkle.root(last.size, nodes) != last.root:
                raise LogCorrupt(
                    f"got another log than the checkpoint at {last.size} entries was signed for, expected the same"
                )
            if last.size == size:
                return stored
        if self._signer is None:
            raise CannotSign(
                "got no private key, expected one to sign a checkpoint", advice="Run this on the node itself."
            )
        note = sign(Checkpoint(self.origin, size, merkle.root(size, nodes)).text, self.origin, self._signer)
        tables.keep_note(unit, size=size, keyid=self.key.public.keyid, note=note)
        return note

    def prove(self, unit: Unit, index: int) -> bytes:
        """Prove an entry: a C2SP tlog-proof with its event, under the newest checkpoint, made if none covers it.

        Raises:
            NoSuchEntry: there is none, or its details were erased.
            CannotSign: no checkpoint covers it and the private key is not at hand.
        """
        entry = self.entry(unit, index)
        note = tables.newest_note(unit, covering=index + 1, keyid=self.key.public.keyid) or self.checkpoint(unit)
        size = open_checkpoint(note, (self.key,)).size
        path = merkle.inclusion(index, size, tables.nodes(unit))
        return proof.Proof(proof.opening(entry.salt, canonical.load(entry.event)), index, tuple(path), note).dump()

    def consistency(self, unit: Unit, old: int, new: int) -> list[bytes]:
        """Prove that the log of *new* entries begins with that of *old* entries.

        Raises:
            NoSuchEntry: the log never had so many.
        """
        if not 0 <= old <= new <= self.size(unit):
            raise NoSuchEntry(f"got the sizes {old} and {new}, expected two in order up to {self.size(unit)}")
        return merkle.consistency(old, new, tables.nodes(unit))

    def erase(self, unit: Unit, index: int, reason: str) -> int:
        """Erase an entry's details and record that; gives the index of the record. Every proof of others stays valid.

        Raises:
            NoSuchEntry: there is none, or its details were erased before.
            CannotErase: the entry is itself such a record.
            BadEvent: no reason is given.
        """
        entry = self.entry(unit, index)
        if _type(entry) in (ERASED, CLOCK):
            raise CannotErase(f"got entry {index}, expected one that is no record about the log itself")
        tables.erase(unit, index)
        return self.append(unit, self._note(ERASED, reason) | {"index": index})

    def set_clock(self, unit: Unit, reason: str) -> int:
        """Record that earlier entries ran ahead of the true time, and go on from the time now.

        Raises:
            BadEvent: no reason is given.
        """
        return self.append(unit, self._note(CLOCK, reason))

    def verify(self, unit: Unit, progress: Progress = silent, *, known: bytes | None = None) -> Report:
        """Verify the whole log in bounded memory; *known* is a checkpoint kept elsewhere that it must agree with.

        Raises:
            LogCorrupt: something does not fit; the first entry found bad is named.
            BadSignature, BadNote, UnknownSigner: a checkpoint is not by a key of this log.
        """
        return audit(unit, self.keys, known=open_checkpoint(known, self.keys) if known else None, progress=progress)

    def export(self, unit: Unit, out: BinaryIO) -> Checkpoint:
        """Write the log up to its newest checkpoint to *out*; see `export.verify_export`.

        Raises:
            CannotSign: there is no checkpoint and the private key is not at hand.
        """
        note = tables.newest_note(unit) or self.checkpoint(unit)
        checkpoint = open_checkpoint(note, self.keys)
        export.write(unit, out, checkpoint=checkpoint, note=note)
        return checkpoint

    def _time(self, event: Mapping[str, Any]) -> datetime:
        """Read when an event was recorded; it must be now."""
        if event.get("type") not in TYPES:
            raise BadEvent(f"got the type {event.get('type')!r}, expected one of: {', '.join(TYPES)}", field="type")
        at = moment(str(event.get("at")), field="at")
        now = self._clock.now()
        if abs(at - now) > SKEW:
            raise BadEvent(f"got {stamp(at)}, expected the time now, {stamp(now)}", field="at")
        return at

    def _note(self, kind: str, reason: str) -> dict[str, Any]:
        if not reason.strip():
            raise BadEvent("got no reason, expected one", field="reason")
        return {"type": kind, "at": stamp(self._clock.now()), "reason": reason}


def _type(entry: Entry) -> str:
    try:
        return str(canonical.load(entry.event)["type"])
    except (BadInput, KeyError, TypeError) as e:
        raise LogCorrupt("got an event without a type, expected one", index=entry.index) from e

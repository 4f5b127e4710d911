"""Acquiring: everything at the sources becomes an item beside its place, and is sealed in its place when it is whole.

While it is under way the item stands in `NAME.partial`, what is done of it in `NAME.journal`; `NAME` appears with one
rename, whole and sealed. The same command again, after a kill or a loss of power, goes on where it stood and takes again
only what is not done or has changed since. What was taken and is gone by now is kept, with a finding.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from comity.kernel.clock import Clock, moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.text import odd
from comity.packages.container import Advance, silent

from .attributes import attributes_at
from .crew import MANY, at_work
from .errors import EvidenceUnwritable
from .inventory import Batch, Inventory
from .journal import Journal, to_disk
from .kinds import HEAD
from .listing import Found, Source, listed, sources
from .model import FILE, LINK, Act, Entry, Finding, Generation
from .moving import check_at_rest, moved, planned
from .sealing import Contents, Seal, finish, seal
from .survey import Wish, survey
from .taking import Taken, Taker
from .waiting import Waiting, unpacked

MAX_TEXT = 2000
Watch = Callable[[int], Advance]


def unwatched(total: int) -> Advance:
    """Show no progress."""
    return silent


@dataclass(frozen=True)
class Order:
    """What to acquire: by whom and why, from where, to which new folder; *former* is the generation before, if any.

    *in_place* moves the one folder named into the item instead of copying it (see `moving`). *about* is what else is known
    of the sources, for the item's description: a capture, or a delivery; *findings* are what was found with that; *saved*
    are those of the paths that hold web pages which somebody else saved.
    """

    act: Act
    paths: Sequence[Path]
    target: Path
    sha512: bool = False
    former: Generation | None = None
    in_place: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    saved: tuple[Path, ...] = ()
    listing: bool = True

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Name the digests to be made, the slowest first."""
        return ("sha512", "sha256", "blake3") if self.sha512 else ("sha256", "blake3")


def acquire(order: Order, with_seal: Seal, *, clock: Clock, watch: Watch = unwatched) -> Generation:
    """Acquire what an order asks for and seal it, or go on with it; gives the generation that was sealed.

    Raises:
        BadSource: a source is not there or cannot be taken.
        BadInput: the place is taken, or a text cannot be kept.
        OtherAcquisition: the place holds a begun acquisition of something else.
        EvidenceUnwritable: the machine cannot write.
    """
    _check(order)
    partial, log = _beside(order.target, ".moved" if order.in_place else ".partial"), _beside(order.target, ".journal")
    if order.target.exists() and not log.exists():
        raise _taken(order.target)
    named = _named(order, partial)
    begun = {"begun_at": stamp(clock.now()), "random": with_seal.random(32).hex()}
    with Journal(log, order.target.parent, _head(order, named) | begun) as journal:
        if order.target.exists() and journal.fresh:
            log.unlink()  # it came there meanwhile, from another process that has ended
            raise _taken(order.target)
        if not order.target.exists():
            _make(partial / "data")
            if order.in_place:
                journal.settle()  # what is moved is on record before it is
                named = [moved(named[0], partial)]
            contents = _take_all(order, named, partial, journal, watch)
            journal.settle()
            about = dict(order.about) | ({"in_place": True} if order.in_place else {})
            known = replace(contents, about=about, findings=[*contents.findings, *order.findings])
            contents = survey(partial, known, named, Wish(order.target, order.saved, order.listing))
            now = clock.now()
            seal(partial, _clocked(contents, now), with_seal, at=now)
            _put(partial, order.target)
        generation = finish(order.target, with_seal)
        log.unlink(missing_ok=True)
    return generation


def _named(order: Order, partial: Path) -> list[Source]:
    """Name the sources."""
    if not order.in_place:
        return sources(order.paths, order.target)
    if len(order.paths) != 1:
        raise BadInput(
            f"got {len(order.paths)} sources, expected one folder to be sealed where it stands", field="paths"
        )
    if order.target.exists():  # sealed, and only to be ended
        path, name = order.paths[0], os.fsencode(order.paths[0].absolute().name)
        return [Source(path, name, f"data/{os.fsdecode(name)}")]
    return [planned(order.paths[0], order.target, partial)]


def _taken(target: Path) -> BadInput:
    return BadInput("got an existing file or folder, expected a new place", file=str(target))


def _check(order: Order) -> None:
    for name, value in order.act.plain().items():
        if len(value) > MAX_TEXT or odd(value):
            raise BadInput(f"got a text with hidden characters or over {MAX_TEXT}, expected a plain line", field=name)
    if not order.act.item:
        raise BadInput("got no name for the item, expected one", field="item")
    if not order.target.parent.is_dir():
        raise BadInput("got a path in no folder, expected a new folder in one", file=str(order.target))


def _head(order: Order, named: Sequence[Source]) -> dict[str, Any]:
    former: dict[str, Any] = {"former": order.former.digest} if order.former else {}
    former |= {"saved": [os.fsencode(path.absolute()).hex() for path in order.saved]} if order.saved else {}
    places = [[os.fsencode(source.path.absolute()).hex(), source.place] for source in named]
    head = {"act": order.act.plain(), "sources": places, "algorithms": list(order.algorithms)} | former
    return head | ({"in_place": True} if order.in_place else {})


def _take_all(order: Order, named: Sequence[Source], folder: Path, journal: Journal, watch: Watch) -> Contents:
    inventory = Inventory(journal, bytes.fromhex(journal.head["random"]))
    waiting = _list(named, folder, journal, inventory, gone=not order.in_place)
    taker = Taker(folder, order.algorithms, copying=not order.in_place)

    def some(packed: bytes, advance: Advance) -> Batch:
        batch = Batch()
        for found in unpacked(packed):
            batch.add(taker.take(found, advance), inventory.secret)
        return batch

    with at_work(some, waiting.tasks(), watch(waiting.size), forked=waiting.count >= MANY) as done:
        for batch in done:
            inventory.add(batch)
    inventory.close()
    if order.in_place:
        check_at_rest(inventory, named[0])
    begun = moment(journal.head["begun_at"])
    return Contents(
        order.act, begun, inventory, inventory.findings, order.former, tuple(order.paths), in_place=order.in_place
    )


def _list(
    named: Iterable[Source], folder: Path, journal: Journal, inventory: Inventory, *, gone: bool = True
) -> Waiting:
    """List the sources; what is done and unchanged goes to the inventory, and what is no file; gives what is to be taken.

    What was taken before and is *gone* from the source by now is kept.
    """
    waiting, left = Waiting(), dict(journal.done)
    for source in named:
        for one in listed(source):
            if isinstance(one, Finding):
                inventory.findings.append(one)
            elif one.kind != FILE:
                _enter(inventory, Taken(_other(one)))
            elif left.pop(one.name, None) and _stands((taken := journal.taken(one.name)).entry, one, folder):
                _enter(inventory, taken, folder, at=journal.done[one.name][0])
            else:
                waiting.add(one)
    for name, (at, _) in left.items() if gone else ():
        taken = journal.taken(name)
        if taken.entry.path:  # it was taken before, and is no longer at the source
            vanished = Finding("vanished", taken.entry.name)
            _enter(inventory, replace(taken, findings=(*taken.findings, vanished)), folder, at=at)
    return waiting


def _enter(inventory: Inventory, taken: Taken, folder: Path | None = None, *, at: int | None = None) -> None:
    batch = Batch()
    head = _head_of(folder, taken.entry) if folder else b""
    batch.add(taken, inventory.secret, head, known=folder is not None)
    inventory.add(batch, at=at)


def _head_of(folder: Path, entry: Entry) -> bytes:
    """Read the first bytes of a copy, which tell what it is."""
    if not entry.path:
        return b""
    fd = os.open(f"{folder}/{entry.path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return os.pread(fd, HEAD, 0)
    finally:
        os.close(fd)


def _clocked(contents: Contents, now: datetime) -> Contents:
    """Note a clock that was set back meanwhile: the times of the act then say little."""
    if now >= contents.begun:
        return contents
    finding = Finding("clock", b"", f"begun {stamp(contents.begun)}, sealed {stamp(now)}")
    return replace(contents, findings=[*contents.findings, finding])


def _stands(entry: Entry, found: Found, folder: Path) -> bool:
    if entry.origin.state != found.origin.state or entry.path != found.place:
        return False
    try:
        return os.lstat(f"{folder}/{entry.path}").st_size == entry.size
    except OSError:
        return False


def _other(found: Found) -> Entry:
    target = found.target if found.kind == LINK else b""
    return Entry(found.kind, found.name, found.origin, target=target, attributes=attributes_at(found))


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(target.name + ending)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(folder)) from e


def _put(partial: Path, target: Path) -> None:
    """Put the sealed item in its place, and the place on the disk."""
    try:
        os.rename(partial, target)  # noqa: PTH104 - a folder onto nothing: fails if something came there meanwhile
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(target)) from e
    to_disk(target.parent)

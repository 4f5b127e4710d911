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
from comity.packages.container import LARGE, Advance, silent, spread

from .attributes import attributes_at
from .errors import EvidenceUnwritable
from .journal import Journal, to_disk
from .listing import Found, Source, listed, sources
from .model import FILE, LINK, Act, Entry, Finding, Generation
from .sealing import Contents, Seal, finish, seal
from .survey import survey
from .taking import Taken, Taker

MAX_TEXT = 2000
Watch = Callable[[int], Advance]


def unwatched(total: int) -> Advance:
    """Show no progress."""
    return silent


@dataclass(frozen=True)
class Order:
    """What to acquire: by whom and why, from where, to which new folder; *former* is the generation before, if any.

    *about* is what else is known of the sources, for the item's description: a capture, or a delivery.
    """

    act: Act
    paths: Sequence[Path]
    target: Path
    sha512: bool = False
    former: Generation | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Name the digests to be made, the slowest first."""
        return ("sha512", "sha256", "blake3") if self.sha512 else ("sha256", "blake3")


@dataclass
class Tally:
    """What is known of the sources: everything listed, and the findings."""

    found: list[Found] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def acquire(order: Order, with_seal: Seal, *, clock: Clock, watch: Watch = unwatched) -> Generation:
    """Acquire what an order asks for and seal it, or go on with it; gives the generation that was sealed.

    Raises:
        BadSource: a source is not there or cannot be taken.
        BadInput: the place is taken, or a text cannot be kept.
        OtherAcquisition: the place holds a begun acquisition of something else.
        EvidenceUnwritable: the machine cannot write.
    """
    _check(order)
    named = sources(order.paths, order.target)
    partial, log = _beside(order.target, ".partial"), _beside(order.target, ".journal")
    if order.target.exists() and not log.exists():
        raise _taken(order.target)
    begun = {"begun_at": stamp(clock.now()), "random": with_seal.random(32).hex()}
    with Journal(log, order.target.parent, _head(order, named) | begun) as journal:
        if order.target.exists() and journal.fresh:
            log.unlink()  # it came there meanwhile, from another process that has ended
            raise _taken(order.target)
        if not order.target.exists():
            _make(partial / "data")
            contents = _take_all(order, named, partial, journal, watch)
            journal.settle()
            contents = survey(partial, replace(contents, about=order.about), named, order.target)
            now = clock.now()
            seal(partial, _clocked(contents, now), with_seal, at=now)
            _put(partial, order.target)
        generation = finish(order.target, with_seal)
        log.unlink(missing_ok=True)
    return generation


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
    former = {"former": order.former.digest} if order.former else {}
    places = [[os.fsencode(source.path.absolute()).hex(), source.place] for source in named]
    return {"act": order.act.plain(), "sources": places, "algorithms": list(order.algorithms)} | former


def _take_all(order: Order, named: Sequence[Source], folder: Path, journal: Journal, watch: Watch) -> Contents:
    tally = _list(named)
    kept, waiting = _sift(tally.found, journal.done, folder)
    taker = Taker(folder, order.algorithms, watch(sum(found.origin.size for found in waiting)))

    lines: dict[bytes, bytes] = {}

    def one(found: Found) -> Taken:
        taken = taker.take(found)
        lines[found.name] = journal.add(taken)
        return taken

    taken = [*kept, *spread(one, _large_first(waiting)), *_gone(tally.found, journal.done)]
    others = (_other(found) for found in tally.found if found.kind != FILE)
    entries, twins = _twins([*(one.entry for one in taken), *others])
    for finding in twins:
        lines.pop(finding.name, None)
    findings = [*tally.findings, *(finding for one in taken for finding in one.findings), *twins]
    begun = moment(journal.head["begun_at"])
    secret = bytes.fromhex(journal.head["random"])
    return Contents(order.act, begun, entries, findings, secret, order.former, tuple(s.path for s in named), lines)


def _clocked(contents: Contents, now: datetime) -> Contents:
    """Note a clock that was set back meanwhile: the times of the act then say little."""
    if now >= contents.begun:
        return contents
    finding = Finding("clock", b"", f"begun {stamp(contents.begun)}, sealed {stamp(now)}")
    return replace(contents, findings=[*contents.findings, finding])


def _list(named: Iterable[Source]) -> Tally:
    tally = Tally()
    for source in named:
        for one in listed(source):
            if isinstance(one, Finding):
                tally.findings.append(one)
            else:
                tally.found.append(one)
    return tally


def _sift(found: Iterable[Found], done: Mapping[bytes, Taken], folder: Path) -> tuple[list[Taken], list[Found]]:
    """Part the files that are done and unchanged from those still to be taken."""
    kept, waiting = [], []
    for one in found:
        if one.kind == FILE:
            before = done.get(one.name)
            if before and _stands(before.entry, one, folder):
                kept.append(before)
            else:
                waiting.append(one)
    return kept, waiting


def _stands(entry: Entry, found: Found, folder: Path) -> bool:
    if entry.origin.state != found.origin.state or entry.path != found.place:
        return False
    try:
        return os.lstat(f"{folder}/{entry.path}").st_size == entry.size
    except OSError:
        return False


def _gone(found: Iterable[Found], done: Mapping[bytes, Taken]) -> list[Taken]:
    """Keep what was taken before and is no longer at the source."""
    here = {one.name for one in found if one.kind == FILE}
    lost = (taken for name, taken in done.items() if name not in here and taken.entry.path)
    return [replace(one, findings=(*one.findings, Finding("vanished", one.entry.name))) for one in lost]


def _large_first(waiting: list[Found]) -> list[Found]:
    """Begin with the large files, so that no core is left with one at the end; the others stay in the order of the disk."""
    large = sorted((f for f in waiting if f.origin.size >= LARGE), key=lambda f: -f.origin.size)
    return large + [f for f in waiting if f.origin.size < LARGE]


def _other(found: Found) -> Entry:
    target = found.target if found.kind == LINK else b""
    return Entry(found.kind, found.name, found.origin, target=target, attributes=attributes_at(found))


def _twins(entries: list[Entry]) -> tuple[list[Entry], list[Finding]]:
    """Note which names are names of one file (hard links)."""
    first: dict[tuple[int, int], bytes] = {}
    noted, findings = [], []
    for entry in sorted(entries, key=lambda e: e.name):
        origin = entry.origin
        if entry.kind == FILE and origin.links > 1:
            twin = first.setdefault((origin.device, origin.inode), entry.name)
            if twin != entry.name:
                entry = replace(entry, twin=twin)
                findings.append(Finding("hard-link", entry.name))
        noted.append(entry)
    return noted, findings


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

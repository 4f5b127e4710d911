"""Verifying an item of evidence, or any bag: offline, layer by layer, each proved, failed, not checked, or not there.

    1. bag           the declaration, the lists and the labels are well-formed, and nothing stands there that is no file
    2. completeness  every listed file is there and none else; Payload-Oxum agrees
    3. bytes         every payload file has the digests listed (or a sample of them, or by BLAKE3 alone, if so asked)
    4. tag files     every tag file has the digests listed
    5. description   ours: the list of files, the figures and BLAKE3 list say the same as the manifest
    6. tree          ours: the tree over the salted leaves has the root that is stated
    7. statement     ours: the signed statement speaks of this very bag
    8. signature     it was made by a key that the directory knows for it (needs a pinned root)
    9. time          a time authority attests the statement (needs its root certificate)
    10. log          the node's log holds the sealing (needs a pinned root)

A plain bag has the first four. "Not there" is not "failed", and nothing is ever summed up into one green tick: what was
not checked is said.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from comity.kernel.clock import stamp

from . import reading
from .acquiring import Watch, unwatched
from .bagstore import open_store
from .checking import Stated, check_digests, checking, size_of
from .describing import Description, check_description, is_ours, read_blake3
from .errors import BadItem
from .model import Generation
from .reading import BAG, BYTES, COMPLETE, TAGS, Fault, Listing
from .sampling import Sample, draw
from .witness import Given, check_witnesses

PROVED, FAILED, UNCHECKED, ABSENT = "proved", "failed", "not checked", "not there"


@dataclass(frozen=True)
class Layer:
    """What became of one layer, and in what words."""

    name: str
    state: str
    found: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a verification found: each layer, each fault, and what is worth knowing."""

    path: Path
    layers: tuple[Layer, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    generation: Generation | None = None
    sample: Sample | None = None
    at: datetime | None = None

    @property
    def sound(self) -> bool:
        """Tell whether nothing failed."""
        return not self.faults and all(layer.state != FAILED for layer in self.layers)

    def plain(self) -> dict[str, Any]:
        """Give the verdict as JSON data."""
        return {
            "path": str(self.path),
            "verdict": "sound" if self.sound else "refused",
            "layers": [vars(layer) for layer in self.layers],
            "faults": [fault.plain() for fault in self.faults],
            "notes": list(self.notes),
            "item": self.generation.plain() if self.generation else None,
            "sample": self.sample.plain() if self.sample else None,
            "checked_at": stamp(self.at) if self.at else None,
        }


@dataclass(frozen=True)
class Depth:
    """How much to read: everything, a *sample* of so many payload files, or everything by BLAKE3 alone (*quick*)."""

    sample: int = 0
    quick: bool = False
    choose: Callable[[Sequence[str], int], list[str]] = field(default=random.SystemRandom().sample)


WHOLE = Depth()
HUGE = 200_000


def verify(path: Path, given: Given, *, depth: Depth = WHOLE, watch: Watch = unwatched) -> Verdict:
    """Verify an item or a plain bag.

    Raises:
        BadItem: it is no bag at all, or cannot be read.
    """
    with open_store(path) as store:
        bag = reading.read_bag(store)
        if not bag.version:
            return _verdict(path, bag, [Layer(BAG, FAILED)], given)
        plan, stated = _plan(bag, depth)
        described = _describe(bag) if len(bag.payload) > HUGE else None
        advance = watch(size_of(store, stated))
        with checking(store, stated, BYTES, advance=advance) as byte_faults:
            del stated
            described = described or _describe(bag)
            if depth.quick and (not described.ours or described.blake3.keys() != bag.payload.keys()):
                raise _NO_LIST
            bag.faults += byte_faults()
        own = _own(bag, described, given) if described.ours else []
        layers = [*_basic(bag, plan.words(bag)), *own]
        return _verdict(path, bag, layers, given, described=described, sample=plan.sample)


def _describe(bag: Listing) -> Description:
    """Check the tag files, and what our own say of the payload.

    This is done while the payload is read, unless there are so many files that both at once would take twice the memory.
    """
    bag.faults += check_digests(bag.store, bag.tags, TAGS, advance=lambda _: None)
    described = check_description(bag) if is_ours(bag) else Description(ours=False)
    bag.faults += described.faults
    return described


@dataclass(frozen=True)
class _Plan:
    """What is to be read of the payload, in words; a sample if it is one."""

    said: str
    sample: Sample | None = None

    def words(self, bag: Listing) -> str:
        """Say what was read, and what that is worth."""
        if self.sample and not any(fault.layer in (BYTES, COMPLETE) for fault in bag.faults):
            bad, of = self.sample.most_bad, len(bag.payload)
            return f"{self.said}, none bad: at 95 % confidence at most {bad} of {of} are"
        return self.said


_NO_LIST = BadItem("got a bag without a sound BLAKE3 list, expected one: check it whole", file="metadata/blake3.txt")


def _plan(bag: Listing, depth: Depth) -> tuple[_Plan, Stated]:
    """Plan how much of the payload to read, and give the digests that it must have."""
    stated: Stated = bag.payload
    count = len(bag.payload)
    said = f"{count} files, {' and '.join(sorted(bag.algorithms.get('payload', ())))}"
    if depth.quick:
        stated = read_blake3(bag)
        if stated.keys() != bag.payload.keys():
            raise _NO_LIST
        said = f"{count} files, by BLAKE3 alone: quick, and not the legal anchor, which is SHA-256"
    if not depth.sample:
        return _Plan(said), stated
    chosen = draw(sorted(stated), depth.sample, depth.choose)
    said = f"a sample of {len(chosen)} of {count} files{', by BLAKE3 alone' if depth.quick else ''}"
    return _Plan(said, Sample(len(chosen), count)), {path: stated[path] for path in chosen}


def _basic(bag: Listing, words: str) -> list[Layer]:
    failed = {fault.layer for fault in bag.faults}
    found = {
        BAG: f"BagIt {bag.version}",
        COMPLETE: f"{len(bag.payload)} files",
        BYTES: words,
        TAGS: f"{len(bag.tags)} files",
    }
    layers = [Layer(name, FAILED if name in failed else PROVED, text) for name, text in found.items()]
    return layers if bag.algorithms.get("tags") else [*layers[:-1], Layer(TAGS, ABSENT, "no tag manifest")]


def _own(bag: Listing, described: Description, given: Given) -> Iterable[Layer]:
    failed = {fault.layer for fault in described.faults}
    for name, text in described.found.items():
        yield Layer(name, FAILED if name in failed else PROVED, text)
    for name, state, text in check_witnesses(bag.store, described.generation, given):
        if state == FAILED:
            bag.wrong(name, "seal/", "a word that holds", text)
        yield Layer(name, state, text)


def _verdict(
    path: Path,
    bag: Listing,
    layers: Sequence[Layer],
    given: Given,
    *,
    described: Description | None = None,
    sample: Sample | None = None,
) -> Verdict:
    generation = described.generation if described else None
    return Verdict(path, tuple(layers), tuple(bag.faults), tuple(bag.notes), generation, sample, given.at)

"""How long items are kept, and how they end: a plan that is looked at first, then carried out as it was looked at.

A class and a day are set by an entry of custody. The plan names every item and what becomes of it: kept, and why, or
destroyed. It is known by its digest; carrying it out makes the plan anew and refuses when it is another one, so what was
looked at is what happens. An item is destroyed in these steps, and a run that was broken off goes on:

    1. a tombstone is written beside the bag: its digest, its seal, its tag manifest, who destroyed it and why
    2. the bag, if it is that very bag, is renamed (`NAME.destroying`), then removed
    3. `destroyed` is entered in its custody, with the hash of the tombstone

The tombstone proves what was there: the signed statement and the log's proof still fit the digest. No name and no hash of
a file is left. The log and the directory are exempt. Removing is not wiping: a disk may keep what it was told to forget.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.store.engine import Unit

from . import custodytables as tables
from .custody import Custodian
from .custodychain import Checked, Standing
from .custodyentry import CustodyEntry, Deed
from .custodytables import Bag
from .errors import EvidenceUnwritable, WrongHand
from .holding import limits_here
from .journal import to_disk
from .sealing import TAG_MANIFEST

FORMAT = "comity-tombstone/1"
SET, DESTROYED = "retention-set", "destroyed"
KEEP, DESTROY = "keep", "destroy"
TOMBSTONE = "tombstone.json"
_RESULT = re.compile(r"([a-z]+)(?: until (\d{4}-\d{2}-\d{2}))?", re.ASCII)


@dataclass(frozen=True)
class Decision:
    """What becomes of an item, why, its last entry of custody, its bags, and where it stands."""

    item: str
    act: str
    reason: str
    last: str
    bags: tuple[Bag, ...] = ()
    until: date | None = None
    standing: Standing = field(default_factory=Standing)

    def plain(self) -> dict[str, Any]:
        """Give the decision as JSON data."""
        data: dict[str, Any] = {"item": self.item, "act": self.act, "reason": self.reason, "last_entry": self.last}
        data |= {"bags": [bag.digest for bag in self.bags]}
        return data | ({"until": self.until.isoformat()} if self.until else {})


@dataclass(frozen=True)
class Plan:
    """What becomes of every item."""

    decisions: tuple[Decision, ...]

    @property
    def digest(self) -> str:
        """Give the SHA-256 by which the plan is known."""
        return canonical.digest("comity retention plan 1", [one.plain() for one in self.decisions])


@cache
def classes() -> Mapping[str, Mapping[str, Any]]:
    """Give the classes of retention."""
    text = files("comity.evidence").joinpath("data", "retention.yaml").read_text("utf-8")
    return yaml.safe_load(text)  # type: ignore[no-any-return]  # our own data


def set_class(keeper: Custodian, item: str, kind: str, deed: Deed, until: date | None = None) -> CustodyEntry:
    """Set how long an item is kept; *deed* says who sets it and why.

    Raises:
        BadInput: there is no such class.
        NoItem: the item has no custody here.
    """
    if kind not in classes():
        raise BadInput(f"got {kind!r}, expected one of: {', '.join(classes())}", field="class")
    days = classes()[kind]["days"]
    last = until or (keeper.clock.now().date() + timedelta(days=days) if days else None)
    return keeper.note(item, replace(deed, act=SET, result=f"{kind} until {last}" if last else kind))


def plan(keeper: Custodian, unit: Unit) -> Plan:
    """Say what becomes of every item today; nothing is changed. What is due is checked against the log.

    Raises:
        CannotSign: the log has no checkpoint yet and its key is not at hand.
    """
    decisions = []
    for item, checked in keeper.overview(unit):
        one = _decide(keeper, unit, item, checked)
        if one.act == DESTROY and keeper.check(unit, item).faults:
            one = replace(one, act=KEEP, reason="its custody does not hold")
        decisions.append(one)
    return Plan(tuple(decisions))


def carry_out(keeper: Custodian, deed: Deed, digest: str) -> list[str]:
    """Destroy what the plan with that digest says; gives the items. *deed* says who does it and why.

    Raises:
        WrongHand: the plan is another one by now, or who does it does not hold an item: then nothing is destroyed.
        EvidenceUnwritable: the machine cannot write or remove.
    """
    done = replace(deed, act=DESTROYED)
    done.check()
    with keeper.store.write(durable=True) as unit:
        found = plan(keeper, unit)
        if found.digest != digest:
            advice = "Look at the plan again: comity evidence retention plan."
            raise WrongHand(f"got the plan {digest[:16]}, expected {found.digest[:16]}, as it is now", advice=advice)
        due = [one for one in found.decisions if one.act == DESTROY]
        for one in due:
            one.standing.after(done)
    for one in due:
        _destroy(keeper, one, done)
    return [one.item for one in due]


def _decide(keeper: Custodian, unit: Unit, item: str, checked: Checked) -> Decision:
    where, today = checked.standing, keeper.clock.now().date()
    bags = tuple(tables.find_bags(unit, item=item))
    kind, until = _limited(unit, item, *_class(checked))
    reasons = (
        ("its custody does not hold", bool(checked.faults)),
        ("it is gone", where.gone),
        ("it is on legal hold", bool(where.holds)),
        ("it is under way", where.coming is not None),
        ("it is with another party", where.holder is not None and where.holder.party != keeper.party),
        ("a bag is not where it was registered", not all(map(_here, bags))),
        ("no class was set", not kind),
        ("it is kept for good", until is None),
        ("its time is not over", until is not None and today <= until),
    )
    reason = next((text for text, so in reasons if so), "")
    act, reason = (KEEP, reason) if reason else (DESTROY, f"{kind}, its time is over")
    last = checked.entries[-1].digest if checked.entries else ""
    return Decision(item, act, reason, last, bags, until, where)


def _limited(unit: Unit, item: str, kind: str, until: date | None) -> tuple[str, date | None]:
    """Give why and until when an item is kept: by its class, or by the use limits under which it came, if these are sooner."""
    days = [limits.delete_by for limits in limits_here(unit, item) if limits.delete_by]
    if days and (until is None or min(days) < until):
        return "to be deleted by a use limit", min(days)
    return (f"class {kind}" if kind else ""), until


def _here(bag: Bag) -> bool:
    """Tell whether what stands at a bag's place is that very bag, or what an earlier run has left of it."""
    path = Path(bag.path)
    if path.is_symlink() or not path.exists():
        return _gone(bag)
    try:
        return hashlib.sha256((path / TAG_MANIFEST).read_bytes()).hexdigest() == bag.digest
    except OSError:
        return False


def _gone(bag: Bag) -> bool:
    """Tell whether a tombstone of this very bag stands beside its place."""
    try:
        document = canonical.load((grave(Path(bag.path)) / TOMBSTONE).read_bytes())
        return bool(document["digest"] == bag.digest)
    except (OSError, BadInput, KeyError, TypeError):
        return False


def _class(checked: Checked) -> tuple[str, date | None]:
    """Give the class that was set last, and until when."""
    for entry in reversed(checked.entries):
        match = _RESULT.fullmatch(entry.deed.result) if entry.deed.act == SET else None
        if match and match[1] in classes():
            return match[1], date.fromisoformat(match[2]) if match[2] else None
    return "", None


def _destroy(keeper: Custodian, one: Decision, done: Deed) -> None:
    """Put a tombstone in the place of each bag, then enter that they are gone."""
    placed: dict[str, tuple[Bag, str]] = {}
    try:
        for bag in one.bags:
            path = Path(bag.path)
            data = _tombstone(path, keeper, one, bag, done)
            _remove(path)
            placed[f"generation {bag.number}"] = (bag, hashlib.sha256(data).hexdigest())
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to remove it", file=str(e.filename or "")) from e
    with keeper.store.write(durable=True) as unit:
        for bag, _digest in placed.values():
            tables.put_bag(unit, replace(bag, path=str(grave(Path(bag.path)))))
        hashes = {name: digest for name, (_bag, digest) in placed.items()}
        keeper.enter(unit, one.item, replace(done, hashes=hashes, result=one.reason))


def grave(bag: Path) -> Path:
    """Give the folder in which the tombstone of a bag stands."""
    return bag.with_name(f"{bag.name}.tombstone")


def _tombstone(path: Path, keeper: Custodian, one: Decision, bag: Bag, done: Deed) -> bytes:
    """Write what stays of a bag, unless an earlier run did; gives the tombstone."""
    target = grave(path)
    if _gone(bag):
        return (target / TOMBSTONE).read_bytes()
    aside = target.with_name(f".{target.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    if (path / TAG_MANIFEST).is_file():
        shutil.copyfile(path / TAG_MANIFEST, aside / TAG_MANIFEST)
    if (path / "seal").is_dir():
        shutil.copytree(path / "seal", aside / "seal", symlinks=True)
    document = {
        "format": FORMAT, "item": one.item, "digest": bag.digest, "tree_root": bag.root, "generation": bag.number,
        "files": bag.files, "bytes": bag.size, "at": stamp(keeper.clock.now()), "why": done.why, "reason": one.reason,
        "by": done.by.plain(), "custody": one.last,
    }  # fmt: skip
    data = canonical.dump(document)
    (aside / TOMBSTONE).write_bytes(data)
    to_disk(aside)
    aside.rename(target)
    to_disk(target.parent)
    return data


def _remove(path: Path) -> None:
    """Take a bag away: out of its place in one step, then for good."""
    going = path.with_name(f"{path.name}.destroying")
    with suppress(FileNotFoundError):
        path.rename(going)
    if going.is_dir():
        shutil.rmtree(going)
    to_disk(path.parent)

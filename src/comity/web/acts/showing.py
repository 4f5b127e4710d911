"""Evidence carried out for others to see: some files of an item with proof, and the bundle for a court, each as one stored zip.

What is made is set aside on the node's disk, entered in custody, given away, and gone. No file of an item is named to anybody by
its path: a file is a number in the sorted list of its sealed bag, which never changes.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from comity.evidence.bagstore import open_store
from comity.evidence.bundle import SUMS, Order, make_bundle
from comity.evidence.custodyentry import MAX_HASHES, Deed
from comity.evidence.custodytables import Bag, find_bags
from comity.evidence.disclosure import disclose
from comity.evidence.errors import BadItem, EvidenceUnwritable, NoItem
from comity.evidence.holding import check_not_recalled, limits_here
from comity.evidence.limits import combined
from comity.evidence.reading import read_bag
from comity.evidence.statement import TAG_MANIFEST
from comity.evidence.witness import Given
from comity.kernel.errors import BadInput
from comity.packages.names import portable
from comity.packages.webpage import build_page
from comity.packages.zipfiles import entry_for
from comity.requests.model import OUT
from comity.requests.tables import answers_of, find_requests

from ..errors import Busy
from .actor import Actor
from .auditing import one_at_a_time
from .evidence import case_of

LARGEST, MOST_LISTED = 4 << 30, 200_000


@dataclass(frozen=True)
class File:
    """A file of a bag: its number in the sorted list, its path within the item, and its size."""

    number: int
    path: str
    size: int


@dataclass(frozen=True)
class Chosen:
    """Files to be shown: of the bag with that digest, so that nobody shows what he did not see."""

    digest: str
    numbers: Collection[int]


@dataclass(frozen=True)
class Carried:
    """A zip that is set aside to be given away: where it is, its name, whether all in it is sound, and what names it in custody."""

    path: Path
    name: str
    sound: bool
    digest: str


def files(actor: Actor, item: str, digest: str = "") -> tuple[Bag, list[File]]:
    """List the files of the newest bag of an item, or of the one with a *digest*.

    Raises:
        NoItem: it has no such bag here, or the bag is not where it was.
        BadItem: the bag does not agree with itself.
        Busy: it has too many files for that.
    """
    bag = _bag(actor, item, digest)
    with open_store(Path(bag.path)) as store:
        found = read_bag(store)
        if found.faults:
            raise BadItem(f"got {found.faults[0].found}, expected a sound item: verify it first", file=bag.item)
        paths = sorted(found.payload)
        return bag, [File(n, path.removeprefix("data/"), store.sizes[path]) for n, path in enumerate(paths, 1)]


def show(actor: Actor, item: str, chosen: Chosen, deed: Deed) -> Carried:
    """Show some files of an item with proof that they belong to it, and nothing of the others; custody says which.

    Raises:
        LimitsForbid, ItemRecalled: the item came under limits that forbid it, or was called back.
        BadInput: there are no such files, or no reason.
        NoItem, BadItem, Busy: as `files`; or all of it is larger than is given in this way.
    """
    if not deed.why:
        raise BadInput("got no reason, expected what they are shown for", field="why")
    with actor.staff.store.read() as unit:
        check_not_recalled(unit, item)
        combined(limits_here(unit, item)).check_onward(actor.staff.now.date())
    bag, listed = files(actor, item, chosen.digest)
    known = {one.number: one for one in listed}
    if not chosen.numbers or not set(chosen.numbers) <= known.keys():
        raise BadInput("got no files of this item, expected those to be shown", field="file")
    wanted = [known[number] for number in sorted(set(chosen.numbers))]
    _small(sum(one.size for one in wanted), "comity evidence disclose")
    with one_at_a_time(actor.place), _aside(actor, f"{portable(item)[:80]}-part") as (made, carry):
        shown = disclose(Path(bag.path), [f"data/{one.path}" for one in wanted], made)
        whole = {TAG_MANIFEST: hashlib.sha256((made / TAG_MANIFEST).read_bytes()).hexdigest()}
        hashes = shown.files if len(shown.files) <= MAX_HASHES else whole
        told = f"{len(shown.files)} of {shown.of} files"
        done = replace(deed, act="disclosed", digest=bag.digest, hashes=hashes, result=told)
        path = carry()
        actor.node.custodian.note(item, done)
    return Carried(path, f"{made.name}.zip", True, whole[TAG_MANIFEST])


def bundle(actor: Actor, item: str, deed: Deed, language: str, *, papers: bool = False) -> Carried:
    """Put an item, its custody, reports, a reading guide and a hash list into one bundle for a court; custody says so.

    With *papers*, the released requests of its case and the receipts on them too, for somebody who may read them.
    What is wrong with the item or its custody stands in the report, and does not keep it out.

    Raises:
        LimitsForbid, ItemRecalled: the item came under limits that forbid it, or was called back.
        NoItem, Busy: it is not here any more, or larger than is given in this way.
        BadInput: the language is none of a court, or there is no reason.
    """
    if not deed.why:
        raise BadInput("got no reason, expected what it is made for", field="why")
    node = actor.node
    with node.store.read() as unit:
        bags = find_bags(unit, item=item)
    _small(sum(bag.size for bag in bags), "comity evidence bundle")
    given = Given(actor.staff.now, node.mirror.root, tuple(actor.office.authorities))
    with one_at_a_time(actor.place), _aside(actor, f"court-{portable(item)[:80]}") as (made, carry):
        asked = _papers(actor, case_of(bags), made.with_name("papers")) if papers else []
        order = Order([item], made, given, language=language, papers=asked, page=build_page(node.mirror.root))
        found = make_bundle(node.custodian, order)
        path = carry()
        if not any(one.checked.faults for one in found.exhibits):  # nothing is entered in a chain that does not hold
            done = replace(deed, act="exported", hashes={SUMS: found.digest}, result=f"{made.name}.zip")
            node.custodian.note(item, done)
    return Carried(path, f"{made.name}.zip", found.sound, found.digest)


def _papers(actor: Actor, case: str, folder: Path) -> list[Path]:
    """Lay the released requests of a case, and the receipts on them, beside each other under names that people know."""
    if not actor.who.may("request.read"):
        return []
    with actor.staff.store.read() as unit:
        asked = [one for one in find_requests(unit, case=case, direction=OUT) if one.released]
        receipts = [(one, answer) for one in asked for answer in answers_of(unit, one.id) if answer.raw]
    folder.mkdir()
    for one in asked:
        (folder / f"{one.stem}.comity.zip").symlink_to(actor.office.blobs.path(one.file))
    for number, (one, answer) in enumerate(receipts, 1):
        (folder / f"{one.stem}-{number:03}-{answer.state}.receipt.json").write_text(answer.raw, "utf-8")
    return sorted(folder.iterdir())


def _bag(actor: Actor, item: str, digest: str) -> Bag:
    with actor.staff.store.read() as unit:
        found = [one for one in find_bags(unit, item=item) if not digest or one.digest == digest]
    if not found or not found[-1].path or not Path(found[-1].path).exists():
        raise NoItem("got no such bag of the item here, expected one where it was", field="item")
    if found[-1].files > MOST_LISTED:
        raise Busy("got an item of very many files, expected fewer", advice="Use: comity evidence disclose.")
    return found[-1]


def _small(size: int, command: str) -> None:
    if size > LARGEST:
        raise Busy("got many gigabytes, expected less", advice=f"Use: {command}.")


@contextmanager
def _aside(actor: Actor, name: str) -> Iterator[tuple[Path, Callable[[], Path]]]:
    """Give the place of a folder that is to be made, and what turns it into a zip; nothing stays of what fails."""
    blobs = actor.office.blobs
    staged = blobs.stage()
    folder = staged.with_name(name)

    def carry() -> Path:
        _zip(folder, staged)
        shutil.rmtree(folder)
        return staged

    try:
        yield folder, carry
    except BaseException:
        blobs.unstage(staged)
        raise


def _zip(folder: Path, target: Path) -> None:
    """Write a folder as a stored zip with one top folder, as `comity evidence verify` reads it."""
    try:
        with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as out:
            for path in sorted(one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()):
                size = path.stat().st_size
                entry = entry_for(f"{folder.name}/{path.relative_to(folder).as_posix()}", size)
                with path.open("rb") as source, out.open(entry, "w", force_zip64=size >= 1 << 31) as written:
                    shutil.copyfileobj(source, written, 1 << 20)
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(e.filename or target)) from e
    except UnicodeEncodeError as e:
        raise BadItem("got a file name that is not UTF-8, expected names of text") from e

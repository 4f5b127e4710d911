"""Taking over what another party handed over: everything is verified first, then acknowledged with a signed acceptance.

    1. the file is opened with this party's age identity, as a stream; the note is its first part
    2. the note is by the party it names, as this node's directory knows it, and for this party; its limits allow it
    3. the bags are written to `NAME.partial`, no more files and bytes than the note says
    4. each bag is verified, and is the one that the note names; all is brought to the disk and renamed to NAME
    5. in one unit: the bags are registered, custody says `received` and `verified`, the acceptance is signed and kept

Broken off, the same command begins again with 1, or with 4 when the folder is in its place already. The same hand-over a
second time gives the same acceptance and changes nothing.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from comity.crypto.envelope import MAX_BYTES
from comity.crypto.keys import Signer
from comity.crypto.recipient import Identity, open_stream
from comity.kernel.clock import stamp
from comity.kernel.disk import settle
from comity.kernel.errors import BadInput, ComityError
from comity.store.engine import Unit

from .custodyentry import Deed, Hand
from .custodytables import Bag, find_bags, last_custody
from .disclosure import check_disclosure
from .errors import BadItem, BadPaper, EvidenceUnwritable, OtherAcquisition
from .handover import NOTE, check_sound, tag_digest
from .journal import to_disk
from .limits import UseLimits
from .papers import ACCEPTANCE, HANDOVER, Also, Desk, SignedPaper, check_paper, nothing, read_paper, sign_paper
from .registering import bag_of
from .sealing import read_generation
from .tables import IN, Kept, add_paper, find_papers
from .tarstream import body, members, put_file
from .verification import verify
from .witness import Given

PART_DIGITS = 8
REFUSED = "refused"


@dataclass(frozen=True)
class Reception:
    """What came, where it is to be, who takes it over, and under which name if not the sender's."""

    file: Path
    folder: Path
    deed: Deed
    name: str = ""


@dataclass(frozen=True)
class Accepted:
    """What was taken over: the note, the acceptance, the name it has here, its limits; *again* when it was before."""

    note: SignedPaper
    acceptance: SignedPaper
    item: str
    limits: UseLimits
    again: bool = False


def accept(desk: Desk, reception: Reception, identity: Identity, signer: Signer, *, also: Also = nothing) -> Accepted:
    """Take over what another party handed over; *also* gets the acceptance in the unit that keeps it.

    Raises:
        BadSealedFile: the file is not for this identity, or damaged.
        BadPaper: the note is not by the party it names, not for this one, or was refused here.
        BadItem: what came is not what the note says, or not as it was sealed.
        LimitsForbid: it was to be deleted by now.
        BadInput: the folder holds something else.
        WrongHand: an item of that name is here already.
    """

    def read(stream: IO[bytes]) -> SignedPaper:
        note = read_note(desk, stream)
        if not _known(desk, note):
            _fetch(desk, stream, note, reception.folder)
        return note

    note = open_stream(reception.file, read, identity)
    limits = UseLimits.read(note.document.get("limits", {}))
    with desk.keeper.store.write(durable=True) as unit:
        if kept := _accepted(unit, note):
            acceptance = read_paper(kept.answer.encode(), ACCEPTANCE)
            also(unit, acceptance)
            return Accepted(note, acceptance, kept.item, limits, again=True)
        item = _register(desk, unit, reception, note, limits)
        acceptance = _acknowledge(desk, note, reception.deed, signer)
        said = note.document
        kept = Kept(said["id"], IN, HANDOVER, item, said["from"], note.data.decode(), desk.keeper.clock.now())
        add_paper(unit, replace(kept, answer=acceptance.data.decode(), act="received"))
        also(unit, acceptance)
    return Accepted(note, acceptance, item, limits)


def read_note(desk: Desk, stream: IO[bytes]) -> SignedPaper:
    """Read and check the note at the beginning of what was handed over, before anything else is looked at.

    Raises:
        BadItem: there is none.
        BadPaper: it is not by the party it names, or not for this one.
    """
    name, size = next(members(stream), ("", 0))
    if name != NOTE or size > MAX_BYTES:
        raise BadItem(f"got {name!a} of {size} bytes, expected {NOTE} first")
    data = bytearray()
    body(stream, size, data.extend)
    note = read_paper(bytes(data), HANDOVER, file=NOTE)
    check_paper(desk, note, file=NOTE)
    return note


def _known(desk: Desk, note: SignedPaper) -> bool:
    with desk.keeper.store.read() as unit:
        if _accepted(unit, note):
            return True
    UseLimits.read(note.document.get("limits", {})).check_day(desk.keeper.clock.now().date())
    return False


def _accepted(unit: Unit, note: SignedPaper) -> Kept | None:
    kept = find_note(unit, note)
    if kept and kept.act == REFUSED:
        raise BadPaper("got a hand-over that was refused here, expected one that was not", file=NOTE)
    return kept


def find_note(unit: Unit, note: SignedPaper) -> Kept | None:
    """Find a hand-over that was answered here before; one number stands for one note.

    Raises:
        BadPaper: another note stands under its number.
    """
    kept = next(iter(find_papers(unit, id=note.document["id"], way=IN, kind=HANDOVER)), None)
    if kept and read_paper(kept.paper.encode(), HANDOVER).digest != note.digest:
        raise BadPaper("got another note under a number that was taken over before, expected the same one", file=NOTE)
    return kept


def _fetch(desk: Desk, stream: IO[bytes], note: SignedPaper, folder: Path) -> None:
    """Bring what came into its place, verified; a folder that is there already must hold it."""
    try:
        if folder.exists():
            _check(desk, note, folder)
            return
        with _held(folder.with_name(f"{folder.name}.partial")) as partial:
            _unpack(stream, note, partial)
            _check(desk, note, partial)
            to_disk(partial)
            partial.rename(folder)
            settle(folder.parent)
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(e.filename or folder)) from e


@contextmanager
def _held(partial: Path) -> Iterator[Path]:
    """Give an empty folder that no other process works on, whatever was left in it."""
    partial.mkdir(parents=True, exist_ok=True)
    fd = os.open(partial, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in partial.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        try:
            yield partial
        except ComityError:
            shutil.rmtree(partial, ignore_errors=True)  # what is refused does not stay
            raise
    except BlockingIOError as e:
        advice = "Wait until it is done."
        raise OtherAcquisition("got a folder that another process works on", file=str(partial), advice=advice) from e
    finally:
        os.close(fd)


def _unpack(stream: IO[bytes], note: SignedPaper, folder: Path) -> None:
    """Write the bags, no more files and bytes than the note says."""
    files, size = note.document["files"], note.document["bytes"]
    for name, length in members(stream):
        files, size = files - 1, size - length
        if files < 0 or size < 0:
            raise BadItem("got more than the note says, expected what it says", file=ascii(name)[:200])
        put_file(stream, folder, name, length)
    if files or size:
        raise BadItem(f"got {files} files and {size} bytes less than the note says, expected all")


def _check(desk: Desk, note: SignedPaper, folder: Path) -> None:
    """Verify every bag, and see that it is the one that the note names."""
    said, given = note.document, Given(desk.keeper.clock.now(), desk.mirror.root)
    if {path.name for path in folder.iterdir()} != {str(n + 1) for n in range(len(said["bags"]))}:
        raise BadItem("got other things than the bags of the note, expected those alone", file=str(folder))
    for number, bag in enumerate(said["bags"], 1):
        path = folder / str(number)
        if not said.get("part"):
            check_sound(verify(path, given), bag["digest"], bag["tree_root"])
            if read_generation(path).act.item != said["item"]:
                raise BadItem(f"got another item, expected {said['item']!r}, which the note names", file=str(path))
            continue
        verdict = check_disclosure(path, given, root=bag["tree_root"])
        if not verdict.sound or tag_digest(path) != bag["digest"]:
            found = verdict.faults[0].found if verdict.faults else "another bag"
            raise BadItem(f"got {found}, expected the files that the note names", file=str(path))


def _register(desk: Desk, unit: Unit, reception: Reception, note: SignedPaper, limits: UseLimits) -> str:
    """List the bags, and enter in custody that they came and were verified; gives the item's name here."""
    said, keeper = note.document, desk.keeper
    bags = _bags(desk, reception, note)
    known = [one for bag in bags for one in find_bags(unit, digest=bag.digest)]
    item = known[0].item if known else bags[0].item
    if {one.item for one in known} - {item}:
        raise BadInput("got bags of several items that are here, expected those of one", field="item")
    holder = keeper.standing(unit, item).holder if last_custody(unit, item) else None
    ours = holder is not None and holder.party == keeper.party
    source = holder if holder and holder.party == said["from"] else Hand(said["post"], said["from"], said["person"])
    deed = replace(
        reception.deed, act="noted" if ours else "received", to=None if ours else source, digest=bags[-1].digest,
        why=said["why"], authority=said.get("authority", ""), note=limits.record, hashes={HANDOVER: note.digest},
        result=f"{said['files']} files, {said['bytes']} bytes" + (f" from {source.text}" if ours else ""),
    )  # fmt: skip
    for bag in bags:
        keeper.admit(unit, replace(bag, item=item))
    keeper.enter(unit, item, deed)
    checked = Deed("verified", reception.deed.by, tool="comity", digest=bags[-1].digest, result="sound")
    keeper.enter(unit, item, checked)
    return item


def _bags(desk: Desk, reception: Reception, note: SignedPaper) -> list[Bag]:
    """Give the bags that came as this node lists them."""
    said, now, found = note.document, desk.keeper.clock.now(), []
    for number, bag in enumerate(said["bags"], 1):
        path = (reception.folder / str(number)).resolve()
        if said.get("part"):
            name = reception.name or f"{said['item']} part {bag['digest'][:PART_DIGITS]}"
            found.append(Bag(bag["digest"], name, bag["tree_root"], said["files"], said["bytes"], str(path), now))
        else:
            one = bag_of(read_generation(path), path, at=now, peer=said["from"])
            found.append(replace(one, item=reception.name or one.item))
    return found


def _acknowledge(desk: Desk, note: SignedPaper, deed: Deed, signer: Signer) -> SignedPaper:
    said = note.document
    document = {
        "about": said["id"], "paper": note.digest, "item": said["item"], "from": desk.keeper.party, "to": said["from"],
        "at": stamp(desk.keeper.clock.now()), "person": deed.by.person, "post": deed.by.post,
    }  # fmt: skip
    return sign_paper(desk, ACCEPTANCE, document, signer)

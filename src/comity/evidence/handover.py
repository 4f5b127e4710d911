"""Handing an item over to another party: encrypted to it, with a signed note; complete with its signed acceptance only.

    1. the directory knows the receiver, with a key to encrypt to
    2. the item's custody holds, it was not called back, and its use limits allow it; new limits only narrow them
    3. every bag is verified
    4. in one unit: the note is signed and kept, and custody says `transferred` (the item is under way), `disclosed` for
       some of its files, or `copied`
    5. the note and the bags are written to one file, encrypted to the receiver's age recipients

Broken off after 4, the same order writes the file of the same note. An item that was transferred is under way until the
receiver's acceptance is taken in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from comity.crypto.keys import Signer
from comity.crypto.recipient import seal_stream
from comity.directory.model import Party
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.kernel.ids import new_id
from comity.ledger.errors import LogCorrupt
from comity.packages.names import portable
from comity.store.engine import Unit

from .bagstore import open_store
from .custodyentry import Deed, Hand
from .custodytables import find_bags
from .disclosure import check_disclosure
from .errors import BadItem, NoItem
from .holding import check_not_recalled, limits_here, paper_of
from .limits import UseLimits, combined
from .papers import HANDOVER, Desk, SignedPaper, sign_paper
from .statement import TAG_MANIFEST
from .tables import OUT, Kept, add_paper, find_papers
from .tarstream import write_bag, write_end, write_file
from .verification import Verdict, verify
from .witness import Given

NOTE = "note.dsse.json"
SUFFIX = ".handover"
TRANSFERRED, DISCLOSED, COPIED = "transferred", "disclosed", "copied"


@dataclass(frozen=True)
class Order:
    """What is handed over, to whom, where the file is written, who releases it and why, and within which limits.

    *part* is a folder with some of the item's files, as `disclose` makes it. A *copy* leaves the item in its hand here.
    """

    item: str
    to: Hand
    folder: Path
    deed: Deed
    limits: UseLimits = UseLimits()  # noqa: RUF009 - frozen
    part: Path | None = None
    copy: bool = False

    @property
    def act(self) -> str:
        """Give what is entered in custody."""
        return DISCLOSED if self.part else COPIED if self.copy else TRANSFERRED


@dataclass(frozen=True)
class HandedOver:
    """A hand-over that was made: its note, its file, and the limits that stand in the note."""

    paper: SignedPaper
    file: Path
    limits: UseLimits


@dataclass(frozen=True)
class Parcel:
    """What a hand-over holds: where each bag is, and what the note says of it."""

    paths: tuple[Path, ...]
    stated: dict[str, Any]


def hand_over(desk: Desk, order: Order, signer: Signer) -> HandedOver:
    """Hand an item, or some of its files, over to a party.

    Raises:
        NoItem: it is not here.
        BadInput: the party cannot be written to, or the order is not whole.
        LimitsForbid, ItemRecalled, WrongHand: it may not be handed over, not so, or not by this hand.
        BadItem: it is not as it was sealed.
        Refused: the key may not sign for this party.
    """
    party = _receiver(desk, order)
    _check(desk, order)
    parcel = _parcel(desk, order)
    with desk.keeper.store.write(durable=True) as unit:
        limits = _allowed(desk, unit, order)
        paper = _begun(unit, order, parcel, limits) or _begin(desk, unit, order, parcel, limits, signer)
    name = portable(order.item)
    file = order.folder / f"{name}-{paper.document['id']}{SUFFIX}"
    order.folder.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        seal_stream(lambda out: _write(out, paper, parcel), file, party.recipients)
    return HandedOver(paper, file, limits)


def _receiver(desk: Desk, order: Order) -> Party:
    if order.to.party == desk.keeper.party:
        raise BadInput("got this node's own party, expected another one", field="to")
    party = desk.mirror.lookup(order.to.party, desk.keeper.clock.now())
    if not party.recipients:
        advice = "Ask it to have one entered in the directory (an age recipient)."
        raise BadInput(f"got {party.id}, expected a party with a key to encrypt to", field="to", advice=advice)
    return party


def _check(desk: Desk, order: Order) -> None:
    """Ask all that can be asked before the bags are read; none of it is entered yet."""
    if not order.deed.why:
        raise BadInput("got no purpose, expected what it is handed over for", field="why")
    with desk.keeper.store.write() as unit:  # the log may sign a checkpoint
        _allowed(desk, unit, order)
        checked = desk.keeper.check(unit, order.item)
    if checked.faults:
        raise LogCorrupt(f"got a custody that does not hold: {checked.faults[0].message}, expected a whole one")
    if checked.standing.coming is None:
        checked.standing.after(replace(order.deed, act=order.act, to=order.to))


def _allowed(desk: Desk, unit: Unit, order: Order) -> UseLimits:
    """Give the limits of the hand-over: those under which the item is held here, and those of the order."""
    check_not_recalled(unit, order.item)
    held, today = combined(limits_here(unit, order.item)), desk.keeper.clock.now().date()
    held.check_onward(today)
    limits = held.narrowed(order.limits)
    limits.check_day(today)
    return limits


def _parcel(desk: Desk, order: Order) -> Parcel:
    """Verify what is handed over, and say what it is."""
    with desk.keeper.store.read() as unit:
        bags = find_bags(unit, item=order.item)
    given = Given(desk.keeper.clock.now(), desk.mirror.root)
    if order.part:
        roots = {bag.root for bag in bags}
        shown = next((root for root in roots if check_disclosure(order.part, given, root=root).sound), "")
        if not shown:
            raise BadItem(
                "got files that do not prove to be of this item, expected those shown of it", file=str(order.part)
            )
        return _stated([order.part], [{"digest": tag_digest(order.part), "tree_root": shown}])
    paths = [Path(bag.path) for bag in bags]
    for bag, path in zip(bags, paths, strict=True):
        if not bag.path or not path.is_dir():
            raise NoItem(f"got no bag at {bag.path or 'its place'}, expected one", field=order.item)
        check_sound(verify(path, given), bag.digest, bag.root)
    if not bags:
        raise NoItem(f"got {order.item!r}, expected an item with a sealed bag here", field="item")
    return _stated(paths, [{"digest": bag.digest, "tree_root": bag.root} for bag in bags])


def _stated(paths: Sequence[Path], bags: list[dict[str, str]]) -> Parcel:
    sizes: list[int] = []
    for path in paths:
        with open_store(path) as store:
            sizes += store.sizes.values()
    return Parcel(tuple(paths), {"bags": bags, "files": len(sizes), "bytes": sum(sizes)})


def check_sound(verdict: Verdict, digest: str, root: str) -> None:
    """See that a bag is sound and the one that is meant.

    Raises:
        BadItem: it is not.
    """
    if not verdict.sound or verdict.generation is None:
        fault = verdict.faults[0] if verdict.faults else None
        got = f"{fault.found} in {fault.file}" if fault else "a bag that does not verify"
        raise BadItem(f"got {got}, expected a sound item: verify it", file=str(verdict.path))
    if (verdict.generation.digest, verdict.generation.root) != (digest, root):
        raise BadItem(f"got the bag {verdict.generation.digest}, expected {digest}", file=str(verdict.path))


def tag_digest(bag: Path) -> str:
    """Give the digest by which a bag is known.

    Raises:
        BadItem: it has no tag manifest.
    """
    try:
        return hashlib.sha256((bag / TAG_MANIFEST).read_bytes()).hexdigest()
    except OSError as e:
        raise BadItem(f"got {e.strerror}, expected a tag manifest", file=str(bag / TAG_MANIFEST)) from e


def _begun(unit: Unit, order: Order, parcel: Parcel, limits: UseLimits) -> SignedPaper | None:
    """Find the note of the same hand-over, begun before and not answered yet."""
    wanted = _document(order, parcel, limits)
    for kept in find_papers(unit, way=OUT, kind=HANDOVER, item=order.item, party=order.to.party, answer=""):
        paper = paper_of(kept)
        if kept.act == order.act and wanted.items() <= paper.document.items():
            return paper
    return None


def _begin(desk: Desk, unit: Unit, order: Order, parcel: Parcel, limits: UseLimits, signer: Signer) -> SignedPaper:
    """Sign and keep the note, and enter the hand-over in custody."""
    now = desk.keeper.clock.now()
    head = {"id": new_id(now), "from": desk.keeper.party, "at": stamp(now)}
    paper = sign_paper(desk, HANDOVER, head | _document(order, parcel, limits), signer)
    deed = replace(order.deed, act=order.act, to=order.to, note=limits.record, hashes={HANDOVER: paper.digest})
    desk.keeper.enter(unit, order.item, deed)
    text = paper.data.decode()
    add_paper(unit, Kept(head["id"], OUT, HANDOVER, order.item, order.to.party, text, now, act=order.act))
    return paper


def _document(order: Order, parcel: Parcel, limits: UseLimits) -> dict[str, Any]:
    deed = order.deed
    document = parcel.stated | {
        "item": order.item, "to": order.to.party, "person": deed.by.person, "post": deed.by.post, "why": deed.why,
    }  # fmt: skip
    document |= {"part": True} if order.part else {}
    document |= {"authority": deed.authority} if deed.authority else {}
    return document | ({"limits": limits.plain()} if limits.plain() else {})


def _write(out: IO[bytes], paper: SignedPaper, parcel: Parcel) -> None:
    write_file(out, NOTE, len(paper.data), lambda sink: sink(paper.data))
    for number, path in enumerate(parcel.paths, 1):
        with open_store(path) as store:
            if store.odd:
                raise BadItem("got a link or special file, expected files only", file=store.odd[0][0])
            write_bag(out, str(number), store)
    write_end(out)

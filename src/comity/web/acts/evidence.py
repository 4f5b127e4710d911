"""Items of evidence: where each is, its chain checked, verified, told; what is done with one; handed over and taken over.

Between two nodes evidence goes over the exchange: sealed to the other party, with a signed note, complete with its signed answer.
Who takes over what came is the first who knows of its case, unless somebody does already.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from comity.accounts import knowledge
from comity.crypto.keys import Signer
from comity.crypto.recipient import Identity, open_stream
from comity.evidence import accepting, answering, handover
from comity.evidence.accepting import Reception
from comity.evidence.custodychain import Checked, Standing
from comity.evidence.custodyentry import CustodyEntry, Deed, Hand
from comity.evidence.custodytables import Bag, bags_of, find_bags, find_tokens, last_entries
from comity.evidence.custodytime import check_times
from comity.evidence.errors import NoItem
from comity.evidence.handover import HandedOver, Order
from comity.evidence.holding import Marks, marks_on
from comity.evidence.limits import UseLimits
from comity.evidence.papers import HANDOVER, SignedPaper
from comity.evidence.papers import Desk as PaperDesk
from comity.evidence.tables import IN, find_papers, having_papers
from comity.evidence.verification import Depth, Verdict, verify
from comity.evidence.witness import Given
from comity.exchange import handing
from comity.exchange.arriving import arrived
from comity.exchange.deliverytables import Parcel, find_parcels
from comity.kernel.errors import BadInput
from comity.store.engine import Unit

from ..errors import Busy
from .actor import Actor
from .auditing import one_at_a_time
from .delivered import ITEMS, hand_of

SAMPLE, LARGEST = 50, 4 << 30
TAKEN_OVER = "took over what another party handed over"


@dataclass(frozen=True)
class Row:
    """An item in a list: its newest bag, where it stands, how many entries it has, and the marks on it."""

    bag: Bag
    standing: Standing
    entries: int
    marks: Marks


@dataclass(frozen=True)
class Looked:
    """An item as somebody looked at it: its chain checked, its bags, the marks on it."""

    item: str
    checked: Checked
    bags: list[Bag]
    marks: Marks


@dataclass(frozen=True)
class Giving:
    """To whom an item is handed over, why, within which limits; a *copy* leaves the item where it is."""

    to: Hand
    why: str
    authority: str = ""
    limits: UseLimits = UseLimits()  # noqa: RUF009 - frozen
    copy: bool = False
    days: int = 14


def case_of(bags: list[Bag]) -> str:
    """Give the case of an item by its bags.

    Raises:
        NoItem: it is of none.
    """
    case = next((one.case for one in reversed(bags) if one.case), "")
    if not case:
        raise NoItem("got no item, or one of no case, expected one", field="item")
    return case


def items(actor: Actor, most: int, after: str = "") -> tuple[list[Row], int]:
    """List the items of one's cases, so many of those that come *after* one, and how many of those there are."""
    cases = actor.cases()
    with actor.staff.store.read() as unit:
        bags = [one for one in bags_of(unit, cases) if one.item > after]
        shown = {bag.item for bag in bags[:most]}
        entries, papers = last_entries(unit, shown), having_papers(unit, shown)
        rows = []
        for bag in bags[:most]:
            last = entries.get(bag.item)
            where = Standing.load(last.standing) if last and last.standing else Standing()
            marks = marks_on(unit, bag.item) if bag.item in papers else Marks()
            rows.append(Row(bag, where, last.number if last else 0, marks))
    return rows, len(bags)


def look(actor: Actor, item: str) -> Looked:
    """Check an item's chain for somebody to read; that is an entry of the log."""
    node = actor.node
    checked = node.custodian.look(item)
    with node.store.read() as unit:
        bags, tokens, marks = find_bags(unit, item=item), find_tokens(unit, item), marks_on(unit, item)
    return Looked(item, check_times(checked, tokens, node.office.authorities), bags, marks)


def check(actor: Actor, item: str) -> Verdict:
    """Verify the newest bag where it lies: its seal and structure whole, of its files a sample; one at a time.

    Raises:
        Busy: it is too large for that, or somebody else checks something.
    """
    with actor.staff.store.read() as unit:
        bag = find_bags(unit, item=item)[-1]
    if bag.size > LARGEST:
        raise Busy("got an item of many gigabytes, expected a smaller one", advice="Use: comity evidence verify PATH.")
    given = Given(actor.staff.now, actor.node.mirror.root, tuple(actor.office.authorities))
    with one_at_a_time(actor.place):
        return verify(Path(bag.path), given, depth=Depth(SAMPLE if bag.files > SAMPLE else 0))


def enter(actor: Actor, item: str, deed: Deed) -> CustodyEntry:
    """Enter that he did something with an item."""
    return actor.node.custodian.note(item, deed)


def hand_over(actor: Actor, item: str, giving: Giving, by: Hand, signer: Signer) -> tuple[HandedOver, Parcel]:
    """Hand an item over to a party's node: sealed to it, with a signed note, on offer for so many days.

    Raises:
        NoPeer: the directory has no address of it, or of us.
        LimitsForbid, ItemRecalled, WrongHand, BadItem: it may not be handed over, or is not as it was sealed.
        Busy: it is too large for that, or somebody else checks something.
    """
    handing.check_way(actor.exchange, giving.to.party)
    with actor.staff.store.read() as unit:
        if sum(bag.size for bag in find_bags(unit, item=item)) > LARGEST:
            advice = "Use: comity evidence hand-over --send."
            raise Busy("got an item of many gigabytes, expected a smaller one", advice=advice)
    staged = actor.office.blobs.stage()
    deed = Deed("noted", by, why=giving.why, authority=giving.authority)
    order = Order(item, giving.to, staged.parent, deed, limits=giving.limits, copy=giving.copy)
    try:
        with one_at_a_time(actor.place):
            made = handover.hand_over(papers(actor), order, signer)
        return made, handing.offer(actor.exchange, made.paper, made.file, days=giving.days)
    finally:
        actor.office.blobs.unstage(staged)


def parcels(actor: Actor, direction: str) -> list[Parcel]:
    """List what was handed over over the exchange: what came and waits for an answer, and what is of one's own cases."""
    mine = actor.cases()
    with actor.staff.store.read() as unit:
        return [one for one in find_parcels(unit, direction=direction) if _shown(unit, one, mine)]


def parcel_of(actor: Actor, number: str) -> Parcel:
    """Find what came over the exchange under a number, for somebody who may see it.

    Raises:
        NoItem: nothing did.
    """
    mine = actor.cases()
    with actor.staff.store.read() as unit:
        found = [one for one in find_parcels(unit, direction=IN, id=number) if _shown(unit, one, mine)]
    if not found:
        raise NoItem("got no such hand-over, expected evidence that came and waits for an answer", field="parcel")
    return found[0]


def note_of(actor: Actor, parcel: Parcel) -> SignedPaper:
    """Read the signed note of evidence that came and waits for an answer; that somebody read it is on record.

    Raises:
        NoItem: it is not here yet, or was answered.
        BadSealedFile, BadItem, BadPaper: it is not for this party, or not by its sender.
    """
    file = arrived(actor.office, parcel.id, refusing=True)
    note = open_stream(file, lambda stream: accepting.read_note(papers(actor), stream), _identity(actor))
    with actor.staff.store.write() as unit:
        actor.staff.log(unit, "read", person=actor.person.id, act="evidence.take", hand_over=parcel.id)
    return note


def _shown(unit: Unit, parcel: Parcel, mine: frozenset[str]) -> bool:
    """Tell whether somebody may see a parcel: what has no item here yet waits for anybody who takes over."""
    found = find_papers(unit, id=parcel.id, way=parcel.direction, kind=HANDOVER)
    named = [one.item for one in found if one.item]
    cases = {bag.case for item in named for bag in find_bags(unit, item=item)}
    return bool(cases & mine) if named else parcel.direction == IN


def accept(actor: Actor, parcel: str, deed: Deed, signer: Signer, *, name: str = "") -> accepting.Accepted:
    """Take over what another party handed over: verified first, then acknowledged; again changes nothing.

    Raises:
        NoItem: none came under that number, or it was answered.
        BadItem, BadPaper: it is not what its note says.
    """
    parcel_of(actor, parcel)
    identity = _identity(actor)
    folder = actor.node.settings.home / ITEMS
    folder.mkdir(mode=0o700, exist_ok=True)
    reception = Reception(arrived(actor.office, parcel), folder / f"from-{parcel}", deed, name)
    with one_at_a_time(actor.place):
        made = accepting.accept(papers(actor), reception, identity, signer, also=handing.by_exchange(actor.exchange))
    with actor.staff.store.write() as unit:
        case = next((one.case for one in find_bags(unit, item=made.item) if one.case), "")
        if case and knowledge.unknown_of(unit, [case]):
            knowledge.begin(actor.staff, unit, actor.person, case, TAKEN_OVER)
    return made


def refuse(actor: Actor, parcel: str, deed: Deed, signer: Signer) -> SignedPaper:
    """Refuse what another party handed over, with a reason; the item stays with whom it was."""
    parcel_of(actor, parcel)
    file = arrived(actor.office, parcel, refusing=True)
    also = handing.by_exchange(actor.exchange)
    return answering.refuse(papers(actor), file, deed, _identity(actor), signer, also=also)


def by_of(actor: Actor, post: str = "") -> Hand:
    """Give him as the hand that does something, on a post of the node's party."""
    own = hand_of(actor)
    return Hand(post or own.post, own.party, own.person)


def papers(actor: Actor) -> PaperDesk:
    """Give where the node's papers on evidence are signed and checked."""
    return PaperDesk(actor.node.custodian, actor.node.mirror)


def _identity(actor: Actor) -> Identity:
    identity = actor.exchange.identity
    if identity is None:
        advice = "Name the file with the age identity in the settings."
        raise BadInput("got no age identity, expected one in the node's settings", field="identity", advice=advice)
    return identity

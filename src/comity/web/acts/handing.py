"""Evidence between this party and others, beside handing over and taking over: what may go, who has it, called back, confirmed.

What goes to another party's node goes over the exchange as a signed paper, in the unit that keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from comity.crypto.keys import Signer
from comity.evidence import recall as recalling
from comity.evidence.custodychain import Standing
from comity.evidence.custodyentry import Deed
from comity.evidence.custodytables import find_bags
from comity.evidence.errors import NoItem
from comity.evidence.holding import RECALLED, Holder, check_not_recalled, limits_here, paper_of
from comity.evidence.holding import holders as find_holders
from comity.evidence.limits import UseLimits, combined
from comity.evidence.papers import RECALL, SignedPaper
from comity.evidence.recall import TakenIn
from comity.evidence.tables import IN, OUT, Kept, find_papers
from comity.exchange import handing
from comity.exchange.deliverytables import Parcel, find_parcels
from comity.kernel.errors import ComityError
from comity.store.engine import Unit

from .actor import Actor
from .evidence import papers


@dataclass(frozen=True)
class Prospect:
    """Whether an item may go to others: within which limits in any case, and what forbids it, if anything does."""

    limits: UseLimits
    forbidden: ComityError | None


@dataclass(frozen=True)
class Holding:
    """A party to which an item was handed over, and what became of its file on the way, where it went over the exchange."""

    holder: Holder
    parcel: Parcel | None


@dataclass(frozen=True)
class Notice:
    """A recall or correction that came and that nobody has confirmed yet: from whom, on which item here, and why."""

    kept: Kept

    @property
    def why(self) -> str:
        """Give the reason that the other party stated."""
        return str(paper_of(self.kept).document["why"])

    @property
    def about(self) -> str:
        """Give the name under which the other party knows the item."""
        return str(paper_of(self.kept).document["item"])


def prospect(actor: Actor, item: str, where: Standing) -> Prospect:
    """Say, before anybody begins, within which limits an item may go to others, or why it may not."""
    limits = UseLimits()
    try:
        with actor.staff.store.read() as unit:
            check_not_recalled(unit, item)
            limits = combined(limits_here(unit, item))
        limits.check_onward(actor.staff.now.date())
        if where.gone:
            raise NoItem("got an item that was destroyed or given back, expected one that is here", field="item")
    except ComityError as e:
        return Prospect(limits, e)
    return Prospect(limits, None)


def holdings(actor: Actor, item: str) -> list[Holding]:
    """List every party to which an item, or some of its files, was handed over, in the order of time."""
    with actor.staff.store.read() as unit:
        found = find_holders(unit, item)
        return [Holding(one, _way(unit, one)) for one in found]


def recall(
    actor: Actor, item: str, deed: Deed, signer: Signer, *, kind: str = RECALLED, to: Sequence[str] = ()
) -> list[SignedPaper]:
    """Call an item back from those it was handed to, or tell them that it is wrong: a signed notice to each one's node.

    Raises:
        NoItem: it was not handed over to any of them.
        NoPeer: the directory has no address of one.
        BadInput: there is no reason.
    """
    also = handing.by_exchange(actor.exchange)
    return recalling.recall(papers(actor), item, deed, signer, kind=kind, to=to, also=also)


def notices(actor: Actor, item: str = "") -> list[Notice]:
    """List the notices that came and nobody confirmed: on items of one's own cases, and on what was refused here; or on one *item*."""
    mine = actor.cases()
    with actor.staff.store.read() as unit:
        found = find_papers(unit, way=IN, kind=RECALL, answer="", **({"item": item} if item else {}))
        return [Notice(one) for one in found if _known(unit, one, mine)]


def confirm(actor: Actor, notice: str, deed: Deed, signer: Signer) -> TakenIn:
    """Confirm a notice that came, with a signed confirmation that names those to which the item went on; again changes nothing.

    Raises:
        NoItem: none came under that number on an item that he knows of.
    """
    mine = actor.cases()
    with actor.staff.store.read() as unit:
        found = [one for one in find_papers(unit, id=notice, way=IN, kind=RECALL) if _known(unit, one, mine)]
    if not found:
        raise NoItem("got no notice of that number, expected one that came", field="notice")
    also = handing.by_exchange(actor.exchange)
    return recalling.take_notice(papers(actor), paper_of(found[0]), deed, signer, also=also)


def _known(unit: Unit, notice: Kept, mine: frozenset[str]) -> bool:
    """Tell whether somebody may see a notice; one on what was refused here is of no case."""
    return not notice.item or any(bag.case in mine for bag in find_bags(unit, item=notice.item))


def _way(unit: Unit, one: Holder) -> Parcel | None:
    return next(iter(find_parcels(unit, direction=OUT, peer=one.party, id=one.handed.id)), None)

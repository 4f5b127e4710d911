"""Calling back or correcting what was handed over: a signed notice to every holder, and who has confirmed it.

A notice is about one hand-over. The holder's node enters it in the item's custody, and from then on hands the item on no
more (a corrected one, until what is right has come). A custodian answers it, at once or later, with a signed confirmation that names those to which it
handed the item on: they hear of it from that node, or from the one that called back. Nothing is removed by a notice: custody,
digests and the notice itself stay, also when the bytes are destroyed later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from comity.crypto.keys import Signer
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.kernel.ids import new_id
from comity.store.engine import Unit

from .custodyentry import Deed
from .errors import BadPaper, NoItem
from .holding import CORRECTED, RECALLED, asked_by, paper_of, was_refused
from .papers import (
    CONFIRMATION,
    HANDOVER,
    RECALL,
    Also,
    Desk,
    SignedPaper,
    check_paper,
    nothing,
    read_paper,
    sign_paper,
)
from .tables import IN, OUT, Kept, add_paper, find_papers, put_answer


@dataclass(frozen=True)
class TakenIn:
    """A notice that was taken in: on which item here, the confirmation for the sender, and who else holds the item."""

    item: str
    notice: SignedPaper
    confirmation: SignedPaper
    again: bool = False


def recall(
    desk: Desk,
    item: str,
    deed: Deed,
    signer: Signer,
    *,
    kind: str = RECALLED,
    to: Sequence[str] = (),
    also: Also = nothing,
) -> list[SignedPaper]:
    """Make a notice for every party that holds an item, or for those named; *deed* says who calls back and why.

    A notice of that kind that was made before and has no confirmation yet is given again.

    Raises:
        NoItem: the item was not handed over to any of them.
        BadInput: there is no reason.
    """
    if kind not in (RECALLED, CORRECTED):
        raise BadInput(f"got {kind!r}, expected {RECALLED} or {CORRECTED}", field="kind")
    if not deed.why:
        raise BadInput("got no reason, expected one", field="why")
    with desk.keeper.store.write(durable=True) as unit:
        handed = [
            kept
            for kept in find_papers(unit, way=OUT, kind=HANDOVER, item=item)
            if (not to or kept.party in to) and not was_refused(kept)
        ]
        if missing := sorted(set(to) - {kept.party for kept in handed}):
            raise NoItem(f"got {missing[0]}, expected a party to which {item!r} was handed over", field="to")
        if not handed:
            raise NoItem(f"got {item!r}, expected an item that was handed over", field="item")
        notices = [_notice(desk, unit, kept, deed, signer, kind) for kept in handed]
        for notice in notices:
            also(unit, notice)
        return notices


def take_notice(desk: Desk, paper: SignedPaper, deed: Deed, signer: Signer, *, also: Also = nothing) -> TakenIn:
    """Take in a notice on what came from its sender, and confirm it; again gives the same confirmation.

    *also* gets the confirmation in the unit that keeps it.

    Raises:
        BadPaper: it is not by the party that handed the item over, or not on anything that came from it.
    """
    check_paper(desk, paper)
    with desk.keeper.store.write(durable=True) as unit:
        kept = _noted(desk, unit, paper, deed)
        if again := bool(kept.answer):
            confirmation = read_paper(kept.answer.encode(), CONFIRMATION)
        else:
            onward = sorted({one.party for one in find_papers(unit, way=OUT, kind=HANDOVER, item=kept.item)})
            confirmation = sign_paper(desk, CONFIRMATION, _confirmed(desk, paper, deed, onward), signer)
            put_answer(unit, kept, confirmation.data.decode())
        also(unit, confirmation)
        return TakenIn(kept.item, paper, confirmation, again=again)


def note_notice(desk: Desk, paper: SignedPaper, deed: Deed, *, also: Also = nothing) -> Kept:
    """Take in a notice that a custodian will confirm later; again changes nothing. *also* gets the notice.

    Raises:
        BadPaper: as `take_notice`.
    """
    check_paper(desk, paper)
    with desk.keeper.store.write(durable=True) as unit:
        kept = _noted(desk, unit, paper, deed)
        also(unit, paper)
        return kept


def _noted(desk: Desk, unit: Unit, paper: SignedPaper, deed: Deed) -> Kept:
    """Keep a notice and enter it in the custody of the item that it is about, once; one number stands for one notice."""
    said = paper.document
    if kept := next(iter(find_papers(unit, id=said["id"], way=IN, kind=RECALL)), None):
        if paper_of(kept).digest != paper.digest:
            raise BadPaper("got another notice under a number that was taken in before, expected the same one")
        return kept
    return _entered(desk, unit, paper, deed)


def _entered(desk: Desk, unit: Unit, paper: SignedPaper, deed: Deed) -> Kept:
    said = paper.document
    came = next(iter(find_papers(unit, id=said["about"], way=IN, kind=HANDOVER)), None)
    if came is None or came.party != said["from"] or paper_of(came).digest != said["paper"]:
        raise BadPaper("got a notice on something else, expected one on what this node took over from its sender")
    if came.item:
        entry = replace(deed, act=said["kind"], why=said["why"], result=f"by {said['from']}")
        desk.keeper.enter(unit, came.item, replace(entry, hashes={RECALL: paper.digest}))
    kept = Kept(said["id"], IN, RECALL, came.item, came.party, paper.data.decode(), desk.keeper.clock.now())
    kept = replace(kept, about=came.id, act=said["kind"])
    add_paper(unit, kept)
    return kept


def take_confirmation(desk: Desk, paper: SignedPaper, deed: Deed, *, also: Also = nothing) -> Kept:
    """Take in a holder's confirmation; again changes nothing.

    Raises:
        BadPaper: it is not by the holder, or not on a notice of this node.
    """
    check_paper(desk, paper)
    said = paper.document
    with desk.keeper.store.write(durable=True) as unit:
        refusal = "got a confirmation of something else, expected one of a notice of this node"
        kept = asked_by(unit, paper, RECALL, refusal=refusal)
        if not kept.answer:
            put_answer(unit, kept, paper.data.decode())
            result = f"{kept.act}: confirmed by {said['person']} ({said['post']}, {said['from']}) at {said['at']}"
            entry = replace(deed, act="noted", result=result, hashes={CONFIRMATION: paper.digest})
            desk.keeper.enter(unit, kept.item, entry)
        also(unit, paper)
        return replace(kept, answer=kept.answer or paper.data.decode())


def _notice(desk: Desk, unit: Unit, handed: Kept, deed: Deed, signer: Signer, kind: str) -> SignedPaper:
    for kept in find_papers(unit, way=OUT, kind=RECALL, about=handed.id, act=kind, answer=""):
        return paper_of(kept)
    now, note = desk.keeper.clock.now(), paper_of(handed)
    document = {
        "id": new_id(now), "kind": kind, "about": handed.id, "paper": note.digest, "item": handed.item,
        "from": desk.keeper.party, "to": handed.party, "at": stamp(now),
        "person": deed.by.person, "post": deed.by.post, "why": deed.why,
    }  # fmt: skip
    paper = sign_paper(desk, RECALL, document, signer)
    result = f"notice to {handed.party}"
    desk.keeper.enter(unit, handed.item, replace(deed, act=kind, result=result, hashes={RECALL: paper.digest}))
    kept = Kept(document["id"], OUT, RECALL, handed.item, handed.party, paper.data.decode(), now)
    add_paper(unit, replace(kept, about=handed.id, act=kind))
    return paper


def _confirmed(desk: Desk, notice: SignedPaper, deed: Deed, onward: Sequence[str]) -> dict[str, object]:
    said = notice.document
    document = {
        "about": said["id"], "paper": notice.digest, "item": said["item"], "from": desk.keeper.party,
        "to": said["from"], "at": stamp(desk.keeper.clock.now()), "person": deed.by.person, "post": deed.by.post,
    }  # fmt: skip
    return document | ({"onward": list(onward)} if onward else {})

"""The answer to a hand-over: acceptance (see `accepting`) or refusal, and what either means for the one who handed it over.

Nothing that is refused is listed here: the note is kept with the refusal, so that the same hand-over is not accepted later.
At the sender an item that was under way stays where it was before. One hand-over has one answer.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from comity.crypto.keys import Signer
from comity.crypto.recipient import Identity, open_stream
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput

from .accepting import REFUSED, find_note, read_note
from .custodyentry import Deed
from .errors import BadPaper
from .handover import TRANSFERRED
from .holding import asked_by
from .papers import ACCEPTANCE, HANDOVER, REFUSAL, Also, Desk, SignedPaper, check_paper, nothing, read_paper, sign_paper
from .tables import IN, Kept, add_paper, put_answer


def refuse(
    desk: Desk, file: Path, deed: Deed, identity: Identity, signer: Signer, *, also: Also = nothing
) -> SignedPaper:
    """Refuse what another party handed over; again gives the same refusal. *deed* says who refuses and why.

    Raises:
        BadSealedFile: the file is not for this identity, or its beginning is damaged.
        BadPaper: the note is not by the party it names, not for this one, or was accepted before.
        BadInput: there is no reason.
    """
    if not deed.why:
        raise BadInput("got no reason, expected one", field="why")
    note = open_stream(file, lambda stream: read_note(desk, stream), identity)
    said, now = note.document, desk.keeper.clock.now()
    with desk.keeper.store.write(durable=True) as unit:
        if kept := find_note(unit, note):
            if kept.act != REFUSED:
                raise BadPaper("got a hand-over that was accepted before, expected one without an answer")
            refusal = read_paper(kept.answer.encode(), REFUSAL)
        else:
            document = {
                "about": said["id"], "paper": note.digest, "item": said["item"], "from": desk.keeper.party,
                "to": said["from"], "at": stamp(now), "person": deed.by.person, "post": deed.by.post, "why": deed.why,
            }  # fmt: skip
            refusal = sign_paper(desk, REFUSAL, document, signer)
            kept = Kept(said["id"], IN, HANDOVER, "", said["from"], note.data.decode(), now)
            add_paper(unit, replace(kept, answer=refusal.data.decode(), act=REFUSED))
            event = {"type": "evidence.refused", "at": stamp(now), "peer": said["from"], "note": note.digest}
            desk.keeper.ledger.append(unit, event)
        also(unit, refusal)
    return refusal


def take_answer(desk: Desk, paper: SignedPaper, who: Deed, *, also: Also = nothing) -> Kept:
    """Take in the receiver's acceptance or refusal: with it the hand-over is complete, or off. Again changes nothing.

    Raises:
        BadPaper: it is not by the receiver, not on what this node handed over, or contradicts an earlier answer.
    """
    check_paper(desk, paper)
    with desk.keeper.store.write(durable=True) as unit:
        expected = "expected one to what this node handed over"
        kept = asked_by(unit, paper, HANDOVER, refusal=f"got an answer to something else, {expected}")
        if not kept.answer:
            put_answer(unit, kept, paper.data.decode())
            desk.keeper.enter(unit, kept.item, _entered(kept, paper, who))
        elif read_paper(kept.answer.encode(), ACCEPTANCE, REFUSAL).kind != paper.kind:
            raise BadPaper("got another answer than the one taken in before, expected the same")
        also(unit, paper)
        return replace(kept, answer=kept.answer or paper.data.decode())


def _entered(kept: Kept, paper: SignedPaper, who: Deed) -> Deed:
    """Say the answer as an act of custody; what stayed here is not moved by it."""
    said = paper.document
    word = "accepted" if paper.kind == ACCEPTANCE else REFUSED
    act = word if kept.act == TRANSFERRED else "noted"
    why = f": {said['why']}" if paper.kind == REFUSAL else ""
    result = f"{word} by {said['person']} ({said['post']}, {said['from']}) at {said['at']}{why}"
    return replace(who, act=act, result=result, hashes={HANDOVER: said["paper"], paper.kind: paper.digest})

"""What the papers say of an item here: within which limits it is held, whether it was called back, who else holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from comity.kernel.clock import stamp
from comity.store.engine import Unit

from .errors import BadPaper, ItemRecalled
from .limits import UseLimits
from .papers import ACCEPTANCE, CONFIRMATION, HANDOVER, KINDS, RECALL, REFUSAL, SignedPaper, read_paper
from .tables import IN, OUT, Kept, find_papers

RECALLED, CORRECTED = "recalled", "corrected"


@dataclass(frozen=True)
class Holder:
    """A party to which an item was handed over, and what it said since."""

    party: str
    handed: Kept
    accepted_at: str = ""
    refused_at: str = ""
    notice: str = ""
    confirmed_at: str = ""
    onward: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give the holder as JSON data."""
        return {
            "party": self.party, "hand_over": self.handed.id, "act": self.handed.act, "at": stamp(self.handed.at),
            "accepted_at": self.accepted_at or None, "refused_at": self.refused_at or None, "notice": self.notice or None,
            "confirmed_at": self.confirmed_at or None, "handed_on_to": list(self.onward),
        }  # fmt: skip


@dataclass(frozen=True)
class Marks:
    """What whoever exports or looks at an item must see: its use limits, and the notice on it, if there is one."""

    limits: tuple[UseLimits, ...] = ()
    notice: Kept | None = None

    @property
    def why(self) -> str:
        """Give the reason in the notice."""
        return str(paper_of(self.notice).document["why"]) if self.notice else ""

    def plain(self) -> dict[str, Any]:
        """Give the marks as JSON data."""
        notice = {"kind": self.notice.act, "by": self.notice.party, "why": self.why} if self.notice else None
        return {"use_limits": [limits.plain() for limits in self.limits], "notice": notice}


def marks_on(unit: Unit, item: str) -> Marks:
    """Give the marks on an item."""
    return Marks(tuple(limits_here(unit, item)), notice_on(unit, item))


def paper_of(kept: Kept) -> SignedPaper:
    """Read a paper as it is kept."""
    return read_paper(kept.paper.encode(), *KINDS)


def asked_by(unit: Unit, answer: SignedPaper, kind: str, *, refusal: str) -> Kept:
    """Find the paper of this node, of a *kind*, on which its receiver wrote an answer.

    Raises:
        BadPaper: there is none, or it went to somebody else or said something else; the text is *refusal*.
    """
    said = answer.document
    kept = next(iter(find_papers(unit, id=said["about"], way=OUT, kind=kind)), None)
    if kept is None or kept.party != said["from"] or paper_of(kept).digest != said["paper"]:
        raise BadPaper(refusal)
    return kept


def limits_here(unit: Unit, item: str) -> list[UseLimits]:
    """Give the limits under which an item was handed over to this node, one for each hand-over that has any."""
    found = [paper_of(kept).document.get("limits") for kept in find_papers(unit, way=IN, kind=HANDOVER, item=item)]
    return [UseLimits.read(limits) for limits in found if limits]


def notice_on(unit: Unit, item: str) -> Kept | None:
    """Give the notice for which an item is not handed on: a recall, or a correction since which nothing new came."""
    for way in (IN, OUT):
        for kept in reversed(find_papers(unit, way=way, kind=RECALL, item=item)):
            if kept.act == RECALLED:
                return kept
            newer = find_papers(unit, way=IN, kind=HANDOVER, item=item, party=kept.party)
            if way == IN and not any(one.id > kept.id for one in newer):
                return kept
    return None


def check_not_recalled(unit: Unit, item: str) -> None:
    """See that an item was not called back.

    Raises:
        ItemRecalled: it was, or was corrected and nothing new has come.
    """
    if kept := notice_on(unit, item):
        why = paper_of(kept).document["why"]
        raise ItemRecalled(f"got an item that was {kept.act} ({why}), expected one that may be handed on", field=item)


def holders(unit: Unit, item: str) -> list[Holder]:
    """List every party to which this node handed an item or some of its files."""
    return [_holder(unit, kept) for kept in find_papers(unit, way=OUT, kind=HANDOVER, item=item)]


def _holder(unit: Unit, kept: Kept) -> Holder:
    notices = find_papers(unit, way=OUT, kind=RECALL, about=kept.id)
    last = notices[-1] if notices else None
    answer = read_paper(last.answer.encode(), CONFIRMATION).document if last and last.answer else {}
    said = read_paper(kept.answer.encode(), ACCEPTANCE, REFUSAL) if kept.answer else None
    return Holder(
        kept.party,
        kept,
        said.document["at"] if said and said.kind == ACCEPTANCE else "",
        said.document["at"] if said and said.kind == REFUSAL else "",
        last.act if last else "",
        answer.get("at", ""),
        tuple(answer.get("onward", ())),
    )


def was_refused(kept: Kept) -> bool:
    """Tell whether the other party refused what was handed over to it."""
    return bool(kept.answer) and read_paper(kept.answer.encode(), ACCEPTANCE, REFUSAL).kind == REFUSAL

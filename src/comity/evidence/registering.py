"""Registering a sealed bag: what its own description says becomes the first entries of its custody here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from .custodyentry import Deed, Hand
from .custodytables import Bag
from .model import Generation


def bag_of(generation: Generation, path: Path, *, at: datetime, peer: str = "") -> Bag:
    """Give a sealed generation as the node lists it; one that came from a *peer* is of that party's case."""
    case = generation.act.case
    return Bag(
        digest=generation.digest, item=generation.act.item, root=generation.root, files=generation.files,
        size=generation.size, path=str(path), at=at, number=generation.number, former=generation.former,
        case=f"{peer}:{case}" if peer and case else case,
    )  # fmt: skip


def arrival(generation: Generation, who: Deed, source: str = "") -> list[Deed]:
    """Give the entries with which a bag comes into custody.

    *who* says who registers it, where and why. A bag of this party was acquired and sealed by whom its description says;
    one of another party was received, from the post *source* there. A later generation was sealed upon the former.
    """
    act, figures = generation.act, f"{generation.files} files, {generation.size} bytes"
    taken_by = replace(who.by, person=act.by or who.by.person)
    who = replace(who, why=act.why or who.why, authority=act.authority or who.authority)
    if source or act.party not in ("", who.by.party):
        sender = Hand(source, act.party, act.by)
        return [replace(who, act="received", to=sender, result=figures, happened=None)]
    sealed = replace(who, act="sealed", by=taken_by, result=figures, happened=generation.sealed, tool="comity")
    if generation.number > 1:
        return [sealed]
    acquired = replace(who, act="acquired", by=taken_by, place=act.place or who.place, happened=generation.begun)
    return [acquired, sealed]

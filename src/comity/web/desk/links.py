"""The requests to which one belongs: what it extends, follows or corrects, and what came of it; those that a person may read."""

from __future__ import annotations

from dataclasses import dataclass

from comity.kernel.language import _
from comity.requests import tables
from comity.requests.model import OUT, Request

from .visit import Visit


@dataclass(frozen=True)
class Link:
    """A request to which another one belongs, in words, and where its page is."""

    request: Request
    words: str
    path: str


def links(visit: Visit, request: Request) -> list[Link]:
    """Give the requests to which one belongs, as far as the person knows of their cases."""
    ours = request.direction == OUT
    with visit.desk.node.store.read() as unit:
        found = tables.linked(unit, request)
    place, act = ("/request/", "request.read") if ours else ("/incoming/", "inbox.read")
    known = {
        one.case: visit.may(act, one.case if ours else f"{one.peer}:{one.case}") for one, _relation, _later in found
    }
    return [
        Link(one, _words(relation, later=later), f"{place}{one.id}")
        for one, relation, later in found
        if known[one.case]
    ]


def _words(relation: str, *, later: bool) -> str:
    words = {
        ("extends", False): _("extends"),
        ("extends", True): _("is extended by"),
        ("corrects", False): _("corrects"),
        ("corrects", True): _("is corrected by"),
    }
    return words.get((relation, later), _("is followed by") if later else _("follows"))

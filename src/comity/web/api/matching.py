"""Matching: in which of the person's own cases identifiers stand, and which of them share some; no other case counts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from starlette.responses import Response

from comity.kernel.clock import moment
from comity.matching.model import OPEN, Link

from ..acts.matching import common
from .answers import Answer, Hit, LinkRow, Listed, RelatedCase
from .asked import LookUp, Verdict
from .call import Asked, Called, data, listed
from .operations import JSON, Operation, by_case

Since = Annotated[str, Query(max_length=30, description="Only with a case to which something was added since then.")]


class MetRow(Answer):
    """An identifier that several of the person's cases share."""

    kind: str
    value: str
    cases: list[str]
    weight: float


class PairRow(Answer):
    """Two of the person's cases, how many identifiers both have, and what those weigh."""

    case_a: str
    case_b: str
    shared: int
    score: float


def look_up(call: Called, wanted: LookUp) -> Response:
    """Say in which of the person's cases identifiers stand."""
    pairs = [(one.kind, one.value) for one in wanted.identifiers]
    rows = [asdict(one) | {"common": one.common} for one in call.node.correlator.look_up(pairs, call.cases())]
    return data({"items": rows, "total": len(rows), "next": None})


def list_related(call: Called, case: str, piece: Asked) -> Response:
    """List the person's cases that share identifiers with a case, the strongest first, and what they share."""
    return listed([asdict(one) for one in call.node.correlator.related(case, call.cases())], piece)


def list_case_links(call: Called, piece: Asked, everything: bool = False) -> Response:
    """List the links between cases of which the person knows both: those that are open, or all."""
    found = call.node.correlator.links(call.cases(), "" if everything else OPEN)
    return listed([_plain(one) for one in found], piece)


def list_across(call: Called, piece: Asked, since: Since = "") -> Response:
    """List the identifiers that two or more of the person's cases share, those of the fewest cases first."""
    found = common(call.actor, since=_moment(since), top=piece.skip + piece.limit)
    return listed([asdict(one) for one in found.met[piece.skip :]], piece, found.shared)


def list_pairs(call: Called, piece: Asked, since: Since = "") -> Response:
    """List the pairs of the person's cases that share enough to be looked at, the strongest first; at most a thousand."""
    return listed([asdict(one) for one in common(call.actor, pairs=True, since=_moment(since)).pairs], piece)


def decide_link(call: Called, link: Annotated[str, Path(max_length=80)], said: Verdict) -> Response:
    """Say what a link between two cases is worth, in the caller's name."""
    found = call.node.correlator.decide(
        link, said.verdict, by=call.person.label, reason=said.reason[:400], visible=call.cases()
    )
    return data(_plain(found))


def _moment(since: str) -> datetime | None:
    return moment(since, field="since") if since else None


def _plain(one: Link) -> dict[str, Any]:
    names = ("id", "case_a", "case_b", "score", "state")
    return {name: getattr(one, name) for name in names}


OPERATIONS = (
    Operation("GET", "/matching/across", "matching.list", list_across, Listed[MetRow]),
    Operation("GET", "/matching/pairs", "matching.list", list_pairs, Listed[PairRow]),
    Operation("GET", "/matching/links", "matching.list", list_case_links, Listed[LinkRow]),
    Operation("POST", "/matching/links/{link}", "matching.decide", decide_link, LinkRow, takes=JSON),
    Operation("POST", "/matching/look-up", "search.run", look_up, Listed[Hit], takes=JSON, most=1 << 18),
    Operation("GET", "/matching/related", "case.read", list_related, Listed[RelatedCase], case=by_case),
)

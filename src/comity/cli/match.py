"""`comity match`: which cases of this node share identifiers."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.language import _

from .home import home_option
from .output import console, emit, emit_each, json_option, plain, progress

if TYPE_CHECKING:
    from comity.matching.model import Link, Related


@click.group()
def match() -> None:
    """Cases of this node that share identifiers.

    What is found is work for a person, not a conclusion. Who works the node from here sees every case; on the pages of
    the desk everybody sees his own.
    """


@match.command()
@click.argument("identifiers", nargs=-1, required=True)
@home_option
@json_option
def look(identifiers: tuple[str, ...], home: Path, as_json: bool) -> None:
    """Say in which cases IDENTIFIERS stand, each as KIND:VALUE, such as phone:+84912345678."""
    from comity.matching.model import EVERY_CASE
    from comity.node.service import open_node

    wanted = []
    for text in identifiers:
        kind, colon, value = text.partition(":")
        if not colon or not value:
            advice = "Write ip:192.0.2.7 or email:nova@example.org."
            raise BadInput(f"got {text[:60]!r}, expected KIND:VALUE", field="IDENTIFIERS", advice=advice)
        wanted.append((kind, value))
    with open_node(home) as node:
        hits = node.correlator.look_up(wanted, EVERY_CASE)
    rows = [
        {"kind": h.kind, "value": h.value, "cases": list(h.cases), "count": h.count, "common": h.common} for h in hits
    ]
    emit(rows, as_json, lambda: _print_hits(rows))


@match.command("case")
@click.argument("reference")
@home_option
@json_option
def related(reference: str, home: Path, as_json: bool) -> None:
    """List the cases that share identifiers with the case REFERENCE, the strongest first, and what they share."""
    from comity.matching.model import EVERY_CASE
    from comity.node.service import open_node

    with open_node(home) as node:
        found = node.correlator.related(reference, EVERY_CASE)
    emit([_plain_related(one) for one in found], as_json, lambda: _print_related(found))


@match.command("across")
@click.option("--pairs", is_flag=True, help="The pairs of cases instead, the strongest first.")
@click.option(
    "--since", default="", help="Only what a case shares to which something was added since, as 2026-03-01T00:00:00Z."
)
@click.option("--top", type=click.IntRange(min=0), default=100, show_default=True, help="How many; 0 for all.")
@home_option
@json_option
def among_all(pairs: bool, since: str, top: int, home: Path, as_json: bool) -> None:
    """List the identifiers that two or more cases share, those of the fewest cases first.

    The whole store is gone through, in a private folder under TMPDIR and with 2 GB of memory. What more than fifty cases
    have is counted, not listed.
    """
    from comity.matching.across import across, size
    from comity.matching.model import EVERY_CASE
    from comity.matching.rules import CAP
    from comity.node.service import open_node

    first = moment(since, field="--since") if since else None
    with open_node(home) as node, ExitStack() as open_:
        with progress(_("going through the postings"), size(node.store), as_json) as advance:
            found = open_.enter_context(across(node.store, EVERY_CASE, first, advance))
        if pairs:
            emit_each(map(asdict, found.pairs(top)), as_json, _print_pair)
        else:
            emit_each(map(asdict, found.met(top)), as_json, _print_met)
        if not as_json:
            words = _("Shared by two cases or more: {shared}. Common, in more than {cap} cases each: {common}.")
            console().print(words.format(shared=found.shared, common=found.common, cap=CAP))


@match.command()
@click.option("--all", "everything", is_flag=True, help="Those that were decided, too.")
@home_option
@json_option
def links(everything: bool, home: Path, as_json: bool) -> None:
    """List the pairs of cases that wait for somebody to look at them."""
    from comity.matching.model import EVERY_CASE, OPEN
    from comity.node.service import open_node

    with open_node(home) as node:
        found = node.correlator.links(EVERY_CASE, "" if everything else OPEN)
    rows = [plain_link(link) for link in found]
    emit(rows, as_json, lambda: print_links(rows))


@match.command()
@click.argument("link")
@click.argument("verdict", type=click.Choice(["confirmed", "dismissed"]))
@click.option("--by", required=True, help="Post or person who decides.")
@click.option("--reason", required=True, help="Why.")
@home_option
@json_option
def decide(link: str, verdict: str, by: str, reason: str, home: Path, as_json: bool) -> None:
    """Record what a named person says of LINK, and why."""
    from comity.matching.model import EVERY_CASE
    from comity.node.service import open_node

    with open_node(home) as node:
        done = plain_link(node.correlator.decide(link, verdict, by=by, reason=reason, visible=EVERY_CASE))
    emit(done, as_json, lambda: print_links([done]))


def plain_link(link: Link) -> dict[str, Any]:
    """Give a link as JSON data."""
    return {
        "id": link.id,
        "case_a": link.case_a,
        "case_b": link.case_b,
        "score": link.score,
        "found_at": stamp(link.found_at),
        "state": link.state,
        "by": link.by,
        "reason": link.reason,
    }


def _plain_related(one: Related) -> dict[str, Any]:
    shared = [{"kind": x.kind, "value": x.value, "degree": x.degree, "weight": round(x.weight, 2)} for x in one.shared]
    return {"case": one.case, "score": one.score, "shared": shared}


def _print_hits(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        known = ", ".join(row["cases"]) or _("in no case here")
        if row["common"]:
            known = _("common: in {n} cases, such as {cases}").format(n=row["count"], cases=", ".join(row["cases"][:5]))
        console().print(plain(f"{row['kind']}:{row['value']}  {known}"))


def _print_met(row: dict[str, Any]) -> None:
    what, cases = f"{row['kind']}:{row['value']}", ", ".join(row["cases"])
    console().print(plain(_("{what}, weight {weight}: {cases}").format(what=what, weight=row["weight"], cases=cases)))


def _print_pair(row: dict[str, Any]) -> None:
    words = _("{case_a} and {case_b}, weight {score}, identifiers shared: {shared}").format(**row)
    console().print(plain(words))


def _print_related(found: tuple[Related, ...]) -> None:
    for one in found:
        console().print(plain(_("{case}: weight {score}").format(case=one.case, score=one.score)))
        for x in one.shared[:20]:
            console().print(plain("  " + _("{what}, in {n} cases").format(what=f"{x.kind}:{x.value}", n=x.degree)))
    if not found:
        console().print(_("No other case shares anything with it."))


def print_links(rows: list[dict[str, Any]], *, quiet: bool = False) -> None:
    """Print links for people, and that there is none unless *quiet*."""
    for row in rows:
        words = _("{id}: {case_a} and {case_b}, weight {score}, {state}").format(**row)
        console().print(plain(words))
    if not rows and not quiet:
        console().print(_("Nothing waits."))

"""`comity returns keep|kept`: returns that a node keeps for a case, and what they share with other cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.clock import stamp
from comity.kernel.language import _

from .home import home_option
from .match import plain_link, print_links
from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.analysis.model import Kept
    from comity.matching.model import Sighting


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--case", "reference", required=True, help="Case that the return belongs to.")
@click.option("--request", default="", help="Request that it answers.")
@click.option("--item", default="", help="Sealed item that holds its files.")
@click.option("--by", default="", help="Post or person who read it.")
@home_option
@json_option
def keep(folder: Path, reference: str, request: str, item: str, by: str, home: Path, as_json: bool) -> None:
    """Keep the return that was read into FOLDER, and match what it holds with other cases.

    A copy stays with the node. The same return twice has one effect. Cases that share rare identifiers become links for
    somebody to look at: `comity match links`.
    """
    from comity.node.service import open_node

    with open_node(home) as node:
        kept, new = node.catalogue.keep(folder, case=reference, request=request, item=item, by=by)
        found = node.correlator.post(reference, kept.id, _sightings(node.catalogue.folder / kept.id))
    result = {**_plain(kept), "new": new, "links": [plain_link(link) for link in found]}
    emit(result, as_json, lambda: _print_kept(result))


@click.command()
@click.option("--case", "reference", default="", help="Of this case only.")
@home_option
@json_option
def kept(reference: str, home: Path, as_json: bool) -> None:
    """List the returns that the node keeps."""
    from comity.node.service import open_node

    with open_node(home) as node:
        rows = [_plain(one) for one in node.catalogue.every(reference)]
    emit(rows, as_json, lambda: _print_list(rows))


def _sightings(folder: Path) -> Iterator[Sighting]:
    from comity.analysis.dataset import Dataset
    from comity.matching.model import Sighting

    with Dataset([folder]) as data:
        for row in data.rows("sightings"):
            kind, _colon, value = row["key"].partition(":")
            yield Sighting(kind, value, row["records"], row["first"], row["last"])


def _plain(one: Kept) -> dict[str, Any]:
    return {
        "id": one.id,
        "case": one.case,
        "request": one.request,
        "item": one.item,
        "records": one.records,
        "states": one.states,
        "by": one.by,
        "at": stamp(one.at),
    }


def _print_kept(result: dict[str, Any]) -> None:
    words = _("kept for the case {case}: {id}") if result["new"] else _("kept before for the case {case}: {id}")
    console().print(plain(words.format(case=result["case"], id=result["id"])))
    print_links(result["links"], quiet=True)


def _print_list(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        counted = ", ".join(f"{kind} {n}" for kind, n in row["records"].items())
        console().print(plain(f"{row['at']}  {row['case']}  {row['id'][:12]}  {counted}"))
    if not rows:
        console().print(_("None is kept."))

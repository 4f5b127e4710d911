"""Who stands with whom: identifiers in columns by kind, and a band for each link."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from comity.kernel.language import _

from .picture import PALE, Picture

COLUMN, ROW, LEFT, TOP, LABEL = 380, 24, 40, 70, 170
MOST = 80
FILLS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b6570")


def link_chart(links: Sequence[dict[str, Any]]) -> str:
    """Draw the links between the identifiers that stand in most records; says how many are left out."""
    weight: dict[str, int] = defaultdict(int)
    for link in links:
        weight[link["a"]] += link["records"]
        weight[link["b"]] += link["records"]
    shown = sorted(weight, key=lambda node: (-weight[node], node))[:MOST]
    columns: dict[str, list[str]] = defaultdict(list)
    for node in shown:
        columns[node.partition(":")[0]].append(node)
    height = TOP + ROW * max(map(len, columns.values()), default=1) + 20
    title = _("Links between identifiers")
    left_out = len(weight) - len(shown)
    picture = Picture(title, words(links, left_out), max(LEFT * 2 + COLUMN * len(columns), 400), height)
    picture.text(10, 24, title, size=16, bold=True)
    if left_out:
        picture.text(
            10, 42, _("{n} identifiers with fewer records are not drawn.").format(n=left_out), size=11, room=200
        )
    _untangle(columns, links)
    places = _places(picture, columns)
    for link in links:
        if link["a"] in places and link["b"] in places:
            _band(picture, places, link)
    for node, (x, y) in places.items():
        picture.box(x - 4, y - 4, 8, 8, FILLS[list(columns).index(node.partition(":")[0]) % len(FILLS)])
        picture.text(x + 8, y + 4, f"{node.partition(':')[2]} ({weight[node]})", size=11, room=28)
    return picture.svg()


def _places(picture: Picture, columns: dict[str, list[str]]) -> dict[str, tuple[float, float]]:
    places = {}
    for number, (kind, nodes) in enumerate(columns.items()):
        x = LEFT + number * COLUMN
        picture.text(x, TOP - 12, kind, size=12, bold=True)
        for row, node in enumerate(nodes):
            places[node] = (x + 6.0, TOP + row * ROW + ROW / 2)
    return places


def _untangle(columns: dict[str, list[str]], links: Sequence[dict[str, Any]]) -> None:
    """Put each node of a column beside the nodes of the columns before it that it stands with."""
    before: dict[str, float] = {}
    for nodes in columns.values():
        known = {node: [before[o] for o in _others(node, links) if o in before] for node in nodes}
        nodes.sort(key=lambda node: sum(known[node]) / len(known[node]) if known[node] else len(nodes))
        before |= {node: float(row) for row, node in enumerate(nodes)}


def _others(node: str, links: Sequence[dict[str, Any]]) -> list[str]:
    return [x["b"] if x["a"] == node else x["a"] for x in links if node in (x["a"], x["b"])]


def _band(picture: Picture, places: dict[str, tuple[float, float]], link: dict[str, Any]) -> None:
    """Draw a link behind the names: from the right of the one to the left of the other, or out to the left and back."""
    (x1, y1), (x2, y2) = sorted((places[link["a"]], places[link["b"]]))
    tip = f"{link['a']} {link['kind']} {link['b']}: {link['records']}"
    width = 1 + math.log2(1 + link["records"]) / 1.5
    if x1 == x2:
        out = min(10 + abs(y2 - y1) / 6, LEFT - 8)
        picture.band(x1, y1, x1 - out, (y1 + y2) / 2, width=width, colour=PALE, tip=tip)
        picture.band(x1 - out, (y1 + y2) / 2, x2, y2, width=width, colour=PALE, tip=tip)
    else:
        picture.line(x1, y1, x1 + LABEL, y1, width=width)
        picture.band(x1 + LABEL, y1, x2, y2, width=width, colour=PALE, tip=tip)


def words(links: Sequence[dict[str, Any]], left_out: int) -> str:
    """Say the strongest links in words."""
    if not links:
        return _("No two identifiers stand together in a record.")
    listed = "; ".join(f"{x['a']} {x['kind']} {x['b']} ({x['records']})" for x in links[:20])
    return _("{n} links; the strongest: {listed}. Not drawn: {left_out} identifiers.").format(
        n=len(links), listed=listed, left_out=left_out
    )

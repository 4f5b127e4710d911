"""Pictures of records."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from builders.records import START, logged, paid, written
from comity.analysis.dataset import Dataset
from comity.analysis.drawing.flowchart import flow_chart
from comity.analysis.drawing.linkchart import link_chart
from comity.analysis.drawing.timelinechart import timeline_chart
from comity.analysis.drawing.weekchart import week_chart
from comity.analysis.flow import follow, movements
from comity.analysis.reconcile import FIRST, LAST
from comity.analysis.rhythm import rhythm

EVIL = '<script>alert("x")</script>&\x00\x1b\ud800'.encode("utf-8", "ignore").decode()
DRAWN = ["flow", "links", "timeline", "week"]


def draw(name: str, folder: Path, start: str = "account:1-1") -> etree._Element:
    """Draw one of the pictures of a folder of records."""
    with Dataset([folder]) as data:
        pictures = {
            "flow": lambda: flow_chart(follow(movements(data), start, since=FIRST, until=LAST), "EUR"),
            "links": lambda: link_chart(data.rows("links")),
            "timeline": lambda: timeline_chart(data.rows("timeline", since=FIRST, until=LAST), zone="Asia/Ho_Chi_Minh"),
            "week": lambda: week_chart(rhythm(data), who="", zone="UTC"),
        }
        return etree.fromstring(pictures[name]().encode(), etree.XMLParser(resolve_entities=False))


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_says_the_same_in_words(name: str, tmp_path: Path) -> None:
    """Each picture is well-formed and has a title and a description that is not empty."""
    rows = [paid("1-1", "1-2", "5", START), paid("1-2", "1-3", "4", START), logged("u1", "192.0.2.7", START)]
    drawn = draw(name, written(tmp_path / "r", rows))
    names = {child.get("id"): child.text for child in drawn if child.get("id")}
    assert names["name"] and len(names["words"] or "") > 20


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_to_draw_is_said(name: str, tmp_path: Path) -> None:
    """Without a fitting record the picture stands, and says that there is none."""
    assert draw(name, written(tmp_path / "r", [("claim", {"about": "name"})])).tag.endswith("svg")


@pytest.mark.parametrize("name", DRAWN)
def test_what_records_say_is_never_markup(name: str, tmp_path: Path) -> None:
    """Text with tags, entities and control characters is shown as text, and no element beyond shapes appears."""
    rows = [paid("1-1", EVIL, "5", START), logged(EVIL, "192.0.2.7", START), logged(EVIL, "192.0.2.8", START)]
    drawn = draw(name, written(tmp_path / "r", rows))
    tags = {etree.QName(x).localname for x in drawn.iter()}
    assert tags <= {"svg", "title", "desc", "rect", "line", "path", "text"}


def test_a_timeline_of_many_stays_small(tmp_path: Path) -> None:
    """Twenty thousand records are drawn in less than a megabyte."""
    rows = [logged(f"u{n % 50}", "192.0.2.7", START + timedelta(seconds=17 * n)) for n in range(20_000)]
    assert len(etree.tostring(draw("timeline", written(tmp_path / "r", rows)))) < 7_000_000

"""Evidence and returns at the desk: items with their custody, records drawn and in tables, links between cases, search."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import follow
from builders.desk import Served, Visitor
from builders.exhibits import SHARED, item, kept, posted

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CASE, SECOND, THIRD, ITEM = "VA-2026-338", "VA-2026/340", "VA-2026-777", "E-2026-17"
RARE = [f"ip:{SHARED}", "phone:+12025550101", "phone:+12025550102"]


@pytest.fixture(scope="module")
def filled(desk: Served, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A desk with a case that has a request, an item and a return, a second case of the same persons, and a stranger's third."""
    folder: Path = tmp_path_factory.mktemp("filled")
    desk.nodes.draft()
    kept(desk, folder / "return", CASE)
    item(desk, folder, CASE, ITEM)
    for number in range(20):
        posted(desk, f"OTHER-{number}", f"ip:198.51.100.{number}")
    for case in (CASE, SECOND, THIRD):
        posted(desk, case, *RARE)
    desk.person("binh", "custodian", "drafter")
    for case in (CASE, SECOND):
        desk.member("binh", case)
    desk.person("stranger", "drafter")
    desk.member("stranger", THIRD)
    return desk


@pytest.fixture(scope="module")
def binh(filled: Served) -> Visitor:
    """The custodian of two of the three cases."""
    return filled.client("binh", "custodian", "drafter")


def test_items_of_the_own_cases_are_listed(binh: Visitor, filled: Served) -> None:
    """An item is listed with its holder for who knows of its case, and for nobody else."""
    text = binh.read("/evidence")
    assert ITEM in text
    assert "evidence room, VN.a05" in text
    assert ITEM not in filled.client("stranger", "drafter").read("/evidence")


def test_an_item_tells_its_custody(binh: Visitor) -> None:
    """The chain is checked against the log, drawn with its hands, and told entry by entry; the paper is a PDF."""
    text = binh.read(f"/item/{ITEM}")
    for words in ("The chain of custody holds", "laboratory", "two accounts found", "7 entries"):
        assert words in text, words
    drawn = binh.get(f"/evidence/drawn/{ITEM}")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.text.count("stroke-dasharray") == 2
    assert "Phạm Thị Dung" in drawn.text
    assert binh.get(f"/evidence/paper/{ITEM}").content.startswith(b"%PDF")


def test_a_bag_is_verified_where_it_lies(binh: Visitor) -> None:
    """The button verifies the bag layer by layer."""
    text = binh.post(f"/evidence/verify/{ITEM}", page=f"/item/{ITEM}").text
    assert "Nothing failed" in text


def test_what_came_back_is_shown(binh: Visitor) -> None:
    """Coverage, pictures, tables with links to rows, the flow of money, and related cases stand with the case."""
    text = binh.read(f"/returns/{CASE}")
    assert "10 of 10 units read" in text
    assert SECOND in text
    for name in ("timeline", "links", "week"):
        answer = binh.get(f"/records/drawn/{name}/{CASE}")
        assert answer.headers["content-type"].startswith("image/svg+xml"), name
        assert "<script" not in answer.text
    flow = binh.get(f"/returns/{CASE}?start=account%3Aacct-victim").text
    assert "acct-mule" in flow.partition("Where the money went")[2]
    assert "acct-exit" in flow.partition("Where it may still lie")[2]
    assert "acct-mule" in binh.get(f"/records/drawn/flow/{CASE}?start=account%3Aacct-victim").text


@pytest.mark.parametrize("name", ["timeline", "links", "meetings", "movements"])
def test_tables_lead_to_records(binh: Visitor, name: str) -> None:
    """Each table shows its beginning; a row of one record leads to what the record says."""
    text = binh.get(f"/records/table/{name}/{CASE}").text
    assert "<tbody>" in text
    if name in ("timeline", "movements"):
        path = text.partition('href="/records/one/')[2].partition('"')[0]
        assert "return.csv" in binh.read(f"/records/one/{path}") or "Row" in binh.read(f"/records/one/{path}")


def test_a_link_is_decided(binh: Visitor, filled: Served) -> None:
    """A person decides on a link between two cases that he may read, with a reason; without one he is told."""
    from comity.matching.model import EVERY_CASE

    links = filled.desk.node.correlator.links(EVERY_CASE)
    mine = next(one for one in links if {one.case_a, one.case_b} == {CASE, SECOND})
    assert SECOND in binh.read("/matching")
    assert THIRD not in binh.read("/matching")
    path = f"/matching/{mine.id}"
    assert binh.post(path, {"verdict": "confirmed", "reason": ""}, page="/matching").status_code == 422
    assert binh.post(path, {"verdict": "confirmed", "reason": "the same address"}, page="/matching").status_code == 303
    assert "the same address" in binh.read("/matching?all=yes")
    assert "No link waits" in binh.read("/matching")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("savings account", CASE),
        ("VA-2026-338", "VN.a05-2026-0001"),
        ("mule@EXAMPLE.org", "VN.a05-2026-0001"),
        (SHARED, SECOND),
        ("nothing of the sort", "Nothing of your cases"),
        ("%", "Nothing of your cases"),
    ],
)
def test_search_finds_ones_own(binh: Visitor, question: str, words: str) -> None:
    """Words, references and identifiers find one's cases and requests; nothing of others."""
    answer = binh.client.get("/search", params={"q": question})
    assert answer.status_code == 200
    assert words in answer.text
    assert THIRD not in answer.text


def test_search_finds_nothing_of_others(filled: Served) -> None:
    """Who knows of another case finds only that one."""
    text = filled.client("stranger", "drafter").client.get("/search", params={"q": SHARED}).text
    assert THIRD in text
    assert CASE not in text


@pytest.mark.browser
def test_a_custodian_follows_an_item(browser: Browser, filled: Served) -> None:
    """From the list to the item and its drawn custody to the records of its case, without script."""
    with filled.browser(browser, "binh", "custodian", "drafter", java_script_enabled=False) as page:
        page.goto("/")
        follow(page.get_by_role("link", name="Evidence"))
        follow(page.get_by_role("link", name=ITEM))
        drawn = page.get_by_role("img", name="7 entries")
        drawn.wait_for()
        page.wait_for_load_state("load")
        assert drawn.evaluate("one => one.complete && one.naturalWidth > 0")
        page.goto(f"/returns/{CASE}")
        page.get_by_label("Start at").select_option("account:acct-victim")
        follow(page.get_by_role("button", name="Follow"))
        page.get_by_role("img", name="The flow, drawn").wait_for()

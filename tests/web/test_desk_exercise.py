"""An exercise says so wherever it stands: in lists, on its pages, on both desks, in words and in colour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import judged
from builders.desk import Served, Visitor, served_on
from builders.exchange import SG
from builders.nodes import opened
from builders.officers import known
from builders.world import CASE
from comity.accounts import knowledge
from comity.requests.drafting import draft
from comity.requests.intake import receive
from comity.requests.model import Request
from comity.requests.release import release, seal_request

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MARK = 'class="badge exercise"'


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Served, Request]]:
    """An exercise that VN.a05 released and SG.orchid took in, and the desks of both."""
    folder: Path = tmp_path_factory.mktemp("exercise")
    with opened(folder) as nodes, served_on(nodes) as office, served_on(nodes, party=SG) as company:
        nodes.draft()
        made = draft(
            nodes.office(),
            str(CASE["reference"]),
            measure="preserve",
            to=SG,
            sheets=[nodes.sheet(_sheet())],
            exercise=True,
        )
        seal_request(nodes.office(), made.id, nodes.key("draft"))
        sent = release(nodes.office(), made.id, nodes.key("release"))
        receive(nodes.office(SG), nodes.carried(sent))
        office.person("lan", "drafter", "officer")
        known(office, "lan")
        company.person("wei", "provider")
        yield office, company, sent


def _sheet() -> dict[str, object]:
    from builders.world import SHEET

    return dict(SHEET)


def marked(visitor: Visitor, path: str, name: str) -> bool:
    """Whether the row or page that names a request has the mark."""
    text = visitor.get(path).text
    assert name in text, path
    return MARK in text and "Exercise" in text


def test_the_own_side_says_it_everywhere(rehearsed: tuple[Served, Served, Request]) -> None:
    """Home, the list of cases, the case, the request, and search mark the exercise; the request beside it is not marked."""
    office, _company, made = rehearsed
    lan = office.client("lan")
    for path in ("/", "/cases", f"/case/{CASE['reference']}", f"/request/{made.id}", f"/search?q={made.reference}"):
        assert marked(lan, path, made.reference), path
    assert "it is answered like a real one" in lan.read(f"/request/{made.id}")
    with office.desk.node.store.read() as unit:
        from comity.requests import tables

        (real,) = [one for one in tables.find_requests(unit, case=made.case) if one.id != made.id]
    assert MARK not in lan.get(f"/request/{real.id}").text


def test_the_other_side_sees_it_before_it_is_taken_up_and_after(rehearsed: tuple[Served, Served, Request]) -> None:
    """The inbox marks it among what is new; then inbox, queue, home and its page do."""
    _office, company, made = rehearsed
    wei = company.client("wei")
    assert marked(wei, "/inbox", made.reference)
    with company.crew.staff.store.write() as unit:
        case = f"VN.a05:{made.case}"
        knowledge.begin(company.crew.staff, unit, company.crew.people["wei"], case, "takes it up")
    for path in ("/", "/inbox", "/queue", f"/incoming/{made.id}"):
        assert marked(wei, path, made.reference), path


def test_a_case_of_exercises_begins_the_next_one_as_an_exercise(rehearsed: tuple[Served, Served, Request]) -> None:
    """The box is ticked by itself where all requests of the case are exercises, and not where a real one is among them."""
    office, _company, made = rehearsed
    nodes = office.nodes
    from comity.requests.cases import import_case

    import_case(nodes.office(), nodes.sheet(CASE | {"reference": "VA-DRILL"}))
    draft(nodes.office(), "VA-DRILL", measure="preserve", to=SG, exercise=True)
    known(office, "lan", "VA-DRILL")
    lan, box = office.client("lan"), 'name="exercise" value="yes"'
    assert f"{box} checked" in lan.get("/case/VA-DRILL").text
    assert f"{box} checked" not in lan.get(f"/case/{made.case}").text


@pytest.mark.browser
def test_an_exercise_is_told_in_both_colour_schemes(
    browser: Browser, rehearsed: tuple[Served, Served, Request]
) -> None:
    """The mark and the note can be read in the light and in the dark, on a small screen too."""
    office, _company, made = rehearsed
    with office.browser(browser, "lan", "drafter", "officer") as page:
        page.set_viewport_size({"width": 320, "height": 720})
        for path in ("/", f"/request/{made.id}"):
            page.goto(path)
            page.locator(".exercise").first.wait_for()
            for colours in ("light", "dark"):
                page.emulate_media(color_scheme=colours)
                assert judged(page) == [], (path, colours)
            assert page.evaluate("document.documentElement.scrollWidth") == 320

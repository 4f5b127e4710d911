"""Lists come a page at once, each page after a place in a fixed order, and only of cases that one knows of."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from builders.desk import Served, Visitor
from builders.requests import example_request
from builders.world import CASE
from comity.accounts import tables as accounts
from comity.accounts.model import Member
from comity.requests import tables
from comity.requests.model import CaseFile, Deadline, Request

MANY, FEW = 105, 5
NEXT = re.compile(r'href="([^"]*after=[^"]+)">The next page<')


@pytest.fixture(scope="module")
def expected(desk: Served) -> list[str]:
    """What mai's list shows, in its order, after many requests came in: of her case, of somebody else's, of one that nobody knows of."""
    person = desk.person("mai", "provider").id
    now, document = desk.nodes.clock.now(), example_request()
    waiting = []
    with desk.desk.node.store.write() as unit:
        for case, who in (("known", person), ("foreign", "somebody else")):
            accounts.add(unit, Member(case, f"PH.cicc:{case}", who, who, "why", now))
        for number, case in enumerate(["known", "new"] * MANY + ["foreign"] * FEW):
            reference = f"{case.upper()}-{number:04}"
            one = Request(
                f"id-{number}", "in", reference, case, "PH.cicc", "preserve", "received", document, now, f"p-{number}"
            )
            tables.add_request(unit, one)
            due = now + timedelta(hours=number * 37 % 50)
            tables.put_clocks(unit, one.id, [Deadline(one.id, "reply_by", due, "asked")])
            if case == "known":
                waiting.append((due, one.id, reference))
    return [reference for _, _, reference in sorted(waiting)]


def walked(visitor: Visitor, path: str, shown: str) -> list[list[str]]:
    """What the pages of a list show, from the first one on, one after the other."""
    found = []
    while path:
        text = visitor.get(path).text
        found.append(list(dict.fromkeys(re.findall(shown, text))))
        after = NEXT.findall(text)
        path = unescape(after[-1]) if after else ""
    return found


def test_inbox_and_queue_come_in_pages(desk: Served, expected: list[str]) -> None:
    """A hundred rows at once, in the order of what is due, none twice, none left out, and none of a case of others."""
    visitor = desk.client("mai", "provider")
    for path in ("/inbox", "/queue", "/inbox?all=yes", "/queue?all=yes"):
        pages = walked(visitor, path, r"KNOWN-\d{4}")
        assert [len(page) for page in pages] == [100, MANY - 100]
        assert [one for page in pages for one in page] == expected
        assert all("FOREIGN" not in visitor.get(path).text for path in (path, f"{path.partition('?')[0]}?after=1"))
    home = visitor.read("/")
    assert f"{MANY - 10} more" in home
    assert f"{MANY} requests are new" in home
    assert f"{MANY} requests are new" in visitor.read("/queue")


def test_what_is_new_comes_in_pages(desk: Served, expected: list[str]) -> None:
    """What nobody knows of comes a hundred at once too, and the next page begins after the last of it."""
    assert expected
    visitor = desk.client("mai", "provider")
    first = visitor.get("/inbox").text
    following = re.search(r'href="(/inbox\?new=[^"]+)"', first)
    assert following
    pages = [set(re.findall(r"NEW-\d{4}", text)) for text in (first, visitor.get(unescape(following[1])).text)]
    assert [len(page) for page in pages] == [100, MANY - 100]
    assert not pages[0] & pages[1]


def test_a_page_follows_although_others_answer(desk: Served, expected: list[str]) -> None:
    """The last row of a page is answered meanwhile; what comes after it is neither left out nor told twice."""
    visitor = desk.client("mai", "provider")
    first = visitor.get("/inbox").text
    with desk.desk.node.store.write() as unit:
        last = tables.find_requests(unit, reference=expected[99])[0]
        clocks = tables.clocks_of(unit, last.id)
        tables.stop_clocks(unit, last.id, ["reply_by"])
        tables.change_request(unit, replace(last, state="refused"))
    second = visitor.get(unescape(NEXT.findall(first)[-1])).text
    with desk.desk.node.store.write() as unit:
        tables.put_clocks(unit, last.id, clocks)
        tables.change_request(unit, last)
    assert re.findall(r"KNOWN-\d{4}", second)[0] == expected[100]


def test_a_made_up_place_is_no_fault(desk: Served, expected: list[str]) -> None:
    """Whatever stands in the address, a page comes, and nothing of others."""
    assert expected
    visitor = desk.client("mai", "provider")
    for place in ("%00", "x", "0", "%F0%9F%98%80", "'%20OR%201=1", "~" * 500):
        for path in (f"/inbox?after={place}", f"/inbox?new={place}", f"/queue?after={place}"):
            found = visitor.get(path)
            assert (path, found.status_code, "FOREIGN" in found.text) == (path, 200, False)


def test_cases_come_in_pages(desk: Served) -> None:
    """Fifty cases at once by reference, each with its latest requests, and none of others."""
    visitor, person, now = desk.client("lan", "drafter"), desk.person("lan").id, desk.nodes.clock.now()
    with desk.desk.node.store.write() as unit:
        for number in range(120):
            name = f"{'ABC'[number % 3]}-{number:03}"
            tables.add_case(unit, CaseFile(name, CASE | {"reference": name}, now))
            if number % 3:
                accounts.add(unit, Member(name, name, person, person, "why", now))
        for number in range(6):
            made = Request(
                f"out-{number}", "out", f"REQ-{number}", "B-001", "SG.orchid", "preserve", "draft", example_request(),
                now + timedelta(minutes=number),
            )  # fmt: skip
            tables.add_request(unit, made)
    pages = walked(visitor, "/cases", r"<code>([ABC]-\d{3})</code>")
    assert pages == [[f"B-{n:03}" for n in range(1, 120, 3)] + [f"C-{n:03}" for n in range(2, 32, 3)],
                     [f"C-{n:03}" for n in range(32, 120, 3)]]  # fmt: skip
    first = visitor.read("/cases")
    assert re.findall(r"REQ-\d", first) == ["REQ-5", "REQ-4", "REQ-3", "REQ-2"]
    assert "2 more" in first

"""Evidence at the desk, form by form: files ticked over several pages, corrected and refused, entered by hand; and the same by programs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from builders.api import Program, program
from builders.browsing import judged
from builders.commands import comity
from builders.desk import Visitor
from builders.exchange import SG, VN
from builders.exhibits import item as exhibit
from builders.exhibits import posted
from builders.handing import CASE, Desks
from builders.handing import desks as two_desks
from builders.handover import ITEM
from builders.officers import KNOWN, SECRET, hidden
from comity.evidence.acquiring import Order, acquire
from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.model import Act
from comity.evidence.registering import arrival, bag_of
from comity.evidence.sealing import Seal
from comity.requests.receipts import take
from comity.web.desk.showing import spans

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MANY, HELD, KEY = "E-many", f"/item/{ITEM}", {"passphrase": SECRET}
FILES = f"/evidence/files/{MANY}"


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """Two desks; at the first an item of two files, and one of 250."""
    folder: Path = tmp_path_factory.mktemp("desks")
    with two_desks(folder) as made:
        source = folder / "many"
        source.mkdir()
        for number in range(250):
            (source / f"{number:03}.txt").write_text(f"file {number}")
        node = made.here.desk.node
        act = Act(MANY, by="Binh", why="a fraud", case=CASE, party=VN)
        sealed = acquire(Order(act, (source,), folder / "bag"), Seal(lambda n: bytes(range(n))), clock=node.clock)
        who = Deed("noted", Hand("evidence room", VN, "Binh"), why="a fraud")
        node.custodian.register(bag_of(sealed, folder / "bag", at=node.clock.now()), *arrival(sealed, who))
        yield made


@pytest.fixture(scope="module")
def binh(desks: Desks) -> Visitor:
    """The custodian who has the items."""
    return desks.here.client("binh", "custodian")


@pytest.fixture(scope="module")
def wei(desks: Desks) -> Visitor:
    """The custodian to whom they go."""
    return desks.there.client("wei", "custodian")


def carry(desks: Desks) -> None:
    """Everything is delivered and answered; what comes next is later."""
    desks.road.rounds()
    desks.here.nodes.clock.advance(timedelta(seconds=1))


def form(page: str, do: str, *ticked: int, **more: str) -> dict[str, Any]:
    """The form of a page of files, with other boxes ticked."""
    kept = {name: hidden(page, name) for name in ("bag", "elsewhere", "page")}
    return kept | {"do": do, "file": [str(one) for one in ticked]} | more


def test_what_is_ticked_goes_along_from_page_to_page(binh: Visitor, tmp_path: Path) -> None:
    """Files ticked on three pages, one of them whole, and found by a word, are given together; custody names them by their bag."""
    first = binh.get(FILES).text
    assert "Page 1 of 3" in first
    second = binh.post(FILES, form(first, "after", 1, 3), page=FILES).text
    assert hidden(second, "elsewhere") == "1,3"
    whole = binh.post(FILES, form(second, "all"), page=FILES).text
    assert "102 ticked" in whole
    third = binh.post(FILES, form(whole, "after", *range(101, 200)), page=FILES).text
    assert hidden(third, "elsewhere") == "1,3,101-199"
    found = binh.post(FILES, form(third, "find", 250, words="004"), page=FILES).text
    assert (found.count('type="checkbox"'), "102 ticked" in found) == (1, True)
    answer = binh.post(FILES, form(found, "show", 5, why="For the expert.", recipient="Example expert"), page=FILES)
    assert answer.headers["content-type"] == "application/zip"
    file = tmp_path / "part.zip"
    file.write_bytes(answer.content)
    assert comity("evidence", "verify", file, "--json").data["verdict"] == "sound"
    with zipfile.ZipFile(file) as archive:
        names = {name.rpartition("/")[2] for name in archive.namelist() if "/data/" in name}
        archive.extractall(tmp_path)
    assert names == {f"{n:03}.txt" for n in (0, 2, 4, 249, *range(100, 199))}
    assert comity("evidence", "verify", tmp_path / f"{MANY}-part", "--json").data["verdict"] == "sound"
    said = binh.read(f"/item/{MANY}")
    assert "103 of 250 files" in said
    assert "Example expert" in said


@pytest.mark.parametrize(
    ("numbers", "text"), [((), ""), ((7,), "7"), ((1, 2, 3, 7), "1-3,7"), ((9, 1, 8), "1,8-9")], ids=str
)
def test_numbers_are_written_shortly(numbers: tuple[int, ...], text: str) -> None:
    """Numbers in a row are one span."""
    assert spans(numbers) == text


def test_what_was_done_by_hand_is_entered(binh: Visitor) -> None:
    """An act with its tool, result and time stands in custody under the person's name and post, and moves the item to another post."""
    said = {
        "post": "evidence room",
        "act": "analysed",
        "tool": "example reader",
        "result": "two accounts",
        "place": "Hà Nội",
    }
    assert binh.post(f"/evidence/enter/{MANY}", said | {"happened": "2026-11-20T10:00"}, page=HELD).status_code == 303
    text = binh.read(f"/item/{MANY}")
    assert "Analysed, Binh (evidence room, VN.a05)" in text
    assert "2026-11-20T10:00:00Z" in text
    moved = {"post": "evidence room", "act": "transferred", "why": "to be read", "to_post": "laboratory"}
    assert binh.post(f"/evidence/enter/{MANY}", moved, page=HELD).status_code == 303
    assert "under way to laboratory, VN.a05" in binh.read(f"/item/{MANY}")
    shown = form(binh.get(FILES).text, "show", 1, why="For the expert.")
    assert binh.post(FILES, shown, page=FILES).status_code == 409  # nobody handles it on its way
    came = {"post": "laboratory", "act": "received"}
    assert binh.post(f"/evidence/enter/{MANY}", came, page=HELD).status_code == 303


def test_a_refusal_and_a_correction_are_told(desks: Desks, binh: Visitor, wei: Visitor) -> None:
    """What is refused stays, and the sender reads why; what is corrected goes on once what is right has come."""
    given = {"to": SG, "why": "Joint case.", "what": "copy", "post": "evidence room"} | KEY
    assert binh.post(f"/evidence/hand-over/{ITEM}", given, page=HELD).status_code == 303
    carry(desks)
    assert "at its node; nobody has decided yet" in binh.read(HELD)
    assert wei.post(f"{_waits(wei)}/refuse", KEY | {"why": "Of another case."}, page="/").status_code == 303
    assert "refused here" in wei.read("/evidence/came")
    carry(desks)
    assert "refused 25" in binh.read(HELD)
    assert "Of another case." in binh.read(HELD)
    assert (
        binh.post(f"/evidence/hand-over/{ITEM}", given | {"why": "Joint case, as asked."}, page=HELD).status_code == 303
    )
    carry(desks)
    assert wei.post(f"{_waits(wei)}/accept", KEY | {"place": "Evidence room"}, page="/").status_code == 303
    carry(desks)
    told = {"kind": "corrected", "to": SG, "why": "One file was cut.", "post": "evidence room"} | KEY
    assert binh.post(f"/evidence/recall/{ITEM}", told, page=HELD).status_code == 303
    carry(desks)
    assert "VN.a05 says that something is wrong with it" in wei.read(HELD)
    path = re.search(r'action="(/evidence/notices/[0-9a-f-]+)"', wei.get(HELD).text)
    assert path
    assert wei.post(path[1], KEY, page=HELD).status_code == 303
    carry(desks)
    assert "corrected, confirmed" in binh.read(HELD)
    assert binh.post(f"/evidence/hand-over/{ITEM}", given | {"why": "Whole again."}, page=HELD).status_code == 303
    carry(desks)
    assert wei.post(f"{_waits(wei)}/accept", KEY, page="/").status_code == 303
    assert "It may not go to others" not in wei.read(HELD)


def test_programs_do_the_same(desks: Desks, tmp_path: Path) -> None:
    """Holders, files, disclosure, bundle, recall, what came and confirmations, with the person's key as proof."""
    binh, wei = (program(desk, name, "custodian") for desk, name in ((desks.here, "binh"), (desks.there, "wei")))
    one, many = {"item": ITEM}, {"item": MANY}
    rows = binh.get("/evidence/files", **many, skip=10, limit=2).json()
    assert ([one["path"] for one in rows["items"]], rows["total"]) == (["many/010.txt", "many/011.txt"], 250)
    said = {"bag": rows["items"][0]["bag"], "files": [11], "why": "For the expert."}
    assert binh.post(f"/evidence/disclosures?item={MANY}", said).status_code == 422
    assert binh.post(f"/evidence/disclosures?item={MANY}", said | KEY | {"files": [251]}).status_code == 422
    part = binh.post(f"/evidence/disclosures?item={MANY}", said | KEY)
    (tmp_path / "part.zip").write_bytes(part.content)
    assert comity("evidence", "verify", tmp_path / "part.zip", "--json").data["verdict"] == "sound"
    bundle = binh.post(f"/evidence/bundles?item={ITEM}", KEY | {"language": "vi", "why": "Hearing."})
    assert bundle.headers["content-type"] == "application/zip", bundle.text
    (tmp_path / "court.zip").write_bytes(bundle.content)
    with zipfile.ZipFile(tmp_path / "court.zip") as archive:
        assert archive.testzip() is None
        assert f"court-{ITEM}/guide.pdf" in archive.namelist()
    came = _handed(desks, binh)
    read = wei.get(f"/evidence/parcels/{came}").json()
    assert (read["note"]["why"], read["recalled"]) == ("By a program.", False)
    assert program(desks.there, "lan", "drafter").get(f"/evidence/parcels/{came}").status_code == 403
    only = program(desks.there, "wei", "custodian", only=["evidence.list"])
    assert only.get(f"/evidence/parcels/{came}").status_code == 403
    assert wei.post(f"/evidence/parcels/{came}/acceptance", KEY).status_code == 200
    carry(desks)
    made = binh.post(f"/evidence/recalls?item={ITEM}", KEY | {"why": "Quashed.", "to": [SG]})
    assert made.status_code == 201, made.text
    carry(desks)
    waits = wei.get("/evidence/notices").json()["items"]
    assert {one["why"] for one in waits} == {"Quashed."}
    for notice in waits:
        assert wei.post(f"/evidence/notices/{notice['notice']}/confirmation", KEY).status_code == 200
    carry(desks)
    states = [(row["act"], bool(row["confirmed_at"])) for row in binh.get("/evidence/holders", **one).json()["items"]]
    assert ("copied", True) in states


def test_the_requests_of_the_case_go_into_the_bundle(desks: Desks, binh: Visitor, tmp_path: Path) -> None:
    """A released request of the item's case and the receipt on it lie in the bundle, byte for byte, where they are asked for alone."""
    nodes = desks.here.nodes
    asked = nodes.received()
    said = nodes.answered(asked, "accepted", preserved_until=nodes.later(days=60))
    take(nodes.office(), said)
    exhibit(desks.here, tmp_path, KNOWN, "E-18")
    for name in ("lan", "binh"):
        desks.here.member(name, KNOWN)
    form = {"language": "en", "why": "Hearing.", "post": "evidence room"}
    path = "/evidence/bundle/E-18"
    assert "papers/" not in " ".join(_names(binh.post(path, form, page="/item/E-18").content))
    with zipfile.ZipFile(io.BytesIO(binh.post(path, form | {"papers": "yes"}, page="/item/E-18").content)) as archive:
        papers = sorted(name for name in archive.namelist() if "/papers/" in name)
        assert [name.partition(asked.reference)[2] for name in papers] == ["-001-accepted.receipt.json", ".comity.zip"]
        assert archive.read(papers[0]) == said
        assert archive.read(papers[1]) == nodes.carried(asked).read_bytes()


def _names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def test_what_all_cases_share_is_shown(desks: Desks) -> None:
    """Identifiers that two of one's cases have, and the pairs, are listed; a third case that one does not know of counts nowhere."""
    rare = ["ip:192.0.2.77", "phone:+12025550101", "phone:+12025550102"]
    for number in range(20):
        posted(desks.here, f"OTHER-{number}", f"ip:198.51.100.{number}")
        desks.here.member("lan", f"OTHER-{number}")
    for case in (CASE, "C-2", "HIDDEN-3"):
        posted(desks.here, case, *rare)
    desks.here.person("hoa", "drafter")
    desks.here.member("hoa", "C-2")
    desks.here.member("lan", "C-2")
    lan, hoa = (desks.here.client(name, "drafter") for name in ("lan", "hoa"))
    text = lan.read("/matching/across")
    assert "3 identifiers stand in two of your cases or more." in text
    assert "+12025550101" in text
    assert "HIDDEN-3" not in text
    assert "C-1 – C-2" in lan.read("/matching/across?pairs=yes")
    assert "share nothing of weight" in lan.read("/matching/across?since=2099-01-01")
    assert lan.get("/matching/across?since=yesterday").status_code == 422
    assert "share nothing of weight" in hoa.read("/matching/across")
    calls = program(desks.here, "lan", "drafter")
    assert {tuple(one["cases"]) for one in calls.get("/matching/across").json()["items"]} == {("C-1", "C-2")}
    assert [one["shared"] for one in calls.get("/matching/pairs").json()["items"]] == [3]


@pytest.mark.browser
def test_the_open_forms_are_for_everybody(browser: Browser, desks: Desks) -> None:
    """With every fold open, axe-core finds nothing wrong with the item's forms, and nothing runs over the edge of a telephone."""
    with desks.here.browser(browser, "binh", "custodian", viewport={"width": 360, "height": 800}) as page:
        page.goto(HELD)
        page.locator("footer").wait_for()
        for name in ("hand-over", "enter", "bundle"):
            page.locator(f"#{name} > summary").click()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        assert judged(page) == []


def _waits(wei: Visitor) -> str:
    found = re.search(r'href="(/evidence/came/[0-9a-f-]{36})"', wei.get("/evidence/came").text)
    assert found
    return found[1]


def _handed(desks: Desks, binh: Program) -> str:
    said = {"to": SG, "why": "By a program.", "post": "evidence room", "copy_only": True}
    answer = binh.post(f"/evidence/hand-overs?item={ITEM}", said | KEY)
    assert answer.status_code == 201, answer.text
    carry(desks)
    return str(answer.json()["hand_over"])

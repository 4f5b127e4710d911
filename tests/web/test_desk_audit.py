"""The auditor finds who read and wrote what, checks the log, and carries it out; the node's page shows no content."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from builders.browsing import follow
from builders.desk import Served, Visitor
from comity.accounts import knowledge
from comity.ledger import inquiry
from comity.web.acts import auditexport

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CASE, OTHER = "VA-2026-338", "VA-2026-777"


@pytest.fixture(scope="module")
def seen(desk: Served) -> Served:
    """A desk at which a request was released, somebody read a case, and somebody broke the glass."""
    desk.nodes.released()
    for name in ("lan", "minh"):
        desk.person(name, "drafter")
    desk.person("thu", "auditor")
    desk.member("lan", CASE)
    staff = desk.crew.staff
    knowledge.break_glass(staff, desk.crew.standing("minh"), CASE, "A life is in danger")
    with staff.store.write() as unit:
        staff.log(unit, "read", person=desk.crew.people["lan"].id, case=CASE, act="case.read")
        staff.log(unit, "read", person=desk.crew.people["minh"].id, case=OTHER, act="case.read")
    return desk


@pytest.fixture(scope="module")
def auditor(seen: Served) -> Visitor:
    """The auditor."""
    return seen.client("thu", "auditor")


def test_who_read_a_case_is_found(auditor: Visitor) -> None:
    """Asked by case and reading, the page names those who looked at it and nobody else."""
    table = auditor.get(f"/audit?kind=reads&case={CASE}").text.partition("<tbody>")[2]
    assert ">Lan<" in table
    assert ">Minh<" in table
    assert "broke the glass" in table
    assert OTHER not in table


def test_what_a_person_did_is_found(auditor: Visitor, seen: Served) -> None:
    """Asked by person, only what names that person is told."""
    answer = auditor.get(f"/audit?person={seen.crew.people['minh'].id}").text
    table = answer[answer.index("<tbody>") :]
    assert OTHER in table
    assert ">Lan<" not in table


def test_the_requests_of_a_case_are_found_with_it(auditor: Visitor) -> None:
    """What happened to a case's requests is found by the case, though their events name only the request."""
    text = auditor.read(f"/audit?kind=writes&case={CASE}")
    for words in ("A request was drafted", "Officer 2 released a request", "A case file was read in"):
        assert words in text, words


def test_a_look_is_itself_an_entry(auditor: Visitor, seen: Served) -> None:
    """What an auditor asked stands in the log, with who he is."""
    auditor.get(f"/audit?case={OTHER}")
    with seen.desk.node.store.read() as unit:
        ledger = seen.desk.node.ledger
        last = json.loads(ledger.entries(unit, ledger.size(unit) - 1, ledger.size(unit))[0].event)
    assert (last["type"], last["asked"], last["person"]) == ("audit.read", {"case": OTHER}, seen.crew.people["thu"].id)


def test_a_time_is_kept_to(auditor: Visitor, seen: Served) -> None:
    """Days bound what is found; a day that is none is told."""
    today = f"{seen.nodes.clock.now():%Y-%m-%d}"
    assert (
        ">Lan<"
        in auditor.get(f"/audit?kind=reads&case={CASE}&since={today}&until={today}").text.partition("<tbody>")[2]
    )
    assert "Nothing was found there" in auditor.read(f"/audit?case={CASE}&until=2026-01-01")
    assert "Nothing was found there" in auditor.read(f"/audit?case={CASE}&since=2027-01-01")
    assert auditor.get("/audit?since=yesterday").status_code == 422


def test_one_looks_further_back(auditor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that did not look at everything says so, and leads on until it did."""
    monkeypatch.setattr("comity.web.desk.audit.SHOWN", 5)
    seen, path = 0, "/audit"
    while path:
        text = auditor.get(path).text
        seen += text.count('<tr id="e')
        path = text.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
        assert seen < 1000
    assert seen > 10


def test_the_log_is_carried_out(auditor: Visitor) -> None:
    """NDJSON and CSV hold what was asked, and end by saying that they are whole."""
    answer = auditor.get(f"/audit/export?form=ndjson&case={CASE}")
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert rows[-1]["cut"] is False
    assert rows[-1]["entries"] == len(rows) - 1 > 3
    assert [row["index"] for row in rows[:-1]] == sorted((row["index"] for row in rows[:-1]), reverse=True)
    answer = auditor.get(f"/audit/export?form=csv&case={CASE}")
    assert answer.headers["content-disposition"].endswith('.csv"')
    table = list(csv.reader(io.StringIO(answer.text)))
    assert table[0] == list(auditexport.COLUMNS)
    assert table[-1][2] == auditexport.WHOLE
    assert {row[4] for row in table[1:-1]} <= {CASE, ""}


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_cut_is_said(seen: Served, form: str) -> None:
    """What holds only the newest of many entries says in its last line that it was cut."""
    store = seen.desk.node.store
    write = {"csv": auditexport.table, "ndjson": auditexport.ndjson}[form]
    lines = b"".join(write(store, inquiry.Inquiry(), 12, {}, most=4)).decode().splitlines()
    assert "cut: there is more" in lines[-1]
    assert len(lines) == 5 + (form == "csv")


def test_the_log_is_checked_by_button(auditor: Visitor, seen: Served) -> None:
    """The check tells how much it went through; an altered entry is named."""
    text = auditor.post("/audit/check", page="/audit").text
    assert "The log is whole" in text
    assert re.search(r"<code>(?!0{64})[0-9a-f]{64}</code>", text)
    with seen.desk.checking:
        assert auditor.post("/audit/check", page="/audit").status_code == 503


def test_the_node_page_tells_what_the_doctor_finds(seen: Served) -> None:
    """An administrator sees what is in order, asks everything by button, and reads no case."""
    boss = seen.client("boss", "administrator")
    assert "outbox" in boss.read("/node")
    text = boss.post("/node", page="/node").text
    assert "all consistent" in text
    for one in (CASE, OTHER, "Mule@example.org"):
        assert one not in text
    assert "The log is whole" in boss.post("/audit/check", page="/node").text


@pytest.mark.browser
def test_an_auditor_finds_who_read_a_case(browser: Browser, seen: Served) -> None:
    """An auditor comes in, asks by case and reading, and sees the names; without script."""
    with seen.browser(browser, "thu", "auditor", java_script_enabled=False) as page:
        page.goto("/")
        follow(page.get_by_role("link", name="Audit"))
        page.get_by_label("Kind").select_option("reads")
        page.get_by_label("Case").fill(CASE)
        follow(page.get_by_role("button", name="Look", exact=True))
        page.get_by_role("cell", name="Lan").first.wait_for()
        follow(page.get_by_role("button", name="Check the log"))
        page.get_by_role("heading", name="The log is whole").wait_for()


def test_a_clock_that_went_back_hides_nothing(seen: Served) -> None:
    """An entry made while the clock stood some minutes behind is found by its time."""
    staff, clock = seen.crew.staff, seen.nodes.clock
    with staff.store.write() as unit:
        staff.log(unit, "read", person="x", case="CLOCK", act="first")
    clock.advance(timedelta(minutes=-4))
    with staff.store.write() as unit:
        staff.log(unit, "read", person="x", case="CLOCK", act="second")
        behind = clock.now()
    clock.advance(timedelta(minutes=4))
    asked = inquiry.Inquiry((("CLOCK",),), since=behind, until=behind + timedelta(seconds=1))
    with staff.store.read() as unit:
        found = inquiry.inquire(unit, asked)
    assert [json.loads(one.event)["act"] for one in found.entries] == ["second"]

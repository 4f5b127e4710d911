"""Attacks on what lies in cases: others' items and records by their names, counting hidden cases, words that are syntax."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.desk import Served, served
from builders.exhibits import item, kept, posted
from builders.records import START, logged
from comity.accounts import knowledge

MINE, HIDDEN, ITEM = "VA-2026-338", "VA-2026-777", "E-2026-17"
EVIL = "<script>alert(1)</script>"
SHARED = ["phone:+12025550101", "phone:+12025550102", "ip:192.0.2.77"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk with a hidden case that has an item, a return and identifiers, and a person who knows of another case."""
    folder: Path = tmp_path_factory.mktemp("desk")
    with served(folder) as made:
        for number in range(20):
            posted(made, f"OTHER-{number}", f"ip:198.51.100.{number}")
        for case in (MINE, HIDDEN):
            posted(made, case, *SHARED)
        item(made, folder / "item", HIDDEN, ITEM)
        kept(made, folder / "return", HIDDEN)
        made.person("eve", "drafter", "custodian", "releaser")
        made.member("eve", MINE)
        made.person("thu", "auditor")
        yield made


PATHS = [
    f"/item/{ITEM}", f"/evidence/drawn/{ITEM}", f"/evidence/paper/{ITEM}", f"/returns/{HIDDEN}", f"/records/drawn/links/{HIDDEN}",
    f"/records/drawn/flow/{HIDDEN}?start=x", f"/records/table/timeline/{HIDDEN}", f"/records/one/x/{HIDDEN}",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_what_is_of_another_case_is_not_there(desk: Served, path: str) -> None:
    """Items, pictures, tables and records of a case one knows nothing of answer just as those that are not there."""
    eve = desk.client("eve", "drafter", "custodian", "releaser")
    hidden = eve.get(path)
    nothing = eve.get(path.replace(ITEM, "NOTHING").replace(HIDDEN, "NOTHING"))
    assert (hidden.status_code, nothing.status_code) == (404, 404)
    for name in (ITEM, HIDDEN, "NOTHING"):
        hidden_text, nothing_text = hidden.text.replace(name, ""), nothing.text.replace(name, "")
        if name == "NOTHING":
            assert len(hidden_text.replace(ITEM, "").replace(HIDDEN, "")) == pytest.approx(len(nothing_text), abs=80)


def test_a_bag_of_another_case_is_not_verified(desk: Served) -> None:
    """The button of an item one knows nothing of does nothing."""
    eve = desk.client("eve", "drafter", "custodian", "releaser")
    assert eve.post(f"/evidence/verify/{ITEM}", page="/evidence").status_code == 404


def test_hidden_cases_are_not_counted_by_matching(desk: Served) -> None:
    """What a case shares with hidden ones shows nowhere: no link, no weight, no count; deciding on the link says it is not there."""
    from comity.matching.model import EVERY_CASE

    eve = desk.client("eve", "drafter", "custodian", "releaser")
    link = desk.desk.node.correlator.links(EVERY_CASE)[0]
    assert {link.case_a, link.case_b} == {MINE, HIDDEN}
    assert "No link waits" in eve.read("/matching")
    assert "None that you may see" in eve.read(f"/returns/{MINE}")
    answer = eve.post(f"/matching/{link.id}", {"verdict": "dismissed", "reason": "x"}, page="/matching")
    nothing = eve.post("/matching/nothing", {"verdict": "dismissed", "reason": "x"}, page="/matching")
    assert (answer.status_code, nothing.status_code) == (404, 404)
    assert desk.desk.node.correlator.links(EVERY_CASE)[0].state == "open"


def test_hidden_cases_are_not_counted_by_search(desk: Served) -> None:
    """A number that stands in hidden cases too is found in one's own alone, with no word of others."""
    eve = desk.client("eve", "drafter", "custodian", "releaser")
    text = eve.client.get("/search", params={"q": "+1 202 555 0101"}).text
    assert MINE in text
    assert HIDDEN not in text
    assert text.count("/returns/") == 1


@pytest.mark.parametrize(
    "question",
    [
        "%", "_", "*", '"', "'", "' OR 1=1 --", "NEAR(a b)", "a AND b OR NOT c", "-", "^", "\\", "col:x", "\x00", "\u202e", "a" * 5000,
        "{}", "]]>", ";DROP TABLE search_word", "🙂", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "٪", "'%'||'",
    ],
)  # fmt: skip
def test_syntax_in_a_question_is_words(desk: Served, question: str) -> None:
    """Wildcards, quotes, operators, controls and long questions find nothing, and break nothing."""
    eve = desk.client("eve", "drafter", "custodian", "releaser")
    answer = eve.client.get("/search", params={"q": question})
    assert answer.status_code == 200
    assert HIDDEN not in answer.text
    assert "<script>alert" not in answer.text


def test_programs_in_what_events_say_are_text(desk: Served) -> None:
    """A reason, a case and an act full of markup are shown to the auditor as text."""
    knowledge.break_glass(desk.crew.staff, desk.crew.standing("eve"), EVIL, f'{EVIL}"><img src=x onerror=alert(1)>')
    thu = desk.client("thu", "auditor")
    for path in ("/audit", f"/audit?case={EVIL}", "/audit?kind=glass"):
        text = thu.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path


def test_formulas_in_an_export_are_text(desk: Served) -> None:
    """No cell of the CSV begins as a formula, whatever an event says."""
    for evil in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://example.org")'):
        knowledge.break_glass(desk.crew.staff, desk.crew.standing("eve"), f"{evil}x", evil * 3)
    answer = desk.client("thu", "auditor").get("/audit/export?form=csv&kind=glass")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert any("HYPERLINK" in cell for row in rows for cell in row)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    "query",
    ["case=%25", "case=_", 'case="', "person=%27", "before=-1", "before=99999999999999999999", "kind=x", "case=%00"],
)
def test_syntax_in_what_the_auditor_asks_is_text(desk: Served, query: str) -> None:
    """Wildcards and quotes find nothing but themselves; an odd place or kind breaks nothing."""
    answer = desk.client("thu", "auditor").get(f"/audit?{query}")
    assert answer.status_code == 200
    if query.startswith("case"):
        assert "Nothing was found" in answer.text


def test_a_value_is_no_part_of_another(desk: Served) -> None:
    """Asking by a case does not find cases that only begin so, nor texts that hold what looks like a field."""
    staff = desk.crew.staff
    with staff.store.write() as unit:
        staff.log(unit, "read", person="p", case="ABC-12", act="longer")
        staff.log(unit, "read", person="p", case="Z", act='x","case":"ABC-1"')
    text = desk.client("thu", "auditor").get("/audit?case=ABC-1").text
    assert "Nothing was found" in text


def test_an_auditor_changes_nothing(desk: Served) -> None:
    """An auditor reads logs and the node, and neither lists evidence, decides on links nor searches cases."""
    thu = desk.client("thu", "auditor")
    assert [thu.get(path).status_code for path in ("/audit", "/node", "/evidence", "/matching", "/search")] == [
        200,
        200,
        403,
        403,
        403,
    ]
    assert thu.post("/matching/x", {"verdict": "confirmed"}, page="/audit").status_code == 403


def test_programs_in_records_are_text(desk: Served, tmp_path: Path) -> None:
    """Markup in a return's records is text in tables, records and pictures."""
    eve = desk.client("eve", "drafter", "custodian", "releaser")
    kept(desk, tmp_path, MINE, [logged(EVIL, "192.0.2.1", START), logged(f'"{EVIL}', "192.0.2.1", START)])
    for path in (
        f"/returns/{MINE}", f"/records/table/timeline/{MINE}", f"/records/table/links/{MINE}", f"/records/drawn/timeline/{MINE}",
        f"/records/drawn/links/{MINE}", f"/records/drawn/week/{MINE}?who={EVIL}", f"/returns/{MINE}?start={EVIL}",
    ):  # fmt: skip
        answer = eve.get(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text, path
    record = eve.get(f"/records/table/timeline/{MINE}").text.partition('href="/records/one/')[2].partition('"')[0]
    assert "<script>alert" not in eve.get(f"/records/one/{record}").text
    assert eve.get(f"/records/one/x' OR 1=1 --/{MINE}").status_code == 404


def test_each_look_at_a_record_is_an_entry(desk: Served) -> None:
    """Who looked at what came back for a case stands in the log, with case and act."""
    desk.client("eve", "drafter", "custodian", "releaser").get(f"/returns/{MINE}")
    with desk.desk.node.store.read() as unit:
        ledger = desk.desk.node.ledger
        last = json.loads(ledger.entries(unit, ledger.size(unit) - 1, ledger.size(unit))[0].event)
    assert (last["type"], last["case"], last["act"]) == ("account.read", MINE, "evidence.read")

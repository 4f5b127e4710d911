"""Cases and requests are found by words and identifiers, among the cases one may read, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders.logs import NOON
from comity.requests import searching, tables
from comity.requests.model import CaseFile, Request
from comity.store import words
from comity.store.engine import Store

TARGET = {"kind": "phone", "value": "+84912345678", "original": "0912 345 678"}


def case(reference: str, **document: object) -> CaseFile:
    """A case that says something."""
    return CaseFile(reference, {"case": {"reference": reference}, **document}, NOON)


def request(name: str, direction: str = "out", **changes: object) -> Request:
    """A request of the case A or, coming in, of the peer's case A."""
    made = Request(name, direction, f"REF-{name}", "A", "SG.orchid", "preserve", "draft", {"targets": [TARGET]}, NOON)
    return replace(made, **changes)  # type: ignore[arg-type]  # mypy cannot see keyword types through **


@pytest.fixture
def filled(store: Store) -> Store:
    """Two cases of ours, one request out, and one that came in under a case of the same name."""
    with store.write() as unit:
        tables.add_case(unit, case("A", facts="Lừa đảo ở đảo Phú Quốc"))
        tables.add_case(unit, case("B", facts="北京公安局 محمد الأحمر"))
        tables.add_request(unit, request("1"))
        tables.add_request(unit, request("2", "in"))
    return store


def found(store: Store, question: str, *cases: str) -> list[str]:
    """What is found in some cases, by reference or id."""
    with store.read() as unit:
        return sorted(page.ref for page in searching.find(unit, question, cases, region="VN").pages)


FOUND: dict[str, list[str]] = {
    "lua dao": ["A"],
    "LỪA": ["A"],
    "phu qu": ["A"],
    "公安": ["B"],
    "北": ["B"],
    "局": ["B"],
    "الاحمر": ["B"],
    "0912345678": ["1", "2"],
    "+84 912 345 678": ["1", "2"],
    "0912-345-678": ["1", "2"],
    "REF-1": ["1"],
    "ref 2": ["2"],
    "lua nothing": [],
    "": [],
    "   ": [],
    "!?": [],
}


def test_words_find_in_every_script(filled: Store) -> None:
    """Vietnamese without marks, Arabic in one form, Chinese by pairs, a number in any spelling."""
    assert {question: found(filled, question, "A", "B", "SG.orchid:A") for question in FOUND} == FOUND


def test_only_cases_one_may_read_are_looked_at(filled: Store) -> None:
    """What is of another case is not found; a case that came in is another one than ours of the same name."""
    assert found(filled, "0912345678", "A") == ["1"]
    assert found(filled, "0912345678", "SG.orchid:A") == ["2"]
    assert found(filled, "0912345678") == []
    assert found(filled, "公安", "A") == []


def test_what_changed_is_found_anew(filled: Store) -> None:
    """New words of a case and a request are found, former ones no more; a new state changes nothing."""
    with filled.write() as unit:
        tables.change_case(unit, case("A", facts="Another matter"))
        tables.change_request(unit, request("1", state="sealed"))
        tables.change_request(unit, request("2", "in", document={"targets": [], "facts": "nova@example.org"}))
    assert found(filled, "lua dao", "A") == []
    assert found(filled, "another matter", "A") == ["A"]
    assert found(filled, "0912345678", "A", "SG.orchid:A") == ["1"]
    assert found(filled, "Nova@Example.org", "SG.orchid:A") == ["2"]


def test_what_was_rolled_back_is_not_found(filled: Store) -> None:
    """Words are written in the unit of what they are of: when it breaks off, there are none."""
    with pytest.raises(RuntimeError), filled.write() as unit:
        tables.add_case(unit, case("C", facts="unicorn"))
        raise RuntimeError
    assert found(filled, "unicorn", "C") == []


def test_the_newest_come_first_and_are_bounded(store: Store) -> None:
    """Of many that are found the newest are given, at most as many as asked."""
    with store.write() as unit:
        for number in range(12):
            tables.add_case(unit, case(f"N-{number:02}", facts="the same word"))
    with store.read() as unit:
        cases = [f"N-{number:02}" for number in range(12)]
        pages = searching.find(unit, "same", cases, most=5).pages
    assert [page.ref for page in pages] == ["N-11", "N-10", "N-09", "N-08", "N-07"]


def test_many_cases_are_asked_in_parts(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases beyond what one statement takes are asked in parts."""
    monkeypatch.setattr(words, "BLOCK", 2)
    others = [f"X-{number}" for number in range(9)]
    assert found(filled, "lua", "A", *others) == ["A"]


def test_an_older_database_is_filled(filled: Store) -> None:
    """Migrating a database of before finds what it held already, and numbers go on from there."""
    with filled.write() as unit:
        for act in (
            "DROP TABLE peer_check", "DROP TABLE account_identity", "DROP TABLE account_errand", "DROP TABLE request_docket",
            "DROP INDEX ix_request_case_direction_state_changed_at_id",
            "DROP INDEX ix_request_direction_state_peer_case", "DROP TABLE request_related",
            "DROP TABLE search_word", "DROP TABLE search_page", "DROP INDEX ix_evidence_bag_case",
            'ALTER TABLE evidence_bag DROP COLUMN "case"', "UPDATE alembic_version SET version_num = '0013'",
        ):  # fmt: skip
            unit.exec_driver_sql(act)
    filled.migrate()
    filled.check()
    assert found(filled, "lua dao", "A") == ["A"]
    assert found(filled, "0912345678", "SG.orchid:A") == ["2"]
    with filled.write() as unit:
        tables.add_case(unit, case("D", facts="lua dao"))
    assert found(filled, "lua dao", "A", "D") == ["A", "D"]

"""What programs look at over all cases: what waits, figures, search, links, drills, peers, the node and its log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.api import Program, program
from builders.desk import Served, served
from builders.exhibits import SHARED, posted
from builders.incoming import desks
from builders.world import CASE
from comity.web.acts.auditexport import WHOLE

NUMBER = "+65 6555 0100"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk whose tokens may call as often as they like."""
    with served(tmp_path_factory.mktemp("desk"), token_calls=1000) as made:
        yield made


def test_what_waits_is_listed_a_page_at_a_time(tmp_path: Path) -> None:
    """One's own requests are listed in pages; what nobody knows of is told by sender, measure and time alone."""
    with desks(tmp_path) as own:
        lan = program(own.served, "lan", "provider")
        first, second = own.taken("lan"), own.taken("lan", "preserve")
        page = lan.get("/queue", limit=1).json()
        rest = lan.get("/queue", limit=1, after=page["after"]).json()
        assert {page["items"][0]["id"], rest["items"][0]["id"]} == {first.id, second.id}
        assert rest["after"] == ""
        assert lan.get("/queue/count").json() == {"mine": 2, "new": 0, "unopened": 2, "urgent": False}
        assert program(own.served, "minh", "provider").get("/queue").json()["items"] == []
        assert lan.get("/figures").json()["requests"] == 2
        assert lan.get("/figures/table").text.startswith("country,measure,outcome")
        assert lan.get("/figures/report").content.startswith(b"%PDF")
        assert lan.get("/figures/report/table").text.startswith("by,name,requests")
        assert lan.get("/figures", since="2026-02-01", until="2026-01-01").status_code == 422
        assert lan.get("/figures", since="yesterday").status_code == 422
    with desks(tmp_path / "new") as own:
        request, minh = own.arrived(), program(own.served, "minh", "provider")
        (row,) = minh.get("/incoming/new").json()["items"]
        assert (row["id"], row.keys()) == (request.id, {"id", "peer", "measure", "came_at"})
        assert minh.get("/queue").json()["items"] == []


def test_a_drill_is_recorded_in_the_persons_name(desk: Served) -> None:
    """Numbers of the directory alone can be tried; who tried one is the person of the token."""
    lan = program(desk, "lan", "officer")
    here = "/directory/SG.orchid/drills"
    number = lan.get("/directory/SG.orchid").json()["party"]["callback"][0]["number"]
    made = lan.post(here, {"number": number, "answered_by": "Night desk", "note": "After two rings."})
    assert (made.status_code, made.json()["by"]) == (201, "Lan"), made.text
    assert lan.post(here, {"number": "+1 202 555 0199"}).status_code == 422
    assert lan.post("/directory/XX.none/drills", {"number": number}).status_code == 404
    assert [one["answered_by"] for one in lan.get(here).json()["items"]] == ["Night desk"]


def test_a_peer_is_held_back_by_the_administrator_alone(desk: Served) -> None:
    """Messages to a peer are held back and let out; whoever works on cases cannot."""
    root, lan = program(desk, "root", "administrator"), program(desk, "lan", "officer")
    assert lan.call("PUT", "/peers/SG.orchid", json={"paused": True}).status_code == 403
    for paused in (True, False):
        assert root.call("PUT", "/peers/SG.orchid", json={"paused": paused}).json()["paused"] is paused
    tried = lan.post("/peers/SG.orchid/trial")
    assert (tried.status_code, tried.json()["good"]) == (200, False), tried.text


def test_a_link_is_decided_in_the_persons_name(desk: Served) -> None:
    """Links between cases of which one knows both are listed and decided once; to another one they are not there."""
    rare = [f"ip:{SHARED}", "phone:+12025550101", "phone:+12025550102"]
    for number in range(20):
        posted(desk, f"OTHER-{number}", f"ip:198.51.100.{number}")
    for case in ("L-1", "L-2"):
        posted(desk, case, *rare)
    lan, minh = program(desk, "lan2", "drafter"), program(desk, "minh2", "drafter")
    for case in ("L-1", "L-2"):
        desk.member("lan2", case)
    (link,) = lan.get("/matching/links").json()["items"]
    said = {"verdict": "confirmed", "reason": "One account in both."}
    assert minh.get("/matching/links").json()["items"] == []
    assert minh.post(f"/matching/links/{link['id']}", said).status_code == 404
    first, again = (lan.post(f"/matching/links/{link['id']}", said, key="decide-link-1") for _ in (1, 2))
    assert (first.json()["state"], again.json()) == ("confirmed", first.json())
    assert lan.post(f"/matching/links/{link['id']}", said).status_code == 409


def test_search_finds_the_own_cases_alone(desk: Served) -> None:
    """Words and identifiers find cases and requests of which the person knows."""
    lan, minh = program(desk, "lan3", "drafter"), program(desk, "minh3", "drafter")
    assert lan.post("/cases", CASE | {"reference": "S-1"}).status_code == 201
    found = lan.get("/search", q="Mule@Example.org").json()
    assert [one["ref"] for one in found["items"]] == ["S-1"]
    assert found["identifiers"] == [{"kind": "email", "value": "Mule@example.org"}]
    assert minh.get("/search", q="Mule@Example.org").json()["items"] == []
    assert lan.get("/search", q="").status_code == 422


def entries(calls: Program, **asked: str) -> list[str]:
    """The types of the events that an auditor's program is given."""
    return [one["event"]["type"] for one in calls.get("/log/entries", **asked).json()["items"]]


def test_an_auditor_reads_checks_and_carries_the_log(desk: Served) -> None:
    """Who read and wrote what is asked by person, case and kind; the log is checked and exported; each look is an event."""
    lan, auditor = program(desk, "lan4", "drafter"), program(desk, "audits", "auditor")
    lan.post("/cases", CASE | {"reference": "A-1"})
    lan.get("/cases/A-1")
    assert entries(auditor, case="A-1", kind="reads") == ["account.read"]
    assert "account.membered" in entries(auditor, person=desk.person("lan4").id)
    assert entries(auditor)[0] == "audit.read"
    page = auditor.get("/log/entries", limit=2).json()
    older = auditor.get("/log/entries", limit=2, before=page["items"][-1]["index"]).json()
    assert older["items"][0]["index"] < page["items"][-1]["index"]
    assert auditor.get("/log/entries", kind="secrets").status_code == 422
    assert auditor.get("/log/entries", since="2026-13-40").status_code == 422
    checked = auditor.post("/log/check").json()
    assert (checked["sound"], checked["entries"] > 5) == (True, True)
    lines = auditor.get("/log/export", case="A-1").text.splitlines()
    assert json.loads(lines[-1])["end"] == WHOLE
    table = auditor.get("/log/export", case="A-1", form="csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert "log.exported" in entries(auditor)
    for path in ("/log/entries", "/log/export"):
        assert lan.get(path).status_code == 403


def test_the_node_is_examined_without_a_word_of_any_case(desk: Served) -> None:
    """The administrator's program sees whether the node is in order, quickly or whole, and no case."""
    root = program(desk, "root", "administrator")
    assert {one["name"] for one in root.get("/node").json()["items"]} >= {"disk", "keys"}
    whole = root.post("/node/examination").json()
    assert {one["name"] for one in whole["items"]} >= {"log"}
    assert "A-1" not in json.dumps(whole)

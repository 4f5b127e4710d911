"""Nobody gets past the safeguards gate or a chosen basis: each attempt is refused, and leaves the request as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from builders.nodes import Nodes
from builders.world import ANSWERS, SHEET
from comity.law.library import Library, load
from comity.requests import tables
from comity.requests.bases import propose
from comity.requests.choosing import choose
from comity.requests.drafting import check, fill
from comity.requests.errors import BadSheet, Incomplete, NoRequest, Unanswered
from comity.requests.gatekeeping import answer, gate_counts, look
from comity.requests.intake import receive
from comity.requests.model import Request
from comity.requests.receipts import Word
from comity.requests.receipts import answer as receipt
from comity.requests.register import show_request
from comity.requests.release import release, seal_request
from comity.store.errors import AppendOnly

SG, PH = "SG.orchid", "PH.cicc"
OVERLAY = (
    Path(__file__).parents[1] / "unit" / "law" / "overlays" / "both"
)  # the Convention in force from 1 February 2027


def changed(question: str, **more: Any) -> list[dict[str, Any]]:
    """The answers, one of them another one; None takes it out."""
    rows = [row | more if row["id"] == question else row for row in ANSWERS["safeguards"]]
    return [{name: one for name, one in row.items() if one is not None} for row in rows]


def without(question: str) -> list[dict[str, Any]]:
    """The answers without one."""
    return [row for row in ANSWERS["safeguards"] if row["id"] != question]


def refused(nodes: Nodes, measure: str = "disclose_content", **changes: Any) -> list[str]:
    """The fields that stand in the way of sealing a draft with changes."""
    request = nodes.draft(measure, **changes)
    with pytest.raises(Incomplete) as caught:
        seal_request(nodes.office(), request.id, nodes.key("draft"))
    assert show_request(nodes.office(), request.id).request.state == "draft"
    return [finding.field for finding in caught.value.findings if finding.blocks]


def test_a_request_with_an_unanswered_question(nodes: Nodes) -> None:
    """One question left out, and it is not sealed."""
    assert refused(nodes, safeguards=without("gate-penalty")) == ["safeguards.gate-penalty"]


@pytest.mark.parametrize(
    "more",
    [
        {"concern": None}, {"concern": "raised"}, {"concern": "raised", "second": "Officer 1"},
        {"concern": "raised", "second": "officer  1"}, {"concern": "raised", "second": "ＯFFICER 1"}, {"on": "2026-11-26"},
    ],
    ids=["says nothing of a concern", "no second person", "the same twice", "the same, spaced", "the same, wide", "to come"],
)  # fmt: skip
def test_an_answer_that_is_none(more: dict[str, Any], nodes: Nodes) -> None:
    """A concern needs another person, not the same one written differently; an answer says all it must."""
    assert refused(nodes, safeguards=changed("gate-person", **more)) == ["safeguards.gate-person"]


@pytest.mark.parametrize("name", ["necessity", "proportionality"])
def test_need_and_measure_are_left_out(name: str, nodes: Nodes) -> None:
    """Without words on need or measure nothing is sealed."""
    sheet = {key: one for key, one in SHEET.items() if key != name}
    request = nodes.draft("preserve")
    office, key = nodes.office(), nodes.key("draft")
    with office.store.write() as unit:
        document = {k: one for k, one in request.document.items() if k != name}
        tables.change_request(unit, replace(request, document=document))
    with pytest.raises(Incomplete) as caught:
        seal_request(office, request.id, key)
    assert ([one.field for one in caught.value.findings], name in sheet) == ([name], False)


def test_secrecy_without_end(nodes: Nodes) -> None:
    """A sheet with secrecy that never ends is refused; one that ended is no secrecy."""
    request = nodes.draft("preserve")
    with pytest.raises(BadSheet) as caught:
        fill(nodes.office(), request.id, [nodes.sheet({"secrecy": {"reason": "Quiet."}})])
    assert caught.value.field == "secrecy.until"
    ended = {"reason": "Quiet.", "until": nodes.clock.now().date().isoformat()}
    assert refused(nodes, "preserve", secrecy=ended) == ["secrecy.until"]


def test_an_answer_is_taken_out_between_sealing_and_release(nodes: Nodes) -> None:
    """The gate is asked again at release, whatever was sealed."""
    request = nodes.sealed("disclose_content")
    with nodes.office().store.write() as unit:
        rows = [row for row in request.document["safeguards"] if row["id"] != "gate-data"]
        tables.change_request(unit, replace(request, document={**request.document, "safeguards": rows}))
    with pytest.raises(Incomplete) as caught:
        release(nodes.office(), request.id, nodes.key("release"))
    assert caught.value.field == "safeguards.gate-data"


@pytest.mark.parametrize(
    "changes",
    [
        {"safeguards": without("gate-person")},
        {"safeguards": changed("gate-purpose", concern="raised")},
        {"safeguards": changed("gate-purpose", concern="raised", second=" OFFICER 1 ")},
    ],
    ids=["unanswered", "concern alone", "the same twice"],
)
def test_a_request_is_accepted_past_the_gate(changes: dict[str, Any], nodes: Nodes) -> None:
    """Without a whole record, no receipt that accepts is signed; to refuse needs none."""
    request = nodes.received("preserve")
    nodes.considered(request, **changes)
    with pytest.raises(Unanswered) as caught:
        accept(nodes, request)
    assert caught.value.field.startswith("safeguards.gate-p")
    assert f"safeguards {request.reference}" in caught.value.advice
    assert show_request(nodes.office(SG), request.id).answers == []
    word = Word("refused", code="no_data", reason="Nothing is held.")
    assert receipt(nodes.office(SG), request.id, word, nodes.key("receipt", SG))[0].new


def test_a_request_is_accepted_without_any_record(nodes: Nodes) -> None:
    """Nobody answered anything: every question of the stage is named."""
    request = nodes.received("disclose_subscriber")
    with pytest.raises(Unanswered) as caught:
        accept(nodes, request)
    assert len(caught.value.findings) == 9


def accept(nodes: Nodes, request: Request) -> None:
    """Sign a receipt that accepts."""
    until = {} if request.measure.startswith("disclose") else {"preserved_until": nodes.later(days=60)}
    receipt(nodes.office(SG), request.id, Word("accepted", **until), nodes.key("receipt", SG))


def test_a_record_is_altered_afterwards(nodes: Nodes) -> None:
    """What was answered before a request is executed is never changed and never removed."""
    nodes.considered(nodes.received("preserve"))
    for change in (sa.update(tables._gate_records).values(document={}), sa.delete(tables._gate_records)):
        with pytest.raises(AppendOnly), nodes.office(SG).store.write() as unit:
            unit.execute(change)


def test_the_same_answers_have_one_effect(nodes: Nodes) -> None:
    """Answers given twice are one record and one entry in the log, which holds numbers only."""
    request = nodes.received("preserve")
    for _ in range(2):
        nodes.considered(request)
    assert nodes.events(SG).count("request.safeguards") == 1
    node = nodes.node(SG)
    with node.store.read() as unit:
        entries = [json.loads(e.event) for e in node.ledger.entries(unit, 0, node.ledger.size(unit))]
    (event,) = [e for e in entries if e["type"] == "request.safeguards"]
    assert (event["asked"], event["answered"], event["concerns"]) == (3, 3, 0)
    assert "Officer" not in json.dumps(event) and "VA-2026-338" not in json.dumps(event)


def test_a_stranger_answers_for_our_own_request(nodes: Nodes) -> None:
    """The receiver's answers are on what it received alone; ours go into the draft."""
    request = nodes.draft("preserve")
    with pytest.raises(NoRequest):
        answer(nodes.office(), request.id, nodes.sheet(ANSWERS))


@pytest.mark.parametrize(
    "sheet",
    [
        {"safeguards": [{"id": "gate-x", "answer": "a", "by": "b"}]}, {"safeguards": [{"id": "gate-data", "by": "b"}]},
        {"secrecy": {}}, {"safeguards": [{"id": "gate-data", "answer": "a", "by": "b", "concern": "perhaps"}]}, {"safeguards": 7},
    ],
)  # fmt: skip
def test_a_sheet_that_is_none(sheet: dict[str, Any], nodes: Nodes) -> None:
    """A malformed sheet of answers is refused with the field, and nothing is kept."""
    request = nodes.received("preserve")
    with pytest.raises(BadSheet):
        answer(nodes.office(SG), request.id, nodes.sheet(sheet))
    assert look(nodes.office(SG), request.id).record == {}


def bound(nodes: Nodes, candidate: str = "untoc", law: Callable[[], Library] = load) -> Request:
    """A draft with a chosen basis of which every question is answered."""
    request, office = nodes.draft("disclose_content", PH), replace(nodes.office(), law=law)
    made = choose(office, request.id, candidate, by="Officer 1")
    rows = enumerate(made.document["basis"]["reasons"], 1)
    answers = {i: "Asked." for i, row in rows if row["state"] in ("open", "lead")}
    return choose(office, request.id, candidate, by="Officer 1", answers=answers)


def test_a_basis_that_ceased_to_be_citable_before_release(nodes: Nodes) -> None:
    """The engine is asked again at release: what may no longer be cited blocks."""
    nodes.clock.advance(timedelta(days=70))
    nodes.update()
    request = bound(nodes, "hanoi", lambda: load(OVERLAY))
    seal_request(replace(nodes.office(), law=lambda: load(OVERLAY)), request.id, nodes.key("draft"))
    with pytest.raises(Incomplete) as caught:
        release(nodes.office(), request.id, nodes.key("release"))
    assert (caught.value.field, "cannot be cited" in caught.value.message) == ("basis.candidate", True)
    assert show_request(nodes.office(), request.id).request.state == "sealed"


def test_a_condition_that_was_met_is_open_before_release(nodes: Nodes) -> None:
    """A request that still calls a condition met is not released when the data no longer do."""
    request = bound(nodes)
    seal_request(nodes.office(), request.id, nodes.key("draft"))
    office = replace(nodes.office(), law=lambda: gone(load()))
    with pytest.raises(Incomplete) as caught:
        release(office, request.id, nodes.key("release"))
    assert "The request says met, the law data say open" in caught.value.message


def gone(law: Library) -> Library:
    """The law as it would be had nobody joined the treaty."""
    made = replace(law)
    treaty = replace(law.instruments["untoc"], participations=())
    made.__dict__["instruments"] = {**law.instruments, "untoc": treaty}
    return made


def test_a_state_is_called_met_that_is_open(nodes: Nodes) -> None:
    """A sheet that writes `met` over an open question, such as dual criminality, blocks."""
    request = bound(nodes)
    basis = dict(request.document["basis"])
    basis["reasons"] = [row | {"state": "met"} for row in basis["reasons"]]
    fill(nodes.office(), request.id, [nodes.sheet({"basis": basis})])
    found = [f for f in check(nodes.office(), request.id)[1] if f.field.startswith("basis.reasons") and f.blocks]
    assert len(found) == sum(row["state"] != "met" for row in request.document["basis"]["reasons"])
    assert "offence" in found[-1].reason


def test_an_open_question_is_left_out(nodes: Nodes) -> None:
    """A sheet that drops the questions behind a basis blocks: each on which it depends is missed."""
    request = bound(nodes)
    basis = {name: one for name, one in request.document["basis"].items() if name != "reasons"}
    fill(nodes.office(), request.id, [nodes.sheet({"basis": basis})])
    assert any(f.field == "basis.reasons" and f.blocks for f in check(nodes.office(), request.id)[1])


def test_a_basis_that_is_no_candidate_is_written_into_a_sheet(nodes: Nodes) -> None:
    """A candidate that the engine does not propose, or that may not be cited, blocks whatever a sheet says."""
    asked = propose(nodes.office(), nodes.draft("disclose_content", PH).id)
    bad = [one.id for one in asked.candidates if one.standing == "not_citable"]
    for name in ("magna-carta", *bad):
        basis = {"kind": "treaty", "instrument": "x", "article": "1", "text": "t", "candidate": name}
        assert "basis.candidate" in refused(nodes, to=PH, basis=basis)


def test_counts_hold_numbers_only(nodes: Nodes) -> None:
    """What is counted for statistics names no person: measure, stage and four numbers."""
    request = nodes.received("preserve", safeguards=changed("gate-purpose", concern="raised", second="Officer 2"))
    nodes.considered(request)
    nodes.draft("disclose_content")
    for party, stage, concerns in (("VN.a05", "sending", 1), (SG, "executing", 0)):
        with nodes.office(party).store.read() as unit:
            (count,) = gate_counts(unit)
        assert list(vars(count).values()) == ["preserve", stage, 1, 3, 3, concerns]


def test_time_limits_of_a_stranger(nodes: Nodes) -> None:
    """A package with the same limit twice, the name of another clock, or an endless period starts no false clock."""
    rows = [("reply_by", "P1D"), ("preserved_until", "P9D"), ("a", "P2D"), ("a", "P3D"), ("b", "P99999Y")]
    limits = [
        {"id": name, "text": "t", "period": period, "starts": starts, "local": False, "source": "s", "lead": False}
        for name, period in rows
        for starts in ("receipt by the provider", "release", "preservation")
    ]
    basis = {"kind": "voluntary", "text": "t", "candidate": "disclosure", "limits": limits}
    package = nodes.maker.good(nodes.maker.request(basis=basis))
    request = receive(nodes.office(SG), package).request
    clocks = {clock.kind for clock in show_request(nodes.office(SG), request.id).clocks}
    assert {one for one in clocks if one.startswith("basis.")} == {"basis.reply_by", "basis.preserved_until", "basis.a"}
    nodes.considered(request)
    accept(nodes, request)
    kept = {clock.kind: clock for clock in show_request(nodes.office(SG), request.id).clocks}
    assert kept["preserved_until"].source.startswith("signed receipt")

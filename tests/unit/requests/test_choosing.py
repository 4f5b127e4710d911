"""A chosen basis binds the request, and is held against the law data at every check."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders.nodes import Nodes
from comity.kernel.errors import BadInput
from comity.law.library import load
from comity.packages.sealing import request_shape
from comity.requests.bases import propose
from comity.requests.choosing import choose, numbered
from comity.requests.drafting import check, fill
from comity.requests.errors import NoBasis, WrongState
from comity.requests.model import Finding, Request
from comity.requests.release import release, seal_request
from comity.requests.vocabulary import load as vocabulary

OVERLAY = Path(__file__).parents[1] / "law" / "overlays" / "both"  # the Convention in force from 1 February 2027
WHO = "Officer 1"


def about(nodes: Nodes, request: Request, start: str = "basis.") -> list[tuple[str, str]]:
    """Level and field of what the preflight finds on the basis."""
    return [(f.level, f.field) for f in findings(nodes, request) if f.field.startswith(start)]


def findings(nodes: Nodes, request: Request) -> list[Finding]:
    """What the preflight finds."""
    return check(nodes.office(), request.id)[1]


def whole(nodes: Nodes, request: Request, candidate: str) -> Request:
    """The request with a candidate chosen and every open question answered."""
    made = choose(nodes.office(), request.id, candidate, by=WHO)
    rows = enumerate(made.document["basis"]["reasons"], 1)
    answers = {i: f"Asked, point {i}." for i, row in rows if row["state"] in ("open", "lead")}
    return choose(nodes.office(), request.id, candidate, by=WHO, answers=answers)


def test_the_words_of_a_basis_say_whether_its_questions_were_answered(nodes: Nodes) -> None:
    """What is to be answered before it is cited is said so until everything is answered; what a person typed himself stays."""
    request = nodes.draft("preserve", "SG.orchid")
    made = choose(nodes.office(), request.id, "order", by=WHO)
    assert made.document["basis"]["text"].startswith("To be answered before it is cited: ")
    done = whole(nodes, request, "order").document["basis"]
    assert done["text"].startswith("Answered by named persons before it was cited: ")
    assert all(row["answer"] for row in done["reasons"] if row["state"] in ("open", "lead"))
    assert (
        choose(nodes.office(), request.id, "order", by=WHO, text="It serves.").document["basis"]["text"] == "It serves."
    )
    assert choose(nodes.office(), request.id, "order", by=WHO).document["basis"]["text"] == "It serves."


@pytest.mark.parametrize("to", ["PH.cicc", "SG.orchid"])
@pytest.mark.parametrize("measure", ["preserve", "disclose_content"])
def test_every_candidate_that_may_be_cited_can_be_chosen(to: str, measure: str, nodes: Nodes) -> None:
    """What is bound fits the shape; the others are refused with the reason."""
    request = nodes.draft(measure, to)
    decision = propose(nodes.office(), request.id)
    assert decision.candidates
    for one in decision.candidates:
        if one.standing == "not_citable":
            with pytest.raises(NoBasis, match="cannot be cited"):
                choose(nodes.office(), request.id, one.id, by=WHO)
        else:
            made = choose(nodes.office(), request.id, one.id, by=WHO)
            assert request_shape().faults(made.document) == []
            assert (made.document["basis"]["candidate"], made.document["basis"]["by"]) == (one.id, WHO)


def test_what_is_open_is_asked_of_a_named_person(nodes: Nodes) -> None:
    """An open question is found until somebody named answered it; the answer changes no state."""
    request = nodes.draft("disclose_content", "PH.cicc")
    made = choose(nodes.office(), request.id, "domestic", by=WHO)
    opened = [row for row in made.document["basis"]["reasons"] if row["state"] in ("open", "lead")]
    assert opened
    assert len(about(nodes, request, "basis.reasons")) == len(opened)
    after = whole(nodes, request, "domestic")
    assert about(nodes, request, "basis.reasons") == []
    states = [row["state"] for row in after.document["basis"]["reasons"]]
    assert states == [row["state"] for row in made.document["basis"]["reasons"]]


def test_dual_criminality_stays_a_question(nodes: Nodes) -> None:
    """Whatever is answered, nothing records that dual criminality is met."""
    request = nodes.draft("disclose_content", "PH.cicc")
    dual = whole(nodes, request, "domestic").document["basis"]["reasons"][-1]
    assert "offence" in dual["question"] and dual["state"] == "open" and dual["by"] == WHO


def test_what_the_basis_asks_for_is_checked(nodes: Nodes) -> None:
    """An item that the basis always asks for, on a text that was read, blocks with its source until it is stated."""
    request = nodes.draft("disclose_content", "PH.cicc")
    choose(nodes.office(), request.id, "domestic", by=WHO)
    (finding,) = [f for f in findings(nodes, request) if f.field == "contents.provisions"]
    assert finding.blocks and finding.verified and finding.source
    fill(
        nodes.office(),
        request.id,
        [nodes.sheet({"contents": {"provisions": "Penal Code, Art. 290; up to twenty years."}})],
    )
    assert about(nodes, request, "contents.provisions") == []


def test_a_lead_asks_and_does_not_block(nodes: Nodes) -> None:
    """What only a lead asks the request to state is a doubt."""
    request = nodes.draft("disclose_content", "PH.cicc")
    nodes.clock.advance(timedelta(days=70))
    nodes.update()
    office = replace(nodes.office(), law=lambda: load(OVERLAY))
    choose(office, request.id, "hanoi", by=WHO)
    found = [f for f in check(office, request.id)[1] if f.verified is False and f.field.startswith("contents.")]
    assert not [f for f in found if f.blocks and "lead" not in f.source]


def test_answers_stay_when_it_is_chosen_again(nodes: Nodes) -> None:
    """To choose again on another day keeps the text and the answers given, and states the states anew."""
    request = nodes.draft("disclose_content", "PH.cicc")
    first = whole(nodes, request, "domestic")
    nodes.clock.advance(days := timedelta(days=1))
    again = choose(nodes.office(), request.id, "domestic", by="Officer 9", text="It serves.")
    basis = again.document["basis"]
    assert (basis["by"], basis["text"], days.days) == ("Officer 9", "It serves.", 1)
    kept = [row.get("answer") for row in basis["reasons"]]
    assert kept == [row.get("answer") for row in first.document["basis"]["reasons"]]


@pytest.mark.parametrize(("given", "says"), [("nonsense", "N=TEXT"), ("x=y", "N=TEXT"), ("99999=y", "N=TEXT")])
def test_an_answer_is_written_with_its_number(given: str, says: str) -> None:
    """Anything else than N=TEXT is refused."""
    with pytest.raises(BadInput, match=says):
        numbered([given])
    assert numbered(["2=Yes = no"]) == {2: "Yes = no"}


def test_only_open_questions_are_answered(nodes: Nodes) -> None:
    """An answer on a question that is settled, or on none, is refused; so is a choice without a name."""
    request = nodes.draft("preserve", "PH.cicc")
    made = choose(nodes.office(), request.id, "police", by=WHO)
    settled = [i for i, row in enumerate(made.document["basis"]["reasons"], 1) if row["state"] == "met"]
    for number in (*settled, 0, 99):
        with pytest.raises(BadInput, match="expected on one of"):
            choose(nodes.office(), request.id, "police", by=WHO, answers={number: "Yes."})
    with pytest.raises(BadInput):
        choose(nodes.office(), request.id, "police", by=" ")
    with pytest.raises(NoBasis, match="expected one of"):
        choose(nodes.office(), request.id, "magna-carta", by=WHO)


def test_a_sealed_request_is_not_rebound(nodes: Nodes) -> None:
    """The basis of a sealed request stands still."""
    request = nodes.sealed()
    with pytest.raises(WrongState):
        choose(nodes.office(), request.id, "disclosure", by=WHO)


def test_limits_of_the_basis_become_clocks(nodes: Nodes) -> None:
    """What starts at release or receipt runs from there, with its source; what starts elsewhere is only printed."""
    request = nodes.draft("preserve", "SG.orchid")
    limits = [limit("a", "release", local=True), limit("b", "receipt by the provider"), limit("c", "order")]
    document = request.document["basis"] | {"candidate": "disclosure", "limits": limits}
    made = replace(request, document=dict(request.document) | {"basis": document})
    from comity.requests.limits import RECEIPT, RELEASE
    from comity.requests.limits import limits as clocks

    now = nodes.clock.now()
    (first,), (second,) = clocks(made, RELEASE, now), clocks(made, RECEIPT, now)
    assert (first.kind, first.due_at, "binds nobody" in first.source) == ("basis.a", now + timedelta(days=3), True)
    assert (second.kind, "named in the request" in second.source) == ("basis.b", True)


def limit(name: str, starts: str, **more: Any) -> dict[str, Any]:
    """A time limit of three days as a request states it."""
    row = {"id": name, "text": "t", "period": "P3D", "starts": starts, "local": False, "source": "s", "lead": False}
    return row | more


def test_a_bound_request_is_sealed_and_released(nodes: Nodes) -> None:
    """A request with a chosen basis goes the whole way."""
    request = nodes.draft("preserve", "PH.cicc")
    whole(nodes, request, "police")
    assert about(nodes, request) == []
    seal_request(nodes.office(), request.id, nodes.key("draft"))
    assert release(nodes.office(), request.id, nodes.key("release")).released


def test_where_things_are_stated_is_known() -> None:
    """The fields and items of the vocabulary are those of the request."""
    fields = {field.name for field in request_shape().fields}
    where = vocabulary("stated.yaml")
    assert set(where["fields"].values()) <= fields
    assert set(where["items"].values()) <= set(request_shape().codes["contents"])


@pytest.mark.parametrize("to", ["PH.cicc", "SG.orchid"])
@pytest.mark.parametrize("measure", ["preserve", "disclose_subscriber", "disclose_traffic", "disclose_content"])
def test_everything_asked_can_be_stated(measure: str, to: str, nodes: Nodes) -> None:
    """Each item that an instrument asks for has a field or an item of the request; national law may ask for more."""
    where, known = vocabulary("stated.yaml"), set(request_shape().codes["contents"])
    decision = propose(nodes.office(), nodes.draft(measure, to).id)
    asked = {item.id for one in decision.candidates for item in one.requires if not item.id.startswith("national.")}
    assert asked and asked <= known | where["fields"].keys() | where["items"].keys()

"""From a preservation to mutual legal assistance: the whole way between four nodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.world import PH, SG, Desk, Nodes, build_nodes, central_authority
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.packages.sealing import request_shape
from comity.requests import drafting
from comity.requests.assistance import request_assistance
from comity.requests.choosing import choose
from comity.requests.errors import WrongState
from comity.requests.gatekeeping import Count, gate_counts, look
from comity.requests.intake import Received

AGC = "SG.agc"


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """Three nodes."""
    with build_nodes(tmp_path) as made:
        yield made


@pytest.fixture
def agc(nodes: Nodes, tmp_path: Path) -> Iterator[Desk]:
    """The central authority of the state where the data are preserved."""
    with central_authority(nodes, tmp_path) as desk:
        yield desk


def preserved(nodes: Nodes, days: int = 60) -> str:
    """A preservation that the exchange accepted."""
    reference = nodes.vn.begin()
    nodes.vn.send(reference)
    nodes.post.deliver()
    nodes.sg.answer(reference, "accepted", days=days)
    nodes.post.deliver()
    return reference


def test_a_preservation_becomes_mutual_legal_assistance(nodes: Nodes, agc: Desk) -> None:
    """Same case, offences and targets; the central authority is found; sealed, released, verified, executed, answered."""
    earlier = preserved(nodes)
    made = request_assistance(nodes.vn.office, earlier, data=["subscriber", "content"])
    before = nodes.vn.look(earlier).request
    for name in ("case", "offences", "targets", "from", "exercise"):
        assert made.document[name] == before.document[name]
    assert (made.peer, made.document["language"], made.measure) == (AGC, "en", "mutual_assistance")
    (related,) = made.document["related"]
    assert (related["relation"], related["package"]) == ("follows", before.package)
    assert related["preserved_until"] == nodes.vn.clocks(earlier)["preserved_until"]
    missing = [field for field, level in nodes.vn.findings(made.reference) if level == "missing"]
    assert {"safeguards.gate-penalty", "contents.proceeding", "basis"} <= set(missing)
    nodes.vn.complete(made.reference)
    chosen = choose(nodes.vn.office, made.reference, "domestic", by="Officer 1", answers={})
    rows = enumerate(chosen.document["basis"]["reasons"], 1)
    answers = {i: "Asked." for i, row in rows if row["state"] in ("open", "lead")}
    choose(nodes.vn.office, made.reference, "domestic", by="Officer 1", answers=answers)
    nodes.vn.state_items(made.reference, "provisions")
    assert [row for row in nodes.vn.findings(made.reference) if row[1] != "doubtful"] == []
    nodes.vn.send(made.reference)
    (got,) = nodes.post.deliver()
    assert isinstance(got, Received) and got.result.valid and got.request.measure == "mutual_assistance"
    assert len([one for one in look(agc.office, made.reference).asked if one.required]) == 9
    agc.answer(made.reference, "accepted", reply_by=nodes.later(days=30))
    nodes.post.deliver()
    assert nodes.vn.state(made.reference) == agc.state(made.reference) == "accepted"
    with agc.office.store.read() as unit:
        assert gate_counts(unit) == [Count("mutual_assistance", "executing", 1, 9, 9, 0)]


def test_what_runs_out_before_the_reply_is_warned_of(nodes: Nodes, agc: Desk) -> None:
    """A reply asked for after the end of the preservation is a doubt that names the extension."""
    earlier = preserved(nodes, days=10)
    made = request_assistance(nodes.vn.office, earlier, data=["traffic"])
    nodes.vn.complete(made.reference, reply={"by": nodes.later(days=30), "reason": "The hearing."})
    (found,) = [f for f in drafting.check(nodes.vn.office, made.reference)[1] if f.field == "related[0]"]
    assert (found.level, f"request extend {earlier}" in found.remedy) == ("doubtful", True)
    assert agc.party == made.peer


def test_without_one_central_authority_somebody_is_named(nodes: Nodes, tmp_path: Path) -> None:
    """None, or two, and the addressee must be said."""
    earlier = preserved(nodes)
    with pytest.raises(BadInput, match="0 central authorities of SG"):
        request_assistance(nodes.vn.office, earlier, data=["content"])
    assert request_assistance(nodes.vn.office, earlier, data=["content"], to=PH).peer == PH
    with (
        central_authority(nodes, tmp_path),
        central_authority(nodes, tmp_path, "SG.moj"),
        pytest.raises(BadInput, match=r"SG\.agc, SG\.moj"),
    ):
        request_assistance(nodes.vn.office, earlier, data=["content"])
    with pytest.raises(BadInput, match="a party of the directory"):
        request_assistance(nodes.vn.office, earlier, data=["content"], to="SG.nobody")


def test_only_a_released_preservation_is_built_on(nodes: Nodes) -> None:
    """A draft, another measure and no kind of data are refused."""
    draft, disclosure = nodes.vn.begin(), nodes.vn.begin("disclose_subscriber")
    nodes.vn.send(disclosure)
    with pytest.raises(WrongState):
        request_assistance(nodes.vn.office, draft, data=["content"], to=SG)
    with pytest.raises(BadInput, match="expected a preservation"):
        request_assistance(nodes.vn.office, disclosure, data=["content"], to=SG)
    sent = nodes.vn.begin()
    nodes.vn.send(sent)
    with pytest.raises(BadInput, match="no kind of data"):
        request_assistance(nodes.vn.office, sent, data=[], to=SG)
    made = request_assistance(nodes.vn.office, sent, data=["content", "content"], to=SG)
    assert made.document["data"] == [{"kind": "content"}] and "preserved_until" not in made.document["related"][0]
    assert "mutual_assistance" in request_shape().source["title"]


def test_a_preservation_that_was_extended_since(nodes: Nodes, agc: Desk) -> None:
    """What the request states of the preservation is held against the last answer."""
    earlier = preserved(nodes)
    made = request_assistance(nodes.vn.office, earlier, data=["content"])
    extension = nodes.vn.follow(earlier, "extends")
    nodes.vn.send(extension)
    nodes.post.deliver()
    nodes.sg.answer(extension, "accepted", days=120)
    nodes.post.deliver()
    assert ("related[0].preserved_until", "doubtful") in nodes.vn.findings(made.reference)
    assert stamp(nodes.now()) < made.document["related"][0]["preserved_until"] and agc.party == AGC

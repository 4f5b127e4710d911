"""What the law room proposes for a request, and what it says of the basis that is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from builders.nodes import Nodes
from comity.law.library import load
from comity.requests.bases import propose
from comity.requests.drafting import check

OVERLAY = Path(__file__).parents[1] / "law" / "overlays" / "both"  # the Convention in force from 1 February 2027
HANOI = {"kind": "treaty", "instrument": "UN Convention against Cybercrime", "article": "42", "text": "Both signed."}


def test_bases_are_those_of_the_law_room(nodes: Nodes) -> None:
    """The question is made of the request: the two states, the measure, the offence, the kind of addressee."""
    decision = propose(nodes.office(), nodes.draft(to="PH.cicc").id)
    asked = decision.question
    assert (asked.here, asked.there, asked.measure, asked.addressee) == ("VN", "PH", "preserve", "authority")
    assert decision.candidates


def test_a_foreign_provider_is_asked_as_one(nodes: Nodes) -> None:
    """The directory says that the addressee is a provider."""
    assert propose(nodes.office(), nodes.draft(to="SG.orchid").id).question.addressee == "provider"


def test_the_convention_is_not_cited(nodes: Nodes) -> None:
    """A request that names the Convention is stopped, with the reason and its source, until data say it binds both."""
    request = nodes.draft(to="PH.cicc", basis=HANOI)
    found = [f for f in check(nodes.office(), request.id)[1] if f.field == "basis.instrument"]
    assert [(f.level, f.verified) for f in found] == [("wrong", True)]
    assert "cannot be cited" in found[0].reason and found[0].source


def test_an_overlay_may_know_better(nodes: Nodes) -> None:
    """Where a ministry's own data say that the Convention binds both states, it may be cited."""
    request = nodes.draft(to="PH.cicc", basis=HANOI)
    nodes.clock.advance(timedelta(days=70))
    nodes.update()
    office = replace(nodes.office(), law=lambda: load(OVERLAY))
    assert not [f for f in check(office, request.id)[1] if f.field == "basis.instrument" and f.blocks]


def test_an_unknown_instrument_is_a_question(nodes: Nodes) -> None:
    """Of an instrument that the data do not know, a person is asked; it does not block."""
    basis = {"kind": "treaty", "instrument": "Treaty of 2004 (exercise)", "article": "3", "text": "It serves."}
    request = nodes.draft(to="PH.cicc", basis=basis)
    found = [f for f in check(nodes.office(), request.id)[1] if f.field == "basis.instrument"]
    assert [f.level for f in found] == ["doubtful"]

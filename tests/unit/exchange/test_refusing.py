"""Proposing and releasing refusals, drills, figures: what the desk asks of the exchange beside the commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.exchange import SG, VN
from builders.nodes import Nodes
from builders.provider import Provider, provider
from comity.exchange import drills, proposals, refusing
from comity.exchange import provider as provider_acts
from comity.exchange.deliverytables import find_notes
from comity.exchange.errors import NotDecided
from comity.exchange.figures import Figures, Row, figures
from comity.exchange.refusing import By
from comity.exchange.sending import withdrawn
from comity.exchange.worklist import queue
from comity.kernel.errors import BadInput
from comity.requests.errors import OnePerson, WrongState
from comity.requests.release import withdraw

LAN, MINH = By("1", "Lan Tester"), By("2", "Minh Probe")


@pytest.fixture
def sg(nodes: Nodes, tmp_path: Path) -> Iterator[Provider]:
    """SG.orchid, a provider, with VN.a05 as its peer."""
    with provider(nodes, tmp_path) as made:
        yield made


def test_a_refusal_is_released_by_another_person_alone(sg: Provider) -> None:
    """Neither the same account nor the same name releases; another person does, and then nothing more is proposed."""
    request, desk, key = sg.received(), sg.desk(SG), sg.nodes.key("receipt", SG)
    with pytest.raises(NotDecided):
        refusing.release(desk, request.id, MINH, key)
    for _ in (1, 2):
        refusing.propose(desk, request.id, LAN, code="too_broad", reason="A year.")
    for one in (LAN, By("3", "lan  TESTER"), By("1", "Somebody Else")):
        with pytest.raises(OnePerson):
            refusing.release(desk, request.id, one, key)
    taken = refusing.release(desk, request.id, MINH, key)
    assert taken.answer.reason == "A year. Legal review: Lan Tester. Released by: Minh Probe."
    assert [act for act, _ in sg.history(request, SG)].count("propose a refusal") == 1
    with pytest.raises(WrongState):
        refusing.propose(desk, request.id, LAN, code="too_broad", reason="Again.")
    with pytest.raises(NotDecided):
        refusing.release(desk, request.id, MINH, key)


def test_a_declined_refusal_stands_no_more(sg: Provider) -> None:
    """Another person sends a proposal back; it can be proposed anew."""
    request, desk = sg.received(), sg.desk(SG)
    refusing.propose(desk, request.id, LAN, code="too_broad", reason="A year.")
    with pytest.raises(OnePerson):
        refusing.decline(desk, request.id, LAN, "No.")
    refusing.decline(desk, request.id, MINH, "Ask first.")
    with pytest.raises(NotDecided):
        refusing.decline(desk, request.id, MINH, "Again.")
    with pytest.raises(BadInput):
        refusing.propose(desk, request.id, LAN, code="no_such", reason="A year.")
    refusing.propose(desk, request.id, LAN, code="too_broad", reason="A year.")
    with desk.office.store.read() as unit:
        assert proposals.proposal(unit, request) is not None


def test_an_acceptance_ends_a_proposed_refusal(sg: Provider) -> None:
    """Whoever accepts meanwhile ends the proposal by it: nobody can release it any more, and the history says who decided what."""
    request, desk = sg.received(), sg.desk(SG)
    refusing.propose(desk, request.id, LAN, code="too_broad", reason="A year.")
    sg.nodes.considered(request)
    for _ in (1, 2):
        provider_acts.accept(desk, request.id, sg.nodes.key("receipt", SG))
    with pytest.raises(NotDecided):
        refusing.release(desk, request.id, MINH, sg.nodes.key("receipt", SG))
    said = [note for act, note in sg.history(request, SG) if act == "end the proposed refusal"]
    assert said == ["proposed by Lan Tester; the request was accepted"]
    refusing.propose(desk, request.id, LAN, code="too_broad", reason="A year all the same.")
    with desk.office.store.read() as unit:
        assert proposals.proposal(unit, request) is not None


def test_a_refusal_by_another_way_ends_a_proposal(sg: Provider) -> None:
    """A request refused by receipt beside the proposal has none any more, and the history says so; its own release ends it quietly."""
    request, desk = sg.received(), sg.desk(SG)
    refusing.propose(desk, request.id, LAN, code="too_broad", reason="A year.")
    sg.answered(request, "refused", code="incomplete", reason="Nothing is named.")
    assert "end the proposed refusal" in [act for act, _ in sg.history(request, SG)]
    sg.nodes.clock.advance(timedelta(hours=1))
    second = sg.received()
    refusing.propose(desk, second.id, LAN, code="too_broad", reason="A year.")
    refusing.release(desk, second.id, MINH, sg.nodes.key("receipt", SG))
    assert "end the proposed refusal" not in [act for act, _ in sg.history(second, SG)]


def test_drills_are_kept_and_of_the_directorys_numbers_alone(sg: Provider) -> None:
    """A drill says who called and who answered; a number that the directory does not have is refused."""
    office = sg.nodes.office(SG)
    drills.record(office, "VN.a05", "Lan Tester", number="+1 555 0101")
    sg.nodes.clock.advance(timedelta(hours=1))
    drills.record(office, "VN.a05", "Minh Probe", number="+1 555 0101", answered_by="Officer 3")
    assert [one.answered_by for one in drills.drills(office, "VN.a05")] == ["Officer 3", ""]
    assert drills.drills(office, "VN.a0") == []
    for party, number in (("VN.a05", "+1 555 9999"), ("VN.none", "+1 555 0101")):
        with pytest.raises(BadInput):
            drills.record(office, party, "Lan Tester", number=number)
    assert sg.nodes.events(SG).count("desk.drilled") == 2


def test_figures_count_by_country_measure_and_outcome(sg: Provider) -> None:
    """A request counts on the day it came; hours run to the first decision."""
    first, now = sg.received(), sg.nodes.clock.now()
    sg.received("preserve")
    sg.nodes.clock.advance(timedelta(hours=6))
    refusing.propose(sg.desk(SG), first.id, LAN, code="too_broad", reason="A year.")
    refusing.release(sg.desk(SG), first.id, MINH, sg.nodes.key("receipt", SG))
    with sg.nodes.office(SG).store.read() as unit:
        found = figures(unit, now - timedelta(days=1), now + timedelta(days=1), now)
        none = figures(unit, now + timedelta(days=1), now + timedelta(days=2), now)
    assert [(row.country, row.measure, row.outcome, row.code, row.requests, row.hours) for row in found.rows] == [
        ("VN", "disclose_subscriber", "refused", "too_broad", 1, 6.0),
        ("VN", "preserve", "waiting", "", 1, None),
    ]
    assert (found.total, found.by("country"), none.total) == (2, [("VN", 2)], 0)


def test_the_queue_is_of_the_cases_one_knows_of(sg: Provider) -> None:
    """Of named cases alone are rows given; a case of another peer with the same reference is another case."""
    request, desk = sg.received(), sg.desk(SG)
    case = f"VN.a05:{request.case}"
    assert [row.request.id for row in queue(desk, cases=[case])] == [request.id]
    assert queue(desk, cases=[f"PH.cicc:{request.case}", request.case]) == []
    assert queue(desk, cases=[]) == []


def test_small_numbers_are_counted_together_for_the_public() -> None:
    """What has fewer than five requests is told as others, of which there are five or more whenever anything else is told."""
    now = datetime(2026, 11, 1, tzinfo=UTC)

    def published(**countries: int) -> list[tuple[str, int]]:
        rows = tuple(Row(name, "preserve", "accepted", "", number, 1.0) for name, number in countries.items())
        return Figures(now, now, rows).published("country")

    assert published(VN=9, PH=6) == [("VN", 9), ("PH", 6)]
    assert published(VN=9, PH=6, MA=3, SG=2) == [("VN", 9), ("PH", 6), ("", 5)]
    assert published(VN=9, PH=6, MA=1) == [("VN", 9), ("", 7)]
    assert published(MA=1) == [("", 1)]
    assert published() == []


@given(st.lists(st.integers(1, 12), max_size=8))
def test_no_small_number_is_ever_published(numbers: list[int]) -> None:
    """Whatever the counts, every figure told is five or more, unless all requests together are fewer; and the total is kept."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    rows = tuple(Row(f"C{n}", "preserve", "accepted", "", number, None) for n, number in enumerate(numbers))
    told = [number for _name, number in Figures(now, now, rows).published("country")]
    assert sum(told) == sum(numbers)
    assert sum(numbers) < 5 or min(told) >= 5


def test_a_withdrawal_by_the_sender_ends_a_proposed_refusal(sg: Provider) -> None:
    """What its sender withdrew is not refused any more: the proposal ends by itself, once, and none is made anew."""
    request, desk, key = sg.received(), sg.desk(SG), sg.nodes.key("receipt", SG)
    refusing.propose(desk, request.id, LAN, code="too_broad", reason="A year.")
    withdraw(sg.nodes.office(VN), request.id, "Solved.", also=withdrawn(sg.desk(VN)))
    for _ in (1, 2):
        sg.work(VN)
    with desk.office.store.read() as unit:
        assert proposals.proposal(unit, request) is None
        ended = [note for note in find_notes(unit, request=request.id) if note.kind == proposals.SUPERSEDED]
    assert [(note.who, note.facts["decided"]) for note in ended] == [(VN, "withdrawn")]
    said = [note for act, note in sg.history(request, SG) if act == "end the proposed refusal, withdrawn"]
    assert said == ["proposed by Lan Tester; the request was withdrawn"]
    with pytest.raises(NotDecided):
        refusing.release(desk, request.id, MINH, key)
    with pytest.raises(WrongState, match="which its sender withdrew"):
        refusing.propose(desk, request.id, LAN, code="too_broad", reason="A year.")

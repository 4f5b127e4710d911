"""Clocks run on whose word, until when, alike on both sides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders.nodes import Nodes
from builders.world import SHEET
from comity.kernel.clock import stamp
from comity.requests.drafting import follow
from comity.requests.intake import receive
from comity.requests.model import Request
from comity.requests.receipts import take
from comity.requests.register import show_request
from comity.requests.release import release, seal_request

SG = "SG.orchid"
Seen = dict[str, tuple[str, bool]]


def clocks(nodes: Nodes, request: Request, party: str = "VN.a05") -> Seen:
    """Each clock of a request on one side: when it is due, and whether it runs."""
    shown = show_request(nodes.office(party), request.id).clocks
    return {clock.kind: (stamp(clock.due_at), clock.open) for clock in shown}


def answered(nodes: Nodes, request: Request, state: str, **word: str) -> None:
    """SG.orchid answers and VN.a05 takes it in, a minute later."""
    nodes.clock.advance(timedelta(minutes=1))
    take(nodes.office(), nodes.answered(request, state, **word))


def test_release_starts_the_senders_clocks(nodes: Nodes) -> None:
    """A signed receipt is expected within a day, an answer when it was asked for, and secrecy has its end."""
    reply = {"by": nodes.later(days=3), "reason": "r"}
    request = nodes.released(reply=reply, secrecy={"reason": "r", "until": "2027-01-31"})
    assert clocks(nodes, request) == {
        "receipt_expected": (nodes.later(hours=24), True),
        "reply_by": (reply["by"], True),
        "secrecy_until": ("2027-01-31T00:00:00Z", True),
    }


def test_nothing_runs_before_release(nodes: Nodes) -> None:
    """A draft and a sealed request have no clocks."""
    reply = {"by": nodes.later(days=3), "reason": "r"}
    assert clocks(nodes, nodes.draft(reply=reply)) == clocks(nodes, nodes.sealed(reply=reply)) == {}


def test_a_first_receipt_stops_waiting_for_one(nodes: Nodes) -> None:
    """Once a receipt has come, none is expected; what the sender asked for still runs."""
    request = nodes.received(reply={"by": nodes.later(days=3), "reason": "r"})
    answered(nodes, request, "received")
    found = clocks(nodes, request)
    assert (found["receipt_expected"][1], found["reply_by"][1]) == (False, True)


def test_acceptance_starts_the_preservation_on_both_sides(nodes: Nodes) -> None:
    """Data are preserved until the receiver's date; the sender is reminded a fortnight before; nobody waits any more."""
    request = nodes.received(reply={"by": nodes.later(days=3), "reason": "r"})
    until = nodes.later(days=60)
    answered(nodes, request, "accepted", preserved_until=until)
    ours, theirs = clocks(nodes, request), clocks(nodes, request, SG)
    assert ours["preserved_until"] == theirs["preserved_until"] == (until, True)
    assert ours["reply_by"][1] == theirs["reply_by"][1] is False
    assert ours["extend_before"][0] == stamp(nodes.clock.now() + timedelta(days=46, minutes=-1))
    assert "extend_before" not in theirs


def test_a_later_date_replaces_an_earlier_one(nodes: Nodes) -> None:
    """The end of a preservation is what was said last."""
    request = nodes.received()
    for days in (90, 60):
        until = nodes.later(days=days)
        answered(nodes, request, "accepted", preserved_until=until)
    assert clocks(nodes, request)["preserved_until"] == clocks(nodes, request, SG)["preserved_until"] == (until, True)


def test_a_question_is_due(nodes: Nodes) -> None:
    """More information is due when the receiver says; an acceptance afterwards ends the waiting."""
    request = nodes.received()
    by = nodes.later(days=2)
    answered(nodes, request, "info_needed", code="clarify_period", reason="Which days?", reply_by=by)
    assert clocks(nodes, request)["information_due"] == (by, True)
    answered(nodes, request, "accepted", preserved_until=nodes.later(days=60))
    assert clocks(nodes, request)["information_due"] == (by, False)


def test_a_refusal_stops_everything_but_secrecy(nodes: Nodes) -> None:
    """After a refusal nothing runs but the end of secrecy."""
    request = nodes.received(
        reply={"by": nodes.later(days=3), "reason": "r"}, secrecy={"reason": "r", "until": "2027-01-31"}
    )
    answered(nodes, request, "accepted", preserved_until=nodes.later(days=60))
    answered(nodes, request, "refused", code="no_data", reason="There are none.")
    for party in ("VN.a05", SG):
        assert [kind for kind, (_, runs) in clocks(nodes, request, party).items() if runs] == ["secrecy_until"]


def extension(nodes: Nodes, earlier: Request, **how: str) -> Request:
    """A released extension of a preservation that SG.orchid received."""
    made = follow(nodes.office(), earlier.id, relation="extends", sheets=[nodes.sheet(SHEET)])
    seal_request(nodes.office(), made.id, nodes.key("draft"))
    made = release(nodes.office(), made.id, nodes.key("release"))
    receive(nodes.office(SG), nodes.carried(made))
    return made


def test_an_extension_moves_the_preservation(nodes: Nodes) -> None:
    """What is accepted on an extension moves the clock of the preservation it extends, on both sides."""
    request = nodes.received()
    answered(nodes, request, "accepted", preserved_until=nodes.later(days=60))
    longer = nodes.later(days=150)
    answered(nodes, extension(nodes, request), "accepted", preserved_until=longer)
    for party in ("VN.a05", SG):
        assert clocks(nodes, request, party)["preserved_until"] == (longer, True)


def test_a_refused_extension_leaves_the_preservation(nodes: Nodes) -> None:
    """When an extension is refused, the preservation runs until the date first given."""
    request = nodes.received()
    until = nodes.later(days=60)
    answered(nodes, request, "accepted", preserved_until=until)
    answered(nodes, extension(nodes, request), "refused", code="order_missing", reason="An order is needed.")
    assert clocks(nodes, request)["preserved_until"] == clocks(nodes, request, SG)["preserved_until"] == (until, True)


@pytest.mark.parametrize("measure", ["preserve", "extend_preservation"])
def test_another_party_cannot_move_it(measure: str, nodes: Nodes) -> None:
    """A request of another party that names our package moves no clock of ours."""
    request = nodes.received()
    until = nodes.later(days=60)
    answered(nodes, request, "accepted", preserved_until=until)
    related = [{"relation": "extends", "reference": request.reference, "package": request.package}]
    hostile = nodes.maker.request(measure=measure, related=related, **{"from": {"party": "PH.cicc", "name": "x"}})
    people = [nodes.key("draft", "PH.cicc"), nodes.key("release", "PH.cicc")]
    receive(nodes.office(SG), nodes.maker.good(hostile, signers=people, role=nodes.world.slice("PH.cicc")))
    nodes.clock.advance(timedelta(minutes=1))
    other = show_request(nodes.office(SG), hostile["id"]).request
    nodes.answered(other, "accepted", preserved_until=nodes.later(days=1))
    assert clocks(nodes, request, SG)["preserved_until"] == (until, True)


def test_each_clock_says_on_whose_word(nodes: Nodes) -> None:
    """Every clock names its source: a signed receipt, the sender's wish, or a target of our own."""
    request = nodes.received(reply={"by": nodes.later(days=3), "reason": "Logs are overwritten."})
    answered(nodes, request, "accepted", preserved_until=nodes.later(days=60))
    sources = {clock.kind: clock.source for clock in show_request(nodes.office(), request.id).clocks}
    assert sources == {
        "receipt_expected": "local target: 24 hours for a signed receipt",
        "reply_by": "asked by the sender: Logs are overwritten.",
        "preserved_until": "signed receipt: data are preserved until then",
        "extend_before": "local target: 14 days before the end",
    }

"""The register shows what there is, what is due, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders.nodes import Nodes
from comity.kernel.errors import BadInput
from comity.requests.errors import NoRequest
from comity.requests.intake import receive
from comity.requests.receipts import take
from comity.requests.register import list_due, list_requests, print_request, show_request


def test_lists_by_direction_and_state(nodes: Nodes) -> None:
    """Requests are listed with the latest change first, and by direction and state."""
    draft = nodes.draft()
    nodes.clock.advance(timedelta(minutes=1))
    released = nodes.released()
    office = nodes.office()
    assert [request.id for request in list_requests(office)] == [released.id, draft.id]
    assert [request.id for request in list_requests(office, state="draft")] == [draft.id]
    assert list_requests(office, direction="in") == list_requests(office, state="refused") == []
    with pytest.raises(BadInput, match="expected one of: draft"):
        list_requests(office, state="none")


def test_a_dossier_is_whole(nodes: Nodes) -> None:
    """A request is shown with its acts, code, history, receipts, clocks and content."""
    request = nodes.received()
    take(nodes.office(), nodes.answered(request, "accepted", preserved_until=nodes.later(days=60)))
    plain = show_request(nodes.office(), request.reference).plain(nodes.office())
    assert plain["acts"] == ["accepted", "info_needed", "refused", "withdraw"]
    assert plain["document"] == request.document
    assert [row["state"] for row in plain["history"]] == ["draft", "sealed", "released", "accepted"]
    assert [(row["state"], row["signed"]) for row in plain["receipts"]] == [("accepted", True)]
    assert {row["kind"] for row in plain["clocks"]} == {"receipt_expected", "preserved_until", "extend_before"}
    assert plain["read_back_code"].replace(" ", "") == request.package[:16]
    assert "raw" not in plain["receipts"][0]


def test_a_draft_has_no_code(nodes: Nodes) -> None:
    """What has no package has no code to read back."""
    assert show_request(nodes.office(), nodes.draft().id).plain(nodes.office())["read_back_code"] is None


def test_what_is_due_comes_by_date(nodes: Nodes) -> None:
    """Running clocks of all requests come by date; one that has passed is overdue, one that stopped is gone."""
    first = nodes.received(reply={"by": nodes.later(hours=2), "reason": "r"})
    second = nodes.released(reply={"by": nodes.later(hours=1), "reason": "r"})
    take(nodes.office(), nodes.answered(first, "received"))
    nodes.clock.advance(timedelta(minutes=90))
    rows = [(row["reference"], row["kind"], row["overdue"]) for row in list_due(nodes.office())]
    assert rows == [
        (second.reference, "reply_by", True),
        (first.reference, "reply_by", False),
        (second.reference, "receipt_expected", False),
    ]


def test_reading_our_own_request_is_no_event(nodes: Nodes) -> None:
    """Only reads of what others sent are logged."""
    request = nodes.received()
    before = nodes.events()
    show_request(nodes.office(), request.id)
    assert nodes.events() == before
    show_request(nodes.office("SG.orchid"), request.id)
    assert nodes.events("SG.orchid")[-1] == "package.read"


@pytest.mark.parametrize("name", ["", "none", "VN.a05-2026", "%", "VN.a05-2026-000_"])
def test_an_unknown_name(name: str, nodes: Nodes) -> None:
    """A request is found by its whole id or reference, and by nothing like it."""
    nodes.draft()
    with pytest.raises(NoRequest, match="names 0 requests"):
        show_request(nodes.office(), name)


def test_a_reference_that_names_two(nodes: Nodes) -> None:
    """A reference that we and another party both use names two requests: the id tells them apart."""
    ours = nodes.draft()
    request = nodes.maker.request(
        reference=ours.reference, to={"party": "VN.a05", "name": "x"}, **{"from": {"party": "PH.cicc", "name": "x"}}
    )
    people = [nodes.key("draft", "PH.cicc"), nodes.key("release", "PH.cicc")]
    receive(nodes.office(), nodes.maker.good(request, signers=people, role=nodes.world.slice("PH.cicc")))
    with pytest.raises(NoRequest, match="names 2 requests"):
        show_request(nodes.office(), ours.reference)
    assert show_request(nodes.office(), ours.id).request == ours


def test_printed_as_it_will_be_sealed(nodes: Nodes) -> None:
    """What is printed before sealing is, byte for byte, what is then sealed."""
    request = nodes.draft()
    before = print_request(nodes.office(), request.id)
    parts = nodes.maker.parts(nodes.carried(nodes.released()))
    assert before.startswith(b"%PDF-") and parts["data/request.pdf"].startswith(b"%PDF-")
    sealed = nodes.sealed()
    kept = nodes.maker.parts(nodes.office().blobs.path(sealed.file))
    assert print_request(nodes.office(), sealed.id) == kept["data/request.pdf"]


def test_printing_what_others_sent_is_logged(nodes: Nodes) -> None:
    """To print an incoming request is to read it."""
    request = nodes.received()
    print_request(nodes.office("SG.orchid"), request.id)
    assert nodes.events("SG.orchid")[-1] == "package.read"


def test_an_incomplete_draft_is_printed(nodes: Nodes) -> None:
    """A draft that lacks nearly everything is printed as far as it goes."""
    assert print_request(nodes.office(), nodes.draft(contents=[{"id": "data", "text": "All of it."}]).id)

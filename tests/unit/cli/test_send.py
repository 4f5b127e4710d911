"""Sending a request and taking messages in by hand, from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.commands import comity
from builders.exchange import PH, SG, VN
from builders.nodes import Nodes
from builders.orders import Street, street


@pytest.fixture
def road(today: Nodes, tmp_path: Path) -> Iterator[Street]:
    """Three nodes of today that know each other."""
    with street(today, tmp_path) as made:
        yield made


def test_a_request_goes_by_hand_and_its_answer_comes_back(road: Street, tmp_path: Path) -> None:
    """The message is written to a file, taken in at the other node, and the answer file ends it here."""
    request = road.nodes.released()
    homes = {party: road.nodes.home(party) for party in (VN, SG)}
    sent = comity("send", request.reference, "--home", homes[VN], "--file", tmp_path / "order", "--json")
    assert (sent.code, sent.data["to"], sent.data["state"]) == (0, SG, "queued"), sent.err
    took = comity("inbox", "take", tmp_path / "order", "--home", homes[SG], "--out", tmp_path / "answer", "--json")
    assert (took.code, took.data["kind"], took.data["request"]) == (0, "order", request.id), took.err
    back = comity("inbox", "take", tmp_path / "answer", "--home", homes[VN], "--json")
    assert (back.code, back.data["state"], back.data["reason"]) == (0, "answered", ""), back.err
    assert road.state(request, SG) == "received"
    again = comity("send", request.reference, "--home", homes[VN], "--json")
    assert (again.data["transaction"], again.data["state"]) == (sent.data["transaction"], "answered")


def test_the_inbox_shows_what_came(road: Street) -> None:
    """The list names the message, and the message its objects."""
    request = road.sent()
    road.work(VN)
    home = road.nodes.home(SG)
    (row,) = comity("inbox", "list", "--home", home, "--json").data
    assert (row["peer"], row["kind"], row["request"]) == (VN, "order", request.id)
    shown = comity("inbox", "show", row["transaction"], "--home", home, "--json").data
    assert [one["type"] for one in shown["actions"]] == ["AuthorisationObject", "DocumentObject", "LPTaskObject"]
    assert VN in comity("inbox", "list", "--home", home).out
    assert "CREATE LPTaskObject" in comity("inbox", "show", row["transaction"], "--home", home).out


def test_a_message_is_not_taken_in_without_a_place_for_the_answer(road: Street, tmp_path: Path) -> None:
    """Nothing is done before it is known where the answer goes."""
    request = road.nodes.released()
    comity("send", request.reference, "--home", road.nodes.home(), "--file", tmp_path / "order")
    said = comity("inbox", "take", tmp_path / "order", "--home", road.nodes.home(SG))
    assert (said.code, "--out" in said.err) == (2, True)
    assert comity("inbox", "list", "--home", road.nodes.home(SG), "--json").data == []


def test_a_message_that_is_refused_says_why(road: Street, tmp_path: Path) -> None:
    """Altered, although its transaction is known, or brought to another desk: the reason is told, and the exit code is 1."""
    request = road.nodes.released()
    order, homes = tmp_path / "order", {party: road.nodes.home(party) for party in (SG, PH)}
    comity("send", request.reference, "--home", road.nodes.home(), "--file", order)
    assert comity("inbox", "take", order, "--home", homes[SG], "--out", tmp_path / "answer").code == 0
    elsewhere = comity("inbox", "take", order, "--home", homes[PH], "--out", tmp_path / "no", "--json")
    assert (elsewhere.code, elsewhere.data["state"], elsewhere.data["code"]) == (1, "refused", 3007)
    middle = order.stat().st_size // 2
    raw = order.read_bytes()
    order.write_bytes(raw[:middle] + (b"A" if raw[middle : middle + 1] != b"A" else b"B") + raw[middle + 1 :])
    altered = comity("inbox", "take", order, "--home", homes[SG], "--out", tmp_path / "neither")
    assert (altered.code, "answered with a refusal" in altered.out) == (1, True)
    assert "did not make" in altered.out


def test_a_transaction_nobody_knows_is_not_shown(road: Street) -> None:
    """The error says that there is none."""
    assert comity("inbox", "show", "nothing", "--home", road.nodes.home()).code == 2


def test_a_request_that_was_not_released_is_not_sent(road: Street) -> None:
    """The advice says how to release it."""
    draft = road.nodes.draft()
    said = comity("send", draft.reference, "--home", road.nodes.home())
    assert (said.code, "Release it first" in said.err) == (1, True)

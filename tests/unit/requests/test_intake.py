"""A package that arrived is verified, kept, and becomes an incoming request once."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from builders.nodes import Nodes
from comity.kernel.errors import BadInput
from comity.requests.errors import PackageRefused
from comity.requests.intake import receive
from comity.requests.register import list_due, list_requests, show_request

SG = "SG.orchid"


def test_an_incoming_request(nodes: Nodes) -> None:
    """The request is the sender's, with its reference, id and package, and the result says how it verified."""
    released = nodes.released()
    got = receive(nodes.office(SG), nodes.carried(released))
    request = got.request
    assert (request.direction, request.state, request.peer) == ("in", "received", "VN.a05")
    assert (request.id, request.reference, request.package) == (released.id, released.reference, released.package)
    assert request.document == released.document
    statuses = {step.name: step.status for step in got.result.steps}
    assert set(statuses.values()) == {"ok"}
    assert request.changed_at == nodes.clock.now()


def test_the_senders_wishes_start_clocks(nodes: Nodes) -> None:
    """The answer asked for and the end of secrecy are due on the receiver's side, with who says so."""
    reply = {"by": nodes.later(days=3), "reason": "Logs are overwritten."}
    secrecy = {"reason": "Suspects would flee.", "until": "2027-01-31"}
    nodes.received(reply=reply, secrecy=secrecy)
    rows = [(row["kind"], row["due_at"], row["source"]) for row in list_due(nodes.office(SG))]
    assert rows == [
        ("reply_by", reply["by"], "asked by the sender: Logs are overwritten."),
        ("secrecy_until", "2027-01-31T00:00:00Z", "demanded by the sender: Suspects would flee."),
    ]


def test_it_is_in_log_and_history(nodes: Nodes) -> None:
    """The arrival is in the log and opens the request's history."""
    request = nodes.received()
    assert nodes.events(SG)[-1] == "package.received"
    history = show_request(nodes.office(SG), request.id).history
    assert [(entry.act, entry.who, entry.state) for entry in history] == [("receive", "VN.a05", "received")]


def test_a_refusal_says_step_and_remedy(nodes: Nodes) -> None:
    """A package that does not verify is refused at its step, with the advice to call back."""
    path = nodes.maker.good(signers=[nodes.key("draft")])
    with pytest.raises(PackageRefused, match="signatures, expected") as caught:
        receive(nodes.office(SG), path)
    assert (caught.value.field, "Call the party back" in caught.value.advice) == ("signers", True)
    assert list_requests(nodes.office(SG)) == []


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "folder", "empty folder"])
def test_what_is_no_package(kind: str, nodes: Nodes, tmp_path: Path) -> None:
    """What is no package at all is refused by its path, and leaves nothing half-kept."""
    path = tmp_path / "arrived"
    match kind:
        case "empty":
            path.touch()
        case "text":
            path.write_text("Dear colleague")
        case "folder":
            path.mkdir()
            (path / "note.txt").write_text("Dear colleague")
        case "empty folder":
            path.mkdir()
    with pytest.raises(BadInput if kind == "missing" else PackageRefused) as caught:
        receive(nodes.office(SG), path)
    assert caught.value.file == str(path)
    assert list_requests(nodes.office(SG)) == []
    assert nodes.events(SG)[-1] == ("node.created" if kind == "missing" else "package.refused")


def test_the_original_may_go(nodes: Nodes) -> None:
    """What is kept is a copy: the file that arrived can be changed or removed afterwards."""
    path = nodes.carried(nodes.released())
    got = receive(nodes.office(SG), path)
    path.write_bytes(b"")
    path.unlink()
    assert nodes.node(SG).blobs.path(got.request.file).stat().st_size > 10_000


def test_no_staged_file_is_left(nodes: Nodes) -> None:
    """After the node has closed, nothing half-written is in its folder, whether packages were taken or refused."""
    receive(nodes.office(SG), nodes.carried(nodes.released()))
    with pytest.raises(PackageRefused):
        receive(nodes.office(SG), nodes.maker.good(signers=[nodes.key("draft")]))
    nodes.close()
    files = nodes.home(SG) / "files"
    assert [name for _, _, names in os.walk(files / "staging") for name in names] == []


def test_known_package_again_after_a_month(nodes: Nodes) -> None:
    """A package that was received when it was fresh is known, not refused, when it comes again after a month."""
    request = nodes.released()
    path = nodes.carried(request)
    assert receive(nodes.office("SG.orchid"), path).new
    nodes.clock.advance(timedelta(days=40))
    nodes.update("SG.orchid")
    again = receive(nodes.office("SG.orchid"), path)
    assert (again.new, again.request.package) == (False, request.package)

"""What was seen once has one effect, and nothing at another desk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders.commands import comity
from builders.nodes import Nodes
from comity.kernel.errors import Refused
from comity.requests.errors import PackageRefused
from comity.requests.intake import Received, receive
from comity.requests.register import list_requests

SG, PH = "SG.orchid", "PH.cicc"


def brought(nodes: Nodes, path: Path, party: str = SG) -> tuple[int, str]:
    """Give a package to the command of a node; tells the exit code and the step that refused."""
    said = comity("receive", path, "--home", nodes.home(party), "--json")
    return said.code, said.problem.get("field", "") if said.code else ""


def test_same_request_in_another_package(today: Nodes) -> None:
    """A request that is known under one package is refused in another, at the step that looks for replays."""
    first = today.maker.good()
    other = today.maker.good(today.maker.request(use_limits="Also for tax matters."))
    assert brought(today, first) == (0, "")
    assert brought(today, other) == (1, "replay")
    assert len(list_requests(today.office(SG))) == 1


def test_same_package_twice(today: Nodes) -> None:
    """The same package again changes nothing: one request, one history, one entry in the log."""
    path = today.carried(today.released())
    effects = []
    for _ in range(2):
        assert brought(today, path) == (0, "")
        effects.append((list_requests(today.office(SG)), today.events(SG).count("package.received")))
    assert effects[0] == effects[1]
    assert effects[0][1] == 1


def test_same_package_unpacked(nodes: Nodes) -> None:
    """The same package as a folder is known as the same one."""
    path = nodes.maker.good()
    folder = nodes.folder / "VN.a05-2026-0001"
    for name, data in nodes.maker.parts(path).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    one, other = (receive(nodes.office(SG), each) for each in (path, folder))
    assert (one.new, other.new, one.request) == (True, False, other.request)


def test_same_package_with_more_in_its_seal(nodes: Nodes) -> None:
    """A package whose seal was freshened since keeps its digest: it is the same one, and the first file is kept."""
    parts = nodes.maker.parts()
    one = receive(nodes.office(SG), nodes.maker.pack(parts))
    nodes.update(SG)
    fresh = {f"seal/role/{name}": data for name, data in nodes.world.slice("VN.a05").items()}
    assert fresh.items() - parts.items()
    again = receive(nodes.office(SG), nodes.maker.pack(parts | fresh))
    assert (again.new, again.request) == (False, one.request)


def test_package_at_another_desk(today: Nodes) -> None:
    """A package for the exchange is refused by every other desk, and by the sender's own."""
    path = today.carried(today.released())
    for party in (PH, "VN.a05"):
        assert brought(today, path, party) == (1, "addressee")
    assert list_requests(today.office(PH)) == []


def test_incoming_request_under_an_id_of_ours(nodes: Nodes) -> None:
    """A party cannot overwrite a request of ours by sending one under its id."""
    ours = nodes.released(to=PH)
    request = nodes.maker.request(
        id=ours.id, to={"party": "VN.a05", "name": "x"}, **{"from": {"party": PH, "name": "x"}}
    )
    people = [nodes.key("draft", PH), nodes.key("release", PH)]
    hostile = nodes.maker.good(request, signers=people, role=nodes.world.slice(PH))
    with pytest.raises(PackageRefused) as caught:
        receive(nodes.office(), hostile)
    assert caught.value.field == "replay"
    assert [r.direction for r in list_requests(nodes.office())] == ["out"]


def test_two_requests_under_one_reference(nodes: Nodes) -> None:
    """A second request of a sender under a reference it has used is refused, and the first one stays."""
    first = receive(nodes.office(SG), nodes.maker.good())
    other = nodes.maker.good(nodes.maker.request(id="01939f3c-7a2e-7c11-9b52-6d1f0c8e4a99"))
    with pytest.raises(Refused) as caught:
        receive(nodes.office(SG), other)
    assert "reference" in f"{caught.value} {caught.value.advice}"
    assert list_requests(nodes.office(SG)) == [first.request]


def test_old_package_comes_late(nodes: Nodes) -> None:
    """A package that nobody saw for a month is refused by its age."""
    path = nodes.maker.good()
    nodes.clock.advance(timedelta(days=31))
    nodes.update(SG)
    with pytest.raises(PackageRefused) as caught:
        receive(nodes.office(SG), path)
    assert caught.value.field == "time"


def test_a_refusal_is_written_down(nodes: Nodes) -> None:
    """Each package that was refused is in the log, with the step; nothing of it is kept."""
    path = nodes.maker.good(signers=[nodes.key("draft")])
    before = set(nodes.node(SG).blobs.path("x").parent.rglob("package-*"))
    for _ in range(2):
        with pytest.raises(PackageRefused):
            receive(nodes.office(SG), path)
    assert nodes.events(SG)[-2:] == ["package.refused"] * 2
    assert set(nodes.node(SG).blobs.path("x").parent.rglob("package-*")) == before


def test_received_is_what_was_sent(nodes: Nodes) -> None:
    """The package is kept byte for byte as it came."""
    path = nodes.carried(nodes.released())
    got: Received = receive(nodes.office(SG), path)
    assert nodes.node(SG).blobs.path(got.request.file).read_bytes() == path.read_bytes()

"""Attacks on evidence that goes from node to node: announced, fetched, answered and called back by those who may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from builders.exchange import PH, SG, VN
from builders.nodes import Nodes
from builders.orders import faults
from builders.parcels import Parcels, parcels
from comity.crypto.recipient import new_identity, seal_stream
from comity.evidence.papers import SignedPaper, sign_paper
from comity.exchange import arriving
from comity.exchange.custody import offered
from comity.exchange.deliverytables import put_parcel
from comity.exchange.handing import EVIDENCE, MEDIA
from comity.exchange.mapping import ours, owner
from comity.hi1.model import Action, Thing
from comity.hi1.things import body, derived
from comity.kernel import canonical
from comity.kernel.clock import stamp

PLACE = "https://127.0.0.1:{port}/hi1/files/{token}"


@pytest.fixture
def road(nodes: Nodes, tmp_path: Path) -> Iterator[Parcels]:
    """VN.a05 with an item, and SG.orchid as its peer."""
    with parcels(nodes, tmp_path) as made:
        yield made


def told(road: Parcels, kind: str, data: bytes, by: str = VN, to: str = SG, **members: Any) -> list[int]:
    """The faults that a party's node answers with to a document of a kind from another one."""
    media = next(media for media, known in MEDIA.items() if known == kind)
    document = {
        **owner(by), "DocumentReference": "x", "DocumentName": "x.json", "DocumentType": ours("DocumentType", EVIDENCE),
        "DocumentBody": body(data, media), **members,
    }  # fmt: skip
    action = Action(0, "CREATE", Thing("DocumentObject", derived(str(road.nodes.maker.path())), document))
    message = road.message(action, by=by, to=to)
    return faults(road.asked(road.letter(message, road.nodes.key("node", by)), to=to, by=(by,)))


def parcel(road: Parcels, **changes: Any) -> bytes:
    """An announcement by VN."""
    place = road.link.url(VN) + "/files/" + "t" * 43
    row = {
        "format": "comity-parcel/1", "id": "0" * 36, "note": "ab" * 32, "size": 10, "sha256": "cd" * 32, "url": place,
        "expires": stamp(road.nodes.clock.now().replace(year=2027)),
    }  # fmt: skip
    return canonical.dump(row | changes)


def signed(road: Parcels, paper: SignedPaper, kind: str, by: str, **changes: Any) -> bytes:
    """A paper that says the same under another kind, signed by a party."""
    said = {name: value for name, value in paper.document.items() if name != "format"} | changes
    return sign_paper(road.between.desk(by), kind, said, road.nodes.key("custody", by)).data


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://evil.example.net/hi1/files/" + "t" * 43},
        {"url": "https://127.0.0.1:1/hi1/files/" + "t" * 43},
        {"url": "file:///etc/passwd"},
        {"expires": "2020-01-01T00:00:00Z"},
        {"size": 1 << 50},
        {"size": -1},
        {"id": "../../etc/passwd"},
        {"sha256": "x"},
        {"format": "comity-parcel/2"},
        {"extra": "x"},
    ],
)
def test_an_announcement_that_leads_astray(changes: dict[str, Any], road: Parcels) -> None:
    """Only what is at the sender's own place, still to be had and of a size that is one, is taken on."""
    assert told(road, "parcel", parcel(road, **changes)) != []
    assert road.fetch() == []


def test_an_announcement_that_is_no_json(road: Parcels) -> None:
    """Bytes that are no announcement are refused."""
    for data in (b"{", b"\xff", b"[]", b'{"a": 1}', b"[" * 10_000):
        assert told(road, "parcel", data) == [3007]


def test_another_file_under_a_hand_over_that_is_here(road: Parcels) -> None:
    """What was announced stands: other bytes under its number are refused."""
    assert told(road, "parcel", parcel(road)) == []
    assert told(road, "parcel", parcel(road)) == []
    assert told(road, "parcel", parcel(road, sha256="ee" * 32)) == [3010]
    assert told(road, "parcel", parcel(road, note="ee" * 32)) == [3010]


def test_other_bytes_than_announced(road: Parcels) -> None:
    """Bytes that are not what was stated are given up, and the sender's node is told."""
    road.hand_over()
    road.meddle = lambda data: data[:-1] + bytes([data[-1] ^ 1])
    road.rounds()
    assert (road.parcel().state, road.parcel(VN).state) == ("Error", "Error")
    assert "SHA-256" in road.parcel(VN).reason
    assert not list((road.nodes.home(SG) / "files/partial").iterdir())


def test_a_file_that_is_not_for_us_or_says_something_else(road: Parcels) -> None:
    """A file that our identity does not open, or whose note is another one, is never acknowledged."""
    note, _ = road.hand_over()
    stranger = road.nodes.office(VN).blobs.stage()
    seal_stream(lambda out: out.write(b"x" * 100), stranger, (new_identity().recipient,))
    data = stranger.read_bytes()
    office = road.nodes.office(VN)
    kept = replace(road.parcel(VN), sha256=sha256(data).hexdigest(), size=len(data), file="handover-x", state="Error")
    office.blobs.path("handover-x").write_bytes(data)
    with office.store.write() as unit:
        put_parcel(unit, replace(kept, id="1" * 36, state="Available"))
    row = {"id": "1" * 36, "note": note.digest, "size": len(data), "sha256": kept.sha256, "url": kept.url}
    assert told(road, "parcel", parcel(road, **row)) == []
    (done,) = road.fetch()
    assert done.state == "Error"


def test_a_token_opens_nothing_for_another_party(road: Parcels) -> None:
    """Evidence is given to the party that it was handed to, and to no other, whatever it knows."""
    _, made = road.hand_over()
    token = made.url.rpartition("/")[2]
    office = road.nodes.office(VN)
    assert offered(office, (SG,), token) is not None
    for party, one in ((PH, token), (VN, token), (SG, token[:-1]), (SG, "")):
        assert offered(office, (party,), one) is None


def test_an_answer_by_somebody_else(road: Parcels) -> None:
    """An acceptance or refusal that another party signed, or brings, moves nothing."""
    note, made = road.hand_over()
    road.rounds()
    acceptance = road.accept(made.id).acceptance
    assert told(road, "acceptance", acceptance.data, by=PH, to=VN) == [3007]
    assert told(road, "acceptance", signed(road, acceptance, "acceptance", PH, **{"from": PH}), by=PH, to=VN) == [3007]
    assert told(road, "refusal", acceptance.data, by=SG, to=VN) == [3007]
    assert road.acts(VN)[-1] == "transferred"
    assert note.digest == acceptance.document["paper"]


def test_a_second_answer_that_says_the_opposite(road: Parcels) -> None:
    """Who accepted cannot refuse afterwards."""
    _, made = road.hand_over()
    road.rounds()
    acceptance = road.accept(made.id).acceptance
    road.rounds()
    assert told(road, "refusal", signed(road, acceptance, "refusal", SG, why="x"), by=SG, to=VN) == [3007]
    assert road.acts(VN)[-1] == "accepted"


def test_a_notice_by_somebody_else(road: Parcels) -> None:
    """Only the party that handed it over calls it back, before it is accepted and after."""
    note, made = road.hand_over(copy=True)
    road.rounds()
    said = {
        "id": "2" * 36, "kind": "recalled", "about": made.id, "paper": note.digest, "item": "E-17", "to": SG,
        "at": stamp(road.nodes.clock.now()), "person": "x", "post": "y", "why": "z", "from": PH,
    }  # fmt: skip
    for _ in range(2):
        paper = sign_paper(road.between.desk(PH), "recall", said, road.nodes.key("custody", PH))
        assert told(road, "recall", paper.data, by=PH) != []
        if road.parcel().file:
            assert road.parcel().state == "Acknowledged"
            road.accept(made.id)
    assert road.acts(SG) == ["received", "verified"]


def test_a_word_on_evidence_of_another(road: Parcels) -> None:
    """A party has no word on what was handed to another one, nor on other bytes."""
    _, made = road.hand_over()
    row = {"format": "comity-parcel-word/1", "id": made.id, "sha256": made.sha256, "state": "Error", "reason": "x"}
    assert told(road, "parcel-word", canonical.dump(row), by=PH, to=VN) == [3011]
    assert told(road, "parcel-word", canonical.dump(row | {"sha256": "ab" * 32}), by=SG, to=VN) == [3011]
    assert told(road, "parcel-word", canonical.dump(row | {"state": "Recalled"}), by=SG, to=VN) == [3007]
    assert road.parcel(VN).state == "Available"


def test_several_documents_in_one_message(road: Parcels) -> None:
    """A message on evidence has one document and nothing else."""
    made = road.hand_over()[1]
    (message,) = road.messages(VN, direction="out", kind="parcel")
    asked = road.desk(VN).read_own(message.raw)
    twice = road.message(*asked.actions, replace(asked.actions[0], n=1))
    assert 3007 in faults(road.asked(twice))
    assert arriving.is_evidence(asked.actions)
    assert made.state == "Available"

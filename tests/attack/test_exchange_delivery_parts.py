"""Deliveries that lie: about their bytes, their name, their number, their owner or their task."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from builders.deliveries import PH, SG, TASK, VN, Line, line
from builders.nodes import Nodes
from comity.exchange import deliveries
from comity.exchange.part import MAX_BINARY
from comity.hi1.errors import BadMessage
from comity.hi1.model import Thing

Members = dict[str, Any]


def changed(thing: Thing, change: Callable[[Members], None]) -> Thing:
    """An object with some members changed."""
    members: Members = {name: dict(v) if isinstance(v, dict) else v for name, v in thing.members.items()}
    change(members)
    return replace(thing, members=members)


def carried(**changes: Any) -> Callable[[Members], None]:
    """Change what is stated on the bytes carried; None leaves a member out."""

    def change(members: Members) -> None:
        row = dict(members["Delivery"]["BinaryData"]) | changes
        members["Delivery"] = {"BinaryData": {name: value for name, value in row.items() if value is not None}}

    return change


def stated(**changes: Any) -> Callable[[Members], None]:
    """Change members of the object; None leaves one out."""

    def change(members: Members) -> None:
        for name, value in changes.items():
            members[name] = value
            if value is None:
                del members[name]

    return change


LIES: dict[str, tuple[Callable[[Members], None], int, str]] = {
    "bad checksum": (carried(Checksum="0" * 64), 3007, "Checksum"),
    "wrong length": (carried(ContentLength=4), 3007, "ContentLength"),
    "no checksum": (carried(Checksum=None, ChecksumType=None), 3005, "BinaryData/Checksum"),
    "weak checksum alone": (carried(ChecksumType="MD5"), 3005, "BinaryData/Checksum"),
    "checksum that is none": (carried(Checksum="zz"), 3007, "BinaryData/Checksum"),
    "no base64": (carried(Data="%%%%"), 3007, "BinaryData/Data"),
    "length below nothing": (carried(ContentLength=-1), 3022, "BinaryData/ContentLength"),
    "flag as length": (carried(ContentLength=True), 3007, "BinaryData/ContentLength"),
    "too large to carry": (carried(ContentLength=MAX_BINARY + 1), 3022, "BinaryData/ContentLength"),
    "too many bytes": (carried(Data=base64.b64encode(b"x" * (MAX_BINARY + 9)).decode()), 3022, "Data"),
    "path traversal": (carried(OriginalFilename="../../etc/passwd"), 3007, "BinaryData/OriginalFilename"),
    "absolute path": (carried(OriginalFilename="/etc/passwd"), 3007, "BinaryData/OriginalFilename"),
    "path of another system": (carried(OriginalFilename="..\\x.txt"), 3007, "BinaryData/OriginalFilename"),
    "drive letter": (carried(OriginalFilename="C:x.txt"), 3007, "BinaryData/OriginalFilename"),
    "hidden file": (carried(OriginalFilename=".bashrc"), 3007, "BinaryData/OriginalFilename"),
    "option as name": (carried(OriginalFilename="--checkpoint-action=exec"), 3007, "BinaryData/OriginalFilename"),
    "line break in name": (carried(OriginalFilename="a\nb"), 3007, "BinaryData/OriginalFilename"),
    "text turned round in name": (carried(OriginalFilename="a\u202egpj.exe"), 3007, "BinaryData/OriginalFilename"),
    "endless name": (carried(OriginalFilename="n" * 300), 3007, "BinaryData/OriginalFilename"),
    "no media type": (carried(ContentType="text/html\r\nX: y"), 3007, "BinaryData/ContentType"),
    "number nought": (stated(SequenceNumber=0), 3007, "SequenceNumber"),
    "number beyond all": (stated(SequenceNumber=10**9), 3007, "SequenceNumber"),
    "no number": (stated(SequenceNumber=None), 3005, "SequenceNumber"),
    "no end stated": (stated(LastSequence=None), 3005, "LastSequence"),
    "two tasks": (stated(AssociatedObjects={"AssociatedObject": [TASK, TASK]}), 3007, "AssociatedObjects"),
    "no task": (stated(AssociatedObjects={"AssociatedObject": []}), 3007, "AssociatedObjects"),
    "two ways at once": (stated(Delivery={"DataExistence": True, "BinaryData": {}}), 3007, "Delivery"),
    "data as XML": (stated(Delivery={"XMLData": {}}), 3001, "Delivery/XMLData"),
    "unknown cipher": (stated(EncryptionDetails={"AdditionalInformation": "rot13"}), 3001, "EncryptionDetails"),
}  # fmt: skip


@pytest.mark.parametrize(("lie", "code", "field"), LIES.values(), ids=LIES.keys())
def test_a_lie_is_refused_with_its_code(lie: Callable[[Members], None], code: int, field: str, nodes: Nodes) -> None:
    """What is not as stated is refused by code and member, and nothing of it is kept or acknowledged."""
    made = one(nodes)
    thing = changed(made.things(made.parts(SG))[0], lie)
    with pytest.raises(BadMessage) as caught:
        made.take(thing)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert (made.parts(), made.said) == ([], [])


def test_the_true_part_is_taken_after_a_lie(nodes: Nodes) -> None:
    """A part that was refused stands in nobody's way: the true one under the same identifier is taken."""
    made = one(nodes)
    thing = made.things(made.parts(SG))[0]
    with pytest.raises(BadMessage):
        made.take(changed(thing, carried(Checksum="0" * 64)))
    assert made.take(thing).kept.state == "Received"


def test_a_duplicate_with_other_bytes_changes_nothing(nodes: Nodes) -> None:
    """A part known already that comes again with other bytes is refused; the first one stays."""
    made = one(nodes)
    thing = made.things(made.parts(SG))[0]
    other = made.things(made.offer(made.file("a.txt", b"other")))[0]
    made.take(thing)
    with pytest.raises(BadMessage) as caught:
        made.take(replace(other, id=thing.id))
    assert caught.value.code == 3010
    assert len(made.parts()) == 1


def test_a_number_is_taken_once(nodes: Nodes) -> None:
    """Another object with the number of a part that is there is refused."""
    made = two(nodes)
    first, second = made.things(made.parts(SG))
    made.take(first)
    with pytest.raises(BadMessage, match="each part once") as caught:
        made.take(changed(second, stated(SequenceNumber=1, LastSequence=False)))
    assert caught.value.field == "SequenceNumber"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_nothing_follows_the_last_part(order: tuple[int, int], nodes: Nodes) -> None:
    """Whether the last part came before or after, a part with a higher number is refused."""
    made = two(nodes)
    first, second = made.things(made.parts(SG))
    things = [changed(first, stated(LastSequence=True)), second]
    made.take(things[order[0]])
    with pytest.raises(BadMessage, match="which is the last"):
        made.take(things[order[1]])


def test_a_part_stays_with_the_task_of_its_delivery(nodes: Nodes) -> None:
    """A later part that names another task is refused."""
    made = two(nodes)
    first, second = made.things(made.parts(SG))
    made.take(first)
    other = {"AssociatedObject": ["0d9c2a1e-6a54-4f43-8d57-0a4f1f2b7c99"]}
    with pytest.raises(BadMessage, match="another task"):
        made.take(changed(second, stated(AssociatedObjects=other)))


def test_another_party_does_not_deliver_into_our_task(nodes: Nodes) -> None:
    """A delivery on a request of ours by a party that we did not send it to is as if there were no such task."""
    made = one(nodes)
    with pytest.raises(BadMessage) as caught:
        made.take(made.things(made.parts(SG))[0], peer=PH)
    assert caught.value.code == 3016


def test_another_party_does_not_speak_on_our_delivery(nodes: Nodes) -> None:
    """The word of a party that a part was not delivered to finds no such object."""
    made = one(nodes)
    office = nodes.office(SG)
    with pytest.raises(BadMessage) as caught, office.store.write() as unit:
        deliveries.follow(unit, office, PH, made.parts(SG)[0].part.id, "Received")
    assert caught.value.code == 3011


def test_a_word_is_not_taken_back(nodes: Nodes) -> None:
    """What was received cannot be refused afterwards; an acknowledgement that was overtaken on its way changes nothing."""
    made = one(nodes)
    office, part = nodes.office(SG), made.parts(SG)[0].part.id
    for word in ("Received", "Received", "Acknowledged"):
        with office.store.write() as unit:
            assert deliveries.follow(unit, office, VN, part, word).state == "Received"
    for word in ("Error", "Available", "Expired", "Nonsense"):
        with pytest.raises(BadMessage) as caught, office.store.write() as unit:
            deliveries.follow(unit, office, VN, part, word)
        assert caught.value.code == 3008
    assert nodes.events(SG).count("delivery.received") == 1


def one(nodes: Nodes) -> Line:
    """A delivery of one carried part."""
    made = line(nodes)
    made.offer(made.file("a.txt", b"hello"))
    return made


def two(nodes: Nodes) -> Line:
    """A delivery of two carried parts."""
    made = line(nodes)
    made.offer(made.file("a.txt", b"hello"), made.file("b.txt", b"world"))
    return made

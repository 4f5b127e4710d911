"""What a provider delivers, and what becomes of it on both sides."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from builders.deliveries import BASE, SG, VN, line
from builders.nodes import Nodes
from comity.exchange import deliveries
from comity.exchange.part import MAX_BINARY, read_part
from comity.kernel.errors import BadInput
from comity.requests.model import IN


def test_a_small_file_is_carried_and_received_at_once(nodes: Nodes) -> None:
    """One small file is one part in the message: verified, acknowledged and received in one unit, on record."""
    made = line(nodes)
    parts = made.offer(made.file("subscriber.json", b'{"name": "n"}'))
    came = made.take(made.things(parts)[0])
    assert (came.kept.state, came.new, came.kept.part.way) == ("Received", True, "binary")
    assert [word.status for _, word in made.said] == ["Received"]
    assert made.hear() == ["Received"]
    assert [event for event in nodes.events() if event.startswith("delivery.")] == [
        "delivery.announced", "delivery.verified", "delivery.acknowledged", "delivery.received",
    ]  # fmt: skip
    assert [event for event in nodes.events(SG) if event.startswith("delivery.")] == [
        "delivery.offered",
        "delivery.received",
    ]


def test_a_large_file_is_fetched(nodes: Nodes) -> None:
    """A file above the cap is put behind an address, fetched by the worker, and acknowledged when it proved true."""
    made, data = line(nodes), b"x" * (MAX_BINARY + 5)
    parts = made.offer(made.file("log.csv", data), made.file("note.txt", b"hello"))
    assert [(p.part.way, p.part.sequence, p.part.last) for p in parts] == [("url", 1, False), ("binary", 2, True)]
    for thing in made.things(parts):
        made.take(thing)
    assert [kept.state for kept in made.parts()] == ["Available", "Acknowledged"]
    assert [one.kept.state for one in made.work()] == ["Received"]
    kept = made.parts()[0]
    assert nodes.office(VN).blobs.path(kept.file).read_bytes() == data
    assert made.hear() == ["Acknowledged", "Received", "Received"]
    assert made.work() == []


def test_a_file_is_cut_when_it_must_be_carried(nodes: Nodes) -> None:
    """Asked to carry everything in messages, the provider cuts a file into parts under one name."""
    made, data = line(nodes), bytes(range(256)) * 8200
    parts = made.offer(made.file("log.csv", data), way="binary")
    assert [len(read_part(thing)[1]) for thing in made.things(parts)] == [MAX_BINARY, MAX_BINARY, 2048]
    assert len({p.part.name for p in parts}) == 1
    assert b"".join(read_part(thing)[1] for thing in made.things(parts)) == data


def test_an_empty_file_is_delivered_too(nodes: Nodes) -> None:
    """A file without bytes is one part without bytes."""
    made = line(nodes)
    parts = made.offer(made.file("nothing.txt", b""))
    assert made.take(made.things(parts)[0]).kept.state == "Received"


def test_the_same_files_again_are_the_same_delivery(nodes: Nodes) -> None:
    """Delivering the very same files once more gives the delivery that is there; other bytes are another one."""
    made = line(nodes)
    first = made.offer(made.file("a.txt", b"one"))
    again = made.offer(made.file("a.txt", b"one"))
    other = made.offer(made.file("a.txt", b"two"))
    assert first == again
    assert other[0].part.delivery != first[0].part.delivery


def test_files_are_sealed_to_a_published_recipient(nodes: Nodes) -> None:
    """Where the addressee has published a recipient, what travels is sealed to it, unless it is asked otherwise."""
    made = line(nodes, recipients=True)
    sealed, plain = made.offer(made.file("a.txt", b"one")), made.offer(made.file("b.txt", b"two"), plain=True)
    assert (sealed[0].part.name, sealed[0].part.sealed, plain[0].part.sealed) == ("a.txt.age", True, False)
    assert read_part(made.things(sealed)[0])[1].startswith(b"age-encryption.org/v1\n")
    assert sealed[0].original == hashlib.sha256(b"one").hexdigest()


@pytest.mark.parametrize("exists", [True, False])
def test_the_word_whether_data_exist_is_a_delivery(exists: bool, nodes: Nodes) -> None:
    """Yes and no are deliveries without bytes; the same word twice is one delivery."""
    made, office = line(nodes), nodes.office(SG)
    with office.store.write(durable=True) as unit:
        request = office.find(unit, made.request.id, IN)
        parts = [deliveries.say_existence(unit, office, request, made.terms, exists=exists)[0] for _ in range(2)]
    assert parts[0] == parts[1]
    came = made.take(made.things(parts)[0])
    assert (came.kept.part.exists, came.kept.state) == (exists, "Received")


def test_parts_in_any_order_make_one_delivery(nodes: Nodes) -> None:
    """Out of order and twice, the parts have one effect, and the delivery is received with the last missing one."""
    made = line(nodes)
    parts = made.offer(*(made.file(f"{n}.txt", bytes([n])) for n in range(4)))
    things = made.things(parts)
    for n in (3, 1, 3, 0, 1):
        made.take(things[n])
    assert {kept.state for kept in made.parts()} == {"Acknowledged"}
    made.take(things[2])
    assert {kept.state for kept in made.parts()} == {"Received"}
    assert Counter(nodes.events())["delivery.received"] == 4
    assert Counter(nodes.events())["delivery.verified"] == 4


def test_a_broken_connection_is_taken_up_where_it_broke(nodes: Nodes) -> None:
    """After a break it goes on where it stopped, and the whole is what was offered."""
    made, data = line(nodes), bytes(range(256)) * 5000
    made.take(made.things(made.offer(made.file("log.bin", data)))[0])
    made.breaks = [1500, 40_000]
    assert [one.kept.state for one in made.work()] == ["Received"]
    assert (made.served, made.starts) == (3, [0, 1500, 40_000])
    assert nodes.office(VN).blobs.path(made.parts()[0].file).read_bytes() == data


def test_a_file_made_of_two_tries_that_is_another_one_is_fetched_anew(nodes: Nodes) -> None:
    """What came of two tries and is not what was stated is fetched once more in one, and only then believed or not."""
    made, data = line(nodes), bytes(range(256)) * 5000
    made.take(made.things(made.offer(made.file("log.bin", data)))[0])
    made.breaks, made.meddle = [1500], lambda data: b"x" * 1500 + data[1500:] if made.served == 0 else data
    assert [one.kept.state for one in made.work()] == ["Received"]
    assert made.starts == [0, 1500, 0]


def test_a_file_goes_on_in_another_process(nodes: Nodes) -> None:
    """What a worker left when it was killed is not fetched again."""
    made = line(nodes)
    made.take(made.things(made.offer(made.file("log.bin", b"y" * (MAX_BINARY + 1))))[0])
    made.breaks = [1000, 1000]
    made.work()
    nodes.office(VN).blobs.sweep()
    nodes.clock.advance(timedelta(minutes=1))
    assert made.work()[0].kept.state == "Received"
    assert made.starts == [0, 1000, 1000]
    assert list((nodes.home(VN) / "files/partial").iterdir()) == []


def test_a_place_that_stays_broken_is_tried_again_later(nodes: Nodes) -> None:
    """After some breaks the part waits for the next turn, and is fetched then."""
    made = line(nodes)
    made.take(made.things(made.offer(made.file("log.bin", b"y" * (MAX_BINARY + 1))))[0])
    made.breaks = [10, 20, 30, 40, 50]
    assert "broken connection" in made.work()[0].reason
    assert made.work() == []
    nodes.clock.advance(timedelta(minutes=1))
    assert made.work()[0].kept.state == "Received"


@pytest.mark.parametrize(
    ("files", "base", "field"),
    [
        ([], BASE, "files"),
        (["a.txt", "a.txt"], BASE, "files"),
        ([".hidden"], BASE, "files"),
        (["big"], "", "exchange.url"),
    ],
    ids=["no file", "one name twice", "a name that hides", "no place of ours"],
)
def test_what_cannot_be_delivered_is_said(files: list[str], base: str, field: str, nodes: Nodes) -> None:
    """What lacks a file, a plain name or a place is refused before anything is kept."""
    made = line(nodes)
    size = MAX_BINARY + 1 if files == ["big"] else 1
    paths: list[Path] = [made.file(name, b"x" * size) for name in files]
    with pytest.raises(BadInput) as caught:
        made.offer(*paths, base=base)
    assert caught.value.field == field
    assert made.parts(SG) == []

"""Addresses that lead astray, and bodies that are not what was stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from builders.deliveries import BASE, PH, SG, VN, Line, line
from builders.nodes import Nodes
from comity.exchange import deliveries, fetching
from comity.exchange.errors import NoDelivery
from comity.exchange.part import MAX_BINARY
from comity.hi1.errors import BadMessage
from comity.hi1.model import Thing

DATA = b"x" * (MAX_BINARY + 1)


def at(thing: Thing, url: str) -> Thing:
    """The object with another address."""
    row = dict(thing.members["Delivery"]["URL"]) | {"URL": url}
    return replace(thing, members=dict(thing.members) | {"Delivery": {"URL": row}})


PLACES = {
    "another host": "https://evil.example.net/hi1/files/abc",
    "the host as a name in another": "https://orchid.example.org.evil.example.net:8443/hi1/files/abc",
    "the host as a user": "https://orchid.example.org:8443@evil.example.net/hi1/files/abc",
    "another port": "https://orchid.example.org:8444/hi1/files/abc",
    "without TLS": "http://orchid.example.org:8443/hi1/files/abc",
    "a file here": "file:///etc/passwd",
    "this machine": "https://127.0.0.1/hi1/files/abc",
    "another path": f"{BASE}/admin",
    "out of the path": f"{BASE}/files/../admin",
    "out of the path, disguised": f"{BASE}/files/%2e%2e%2fadmin",
    "with a question": f"{BASE}/files/abc?next=https://evil.example.net",
    "with a fragment": f"{BASE}/files/abc#x",
    "no token": f"{BASE}/files/",
    "line break": f"{BASE}/files/abc\r\nHost: evil.example.net",
    "no address": "::::",
}


@pytest.mark.parametrize("url", PLACES.values(), ids=PLACES.keys())
def test_an_address_elsewhere_is_refused_when_announced(url: str, nodes: Nodes) -> None:
    """Only the place that the directory names for that very party is ever called; nothing is queued for another."""
    made, thing = announced(nodes)
    with pytest.raises(BadMessage) as caught:
        made.take(at(thing, url))
    assert (caught.value.code, caught.value.field) == (3007, "URL/URL")
    assert (made.work(), made.served) == ([], 0)


def test_a_party_without_a_place_offers_none(nodes: Nodes) -> None:
    """An address of a party that the directory names no place of is refused."""
    made, thing = announced(nodes)
    with pytest.raises(BadMessage, match="names no place"):
        made.take(thing, peer=PH, request=replace(made.request, peer=PH))


def test_an_expired_address_is_refused_when_announced(nodes: Nodes) -> None:
    """An address that is over is not taken on."""
    made, thing = announced(nodes)
    nodes.clock.advance(timedelta(days=15))
    with pytest.raises(BadMessage) as caught:
        made.take(thing)
    assert caught.value.field == "URL/Expiry"


def test_an_address_that_expires_before_it_is_fetched_is_given_up(nodes: Nodes) -> None:
    """A part that is not fetched in time is marked expired, its sender is told, and nothing is called any more."""
    made, thing = announced(nodes)
    made.take(thing)
    nodes.clock.advance(timedelta(days=15))
    assert [one.kept.state for one in made.work()] == ["Expired"]
    assert [word.status for _, word in made.said] == ["Error"]
    assert made.served == 0


def test_an_offer_ends(nodes: Nodes) -> None:
    """The provider serves nothing under an address that expired."""
    made, _ = announced(nodes)
    nodes.clock.advance(timedelta(days=14))
    with pytest.raises(NoDelivery):
        deliveries.open_offer(nodes.office(SG), VN, made.parts(SG)[0].token)


@pytest.mark.parametrize("peer", [PH, SG, ""])
def test_a_token_opens_nothing_for_another_peer(peer: str, nodes: Nodes) -> None:
    """A token in the hands of another party is as if it were none, and is not told apart from none."""
    made, _ = announced(nodes)
    with pytest.raises(NoDelivery) as stolen:
        deliveries.open_offer(nodes.office(SG), peer, made.parts(SG)[0].token)
    with pytest.raises(NoDelivery) as invented:
        deliveries.open_offer(nodes.office(SG), VN, "invented")
    assert str(stolen.value) == str(invented.value)


def test_a_carried_part_is_under_no_address(nodes: Nodes) -> None:
    """A part without an address is not opened by an empty token."""
    made = line(nodes)
    made.offer(made.file("a.txt", b"hello"))
    with pytest.raises(NoDelivery):
        deliveries.open_offer(nodes.office(SG), VN, "")


MEDDLERS: dict[str, Callable[[bytes], bytes]] = {
    "other bytes": lambda data: b"y" + data[1:],
    "fewer bytes": lambda data: data[:-1],
    "nothing": lambda data: b"",
}


@pytest.mark.parametrize("meddle", MEDDLERS.values(), ids=MEDDLERS.keys())
def test_a_body_that_is_not_what_was_stated_is_refused_and_kept(meddle: Callable[[bytes], bytes], nodes: Nodes) -> None:
    """Wrong bytes are never acknowledged: the part is in error, its sender is told, what came is kept for the record."""
    made, thing = announced(nodes)
    made.take(thing)
    made.meddle = meddle
    done = made.work()[0]
    assert done.kept.state == "Error"
    assert "as stated" in done.reason
    assert nodes.office(VN).blobs.path(done.kept.file).read_bytes() == meddle(DATA)
    assert [word.status for _, word in made.said] == ["Error"]
    assert made.hear() == ["Error"]
    assert "delivery.refused" in nodes.events()
    assert "delivery.verified" not in nodes.events()


def test_an_endless_body_is_cut_at_the_length_stated(nodes: Nodes) -> None:
    """A body that goes on beyond what was stated is cut there, and the part given up."""
    made, thing = announced(nodes)
    made.take(thing)
    made.meddle = lambda data: data + b"z" * 10_000_000
    done = made.work()[0]
    assert (done.kept.state, done.kept.file) == ("Error", "")
    assert "as stated" in done.reason


def test_a_trickling_body_is_left_for_later(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that would hold a worker up for days is put off."""
    made, thing = announced(nodes)
    made.take(thing)
    monkeypatch.setattr(fetching, "GRACE", -1e9)
    assert "faster" in made.work()[0].reason
    assert made.parts()[0].state == "Available"


def test_a_full_disk_is_not_filled_further(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file for which there is no room waits: nothing is called, and the node keeps its reserve."""
    made, thing = announced(nodes)
    made.take(thing)
    monkeypatch.setattr(fetching, "RESERVE", 1 << 60)
    assert "room" in made.work()[0].reason
    assert made.served == 0
    assert made.parts()[0].state == "Available"


@pytest.mark.parametrize("meddle", [lambda data: data + b"z" * 9, lambda data: data[:-1]])
def test_what_is_refused_leaves_nothing_half_written(meddle: Callable[[bytes], bytes], nodes: Nodes) -> None:
    """After a fetch that failed no part of a file lies aside."""
    made, thing = announced(nodes)
    made.take(thing)
    made.meddle = meddle
    made.work()
    staging = nodes.home(VN) / "files" / "staging"
    assert [path for path in staging.rglob("*") if path.is_file()] == []


def test_a_part_that_two_workers_fetch_is_received_once(nodes: Nodes) -> None:
    """A worker whose lease ran out while it fetched finds the part done, and changes nothing."""
    made, thing = announced(nodes)
    made.take(thing)

    def slow(data: bytes) -> bytes:
        made.meddle = bytes
        nodes.clock.advance(fetching.LEASE + timedelta(seconds=1))
        made.work()
        return data

    made.meddle = slow
    assert made.work()[0].kept.state == "Received"
    assert nodes.events().count("delivery.received") == 1
    assert len(made.said) == 1


def announced(nodes: Nodes) -> tuple[Line, Thing]:
    """A delivery of one part behind an address, and its object."""
    made = line(nodes)
    return made, made.things(made.offer(made.file("a.bin", DATA)))[0]

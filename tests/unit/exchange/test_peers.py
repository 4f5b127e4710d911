"""Who a peer is comes from the mirror, as it is now; what is wrong on the way to one is named step by step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders.exchange import PH, SG, VN, Link, linked, scripted
from builders.nodes import Nodes
from comity.directory.errors import Expired
from comity.exchange.errors import NoPeer, PeerRefused
from comity.exchange.identity import entry
from comity.exchange.peers import Peer
from comity.exchange.probe import Finding, probe


@pytest.fixture
def link(today: Nodes, tmp_path: Path) -> Iterator[Link]:
    """Two nodes that know each other."""
    with linked(today, tmp_path) as made:
        yield made


def look(link: Link, party: str = SG, skew: timedelta = timedelta(), **named: object) -> list[Finding]:
    """What VN.a05 finds on the way to a peer, with its clock set off by *skew*."""
    offers = named.get("offers")
    assert offers is None or callable(offers)
    return probe(link.courier(), VN, party, lambda: link.nodes.clock.now() + skew, offers)


def test_what_the_directory_says_of_a_peer(link: Link) -> None:
    """A peer has the address, pins and limit of its file; only those with an address are peers."""
    peers = link.peers(VN)
    assert [one.id for one in peers.all()] == [SG, VN]
    found = peers.find(SG)
    assert (found.exchange.url, found.pins) == (link.url(SG), (link.identities[SG].pin,))
    assert peers.behind(found.pins[0]) == (SG,)
    assert peers.behind("0" * 64) == ()
    assert set(peers.certificates()) == {link.identities[VN].der, link.identities[SG].der}


def test_what_is_known_follows_the_mirror(link: Link) -> None:
    """A new copy of the directory counts from the next question on."""
    peers = link.peers(VN)
    with pytest.raises(NoPeer):
        peers.find(PH)
    link.enrol(PH)
    assert peers.find(PH).exchange.url == link.url(PH)
    link.change(PH, exchange=None)
    link.spread()
    with pytest.raises(NoPeer):
        peers.find(PH)


def test_an_expired_directory_vouches_for_nobody(link: Link) -> None:
    """When the mirror is past its time, nobody is found and nobody is behind a pin."""
    peers = link.peers(VN)
    link.nodes.clock.advance(timedelta(days=400))
    with pytest.raises(Expired, match="fresh one"):
        peers.find(SG)
    with pytest.raises(Expired):
        peers.behind(link.identities[SG].pin)


def test_a_way_that_is_in_order(link: Link) -> None:
    """Every step is found good, the last one what the peer offers."""
    with link.serving():
        found = look(link, offers=lambda peer: f"offers of {peer.id}")
    assert [(one.step, one.good) for one in found] == [
        (step, True) for step in ("directory", "connection", "key", "certificate", "parties", "clock", "profile")
    ]
    assert found[-1].found == "offers of SG.orchid"
    assert found[0].plain()["good"] is True


def test_certificates_are_counted(link: Link) -> None:
    """One certificate is one; while another is about to follow there are two."""
    assert look(link)[0].found == f"{link.url(SG)}, 1 certificate"
    pairs = (link.identities[SG], link.identity("next"))
    link.change(SG, exchange=entry(link.url(SG), *pairs))
    link.spread()
    assert look(link)[0].found == f"{link.url(SG)}, 2 certificates"


def last(found: list[Finding]) -> tuple[str, bool]:
    """The last step, and whether all before it were good."""
    assert all(one.good for one in found[:-1])
    assert not found[-1].good
    return found[-1].step, bool(found[-1].advice)


def test_a_party_that_is_no_peer(link: Link) -> None:
    """The directory names no address: the first step says so."""
    assert last(look(link, PH)) == ("directory", True)


def test_nothing_listens(link: Link) -> None:
    """Nobody at the address: the connection is named, with the port."""
    found = look(link)
    assert last(found) == ("connection", True)
    assert str(link.ports[SG]) in found[-1].found


def test_a_name_that_nobody_knows(link: Link) -> None:
    """A host without an address is named."""
    link.change(SG, exchange=entry("https://node.invalid:8443/hi1", link.identities[SG]))
    link.spread()
    found = look(link)
    assert last(found) == ("connection", True)
    assert "node.invalid" in found[-1].found


def test_another_key(link: Link) -> None:
    """Another key at the address: expected and found pins are named."""
    expected, link.identities[SG] = link.identities[SG], link.identity("other")
    with link.serving():
        found = look(link)
    assert last(found) == ("key", True)
    assert expected.pin[:16] in found[-1].found
    assert link.identities[SG].pin[:16] in found[-1].found


def test_our_certificate_is_not_taken(link: Link) -> None:
    """A peer whose directory does not list our certificate: that step is named."""
    link.change(VN, exchange=None)
    link.spread(SG)
    with link.serving():
        assert last(look(link)) == ("certificate", True)


def test_a_peer_that_takes_us_for_somebody_else(link: Link) -> None:
    """A peer that knows our certificate as another party's: that step is named."""
    link.change(VN, exchange=None)
    link.change(PH, exchange=entry(link.url(PH), link.identities[VN]))
    link.spread(SG)
    with link.serving():
        found = look(link)
    assert last(found) == ("parties", True)
    assert "PH.cicc" in found[-1].found


@pytest.mark.parametrize(("skew", "words"), [(timedelta(minutes=5), "behind"), (timedelta(minutes=-5), "ahead")])
def test_clocks_that_differ(link: Link, skew: timedelta, words: str) -> None:
    """A clock that differs by more than two minutes is named, with how much and in which direction."""
    with link.serving():
        found = look(link, skew=skew)
    assert last(found) == ("clock", True)
    assert f"300 seconds {words}" in found[-1].found


def test_a_profile_that_does_not_fit(link: Link) -> None:
    """What the last step refuses is named as such."""

    def offers(peer: Peer) -> str:
        raise PeerRefused("got version 9, expected 1", advice="Bring it up to date.")

    with link.serving():
        assert last(look(link, offers=offers)) == ("profile", True)


@pytest.mark.parametrize(
    "said",
    [
        b"", b"nonsense", b"[]", b"{}", b'{"party":"SG.orchid","you":5,"at":"2026-11-25T03:00:00Z"}',
        b'{"party":"SG.orchid","you":["VN.a05"],"at":"yesterday"}', b'{"party":5,"you":["VN.a05"],"at":""}',
        b'{"party":"PH.cicc","you":["VN.a05"],"at":"2026-11-25T03:00:00Z"}',
    ],
)  # fmt: skip
def test_a_greeting_that_is_none(link: Link, said: bytes) -> None:
    """A greeting that says something else is one failed step, whatever it says."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + str(len(said)).encode()
    with scripted(link, lambda made: made.sendall(head + b"\r\n\r\n" + said)):
        assert not look(link)[-1].good

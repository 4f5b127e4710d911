"""A message goes from one node to another over mutual TLS, and the answer comes back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.exchange import SG, VN, Link, linked
from builders.nodes import Nodes
from comity.exchange.deliveries import Offered
from comity.exchange.errors import NoPeer, NotResumed, PeerRefused, PeerUnreachable, Undeliverable
from comity.exchange.identity import Identity, entry, make
from comity.exchange.inbound import Inbound, Outbound
from comity.kernel.clock import stamp


@pytest.fixture
def link(today: Nodes, tmp_path: Path) -> Iterator[Link]:
    """Two nodes that know each other."""
    with linked(today, tmp_path) as made:
        yield made


def test_a_message_and_its_answer(link: Link) -> None:
    """The handler gets the very bytes with the party behind the certificate; its answer comes back as it gave it."""
    got: list[Inbound] = []

    def handle(message: Inbound) -> Outbound:
        got.append(message)
        return Outbound(200, b'{"answer": "\xc3\xa9"}', "application/json")

    with link.serving(SG, handle):
        answer = link.courier().deliver(SG, b"<HI1Message/>")
    assert answer == b'{"answer": "\xc3\xa9"}'
    assert (got[0].raw, got[0].parties, got[0].content_type) == (b"<HI1Message/>", (VN,), "application/xml")
    assert got[0].certificate == link.identities[VN].der
    assert got[0].may_be_from(VN)
    assert not got[0].may_be_from(SG)


def test_a_large_message(link: Link) -> None:
    """Twenty million bytes arrive unchanged."""
    raw = b"<a>" + b"x" * 20_000_000 + b"</a>"
    digest = hashlib.sha256(raw).hexdigest().encode()
    with link.serving(SG, lambda message: Outbound(200, hashlib.sha256(message.raw).hexdigest().encode())):
        assert link.courier().deliver(SG, raw) == digest


def test_hello_says_who_is_there_and_what_time(link: Link) -> None:
    """A peer's node says its party, for whom it takes us, and its time."""
    with link.serving():
        said = json.loads(link.courier().hello(link.peer(SG)))
    assert said == {"party": SG, "you": [VN], "at": stamp(link.nodes.clock.now())}


def test_a_file_is_given_to_the_party_it_is_offered_to(link: Link, tmp_path: Path) -> None:
    """A file on offer comes whole; another token, or another party, finds nothing."""
    path, token = tmp_path / "file", "t" * 32
    path.write_bytes(b"x" * 200_000)

    def files(parties: tuple[str, ...], asked: str) -> Offered | None:
        return Offered(path, "ab" * 32) if (parties, asked) == ((VN,), token) else None

    taken = bytearray()
    with link.serving(files=files):
        assert link.courier().fetch(SG, token, taken.extend, limit=1 << 20) == 200_000
        for wrong in ("u" * 32, "short", "..%2f..%2fetc%2fpasswd"):
            with pytest.raises(PeerRefused, match="404"):
                link.courier().fetch(SG, wrong, taken.extend, limit=1 << 20)
    assert bytes(taken) == path.read_bytes()


def test_a_file_is_given_from_a_byte_on(link: Link, tmp_path: Path) -> None:
    """The rest of a file comes if it is still that file; of another one, or from beyond its end, nothing does."""
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 800)
    taken = bytearray()
    with link.serving(files=lambda parties, token: Offered(path, "ab" * 32)):
        courier, token = link.courier(), "t" * 32
        assert courier.fetch(SG, token, taken.extend, limit=1 << 20, start=150_001, sha256="ab" * 32) == 54_799
        for start, sha256 in ((5, "cd" * 32), (204_800, "ab" * 32), (1 << 40, "ab" * 32)):
            with pytest.raises(NotResumed):
                courier.fetch(SG, token, taken.extend, limit=1 << 20, start=start, sha256=sha256)
    assert bytes(taken) == path.read_bytes()[150_001:]


def test_nobody_there(link: Link) -> None:
    """A node that does not listen is unreachable, which is worth another try."""
    with pytest.raises(PeerUnreachable, match=r"no answer of SG\.orchid"):
        link.courier().deliver(SG, b"<a/>")


def test_a_party_without_an_address(link: Link) -> None:
    """A party that takes no messages, or is unknown, is named with what to do."""
    for party in ("PH.cicc", "XX.none"):
        with pytest.raises(NoPeer, match=party) as caught:
            link.courier().deliver(party, b"<a/>")
        assert "by hand" in caught.value.advice


def test_a_message_larger_than_the_peer_takes(link: Link) -> None:
    """A message above the limit that the peer's entry names does not go out and is not tried again."""
    link.change(SG, exchange={**link.nodes.world.party(SG).document()["exchange"], "max_bytes": 1 << 20})
    link.spread()
    with pytest.raises(Undeliverable, match="1048576"):
        link.courier().deliver(SG, b"<" * ((1 << 20) + 1))


def test_two_certificates_while_one_follows_the_other(link: Link) -> None:
    """A node whose entry lists two certificates is known by either, in both directions."""
    following = make(Identity(link.folder / "next.pem"), link.url(VN), VN, link.nodes.clock.now())
    listed = link.nodes.world.party(VN).document()["exchange"]
    more = [*listed["certificates"], *_rows(following)]
    link.change(VN, exchange={**listed, "certificates": more})
    link.spread()
    with link.serving():
        for identity in (link.identities[VN], following):
            assert link.courier(identity=identity).deliver(SG, b"<a/>")


def _rows(identity: Identity) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = entry("https://example.org/hi1", identity)["certificates"]
    return rows

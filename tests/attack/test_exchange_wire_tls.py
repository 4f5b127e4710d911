"""Attacks on the connection of a whole node: certificates that run out, parties that lose their role, slow and large peers."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from builders.exchange import SG, VN
from builders.interop import Across, against
from builders.nodes import Nodes
from builders.scriptedmessages import order
from builders.scriptedpeer import Tls, Tree, codes, sign_xml, words

LIST: Tree = {"LIST": {}}


@pytest.fixture
def wire(today: Nodes, tmp_path: Path) -> Iterator[Across]:
    """Our provider's node, and a scripted authority."""
    with against(today, tmp_path, ours=SG, encoding="json") as made:
        yield made


def test_a_certificate_that_ran_out(wire: Across) -> None:
    """A certificate in the directory whose own time is over opens no connection."""
    old = Tls.make(wire.nodes.folder / "old.pem", days=-1)
    wire.link.change(VN, exchange=old.entry(wire.link.url(VN)))
    wire.link.spread(SG)
    raw = wire.peer.signed(wire.peer.request(LIST))
    with pytest.raises(httpx2.TransportError):
        wire.peer.post(raw, tls=old)
    with pytest.raises(httpx2.TransportError):
        wire.peer.post(raw)


def test_a_key_that_was_taken_back(wire: Across) -> None:
    """From when the directory takes the node's key back, its messages are heard no more, over a connection that stands."""
    assert codes(wire.peer.ask(LIST)) == []
    wire.nodes.world.revoke(VN, "node")
    wire.link.spread(SG)
    answer = wire.peer.ask(LIST)
    assert codes(answer) == [3000]
    assert "not trusted here" in words(answer)


def test_a_key_of_a_person(wire: Across) -> None:
    """A key in the directory that has another role than the node's signs no message, though it signed the package."""
    package = wire.package()
    key = serialization.load_ssh_private_key(wire.nodes.key_file("release").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    wire.peer.key = key
    assert codes(wire.peer.ask(*order(package))) == [3000]
    assert "package.received" not in wire.nodes.events(SG)


def test_a_party_that_left(wire: Across) -> None:
    """A party whose address is dropped from the directory gets no connection any more, with no restart of our node."""
    assert codes(wire.peer.ask(LIST)) == []
    wire.link.change(VN, exchange=None)
    wire.link.spread(SG)
    with pytest.raises(httpx2.TransportError):
        wire.peer.ask(LIST)


def test_an_old_directory(wire: Across) -> None:
    """A node whose directory ran out believes nobody: no message is taken by it."""
    raw = wire.peer.signed(wire.peer.request(LIST))
    wire.nodes.clock.advance(timedelta(days=60))
    said = wire.peer.post(raw)
    assert said.status_code == 503
    assert "message.taken" not in wire.nodes.events(SG)


def test_a_message_signed_by_the_tls_key(today: Nodes, tmp_path: Path) -> None:
    """RSA as in ETSI's example, with the certificate that the directory has for TLS: it opens connections and signs nothing."""
    with against(today, tmp_path, ours=SG, encoding="xml") as wire:
        tls = wire.peer.tls
        assert isinstance(tls.key, rsa.RSAPrivateKey)
        answer = wire.peer.asked(sign_xml(wire.peer.to_xml(wire.peer.request(LIST)), tls.key, tls.der))
    assert codes(answer) == [3000]
    assert "not pinned here" in words(answer)


def test_a_message_ten_times_too_large(today: Nodes, tmp_path: Path) -> None:
    """What is above twice the limit that our entry states is turned away by its length (413), and not read."""
    with against(today, tmp_path, ours=SG, encoding="json", max_bytes=1 << 20) as wire:
        said = _offered(wire, 10 << 20)
        assert b"413" in said.partition(b"\r\n")[0]
        assert b"at most 2097152 bytes" in said
        assert codes(wire.peer.ask(LIST)) == []


def _offered(wire: Across, size: int) -> bytes:
    """What our node says to a message of a size before any of it was sent."""
    with _connected(wire) as made:
        made.send(b"POST /hi1 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n")
        made.send(b"content-length: %d\r\n\r\n" % size)
        return b"".join(iter(lambda: made.recv(4096), b""))


def _connected(wire: Across) -> ssl.SSLSocket:
    context = wire.peer.tls.context(ssl.PROTOCOL_TLS_CLIENT, wire.peer.other.certificate)
    return context.wrap_socket(socket.create_connection(("127.0.0.1", wire.link.ports[SG]), timeout=60))


def test_a_peer_that_drips(wire: Across) -> None:
    """A dozen connections that send a sign a second hold nobody up, and are cut."""
    slow = []
    for _ in range(12):
        made = _connected(wire)
        made.send(b"POST /hi1 HTTP/1.1\r\nhost: x\r\n")
        slow.append(made)
    began = time.monotonic()
    assert codes(wire.peer.ask(LIST)) == []
    assert time.monotonic() - began < 30
    while slow and time.monotonic() - began < 90:
        time.sleep(1)
        slow = [made for made in slow if _drip(made)]
    assert slow == []


def _drip(made: ssl.SSLSocket) -> bool:
    """Send one more sign; tells whether the connection still stands."""
    made.settimeout(0.05)
    try:
        made.send(b"x")
        if made.recv(1):
            return True
    except TimeoutError:
        return True
    except OSError:
        pass
    made.close()
    return False

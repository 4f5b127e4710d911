"""Attacks on the connection: strangers, false peers, changed keys, and a directory that has moved on."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from builders.exchange import PH, SG, VN, Link, echo, linked
from builders.nodes import Nodes, opened
from comity.crypto.tls import der_of, make_identity
from comity.directory.errors import BadParty, Expired
from comity.exchange.errors import NoPeer, PeerBusy, PeerRefused, PeerUnreachable
from comity.exchange.identity import Identity, entry, make
from comity.exchange.inbound import Inbound, Outbound
from comity.web.hi1.limits import Limits


@pytest.fixture
def link(today: Nodes, tmp_path: Path) -> Iterator[Link]:
    """Two nodes that know each other."""
    with linked(today, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Link]:
    """Two nodes that know each other, for attacks that change nothing of it."""
    folder = tmp_path_factory.mktemp("standing")
    with opened(folder, today=True) as nodes, linked(nodes, folder) as made:
        yield made


class Never:
    """A handler that must not be reached."""

    def __init__(self) -> None:
        self.reached = False

    def __call__(self, message: Inbound) -> Outbound:
        """Note that it was reached."""
        self.reached = True
        return echo(message)


def raw_request(port: int, context: ssl.SSLContext, request: bytes) -> bytes:
    """What a server says to bytes over TLS, or nothing when it ends the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain, context.wrap_socket(plain) as made:
        made.sendall(request)
        said = b""
        while piece := made.recv(65536):
            said += piece
        return said


def refused(link: Link, context: ssl.SSLContext, request: bytes) -> bool:
    """Whether the node of SG.orchid ends the connection without a word."""
    try:
        return raw_request(link.ports[SG], context, request) == b""
    except (ssl.SSLError, ConnectionError):
        return True


def bare_context() -> ssl.SSLContext:
    """A TLS client that trusts anybody and shows nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def test_no_certificate(standing: Link) -> None:
    """Who shows no certificate gets no connection."""
    never = Never()
    with standing.serving(SG, never):
        assert refused(standing, bare_context(), b"POST /hi1 HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n")
    assert not never.reached


def test_a_certificate_that_the_directory_does_not_list(standing: Link) -> None:
    """A key of one's own making gets no connection, whatever name it bears, and the sender is told what it was."""
    never, stranger = (
        Never(),
        make(Identity(standing.folder / "stranger.pem"), standing.url(VN), VN, standing.nodes.clock.now()),
    )
    with standing.serving(SG, never), pytest.raises(PeerRefused, match="cut the connection") as caught:
        standing.courier(identity=stranger).deliver(SG, b"<a/>")
    assert not never.reached
    assert "doctor" in caught.value.advice


def test_a_certificate_signed_by_a_listed_key(standing: Link) -> None:
    """A listed key cannot vouch for another one: a node's certificate may sign nobody else's."""
    pem = standing.identities[VN].file.read_bytes()
    issuer = serialization.load_pem_private_key(pem, None)
    assert isinstance(issuer, ec.EllipticCurvePrivateKey)
    key, made = ec.generate_private_key(ec.SECP256R1()), x509.load_der_x509_certificate(standing.identities[VN].der)
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(made.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(made.not_valid_before_utc)
        .not_valid_after(made.not_valid_after_utc)
        .sign(issuer, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = standing.folder / "leaf.pem"
    path.write_bytes(private + leaf.public_bytes(serialization.Encoding.PEM) + pem[pem.index(b"-----BEGIN CERT") :])
    context, never = bare_context(), Never()
    context.load_cert_chain(path)
    with standing.serving(SG, never):
        assert refused(standing, context, b"GET /hi1 HTTP/1.1\r\nhost: a\r\n\r\n")
    assert not never.reached


def test_another_server_at_the_address(link: Link) -> None:
    """A server with another key gets no byte of the message, though it lets everybody in."""
    link.identities[SG] = link.identity("false")
    never = Never()
    with link.serving(SG, never), pytest.raises(PeerRefused, match="another certificate") as caught:
        link.courier().deliver(SG, b"<secret/>")
    assert not never.reached
    assert "Call the party back" in caught.value.advice


def test_a_pin_that_is_not_that_of_the_certificate(standing: Link) -> None:
    """A party's file whose pin and certificate disagree is not taken into the directory."""
    exchange = standing.nodes.world.party(SG).document()["exchange"]
    row = exchange["certificates"][0]
    with pytest.raises(BadParty, match="SHA-256 of its public key") as caught:
        standing.change(SG, exchange={**exchange, "certificates": [{**row, "tls": "0" * 64}]})
    assert caught.value.field == "exchange.certificates[0].tls"


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"x" * 3000])
def test_a_certificate_that_is_none(standing: Link, der: bytes) -> None:
    """A party's file with something else for a certificate is not taken into the directory."""
    row = {"tls": "0" * 64, "certificate": base64.b64encode(der).decode() or "AA=="}
    with pytest.raises(BadParty):
        standing.change(SG, exchange={"url": standing.url(SG), "certificates": [row]})


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8443/hi1", "https://127.0.0.1:8443/hi1?x=y", "https://user@example.org/hi1", "https://example.org",
        "https://example.org:0/hi1", "https://example.org/hi1#a", "https://EXAMPLE.org/hi1", "https://example.org/a b",
        "file:///etc/passwd", "https://example.org\\@evil.example/hi1", "https://ex\u00e4mple.org/hi1",
        "https://a..b/hi1", "https://" + "a" * 64 + ".org/hi1", "https://example.org:99999/hi1", "https://example.org/../hi1",
        "https://example.org//hi1", "https://example.org/hi1/", "https://-a.org/hi1", "https://a.org./hi1", "https://[::1]/hi1",
    ],
)  # fmt: skip
def test_an_address_that_is_no_plain_https(standing: Link, url: str) -> None:
    """An address without TLS, or with more than host, port and path, is not taken into the directory."""
    exchange = standing.nodes.world.party(SG).document()["exchange"]
    with pytest.raises(BadParty):
        standing.change(SG, exchange={**exchange, "url": url})


def test_a_server_without_tls(standing: Link) -> None:
    """Where plain HTTP answers, nothing is sent."""
    with socket.create_server(("127.0.0.1", standing.ports[SG])) as plain:
        got: list[bytes] = []

        def once() -> None:
            made, _ = plain.accept()
            with made:
                got.append(made.recv(65536))
                made.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: 4\r\n\r\n<a/>")

        thread = threading.Thread(target=once)
        thread.start()
        with pytest.raises(PeerUnreachable):
            standing.courier().deliver(SG, b"<secret/>")
        thread.join()
    assert b"secret" not in got[0]


def test_a_peer_that_leaves_the_directory(link: Link) -> None:
    """A party whose entry is dropped is turned away from the next request on, and is sent nothing, with no restart."""
    never = Never()
    with link.serving(SG, never):
        courier = link.courier()
        assert courier.deliver(SG, b"<a/>")
        never.reached = False
        link.change(VN, exchange=None)
        link.spread(SG)
        with pytest.raises(PeerRefused, match="cut the connection"):
            courier.deliver(SG, b"<a/>")
        assert not never.reached
        link.change(SG, exchange=None)
        link.spread(VN)
        with pytest.raises(NoPeer):
            courier.deliver(SG, b"<a/>")


def test_a_peer_that_leaves_while_it_is_connected(link: Link) -> None:
    """A connection that stood before a party was dropped ends with 403, before the message is read."""
    never, context = Never(), bare_context()
    context.load_cert_chain(link.identities[VN].file)
    with (
        link.serving(SG, never, limits=Limits(head=60.0)),
        socket.create_connection(("127.0.0.1", link.ports[SG]), timeout=30) as plain,
        context.wrap_socket(plain) as made,
    ):
        made.sendall(b"POST /hi1 HTTP/1.1\r\nhost: a\r\ncontent-type: application/xml\r\n")
        link.change(VN, exchange=None)
        link.spread(SG)
        made.sendall(b"content-length: 4\r\n\r\n<a/>")
        assert made.recv(65536).startswith(b"HTTP/1.1 403 ")
    assert not never.reached


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_that_is_taken_up_again(link: Link, version: ssl.TLSVersion) -> None:
    """A TLS session from before a party was dropped does not bring it back."""
    never, context = Never(), bare_context()
    context.load_cert_chain(link.identities[VN].file)
    context.maximum_version = context.minimum_version = version

    def ask(session: ssl.SSLSession | None) -> tuple[bytes, ssl.SSLSession | None]:
        try:
            with (
                socket.create_connection(("127.0.0.1", link.ports[SG]), timeout=30) as plain,
                context.wrap_socket(plain, session=session) as made,
            ):
                made.sendall(b"GET /hi1 HTTP/1.1\r\nhost: a\r\n\r\n")
                return made.recv(65536)[:13], made.session
        except (ssl.SSLError, ConnectionError):
            return b"", None

    with link.serving(SG, never):
        said, session = ask(None)
        assert said == b"HTTP/1.1 200 "
        link.change(VN, exchange=None)
        link.spread(SG)
        assert ask(session)[0] in (b"", b"HTTP/1.1 403 ")


def test_an_old_protocol(standing: Link) -> None:
    """TLS older than 1.2 is not spoken."""
    context = bare_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with standing.serving(), pytest.raises((ssl.SSLError, ConnectionError)):
        raw_request(standing.ports[SG], context, b"GET /hi1 HTTP/1.1\r\nhost: a\r\n\r\n")


def test_a_withheld_directory(link: Link) -> None:
    """While its directory is expired, a node neither sends nor takes messages."""
    never, there = Never(), link.peer(SG)
    with link.serving(SG, never):
        link.nodes.clock.advance(timedelta(days=400))
        with pytest.raises(Expired):
            link.courier().deliver(SG, b"<a/>")
        with pytest.raises(PeerBusy, match="503"):
            link.courier().hello(there)
    assert not never.reached


def test_a_certificate_enrolled_for_two_parties(link: Link) -> None:
    """A registry that enrols another country's certificate for its own party gains nothing: both are named."""
    got: list[Inbound] = []

    def handle(message: Inbound) -> Outbound:
        got.append(message)
        return echo(message)

    link.change(PH, exchange=entry("https://example.org/hi1", link.identities[VN]))
    link.spread()
    with link.serving(SG, handle):
        assert link.courier().deliver(SG, b"<a/>")
    assert set(got[0].parties) == {VN, PH}
    assert got[0].may_be_from(VN)


def test_a_registry_that_lists_something_else_for_a_certificate(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry with a program of its own that lists a false pin or no certificate: that party alone is no peer."""
    monkeypatch.setattr("comity.directory.model.check_exchange", lambda party: party)
    row = link.nodes.world.party(SG).document()["exchange"]["certificates"][0]
    link.change(PH, exchange={"url": link.url(PH), "certificates": [{**row, "tls": "0" * 64}]})
    link.spread()
    monkeypatch.undo()
    assert [one.id for one in link.peers(VN).all()] == [SG, VN]
    assert link.node(VN).mirror.lookup(PH, link.nodes.clock.now()).id == PH


def test_certificates_that_bear_a_peers_name(link: Link) -> None:
    """A registry that enrols certificates in another country's name locks nobody out, in either direction."""
    now = link.nodes.clock.now()
    false = [make(Identity(link.folder / f"false-{name}.pem"), link.url(VN), name, now) for name in (VN, SG)]
    link.change(PH, exchange=entry("https://example.org/hi1", *false))
    link.spread()
    with link.serving(SG):
        assert link.courier().deliver(SG, b"<a/>")
    with link.serving(VN):
        assert link.courier(SG).deliver(VN, b"<a/>")


def test_a_certificate_that_may_sign_others(standing: Link) -> None:
    """A certificate of an authority is not taken into the directory, because TLS would trust what it signs."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = standing.nodes.clock.now()
    der = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    row = {"tls": "0" * 64, "certificate": base64.b64encode(der).decode()}
    with pytest.raises(BadParty, match="may sign others"):
        standing.change(SG, exchange={"url": standing.url(SG), "certificates": [row]})


def test_a_certificate_that_another_key_signed(standing: Link) -> None:
    """A certificate that is not signed by its own key is not taken into the directory."""
    _, pem = make_identity("127.0.0.1", "x", standing.nodes.clock.now())
    der = bytearray(der_of(pem))
    der[-1] ^= 1
    row = {"tls": "0" * 64, "certificate": base64.b64encode(der).decode()}
    with pytest.raises(BadParty, match=r"got (no certificate|a certificate that another key signed)"):
        standing.change(SG, exchange={"url": standing.url(SG), "certificates": [row]})


def test_proxies_of_the_environment(standing: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that the environment names is not used."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    with standing.serving():
        assert standing.courier().deliver(SG, b"<a/>")


def test_the_address_has_no_other_host(standing: Link) -> None:
    """What a message goes to is the directory's host and port, whatever the node itself says."""
    assert urlsplit(standing.peer(SG).exchange.url).netloc == f"127.0.0.1:{standing.ports[SG]}"
    assert Identity(standing.identities[SG].file).pin in standing.peer(SG).pins

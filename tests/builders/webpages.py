"""Pages to be captured: a server at loopback that answers with any bytes, over TLS by an authority of the test's own."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from builders.evidence import ACT, seeded
from comity.evidence.acquiring import Order
from comity.evidence.capturing import Manner, capture
from comity.evidence.model import Generation
from comity.evidence.sealing import Seal
from comity.kernel.clock import SystemClock

HOST = "www.example.org"
PAGE = b"<!doctype html><title>Shop</title><h1>Good day</h1>"
Answer = bytes | Callable[[socket.socket], object]


def answer(body: bytes = PAGE, status: str = "200 OK", **headers: str) -> bytes:
    """Write an answer of known length."""
    said = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in said.items()), "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Site:
    """A server: how it answers, and what it was asked."""

    port: int
    given: Answer
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0

    def address(self, path: str = "/", host: str = HOST, scheme: str = "https") -> str:
        """Give the address of a page of it."""
        return f"{scheme}://{host}:{self.port}{path}"


@contextmanager
def site(given: Answer = b"", *, tls: bool = True, names: tuple[str, ...] = (HOST, "127.0.0.1")) -> Iterator[Site]:
    """Serve at loopback until the end of the test."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    here = Site(listener.getsockname()[1], given or answer())
    over, context = threading.Event(), _server_context(names) if tls else None
    thread = threading.Thread(target=_serve, args=(listener, here, over, context), daemon=True)
    thread.start()
    try:
        yield here
    finally:
        over.set()
        thread.join(5)
        listener.close()


def loopback(host: str, port: int) -> list[str]:
    """Resolve every name to this machine."""
    return ["127.0.0.1"]


def manner(**changes: Any) -> Manner:
    """Capture from a server of the test: trust its authority, and reach loopback."""
    return replace(Manner(private=True, resolve=loopback, trust=authority()[2]), **changes)


def captured(
    folder: Path, *addresses: str, manner: Manner, clock: Any = None
) -> tuple[Generation, list[dict[str, Any]]]:
    """Capture pages into `item` of a folder."""
    order = Order(ACT, (), folder / "item")
    return capture(addresses, manner, order, Seal(seeded), clock=clock or SystemClock())


@cache
def authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate, bytes]:
    """Make the test's authority: its key, its certificate, and that as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate("Test Authority", "Test Authority", key, key, ca=True)
    return key, made, made.public_bytes(serialization.Encoding.PEM)


def _server_context(names: tuple[str, ...]) -> ssl.SSLContext:
    signer, _, pem = authority()
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _certificate(names[0], "Test Authority", key, signer, names=names)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(private + leaf.public_bytes(serialization.Encoding.PEM) + pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = False,
    names: tuple[str, ...] = (),
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if names:
        kinds = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
        made = made.add_extension(x509.SubjectAlternativeName(kinds), critical=False)
    return made.sign(signer, hashes.SHA256())


def _serve(listener: socket.socket, here: Site, over: threading.Event, context: ssl.SSLContext | None) -> None:
    while not over.is_set():
        with suppress(TimeoutError):
            sock, _ = listener.accept()
            threading.Thread(target=_one, args=(sock, here, context), daemon=True).start()


def _one(sock: socket.socket, here: Site, context: ssl.SSLContext | None) -> None:
    here.connections += 1
    sock.settimeout(20)
    with suppress(OSError), sock:
        inner = context.wrap_socket(sock, server_side=True) if context else sock
        with inner:
            asked = b""
            while b"\r\n\r\n" not in asked and (piece := inner.recv(65536)):
                asked += piece
            here.asked.append(asked)
            if callable(here.given):
                here.given(inner)
            else:
                inner.sendall(here.given)
            with suppress(OSError):
                inner.shutdown(socket.SHUT_WR)

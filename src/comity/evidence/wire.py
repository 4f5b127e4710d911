"""One HTTP exchange, byte for byte: what was sent, what came back, from which machine, under which certificates.

    1. connect to the machines that are allowed, one after the other, until one answers; hold its number against the asked;
    2. for https: TLS with the system's trust; where the certificate does not hold, once more without trust, which is said;
    3. send one GET, and write down every byte that comes back until the answer ends, or a limit of size or time is met.

No redirect is followed, no credential is sent, nothing is unpacked. All together stays within one limit of time.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Any, BinaryIO

from comity import __version__
from comity.kernel.errors import BadInput

from .errors import PageUnreachable
from .webaddress import WebAddress

AGENT = f"comity/{__version__}"
PIECE = 64 * 1024
MAX_HEADERS = 200
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Bounds:
    """How much is taken: bytes of the answer, and seconds for everything."""

    size: int = 64 * 1024 * 1024
    seconds: float = 120.0


@dataclass
class Exchange:
    """What was learnt in one exchange; *cut* says why the answer is not whole, *fault* what is malformed in it."""

    machine: str = ""
    port: int = 0
    request: bytes = b""
    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0
    body: int = 0
    cut: str = ""
    fault: str = ""
    tls: dict[str, Any] = field(default_factory=dict)
    chain: list[bytes] = field(default_factory=list)

    def header(self, name: str) -> str:
        """Give the first header of a name."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def location(self) -> str:
        """Give where the answer redirects to."""
        return self.header("location") if self.status in _REDIRECTS else ""


class _Cut(Exception):
    """The limit of size or time is met."""


class Deadline:
    """The moment by which all must be done."""

    def __init__(self, seconds: float) -> None:
        """Begin to count."""
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Give the seconds that are left.

        Raises:
            TimeoutError: none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the limit of time is met")
        return left


class _Wire(io.RawIOBase):
    """What comes over a connection, written down as it comes."""

    def __init__(self, sock: socket.socket, out: BinaryIO, size: int, deadline: Deadline) -> None:
        self._sock, self._out, self._left, self._deadline = sock, out, size, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            raise _Cut("length")
        try:
            self._sock.settimeout(self._deadline.left)
            count = self._sock.recv_into(memoryview(buffer)[: self._left])
        except TimeoutError as e:
            raise _Cut("time") from e
        except ssl.SSLEOFError:
            return 0  # the other side closed without a word: as with plain HTTP, the answer's own length decides
        except OSError as e:
            raise _Cut("disconnect") from e
        self._out.write(memoryview(buffer)[:count])
        self._left -= count
        return count


class _Given:
    """What `HTTPResponse` takes for a connection."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._wire, PIECE)


def request_for(address: WebAddress, agent: str = AGENT) -> bytes:
    """Write the one request that is sent.

    Raises:
        BadInput: the agent is no plain line.
    """
    if not agent.isascii() or not agent.isprintable() or not agent.strip():
        raise BadInput("got other signs, expected a plain line", field="agent")
    lines = (
        f"GET {address.path} HTTP/1.1",
        f"Host: {address.authority}",
        f"User-Agent: {agent}",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def exchange(
    address: WebAddress, machines: list[str], request: bytes, folder: Path, bounds: Bounds, trust: bytes = b""
) -> Exchange:
    """Send a request to the first of *machines* that answers; writes `response.http` and `body` into *folder*.

    *trust* is PEM of further root certificates.

    Raises:
        PageUnreachable: no machine answers, or TLS cannot be set up.
        BadInput: *trust* holds no certificate.
    """
    deadline, done = Deadline(bounds.seconds), Exchange(port=address.port, request=request)
    try:
        with ExitStack() as stack:
            sock = stack.enter_context(_connected(address, machines, deadline, done))
            if address.scheme == "https":
                sock = stack.enter_context(_secured(sock, address, deadline, done, trust))
            sock.settimeout(deadline.left)
            sock.sendall(request)
            response = stack.enter_context((folder / "response.http").open("wb"))
            body = stack.enter_context((folder / "body").open("wb"))
            wire = _Wire(sock, response, bounds.size, deadline)
            _receive(wire, body, done)
            done.size = response.tell()
            if not done.size:
                raise ConnectionError(done.cut or "it closed the connection")
    except OSError as e:
        message = f"got no answer from {address.authority} ({e}), expected one"
        raise PageUnreachable(message, field="address") from e
    return done


def _connected(address: WebAddress, machines: list[str], deadline: Deadline, done: Exchange) -> socket.socket:
    fault: OSError = OSError("no machine")
    for machine in machines:
        try:
            sock = socket.create_connection((machine, address.port), timeout=deadline.left)
        except OSError as e:
            fault = e
            continue
        done.machine = str(sock.getpeername()[0])
        if done.machine.partition("%")[0] != machine.partition("%")[0]:
            sock.close()
            raise PageUnreachable(f"got a connection to {done.machine}, expected {machine}", field="address")
        return sock
    raise fault


def _secured(
    sock: socket.socket, address: WebAddress, deadline: Deadline, done: Exchange, trust: bytes
) -> ssl.SSLSocket:
    """Set up TLS; where the certificate does not hold, on a new connection to the same machine without asking for trust."""
    context = _context(trust)
    sock.settimeout(deadline.left)
    try:
        made, fault = context.wrap_socket(sock, server_hostname=address.host), ""
    except ssl.SSLCertVerificationError as e:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        again = _connected(address, [done.machine], deadline, done)
        again.settimeout(deadline.left)
        made, fault = context.wrap_socket(again, server_hostname=address.host), e.verify_message
    cipher = made.cipher() or ("", "", 0)
    done.chain = _chain(made)
    done.tls = {"protocol": made.version() or "", "cipher": cipher[0], "bits": cipher[2], "trusted": not fault}
    done.tls |= {"reason": fault} if fault else {}
    return made


def _context(trust: bytes) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if trust:
            context.load_verify_locations(cadata=trust.decode("ascii", "replace"))
    except (ssl.SSLError, ValueError) as e:
        raise BadInput("got no certificate, expected root certificates in PEM", field="trust") from e
    return context


def _chain(sock: ssl.SSLSocket) -> list[bytes]:
    """Give the certificates as the machine sent them, in DER."""
    if hasattr(sock, "get_unverified_chain"):
        return [bytes(one) for one in sock.get_unverified_chain()]
    # Until Python 3.13 the same stands behind a private name alone.
    inner: Any = sock._sslobj  # type: ignore[attr-defined]  # noqa: SLF001
    return [ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in inner.get_unverified_chain() or ()]


def _receive(wire: _Wire, body: BinaryIO, done: Exchange) -> None:
    """Read the answer to its end; what ends it before, or is malformed in it, is said."""
    response = HTTPResponse(_Given(wire), method="GET")  # type: ignore[arg-type]  # it asks for a file alone
    try:
        response.begin()
        done.status, done.reason = response.status, response.reason or ""
        done.headers = list(response.getheaders())[:MAX_HEADERS]
        if not _poured(response, body):
            done.cut = "disconnect"
    except _Cut as e:
        done.cut = str(e)
    except IncompleteRead:
        done.cut = "disconnect"
    except (HTTPException, ValueError) as e:
        done.fault = f"{type(e).__name__}: {e}"[:300]
        _drain(wire, done)
    done.body = body.tell()


def _drain(wire: _Wire, done: Exchange) -> None:
    """Let the rest of an answer that is malformed be written down as it comes."""
    try:
        while wire.read(PIECE):
            pass
    except _Cut as e:
        done.cut = str(e)


def _poured(response: HTTPResponse, body: BinaryIO) -> bool:
    """Write the content of an answer, as it comes; tells whether it is as long as the answer says."""
    if response.chunked:
        while piece := response.read1(PIECE):
            body.write(piece)
        return True
    left = response.length
    while left != 0 and (piece := response.fp.read1(PIECE if left is None else min(PIECE, left))):
        body.write(piece)
        left = None if left is None else left - len(piece)
    return not left

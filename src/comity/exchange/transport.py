"""The way to a peer: HTTPS with certificates on both sides, each known from the directory and from nowhere else.

No certificate authority counts, no proxy of the environment, no redirect, no host name: the peer is whoever holds the key
that the directory names, at the address that it names. TLS trusts the peer's certificates alone, and the pin is looked at
again before the first byte of a message goes out. Everything has a limit: the time of each step, the time of the whole,
the size of the answer, whatever the peer says about it.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from comity.crypto.tls import pin
from comity.directory.model import MAX_MESSAGE

from .errors import LedAway, NotResumed, PeerBusy, PeerRefused, PeerUnreachable, Undeliverable
from .identity import Identity
from .inbound import JSON, XML, content_type
from .peers import Peer, Peers

if TYPE_CHECKING:
    import httpx2

PIECE = 1 << 16
SLOWEST = 10_000  # bytes a second: a file may take as long as it takes at that pace
FILES = "/files/"
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
_TLS_DONE = "connection.start_tls.complete"
_CALL_THEM = "Call the party back under its number in the directory."
_UPDATE = "See that the directory names our certificate (comity doctor), and that their copy is up to date."
_STATUS = {
    403: "our certificate is of no party it knows; its copy of the directory may be older than ours",
    404: "there is nothing at the address that the directory names",
    429: "too many messages in too short a time",
    503: "it cannot take it now",
}


@dataclass(frozen=True)
class Limits:
    """How long a step and the whole may take in seconds, and how large an answer may be in bytes."""

    connect: float = 10.0
    step: float = 60.0
    whole: float = 300.0
    answer: int = MAX_MESSAGE


def client_context(identity: Identity, peer: Peer) -> ssl.SSLContext:
    """Make the TLS context for one peer: our pair, its certificates, nobody else's."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # the certificate itself is known; the name in it says nothing more
    context.verify_mode = ssl.CERT_REQUIRED
    identity.load_into(context)
    for one in peer.exchange.certificates:
        context.load_verify_locations(cadata=one.der)
    return context


def server_context(identity: Identity, certificates: tuple[bytes, ...]) -> ssl.SSLContext:
    """Make the TLS context for those who come: our pair, and a certificate of theirs that must be among these."""
    context = _context(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.num_tickets = 0  # no session is resumed past a certificate that the directory has dropped
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    identity.load_into(context)
    for der in certificates:
        context.load_verify_locations(cadata=der)
    return context


def _context(protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.options |= ssl.OP_NO_COMPRESSION
    # A certificate is trusted by being exactly one of those listed, also when others bear the same name.
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    return context


@dataclass(frozen=True)
class Courier:
    """Carries bytes to the peers of the directory; see `outbox.Carrier`."""

    peers: Peers
    identity: Identity
    limits: Limits = Limits()

    def deliver(self, party: str, raw: bytes) -> bytes:
        """Post a message and give the answer's bytes.

        Raises:
            NoPeer, Expired: the directory does not name the party, or is out of date.
            PeerUnreachable: there was no connection, or not in time.
            PeerBusy: the peer asks to come again after a time.
            PeerRefused: the peer is not the one in the directory, or turned us away.
            Undeliverable: the message is too large for it.
        """
        peer = self.peers.find(party)
        if len(raw) > peer.exchange.max_bytes:
            advice = "Deliver what is in it by address, or carry it by hand: comity send --file."
            expected = f"at most {peer.exchange.max_bytes}, the limit of {party}"
            raise Undeliverable(f"got a message of {len(raw)} bytes, expected {expected}", advice=advice)
        headers = {"content-type": content_type(raw), "content-length": str(len(raw))}
        with self._call(peer, "POST", peer.exchange.url, headers, _pieces(raw)) as response:
            given = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if given not in (XML, JSON):
                raise PeerRefused(f"got an answer of {party} as {given or 'nothing'}, expected {XML} or {JSON}")
            return b"".join(_body(response, party, self.limits.answer))

    def hello(self, peer: Peer) -> bytes:
        """Ask a peer's node who it is and who it takes us for (JSON); raises as `deliver` does."""
        with self._call(peer, "GET", peer.exchange.url, {"accept": JSON}) as response:
            return b"".join(_body(response, peer.id, PIECE))

    def fetch(
        self, party: str, token: str, write: Callable[[bytes], object], *, limit: int, start: int = 0, sha256: str = ""
    ) -> int:
        """Fetch a file that a peer offers us under a token, piece by piece, from byte *start* on if it is still that file.

        Gives how many bytes were written. Raises as `deliver` does, and:
            NotResumed: the peer gives the whole file only, or has another one there.
        """
        peer, size = self.peers.find(party), 0
        seconds = self.limits.whole + limit / SLOWEST
        headers = {"range": f"bytes={start}-", "if-range": f'"{sha256}"'} if start else {}
        with self._call(peer, "GET", file_url(peer, token), headers, seconds=seconds) as response:
            _check_start(response, party, start)
            for piece in _body(response, party, limit):
                write(piece)
                size += len(piece)
        return size

    @contextmanager
    def _call(
        self,
        peer: Peer,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: Iterator[bytes] | None = None,
        *,
        seconds: float = 0.0,
    ) -> Iterator[httpx2.Response]:
        """Make one request over a connection of its own, and end it when its time is over."""
        import httpx2

        limits = self.limits
        timeout = httpx2.Timeout(limits.step, connect=limits.connect)
        watch = _Watch(peer, seconds or limits.whole)
        sent = {"accept": f"{XML}, {JSON}", "accept-encoding": "identity", "user-agent": "comity", **(headers or {})}
        with (
            _ours(peer, watch),
            watch,
            httpx2.Client(verify=client_context(self.identity, peer), trust_env=False, timeout=timeout) as client,
            client.stream(
                method, url, headers=sent, content=body, follow_redirects=False, extensions={"trace": watch.trace}
            ) as response,
        ):
            _check_status(response, peer, self.peers.clock.now(), (206, 416) if "range" in sent else ())
            yield response


class _Watch:
    """Looks at the pin as soon as the connection stands, and cuts the connection when the time is over."""

    def __init__(self, peer: Peer, seconds: float) -> None:
        self.over = self.secured = False
        self._peer = peer
        self._stream: Any = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """Take part in the connection's steps, as the HTTP library tells them."""
        if name == _TLS_DONE:
            self._stream = info["return_value"]
            check_pin(self._stream.get_extra_info("ssl_object").getpeercert(True) or b"", self._peer)
            self.secured = True
        elif name == "connection.connect_tcp.complete":
            self._stream = info["return_value"]
        elif name == "http11.send_request_headers.started" and self._stream is None:
            raise PeerRefused("got a connection without TLS, expected one", field=self._peer.id)

    def _cut(self) -> None:
        self.over = True
        if self._stream is not None:
            with contextlib.suppress(OSError, AttributeError):
                self._stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def check_pin(der: bytes, peer: Peer) -> None:
    """See that a certificate is one that the directory names for the peer.

    Raises:
        PeerRefused: it is not.
    """
    found = pin(der)
    if not any(secrets.compare_digest(found, one) for one in peer.pins):
        expected = " or ".join(one[:16] for one in peer.pins)
        raise PeerRefused(
            f"got the TLS key {found[:16]} at {peer.exchange.url}, expected {expected} of {peer.id}", advice=_CALL_THEM
        )


def file_url(peer: Peer, token: str) -> str:
    """Give the address under which a peer offers a file."""
    return f"{peer.exchange.url.rstrip('/')}{FILES}{token}"


def _pieces(raw: bytes) -> Iterator[bytes]:
    for start in range(0, len(raw), PIECE):
        yield raw[start : start + PIECE]


def _body(response: httpx2.Response, party: str, limit: int) -> Iterator[bytes]:
    """Give an answer piece by piece, as it is, up to *limit* bytes."""
    if "content-encoding" in response.headers:
        raise PeerRefused(f"got a compressed answer of {party}, expected it as it is")
    size = 0
    for piece in response.iter_raw(PIECE):
        size += len(piece)
        if size > limit:
            raise PeerRefused(f"got an answer of {party} of more than {limit} bytes, expected at most that many")
        yield piece


def _check_start(response: httpx2.Response, party: str, start: int) -> None:
    """See that what comes begins where we asked it to."""
    if start and response.status_code != 206:
        raise NotResumed(f"got the status {response.status_code} of {party}, expected the rest of the file")
    said = response.headers.get("content-range", "")
    if start and not said.startswith(f"bytes {start}-"):
        raise NotResumed(f"got {said[:60]!r} of {party}, expected the bytes from {start} on")


def _check_status(response: httpx2.Response, peer: Peer, now: datetime, also: tuple[int, ...] = ()) -> None:
    status = response.status_code
    if status == 200 or status in also:
        return
    if status == 413:
        raise Undeliverable(f"got the status 413 of {peer.id}, expected 200: the message is too large for it")
    if 300 <= status < 400:
        raise LedAway(f"got a redirect of {peer.id}, expected an answer: we go nowhere but to the directory's address")
    words = f"got the status {status} of {peer.id}, expected 200: {_STATUS.get(status, 'see the log of its node')}"
    pause = _pause(response.headers.get("retry-after", ""), now) if status in (429, 503) else None
    if pause is not None:
        raise PeerBusy(words, pause=pause)
    raise PeerRefused(words)


def _pause(text: str, now: datetime) -> timedelta | None:
    """Read a Retry-After (RFC 9110, 10.2.3), in seconds or as a date; nothing if it is neither."""
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError, TypeError):
        return None


@contextmanager
def _ours(peer: Peer, watch: _Watch) -> Iterator[None]:
    """Turn the HTTP library's errors into ours."""
    import httpx2

    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, UnicodeError) as e:
        raise _translate(e, peer, watch) from e


def _translate(e: Exception, peer: Peer, watch: _Watch) -> PeerRefused | PeerUnreachable:
    import httpx2

    words, url = str(e) or type(e).__name__, peer.exchange.url
    if watch.over:
        return PeerUnreachable(f"got no whole answer of {peer.id} in time, expected one", file=url)
    if "CERTIFICATE_VERIFY_FAILED" in words:
        pins = " or ".join(one[:16] for one in peer.pins)
        return PeerRefused(
            f"got another certificate than {pins} of {peer.id}, expected it", file=url, advice=_CALL_THEM
        )
    if "ALERT" in words or "alert" in words:
        return PeerRefused(
            f"got a TLS refusal of {peer.id} ({words}), expected our certificate to be taken", advice=_UPDATE
        )
    if watch.secured and isinstance(e, httpx2.RemoteProtocolError | httpx2.ReadError | httpx2.WriteError):
        expected = "an answer: as a rule its copy of the directory does not list our certificate"
        return PeerRefused(f"got {peer.id}, which cut the connection ({words}), expected {expected}", advice=_UPDATE)
    if isinstance(e, httpx2.TimeoutException):
        return PeerUnreachable(f"got no answer of {peer.id} in time, expected one", file=url)
    return PeerUnreachable(f"got no answer of {peer.id} ({words}), expected one", file=url)

"""Looking whether a peer can be reached, step by step, so that what does not fit is named and nothing else.

The steps: the directory names the peer; something listens at its address; it holds a key that the directory names; it
takes our certificate; it takes us for our party; it is the party we mean; its clock and ours agree. A last step, on what
the peer offers, is given by the caller. Nothing is sent before the peer has shown the right key.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from comity.crypto.errors import BadCertificate
from comity.crypto.tls import pin
from comity.kernel import canonical
from comity.kernel.clock import moment
from comity.kernel.errors import ComityError

from .errors import PeerRefused, PeerUnreachable
from .peers import Peer
from .transport import Courier, check_pin

SKEW = timedelta(minutes=2)


@dataclass(frozen=True)
class Finding:
    """One step: whether it went well, what was found, and what to do if not."""

    step: str
    good: bool
    found: str
    advice: str = ""

    def plain(self) -> dict[str, Any]:
        """Give the finding as JSON data."""
        return asdict(self)


def probe(
    courier: Courier, own: str, party: str, now: Callable[[], datetime], offers: Callable[[Peer], str] | None = None
) -> list[Finding]:
    """Look at the way to *party* step by step, up to the first that fails; *own* is our party."""
    findings: list[Finding] = []
    for step, look in _steps(courier, own, party, now, offers):
        try:
            findings.append(Finding(step, good=True, found=look()))
        except ComityError as e:
            return [*findings, Finding(step, good=False, found=str(e), advice=e.advice)]
    return findings


def _steps(
    courier: Courier, own: str, party: str, now: Callable[[], datetime], offers: Callable[[Peer], str] | None
) -> Iterator[tuple[str, Callable[[], str]]]:
    said: dict[str, Any] = {}

    def peer() -> Peer:
        return courier.peers.find(party)

    def hello() -> str:
        said.update(_document(courier.hello(peer()), party))
        return "our certificate is taken"

    yield "directory", lambda: _named(peer())
    yield "connection", lambda: _connect(peer(), courier.limits.connect)
    yield "key", lambda: _key(peer(), courier)
    yield "certificate", hello
    yield "parties", lambda: _parties(said, own, party)
    yield "clock", lambda: _clock(said, now())
    if offers is not None:
        yield "profile", lambda: offers(peer())


def _named(peer: Peer) -> str:
    """Say where the directory has a peer, in whole sentences: whoever shows them says them in the person's language."""
    url, number = peer.exchange.url, len(peer.pins)
    return f"{url}, 1 certificate" if number == 1 else f"{url}, {number} certificates"


def _address(peer: Peer) -> tuple[str, int]:
    parts = urlsplit(peer.exchange.url)
    return parts.hostname or "", parts.port or 443


def _connect(peer: Peer, seconds: float) -> str:
    host, port = _address(peer)
    try:
        with socket.create_connection((host, port), timeout=seconds) as made:
            return f"{made.getpeername()[0]} port {port}"
    except socket.gaierror as e:
        advice = "See that the name is right and that this machine can ask a name server."
        raise PeerUnreachable(f"got no address for {host}, expected one", advice=advice) from e
    except (OSError, UnicodeError) as e:
        advice = "See that the peer's node runs and that no firewall stands in between."
        words = getattr(e, "strerror", None) or e
        raise PeerUnreachable(f"got no connection to {host} port {port} ({words}), expected one", advice=advice) from e


def _key(peer: Peer, courier: Courier) -> str:
    """See which key the other side shows, whatever it is; no byte of a message goes over this connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    courier.identity.load_into(context)
    try:
        with (
            socket.create_connection(_address(peer), timeout=courier.limits.connect) as plain,
            context.wrap_socket(plain) as made,
        ):
            der = made.getpeercert(binary_form=True) or b""
    except OSError as e:
        advice = "See that its node runs, and that nothing on the way ends TLS."
        raise PeerRefused(f"got no TLS at {peer.exchange.url} ({e}), expected it", advice=advice) from e
    try:
        check_pin(der, peer)
        return f"TLS key {pin(der)[:16]}"
    except BadCertificate as e:
        raise PeerRefused(f"got a strange certificate at {peer.exchange.url}: {e.message}") from e


def _document(raw: bytes, party: str) -> dict[str, Any]:
    found = canonical.load(raw)
    kinds = {"party": str, "you": list, "at": str}
    if not isinstance(found, dict) or not all(isinstance(found.get(name), kind) for name, kind in kinds.items()):
        raise PeerRefused(f"got a greeting of {party} that says something else, expected party, you, at")
    return found


def _parties(said: dict[str, Any], own: str, party: str) -> str:
    if said["party"] != party:
        raise PeerRefused(f"got the node of {said['party'][:60]!r}, expected that of {party}")
    if own not in said["you"]:
        advice = "Ask the peer to bring its copy of the directory up to date."
        raise PeerRefused(f"got taken for {str(said['you'])[:60]}, expected {own}", advice=advice)
    return f"the node of {party}, which knows {own}"


def _clock(said: dict[str, Any], now: datetime) -> str:
    apart = moment(str(said["at"]), field="at") - now
    seconds = f"{abs(apart).total_seconds():.0f}"
    words = f"{seconds} seconds ahead" if apart > timedelta() else f"{seconds} seconds behind"
    if abs(apart) > SKEW:
        advice = "Set the clock that is wrong; a message dated ahead is refused."
        raise PeerRefused(
            f"got a clock {words} of ours, expected at most {SKEW.total_seconds():.0f} apart", advice=advice
        )
    return words

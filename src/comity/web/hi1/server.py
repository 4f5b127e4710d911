"""The server under the endpoint: mutual TLS by the directory, one request a connection, and an end to everything slow.

Python's TLS takes only certificates that a context trusts, and trust cannot be taken back from a context. So each
connection gets the newest context (in the callback that OpenSSL makes for the host name, whether the client names one or
not), which is made anew whenever the directory or the node's own pair changes. Who is trusted there is looked up once more
for each request.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import Any

from starlette.applications import Starlette
from uvicorn import Config

from comity.exchange.errors import BadIdentity
from comity.exchange.identity import Identity
from comity.exchange.peers import Peers
from comity.exchange.transport import server_context
from comity.kernel.errors import ComityError

from ..listening import Connection, Listening
from .limits import Limits

GRACE = 10
FAREWELL = 5.0
_LOG = logging.getLogger("comity.web.hi1")


class Trust:
    """The TLS context of the moment."""

    def __init__(self, identity: Identity, peers: Peers) -> None:
        """Trust the certificates of *peers*, and show *identity*."""
        self._identity = identity
        self._peers = peers
        self._state: object = None
        self._context: ssl.SSLContext | None = None

    def door(self) -> ssl.SSLContext:
        """Give the context to listen with, which hands each connection over to the newest one."""
        context = server_context(self._identity, ())
        context.sni_callback = self._hand_over
        return context

    def _hand_over(self, connection: Any, name: str | None, context: ssl.SSLContext) -> int | None:
        try:
            connection.context = self._newest()
        except ComityError as e:
            _LOG.error("no connection can be taken: %s", e)
            return int(ssl.AlertDescription.ALERT_DESCRIPTION_INTERNAL_ERROR)
        return None

    def _newest(self) -> ssl.SSLContext:
        state = (self._peers.signature(), self._own())
        if self._context is None or state != self._state:
            self._context, self._state = server_context(self._identity, self._peers.certificates()), state
        return self._context

    def _own(self) -> tuple[int, int]:
        try:
            found = self._identity.file.stat()
        except OSError as e:
            raise BadIdentity(f"got {e.strerror}, expected the TLS key", file=str(self._identity.file)) from e
        return (found.st_ino, found.st_mtime_ns)


class _Loop(asyncio.SelectorEventLoop):
    """An event loop that does not wait long for the beginning of TLS."""

    handshake = Limits().handshake

    async def create_server(self, *args: Any, **named: Any) -> asyncio.Server:
        """Listen as usual, with a short time for the handshake and for the end of TLS."""
        named |= {"ssl_handshake_timeout": self.handshake, "ssl_shutdown_timeout": FAREWELL}
        return await super().create_server(*args, **named)


class _Protocol(Connection):
    """One connection: it knows the peer's certificate, has to ask soon, and ends in time."""

    limits = Limits()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Note the certificate and start the times; one connection too many is cut."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            transport.abort()
            return
        connection = transport.get_extra_info("ssl_object")
        certificate = connection.getpeercert(binary_form=True) if connection else None
        self.app_state = {**self.app_state, "certificate": certificate or b"", "last": self._last}
        self._head = self.loop.call_later(self.limits.head, self.end, False)
        self._whole = self.loop.call_later(self.limits.connection, self.end, True)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the times."""
        if hasattr(self, "_head"):
            self._head.cancel()
            self._whole.cancel()
        super().connection_lost(exc)

    def _last(self, seconds: float) -> None:
        """Let the connection last for so long from now."""
        self._whole.cancel()
        self._whole = self.loop.call_later(seconds, self.end, True)


class Endpoint(Listening):
    """The listening endpoint."""

    def __init__(self, app: Starlette, listen: str, trust: Trust, limits: Limits) -> None:
        """Serve *app* on *listen*, `ADDRESS:PORT`."""
        protocol = type("Protocol", (_Protocol,), {"limits": limits})
        config = Config(
            app, http=protocol, ws="none", lifespan="off", log_config=None, access_log=False, proxy_headers=False,
            server_header=False, headers=[("connection", "close")], timeout_graceful_shutdown=GRACE,
            h11_max_incomplete_event_size=limits.headers, ssl_context_factory=lambda *_: trust.door(), loop="asyncio",
        )  # fmt: skip
        super().__init__("hi1", listen, config, type("Loop", (_Loop,), {"handshake": limits.handshake}))

"""The server under the desk: HTTPS with a certificate of its own, or plain HTTP on this machine alone."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

from uvicorn import Config

from comity.node.errors import BadSettings
from comity.node.service import Node

from ..api.app import Api
from ..listening import Connection, Listening
from .app import make_app
from .desk import Desk
from .pages import ROUTES
from .routes import Route
from .site import site

GRACE = 5
HEAD, CONNECTIONS, HEADERS, IDLE = 10.0, 400, 32 * 1024, 15


class _Protocol(Connection):
    """One connection: it has to ask soon, and is cut when there are too many."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start the time in which the head of a request has to be here."""
        super().connection_made(transport)
        self._head = self.loop.call_later(HEAD, self.end, False)
        if len(self.connections) > CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time."""
        self._head.cancel()
        super().connection_lost(exc)


class DeskServer(Listening):
    """The listening desk."""

    def __init__(self, desk: Desk, listen: str, tls: Path | None = None, routes: tuple[Route, ...] = ROUTES) -> None:
        """Serve *desk* on *listen*, `ADDRESS:PORT`, with the key and certificate in *tls*."""
        self._origin = desk.site.origin
        self._api = Api(desk)
        pair: dict[str, Any] = {"ssl_context_factory": lambda *_: _context(tls)} if tls else {}
        config = Config(
            make_app(desk, routes, self._api), http=_Protocol, ws="none", lifespan="off", log_config=None,
            access_log=False,
            proxy_headers=desk.proxied, forwarded_allow_ips="127.0.0.1", server_header=False,
            timeout_keep_alive=IDLE, timeout_graceful_shutdown=GRACE, h11_max_incomplete_event_size=HEADERS,
            **pair,
        )  # fmt: skip
        super().__init__("desk", listen, config)

    @property
    def address(self) -> str:
        """Give the address that people type."""
        return self._origin

    def ended(self) -> None:
        """Let go of what the API still counts."""
        self._api.close()


def desk_of(node: Node) -> Desk:
    """Give the desk of a node, as its settings say.

    Raises:
        BadSettings: people would come by plain HTTP from elsewhere.
    """
    settings = node.settings
    found = site(settings.desk_url, settings.desk, settings.desk_tls)
    made = Desk(node, found, proxied=found.secure and not settings.desk_tls)
    _ = made.issuer  # what is wrong with its settings is said at the start
    return made


def desk_server(node: Node) -> DeskServer:
    """Make the server of a node's desk, as its settings say."""
    tls = node.settings.path(node.settings.desk_tls) if node.settings.desk_tls else None
    return DeskServer(desk_of(node), node.settings.desk, tls)


def _context(tls: Path | None) -> ssl.SSLContext:
    assert tls is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(tls)
    except (OSError, ssl.SSLError) as e:
        raise BadSettings("got no TLS key and certificate, expected both in one file", file=str(tls)) from e
    return context

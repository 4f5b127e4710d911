"""The server under the desk: HTTPS with a certificate of its own, or plain HTTP on this machine alone."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from comity.node.errors import BadSettings
from comity.node.service import Node

from ..api.app import Api
from ..hi1.server import bound
from .app import make_app
from .desk import Desk
from .pages import ROUTES
from .routes import Route
from .site import site

GRACE = 5
HEAD, CONNECTIONS, HEADERS, IDLE = 10.0, 400, 32 * 1024, 15


class _Protocol(H11Protocol):
    """One connection: it has to ask soon, and is cut when there are too many."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start the time in which the head of a request has to be here."""
        super().connection_made(transport)
        self._head = self.loop.call_later(HEAD, self._end, False)
        if len(self.connections) > CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time."""
        self._head.cancel()
        super().connection_lost(exc)

    def _end(self, in_any_case: bool) -> None:
        if in_any_case or self.cycle is None:
            self.transport.abort()


class DeskServer:
    """The desk, listening in a thread of its own from `start` to `stop`."""

    def __init__(self, desk: Desk, listen: str, tls: Path | None = None, routes: tuple[Route, ...] = ROUTES) -> None:
        """Serve *desk* on *listen*, `ADDRESS:PORT`, with the key and certificate in *tls*."""
        self._listen = listen
        self._api = Api(desk)
        self.address = desk.site.origin
        config: dict[str, Any] = {"ssl_context_factory": lambda *_: _context(tls)} if tls else {}
        self._server = Server(
            Config(
                make_app(desk, routes, self._api), http=_Protocol, ws="none", lifespan="off", log_config=None,
                access_log=False,
                proxy_headers=desk.proxied, forwarded_allow_ips="127.0.0.1", server_header=False,
                timeout_keep_alive=IDLE, timeout_graceful_shutdown=GRACE, h11_max_incomplete_event_size=HEADERS,
                **config,
            )
        )  # fmt: skip
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    @property
    def port(self) -> int:
        """Give the port listened on."""
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Listen.

        Raises:
            BadAddress: the address is malformed.
            CannotListen: the machine does not let us.
            BadSettings: the TLS key or certificate cannot be read.
        """
        self._server.config.load()
        self._socket = bound(self._listen)
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections, let what is under way end, and return."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
            self._api.close()
        if self._socket is not None:
            self._socket.close()

    @property
    def alive(self) -> bool:
        """Tell whether it still serves."""
        return self._thread.is_alive()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket] if self._socket else None))


def desk_of(node: Node) -> Desk:
    """Give the desk of a node, as its settings say.

    Raises:
        BadSettings: people would come by plain HTTP from elsewhere.
    """
    settings = node.settings
    found = site(settings.desk_url, settings.desk, settings.desk_tls)
    return Desk(node, found, proxied=found.secure and not settings.desk_tls)


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

"""A listening server in a thread of its own: what the endpoint for nodes and the desk for people have alike."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Callable

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from .errors import BadAddress, CannotListen

_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[A-Za-z0-9.-]+)):(?P<port>[0-9]{1,5})", re.ASCII)


class Connection(H11Protocol):
    """One connection that can be ended in time."""

    def end(self, in_any_case: bool) -> None:
        """Cut it, if it serves no request or *in any case*."""
        if in_any_case or self.cycle is None:
            self.transport.abort()


class Listening:
    """A server, from `start` to `stop`."""

    def __init__(
        self, name: str, listen: str, config: Config, loop: Callable[[], asyncio.AbstractEventLoop] | None = None
    ) -> None:
        """Serve what *config* says on *listen*, `ADDRESS:PORT`; *loop* makes the event loop."""
        self._listen = listen
        self._loop = loop
        self._server = Server(config)
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def address(self) -> str:
        """Give the address listened on, with the port that the system chose if none was named."""
        assert self._socket is not None
        host, port = self._socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def start(self) -> None:
        """Listen.

        Raises:
            BadAddress: the address is malformed.
            CannotListen: the machine does not let us.
            ComityError: the TLS key and certificate are not in order.
        """
        self._server.config.load()
        self._socket = bound(self._listen)
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections, let what is under way end, and return."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
            self.ended()
        if self._socket is not None:
            self._socket.close()

    def ended(self) -> None:
        """Do what is to be done once the last answer went out."""

    @property
    def port(self) -> int:
        """Give the port listened on."""
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    @property
    def alive(self) -> bool:
        """Tell whether it still serves."""
        return self._thread.is_alive()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._loop) as runner:
            runner.run(self._server.serve(sockets=[self._socket] if self._socket else None))


def bound(listen: str) -> socket.socket:
    """Listen on an address, `ADDRESS:PORT`.

    Raises:
        BadAddress: it is malformed.
        CannotListen: the machine does not let us.
    """
    found = _ADDRESS.fullmatch(listen)
    if not found or int(found["port"]) > 65535:
        raise BadAddress(f"got {listen!r}, expected an address such as 0.0.0.0:8443 or [::]:8443", field="listen")
    family = socket.AF_INET6 if found["six"] else socket.AF_INET
    try:
        made = socket.create_server((found["six"] or found["four"], int(found["port"])), family=family)
    except OSError as e:
        advice = "See that the address is this machine's and that no other program listens there."
        raise CannotListen(f"got {e.strerror} on {listen}, expected to listen", field="listen", advice=advice) from e
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else an answer's body waits for the head's receipt
    return made

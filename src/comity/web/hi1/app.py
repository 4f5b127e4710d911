"""The endpoint's pages: POST a message, GET who we are, GET a file that was offered.

Order of what is looked at: the certificate (403 when the directory has no party for it), the rate (429), the room (503),
the size and time of the body (413, 408), then the message itself, which the handler answers. Whatever the handler says is
HTTP 200. Nobody but the party it was offered to learns whether a file exists. A file bears its SHA-256 as its ETag, and is
given from a byte on where that is asked for (RFC 9110, 14: one range without an end; anything else gets the whole file).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import anyio
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from comity.crypto.tls import pin
from comity.exchange.deliveries import Offered
from comity.exchange.inbound import JSON, XML, Handler, Inbound, Outbound
from comity.exchange.transport import FILES, PIECE, SLOWEST
from comity.kernel.clock import Clock, stamp
from comity.kernel.errors import ComityError

from .limits import Gate, Limits

T = TypeVar("T")

_RANGE = re.compile(r"bytes=([0-9]{1,18})-", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)
_LOG = logging.getLogger("comity.web.hi1")


def no_files(parties: tuple[str, ...], token: str) -> Offered | None:
    """Offer no files."""
    return None


@dataclass(frozen=True)
class Door:
    """What the endpoint needs: its path, who is behind a pin, the handler, the files on offer, time and limits."""

    party: str
    path: str
    behind: Callable[[str], tuple[str, ...]]
    handle: Handler
    clock: Clock
    files: Callable[[tuple[str, ...], str], Offered | None] = no_files
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class _Visitor:
    """Who came: certificate, pin, and the parties it belongs to."""

    certificate: bytes
    pin: str
    parties: tuple[str, ...]


class _TurnedAway(Exception):
    """A request that ends with a status before any message is read."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.response = _words(status, words)


def make_app(door: Door) -> Starlette:
    """Make the ASGI application."""
    pages = _Pages(door)
    routes = [
        Route(door.path, pages.message, methods=["POST"]),
        Route(door.path, pages.hello, methods=["GET"]),
        Route(door.path.rstrip("/") + FILES + "{token}", pages.file, methods=["GET"]),
    ]
    return Starlette(routes=routes, exception_handlers={_TurnedAway: _turned_away})


class _Pages:
    """The pages, with what they share: the door, the gate, and a few threads."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._gate = Gate(door.limits)
        self._threads: anyio.CapacityLimiter | None = None

    async def message(self, request: Request) -> Response:
        """Take a message, and give the handler's answer."""
        visitor = await self._visitor(request)
        with self._gate.inside(visitor.pin) as room:
            if not room:
                return _words(503, "Too many messages at once; try again later.")
            raw = await self._read(request)
            given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if given not in (XML, JSON):
                return _words(415, f"A message is {XML} or {JSON}.")
            arrived = Inbound(raw, given, self._door.clock.now(), visitor.parties, visitor.certificate)
            answer: Outbound = await self._in_thread(partial(self._door.handle, arrived))
        return Response(answer.raw, answer.status, media_type=answer.content_type)

    async def hello(self, request: Request) -> Response:
        """Say who we are, whom we take the visitor for, and what time it is here."""
        visitor = await self._visitor(request)
        said: Mapping[str, Any] = {
            "party": self._door.party, "you": list(visitor.parties), "at": stamp(self._door.clock.now()),
        }  # fmt: skip
        return JSONResponse(said)

    async def file(self, request: Request) -> Response:
        """Give a file to the party it was offered to, whole or from a byte on."""
        visitor, token = await self._visitor(request), request.path_params["token"]
        offered: Offered | None = None
        if _TOKEN.fullmatch(token):
            offered = await self._in_thread(partial(self._door.files, visitor.parties, token))
        if offered is None:
            return _words(404, "There is no such file.")
        size, etag = offered.path.stat().st_size, f'"{offered.sha256}"'
        start = _start(request.headers, etag)
        headers = {"accept-ranges": "bytes", "etag": etag}
        if start and start >= size:
            return Response(status_code=416, headers=headers | {"content-range": f"bytes */{size}"})
        opened = await anyio.open_file(offered.path, "rb")
        await opened.seek(start or 0)
        request.scope["state"]["last"](self._door.limits.connection + size / SLOWEST)

        async def pieces() -> AsyncIterator[bytes]:
            async with opened:
                while piece := await opened.read(PIECE):
                    yield piece

        headers["content-length"] = str(size - (start or 0))
        if start is not None:
            headers["content-range"] = f"bytes {start}-{size - 1}/{size}"
        status = 200 if start is None else 206
        return StreamingResponse(pieces(), status, media_type="application/octet-stream", headers=headers)

    async def _visitor(self, request: Request) -> _Visitor:
        """See who came, and whether he may go on."""
        certificate: bytes = request.scope["state"].get("certificate", b"")
        found = pin(certificate) if certificate else ""
        parties = await self._in_thread(partial(self._door.behind, found)) if found else ()
        if not parties:
            raise _TurnedAway(403, "This certificate is of no party in the directory.")
        if not self._gate.admit(found):
            raise _TurnedAway(429, "Too many requests; wait a minute.")
        return _Visitor(certificate, found, parties)

    async def _read(self, request: Request) -> bytes:
        """Read the body within its limits of size and time."""
        limits, body = self._door.limits, bytearray()
        if int(request.headers.get("content-length", "0")) > limits.message:
            raise _TurnedAway(413, f"A message has at most {limits.message} bytes.")
        try:
            async with asyncio.timeout(limits.body):
                async for piece in request.stream():
                    body += piece
                    if len(body) > limits.message:
                        raise _TurnedAway(413, f"A message has at most {limits.message} bytes.")
        except TimeoutError as e:
            raise _TurnedAway(408, f"A message is sent within {limits.body:.0f} seconds.") from e
        except ClientDisconnect as e:
            raise _TurnedAway(400, "The message broke off.") from e
        return bytes(body)

    async def _in_thread(self, act: Callable[[], T]) -> T:
        """Run what may block in a thread, and wait for it only so long; it goes on to its end by itself."""
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(2 * self._door.limits.at_once)
        try:
            async with asyncio.timeout(self._door.limits.handling):
                return await anyio.to_thread.run_sync(act, abandon_on_cancel=True, limiter=self._threads)
        except TimeoutError as e:
            raise _TurnedAway(503, "It takes longer than it should; try again later.") from e
        except ComityError as e:
            _LOG.warning("a request was put off: %s", e)
            raise _TurnedAway(503, "It cannot be done now; try again later.") from e
        except Exception as e:
            _LOG.exception("a message was not handled")
            raise _TurnedAway(500, "Something went wrong here; try again later.") from e


def _start(headers: Headers, etag: str) -> int | None:
    """Tell from which byte on a file is asked for; nothing for the whole, also when the one asked for was another."""
    found = _RANGE.fullmatch(headers.get("range", ""))
    return int(found[1]) if found and headers.get("if-range", etag) == etag else None


def _words(status: int, words: str) -> Response:
    headers = {"retry-after": "60"} if status in (429, 503) else None
    return Response(words + "\n", status, media_type="text/plain", headers=headers)


async def _turned_away(request: Request, error: Exception) -> Response:
    assert isinstance(error, _TurnedAway)
    return error.response

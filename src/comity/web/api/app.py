"""The API's application, made when it is first called: its framework takes half a second to load."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..desk import guard
from ..desk.desk import Desk
from ..errors import WrongMethod
from .errors import NoOperation

if TYPE_CHECKING:
    from fastapi import FastAPI

    from .door import Threshold

WHERE = "/openapi.json"


class Api:
    """The API of a desk, as an application to be mounted under `/api/v1`."""

    def __init__(self, desk: Desk) -> None:
        """Remember for which desk."""
        self._desk = desk
        self._made: FastAPI | None = None
        self._threshold: Threshold | None = None
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        app = self._made
        if app is None:
            app = await run_in_threadpool(self._make)
        await app(scope, receive, send)

    def close(self) -> None:
        """Write into the log what is counted and not yet written."""
        if self._threshold:
            self._threshold.tally.close()

    def _make(self) -> FastAPI:
        from .door import Threshold

        with self._lock:
            if self._made is None:
                self._threshold = Threshold(self._desk)
                self._made = make_app(self._threshold)
            return self._made


def make_app(threshold: Threshold) -> FastAPI:
    """Make the application with all operations and its description."""
    from fastapi import FastAPI

    from .catalogue import OPERATIONS
    from .describing import description, facts
    from .door import door

    async def not_there(request: Request, error: Exception) -> Response:
        return _not_there(threshold.desk, error)

    handlers: Mapping[Any, Any] = {HTTPException: not_there}
    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, exception_handlers=dict(handlers)
    )
    for one in OPERATIONS:
        app.router.add_api_route(one.path, one.does, route_class_override=door(threshold, one), **facts(one))

    async def describe(request: Request) -> Response:
        response = Response(await run_in_threadpool(description), media_type="application/json")
        response.headers["cache-control"] = "no-cache"
        return guard.sealed(threshold.desk.site, response)

    app.router.add_route(WHERE, describe, methods=["GET"], include_in_schema=False)
    return app


def _not_there(desk: Desk, error: Exception) -> Response:
    """Answer for a path that no operation has, or not with this method."""
    from .problems import problem

    wrong: NoOperation | WrongMethod = NoOperation("got a path without an operation, expected one of the description")
    if isinstance(error, HTTPException) and error.status_code == 405:
        wrong = WrongMethod("got a method that the path does not take, expected another")
    response = problem(wrong)
    for name, value in (getattr(error, "headers", None) or {}).items():
        response.headers[name] = value
    return guard.sealed(desk.site, response)

"""The door of every operation, passed in this order.

1. The host is our own (421).
2. The token: it counts (401, or 429 for an address that showed too many that do not), and is not used too often (429). No cookie
   is looked at. Who guesses hinders nobody whose token counts.
3. The act: the token holds it and its person may do it now (403). An act of anyone's needs a token only.
4. Parameters of path and query: each known, each once, no odd characters (422).
5. The case: who does not know of it is told that there is none (404), in the words for one that is not there.
6. The body: its kind (415), size (413), time (408); JSON is read strictly (422).
7. The idempotency key: what was done under it before is told again. If-Match: one ETag, where the operation asks what was seen.
8. The act itself. What it raises becomes a problem document; every use is counted, and a look at a case is an event.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.accounts.duties import CASE, acts
from comity.accounts.once import Once, take
from comity.kernel import canonical
from comity.kernel.errors import ComityError
from comity.kernel.text import odd

from ..desk import guard
from ..desk.desk import Desk
from ..hi1.limits import Gate, Limits
from . import bearer, bodies, once
from .bearer import Holder
from .call import Call
from .errors import BadCall, NoToken, TooMany
from .limits import Allowance
from .operations import JSON, Operation
from .problems import malformed, problem
from .tally import Tally

LONGEST = 2000
_ETAG = re.compile(r'"([0-9a-f]{64})"', re.ASCII)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_LOG = logging.getLogger("comity.web.api")


@dataclass
class Threshold:
    """What all operations of a desk share: who called how often, and who is inside."""

    desk: Desk
    guesses: Allowance = field(default_factory=lambda: Allowance(20, 0.5))
    gate: Gate = field(default_factory=lambda: Gate(Limits(at_once=16, at_once_by_peer=4)))

    def __post_init__(self) -> None:
        """Begin to count."""
        self.calls = Allowance(self.desk.token_calls, self.desk.token_rate)
        self.tally = Tally(self.desk.staff)


def door(threshold: Threshold, operation: Operation) -> type[APIRoute]:
    """Make the kind of route that lets calls of one operation in."""

    class Door(APIRoute):
        """The route of one operation."""

        def get_route_handler(self) -> Handler:
            """Give what answers a call."""
            inner = super().get_route_handler()
            known = {one.alias for one in _all(self.dependant)}

            async def handle(request: Request) -> Response:
                return await _handled(threshold, operation, known, request, inner)

            return handle

    return Door


async def _handled(
    threshold: Threshold, operation: Operation, known: set[str], request: Request, inner: Handler
) -> Response:
    """Answer a call, whatever comes of it."""
    held: Holder | None = None
    try:
        guard.require_host(threshold.desk.site, request)
        held = await _held(threshold, request)
        with threshold.gate.inside(held.token.id) as room:
            if not room:
                raise TooMany("got too many calls at once, expected one after the other", seconds=1)
            response = await _asked(threshold.desk, operation, known, request, inner, held)
    except ComityError as e:
        response = problem(e)
    except RequestValidationError as e:
        response = malformed(e)
    except Exception:  # noqa: BLE001 - the outermost edge of a call
        _LOG.exception("an operation broke off: %s", operation.id)
        response = problem(None)
    if held:
        refused = response.status_code >= 400
        await run_in_threadpool(threshold.tally.used, held.token, operation.act, refused=refused)
    return guard.sealed(threshold.desk.site, response)


async def _held(threshold: Threshold, request: Request) -> Holder:
    """Find who calls."""
    address = request.client.host if request.client else ""
    try:
        held = await run_in_threadpool(bearer.holder, threshold.desk, bearer.word_of(request), address)
    except NoToken:
        await run_in_threadpool(threshold.tally.guessed)
        if seconds := threshold.guesses.take(address):
            raise TooMany("got too many tokens that are none, expected one that counts", seconds=seconds) from None
        raise
    if seconds := threshold.calls.take(held.token.id):
        raise TooMany("got more calls than a token may make, expected fewer", seconds=seconds)
    return held


async def _asked(
    desk: Desk, operation: Operation, known: set[str], request: Request, inner: Handler, held: Holder
) -> Response:
    bearer.require_act(held, operation)
    given = _given(request, known)
    case = await run_in_threadpool(bearer.require_case, desk, held, operation, given)
    key, match = once.key_of(request, changes=operation.changes), _match_of(request, operation)
    body = await bodies.read(desk, request, operation)
    try:
        call = Call(desk, held, given, case, body.raw, body.file, body.form, match)
        _put_body(request, operation, call)
        taken = await run_in_threadpool(_taken, operation, call, key) if key else None
        if isinstance(taken, tuple):
            return JSONResponse(taken[1], taken[0], headers={"idempotent-replay": "true"})
        request.state.call = call
        response = await _done(inner, request, taken)
    finally:
        await bodies.drop(desk, body)
    if case and not operation.changes and response.status_code < 400:
        await run_in_threadpool(_looked, desk, held, operation, case)
    return response


async def _done(inner: Handler, request: Request, taken: Once | None) -> Response:
    """Do the act, and note what came of it with its idempotency key."""
    try:
        response = await inner(request)
    except (ComityError, RequestValidationError):
        if taken:
            await run_in_threadpool(taken.back)
        raise
    if taken:
        await run_in_threadpool(taken.done, response.status_code, canonical.load(bytes(response.body)))
    return response


def _put_body(request: Request, operation: Operation, call: Call) -> None:
    """Let the framework find the body that was read here, so that it reads none itself."""
    request._body = call.raw if operation.takes == JSON else b""  # noqa: SLF001 - as in Starlette
    if operation.takes == JSON:
        request._json = bodies.parsed(call.raw, operation.most)  # noqa: SLF001 - as in Starlette


def _given(request: Request, known: set[str]) -> dict[str, str]:
    """Give the parameters of path and query."""
    query = request.query_params.multi_items()
    path = {name: str(value) for name, value in request.path_params.items()}
    for name, text in (*query, *path.items()):
        if odd(text) or len(text) > LONGEST:
            raise BadCall("got odd characters or too many, expected plain text", field=name[:80])
    for name, _ in query:
        if name not in known:
            advice = f"Known are: {', '.join(sorted(known))}." if known else ""
            raise BadCall("got a parameter that this operation does not take", field=name[:80], advice=advice)
    if len({name for name, _ in query}) != len(query):
        raise BadCall("got a parameter twice, expected each once", field="query")
    return dict(query) | path


def _taken(operation: Operation, call: Call, key: str) -> Once | tuple[int, Any]:
    """Take an idempotency key, or give what came of the same call before."""
    return take(call.desk.staff, call.holder.token, key, once.said(operation, call))


def _match_of(request: Request, operation: Operation) -> str:
    """Give the digest that a call names as what it saw; empty where it names none.

    Raises:
        BadCall: it is malformed, or the operation asks for none.
    """
    given = request.headers.getlist("if-match")
    if not given:
        return ""
    found = _ETAG.fullmatch(given[0]) if len(given) == 1 and operation.match else None
    if not found:
        raise BadCall("got an If-Match that is malformed or not asked for, expected one ETag", field="If-Match")
    return found[1]


def _looked(desk: Desk, held: Holder, operation: Operation, case: str) -> None:
    """Write down that somebody's program looked at a case."""
    assert acts()[operation.act].scope == CASE
    with desk.staff.store.write() as unit:
        facts = {"person": held.who.person.id, "case": case, "act": operation.act, "token": held.token.id[:16]}
        desk.staff.log(unit, "read", **facts)


def _all(dependant: Any) -> list[Any]:
    """List the parameters of the query that an operation and what it depends on take."""
    return [*dependant.query_params, *(one for inner in dependant.dependencies for one in _all(inner))]

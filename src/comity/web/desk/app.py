"""The desk's application: every route goes through the same door, in this order.

1. The host is our own (421); the form is read within its limits (408, 413, 415).
2. The visitor: his session by its cookie, how he stands now, his language.
3. A form is one of our own pages' (403).
4. The act: nobody signed in goes to sign in (401); a role that the duty matrix does not name is refused (403).
5. The case: who does not know of it is told that there is none (404), in the words for one that is not there.
6. Changes to the keys of a door ask that the person proved lately who he is.
7. The page. What it raises becomes a page that says what is wrong and what to do; looking at a case is an event.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.routing import Route as Way
from starlette.types import ASGIApp

from comity.accounts import knowledge, sessions
from comity.accounts.access import standing
from comity.accounts.duties import ANYONE, CASE, acts
from comity.accounts.errors import NoCaseKnown, NotAllowed, NotSignedIn
from comity.accounts.model import CODE
from comity.accounts.sessions import Opened
from comity.kernel.errors import ComityError, NotFound
from comity.kernel.language import speaking

from ..errors import WrongMethod
from . import forms, guard
from .desk import Desk
from .errors import NoPage
from .forms import Form
from .languages import spoken
from .pages import ROUTES
from .problem import problem
from .routes import Route, checked
from .visit import Visit

YEAR = 365 * 24 * 3600
API = "/api/v1"
_LOG = logging.getLogger("comity.web.desk")


def make_app(desk: Desk, routes: Iterable[Route] = ROUTES, api: ASGIApp | None = None) -> Starlette:
    """Make the ASGI application, with the *api* for programs beside the pages.

    Raises:
        BadRoute: a route does not say all that it has to.
    """
    ways: list[BaseRoute] = [_under(API, api)] if api else []
    ways += [Way(one.path, _door(desk, one), methods=[one.method]) for one in checked(routes)]
    handlers: Any = {HTTPException: partial(_not_there, desk)}
    return Starlette(routes=ways, exception_handlers=handlers)


def _under(path: str, app: ASGIApp) -> Mount:
    """Give everything under a path to an application, whatever signs stand in it."""
    mount = Mount(path, app)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def _door(desk: Desk, route: Route) -> Any:
    async def door(request: Request) -> Response:
        form: Form = []
        wrong: ComityError | None = None
        with ExitStack() as stack:
            try:
                guard.require_host(desk.site, request)
                if route.strangers:
                    stack.enter_context(desk.strangers.inside(request.client.host if request.client else ""))
                if request.method == "POST":
                    if route.files:
                        await run_in_threadpool(_may_send, desk, route, request)
                    aside = partial(_aside, desk)
                    form = await forms.read(request, route, _time_for(desk, route), aside)
            except ComityError as e:
                wrong = e
            try:
                return await run_in_threadpool(_answer, desk, route, request, form, wrong)
            finally:
                await forms.close(form)

    return door


def _time_for(desk: Desk, route: Route) -> float:
    if route.strangers:
        return desk.stranger_time
    return desk.upload_time if route.files else desk.body_time


def _aside(desk: Desk) -> Path:
    """Give a folder of one form's files, on the disk on which the node keeps files."""
    return desk.node.blobs.stage().parent


def _may_send(desk: Desk, route: Route, request: Request) -> None:
    """Find, before a byte of files is read, that they come from our own page and from somebody who may send them.

    Raises:
        NotFromHere, NotSignedIn, NotAllowed, NoCaseKnown: they do not.
    """
    act = acts()[route.act]
    guard.require_own_page(desk.site, request)
    if act.who == ANYONE:
        return
    word = request.cookies.get(desk.site.cookie("visit"), "")[:100]
    opened = sessions.look(desk.staff, word) if word else None
    if opened is None:
        raise NotSignedIn("got a form, expected you to sign in first, or anew", advice="Sign in, and send it again.")
    visit = _visit(desk, route, request, [], opened, word)
    if not visit.me.may(act.name):
        raise NotAllowed(f"got {act.name}, expected an act of your roles", advice="The duties page says who may.")
    if act.scope == CASE:
        _case(visit, route)


async def _not_there(desk: Desk, request: Request, error: HTTPException) -> Response:
    """Answer for a path that no route has, or not in this way."""
    wrong = NoPage("got an address without a page, expected one of the desk")
    if error.status_code == 405:
        return await run_in_threadpool(
            _answer, desk, None, request, [], WrongMethod("got a way to ask that the page does not know")
        )
    return await run_in_threadpool(_answer, desk, None, request, [], wrong)


def _answer(desk: Desk, route: Route | None, request: Request, form: Form, wrong: ComityError | None) -> Response:
    """Answer a request whose form was read; *wrong* is what was found wrong with it already."""
    opened: Opened | None = None
    word = request.cookies.get(desk.site.cookie("visit"), "")[:100]
    try:
        opened = sessions.look(desk.staff, word) if word else None
        visit = _visit(desk, route, request, form, opened, word)
    except ComityError as e:
        wrong, visit = wrong or e, _visit(desk, route, request, form, None, word)
    with speaking(visit.language):
        try:
            if wrong:
                raise wrong
            response = _asked(visit, route)
        except ComityError as e:
            response = problem(visit, e)
        except Exception:  # noqa: BLE001 - the outermost edge of a request
            _LOG.exception("a page of the desk broke off: %s %s", request.method, route.path if route else "")
            response = problem(visit, None)
    return guard.sealed(desk.site, _with_cookies(visit, response, opened, word))


def _visit(desk: Desk, route: Route | None, request: Request, form: Form, opened: Opened | None, word: str) -> Visit:
    who = None
    if opened:
        with desk.staff.store.read() as unit:
            who = standing(desk.staff, unit, opened.person, opened.session)
    chosen = request.cookies.get(desk.site.cookie("language"), "")
    wanted = [who.person.language] if who else [chosen, request.headers.get("accept-language", "")]
    word = opened.word if opened else word or desk.staff.secret()
    given = {name: str(value) for name, value in request.path_params.items()}
    return Visit(desk, route, request, given, form, word, who, spoken(*wanted))


def _asked(visit: Visit, route: Route | None) -> Response:
    assert route is not None
    if route.method == "POST":
        guard.require_own_form(visit)
    act, case = acts()[route.act], ""
    if act.who != ANYONE:
        if visit.who is None:
            return _to_sign_in(visit)
        if not visit.who.may(act.name):
            if visit.who.session.way == CODE and route.method == "GET":
                return visit.go("/account/keys")
            raise NotAllowed(f"got {act.name}, expected an act of your roles", advice="The duties page says who may.")
        if act.scope == CASE:
            case = _case(visit, route)
        if route.fresh and not sessions.fresh(visit.desk.staff, visit.who.session):
            return _to_sign_in(visit)
    response = route.page(visit)
    if case and not act.changes and not route.quiet:
        with visit.desk.staff.store.write() as unit:
            visit.desk.staff.log(unit, "read", person=visit.person.id, case=case, act=act.name)
    return response


def _case(visit: Visit, route: Route) -> str:
    """Find the case that a route is about, for somebody who knows of it."""
    assert route.case is not None
    try:
        case = route.case(visit.desk, visit.given)
    except NotFound as e:
        raise NoCaseKnown(knowledge.NOT_KNOWN) from e
    with visit.desk.staff.store.read() as unit:
        knowledge.require(visit.desk.staff, unit, visit.me, case)
    return case


def _to_sign_in(visit: Visit) -> Response:
    """Let the visitor sign in, or prove anew who he is, and come back to the page he asked for or sent a form from."""
    where = f"/sign-in?next={quote(visit.back, safe='')}"
    if "hx-request" in visit.request.headers:
        return Response("", 401, headers={"hx-redirect": where})
    if visit.request.method == "POST":
        raise NotSignedIn("got a form, expected you to sign in first, or anew", advice="Sign in, and send it again.")
    return RedirectResponse(where, 303)


def _with_cookies(visit: Visit, response: Response, opened: Opened | None, word: str) -> Response:
    """Set the cookies: the visitor's word where it is new, his device's, his language."""
    site, entered = visit.desk.site, visit.entered
    now = entered.word if entered else visit.word
    if now != word:
        response.set_cookie(site.cookie("visit"), now, path="/", secure=site.secure, httponly=True, samesite="lax")
    if entered and entered.device:
        visit.cookies["device"] = entered.device
    for name, value in visit.cookies.items():
        response.set_cookie(
            site.cookie(name), value, max_age=YEAR, path="/", secure=site.secure, httponly=True, samesite="strict"
        )
    return response

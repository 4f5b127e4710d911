"""A visit: who asks for which page with what, and what a page may answer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from comity.accounts.access import Standing, knows
from comity.accounts.duties import CASE, acts
from comity.accounts.model import Person
from comity.accounts.sessions import Caller, Opened
from comity.kernel.clock import moment

from ..acts.actor import Actor
from .desk import Desk
from .routes import Route
from .site import own_path


@dataclass
class Visit:
    """One request of a browser, as pages see it.

    *given* are the parameters of the path, *form* what was sent, *word* what the visitor's cookie says. *who* is nobody
    where nobody is signed in.
    """

    desk: Desk
    route: Route | None
    request: Request
    given: Mapping[str, str]
    form: list[tuple[str, str | UploadFile]]
    word: str
    who: Standing | None
    language: str
    entered: Opened | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def me(self) -> Standing:
        """Give who is signed in; a page whose act needs somebody is never asked without."""
        assert self.who is not None
        return self.who

    @property
    def actor(self) -> Actor:
        """Give who is signed in as one who acts at the node."""
        return Actor(self.desk, self.me)

    @property
    def person(self) -> Person:
        """Give the person who is signed in."""
        return self.me.person

    @property
    def caller(self) -> Caller:
        """Give who stands at the door."""
        device = self.request.cookies.get(self.desk.site.cookie("device"), "")
        host = self.request.client.host if self.request.client else ""
        return Caller(host, self.request.headers.get("user-agent", ""), device[:100])

    @property
    def csrf(self) -> str:
        """Give what every form has to send back: bound to the visitor's cookie."""
        return hmac.digest(self.word.encode(), b"comity form", hashlib.sha256).hex()

    @property
    def back(self) -> str:
        """Give the path of the page the visitor is on: the one he asked for, or from which he sent a form."""
        here = str(self.request.url) if self.request.method == "GET" else self.request.headers.get("referer", "/")
        parts = urlsplit(here)
        return own_path(parts.path + (f"?{parts.query}" if parts.query else ""))

    def may(self, act: str, case: str = "") -> bool:
        """Tell whether the person may do an act; one about a case only if he knows of that case."""
        if self.who is None or not self.who.may(act):
            return False
        if acts()[act].scope != CASE:
            return True
        with self.desk.staff.store.read() as unit:
            return knows(self.desk.staff, unit, self.who, case)

    def field(self, name: str) -> str:
        """Give one field of the form; empty where it was not sent."""
        return next((value for key, value in self.form if key == name and isinstance(value, str)), "")

    def fields(self, name: str) -> list[str]:
        """Give all values of a field, such as of ticked boxes."""
        return [value for key, value in self.form if key == name and isinstance(value, str)]

    def files(self, name: str) -> list[UploadFile]:
        """Give the files sent in a field; read them through `.file`."""
        return [value for key, value in self.form if key == name and isinstance(value, UploadFile) and value.filename]

    def day(self, name: str) -> datetime | None:
        """Give a field that names a day, as its beginning in UTC; nothing where it is empty.

        Raises:
            BadInput: it is no day.
        """
        text = self.field(name)
        if not text:
            return None
        return moment(f"{text[:20]}T00:00:00Z", field=name)

    def query(self, name: str) -> str:
        """Give one parameter of the address; empty where there is none."""
        return self.request.query_params.get(name, "")

    def page(self, template: str, status: int = 200, /, **shown: Any) -> Response:
        """Answer with a page made from a template."""
        from .rendering import render

        return HTMLResponse(render(self, template, **shown), status)

    def go(self, path: str) -> Response:
        """Answer a form: go on to another page of the desk."""
        return RedirectResponse(path, 303)

    def signed_in(self, opened: Opened) -> None:
        """Give the browser the word of a session that has just begun or was renewed."""
        self.entered = opened

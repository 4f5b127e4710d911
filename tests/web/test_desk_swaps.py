"""Pieces of a page change in place with htmx, under the strict policy; without a script the same form works whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.responses import HTMLResponse, Response

from builders.desk import served
from comity.web.desk.pages import ROUTES
from comity.web.desk.rendering import static
from comity.web.desk.routes import Route
from comity.web.desk.visit import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE = """<!doctype html><html lang="en"><title>Try</title><meta name="htmx-config" content='{{"includeIndicatorCSS": false}}'>
<script src="{script}" defer></script><form method="post" action="/try" hx-post="/try" hx-target="#said">
<input type="hidden" name="csrf" value="{csrf}"><label>Word <input name="word"></label><button>Send</button></form>
<div id="said"></div>"""


def _page(visit: Visit) -> Response:
    return HTMLResponse(PAGE.format(script=static("htmx.js"), csrf=visit.csrf))


def _said(visit: Visit) -> Response:
    word = visit.field("word")
    return HTMLResponse(
        f"<p>{word} is right</p>" if word == "right" else "<p>not this word</p>", 200 if word == "right" else 422
    )


@pytest.mark.browser
def test_a_piece_is_swapped_in_also_when_it_says_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    """A form's answer is put in its place, of 200 and of 422 alike, and the browser has nothing to complain of."""
    routes = (*ROUTES, Route("GET", "/try", "home.read", _page), Route("POST", "/try", "account.change", _said))
    with served(tmp_path, routes=routes) as desk, desk.browser(browser, "swaps", "drafter") as page:
        page.goto("/try")
        page.wait_for_function("typeof htmx !== 'undefined'")
        for word, said in (("wrong", "not this word"), ("right", "right is right")):
            page.get_by_label("Word").fill(word)
            page.get_by_role("button", name="Send").click()
            page.locator("#said").get_by_text(said).wait_for()
            assert page.url == f"{desk.origin}/try"

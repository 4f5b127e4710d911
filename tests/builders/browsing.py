"""The verify page in a real browser: nothing it reaches for but itself goes unseen, and no error of its own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 30_000
AXE = Path(__file__).resolve().parents[1] / "web" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JUDGE = """async (only) => {
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error("axe took more than a minute")), 60000));
    const options = { runOnly: only, resultTypes: ["violations"], selectors: false, preload: false };
    return (await Promise.race([axe.run(document, options), late])).violations;
}"""
CALL = """async ([encoded, given]) => {
    const open = (text) => new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]);
    const options = { ...given, root: given.root && open(given.root), directory: given.directory && open(given.directory) };
    const handed = typeof encoded === "string" ? open(encoded) : encoded.map(([path, text]) => ({ path, blob: open(text) }));
    return comityVerify(handed, options);
}"""


@contextmanager
def opened(browser: Browser, path: Path, **context: Any) -> Iterator[Page]:
    """Open the verify page from disk in a fresh profile; any request, error or warning of it fails the test."""
    profile = browser.new_context(locale="en-GB", **context)
    try:
        with begun(profile.new_page(), path) as page:
            yield page
    finally:
        profile.close()


@contextmanager
def begun(page: Page, path: Path) -> Iterator[Page]:
    """Begin the verify page anew; any request, error or warning of it fails the test."""
    wrong: list[str] = []
    own = (path.as_uri(), "blob:")

    def asked(request: Request) -> None:
        if not request.url.startswith(own):
            wrong.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    def failed(error: Error) -> None:
        wrong.append(str(error))

    page.context.on("request", asked)
    page.on("console", said)
    page.on("pageerror", failed)
    try:
        page.goto(path.as_uri())
        page.locator("#root-state:not(:empty)").wait_for()  # it listens, and takes files
        yield page
    finally:
        page.context.remove_listener("request", asked)
        page.remove_listener("console", said)
        page.remove_listener("pageerror", failed)
    assert wrong == []


def lives(one: Browser | Page) -> bool:
    """Tell whether a browser or a page still answers: that one is gone is heard of only while another is spoken to."""
    from playwright.sync_api import Browser, Error

    try:
        if isinstance(one, Browser):
            one.new_browser_cdp_session().detach()
        else:
            one.evaluate("true")
    except Error:
        return False
    return True


def follow(control: Locator) -> None:
    """Press what leads to another page, and wait until that page is there whole: a click alone returns when it begins to come."""
    with control.page.expect_navigation(wait_until="load"):
        control.click()


def reads(shown: Locator, *texts: str) -> None:
    """Wait until a person reads each of these texts in a piece of a page."""
    from playwright.sync_api import expect

    for text in texts:
        expect(shown).to_contain_text(text, use_inner_text=True)


def judge(
    page: Page, handed: bytes | dict[str, bytes], *, root: bytes | None, directory: bytes | None = None, **given: Any
) -> dict[str, Any]:
    """Let the page verify a file, or the files of a folder by their paths."""
    files = _encoded(handed) if isinstance(handed, bytes) else [[path, _encoded(data)] for path, data in handed.items()]
    options = {**given, "root": root and _encoded(root), "directory": directory and _encoded(directory)}
    result: dict[str, Any] = page.evaluate(CALL, [files, options])
    return result


def handed(path: Path) -> bytes | dict[str, bytes]:
    """Read a package as the page takes it: the bytes of a file, or the files of a folder with the folder in their paths."""
    if path.is_file():
        return path.read_bytes()
    return {file.relative_to(path.parent).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def judged(page: Page, *rules: str) -> list[str]:
    """Let axe-core look at a page by WCAG 2.2 AA, or by some rules alone; gives what it finds wrong, each with where."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(JUDGE, list(rules or RULES))
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]
    ]

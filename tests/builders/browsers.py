"""The browsers that strangers have: each opens windows that a test sees and uses as a person does, whoever made them.

Chromium and Firefox are driven by Playwright, Firefox as Debian ships it; WebKit, a stand-in for Safari, by the protocol of WebDriver.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from builders import webkit
from builders.browsing import CHROMIUM, PATIENCE, QUIET
from builders.patience import until

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

FIREFOX = Path("/usr/bin/firefox-esr")
BETWEEN = """#!/bin/sh
PYTHONPATH={path} exec {python} -m builders.firefoxwire {firefox} "$@"
"""
# What each is called, and Debian's packages that bring it.
BROWSERS = {
    "chromium": (("chromium",), (CHROMIUM,)),
    "firefox": (("firefox-esr",), (FIREFOX,)),
    "webkit": (("webkit2gtk-driver", "xvfb"), (webkit.DRIVER, webkit.SCREEN)),
}


class Window(Protocol):
    """What a person has before the eyes, with a folder in which downloads arrive."""

    name: str
    version: str
    downloads: Path

    def visit(self, address: str) -> None:
        """Go to an address, and wait until it is there."""

    def run(self, script: str, *given: Any) -> Any:
        """Give what the body of a function gives; *given* are its `arguments`, and it may wait."""

    def hand(self, field: str, *paths: Path) -> None:
        """Choose files in a field."""

    def press(self, control: str) -> None:
        """Press a control with the pointer."""

    def write(self, field: str, text: str) -> None:
        """Write into a field in place of what stands there."""

    def key(self, *keys: str) -> None:
        """Press keys by their names, one after another, wherever the focus is."""

    def forget(self) -> None:
        """Forget the cookies of where the window is."""

    def size(self, width: int, height: int) -> None:
        """Make the window so large that a page has this size, or as near to it as the browser can."""

    def picture(self) -> bytes:
        """Give what is seen, as PNG."""


class Played:
    """A window of a browser that Playwright drives."""

    def __init__(self, name: str, page: Page, downloads: Path, version: str) -> None:
        """Use *page*; its downloads arrive in a folder."""
        self.name, self.page, self.downloads, self.version = name, page, downloads, version

    def visit(self, address: str) -> None:
        """Go to an address, and wait until it is there."""
        self.page.goto(address)

    def run(self, script: str, *given: Any) -> Any:
        """Give what the body of a function gives."""
        return self.page.evaluate(f"(given) => (async function () {{ {script} }}).apply(null, given)", list(given))

    def hand(self, field: str, *paths: Path) -> None:
        """Choose files in a field."""
        self.page.set_input_files(field, paths)

    def press(self, control: str) -> None:
        """Press a control with the pointer."""
        self.page.click(control)

    def write(self, field: str, text: str) -> None:
        """Write into a field in place of what stands there."""
        self.page.fill(field, text)

    def key(self, *keys: str) -> None:
        """Press keys by their names."""
        for key in keys:
            self.page.keyboard.press(key)

    def forget(self) -> None:
        """Forget the cookies."""
        self.page.context.clear_cookies()

    def size(self, width: int, height: int) -> None:
        """Make a page this large."""
        self.page.set_viewport_size({"width": width, "height": height})

    def picture(self) -> bytes:
        """Give what is seen, as PNG."""
        return self.page.screenshot()


@contextmanager
def window(name: str, folder: Path) -> Iterator[Window]:
    """Open a browser with a fresh profile; skips where Debian's packages that bring it are not installed."""
    packages, programs = BROWSERS[name]
    if not all(program.exists() for program in programs):
        pytest.skip(f"needs Debian's {' and '.join(packages)}")
    downloads = folder / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    if name == "webkit":
        with webkit.opened(folder, downloads) as opened:
            yield opened
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = _launch(play, name, folder, downloads)
        page = browser.new_context(locale="en-GB").new_page()
        page.set_default_timeout(2 * PATIENCE)
        yield Played(name, page, downloads, browser.version)
        browser.close()


def _launch(play: Playwright, name: str, folder: Path, downloads: Path) -> Any:
    """Start Chromium, or Firefox behind the program that stands between it and Playwright."""
    if name == "chromium":
        return play.chromium.launch(executable_path=CHROMIUM, args=QUIET, downloads_path=downloads)
    between = folder / "firefox"
    tests = Path(__file__).resolve().parents[1]
    between.write_text(BETWEEN.format(path=tests, python=sys.executable, firefox=FIREFOX), "utf-8")
    between.chmod(0o755)
    calm: dict[str, str | float | bool] = {
        "browser.download.alwaysOpenPanel": False
    }  # else its list of downloads takes the focus from the page
    return play.firefox.launch(
        channel="moz-firefox", executable_path=between, downloads_path=downloads, firefox_user_prefs=calm
    )


def text(shown: Window, place: str) -> str:
    """What a person reads in a place; nothing where it is not there."""
    found: str = shown.run("return document.querySelector(arguments[0])?.innerText ?? ''", place)
    return " ".join(found.split())


def reads(shown: Window, place: str, *texts: str) -> None:
    """Wait until a person reads each of these texts in a place."""
    try:
        until(lambda: all(one in text(shown, place) for one in texts))
    except AssertionError as e:
        raise AssertionError(f"got {text(shown, 'body')[:1000]!r}, expected {texts} in {place}") from e


def follow(shown: Window, control: str) -> None:
    """Press what leads to another page, and wait until that page is there whole."""
    shown.run("window.left = true")
    shown.press(control)
    until(lambda: arrived(shown))


def arrived(shown: Window) -> bool:
    """Tell whether another page than the one that was marked as left is there whole; not while one goes and the other comes."""
    from playwright.sync_api import Error

    try:
        return bool(shown.run("return !window.left && document.readyState === 'complete'"))
    except (Error, AssertionError):
        return False

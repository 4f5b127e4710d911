"""One real browser a process, and the verify page open in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import CHROMIUM, PATIENCE, QUIET, begun, lives, opened
from builders.desk import Served, served
from comity.packages.webpage import build_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """Let the passphrases of people's keys be tried as quickly as their passwords."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("comity.crypto.keys.KDF_ROUNDS", 1)
        yield


@pytest.fixture(scope="session")
def launched() -> Iterator[Callable[[], Browser]]:
    """Give the browser of this process, as often as it is asked for: a new one where the last one died."""
    from playwright.sync_api import expect, sync_playwright

    if not CHROMIUM.exists():
        pytest.skip("needs Chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        running: list[Browser] = []

        def at_work() -> Browser:
            if not (running and lives(running[-1])):
                running.append(play.chromium.launch(executable_path=CHROMIUM, args=QUIET))
            return running[-1]

        yield at_work
        for one in running[-1:]:
            one.close()


@pytest.fixture
def browser(launched: Callable[[], Browser]) -> Browser:
    """One browser for all tests of a process, as long as it lives."""
    return launched()


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verify page on disk, with no root built in."""
    path = tmp_path_factory.mktemp("page") / "verify.html"
    path.write_bytes(build_page())
    return path


@pytest.fixture(scope="session")
def kept() -> Iterator[tuple[ExitStack, list[Page]]]:
    """The page that stays open for tests that share it, and what closes it."""
    with ExitStack() as closing:
        yield closing, []


@pytest.fixture
def shared(browser: Browser, page_file: Path, kept: tuple[ExitStack, list[Page]]) -> Page:
    """One open page for tests that only call its interface; opened anew where it died."""
    from playwright.sync_api import Error

    closing, pages = kept
    if not (pages and lives(pages[-1])):
        with suppress(Error):
            closing.close()
        pages.append(closing.enter_context(opened(browser, page_file)))
    return pages[-1]


@pytest.fixture
def page(shared: Page, page_file: Path) -> Iterator[Page]:
    """The page begun anew, for tests that do what people do."""
    with begun(shared, page_file) as page:
        yield page


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk at work, shared by the tests of a module; each uses people of its own."""
    with served(tmp_path_factory.mktemp("desk")) as made:
        yield made

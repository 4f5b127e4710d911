"""One real browser a process, and the verify page open in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import CHROMIUM, PATIENCE, QUIET, opened
from builders.desk import Served, served
from comity.packages.webpage import build_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    from playwright.sync_api import expect, sync_playwright

    if not CHROMIUM.exists():
        pytest.skip("needs Chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verify page on disk, with no root built in."""
    path = tmp_path_factory.mktemp("page") / "verify.html"
    path.write_bytes(build_page())
    return path


@pytest.fixture(scope="session")
def shared(browser: Browser, page_file: Path) -> Iterator[Page]:
    """One open page for tests that only call its interface."""
    with opened(browser, page_file) as page:
        yield page


@pytest.fixture
def page(browser: Browser, page_file: Path) -> Iterator[Page]:
    """A page of its own, for tests that do what people do."""
    with opened(browser, page_file) as page:
        yield page


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk at work, shared by the tests of a module; each uses people of its own."""
    with served(tmp_path_factory.mktemp("desk")) as made:
        yield made

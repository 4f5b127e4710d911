"""The demonstration's desk as a new user finds it: the addresses that were printed, two doors, a request by pages alone."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import follow, reads
from builders.commands import comity
from builders.pair import PROGRAM
from builders.staff import PASSWORD
from comity.accounts import totp
from comity.cli.stage import PASSPHRASE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.soak]

ROOT = Path(__file__).parents[2]
WAY_IN = re.compile(r"^ +(\w+) +\S.*? +(http://localhost:\d+/join\?code=\S+)$", re.MULTILINE)
STATED = "Stated by Lan, to the best of her knowledge."


def played(folder: Path) -> dict[str, str]:
    """Play a whole demonstration; gives the address that it printed for each person, the first of a name."""
    line = [*PROGRAM, "demo", str(folder), "--examples", str(ROOT / "examples")]
    printed = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    return dict(reversed(WAY_IN.findall(printed)))


@contextmanager
def serving(home: Path) -> Iterator[None]:
    """A node at work, until the end of the block."""
    with subprocess.Popen([*PROGRAM, "serve", "--home", str(home)], stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            assert all(running.stdout.readline() for _ in range(2))
            yield
        finally:
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=90)


@contextmanager
def profile(browser: Browser) -> Iterator[Page]:
    """A page in a browser profile of its own; any error of a page fails the test."""
    made = browser.new_context(locale="en-GB")
    page, wrong = made.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda one: wrong.append(one.text) if one.type in ("error", "warning") else None)
    try:
        yield page
    finally:
        made.close()
    assert wrong == []


def enter(page: Page, address: str) -> None:
    """Come in by the printed address, and make a door of password and one-time code."""
    page.goto(address)
    follow(page.get_by_role("button", name="Go on"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("Six digits that the app shows now").fill(totp.code(secret, totp.step_of(datetime.now(UTC))))
    follow(page.get_by_role("button", name="Keep both"))
    page.get_by_role("heading", name="Who you are here").wait_for()


def drafted(page: Page) -> None:
    """Draft a preservation request in a case of the demonstration until nothing is missing, and go on to sign."""
    follow(page.get_by_role("link", name="Cases", exact=True))
    follow(page.get_by_role("link", name="Theft from the Ronin bridge"))
    page.get_by_label("Of whom").select_option("SG.orchid")
    follow(page.get_by_role("button", name="Draft the request"))
    for _ in range(2):
        filled(page)
        follow(page.get_by_role("button", name="Keep the draft"))
    reads(page.locator("#preflight"), "Complete: nothing blocks.")
    follow(page.get_by_role("button", name="Keep, and go on to sign"))


def filled(page: Page) -> None:
    """Type whatever the form asks for."""
    for area in page.locator("textarea").all():
        if area.is_visible() and not area.input_value():
            area.fill(STATED)
    for concern in page.get_by_label("Concern", exact=True).all():
        concern.select_option("none")
    page.locator("input[name=candidate]:enabled").first.check()


def sign(page: Page, button: str) -> None:
    """Sign with the passphrase that the demonstration names."""
    page.get_by_label("Passphrase of your key, to sign as").fill(PASSPHRASE)
    follow(page.get_by_role("button", name=button))
    assert page.get_by_role("alert").count() == 0, page.get_by_role("alert").inner_text()


def test_a_new_user_drafts_seals_and_releases_by_pages_alone(browser: Browser, tmp_path: Path) -> None:
    """After `comity demo`, two people come in by the printed addresses, and a package that holds leaves the second one's hand."""
    folder, file = tmp_path / "demo", tmp_path / "package.comity.zip"
    addresses = played(folder)
    with serving(folder / "vn"):
        with profile(browser) as page:
            enter(page, addresses["lan"])
            drafted(page)
            sign(page, "Seal and sign")
            reads(page.locator(".next"), "Minh")
        with profile(browser) as page:
            enter(page, addresses["minh"])
            follow(page.locator(".next li", has_text="to be released by you").get_by_role("link"))
            sign(page, "Release and sign")
            with page.expect_download() as got:
                page.get_by_role("link", name="Download the package, to send it by hand").click()
            got.value.save_as(file)
    assert comity("verify", file, "--directory", folder / "copy", "--as", "SG.orchid").code == 0

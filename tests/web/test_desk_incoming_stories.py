"""Stories of the incoming side in a real browser: a company answers and delivers, an emergency at night, a refusal that is mended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import follow, reads
from builders.desk import Served, served_on
from builders.incoming import PASSPHRASE, Desks, desks
from comity.requests.model import Request

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

pytestmark = pytest.mark.browser


@contextmanager
def both(folder: Path) -> Iterator[tuple[Desks, Served]]:
    """The desks of the company and of the officer."""
    with desks(folder) as company, served_on(company.street.nodes) as office:
        company.signer("lan", "provider")
        company.signer("minh", "provider")
        office.person("officer", "officer", "drafter")
        yield company, office


def unfold(page: Page, title: str) -> None:
    """Open a fold of a page, as a person would who reads it, if it is shut."""
    fold = page.locator("details", has=page.locator("summary", has_text=title)).first
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()


def sign(page: Page, button: str) -> None:
    """Type the passphrase into the form of a button, and press it."""
    form = page.locator("form", has=page.get_by_role("button", name=button))
    form.get_by_label("Passphrase of your key").fill(PASSPHRASE)
    follow(form.get_by_role("button", name=button))


def consider(page: Page) -> None:
    """Answer the safeguards questions."""
    unfold(page, "Safeguards questions")
    form = page.locator("form", has=page.get_by_role("button", name="Keep the answers"))
    for area in form.locator("textarea").all():
        area.fill("Looked at: one account, two hours and a half.")
    follow(form.get_by_role("button", name="Keep the answers"))


def seen_by_officer(page: Page, office: Served, request: Request, *texts: str) -> None:
    """The officer reads on his own desk what came of his request."""
    office.seat(page, "officer", "officer", "drafter")
    page.goto(f"{office.origin}/request/{request.id}")
    reads(page.get_by_role("main"), *texts)


@pytest.mark.parametrize("script", [True, False], ids=["", "no script"])
def test_a_company_verifies_answers_and_delivers_and_the_officer_sees_it(
    browser: Browser, tmp_path: Path, script: bool
) -> None:
    """From the inbox to the delivery without a command, also without JavaScript; the officer has the answer and the files."""
    file = tmp_path / "subscriber.csv"
    file.write_bytes(b"name,Mule Example\n" * 100_000)
    with both(tmp_path) as (company, office):
        request = company.arrived()
        office.member("officer", request.case)
        also = (office.origin,)
        with company.served.browser(browser, "lan", "provider", also=also, java_script_enabled=script) as page:
            page.goto("/")
            follow(page.get_by_role("link", name="1 request is new"))
            follow(page.get_by_role("button", name="Take it up"))
            reads(page.get_by_role("main"), "✓ VALID")
            reads(page.get_by_role("main"), "+1 555 0101")
            sign(page, "Sign: received")
            consider(page)
            unfold(page, "Accept")
            sign(page, "Accept and sign")
            unfold(page, "Deliver files")
            page.get_by_label("Files", exact=True).set_input_files(file)
            follow(page.get_by_role("button", name="Deliver", exact=True))
            page.get_by_role("heading", name="Delivered").wait_for()
            reads(page.get_by_role("region", name="Delivered"), "subscriber.csv")
            company.street.rounds()
            seen_by_officer(page, office, request, "accepted", "subscriber.csv")
        assert {kept.state for kept in company.street.parts(request)} == {"Received"}


def test_an_emergency_at_night(browser: Browser, tmp_path: Path) -> None:
    """One person at night sees the emergency first, calls back, accepts, and says what is there; the officer sees it."""
    with both(tmp_path) as (company, office):
        company.taken("lan", "preserve")
        urgent = company.arrived("disclose_emergency")
        office.member("officer", urgent.case)
        small: ViewportSize = {"width": 390, "height": 800}
        with company.served.browser(browser, "lan", "provider", also=(office.origin,), viewport=small) as page:
            page.goto("/queue")
            rows = page.get_by_role("row")
            reads(rows.nth(1), "Emergency: not called back")
            follow(rows.nth(1).get_by_role("link"))
            page.get_by_label("Somebody there confirmed the request").check()
            page.get_by_label("Who answered there").fill("Officer 3")
            follow(page.get_by_role("button", name="Record the call"))
            reads(page.get_by_role("region", name="Is it real?"), "confirmed")
            consider(page)
            unfold(page, "Accept")
            sign(page, "Accept and sign")
            unfold(page, "Say only whether there are data")
            follow(page.get_by_role("button", name="There are data"))
            reads(page.get_by_role("region", name="Delivered"), "data exist")
            company.street.rounds()
            seen_by_officer(page, office, urgent, "accepted")


def test_a_refusal_is_mended_and_sent_again(browser: Browser, tmp_path: Path) -> None:
    """One person proposes, another one releases; the officer reads why, sends a corrected request, and that one is accepted."""
    with both(tmp_path) as (company, office):
        request = company.taken("lan")
        company.know("minh", request)
        office.member("officer", request.case)
        also = (office.origin,)
        with company.served.browser(browser, "lan", "provider", also=also, java_script_enabled=False) as page:
            page.goto(f"/incoming/{request.id}")
            unfold(page, "Propose a refusal")
            page.get_by_label("Ground", exact=True).select_option("too_broad")
            page.get_by_label("Reason, in plain words").fill("Two hours of one account would do.")
            follow(page.get_by_role("button", name="Propose", exact=True))
            reads(page.get_by_role("main"), "Another person has to release it.")
            assert page.get_by_role("button", name="Release the refusal and sign").count() == 0
            company.served.seat(page, "minh")
            page.goto(f"/incoming/{request.id}")
            sign(page, "Release the refusal and sign")
            reads(page.get_by_role("main"), "It was refused")
            company.street.rounds()
            seen_by_officer(page, office, request, "Two hours of one account would do.", "Draft a corrected request")
            company.served.crew.clock.advance(timedelta(hours=1))
            row = {"relation": "corrects", "reference": request.reference, "package": request.package}
            again = company.arrived(related=[row])
            company.served.seat(page, "minh")
            page.goto("/queue")
            follow(page.get_by_role("link", name=again.reference))
            consider(page)
            unfold(page, "Accept")
            sign(page, "Accept and sign")
            company.street.rounds()
            seen_by_officer(page, office, again, "accepted")


def test_a_file_that_does_not_hold_is_shown_step_by_step(browser: Browser, tmp_path: Path) -> None:
    """An altered package dropped into the inbox is refused on the spot, with the step that failed, in place."""
    with both(tmp_path) as (company, _office):
        nodes = company.street.nodes
        data = bytearray(nodes.carried(nodes.released()).read_bytes())
        data[data.find(b"Mule")] ^= 1
        (tmp_path / "altered.comity.zip").write_bytes(data)
        with company.served.browser(browser, "lan", "provider") as page:
            page.goto("/inbox")
            page.get_by_label("File", exact=True).set_input_files(tmp_path / "altered.comity.zip")
            page.get_by_role("button", name="Verify and take in").click()
            page.get_by_role("heading", name="Refused: kept nowhere").wait_for()
            reads(page.get_by_role("region", name="What was looked at"), "REFUSED")


def test_a_request_is_taken_up_and_receipted_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    """With tab, blank and return alone a request is taken up and its receipt signed."""
    with both(tmp_path) as (company, _office):
        request = company.arrived()
        with company.served.browser(browser, "lan", "provider") as page:
            page.goto("/inbox")
            _tab_to(page, "form[action='/inbox/up'] button")
            page.keyboard.press("Enter")
            page.wait_for_url("**/incoming/*")
            _tab_to(page, "#sign-receipt")
            page.keyboard.type(PASSPHRASE)
            page.keyboard.press("Enter")
            page.get_by_text("signed by Lan").wait_for()
        assert company.state(request) == "received"


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(selector)

"""Whole stories of officers at the desk, in a real browser: with script and without, by mouse and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import follow, reads
from builders.commands import comity
from builders.desk import Served, served
from builders.officers import FORM, SECRET, draft, known, signer
from comity.kernel.clock import stamp
from comity.requests.receipts import take
from comity.requests.register import list_requests

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    """A desk of its own, whose people have their keys."""
    with served(tmp_path) as made:
        for name, role in (("lan", "drafter"), ("minh", "releaser"), ("hoa", "confirmer")):
            signer(made, name, role)
        yield made


def opened(page: Page) -> None:
    """Open the case of the stories."""
    page.goto("/cases")
    follow(page.get_by_role("link", name="Open a case"))
    page.locator("#article-0").select_option(FORM["article-0"])
    for name in ("reference", "title", "facts", "offence-0", "relation", "since", "until"):
        page.locator(f"#{name}").fill(FORM[name])
    page.locator("#pasted").fill("Mule@example.com")
    follow(page.get_by_role("button", name="Go on"))
    page.get_by_role("checkbox", name=re.compile("Mule@example.com")).check()
    follow(page.get_by_role("button", name="Open the case with what is ticked"))
    page.get_by_role("heading", name=FORM["title"]).wait_for()


def filled(page: Page) -> None:
    """Fill in a draft whatever it asks for, led by what is missing."""
    for area in page.locator("textarea").all():
        if area.is_visible() and not area.input_value():
            area.fill("Stated by Lan, to the best of her knowledge.")
    for concern in page.get_by_label("Concern", exact=True).all():
        concern.select_option("none")


def drafted(page: Page) -> None:
    """Draft a request in the case on the page until nothing blocks, and go on to sign."""
    page.get_by_label("Of whom").select_option("SG.orchid")
    follow(page.get_by_role("button", name="Draft the request"))
    reads(page.locator("#preflight"), "items block")
    filled(page)
    page.get_by_role("radio", name=re.compile("Disclosure of the provider")).check()
    follow(page.get_by_role("button", name="Keep the draft"))
    filled(page)
    follow(page.get_by_role("button", name="Keep the draft"))
    reads(page.locator("#preflight"), "Complete: nothing blocks.")
    follow(page.get_by_role("button", name="Keep, and go on to sign"))


def sign(page: Page, button: str) -> None:
    """Sign with the passphrase of the own key."""
    page.get_by_label("Passphrase of your key, to sign as").fill(SECRET)
    follow(page.get_by_role("button", name=button))
    assert page.get_by_role("alert").count() == 0, page.get_by_role("alert").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_one_drafts_another_releases_and_the_package_verifies(
    browser: Browser, desk: Served, tmp_path: Path, script: bool
) -> None:
    """From pasted lines to a package that `comity verify` accepts; the second person finds it waiting at home."""
    with desk.browser(browser, "lan", java_script_enabled=script) as page:
        opened(page)
        page.get_by_text("Bring somebody in").click()
        page.get_by_label("Person", exact=True).select_option("Minh")
        page.get_by_label("Why the case needs this person").fill("releases")
        follow(page.get_by_role("button", name="Bring in"))
        drafted(page)
        sign(page, "Seal and sign")
        reads(page.locator(".next"), "Minh")
        desk.seat(page, "minh")
        page.goto("/")
        follow(page.locator(".next li", has_text="to be released by you").get_by_role("link"))
        sign(page, "Release and sign")
        with page.expect_download() as got:
            page.get_by_role("link", name="Download the package, to send it by hand").click()
        file = tmp_path / "package.comity.zip"
        got.value.save_as(file)
        reads(page.locator(".next"), "+1 555 0101")
    at, mirror = stamp(desk.nodes.clock.now()), desk.nodes.home("SG.orchid") / "directory"
    said = comity("verify", file, "--directory", mirror, "--at", at, "--as", "SG.orchid", "--json")
    assert said.code == 0, said.out


def test_an_emergency_at_night(browser: Browser, desk: Served) -> None:
    """Three people, three signatures; each finds at home what waits for him, and nothing is due to nobody."""
    request = draft(desk, "lan", "minh", "hoa", measure="disclose_emergency")
    with desk.browser(browser, "lan") as page:
        page.goto(f"/request/{request.id}")
        sign(page, "Seal and sign")
        for name, wait, button in (
            ("hoa", "an emergency, to be confirmed by you", "Confirm the emergency"),
            ("minh", "to be released by you", "Release and sign"),
        ):
            desk.seat(page, name)
            page.goto("/")
            follow(page.locator(".next li", has_text=wait).get_by_role("link"))
            sign(page, button)
        page.goto("/")
        reads(page.get_by_role("region", name="What is due"), "emergency due")


def test_a_remark_leads_to_its_field_and_goes_while_one_types(browser: Browser, desk: Served) -> None:
    """What is missing stands beside the form, live: it leads to the field, and is gone when the field is filled."""
    request = draft(desk, "lan", contents={"authority": "Cyber department"})
    with desk.browser(browser, "lan") as page:
        page.goto(f"/request/{request.id}/draft")
        page.wait_for_function("typeof htmx !== 'undefined'")
        remark = page.locator("#remarks li", has_text="Why preservation is needed")
        remark.get_by_role("link").click()
        field = page.locator("#contents-necessity")
        page.wait_for_url("**/draft#contents-necessity")
        field.fill("Logs are overwritten weekly.")
        remark.wait_for(state="detached")
        assert page.url.endswith("/draft#contents-necessity")
        field.fill("")
        remark.wait_for()
    assert "necessity" not in str(list_requests(desk.nodes.office())[0].document["contents"])


def test_a_refusal_is_mended_and_sent_again(browser: Browser, desk: Served) -> None:
    """What the addressee refused waits at home; a corrected request names it, and keeps what still holds."""
    request = desk.nodes.received()
    known(desk, "lan")
    take(desk.nodes.office(), desk.nodes.answered(request, "refused", code="incomplete", reason="Name the account."))
    with desk.browser(browser, "lan", java_script_enabled=False) as page:
        page.goto("/")
        follow(page.locator(".next li", has_text="refused: to be mended").get_by_role("link"))
        reads(page.get_by_role("main"), "Name the account.")
        follow(page.get_by_role("button", name="Draft a corrected request"))
        filled(page)
        follow(page.get_by_role("button", name="Keep, and go on to sign"))
        reads(page.get_by_role("region", name="Answers and messages"), request.reference)
        sign(page, "Seal and sign")


def test_a_draft_is_completed_and_sealed_by_keyboard_alone(browser: Browser, desk: Served) -> None:
    """With tab and return alone: from home to the draft, to the missing item, kept, and sealed."""
    request = draft(desk, "lan", use_limits="Nothing yet.")
    with desk.browser(browser, "lan") as page:
        page.goto("/")
        _tab_to(page, f"a[href='/request/{request.id}/draft']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/draft")
        _tab_to(page, "#use_limits")
        page.keyboard.press("Control+A")
        page.keyboard.type("For this case only.")
        _tab_to(page, "button[value=go]")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/request/{request.id}")
        _tab_to(page, "#passphrase")
        page.keyboard.type(SECRET)
        page.keyboard.press("Enter")
        page.get_by_text("You drafted it, so another person releases it.").wait_for()
    assert list_requests(desk.nodes.office())[0].document["use_limits"] == "For this case only."


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(selector)

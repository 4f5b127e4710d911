"""What people do at the desk, in a real browser: the first administrator, passkeys, passwords, the keyboard, no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from builders.browsing import follow, reads
from builders.desk import Served, served
from builders.staff import PASSWORD
from comity.accounts import people, totp

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Served]:
    """A desk where nobody has been yet."""
    with served(tmp_path) as made:
        yield made


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """A device with passkeys, that its owner unlocks by a touch."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def digits(desk: Served, page: Page) -> str:
    """The six digits that an authenticator app shows for the secret on the page."""
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    return totp.code(secret, totp.step_of(desk.crew.clock.now()))


@pytest.mark.parametrize("script", [True, False], ids=["", "no script"])
def test_the_first_administrator_sets_up_his_account(browser: Browser, fresh: Served, script: bool) -> None:
    """By the address that was printed, with password and six digits, also without JavaScript; the address works once."""
    _, code = people.first(fresh.crew.staff)
    with fresh.browser(browser, java_script_enabled=script) as page:
        page.goto(f"/join?code={code}")
        follow(page.get_by_role("button", name="Go on"))
        reads(page.get_by_role("heading", level=1), "Make a key to your door")
        expect(page.get_by_role("button", name="Make a passkey")).to_be_visible(visible=script)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same again").fill(PASSWORD)
        page.get_by_label("Six digits that the app shows now").fill(digits(fresh, page))
        follow(page.get_by_role("button", name="Keep both"))
        expect(page).to_have_url(f"{fresh.origin}/")
        page.get_by_role("link", name="People").wait_for()
        follow(page.get_by_role("button", name="Sign out"))
        page.goto(f"/join?code={code}")
        follow(page.get_by_role("button", name="Go on"))
        reads(page.get_by_role("alert"), "Ask an administrator for a new one.")


def test_a_passkey_is_made_and_signs_in(browser: Browser, fresh: Served) -> None:
    """An invited person makes a passkey, signs out, and comes in again by a touch, to the page he wanted."""
    _, code = people.first(fresh.crew.staff)
    with fresh.browser(browser) as page:
        authenticator(page)
        page.goto(f"/join?code={code}")
        follow(page.get_by_role("button", name="Go on"))
        page.get_by_role("button", name="Make a passkey").click()
        page.wait_for_url(f"{fresh.origin}/")
        follow(page.get_by_role("button", name="Sign out"))
        page.goto("/people")
        expect(page).to_have_url(f"{fresh.origin}/sign-in?next=%2Fpeople")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{fresh.origin}/people")


def test_a_stopped_passkey_is_said(browser: Browser, fresh: Served) -> None:
    """A person who has no passkey here is told so on the page, and may sign in by password."""
    with fresh.browser(browser) as page:
        session, device = authenticator(page)
        session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
        page.goto("/sign-in")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_text("The passkey was not used.").wait_for()


def test_an_administrator_invites_and_gives_roles_by_keyboard_alone(browser: Browser, desk: Served) -> None:
    """With tab, blank and return alone a person is invited with a role; the first tab skips to the page."""
    with desk.browser(browser, "keyed.boss", "administrator") as page:
        page.goto("/people")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
        page.keyboard.press("Enter")
        _tab_to(page, "#name")
        page.keyboard.type("by.keys")
        page.keyboard.press("Tab")
        page.keyboard.type("Trần Văn Phím")
        _tab_to(page, "input[value=drafter]")
        page.keyboard.press("Space")
        _tab_to(page, "#reason")
        page.keyboard.type("from the keyboard")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        reads(page.get_by_role("heading", level=1), "A one-time code for Trần Văn Phím")
        page.goto("/people")
        reads(page.get_by_role("row", name=re.compile("Trần Văn Phím")), "Drafter")


def test_every_control_shows_that_it_has_the_focus(browser: Browser, desk: Served) -> None:
    """Whatever the tab key reaches is on the screen and has an outline."""
    with desk.browser(browser, "focused", "drafter") as page:
        page.goto("/account")
        for _ in range(14):
            page.keyboard.press("Tab")
            style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert style == "solid", page.evaluate("document.activeElement.outerHTML")


def test_glass_is_broken_and_reviewed_by_another_person(browser: Browser, desk: Served) -> None:
    """Who breaks the glass says why; another person sees it waiting at home, and says whether it was needed."""
    with desk.browser(browser, "night.officer", "officer", java_script_enabled=False) as page:
        page.goto("/glass")
        page.get_by_label("Reference of the case").fill("VN-2026-NIGHT")
        page.get_by_label("Why it cannot wait").fill("A child is missing")
        follow(page.get_by_role("button", name="Break the glass"))
        reads(page.get_by_role("main"), "VN-2026-NIGHT until")
        desk.seat(page, "day.releaser", "releaser")
        page.goto("/")
        follow(page.get_by_role("link", name="Night.Officer broke the glass for VN-2026-NIGHT"))
        page.get_by_label("What you found").fill("The child was found by it")
        follow(page.get_by_role("button", name="Justified", exact=True))
        reads(page.get_by_role("main"), "justified, Day.Releaser")


def test_a_language_is_chosen_and_kept(browser: Browser, desk: Served) -> None:
    """A person chooses Arabic at the foot of a page, stays on it, and it is written from the right."""
    with desk.browser(browser, "speaker", "drafter", java_script_enabled=False) as page:
        page.goto("/account")
        page.locator("footer select").select_option("ar")
        follow(page.locator("footer button"))
        expect(page).to_have_url(f"{desk.origin}/account")
        expect(page.locator("html[lang=ar][dir=rtl]")).to_be_attached()
        page.goto("/duties")
        expect(page.locator("html[lang=ar][dir=rtl]")).to_be_attached()


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(selector)

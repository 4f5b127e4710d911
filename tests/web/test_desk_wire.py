"""Two nodes as `comity serve` runs them, each with its desk: a whole request by pages, carried over real TLS by their own workers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import follow, reads
from builders.desk import Served
from builders.exchange import SG
from builders.officers import known
from builders.wire import sign, unfold, until, wire
from builders.world import CASE
from comity.requests.cases import import_case

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

OFFICE = (
    ("lan", "drafter", "draft"),
    ("minh", "releaser", "release"),
    ("huy", "officer", ""),
    ("binh", "custodian", "custody"),
)
COMPANY = (("wei", "provider", "receipt"),)
FILE = b"name,Mule Example\n" * 100_000


def drafted(page: Page, office: Served) -> str:
    """Lan drafts a request for subscriber data on the pages of her case, and seals it; gives the page of the request."""
    reference = str(CASE["reference"])
    import_case(office.nodes.office(), office.nodes.sheet(CASE))
    for name, *_rest in OFFICE:
        known(office, name, reference)
    page.goto(f"/case/{reference}")
    page.get_by_label("What", exact=True).select_option("disclose_subscriber")
    page.get_by_label("Of whom").select_option(SG)
    follow(page.get_by_role("button", name="Draft the request"))
    for _round in range(2):
        filled(page)
        follow(page.get_by_role("button", name="Keep the draft"))
    reads(page.locator("#preflight"), "Complete: nothing blocks.")
    follow(page.get_by_role("button", name="Keep, and go on to sign"))
    sign(page, "Seal and sign")
    return page.url.removeprefix(office.origin)


def filled(page: Page) -> None:
    """Fill in a draft whatever it asks for."""
    page.locator("#draft").wait_for()
    for area in page.locator("textarea").all():
        if area.is_visible() and not area.input_value():
            area.fill("Stated by Lan, to the best of her knowledge.")
    for concern in page.get_by_label("Concern", exact=True).all():
        concern.select_option("none")
    page.locator("input[name=candidate]:enabled").first.check()


def answered(page: Page, file: Path) -> None:
    """Wei finds the request in her queue, takes it up, sees that it is real, accepts it, and delivers a file."""
    until(page, "/queue", "1 request is new")
    follow(page.get_by_role("link", name="1 request is new"))
    follow(page.get_by_role("button", name="Take it up"))
    reads(page.get_by_role("region", name="Is it real?"), "✓ VALID", "signed message of its node")
    unfold(page, "Safeguards questions")
    form = page.locator("form", has=page.get_by_role("button", name="Keep the answers"))
    for area in form.locator("textarea").all():
        area.fill("Looked at: one account, two hours and a half.")
    follow(form.get_by_role("button", name="Keep the answers"))
    unfold(page, "Accept")
    sign(page, "Accept and sign")
    unfold(page, "Deliver files")
    page.get_by_label("Files", exact=True).set_input_files(file)
    page.get_by_role("button", name="Deliver", exact=True).click()
    reads(page.get_by_role("region", name="Delivered"), "subscriber.csv")


def test_a_request_goes_to_a_company_and_its_files_become_evidence(browser: Browser, tmp_path: Path) -> None:
    """Drafted, released by another, sent by button over TLS, answered with a delivery, fetched, and sealed as evidence: pages alone."""
    file = tmp_path / "subscriber.csv"
    file.write_bytes(FILE)
    with (
        wire(tmp_path, OFFICE, COMPANY) as made,
        made.company.browser(browser, "wei", "provider") as there,
        made.office.browser(browser, "lan", "drafter") as page,
    ):
        here = drafted(page, made.office)
        made.office.seat(page, "minh")
        page.goto("/")
        follow(page.locator(".next li", has_text="to be released by you").get_by_role("link"))
        sign(page, "Release and sign")
        made.office.seat(page, "huy")
        page.goto("/")
        follow(page.locator(".next li", has_text="to be sent").get_by_role("link"))
        follow(page.get_by_role("button", name="Send over the exchange"))
        until(page, here, "It was taken in by the addressee's node.")
        page.goto("/peers")
        follow(page.get_by_role("button", name=f"Try it now {SG}"))
        reads(page.get_by_role("row", name=SG), "✓ works")
        answered(there, file)
        until(page, here, "all of it is here")
        next_step = page.get_by_role("region", name="What happens next")
        reads(next_step, "The addressee accepted.", "Files came.", "To take them into evidence: Binh")
        with page.expect_download() as got:
            page.get_by_role("link", name="subscriber.csv").click()
        got.value.save_as(tmp_path / "copy.csv")
        assert (tmp_path / "copy.csv").read_bytes() == FILE
        made.office.seat(page, "binh")
        page.goto(here)
        unfold(page, "Take into evidence")
        sign(page, "Take into evidence")
        reads(page.get_by_role("main"), "The chain of custody holds")
        follow(page.get_by_role("button", name="Verify the bag"))
        reads(page.get_by_role("region", name="The bag where it lies"), "Nothing failed.")
        page.goto(here)
        reads(page.get_by_role("region", name="What was delivered"), "held by Binh")

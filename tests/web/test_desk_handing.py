"""Evidence between two desks by pages alone: handed over and taken over, called back and confirmed; a bundle and files carried out."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import follow, reads
from builders.commands import comity
from builders.exchange import SG, VN
from builders.handing import CASE, identified
from builders.handover import ITEM, Between
from builders.nodes import Nodes
from builders.officers import known
from builders.patience import until as come_true
from builders.wire import Wire, sign, unfold, until, wire

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

OFFICE = (("binh", "custodian", "custody"),)
COMPANY = (("wei", "custodian", "custody"),)
HOLDERS = "Who else has it"


def prepared(folder: Path, nodes: Nodes) -> None:
    """An item at the first node, and the age identity of each in its settings, before anything is started."""
    Between(nodes, folder)
    identified(nodes)


def handed_over(page: Page) -> None:
    """Binh hands a copy over for one case alone, first forgetting whom to."""
    page.goto(f"/item/{ITEM}")
    unfold(page, "Hand it over")
    form = page.locator("form", has=page.get_by_role("button", name="Hand over and sign"))
    form.get_by_label("What it is handed over for").fill("Joint case.")
    form.get_by_label("For this case only").fill("SG-77")
    form.get_by_label("Not as evidence").check()
    sign(page, "Hand over and sign")
    reads(page.get_by_role("alert"), "the one that is to have it")
    form.get_by_label("To which party").select_option(SG)
    form.get_by_label("A copy: the item stays here").check()
    sign(page, "Hand over and sign")
    reads(page.get_by_role("region", name=HOLDERS), SG, "a copy", "sent; to be fetched")


def taken_over(page: Page) -> None:
    """Wei sees what came, by whom and within which limits, and takes it over."""
    until(page, "/", "to be taken over or refused")
    page.goto("/evidence")
    follow(page.get_by_role("link", name="1 thing from another party waits for you"))
    follow(page.get_by_role("link", name=f"from {VN}"))
    reads(page.get_by_role("main"), ITEM, "Joint case.", "for case SG-77 only", "not as evidence")
    sign(page, "Take over and sign")
    reads(page.get_by_role("main"), "The chain of custody holds", "for case SG-77 only")


def carried(page: Page, button: str, folder: Path) -> Path:
    """Press a button that gives a zip; gives where it was put."""
    with page.expect_download() as got:
        page.get_by_role("button", name=button).click()
    target = folder / got.value.suggested_filename
    got.value.save_as(target)
    return target


def shown(page: Page, folder: Path) -> Path:
    """Binh shows one of two files, found by a word of its name."""
    page.goto(f"/item/{ITEM}")
    follow(page.get_by_role("link", name="Show some of its files"))
    page.get_by_label("phone/a.jpg").check()
    page.get_by_label("Words in the name").fill("ả b")
    follow(page.get_by_role("button", name="Find"))
    reads(page.get_by_role("status"), "1 file", "1 ticked")
    page.get_by_label("What they are shown for").fill("For the expert.")
    return carried(page, "Download the ticked files with proof", folder)


def test_an_item_goes_to_another_desk_and_is_called_back(browser: Browser, tmp_path: Path) -> None:
    """Handed over, taken over, called back and confirmed over TLS, and carried out for a court and in part: by pages, without script."""
    with wire(tmp_path, OFFICE, COMPANY, lambda nodes: prepared(tmp_path, nodes)) as made:
        known(made.office, "binh", CASE)
        with (
            made.office.browser(browser, "binh", "custodian", java_script_enabled=False) as binh,
            made.company.browser(browser, "wei", "custodian", java_script_enabled=False) as wei,
        ):
            handed_over(binh)
            taken_over(wei)
            until(binh, f"/item/{ITEM}", "taken over")
            part, court = shown(binh, tmp_path), bundled(binh, tmp_path)
            called_back(binh, wei)
        verified(part, court, tmp_path)
        ends(made)


def called_back(binh: Page, wei: Page) -> None:
    """Binh calls the item back; Wei confirms it at the item, where nothing may go on any more; Binh sees that."""
    binh.goto(f"/item/{ITEM}")
    unfold(binh, "Call it back, or correct it")
    form = binh.locator("form", has=binh.get_by_role("button", name="Send the notice and sign"))
    form.get_by_label("Why").fill("Taken under an order that was quashed.")
    sign(binh, "Send the notice and sign")
    reads(binh.get_by_role("region", name=HOLDERS), "recalled", "not confirmed yet")
    until(wei, "/", f"called back by {VN}: to be confirmed")
    follow(wei.get_by_role("link", name=ITEM))
    reads(wei.get_by_role("main"), f"{VN} calls it back")
    unfold(wei, "Hand it over")
    reads(wei.get_by_role("main"), "It may not go to others. It was called back or corrected")
    sign(wei, "Confirm and sign")
    assert wei.get_by_role("button", name="Confirm and sign").count() == 0
    until(binh, f"/item/{ITEM}", "recalled, confirmed")


def bundled(page: Page, folder: Path) -> Path:
    """Binh enters that he looked into the item, and makes the bundle for a court in French."""
    page.goto(f"/item/{ITEM}")
    unfold(page, "Enter what you did")
    page.get_by_label("What was done").select_option("opened")
    page.get_by_label("Tool", exact=False).first.fill("example reader")
    follow(page.get_by_role("button", name="Enter it in custody"))
    reads(page.get_by_role("region", name="History"), "Opened", "example reader")
    unfold(page, "Make the bundle for a court")
    page.get_by_label("Language of the court").select_option("fr")
    page.get_by_label("What it is made for").fill("Hearing of 3 December.")
    return carried(page, "Make and download the bundle", folder)


def verified(part: Path, court: Path, folder: Path) -> None:
    """The command finds both sound; the guide is there, and the sums agree."""
    assert comity("evidence", "verify", part, "--json").data["verdict"] == "sound"
    with zipfile.ZipFile(court) as archive:
        archive.extractall(folder / "court")
    made = folder / "court" / f"court-{ITEM}"
    assert comity("evidence", "verify", made / "items" / f"{ITEM}-1", "--json").data["verdict"] == "sound"
    assert {"guide.pdf", "report.pdf", "hash-list.pdf", "SHA256SUMS", "verify.html"} <= {x.name for x in made.iterdir()}
    shutil.rmtree(folder / "court")


def ends(made: Wire) -> None:
    """Nothing stays set aside, once the last byte was given."""
    for desk in (made.office, made.company):
        staging = desk.desk.node.settings.home / "files" / "staging"
        come_true(lambda staging=staging: not list(staging.glob("*/*/*")))  # type: ignore[misc]  # bound at once

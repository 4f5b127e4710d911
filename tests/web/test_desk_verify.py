"""The verify page: a stranger drops a package or a receipt, and is told what holds, who signed, and whom to call back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from builders.browsing import follow, judged
from builders.desk import Served, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CALLBACK, FACTS = "+1 555 0101", "moved savings to the account"


@pytest.fixture(scope="module")
def package(desk: Served) -> Path:
    """A package of VN.a05."""
    return desk.nodes.carried(desk.nodes.released())


@pytest.fixture(autouse=True)
def _calm(desk: Served) -> None:
    """Forget who came before, so that no test has to wait."""
    desk.desk.strangers._came.clear()


def dropped(visitor: Visitor, data: bytes, name: str = "package.zip") -> httpx2.Response:
    """The answer to a file."""
    return visitor.post("/verify", page="/verify", files={"file": (name, data)})


def test_a_package_that_holds_is_valid(desk: Served, package: Path) -> None:
    """Every step, the sender, the number from the directory, the code to read and what is asked stand on the page."""
    answer = dropped(desk.visitor(), package.read_bytes())
    assert answer.status_code == 200
    for words in (
        "Valid",
        "Department for Cyber Security",
        CALLBACK,
        "Officer 2",
        FACTS,
        "Mule@example.org",
        "Read to",
    ):
        assert words in answer.text, words
    assert answer.text.count('class="ok"') == 12
    assert "/tmp" not in answer.text


def test_a_package_that_was_altered_is_refused(desk: Served, package: Path) -> None:
    """One changed bit ends the procedure, the step is told, and nothing that the package asks is shown."""
    data = bytearray(package.read_bytes())
    data[len(data) // 3] ^= 1
    answer = dropped(desk.visitor(), bytes(data))
    assert "Refused: do not act on it" in answer.text
    assert "does not hold" in answer.text
    assert FACTS not in answer.text
    assert "verify-" not in answer.text


def test_a_receipt_is_shown(desk: Served) -> None:
    """A receipt file is verified and says what became of the request."""
    request = desk.nodes.received()
    data = desk.nodes.answered(request, "received")
    answer = dropped(desk.visitor(), data, "receipt.json")
    for words in ("Valid", "What the receipt says", request.reference, "Orchid Exchange"):
        assert words in answer.text, words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"age-encryption.org/v1\n-> X25519 x", "encrypted"),
        (b"PK\x03\x04 and no more", "Refused"),
        (b"", "Refused"),
        (b"{}", "Refused"),
        (b"{" * 100_000, "Refused"),
        (b"\xff" * 1000, "Refused"),
    ],
    ids=["encrypted", "cut", "empty", "no receipt", "deep", "noise"],
)
def test_another_file_is_told(desk: Served, data: bytes, words: str) -> None:
    """What is no package and no receipt is refused with a page that says so."""
    answer = dropped(desk.visitor(), data)
    assert (answer.status_code, words in answer.text) == (200, True)


def test_no_file_is_asked_for_again(desk: Served) -> None:
    """A form without a file shows itself again."""
    assert desk.visitor().post("/verify", page="/verify").status_code == 422


def test_the_page_goes_along(desk: Served) -> None:
    """The page that works without a server is there with the pinned root in it."""
    answer = desk.visitor().get("/verify/offline")
    assert answer.headers["content-disposition"] == 'attachment; filename="verify.html"'
    assert "atob(" in answer.text


def test_only_counts_are_kept(desk: Served, package: Path) -> None:
    """After an hour one event says how many held and how many did not, and nothing of what they were."""
    dropped(desk.visitor(), package.read_bytes())
    desk.nodes.clock.advance(timedelta(hours=2))
    dropped(desk.visitor(), b"PK")
    with desk.desk.node.store.read() as unit:
        ledger = desk.desk.node.ledger
        events = [json.loads(one.event) for one in ledger.entries(unit, 0, ledger.size(unit))]
    found = [one for one in events if one["type"] == "desk.verified"]
    assert len(found) == 1
    assert found[0].keys() <= {
        "type",
        "at",
        "package_valid",
        "package_refused",
        "receipt_valid",
        "receipt_refused",
        "age_refused",
    }
    assert found[0]["package_valid"] >= 1


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_stranger_sees_the_verdict(browser: Browser, desk: Served, package: Path, script: bool) -> None:
    """A stranger without an account comes from the sign-in page, gives a package, and reads the verdict and the number."""
    with desk.browser(browser, java_script_enabled=script) as page:
        page.goto("/sign-in")
        follow(page.get_by_role("link", name="Verify a package"))
        page.set_input_files("#file", package)
        follow(page.get_by_role("button", name="Verify"))
        page.get_by_role("heading", name="Valid", exact=True).wait_for()
        page.get_by_text(CALLBACK).wait_for()
        for width in (320, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            if script:  # axe is a script itself
                assert judged(page) == []
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.browser
def test_a_file_is_dropped_on_the_page(browser: Browser, desk: Served, package: Path) -> None:
    """With script a file can be dropped anywhere on the page, and is sent."""
    with desk.browser(browser) as page:
        page.goto("/verify")
        page.evaluate(
            """(bytes) => {
              const data = new DataTransfer();
              data.items.add(new File([new Uint8Array(bytes)], "package.zip"));
              document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
            }""",
            list(package.read_bytes()),
        )
        page.get_by_role("heading", name="Valid", exact=True).wait_for()

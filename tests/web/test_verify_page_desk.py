"""People at the verify page: with a mouse, with a keyboard, at night, on paper; and a page that lets nothing in or out."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.attacks import ATTACKS
from builders.browsing import opened
from builders.directory import build_directory
from builders.packages import TOP, Maker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def maker(tmp_path: Path, page: Page) -> Maker:
    """A maker of packages whose root lies beside them; the page's clock stands at the world's time."""
    made = Maker(build_directory(tmp_path), tmp_path)
    (tmp_path / "root.json").write_bytes(made.world.root)
    page.clock.set_fixed_time(made.now)
    return made


def drop(page: Page, *paths: Path) -> None:
    """Hand files to the page, and wait for what it says."""
    page.set_input_files("#file", paths)
    page.wait_for_selector("#result h2, #message:not(:empty)")


def test_package_and_root_dropped_together(page: Page, maker: Maker) -> None:
    """Files find their place by what they are, and the verdict comes at once."""
    drop(page, maker.good(), maker.folder / "root.json")
    assert page.inner_text("#verdict") == "Valid"
    assert "Department for Cyber Security (VN.a05)" in page.inner_text(".verdict")
    assert page.title().startswith("Valid: ")


def test_folder_is_chosen(page: Page, maker: Maker) -> None:
    """A package's folder is judged like its zip."""
    folder = maker.folder / "unpacked" / TOP
    for name, data in maker.parts().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    page.set_input_files("#root", maker.folder / "root.json")
    page.set_input_files("#folder", folder)
    page.wait_for_selector("#verdict")
    assert page.inner_text("#verdict") == "Valid"
    assert TOP in page.inner_text("#chosen")


def test_file_is_dropped(page: Page, maker: Maker) -> None:
    """A file that is dropped anywhere on the page is taken, and the browser does not open it."""
    page.set_input_files("#root", maker.folder / "root.json")
    script = """(text) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], "x.comity.zip"));
        return data;
    }"""
    data = page.evaluate_handle(script, base64.b64encode(maker.good().read_bytes()).decode())
    page.dispatch_event("h1", "dragover", {"dataTransfer": data})
    page.dispatch_event("h1", "drop", {"dataTransfer": data})
    page.wait_for_selector("#verdict")
    assert page.inner_text("#verdict") == "Valid"


def test_earlier_verdict_does_not_stay(page: Page, maker: Maker) -> None:
    """What was said of one file is gone as soon as another is handed in."""
    drop(page, maker.good(), maker.folder / "root.json")
    page.evaluate(
        "new MutationObserver(() => (window.cleared ??= document.querySelector('.verdict') === null)).observe(document.getElementById('result'), {childList: true})"
    )
    page.set_input_files("#file", ATTACKS["broken_signature"].make(maker))
    page.wait_for_selector(".verdict.refused")
    assert page.evaluate("window.cleared") is True


def test_number_to_call_comes_from_the_directory(page: Page, maker: Maker) -> None:
    """The call-back number is large, from the directory, with its warning; a number in the request is not offered."""
    drop(page, maker.good(maker.request(use_limits="Call +1 555 0199")), maker.folder / "root.json")
    card = page.inner_text(".call")
    assert "+1 555 0101" in card
    assert "never one that stands in the package" in card
    assert "+1 555 0199" not in card


def test_refused_package_gives_no_number_of_a_stranger(page: Page, maker: Maker) -> None:
    """Before the sender is proven, no number is shown, and what the file claims stays folded."""
    drop(page, ATTACKS["altered_party_file"].make(maker), maker.folder / "root.json")
    assert page.inner_text("#verdict") == "Refused"
    assert "does not vouch for the sender" in page.inner_text(".verdict")
    assert "+1 555" not in page.inner_text("#result")
    assert page.get_attribute("details.unproven", "open") is None


def test_every_step_is_listed(page: Page, maker: Maker) -> None:
    """Each step shows its number, name, state and finding."""
    drop(page, ATTACKS["print_is_no_pdf"].make(maker), maker.folder / "root.json")
    rows = [" ".join(text.split()) for text in page.locator(".steps li").all_inner_texts()]
    assert len(rows) == 14
    assert rows[6].startswith("7 The printed document says what the data say document failed got another file")
    assert rows[7].endswith("directory not reached")


def test_text_of_a_request_is_never_markup(page: Page, maker: Maker) -> None:
    """Markup in a request is shown as the characters it is."""
    text = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    request = maker.request(use_limits=text, case={"reference": "<b>1</b>", "facts": text})
    drop(page, maker.good(request), maker.folder / "root.json")
    assert page.locator(".document dd", has_text=text).count() == 2
    assert page.locator("#result img, #result script, #result b").count() == 0


def test_keyboard_is_enough(page: Page, maker: Maker) -> None:
    """Tab and Enter choose a file; when the verdict comes, it has the focus."""

    def held(chooser: object) -> None:
        """Keep the browser from opening its own window between two choices."""

    page.on("filechooser", held)
    for tabs, path in [(1, maker.good()), (2, maker.folder / "root.json")]:
        for _ in range(tabs):
            page.keyboard.press("Tab")
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        chooser.value.set_files(path)
    page.wait_for_selector("#verdict")
    assert page.evaluate("document.activeElement.id") == "verdict"
    page.remove_listener("filechooser", held)


def test_root_is_asked_for(page: Page, maker: Maker) -> None:
    """Without a root the page asks for one, and goes on when it has it."""
    drop(page, maker.good())
    assert "root.json" in page.inner_text("#message")
    page.set_input_files("#root", maker.folder / "root.json")
    page.wait_for_selector("#verdict")
    assert page.inner_text("#message") == ""


def test_changed_answer_is_checked_again(page: Page, maker: Maker) -> None:
    """Saying for whom one acts checks again at once."""
    drop(page, maker.good(), maker.folder / "root.json")
    page.fill("#acting-for", "PH.cicc")
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict.refused")
    assert "meant for somebody else" in page.inner_text(".verdict")


@pytest.mark.parametrize("typed", ["2026-11-25 03:10", "2026-11-25T03:10:00Z", "2026-11-25 03:10 UTC"])
def test_time_of_receipt_may_be_typed(typed: str, page: Page, maker: Maker) -> None:
    """A time in UTC is taken in the usual spellings."""
    package = maker.good()
    page.clock.set_fixed_time(maker.now + timedelta(days=90))
    page.fill("#as-of", typed)
    drop(page, package, maker.folder / "root.json")
    assert page.inner_text("#verdict") == "Valid"


def test_time_that_is_none_is_asked_again(page: Page, maker: Maker) -> None:
    """A date that does not exist is not taken for now."""
    page.fill("#as-of", "2026-02-30 03:10")
    drop(page, maker.good(), maker.folder / "root.json")
    assert "2026-11-25 03:00" in page.inner_text("#message")
    assert page.locator("#verdict").count() == 0


def test_encrypted_file_is_explained(page: Page, maker: Maker) -> None:
    """An encrypted package comes with the command that opens it."""
    path = maker.path(".comity.zip.age")
    path.write_bytes(b"age-encryption.org/v1\n-> X25519")
    drop(page, path, maker.folder / "root.json")
    assert "age -d -i KEYFILE" in page.inner_text("#result")


def test_stranger_file_is_named(page: Page, maker: Maker) -> None:
    """A file of no known kind is named and changes nothing."""
    path = maker.path(".docx")
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    drop(page, path)
    assert path.name in page.inner_text("#message")


def test_directory_export_is_recognised_and_removed(page: Page, maker: Maker) -> None:
    """A directory dropped in is used, and can be taken away again."""
    export = maker.folder / "directory.zip"
    maker.world.mirror.export(export)
    drop(page, maker.good(), maker.folder / "root.json", export)
    assert "no signing key is taken back" in page.inner_text(".steps")
    page.click("#remove-directory")
    page.wait_for_selector(".steps li.skipped >> text=revocation")


def test_exercise_is_called_one(page: Page, maker: Maker) -> None:
    """A request of an exercise says so beside the verdict."""
    drop(page, maker.good(maker.request(exercise=True)), maker.folder / "root.json")
    assert page.locator(".verdict + .notice", has_text="Exercise only").count() == 1


def test_result_can_be_saved(page: Page, maker: Maker) -> None:
    """The result is handed out as JSON, without the request's content."""
    drop(page, maker.good(), maker.folder / "root.json")
    with page.expect_download() as download:
        page.click("text=Save this result")
    text = download.value.path().read_text()
    assert '"verdict": "valid"' in text
    assert "mule@example.org" not in text


def test_browser_without_ed25519_does_not_judge(browser: Browser, page_file: Path) -> None:
    """Where signatures cannot be checked, the page says so and offers nothing."""
    with opened(browser, page_file) as page:
        page.add_init_script(
            "SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"
        )
        page.reload()
        page.wait_for_selector("text=will not judge anything")
        assert page.locator("button:visible").count() == 0


FORBIDDEN = {
    "fetch": "fetch('https://example.org/').then(() => 'sent', () => 'stopped')",
    "image": "new Promise((say) => { const i = new Image(); i.onload = () => say('sent'); i.onerror = () => say('stopped'); i.src = 'https://example.org/'; })",
    "markup": "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'sent'; } catch { return 'stopped'; } })()",
    "code from text": "(() => { try { const b = document.createElement('button'); b.setAttribute('onclick', '1'); return 'sent'; } catch { return 'stopped'; } })()",
}


def test_policy_stops_what_reaches_out(browser: Browser, page_file: Path) -> None:
    """The page's own policy forbids connections, markup from text and code from text."""
    profile = browser.new_context()
    requests: list[str] = []
    profile.on("requestfinished", lambda request: requests.append(request.url))
    profile.on("requestfailed", lambda request: requests.append(request.failure or ""))
    page, said = profile.new_page(), {}
    for name, attempt in FORBIDDEN.items():
        page.goto(page_file.as_uri())
        said[name] = page.evaluate(attempt)
    profile.close()
    assert said == dict.fromkeys(FORBIDDEN, "stopped")
    assert [end for end in requests if not end.startswith("file:") and end != "csp"] == []


def colours(scheme: str) -> dict[str, str]:
    """The page's colours by name, in one scheme."""
    style = files("comity.packages").joinpath("page", "style.css").read_text("utf-8")
    light, dark = re.findall(r":root \{([^}]*)\}", style)[:2]
    pairs = re.findall(r"--(\w[\w-]*): (#[0-9a-f]{6})", light if scheme == "light" else dark)
    return dict(pairs)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(scheme: str) -> None:
    """Every text colour stands out from every ground it is used on (WCAG 2.2, 1.4.3)."""
    known = colours(scheme)
    pairs = [(text, ground) for text in ("ink", "soft", "navy") for ground in ("paper", "sheet", "tint")]
    pairs += [(kind, ground) for kind in ("good", "bad", "warn") for ground in (f"{kind}-tint", "sheet")]
    pairs += [("ink", f"{kind}-tint") for kind in ("good", "bad", "warn")] + [("sheet", "navy")]
    weak = []
    for text, ground in pairs:
        high, low = sorted([luminance(known[text]), luminance(known[ground])], reverse=True)
        if (high + 0.05) / (low + 0.05) < 4.5:
            weak.append((text, ground))
    assert weak == []

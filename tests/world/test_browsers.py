"""The verify page and the desk in the browsers that strangers have: Chromium, Firefox, and WebKit in place of Safari."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from builders.attack import Attack
from builders.attacks import ATTACKS
from builders.browsers import BROWSERS, Window, arrived, follow, reads, text, window
from builders.browsing import AXE, CALL, JUDGE, RULES, handed
from builders.desk import Served, served
from builders.directory import build_directory
from builders.officers import FORM
from builders.packages import Maker
from builders.patience import until
from builders.receipts import RECEIPT_ATTACKS
from builders.staff import PASSWORD
from comity.accounts import people
from comity.packages.webpage import build_page

# Fixtures and the pages of everybody stand beside the test of their looks.
from web.test_desk_looks import PAGES, ROLES, incoming, named, peopled  # noqa: F401

pytestmark = [pytest.mark.soak, pytest.mark.browser]
CLOCK = """
    const [at, Real] = [arguments[0], Date];
    window.Date = class extends Real { constructor(...of) { super(...(of.length ? of : [at])); } static now() { return at; } };
"""
FORBIDDEN = {
    "fetch": "return fetch('https://example.org/').then(() => 'sent', () => 'stopped')",
    "image": "return new Promise((say) => { const i = new Image(); i.onload = () => say('sent'); i.onerror = () => say('stopped'); i.src = 'https://example.org/'; })",
    "markup": "try { document.body.innerHTML = '<b>x</b>'; return 'sent'; } catch { return 'stopped'; }",
    "code from text": "try { document.createElement('button').setAttribute('onclick', '1'); return 'sent'; } catch { return 'stopped'; }",
}
DROP = """
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0))], 'x.comity.zip'));
    for (const kind of ['dragover', 'drop'])
        document.querySelector('h1').dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
"""
FILL = """
    const field = document.getElementsByName(arguments[0])[0];
    field.value = arguments[1];
    if (field.value !== arguments[1]) throw new Error(`got ${field.value}, expected ${arguments[1]}`);
"""
OVER = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
PICTURES = """
    const all = [...document.images];
    for (const one of all) one.loading = 'eager';
    await Promise.allSettled(all.map((one) => one.decode()));
    return all.filter((one) => !one.naturalWidth).map((one) => one.src);
"""
WRONG = f"const found = await ({JUDGE})(arguments[0]); return found.map((one) => [one.id, one.nodes[0].html.slice(0, 200)]);"
WIDTHS = (320, 1024)
FOCUS = "return document.activeElement.id"


@pytest.fixture(scope="module", params=BROWSERS)
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """Each browser in turn, with a window open."""
    with window(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made


@pytest.fixture
def maker(tmp_path: Path, shown: Window) -> Maker:
    """A maker of packages; the verify page with its root built in is open, and its clock stands at the world's time."""
    made = Maker(build_directory(tmp_path), tmp_path)
    stranger(shown, made, build_page(made.world.root))
    return made


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk at work."""
    with served(tmp_path_factory.mktemp("desk")) as made:
        yield made


def stranger(shown: Window, maker: Maker, page: bytes) -> None:
    """Open a verify page from disk, at the world's time."""
    path = maker.folder / "verify.html"
    path.write_bytes(page)
    shown.visit(path.as_uri())
    until(lambda: text(shown, "#root-state"))
    moment(shown, maker.now)


def moment(shown: Window, now: datetime) -> None:
    """Set the clock of a page."""
    shown.run(CLOCK, int(now.timestamp() * 1000))


def as_nobody(shown: Window, desk: Served, path: str) -> None:
    """Go to a page of the desk as somebody who was never there."""
    shown.visit(f"{desk.origin}{path}")
    shown.forget()
    shown.visit(f"{desk.origin}{path}")


def sign_in(shown: Window, desk: Served, name: str, language: str = "en") -> None:
    """Sign a person in by password and one-time code, in place of who was."""
    people.speak(desk.crew.staff, desk.crew.people[name], language, "Asia/Ho_Chi_Minh")
    as_nobody(shown, desk, "/sign-in")
    shown.write("#name", name)
    shown.write("#password", PASSWORD)
    shown.write("#code", desk.crew.code())
    follow(shown, "form[action='/sign-in'] button")


def test_a_good_package_and_an_altered_one_get_their_verdicts(shown: Window, maker: Maker) -> None:
    """A stranger chooses a file and reads the verdict, whom to call and all steps; the next file gets its own."""
    shown.hand("#file", maker.good(attachments={"order.bin": b"x" * 70_000}))
    reads(shown, "#verdict", "Valid")
    reads(shown, ".call", "+1 555 0101", "never one that stands in the package")
    assert shown.run("return document.querySelectorAll('.steps li').length") == 14
    shown.hand("#file", ATTACKS["broken_signature"].make(maker))
    reads(shown, ".verdict", "Refused", "The right people did not sign")
    assert "+1 555" not in text(shown, ".verdict")


def test_every_attack_is_refused_at_its_step(shown: Window, maker: Maker) -> None:
    """Each attack on a package or a receipt is refused at the step at which the command refuses it."""
    known: dict[str, Attack] = ATTACKS | RECEIPT_ATTACKS
    wrong = []
    for number, (name, attack) in enumerate(known.items()):
        folder = maker.folder / f"{number}"
        own = Maker(build_directory(folder), folder)
        path = attack.make(own)
        moment(shown, own.now)
        said = judge(shown, own, path, directory=attack.step == "revocation")
        if said != ["refused", attack.step]:
            wrong.append((name, said, attack.step))
    assert wrong == []


def judge(shown: Window, maker: Maker, path: Path, *, directory: bool) -> list[str]:
    """The verdict and the step at which it fell, with a directory of one's own if wanted."""
    files = handed(path)
    coded = code(files) if isinstance(files, bytes) else [[name, code(data)] for name, data in files.items()]
    export = maker.path(".zip")
    maker.world.mirror.export(export)
    own = code(export.read_bytes()) if directory else None
    given = [coded, {"root": code(maker.world.root), "directory": own}]
    said: list[str] = shown.run(
        f"const said = await ({CALL})(arguments[0]); return [said.verdict, said.step ?? ''];", given
    )
    return said


def code(data: bytes) -> str:
    """Bytes as a script takes them."""
    return base64.b64encode(data).decode()


def test_a_root_and_a_dropped_file_are_taken(shown: Window, maker: Maker) -> None:
    """A page without a root asks for it; a file that is dropped anywhere is judged."""
    stranger(shown, maker, build_page())
    shown.run(DROP, code(maker.good().read_bytes()))
    reads(shown, "#message", "root.json")
    root = maker.folder / "root.json"
    root.write_bytes(maker.world.root)
    shown.hand("#root", root)
    reads(shown, "#verdict", "Valid")


def test_the_result_is_saved(shown: Window, maker: Maker) -> None:
    """Pressing *Save this result* leaves the verdict as a file, without the request's content."""
    shown.hand("#file", maker.good())
    reads(shown, "#verdict", "Valid")
    shown.press(".record .actions button:last-child")
    until(lambda: any(saved(shown.downloads)))
    (said,) = saved(shown.downloads)
    assert '"verdict": "valid"' in said
    assert "mule@example.org" not in said


def saved(folder: Path) -> list[str]:
    """What was saved whole, under whatever name the driver of a browser gives it."""
    found = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # it gets its last name just now
            found.append(path.read_text("utf-8"))
    return [one for one in found if one.endswith("}")]


@pytest.mark.parametrize("attempt", FORBIDDEN.values(), ids=FORBIDDEN)
def test_policy_stops(shown: Window, maker: Maker, attempt: str) -> None:
    """The policy of a page from disk forbids connections, and markup and code out of text."""
    assert shown.run(attempt) == "stopped"


def test_keys_are_enough(shown: Window, maker: Maker) -> None:
    """Tab goes through everything in the order in which it stands; Return in a field judges, and the verdict has the focus."""
    shown.hand("#file", maker.good())
    reads(shown, "#verdict", "Valid")
    shown.run("document.querySelector('h1').tabIndex = -1; document.querySelector('h1').focus()")
    reached = []
    for _ in range(6):
        shown.key("Tab")
        reached.append(shown.run(FOCUS))
    assert reached == ["choose-file", "choose-folder", "choose-root", "choose-directory", "acting-for", "as-of"]
    outlined = shown.run("return getComputedStyle(document.activeElement).outlineStyle")
    shown.key(*maker.now.strftime("%Y-%m-%d %H:%M"), "Enter")
    until(lambda: shown.run(FOCUS) == "verdict")
    assert (outlined, text(shown, "#verdict")) == ("solid", "Valid")


def test_a_package_larger_than_is_read_whole_is_judged(shown: Window, maker: Maker) -> None:
    """A file above 64 MiB is digested piece by piece by the page's own SHA-256, and one flipped bit in it is seen."""
    path = maker.good(attachments={"disk.bin": bytes(range(256)) * (280 << 10)})
    shown.hand("#file", path)
    reads(shown, "#verdict", "Valid")
    with path.open("r+b") as file:
        file.seek(40 << 20)
        was = file.read(1)[0]
        file.seek(40 << 20)
        file.write(bytes([was ^ 1]))
    shown.hand("#file", path)
    reads(shown, ".verdict", "Refused")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_of_the_desk_is_right(
    shown: Window,
    peopled: Served,  # noqa: F811
    named: dict[str, str],  # noqa: F811
    language: str,
) -> None:
    """Who signs in by password and one-time code sees each page whole, with nothing that axe-core finds wrong."""
    found = []
    for who, paths in PAGES.items():
        if ROLES[who]:
            peopled.person(who, *ROLES[who])
            sign_in(shown, peopled, who, language)
        else:
            as_nobody(shown, peopled, "/sign-in")
        found += looked(shown, peopled, [path.format(**named) for path in paths])
    assert found == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_on_what_came_in_is_right(
    shown: Window,
    incoming: tuple[Served, list[str]],  # noqa: F811
    language: str,
) -> None:
    """The incoming side is whole and right too, with every fold of its pages open."""
    desk, pages = incoming
    sign_in(shown, desk, "lan", language)
    assert looked(shown, desk, pages) == []


def looked(shown: Window, desk: Served, paths: list[str]) -> list[Any]:
    """What is wrong with pages: pictures that did not come, what runs over the edge, and what axe-core finds."""
    found = []
    for path in paths:
        shown.visit(f"{desk.origin}{path}")
        shown.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        over, pictures = 0, shown.run(PICTURES)
        for width in WIDTHS:
            shown.size(width, 900)
            over = max(over, shown.run(OVER))
        shown.run(AXE.read_text("utf-8"))
        wrong = shown.run(WRONG, RULES)
        if over or pictures or wrong:
            found.append((path, over, pictures, wrong))
    return found


def test_a_stranger_asks_the_desk_about_a_package(shown: Window, desk: Served) -> None:
    """A file given to the desk's own verify page, chosen or dropped, gets its verdict; altered, it is refused."""
    package = desk.nodes.carried(desk.nodes.released())
    altered = package.with_name("altered.comity.zip")
    data = bytearray(package.read_bytes())
    data[len(data) // 3] ^= 1
    altered.write_bytes(data)
    for path, verdict in ((package, "Valid"), (altered, "Refused")):
        desk.desk.strangers._came.clear()
        as_nobody(shown, desk, "/verify")
        shown.hand("#file", path)
        follow(shown, "form.drop button.main")
        reads(shown, "h1", verdict)
    desk.desk.strangers._came.clear()
    shown.visit(f"{desk.origin}/verify")
    shown.run("window.left = true;" + DROP, code(package.read_bytes()))
    until(lambda: arrived(shown))
    reads(shown, "h1", "Valid")


def test_a_draft_is_written_and_kept(shown: Window, desk: Served) -> None:
    """An officer opens a case from pasted lines, drafts a request in it, and finds again what was typed."""
    desk.person("drafting", "officer", "drafter")
    sign_in(shown, desk, "drafting")
    case = f"VN-2026-{shown.name.upper()}"
    shown.visit(f"{desk.origin}/cases/new")
    for field, value in (FORM | {"reference": case}).items():
        shown.run(FILL, field, value)
    follow(shown, "button[value=look]")
    follow(shown, "button[value=keep]")
    reads(shown, "main", case)
    shown.run(FILL, "to", "PH.cicc")
    follow(shown, "form:has(#to) button.main")
    shown.write("[name=contents-necessity]", "Logs are overwritten after thirty days.")
    follow(shown, "button[value=keep]")
    shown.visit(shown.run("return location.href"))
    assert shown.run("return document.querySelector('[name=contents-necessity]').value").startswith("Logs are")

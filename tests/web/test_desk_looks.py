"""Every page of the desk is looked at: axe-core finds nothing wrong, nothing runs over the edge of a small screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pytest

from builders.browsing import judged
from builders.desk import Served
from builders.exhibits import item, kept, posted
from builders.incoming import desks
from comity.accounts import knowledge, people

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

# Who looks at which page; `{lan}` is the id of a person. A new page is added here.
LAW = [
    "/law", "/law/articles", "/law/article/41", "/law/countries", "/law/country/VN", "/law/gaps/VN?state=partly",
    "/law/compare?article=12&with=VN&with=SG", "/law/basis?from=VN&to=SG&offence=12&measure=preserve", "/law/dual?from=VN&to=SG&article=12",
]  # fmt: skip
OFFICER = [
    "/", "/cases", "/cases/new", "/case/VA-2026-338", "/cases/change/VA-2026-338", "/request/{draft}/draft", "/request/{draft}",
    "/request/{sealed}", "/request/{accepted}", "/request/{released}",
]  # fmt: skip
KEEPER = [
    "/evidence", "/item/E-2026-17", "/evidence/files/E-2026-17", "/evidence/came", "/matching/across", "/returns", "/returns/VA-2026-338?start=account%3Aacct-victim", "/matching",
    "/records/table/timeline/VA-2026-338", "/search?q=savings", "/search?q=%2B12025550101",
]  # fmt: skip
PAGES = {
    "keeper": KEEPER,
    "watcher": ["/audit", "/audit?kind=reads&case=VA-2026-338", "/node"],
    "officer": OFFICER,
    "nobody": ["/sign-in", "/join", "/nothing", "/verify"],
    "looker": ["/", "/duties", "/account", "/account/keys", "/glass", "/glass/review", "/people", *LAW],
    "boss": ["/", "/people", "/people/{lan}"],
}
ROLES = {
    "keeper": ("custodian", "drafter"),
    "watcher": ("auditor",),
    "officer": ("officer", "drafter", "releaser"),
    "nobody": (),
    "looker": ("releaser", "drafter"),
    "boss": ("administrator",),
}
SMALL: ViewportSize = {"width": 320, "height": 720}
LARGE: ViewportSize = {"width": 1440, "height": 900}
MODES: list[tuple[ViewportSize, Literal["light", "dark"]]] = [
    (SMALL, "light"), (LARGE, "dark"), (SMALL, "dark"), (LARGE, "light"),
]  # fmt: skip
AMOUNTS = pytest.mark.parametrize(
    "whole", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["sample", "every mode"]
)
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def modes(number: int, language: str, *, whole: bool) -> set[int]:
    """Which modes axe-core looks at a page in: all of them, or one that goes round with the pages; in Arabic on each third page."""
    if whole:
        return set(range(len(MODES)))
    return {number % len(MODES)} if language == "en" or number % 3 == 0 else set()


def nothing_wrong(page: Page, path: str, judging: set[int]) -> None:
    """Nothing runs over the edge at either width, and axe-core finds nothing in the modes named."""
    for width in (SMALL, LARGE):
        page.set_viewport_size(width)
        assert page.evaluate(OVER) == 0, (path, width)
        for size, scheme in [MODES[mode] for mode in judging if MODES[mode][0] == width]:
            page.emulate_media(color_scheme=scheme)
            assert judged(page) == [], (path, size, scheme)


@pytest.fixture(scope="module")
def peopled(desk: Served) -> Served:
    """A desk where something has happened, so that pages are not empty."""
    staff = desk.crew.staff
    admin, lan = desk.person("admin"), desk.person("lan", "drafter", "custodian")
    desk.person("looker", *ROLES["looker"])
    desk.person("boss", "administrator")
    people.invite(staff, admin, "new.one", "Nguyễn Thị Mới", ["officer"], "night shift")
    knowledge.break_glass(staff, desk.crew.standing("lan"), "VN-2022-RONIN", "A life is in danger tonight")
    knowledge.break_glass(staff, desk.crew.standing("looker"), "VN-2017-WANNACRY", "The deadline ends at midnight")
    people.ask_recovery(staff, admin, lan.id, "The telephone was stolen on the train")
    return desk


@pytest.fixture(scope="module")
def named(peopled: Served, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The ids of what stands in the paths: a person, and requests in each state that an officer looks at."""
    from comity.requests.receipts import take

    nodes = peopled.nodes
    accepted = nodes.received()
    take(nodes.office(), nodes.answered(accepted, "accepted", preserved_until=nodes.later(days=60)))
    made = {
        "lan": peopled.crew.people["lan"].id,
        "accepted": accepted.id,
        "draft": nodes.draft(contents={"authority": "Cyber department"}, to="PH.cicc").id,
        "sealed": nodes.sealed().id,
        "released": nodes.released("disclose_emergency").id,
    }
    kept(peopled, tmp_path_factory.mktemp("return"), "VA-2026-338")
    item(peopled, tmp_path_factory.mktemp("item"), "VA-2026-338", "E-2026-17")
    for number in range(9):
        posted(peopled, f"OTHER-{number}", f"ip:198.51.100.{number}")
    for case in ("VA-2026-338", "VA-2026-340"):
        posted(peopled, case, "phone:+12025550101", "phone:+12025550102", "phone:+12025550103")
    peopled.person("keeper", *ROLES["keeper"])
    peopled.person("watcher", *ROLES["watcher"])
    for case in ("VA-2026-338", "VA-2026-340"):
        peopled.member("keeper", case)
    peopled.person("officer", *ROLES["officer"])
    peopled.member("officer", "VA-2026-338")
    return made


@pytest.fixture(scope="module")
def incoming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, list[str]]]:
    """The desk of a provider with what came in, and its pages."""
    with desks(tmp_path_factory.mktemp("incoming")) as made:
        made.signer("lan", "provider")
        made.signer("minh", "provider")
        asked, urgent = made.taken("lan"), made.taken("lan", "disclose_emergency")
        made.know("minh", asked)
        made.street.answered(asked, "accepted")
        here = f"/incoming/{asked.id}"
        lan = made.served.client("lan")
        lan.post(f"{here}/deliver", {"target": "1"}, page=here, files=[("files", ("subscriber.csv", b"Mule Example"))])
        made.served.client("minh").post(
            f"{here}/refuse", {"code": "too_broad", "reason": "A year of mails."}, page=here
        )
        said = {"number": "+1 555 0101", "answered_by": "Officer 3"}
        lan.post("/directory/VN.a05/drill", said, page="/directory/VN.a05")
        made.served.crew.clock.advance(timedelta(hours=9))
        pages = ["/", "/inbox?all=yes", "/queue", "/figures", here, f"/incoming/{urgent.id}"]
        yield made.served, [*pages, "/directory", "/directory/VN.a05", "/peers"]


@pytest.mark.browser
@AMOUNTS
@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_wrong_with_a_page_on_what_came_in(
    browser: Browser, incoming: tuple[Served, list[str]], language: str, whole: bool
) -> None:
    """The incoming side looks as the rest does, also with every fold of its pages open."""
    served, pages = incoming
    people.speak(served.crew.staff, served.person("lan"), language, "Asia/Singapore")
    with served.browser(browser, "lan", "provider", locale=language) as page:
        for number, path in enumerate(pages):
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            nothing_wrong(page, path, modes(number, language, whole=whole))


@pytest.mark.browser
@AMOUNTS
@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_wrong_with_a_page(
    browser: Browser, peopled: Served, named: dict[str, str], language: str, whole: bool
) -> None:
    """At each width, light and dark, left-to-right and right-to-left, axe-core finds nothing and nothing runs over the edge."""
    with peopled.browser(browser, locale=language) as page:
        for who, paths in PAGES.items():
            person = () if who == "nobody" else (who, *ROLES[who])
            if person:
                people.speak(peopled.crew.staff, peopled.person(who), language, "Asia/Ho_Chi_Minh")
            peopled.seat(page, *person)
            for number, path in enumerate(paths):
                page.goto(path.format_map(named))
                nothing_wrong(page, f"{who} {path}", modes(number, language, whole=whole))

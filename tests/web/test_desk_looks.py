"""Every page of the desk is looked at: axe-core finds nothing wrong, nothing runs over the edge of a small screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from builders.browsing import judged
from builders.desk import Served
from comity.accounts import knowledge, people

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

# Who looks at which page; `{lan}` is the id of a person. A new page is added here.
LAW = [
    "/law", "/law/articles", "/law/article/41", "/law/countries", "/law/country/VN", "/law/gaps/VN?state=partly",
    "/law/compare?article=12&with=VN&with=SG", "/law/basis?from=VN&to=SG&offence=12&measure=preserve", "/law/dual?from=VN&to=SG&article=12",
]  # fmt: skip
OFFICER = [
    "/", "/cases", "/cases/new", "/case/VA-2026-338", "/cases/change/VA-2026-338", "/request/{draft}/draft", "/request/{draft}",
    "/request/{sealed}", "/request/{accepted}", "/request/{released}",
]  # fmt: skip
PAGES = {
    "officer": OFFICER,
    "nobody": ["/sign-in", "/join", "/nothing"],
    "looker": ["/", "/duties", "/account", "/account/keys", "/glass", "/glass/review", "/people", *LAW],
    "boss": ["/", "/people", "/people/{lan}"],
}
ROLES = {
    "officer": ("officer", "drafter", "releaser"),
    "nobody": (),
    "looker": ("releaser", "drafter"),
    "boss": ("administrator",),
}
SIZES: list[ViewportSize] = [{"width": 320, "height": 720}, {"width": 1440, "height": 900}]
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


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
def named(peopled: Served) -> dict[str, str]:
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
    peopled.person("officer", *ROLES["officer"])
    peopled.member("officer", "VA-2026-338")
    return made


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("who", PAGES)
def test_nothing_is_wrong_with_a_page(
    browser: Browser, peopled: Served, named: dict[str, str], who: str, language: str
) -> None:
    """At each width, light and dark, left-to-right and right-to-left, axe-core finds nothing and nothing runs over the edge."""
    person = () if who == "nobody" else (who, *ROLES[who])
    if person:
        people.speak(peopled.crew.staff, peopled.person(who), language, "Asia/Ho_Chi_Minh")
    with peopled.browser(browser, *person, locale=language) as page:
        for path in PAGES[who]:
            page.goto(path.format_map(named))
            for size in SIZES[: 1 if language == "ar" and path not in PAGES["boss"] else 2]:
                page.set_viewport_size(size)
                page.emulate_media(color_scheme="light")
                assert judged(page) == [], (path, size)
                assert page.evaluate(OVER) == 0, (path, size)
                page.emulate_media(color_scheme="dark")
                assert judged(page, "color-contrast") == [], (path, size)

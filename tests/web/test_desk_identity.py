"""Signing in by the organisation's identity provider, end to end over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from builders.browsing import follow, judged, reads
from builders.desk import Served, Visitor
from builders.issuer import Provider, desk_with_provider, entered, linked
from comity.accounts import identities, people
from comity.accounts.duties import ANYONE, EVERYONE, acts, roles
from comity.accounts.idtoken import Vouched
from comity.node.errors import BadSettings
from comity.web.desk.identity import ROUTES
from comity.web.desk.serving import desk_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NONE = "00000000-0000-7000-8000-000000000000"
STRONG = {"amr": ["pwd", "otp"]}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Provider]]:
    """A desk and its provider, shared by the tests of this module; each uses people of its own."""
    with desk_with_provider(tmp_path_factory.mktemp("desk")) as made:
        yield made


def who(visitor: Visitor) -> str:
    """Who is signed in, as the top of each page says; nothing for nobody."""
    text = visitor.get("/").text
    return text.partition('class="name"')[2].partition("<bdi>")[2].partition("</bdi>")[0]


def test_a_person_links_himself_and_signs_in_by_the_provider(both: tuple[Served, Provider]) -> None:
    """Once linked, the provider's word with a second factor opens the door, to the page that was wanted, with a new cookie."""
    desk, provider = both
    linked(desk, provider, "lan", "drafter")
    provider.claims = STRONG
    visitor = desk.visitor()
    visitor.get("/sign-in")
    before = dict(visitor.client.cookies)
    answer = entered(visitor, provider, "/cases")
    assert answer.headers["location"] == "/cases"
    assert dict(visitor.client.cookies) != before
    assert who(visitor) == "Lan"


def test_without_a_second_factor_there_one_is_given_here(both: tuple[Served, Provider]) -> None:
    """Where the provider says nothing of a second factor, nobody is in before the six digits are given, and they count once."""
    desk, provider = both
    linked(desk, provider, "minh", "releaser")
    provider.claims = {}
    visitor = desk.visitor()
    assert entered(visitor, provider, "/cases").headers["location"] == "/sign-in/second"
    assert who(visitor) == ""
    assert visitor.post("/sign-in/second", {"code": "000000"}, page="/sign-in/second").status_code == 401
    digits = desk.crew.code()
    assert visitor.post("/sign-in/second", {"code": digits}, page="/sign-in/second").headers["location"] == "/cases"
    assert who(visitor) == "Minh"
    again = desk.visitor()
    entered(again, provider)
    assert again.post("/sign-in/second", {"code": digits}, page="/sign-in/second").status_code == 401


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["", "no script"])
def test_a_morning_at_the_desk(browser: Browser, both: tuple[Served, Provider], script: bool) -> None:
    """In a real browser a person links himself, signs out here and there, and comes in again by the provider alone."""
    desk, provider = both
    name = "huy" if script else "mai"
    provider.person, provider.claims = f"8c1f-{name}", STRONG

    def gone_there_and_back() -> None:
        page.get_by_role("link", name="I am Lan").click()
        if not script:
            follow(page.get_by_role("button", name="Go on"))

    also = (f"http://127.0.0.1:{provider.port}/",)
    with desk.browser(browser, name, "drafter", also=also, java_script_enabled=script) as page:
        page.goto("/account")
        page.get_by_role("button", name="Link me with").click()
        gone_there_and_back()
        expect(page).to_have_url(f"{desk.origin}/account")
        reads(page.locator("#main"), provider.person)
        follow(page.get_by_role("button", name="Sign out", exact=True))
        expect(page).to_have_url(f"{desk.origin}/sign-in")
        page.goto("/cases")
        page.get_by_role("button", name="Sign in with 127.0.0.1").click()
        gone_there_and_back()
        expect(page).to_have_url(f"{desk.origin}/cases")
        follow(page.get_by_role("button", name="Sign out", exact=True))
        reads(page.get_by_role("heading", level=1), "You are signed out here")
        follow(page.get_by_role("link", name="Sign out there too"))
        reads(page.get_by_role("heading", level=1), "Signed out")
        page.goto("/cases")
        expect(page).to_have_url(f"{desk.origin}/sign-in?next=%2Fcases")


def looked(page: Page) -> list[str]:
    """What axe-core finds wrong with a page, on a telephone and a large screen."""
    found = []
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        found += judged(page)
    return found


@pytest.mark.browser
def test_the_pages_of_the_provider_are_looked_at(browser: Browser, both: tuple[Served, Provider]) -> None:
    """The pages on the way to the provider and back are whole for everybody, on a telephone and a large screen."""
    desk, provider = both
    also = (f"http://127.0.0.1:{provider.port}/",)
    linked(desk, provider, "looked", "drafter")
    provider.claims = {}
    with desk.browser(browser, also=also) as page:
        page.goto("/sign-in")
        reads(page.get_by_role("heading", level=1), "Sign in")
        found = looked(page)
        page.get_by_role("button", name="Sign in with 127.0.0.1").click()
        page.get_by_role("link", name="I am Lan").click()
        page.wait_for_url(f"{desk.origin}/sign-in/second")
        found += looked(page)
        page.get_by_label("Six digits").fill(desk.crew.code())
        follow(page.get_by_role("button", name="Sign in", exact=True))
        page.goto("/account")
        reads(page.locator("#main"), provider.person)
        found += looked(page)
        follow(page.get_by_role("button", name="Sign out", exact=True))
        reads(page.get_by_role("heading", level=1), "You are signed out here")
        assert found + looked(page) == []


@pytest.mark.parametrize("role", ["", *roles()])
def test_a_role_may_with_a_provider_what_the_matrix_says(both: tuple[Served, Provider], role: str) -> None:
    """Where there is a provider, its routes are as the duty matrix has them: links of others are an administrator's alone."""
    desk = both[0]
    client = desk.client(f"only.{role or 'none'}", *filter(None, [role]))
    csrf, headers = client.csrf("/account"), {"origin": desk.origin, "sec-fetch-site": "same-origin"}
    for route in ROUTES:
        act, path = acts()[route.act], route.path.replace("{person}", NONE)
        data = {"csrf": csrf} if route.method == "POST" else None
        status = client.client.request(route.method, path, data=data, headers=headers).status_code
        allowed = act.who in (ANYONE, EVERYONE) or role in act.roles
        assert (status != 403) is allowed, f"{role} {route.method} {path}: {status}"
        assert status < 500, f"{role} {route.method} {path}: {status}"


def test_the_auditor_reads_who_was_linked(both: tuple[Served, Provider]) -> None:
    """Links, and whom the provider let in or not, are in the log, and stand under what concerns the door."""
    desk, provider = both
    linked(desk, provider, "seen", "drafter")
    provider.claims, provider.person = STRONG, "8c1f-nobody"
    entered(desk.visitor(), provider)
    text = desk.client("watcher", "auditor").read("/audit?kind=door")
    for one in ("Seen linked Seen with whom", "Somebody failed to sign in", "Seen signed in"):
        assert one in text


def test_another_provider_in_the_settings_wants_a_new_link(both: tuple[Served, Provider]) -> None:
    """A link with an earlier provider is shown and can be ended; the present one offers a link beside it."""
    desk, provider = both
    lan = desk.person("moved", "drafter")
    identities.link(desk.crew.staff, lan.id, Vouched("https://old.example.org", "77"))
    text = desk.client("moved").read("/account")
    assert "https://old.example.org" in text
    assert "Link me with" in text
    linked(desk, provider, "moved", "drafter")
    assert "Link me with" not in desk.client("moved").read("/account")


def test_what_is_wrong_with_the_settings_is_said_at_the_start(both: tuple[Served, Provider]) -> None:
    """A desk whose settings name a provider by halves does not start."""
    node = both[0].desk.node
    with pytest.raises(BadSettings, match="oidc_client"):
        desk_of(replace(node, settings=replace(node.settings, desk="127.0.0.1:8480", oidc_client="")))


def test_an_administrator_sees_and_makes_links(both: tuple[Served, Provider]) -> None:
    """The page of an invited person takes his subject; that of a linked one shows it; the node's page says whether the provider answers."""
    desk, provider = both
    invited, _ = people.invite(desk.crew.staff, desk.person("admin"), "new.one", "New", ["drafter"], "shift")
    boss, page = desk.client("admin"), f"/people/{invited.id}"
    assert "the claim sub" in boss.read(page)
    assert boss.post(f"{page}/identity", {"subject": "8c1f-new", "reason": "shift"}, page=page).status_code == 303
    assert "8c1f-new" in boss.read(page)
    assert "sign-in" in boss.post("/node", {}, page="/node").text
    assert f"127.0.0.1:{provider.port} answers, 3 keys, PKCE" in boss.post("/node", {}, page="/node").text
    provider.down = True
    assert "got the status 503" in boss.post("/node", {}, page="/node").text
    provider.down = False

"""What the other side delivered, on the page of our request: how far it is, copies of it, and the item that it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builders.browsing import judged
from builders.desk import Served, Visitor, served_on
from builders.exchange import SG
from builders.nodes import opened
from builders.officers import SECRET
from builders.provider import Provider, provider
from comity.accounts import people
from comity.exchange import provider as acts
from comity.exchange.deliverytables import Kept
from comity.exchange.part import MAX_BINARY
from comity.requests.model import Request

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BIG = bytes(range(256)) * 5000


@dataclass
class Office:
    """The desk of the officers, and the street on which SG.orchid delivers to it."""

    street: Provider
    desk: Served

    def accepted(self, *members: str) -> Request:
        """A request that SG.orchid accepted, of which some people know."""
        request = self.street.received("disclose_subscriber")
        self.street.nodes.considered(request)
        acts.accept(self.street.desk(SG), request.id, self.street.nodes.key("receipt", SG))
        self.street.rounds()
        self.know(request, *members)
        return request

    def know(self, request: Request, *members: str) -> None:
        """Let people know of the case of a request."""
        from builders.officers import known

        for name in members:
            known(self.desk, name, request.case)

    def delivered(self, request: Request, *files: Path) -> list[Kept]:
        """Files that SG.orchid delivers; those by address are announced and not fetched yet."""
        made = acts.deliver(self.street.desk(SG), request.id, list(files))
        self.street.work()
        return made


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The desk of VN.a05 with a drafter, a custodian and a releasing officer."""
    folder = tmp_path_factory.mktemp("delivered")
    with opened(folder) as nodes, provider(nodes, folder) as street, served_on(nodes) as desk:
        for name, role in (("lan", "drafter"), ("binh", "custodian"), ("minh", "releaser")):
            desk.person(name, role)
        yield Office(street, desk)


@pytest.fixture(scope="module")
def made(office: Office) -> tuple[Request, list[Kept]]:
    """A request on which two files came whole."""
    request = office.accepted("lan", "binh", "minh")
    files = office.street.file("subscriber.csv", b"name\nMule\n"), office.street.file("log.bin", BIG)
    parts = office.delivered(request, *files)
    office.street.rounds()
    return request, parts


def acquired(visitor: Visitor, request: Request, delivery: str, **said: str) -> int:
    """The form with which a delivery becomes an item; gives the status."""
    here = f"/request/{request.id}"
    form = {"item": "E-1", "why": "the case"} | said
    return visitor.post(f"{here}/delivered/{delivery}/acquire", form, page=here).status_code


def test_files_under_way_are_shown_and_fetched_when_asked(office: Office) -> None:
    """What waits for a later try is fetched at once when a person asks; until then no copy can be had, and who asked is told."""
    request = office.accepted("lan", "binh")
    office.delivered(request, office.street.file("log.bin", BIG))
    lan, here = office.desk.client("lan"), f"/request/{request.id}"
    assert "Files are on their way" in lan.read(here)
    assert lan.get(f"{here}/delivered").text.count("<progress") == 1
    assert "download" not in lan.get(f"{here}/delivered").text
    got = lan.post(f"{here}/fetch", page=here)
    assert got.status_code == 303, got.text
    office.street.rounds()
    assert "all of it is here" in lan.read(here)
    assert "fetch" in lan.read(here)


def test_a_copy_is_what_was_delivered_and_who_took_it_stands_on_the_trail(
    office: Office, made: tuple[Request, list[Kept]]
) -> None:
    """A member whose duty it is gets the very bytes, as a file to be kept; the history and the log name him."""
    _request, parts = made
    lan, here = office.desk.client("lan"), f"/request/{made[0].id}"
    got = lan.get(f"{here}/delivered/{parts[0].part.delivery}/log.bin")
    assert got.content == BIG
    assert got.headers["content-disposition"].startswith("attachment")
    assert re.search(r"Lan took a copy of a delivered file\..*log\.bin", lan.read(here))
    assert "delivery.copied" in office.street.nodes.events()
    office.desk.settled()


def test_a_delivery_becomes_an_item_by_a_button(office: Office, made: tuple[Request, list[Kept]]) -> None:
    """The custodian takes it into evidence; the request's page then shows the item and who holds it, again it is the same item."""
    request, parts = made
    binh, delivery = office.desk.client("binh"), parts[0].part.delivery
    assert acquired(binh, request, delivery, item="E-7") == 303
    assert acquired(binh, request, delivery, item="E-8") == 303
    text = binh.read(f"/request/{request.id}")
    assert "It is the item of evidence E-7, held by Binh (Evidence custodian, VN.a05)." in text
    assert "2 entries of custody" in text
    assert "The chain of custody holds" in binh.read("/item/E-7")
    assert "E-8" not in binh.read("/evidence")


def test_a_custodian_signs_the_seal(office: Office) -> None:
    """Whose key has the role of custody signs the item with its passphrase; another key is refused, and nothing is made."""
    request = office.accepted("binh")
    parts = office.delivered(request, office.street.file("a.txt", b"one"))
    office.street.rounds()
    keys = office.street.nodes.home() / "keys"
    keys.mkdir(exist_ok=True)
    office.street.nodes.key("draft").save(keys / "binh.key", SECRET)
    person = office.desk.person("binh", "custodian")
    holder = next(one.holder for one in office.street.nodes.office().me().keys if "draft" in one.roles)
    people.bind_key(office.desk.crew.staff, office.desk.person("admin"), person.id, "binh.key", holder)
    binh, delivery = office.desk.client("binh"), parts[0].part.delivery
    assert acquired(binh, request, delivery, item="E-9", passphrase=SECRET) == 409
    assert "E-9" not in binh.read("/evidence")


def test_the_word_whether_there_are_data_is_shown(office: Office) -> None:
    """A delivery without a file says whether data exist."""
    request = office.accepted("lan")
    acts.exist(office.street.desk(SG), request.id, exists=False)
    office.street.rounds()
    assert "no data exist" in office.desk.client("lan").read(f"/request/{request.id}")


def test_pieces_of_one_file_are_one_file(office: Office) -> None:
    """A file that came in several messages is one line, and its copy is whole."""
    from comity.exchange.deliveries import Terms

    request, data = office.accepted("lan"), b"y" * (MAX_BINARY + 5)
    file = office.street.file("cut.bin", data)
    made = acts.deliver(office.street.desk(SG), request.id, [file], terms=Terms("", way="binary"))
    office.street.rounds()
    lan = office.desk.client("lan")
    assert lan.get(f"/request/{request.id}").text.count("cut.bin</bdi>") == 1
    assert lan.get(f"/request/{request.id}/delivered/{made[0].part.delivery}/cut.bin").content == data


@pytest.mark.browser
def test_nothing_is_wrong_with_how_deliveries_look(browser: Browser, office: Office) -> None:
    """One under way, one whole, one that is an item: axe finds nothing, small and wide, light and dark."""
    request = office.accepted("binh")
    first = office.delivered(request, office.street.file("a.txt", b"one"))
    office.delivered(request, office.street.file("b.txt", b"two"))
    office.street.rounds()
    assert acquired(office.desk.client("binh"), request, first[0].part.delivery, item="E-20") == 303
    office.delivered(request, office.street.file("log.bin", BIG))
    with office.desk.browser(browser, "binh", "custodian") as page:
        page.goto(f"/request/{request.id}")
        page.route(
            "**/delivered", lambda _: None
        )  # the piece that is asked for every few seconds does not change under the judge
        page.get_by_role("progressbar").wait_for()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for wide in (320, 1440):
            page.set_viewport_size({"width": wide, "height": 800})
            for colours in ("light", "dark"):
                page.emulate_media(color_scheme=colours)
                assert judged(page) == [], (wide, colours)
            assert page.evaluate("document.documentElement.scrollWidth") == wide

"""Where a request begins: at home, for those who may, in their own cases."""

from __future__ import annotations

from builders.desk import Served
from builders.nodes import Nodes
from builders.officers import complete, draft, hidden, known
from builders.world import CASE
from comity.requests.cases import import_case

REFERENCE = str(CASE["reference"])


def imported(nodes: Nodes) -> None:
    """The case of the tests."""
    import_case(nodes.office(), nodes.sheet(CASE))


def test_a_request_begins_at_home_in_the_own_cases(desk: Served) -> None:
    """A drafter chooses one of her cases and comes to what may be asked in it; a case she does not know of is not offered."""
    imported(desk.nodes)
    lan, other = desk.client("lan", "drafter"), desk.client("other", "drafter")
    known(desk, "lan", REFERENCE)
    assert str(CASE["title"]) in lan.read("/")
    assert str(CASE["title"]) not in other.read("/")
    assert lan.get("/begin").headers["location"] == "/cases"
    went = lan.get(f"/begin?case={REFERENCE}").headers["location"]
    assert went == f"/case/{REFERENCE}#ask-title"
    assert other.get(went).status_code == 404


def test_who_may_not_draft_begins_nothing(desk: Served) -> None:
    """A releasing officer of the same case, and an administrator, are offered no request to begin."""
    imported(desk.nodes)
    desk.person("minh", "releaser")
    desk.person("lan", "drafter")
    known(desk, "lan", REFERENCE)
    known(desk, "minh", REFERENCE)
    assert "Begin a request" not in desk.client("minh").read("/")
    assert "Begin a request" not in desk.client("admin").read("/")


def test_a_drafter_without_a_case_is_led_to_open_one(desk: Served) -> None:
    """Who knows of no case yet reads what a request needs, and finds the way to open a case."""
    text = desk.client("new.drafter", "drafter").get("/").text
    assert "A request belongs to a case" in text
    assert 'href="/cases/new"' in text


def test_who_would_go_on_to_sign_stays_while_something_blocks(desk: Served) -> None:
    """An incomplete draft keeps its drafter at the form, with what is missing in the words of the form; a complete one goes on."""
    imported(desk.nodes)
    lan = desk.client("lan", "drafter")
    known(desk, "lan", REFERENCE)
    page = f"/case/{REFERENCE}"
    said = {"measure": "preserve", "to": "SG.orchid", "once": hidden(lan.get(page).text, "once")}
    begun = lan.post(f"/cases/draft/{REFERENCE}", said, page=page).headers["location"]
    form = complete(lan.get(begun).text) | {"measure": "preserve", "to": "SG.orchid", "do": "go"}
    assert lan.post(begun, form, page=begun).headers["location"] == f"{begun}#preflight"
    assert "Choose one under 4, Legal basis, and keep the draft." in lan.read(begun)
    whole = f"/request/{draft(desk, 'lan').id}"
    form = complete(lan.get(f"{whole}/draft").text) | {"measure": "preserve", "to": "SG.orchid", "do": "go"}
    assert lan.post(f"{whole}/draft", form, page=f"{whole}/draft").headers["location"] == whole

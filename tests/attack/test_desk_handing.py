"""Attacks on what a custodian does with evidence by pages: limits, others' items, wrong keys, other duties, numbers that are paths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from builders.desk import Visitor
from builders.exchange import SG, VN
from builders.handing import CASE, Desks
from builders.handing import desks as two_desks
from builders.handover import ITEM
from builders.officers import SECRET
from builders.wire import bound
from comity.evidence.limits import UseLimits

HELD, FREE = f"/item/{ITEM}", "00000000-0000-7000-8000-000000000000"
GIVE = {"to": SG, "why": "Joint case.", "what": "copy", "post": "evidence room"}
KEY = {"passphrase": SECRET}


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """Two desks: at the second is a copy within narrow limits, and one more waits there."""
    with two_desks(tmp_path_factory.mktemp("desks")) as made:
        road = made.road
        _, first = road.hand_over(copy=True, limits=UseLimits(no_onward=True, not_as_evidence=True))
        road.rounds()
        road.accept(first.id)
        road.rounds()
        road.hand_over(copy=True)
        road.rounds()
        yield made


@pytest.fixture(scope="module")
def binh(desks: Desks) -> Visitor:
    """The custodian who knows of the item."""
    return desks.here.client("binh", "custodian")


@pytest.fixture(scope="module")
def wei(desks: Desks) -> Visitor:
    """The custodian who has a copy of it within limits."""
    return desks.there.client("wei", "custodian")


def waits(wei: Visitor) -> str:
    """The address of what waits for Wei's decision."""
    found = re.search(r'href="(/evidence/came/[0-9a-f-]{36})"', wei.get("/evidence/came").text)
    assert found
    return found[1]


def bag(binh: Visitor) -> str:
    """The digest of the item's bag."""
    found = re.search(r'name="bag" value="([0-9a-f]{64})"', binh.get(f"/evidence/files/{ITEM}").text)
    assert found
    return found[1]


def test_limits_that_forbid_onward_are_said_before_and_kept(desks: Desks, wei: Visitor) -> None:
    """What came not to be handed on has no form to do so, says why, and a form of one's own making is refused; so are parts of it."""
    page, before = wei.read(HELD), desks.road.acts(SG)
    assert "It may not go to others. It came with the limit that it is not to be handed on." in page
    assert "Hand over and sign" not in page
    answer = wei.post(f"/evidence/hand-over/{ITEM}", GIVE | KEY | {"to": VN, "post": "fraud desk"}, page=HELD)
    assert answer.status_code == 409
    assert "must not be handed on" in answer.text
    part = {"do": "show", "file": "1", "why": "x", "bag": bag(wei)}
    assert wei.post(f"/evidence/files/{ITEM}", part, page=HELD).status_code == 409
    assert desks.road.acts(SG) == before


def test_limits_that_forbid_a_court_are_kept(wei: Visitor) -> None:
    """What is no evidence is bundled for no court, and the page says so before."""
    assert "It may not go to a court." in wei.read(HELD)
    answer = wei.post(f"/evidence/bundle/{ITEM}", {"language": "en", "why": "x"}, page=HELD)
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (f"/evidence/hand-over/{ITEM}", GIVE),
        (f"/evidence/recall/{ITEM}", {"kind": "recalled", "to": SG, "why": "x"}),
        (f"/evidence/enter/{ITEM}", {"act": "opened"}),
        (f"/evidence/bundle/{ITEM}", {"language": "en", "why": "x"}),
        (f"/evidence/files/{ITEM}", {"do": "show", "file": "1", "why": "x"}),
    ],
)
def test_a_stranger_to_the_case_finds_no_item(desks: Desks, path: str, form: dict[str, str]) -> None:
    """A custodian who does not know of the case is told of no item, whatever he asks for."""
    if "eve" not in desks.here.crew.people:
        bound(desks.here, "eve", "custodian", "custody", VN)
    eve = desks.here.client("eve", "custodian")
    before = desks.road.acts(VN)
    assert eve.post(path, form | KEY, page="/evidence").status_code == 404
    assert eve.get(f"/evidence/files/{ITEM}").status_code == 404
    assert desks.road.acts(VN) == before


@pytest.mark.parametrize("secret", ["", "open barley"])
def test_nothing_goes_without_the_persons_key(desks: Desks, binh: Visitor, secret: str) -> None:
    """With another passphrase, or none, nothing is handed over, entered or sent; what was typed stays, but for the passphrase."""
    before = desks.road.acts(VN)
    answer = binh.post(f"/evidence/hand-over/{ITEM}", GIVE | {"passphrase": secret, "case": "Kept 9"}, page=HELD)
    assert answer.status_code in (422, 429)
    assert "Kept 9" in answer.text
    assert "open barley" not in answer.text
    form = {"kind": "recalled", "to": SG, "why": "x", "passphrase": secret}
    assert binh.post(f"/evidence/recall/{ITEM}", form, page=HELD).status_code in (422, 429)
    assert desks.road.acts(VN) == before


def test_a_key_without_the_role_hands_nothing_over(desks: Desks) -> None:
    """A person whose key has another role in the directory is told so, and hands nothing over."""
    bound(desks.here, "chi", "custodian", "draft", VN)
    desks.here.member("chi", CASE)
    chi, before = desks.here.client("chi", "custodian"), desks.road.acts(VN)
    assert "does not have the role custody" in chi.read(HELD)
    assert chi.post(f"/evidence/hand-over/{ITEM}", GIVE | KEY, page=HELD).status_code in (409, 422)
    assert desks.road.acts(VN) == before


@pytest.mark.parametrize("role", ["drafter", "lawyer", "releaser", "provider"])
def test_who_is_no_custodian_decides_on_nothing_that_came(desks: Desks, wei: Visitor, role: str) -> None:
    """Other roles neither open what came nor take it over, refuse it or confirm a recall, also in the case itself."""
    here, name = waits(wei), f"no.{role}"
    client = desks.there.client(name, role)
    desks.there.member(name, f"{VN}:{CASE}")
    assert client.get(here).status_code == 403
    for path in (f"{here}/accept", f"{here}/refuse", f"/evidence/notices/{FREE}"):
        assert client.post(path, {"why": "x"} | KEY, page="/").status_code == 403, path
    if role != "provider":
        assert "Hand over and sign" not in client.get(HELD).text
        assert client.get(f"/evidence/files/{ITEM}").status_code == 403


@pytest.mark.parametrize(
    "form",
    [
        {"file": "../../node.key"}, {"file": "0"}, {"file": "3"}, {"file": "-1"}, {"file": "1e1"}, {"file": "٢"}, {"file": ""},
        {"elsewhere": "1-99999999"}, {"elsewhere": "2-1"}, {"elsewhere": "../x"}, {"elsewhere": "1-9999999,1-9999999"}, {},
    ],
)  # fmt: skip
def test_a_choice_that_is_no_file_of_the_item_shows_nothing(desks: Desks, binh: Visitor, form: dict[str, Any]) -> None:
    """Paths, numbers of no file, endless spans and nothing at all are refused, and nothing stands in custody."""
    before = desks.road.acts(VN)
    said = {"do": "show", "why": "x", "bag": bag(binh)} | form
    answer = binh.post(f"/evidence/files/{ITEM}", said, page=HELD)
    assert answer.status_code == 422
    assert "zip" not in answer.headers["content-type"]
    assert desks.road.acts(VN) == before


@pytest.mark.parametrize("digest", ["0" * 64, "../..", "x"])
def test_a_bag_of_nobody_shows_nothing(binh: Visitor, digest: str) -> None:
    """A form that names another bag than one of the item is told that there is none."""
    form = {"do": "show", "why": "x", "bag": digest, "file": "1"}
    assert binh.post(f"/evidence/files/{ITEM}", form, page=HELD).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "XX.nobody"}, {"to": VN}, {"to": ""}, {"why": ""}, {"why": "a" * 1001}, {"why": "a\x00b"}, {"days": "0"}, {"days": "9" * 9},
        {"delete_by": "yesterday"}, {"delete_by": "2001-01-01"}, {"case": "\u202e"}, {"post": "another post", "what": "item"},
    ],
)  # fmt: skip
def test_an_order_that_is_not_whole_hands_nothing_over(desks: Desks, binh: Visitor, changes: dict[str, str]) -> None:
    """Another receiver, no purpose, odd texts and days, a post that does not hold the item: told so, and nothing is entered."""
    before = desks.road.acts(VN)
    answer = binh.post(f"/evidence/hand-over/{ITEM}", GIVE | KEY | changes, page=HELD)
    assert answer.status_code in (409, 422)
    assert 'role="alert"' in answer.text
    assert desks.road.acts(VN) == before


@pytest.mark.parametrize(
    "form",
    [
        {"act": "sealed-by-me"}, {"act": ""}, {"act": "clock"}, {"act": "transferred"}, {"act": "opened", "happened": "now"},
        {"act": "opened", "result": "a\x00"}, {"act": "returned", "post": "another post", "why": "x"}, {"act": "acquired"},
        {"act": "destroyed", "why": "x"}, {"act": "recalled"}, {"act": "retention-set"},
    ],
)  # fmt: skip
def test_an_entry_by_hand_is_one_of_those_of_the_form(desks: Desks, binh: Visitor, form: dict[str, str]) -> None:
    """Acts that are the node's own, that another command makes, or that do not fit, are not entered."""
    before = desks.road.acts(VN)
    answer = binh.post(f"/evidence/enter/{ITEM}", {"post": "evidence room"} | form, page=HELD)
    assert answer.status_code in (409, 422)
    assert desks.road.acts(VN) == before


@pytest.mark.parametrize(
    "form", [{"language": "xx", "why": "x"}, {"language": "../en", "why": "x"}, {"language": "en", "why": ""}]
)
def test_a_bundle_in_no_language_or_for_nothing_is_refused(desks: Desks, binh: Visitor, form: dict[str, str]) -> None:
    """A bundle asks for a language of a court and a purpose; what is refused leaves nothing behind."""
    assert binh.post(f"/evidence/bundle/{ITEM}", form, page=HELD).status_code == 422
    assert not list((desks.here.desk.node.settings.home / "files" / "staging").glob("*/*/*"))


def test_markup_in_what_others_say_is_text(desks: Desks, binh: Visitor, wei: Visitor) -> None:
    """A purpose and names full of markup are shown as text at either desk."""
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    form = GIVE | KEY | {"why": evil, "authority": evil, "to_post": evil[:60], "case": evil[:60]}
    assert binh.post(f"/evidence/hand-over/{ITEM}", form, page=HELD).status_code == 303
    desks.road.rounds()
    for client, path in ((binh, HELD), (wei, "/evidence/came"), (wei, waits(wei)), (wei, "/")):
        text = client.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path


def test_an_answer_to_nothing_is_refused(wei: Visitor) -> None:
    """Numbers under which nothing came, and paths, are nobody's."""
    for name in (FREE, "..%2F..", "x"):
        assert wei.get(f"/evidence/came/{name}").status_code == 404
        assert wei.post(f"/evidence/came/{name}/accept", KEY, page="/").status_code == 404
        assert wei.post(f"/evidence/notices/{name}", KEY, page="/").status_code == 404


def test_what_was_called_back_before_can_only_be_refused(desks: Desks, wei: Visitor) -> None:
    """A recall that overtakes the decision is said on the page, and taking over is refused; refusing is not."""
    here = waits(wei)
    desks.road.recall()
    desks.road.rounds()
    assert "it can only be refused" in wei.read(here)
    assert wei.post(f"{here}/accept", KEY, page=here).status_code == 409
    assert wei.post(f"{here}/refuse", KEY | {"why": ""}, page=here).status_code == 422
    assert wei.post(f"{here}/refuse", KEY | {"why": "Called back."}, page=here).status_code == 303
    assert wei.post(f"{here}/accept", KEY, page=here).status_code in (404, 409)

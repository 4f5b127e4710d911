"""What a person signs through the API: sealing to sending, with his own key at the node, and what stays apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders.api import Program, forged, program
from builders.desk import Served, served
from builders.officers import KNOWN, SECRET, draft, known, signer
from comity.accounts.people import grant
from comity.requests.model import Request


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk whose drafter, releaser and confirmer have keys at the node."""
    with served(tmp_path_factory.mktemp("desk"), token_calls=1000) as made:
        yield made


def people(desk: Served) -> tuple[Program, Program]:
    """A program of the drafter and one of the releaser, who both know of the case."""
    for name, role in (("lan", "drafter"), ("minh", "releaser")):
        signer(desk, name, role)
        known(desk, name)
    return program(desk, "lan", "drafter"), program(desk, "minh", "releaser")


def sealed(desk: Served) -> tuple[Program, Program, Request, dict[str, Any]]:
    """A request that the drafter's program sealed."""
    made = draft(desk)
    lan, minh = people(desk)
    seen = lan.get(f"/requests/{made.id}").json()["seen"]
    answer = lan.post(f"/requests/{made.id}/sealing", {"seen": seen, "passphrase": SECRET})
    assert (answer.status_code, answer.json()["state"]) == (200, "sealed"), answer.text
    return lan, minh, made, answer.json()


def test_a_request_is_sealed_released_and_sent(desk: Served) -> None:
    """With the passphrases of two people a draft is sealed and released; it is sent where the directory has an address."""
    lan, minh, made, kept = sealed(desk)
    here = f"/requests/{made.id}"
    opened = {"package": kept["package"], "passphrase": SECRET}
    assert lan.post(f"{here}/release", opened).status_code == 403
    assert minh.post(f"{here}/release", opened).json()["state"] == "released"
    answer = minh.post(f"{here}/sending", {})
    assert (answer.status_code, answer.json().get("field")) == (404, "to"), answer.text  # it has no address there
    assert minh.get(f"{here}/sending").json()["items"] == []


def test_a_request_goes_back_to_its_drafter(desk: Served) -> None:
    """Whoever may release may give a sealed request back with a reason, and its text is on record."""
    lan, minh, made, _kept = sealed(desk)
    here = f"/requests/{made.id}"
    assert lan.post(f"{here}/reopening", {"reason": "x", "passphrase": SECRET}).status_code == 403
    answer = minh.post(f"{here}/reopening", {"reason": "The period is a day too long.", "passphrase": SECRET})
    assert answer.json()["state"] == "draft", answer.text


def test_a_seal_names_what_was_seen(desk: Served) -> None:
    """By ETag or in the body the drafter says what he seals; nothing, or something older, seals nothing."""
    made = draft(desk)
    lan, _minh = people(desk)
    here = f"/requests/{made.id}"
    etag = lan.get(here).headers["etag"]
    body = {"passphrase": SECRET}
    sent = {"if-match": f'"{"0" * 64}"'}
    assert lan.post(f"{here}/sealing", body).status_code == 428
    assert lan.call("POST", f"{here}/sealing", json=body, headers=sent).status_code == 412
    assert lan.post(f"{here}/sealing", body | {"seen": "0" * 64}).status_code == 409
    change = {"fields": {"necessity": "Nobody else has it."}}
    changed = lan.call("PATCH", here, json=change, headers={"if-match": etag})
    assert (changed.status_code, changed.headers["etag"] == etag) == (200, False)
    assert lan.call("PATCH", here, json=change, headers={"if-match": etag}).status_code == 412
    good = {"if-match": changed.headers["etag"]}
    assert lan.call("POST", f"{here}/sealing", json=body, headers=good).json()["state"] == "sealed"


def test_a_request_is_followed_and_files_are_attached(desk: Served) -> None:
    """A released request is followed by one that names its package; a file of the same name takes the former's place."""
    lan, minh, made, kept = sealed(desk)
    minh.post(f"/requests/{made.id}/release", {"package": kept["package"], "passphrase": SECRET})
    answer = lan.post(f"/requests/{made.id}/followers", {"relation": "extends"})
    assert (answer.status_code, answer.json()["measure"]) == (201, "extend_preservation"), answer.text
    here = f"/requests/{answer.json()['id']}"
    for data in (b"first", b"second"):
        assert lan.post(f"{here}/attachments?name=order.txt", data).status_code == 200
    (row,) = lan.get(here).json()["document"]["attachments"]
    assert (row["path"], row["size"]) == ("order.txt", 6)
    assert lan.post(f"{here}/attachments?name=..", b"x").status_code == 422


def test_a_member_brings_in_another_and_carries_the_case_out(desk: Served) -> None:
    """Who knows of a case lets another know, who then reads it; he exports it whole."""
    draft(desk)
    lan, _minh = people(desk)
    other, wanted = program(desk, "thu", "drafter"), desk.person("thu").id
    assert other.get(f"/cases/{KNOWN}").status_code == 404
    said = {"person": wanted, "reason": "Takes over at night."}
    assert lan.post(f"/members?case={KNOWN}", said).status_code == 201
    assert wanted in [one["person"] for one in other.get("/members", case=KNOWN).json()["items"] if one["since"]]
    assert other.get("/export", case=KNOWN).json()["format"] == "comity-case-export/1"
    assert lan.post(f"/members/leaving?case={KNOWN}", said).status_code == 200
    assert other.get(f"/cases/{KNOWN}").status_code == 404


def test_who_drafted_does_not_release_whatever_he_may(tmp_path: Path) -> None:
    """A token of one person with both roles seals and does not release, by passphrase or by a signature."""
    with served(tmp_path) as desk:
        _holds_apart(desk)


def _holds_apart(desk: Served) -> None:
    made = draft(desk)
    people(desk)
    both = program(desk, "lan", "drafter")
    wide = forged(desk, "lan", "drafter")
    seen = both.get(f"/requests/{made.id}").json()["seen"]
    package = both.post(f"/requests/{made.id}/sealing", {"seen": seen, "passphrase": SECRET}).json()["package"]
    opened = {"package": package, "passphrase": SECRET}
    assert wide.post(f"/requests/{made.id}/release", opened).status_code == 403
    admin, person = desk.person("admin"), desk.person("lan")
    grant(desk.crew.staff, admin, person.id, "releaser", "for the test")
    answer = wide.post(f"/requests/{made.id}/release", opened)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:x-comity:not-yours"), answer.text

"""Whoever may not have what was delivered gets none of it, and no name of another delivery or file leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.desk import Served, served_on
from builders.exchange import SG
from builders.nodes import opened
from builders.officers import known
from builders.provider import Provider, provider
from comity.exchange import provider as acts
from comity.requests.model import Request


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Provider, Served, Request, Request]]:
    """Two requests of one case and of none's knowledge but two people's, with a delivery on the first."""
    folder: Path = tmp_path_factory.mktemp("delivered")
    with opened(folder) as nodes, provider(nodes, folder) as street, served_on(nodes) as desk:
        first = street.received("disclose_subscriber")
        nodes.considered(first)
        acts.accept(street.desk(SG), first.id, nodes.key("receipt", SG))
        acts.deliver(street.desk(SG), first.id, [street.file("secret.csv", b"Mule")])
        street.rounds()
        second = street.received("disclose_subscriber")
        for name, role in (("lan", "drafter"), ("minh", "releaser"), ("stranger", "drafter"), ("keeper", "custodian")):
            desk.person(name, role)
        known(desk, "lan")
        known(desk, "minh")
        yield street, desk, first, second


def delivery(street: Provider, request: Request) -> str:
    """The identifier of the delivery on a request."""
    return street.parts(request)[0].part.delivery


def test_files_are_for_members_with_the_duty_alone(place: tuple[Provider, Served, Request, Request]) -> None:
    """A stranger to the case finds no such file; a member without the duty is refused; neither leaves a copy behind."""
    street, desk, first, _ = place
    path = f"/request/{first.id}/delivered/{delivery(street, first)}/secret.csv"
    got = desk.client("lan").get(path)
    assert got.content == b"Mule", got.text[-3000:]
    assert desk.client("stranger").get(path).status_code == 404
    assert desk.client("keeper").get(path).status_code == 404
    assert desk.client("minh").get(path).status_code == 403
    assert desk.visitor().get(path).status_code == 303


def test_a_delivery_is_not_had_by_way_of_another_request(place: tuple[Provider, Served, Request, Request]) -> None:
    """The identifier of a delivery under another request, or a name that leads elsewhere, opens nothing."""
    street, desk, first, second = place
    lan, made = desk.client("lan"), delivery(street, first)
    assert lan.get(f"/request/{second.id}/delivered/{made}/secret.csv").status_code == 404
    for name in ("..%2f..%2fcomity.toml", "SHA256SUMS", "secret.csv%00"):
        assert lan.get(f"/request/{first.id}/delivered/{made}/{name}").status_code == 404, name


def test_who_does_not_keep_evidence_takes_nothing_into_it(place: tuple[Provider, Served, Request, Request]) -> None:
    """A drafter of the case may not make an item; a custodian who is no member finds no such request."""
    street, desk, first, _ = place
    path = f"/request/{first.id}/delivered/{delivery(street, first)}/acquire"
    assert desk.client("lan").post(path, {"item": "E-1", "why": "x"}, page="/account").status_code == 403
    assert desk.client("keeper").post(path, {"item": "E-1", "why": "x"}, page="/account").status_code == 404
    assert not (street.nodes.home() / "evidence").exists()

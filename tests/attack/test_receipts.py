"""Every attack on a receipt is refused by the verifier, the command and the node, at the step that is there for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builders.commands import comity
from builders.nodes import Nodes
from builders.packages import RECEIPT_ID
from builders.receipts import DIGEST, RECEIPT_ATTACKS, SG
from comity.packages.owndirectory import OwnDirectory
from comity.packages.receipt import Expected, verify_receipt
from comity.requests.errors import PackageRefused
from comity.requests.model import Request
from comity.requests.receipts import take
from comity.requests.register import Dossier, show_request

ON_TIME = [name for name in RECEIPT_ATTACKS if name != "slice_expired_when_it_was_signed"]


def test_good_receipt_is_valid(nodes: Nodes) -> None:
    """A receipt as the desk signs it verifies, with and without a directory of one's own."""
    data = nodes.maker.receipt(DIGEST)
    own = OwnDirectory(nodes.world.mirror, nodes.clock.now())
    for expected in (Expected(nodes.world.root, nodes.clock.now(), directory) for directory in (None, own)):
        assert verify_receipt(data, expected).valid


@pytest.mark.parametrize("name", RECEIPT_ATTACKS)
def test_refused(name: str, nodes: Nodes) -> None:
    """The attack is refused at its step; the node refuses to take it in at the same step, and writes nothing down."""
    attack = RECEIPT_ATTACKS[name]
    data = attack.make(nodes.maker).read_bytes()
    own = OwnDirectory(nodes.world.mirror, nodes.clock.now()) if attack.step == "revocation" else None
    result = verify_receipt(data, Expected(nodes.world.root, nodes.clock.now(), own))
    assert (result.valid, result.failed.name if result.failed else "") == (False, attack.step)
    if attack.step == "revocation":
        nodes.update()
    before = nodes.events()
    with pytest.raises(PackageRefused) as caught:
        take(nodes.office(), data)
    assert caught.value.field == attack.step
    assert "receipt.received" not in nodes.events()[len(before) :]


@pytest.mark.parametrize("name", ON_TIME)
def test_command_refuses(name: str, today: Nodes) -> None:
    """The command leaves with 1 and names the step."""
    attack = RECEIPT_ATTACKS[name]
    path, root = attack.make(today.maker), today.folder / "root.json"
    root.write_bytes(today.world.root)
    own = ["--directory", str(today.world.mirror.folder.path)] if attack.step == "revocation" else []
    said = comity("verify", path, "--root", root, *own, "--json")
    assert (said.code, said.data["verdict"], said.data["refused_at"]) == (1, "refused", attack.step)


def brought(nodes: Nodes, data: bytes) -> tuple[int, str]:
    """Give a receipt to the command of VN.a05's node; tells the exit code and the field it complains of."""
    path = nodes.maker.path(".receipt.json")
    path.write_bytes(data)
    said = comity("receive", path, "--home", nodes.home(), "--json")
    return said.code, said.problem.get("field", "") if said.code else ""


def about(request: Request, **changes: str) -> dict[str, Any]:
    """What a receipt says to be about a request."""
    return {"request": request.id, "reference": request.reference} | changes


def seen(nodes: Nodes, request: Request) -> Dossier:
    """The request as VN.a05 has it now."""
    return show_request(nodes.office(), request.id)


def test_receipt_for_a_package_never_sent(today: Nodes) -> None:
    """A well-signed receipt for a package nobody here knows is refused."""
    assert brought(today, today.maker.receipt(DIGEST)) == (1, "package")


def test_receipt_for_another_package_of_the_request(today: Nodes) -> None:
    """A receipt that names our request and another package is refused, and moves nothing."""
    request = today.released()
    assert brought(today, today.maker.receipt(DIGEST, **about(request))) == (1, "package")
    assert seen(today, request).request.state == "released"


def test_receipt_for_another_request_of_the_package(today: Nodes) -> None:
    """A receipt that names our package and another request of ours is refused."""
    one, other = today.released(), today.released()
    assert brought(today, today.maker.receipt(one.package, **about(other))) == (1, "package")


def test_receipt_for_a_package_sent_to_somebody_else(today: Nodes) -> None:
    """The exchange cannot answer what was sent to another party."""
    request = today.released(to="PH.cicc")
    assert brought(today, today.maker.receipt(request.package, **about(request))) == (1, "package")
    assert seen(today, request).answers == []


def test_receipt_addressed_to_another_party(today: Nodes) -> None:
    """A receipt for a package of ours that is addressed to somebody else is refused."""
    request = today.released()
    assert brought(today, today.maker.receipt(request.package, **about(request, to="PH.cicc"))) == (1, "package")


def test_receipt_before_release(today: Nodes) -> None:
    """A receipt for a package that is sealed and not yet released is refused: nobody can have it."""
    request = today.sealed()
    assert brought(today, today.maker.receipt(request.package, **about(request))) == (1, "package")
    assert seen(today, request).request.state == "sealed"


def test_receipt_for_what_was_withdrawn_before_release(today: Nodes) -> None:
    """A receipt for a package that was sealed and withdrawn, and never went out, is refused."""
    request = today.sealed()
    assert comity("request", "withdraw", request.id, "--reason", "Mistake", "--home", today.home()).code == 0
    assert brought(today, today.maker.receipt(request.package, **about(request))) == (1, "package")


def test_receipt_id_used_twice_with_other_content(today: Nodes) -> None:
    """A second receipt under an id already used is refused, and the first one stands."""
    request = today.released()
    assert brought(today, today.maker.receipt(request.package, **about(request))) == (0, "")
    refusal = about(request, state="refused", code="too_broad", reason="No.")
    assert brought(today, today.maker.receipt(request.package, **refusal)) == (1, "id")
    assert [(a.id, a.state) for a in seen(today, request).answers] == [(RECEIPT_ID, "received")]


def test_replayed_receipt_has_one_effect(today: Nodes) -> None:
    """The same receipt again changes nothing: not the state, not the history, not the clocks, not the log."""
    request = today.released()
    data = today.maker.receipt(request.package, **about(request))
    states = []
    for _ in range(2):
        assert brought(today, data) == (0, "")
        states.append((seen(today, request), today.events().count("receipt.received")))
    assert states[0] == states[1]


def test_replayed_old_receipt_does_not_turn_back_the_state(today: Nodes) -> None:
    """After an acceptance, an earlier receipt brought again leaves the request accepted."""
    request = today.released()
    first = today.maker.receipt(request.package, **about(request, at=today.later(minutes=-9)))
    until = today.later(days=90)
    second = about(request, id=RECEIPT_ID[:-1] + "9", state="accepted", preserved_until=until)
    for data in (first, today.maker.receipt(request.package, **second), first):
        assert brought(today, data) == (0, "")
    assert seen(today, request).request.state == "accepted"


def test_code_that_no_vocabulary_knows_is_shown_as_it_is(today: Nodes) -> None:
    """A refusal with a code of its own invention is kept with that code, and does not pass for another one."""
    request = today.released()
    refusal = about(request, state="refused", code="because", reason="No.")
    assert brought(today, today.maker.receipt(request.package, **refusal)) == (0, "")
    assert [(a.state, a.code) for a in seen(today, request).answers] == [("refused", "because")]


@pytest.mark.parametrize("name", ["Legal desk", "  LEGAL-desk.", "Légal  désk"])
def test_refusal_released_by_its_own_signer(name: str, today: Nodes, tmp_path: Path) -> None:
    """However the name is written, the holder of the key cannot release the refusal too; nothing is signed."""
    request = today.received()
    words = ("--state", "refused", "--code", "no_data", "--reason", "None.", "--key", today.key_file("receipt", SG))
    line = ("receipt", request.reference, *words, "--home", today.home(SG), "--out", tmp_path / "r.json", "--json")
    said = comity(*line, "--released-by", name)
    assert (said.code, said.problem["type"]) == (1, "urn:x-comity:one-person")
    said = comity(*line)
    assert (said.code, said.problem["field"]) == (2, "released-by")
    assert not (tmp_path / "r.json").exists()
    assert "receipt.issued" not in today.events(SG)


def test_receipt_of_a_reference_that_leads_outside(today: Nodes, tmp_path: Path) -> None:
    """The receipt on a request whose reference looks like a path is written into the folder named, not beside it."""
    hostile = today.maker.good(today.maker.request(reference="a/../../escaped"))
    out = tmp_path / "out"
    out.mkdir()
    assert comity("receive", hostile, "--home", today.home(SG)).code == 0
    options: list[str | Path] = ["--key", today.key_file("receipt", SG), "--home", today.home(SG), "--out", out]
    said = comity("receipt", "a/../../escaped", "--state", "received", *options, "--json")
    assert (said.code, Path(json.loads(said.out)["file"]).parent) == (0, out)
    assert comity("request", "export", "a/../../escaped", out, "--home", today.home(SG)).code == 0
    assert len(list(out.iterdir())) == 2
    assert not [p for p in tmp_path.rglob("escaped*") if p.parent != out]

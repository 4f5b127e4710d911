"""A request is sealed, released and carried out as one package that anybody can verify."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from builders.nodes import Nodes
from comity.crypto.envelope import load
from comity.crypto.recipient import new_identity, open_file
from comity.kernel.errors import BadInput
from comity.packages.statement import PAYLOAD_TYPE
from comity.packages.verification import Given, verify
from comity.requests.errors import WrongState
from comity.requests.receipts import take
from comity.requests.register import list_due, show_request
from comity.requests.release import export, export_encrypted, release, reopen, seal_request, withdraw


def kept(nodes: Nodes) -> set[str]:
    """The names of kept packages."""
    return {path.name.partition("-")[0] for path in nodes.node().settings.files.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    "measure", ["preserve", "disclose_subscriber", "disclose_traffic", "disclose_content", "disclose_emergency"]
)
def test_what_is_released_verifies(measure: str, nodes: Nodes) -> None:
    """A released request of each measure verifies with every step that applies, its ledger proof among them."""
    request = nodes.released(measure)
    result = verify(nodes.carried(request), Given(root=nodes.world.root, at=nodes.clock.now(), acting_for="SG.orchid"))
    assert result.valid, result.plain()
    status = {step.name: step.status for step in result.steps}
    assert (status["ledger"], status["addressee"], result.digest) == ("ok", "ok", request.package)
    assert len(result.signers) == (3 if measure == "disclose_emergency" else 2)


def test_signatures_stand_in_the_order_of_the_format(nodes: Nodes) -> None:
    """Drafter, releaser, confirmer: so they stand, though the confirmer signed before the releaser."""
    request = nodes.released("disclose_emergency")
    envelope = load(request.envelope.encode(), PAYLOAD_TYPE)
    order = [nodes.key(role).public.keyid for role in ("draft", "release", "emergency")]
    assert [signature.keyid for signature in envelope.signatures] == order


def test_each_step_is_written_down(nodes: Nodes) -> None:
    """Draft, seal, confirmation and release are in the log, and in the history with their people."""
    request = nodes.released("disclose_emergency")
    assert nodes.events()[-4:] == ["request.drafted", "request.sealed", "request.confirmed", "request.released"]
    history = show_request(nodes.office(), request.id).history
    assert [(entry.act, entry.who) for entry in history] == [
        ("draft", ""),
        ("seal", "Officer 1"),
        ("confirm", "Officer 3"),
        ("release", "Officer 2"),
    ]


def test_only_what_is_needed_is_kept(nodes: Nodes) -> None:
    """While sealed the sealed file is kept, once released the package alone, and nothing of what was reopened."""
    request = nodes.sealed()
    assert kept(nodes) == {"sealed"}
    reopen(nodes.office(), request.id, nodes.key("release"), "The period is missing.")
    assert kept(nodes) == set()
    seal_request(nodes.office(), request.id, nodes.key("draft"))
    release(nodes.office(), request.id, nodes.key("release"))
    assert kept(nodes) == {"package"}


def test_reopened_and_sealed_again(nodes: Nodes) -> None:
    """A reopened request has no package; sealed again it has another one, and the reason stands in its history."""
    first = nodes.sealed()
    reopened = reopen(nodes.office(), first.id, nodes.key("release"), "The period is missing.")
    assert (reopened.state, reopened.package, reopened.envelope) == ("draft", "", "")
    nodes.clock.advance(timedelta(days=1))
    again = seal_request(nodes.office(), first.id, nodes.key("draft"))
    assert again.package != first.package
    notes = [entry.note for entry in show_request(nodes.office(), first.id).history]
    assert "The period is missing." in notes


def test_exported_as_often_as_needed(nodes: Nodes, tmp_path: Path) -> None:
    """The package is written under its reference into a folder, or as named; again is no fault; never over another."""
    request = nodes.released()
    (tmp_path / "out").mkdir()
    one = export(nodes.office(), request.reference, tmp_path / "out")
    assert one.name == f"{request.reference}.comity.zip"
    assert export(nodes.office(), request.id, tmp_path / "out") == one
    named = export(nodes.office(), request.id, tmp_path / "other")
    assert named.read_bytes() == one.read_bytes()
    named.write_bytes(b"something else")
    with pytest.raises(BadInput, match="existing file"):
        export(nodes.office(), request.id, named)


def test_exported_to_a_recipient(nodes: Nodes, tmp_path: Path) -> None:
    """An encrypted package opens with the recipient's identity to the package itself."""
    request, identity = nodes.released(), new_identity()
    sealed = export_encrypted(nodes.office(), request.id, tmp_path, [identity.recipient])
    assert sealed.name == f"{request.reference}.comity.zip.age"
    open_file(sealed, tmp_path / "plain", identity)
    assert (tmp_path / "plain").read_bytes() == nodes.carried(request).read_bytes()


def test_an_addressee_without_a_key_cannot_be_encrypted_to(nodes: Nodes, tmp_path: Path) -> None:
    """Where the directory has no encryption key for the addressee, the error says what to do."""
    request = nodes.released()
    with pytest.raises(BadInput, match="no encryption key") as caught:
        export_encrypted(nodes.office(), request.id, tmp_path / "x", ["addressee"])
    assert "recipient" in caught.value.advice
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("how", ["draft", "sealed", "released"])
def test_withdrawn(how: str, nodes: Nodes) -> None:
    """A request can be withdrawn until it is answered with a refusal; its clocks stop, that of secrecy excepted."""
    secrecy = {"reason": "Suspects would flee.", "until": "2027-01-31"}
    reply = {"by": nodes.later(days=3), "reason": "Logs are overwritten."}
    request = getattr(nodes, how)(secrecy=secrecy, reply=reply)
    assert withdraw(nodes.office(), request.id, "Solved.").state == "withdrawn"
    assert [row["kind"] for row in list_due(nodes.office())] == (["secrecy_until"] if how == "released" else [])
    assert nodes.events()[-1] == "request.withdrawn"
    with pytest.raises(WrongState, match="final"):
        withdraw(nodes.office(), request.id, "Again.")


def test_a_refused_request_is_not_withdrawn(nodes: Nodes) -> None:
    """A request that was refused has come to its end."""
    request = nodes.received()
    take(nodes.office(), nodes.answered(request, "refused", code="too_broad", reason="Narrow it."))
    with pytest.raises(WrongState):
        withdraw(nodes.office(), request.id, "x")


def test_released_twice(nodes: Nodes) -> None:
    """A released request is not released again; the error says how to have its package."""
    request = nodes.released()
    with pytest.raises(WrongState) as caught:
        release(nodes.office(), request.id, nodes.key("release"))
    assert "export" in caught.value.advice
    assert nodes.events().count("request.released") == 1


def test_the_log_names_the_package(nodes: Nodes) -> None:
    """The event of a release says which package went to whom, for which measure, by whom."""
    request = nodes.released()
    node = nodes.node()
    with node.store.read() as unit:
        event = json.loads(node.ledger.entry(unit, node.ledger.size(unit) - 1).event)
    facts = {"package": request.package, "to": "SG.orchid", "measure": "preserve", "by": "Officer 2"}
    assert event.items() >= facts.items()

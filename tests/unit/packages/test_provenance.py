"""Who signed is found in the party file, and each key counts only in its role and time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders.nodes import Nodes
from comity.crypto.envelope import Envelope
from comity.packages import statement
from comity.packages.errors import BadProof, BadSigners
from comity.packages.provenance import check_release, require, signer_of_receipt, signers_of_request
from comity.packages.statement import Statement


@pytest.fixture
def stated(nodes: Nodes) -> Statement:
    """A statement of VN.a05, sealed now."""
    said = {"package": "0" * 64, "request": "r", "request_sha256": "1" * 64, "measure": "preserve", "sender": "VN.a05"}
    return Statement(**said, addressee="SG.orchid", sealed_at=nodes.clock.now(), language="en")


def signed(nodes: Nodes, stated: Statement, *roles: str) -> Envelope:
    """A statement signed by the keys of these roles."""
    envelope = stated.envelope()
    for role in roles:
        envelope = envelope.sign(nodes.key(role))
    return envelope


def test_two_people_sign(nodes: Nodes, stated: Statement) -> None:
    """Drafter and releaser are found with their holders and validity."""
    party = nodes.world.party("VN.a05")
    found = signers_of_request(party, signed(nodes, stated, "draft", "release"), stated, attested=False)
    assert [(s.role, s.holder) for s in found] == [("draft", "Officer 1"), ("release", "Officer 2")]
    assert found[0].valid_from < stated.sealed_at < found[0].valid_until


def test_three_people_sign_an_emergency(nodes: Nodes, stated: Statement) -> None:
    """An emergency asks for a third person; two are not enough, and three are too many for anything else."""
    party, emergency = nodes.world.party("VN.a05"), replace(stated, measure="disclose_emergency")
    three, two = ("draft", "release", "emergency"), ("draft", "release")
    assert len(signers_of_request(party, signed(nodes, emergency, *three), emergency, attested=False)) == 3
    for said, roles in ((emergency, two), (stated, three)):
        with pytest.raises(BadSigners, match="signatures, expected"):
            signers_of_request(party, signed(nodes, said, *roles), said, attested=False)


def test_another_statement_under_the_signatures(nodes: Nodes, stated: Statement) -> None:
    """Signatures over another statement do not count."""
    moved = replace(signed(nodes, stated, "draft", "release"), payload=b"{}")
    with pytest.raises(BadSigners, match="did not make"):
        signers_of_request(nodes.world.party("VN.a05"), moved, stated, attested=False)


def test_a_key_counts_in_its_time(nodes: Nodes) -> None:
    """A key counts from the first moment of its validity to the one before the last, and in its own role only."""
    party, keyid = nodes.world.party("VN.a05"), nodes.key("draft").public.keyid
    key = party.require_key(keyid)
    for at in (key.valid_from, key.valid_until - timedelta(seconds=1)):
        assert require(party, keyid, "draft", at=at, attested=False).holder == "Officer 1"
    for at, role in (
        (key.valid_from - timedelta(seconds=1), "draft"),
        (key.valid_until, "draft"),
        (key.valid_from, "release"),
    ):
        with pytest.raises(BadSigners):
            require(party, keyid, role, at=at, attested=False)


@pytest.mark.parametrize(
    ("reason", "attested", "counts"),
    [("left", False, True), ("compromised", True, True), ("compromised", False, False)],
)
def test_a_revoked_key_counts_before(reason: str, attested: bool, counts: bool, nodes: Nodes) -> None:
    """A revoked key counts for what was signed before; a compromised one only where somebody else attests the time."""
    party, keyid = nodes.world.revoke("VN.a05", "draft", reason=reason), nodes.key("draft").public.keyid
    before = nodes.clock.now() - timedelta(seconds=1)
    try:
        require(party, keyid, "draft", at=before, attested=attested)
        found = True
    except BadSigners:
        found = False
    assert found == counts
    with pytest.raises(BadSigners, match="revoked"):
        require(party, keyid, "draft", at=nodes.clock.now(), attested=True)


def test_a_receipt_has_one_signer(nodes: Nodes) -> None:
    """The desk's signature is found; none or two are refused."""
    party, now = nodes.world.party("SG.orchid"), nodes.clock.now()
    envelope = Envelope("t", b"x").sign(nodes.key("receipt", "SG.orchid"))
    assert signer_of_receipt(party, envelope, now).holder == "Legal desk"
    for other in (Envelope("t", b"x"), envelope.sign(nodes.key("node", "SG.orchid"))):
        with pytest.raises(BadSigners, match="signatures, expected"):
            signer_of_receipt(party, other, now)


def test_the_log_holds_the_release(nodes: Nodes) -> None:
    """The proof that travels in a released package is found good, and not for another package."""
    request = nodes.released()
    parts = nodes.maker.parts(nodes.carried(request))
    _, said = statement.load(parts["seal/statement.dsse.json"])
    party = nodes.world.party("VN.a05")
    assert "in the log of VN.a05" in check_release(parts["seal/tlog-proof"], party, said)
    for data, other in ((parts["seal/tlog-proof"], replace(said, package="0" * 64)), (b"no proof", said)):
        with pytest.raises(BadProof):
            check_release(data, party, other)

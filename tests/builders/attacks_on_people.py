"""Attacks on who signs and when: directory slice, signers, time, ledger."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from builders.attack import attack
from builders.directory import build_directory, signers
from builders.packages import Maker
from comity.crypto import envelope as dsse
from comity.crypto.keys import FileSigner
from comity.directory import metadata as tuf
from comity.kernel import canonical
from comity.ledger import merkle, proof
from comity.ledger.model import commitment
from comity.ledger.note import Checkpoint, sign
from comity.packages import statement
from comity.packages.bag import TAG_MANIFEST
from comity.packages.sealing import PROOF, STATEMENT


@attack("directory")
def directory_of_ones_own(maker: Maker) -> Path:
    """A thief makes a whole directory with his own root in which he is VN.a05."""
    folder = maker.path("")
    folder.mkdir()
    thief = build_directory(folder, maker.world.clock, name="thief")
    other = Maker(thief, folder)
    return other.good()


@attack("directory")
def altered_party_file(maker: Maker) -> Path:
    """The sender's party file in the slice was changed to another call-back number."""
    parts = maker.parts()
    name = "seal/role/party.json"
    return maker.pack({**parts, name: parts[name].replace(b"+1 555 0101", b"+1 555 0199")})


@attack("directory")
def party_file_of_another_party(maker: Maker) -> Path:
    """The slice proves another party."""
    role = {f"seal/role/{n}": d for n, d in maker.world.slice("PH.cicc").items()}
    parts = {n: d for n, d in maker.parts().items() if not n.startswith("seal/role/")}
    return maker.pack({**parts, **role})


@attack("directory")
def country_signed_by_one_voucher(maker: Maker) -> Path:
    """The country's metadata carries one voucher's signature only."""
    parts = maker.parts()
    document = json.loads(parts["seal/role/VN.json"])
    document["signatures"] = document["signatures"][:1]
    return maker.pack({**parts, "seal/role/VN.json": canonical.dump(document)})


@attack("directory")
def frozen_directory(maker: Maker) -> Path:
    """A thief holds on to a directory that expired weeks ago."""
    path = maker.good()
    maker.world.clock.advance(timedelta(days=29))
    return path


@attack("directory")
def mixed_directory_versions(maker: Maker) -> Path:
    """The country's metadata is older than the snapshot says."""
    old = maker.world.slice("VN.a05")
    maker.world.revoke("VN.a05", "draft", reason="superseded", invalid_from=maker.now + timedelta(days=1))
    parts = maker.parts()
    return maker.pack({**parts, "seal/role/VN.json": old["VN.json"], "seal/role/party.json": old["party.json"]})


@attack("directory")
def unknown_metadata_in_the_slice(maker: Maker) -> Path:
    """The slice carries a file that the chain does not need."""
    return maker.pack({**maker.parts(), "seal/role/ZZ.json": b"{}"})


@attack("directory")
def missing_snapshot_in_the_slice(maker: Maker) -> Path:
    """The slice leaves out what would show its age."""
    parts = maker.parts()
    del parts["seal/role/snapshot.json"]
    return maker.pack(parts)


@attack("directory")
def country_signed_by_foreign_registry(maker: Maker) -> Path:
    """The registries of another country sign the sender's metadata."""
    parts = maker.parts()
    metadata = tuf.read(parts["seal/role/VN.json"], "targets", file="VN.json")
    metadata.signatures.clear()
    for voucher in maker.world.registries["PH"]:
        tuf.sign(metadata, voucher)
    return maker.pack({**parts, "seal/role/VN.json": tuf.dump(metadata)})


def signed_by(maker: Maker, *people: FileSigner, measure: str = "preserve") -> Path:
    """A package signed by these keys, in this order."""
    return maker.good(maker.request(measure=measure), signers=people)


@attack("signers")
def nobody_released(maker: Maker) -> Path:
    """The drafter's signature stands alone."""
    return signed_by(maker, maker.key("draft"))


@attack("signers")
def drafter_releases_with_a_second_key(maker: Maker) -> Path:
    """One officer holds two keys and signs in both roles."""
    second = maker.new_key("VN.a05", "Officer 1", "release")
    return signed_by(maker, maker.key("draft"), second)


@attack("signers")
def broken_signature(maker: Maker) -> Path:
    """A signature's bytes do not verify."""
    parts = maker.parts()
    document = json.loads(parts[STATEMENT])
    document["signatures"][1]["sig"] = base64.b64encode(bytes(64)).decode()
    return maker.pack({**parts, STATEMENT: canonical.dump(document)})


@attack("signers")
def forged_by_a_thief_with_his_own_keys(maker: Maker) -> Path:
    """A thief signs with keys that the directory does not know."""
    return signed_by(maker, *signers(2))


@attack("signers")
def thief_names_the_officers_key(maker: Maker) -> Path:
    """A thief signs with his own key and writes the officer's key id beside it."""
    parts = maker.parts()
    signed, _ = statement.load(parts[STATEMENT])
    thief = FileSigner.generate()
    forged = [dsse.Signature(s.keyid, thief.sign(signed.message)) for s in signed.signatures]
    return maker.pack(maker.reenveloped(parts, replace(signed, signatures=tuple(forged))))


@attack("signers")
def roles_exchanged(maker: Maker) -> Path:
    """The releaser drafts and the drafter releases."""
    return signed_by(maker, maker.key("release"), maker.key("draft"))


@attack("signers")
def receipt_desk_releases(maker: Maker) -> Path:
    """A post that may only sign receipts releases a request."""
    return signed_by(maker, maker.key("draft"), maker.key("receipt"))


@attack("signers")
def node_key_releases(maker: Maker) -> Path:
    """The machine's own key releases a request."""
    return signed_by(maker, maker.key("draft"), maker.key("node"))


@attack("signers")
def officers_of_another_party(maker: Maker) -> Path:
    """Officers of PH.cicc sign a request of VN.a05."""
    return signed_by(maker, maker.key("draft", "PH.cicc"), maker.key("release", "PH.cicc"))


@attack("signers")
def third_signature_nobody_needs(maker: Maker) -> Path:
    """A signature is added to a request that needs two."""
    return signed_by(maker, maker.key("draft"), maker.key("release"), maker.key("emergency"))


@attack("signers")
def emergency_nobody_confirmed(maker: Maker) -> Path:
    """An emergency request lacks the third person."""
    return signed_by(maker, maker.key("draft"), maker.key("release"), measure="disclose_emergency")


@attack("signers")
def emergency_confirmed_by_its_drafter(maker: Maker) -> Path:
    """The drafter confirms his own emergency with another key."""
    second = maker.new_key("VN.a05", "Officer 1", "emergency")
    return signed_by(maker, maker.key("draft"), maker.key("release"), second, measure="disclose_emergency")


@attack("signers")
def expired_key(maker: Maker) -> Path:
    """A key signs after its validity ended."""
    old = maker.new_key("VN.a05", "Officer 7", "release", since=timedelta(days=-40), days=30)
    return signed_by(maker, maker.key("draft"), old)


@attack("signers")
def key_not_yet_valid(maker: Maker) -> Path:
    """A key signs before its validity begins."""
    early = maker.new_key("VN.a05", "Officer 8", "release", since=timedelta(days=2), days=30)
    return signed_by(maker, maker.key("draft"), early)


@attack("signers")
def revoked_key(maker: Maker) -> Path:
    """A revoked key signs."""
    maker.world.revoke("VN.a05", "release", reason="left")
    return maker.good()


@attack("signers")
def compromised_key_writes_an_earlier_date(maker: Maker) -> Path:
    """A thief with a revoked key dates the seal before the revocation."""
    maker.world.revoke("VN.a05", "release", reason="compromised")
    return maker.good(sealed_at=maker.now - timedelta(days=2))


@attack("time")
def sealed_in_the_future(maker: Maker) -> Path:
    """The seal is dated an hour ahead."""
    return maker.good(sealed_at=maker.now + timedelta(hours=1))


@attack("time")
def sealed_too_long_ago(maker: Maker) -> Path:
    """The seal is older than a month and nobody attests it."""
    return maker.good(sealed_at=maker.now - timedelta(days=31))


def proven(maker: Maker, *, signer: FileSigner | None = None, origin: str = "comity/VN.a05", **event: str) -> bytes:
    """A proof that an event stands in a log of four entries."""
    said = {"type": "request.released", "at": "2026-01-01T00:00:00Z"} | event
    salt = bytes(32)
    leaf = commitment(salt, canonical.dump(said))
    leaves = [leaf, *(merkle.leaf_hash(bytes([i])) for i in range(3))]
    right = merkle.node_hash(leaves[2], leaves[3])
    root = merkle.node_hash(merkle.node_hash(leaves[0], leaves[1]), right)
    note = sign(Checkpoint(origin, 4, root).text, origin, signer or maker.key("node"))
    return proof.Proof(proof.opening(salt, said), 0, (leaves[1], right), note).dump()


def with_proof(maker: Maker, make: Callable[[str], bytes]) -> Path:
    """A package with a proof made for its digest."""
    parts = maker.parts()
    digest = hashlib.sha256(parts[TAG_MANIFEST]).hexdigest()
    return maker.pack({**parts, PROOF: make(digest)})


@attack("ledger")
def proof_of_another_package(maker: Maker) -> Path:
    """The proof shows the release of another package."""
    return with_proof(maker, lambda _: proven(maker, package="0" * 64))


@attack("ledger")
def proof_of_another_event(maker: Maker) -> Path:
    """The proof shows that the request was drafted, not released."""
    return with_proof(maker, lambda digest: proven(maker, package=digest, type="request.drafted"))


@attack("ledger")
def proof_signed_by_another_key(maker: Maker) -> Path:
    """The checkpoint is signed by an officer, not by the node."""
    return with_proof(maker, lambda digest: proven(maker, package=digest, signer=maker.key("draft")))


@attack("ledger")
def proof_of_another_log(maker: Maker) -> Path:
    """The checkpoint is of another party's log."""
    return with_proof(maker, lambda digest: proven(maker, package=digest, origin="comity/PH.cicc"))


@attack("ledger")
def proof_at_another_place(maker: Maker) -> Path:
    """The proof claims another index in the log."""
    return with_proof(maker, lambda digest: proven(maker, package=digest).replace(b"\nindex 0\n", b"\nindex 1\n"))


@attack("ledger")
def proof_with_an_altered_event(maker: Maker) -> Path:
    """The event in the proof was changed."""

    def alter(digest: str) -> bytes:
        data = proven(maker, package="0" * 64)
        line = next(one for one in data.split(b"\n") if one.startswith(b"extra "))
        text = base64.b64decode(line[6:]).replace(b"0" * 64, digest.encode(), 1)
        return data.replace(line, b"extra " + base64.b64encode(text))

    return with_proof(maker, alter)


@attack("ledger")
def proof_that_is_no_proof(maker: Maker) -> Path:
    """The proof is garbage."""
    return with_proof(maker, lambda _: b"c2sp.org/tlog-proof@v1\nindex 0\n\n")

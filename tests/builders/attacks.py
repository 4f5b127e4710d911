"""Attacks on packages: each makes a package that must be refused, and names the step at which it is.

An outsider has no keys: he changes bytes. An insider has keys of one or more officers and signs what he should not.
The same set is given to the command and to the verify page; both must refuse at the same step.
"""

from __future__ import annotations

import base64
import hashlib
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from builders.directory import build_directory, signers
from builders.packages import (
    INFO,
    MANIFEST,
    PDF,
    PROOF,
    REQUEST,
    STATEMENT,
    TAG_MANIFEST,
    TOP,
    Maker,
    Parts,
    manifest,
    rebagged,
)
from comity.crypto import envelope as dsse
from comity.crypto.keys import FileSigner
from comity.directory import metadata as tuf
from comity.kernel import canonical
from comity.ledger import merkle, proof
from comity.ledger.model import commitment
from comity.ledger.note import Checkpoint, sign
from comity.packages import statement
from comity.packages.zipfiles import entry_for

Make = Callable[[Maker], Path]


@dataclass(frozen=True)
class Attack:
    """One attack: how the package is made, and the step that refuses it."""

    step: str
    make: Make
    about: str


ATTACKS: dict[str, Attack] = {}


def attack(step: str) -> Callable[[Make], Make]:
    """Register an attack under its function's name."""

    def register(make: Make) -> Make:
        ATTACKS[make.__name__] = Attack(step, make, (make.__doc__ or "").strip())
        return make

    return register


# --- the container ---------------------------------------------------------------------------------------------------


def rezipped(maker: Maker, change: Callable[[zipfile.ZipFile], None]) -> Path:
    """A good package to which *change* adds something."""
    path = maker.good()
    with zipfile.ZipFile(path, "a") as z:
        change(z)
    return path


def patched(maker: Maker, change: Callable[[bytearray], None]) -> Path:
    """A good package with bytes changed in place."""
    path = maker.good()
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


@attack("container")
def zip_slip_leads_outside(maker: Maker) -> Path:
    """An entry is named so that unpacking writes outside the folder."""
    return maker.pack({**maker.parts(), "../../evil.sh": b"x"})


@attack("container")
def absolute_path_in_the_zip(maker: Maker) -> Path:
    """An entry has an absolute path."""
    return rezipped(maker, lambda z: z.writestr(entry_for("/etc/evil", 1), b"x"))


@attack("container")
def backslash_path_in_the_zip(maker: Maker) -> Path:
    """An entry's name means a folder on one system and a file on another."""
    return maker.pack({**maker.parts(), "data\\evil.txt": b"x"})


@attack("container")
def same_name_twice(maker: Maker) -> Path:
    """Two entries have one name, so that two readers read different requests."""

    def twice(z: zipfile.ZipFile) -> None:
        z.NameToInfo.pop(f"{TOP}/{REQUEST}")
        z.writestr(entry_for(f"{TOP}/{REQUEST}", 2), b"{}")

    return rezipped(maker, twice)


@attack("container")
def same_name_in_another_case(maker: Maker) -> Path:
    """Two names differ only in case."""
    return maker.pack({**maker.parts(), "data/REQUEST.JSON": b"{}"})


@attack("container")
def zip_bomb_in_a_compressed_entry(maker: Maker) -> Path:
    """A small compressed entry unfolds to something huge."""

    def bomb(z: zipfile.ZipFile) -> None:
        z.writestr(f"{TOP}/data/attachments/bomb", bytes(1 << 20), zipfile.ZIP_DEFLATED)

    return rezipped(maker, bomb)


@attack("container")
def overlapping_entries(maker: Maker) -> Path:
    """Two directory entries share the same bytes, so that a small file unfolds to many."""
    path = maker.good()
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack("<HII", data[end + 10 : end + 20])
    first = data[start : start + 46 + int.from_bytes(data[start + 28 : start + 30], "little")]
    copy = first.replace(b"bagit.txt", b"bagit.txu") if b"bagit.txt" in first else first[:-1] + b"~"
    tail = (
        data[:start]
        + data[start:end]
        + copy
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count + 1, count + 1, size + len(copy), start, 0)
    )
    path.write_bytes(tail)
    return path


@attack("container")
def symbolic_link_in_the_zip(maker: Maker) -> Path:
    """An entry is a symbolic link to a file of the reader."""

    def link(z: zipfile.ZipFile) -> None:
        entry = entry_for(f"{TOP}/data/attachments/link", 11)
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        z.writestr(entry, b"/etc/passwd")

    return rezipped(maker, link)


@attack("container")
def folder_entry_in_the_zip(maker: Maker) -> Path:
    """An entry is a folder."""
    return rezipped(maker, lambda z: z.writestr(zipfile.ZipInfo(f"{TOP}/data/empty/", (1980, 1, 1, 0, 0, 0)), b""))


@attack("container")
def name_that_reads_backwards(maker: Maker) -> Path:
    """A name has a character that turns the direction of reading."""
    return maker.pack({**maker.parts(), "data/attachments/order\u202efdp.exe": b"x"})


@attack("container")
def name_with_decomposed_accents(maker: Maker) -> Path:
    """A name is not in Unicode NFC: it looks like another one."""
    return maker.pack({**maker.parts(), "data/attachments/le\u0323nh.pdf": b"x"})


@attack("container")
def local_header_disagrees(maker: Maker) -> Path:
    """A file's own header gives another name than the directory."""

    def rename(data: bytearray) -> None:
        at = data.index(b"bagit.txt")
        data[at : at + 9] = b"bagit.txu"

    return patched(maker, rename)


@attack("container")
def bytes_hidden_before_the_zip(maker: Maker) -> Path:
    """A program stands in front of the zip."""
    path = maker.good()
    path.write_bytes(b"#!/bin/sh\nexit\n" + path.read_bytes())
    return path


@attack("container")
def bytes_hidden_after_the_zip(maker: Maker) -> Path:
    """Something stands behind the zip."""
    path = maker.good()
    path.write_bytes(path.read_bytes() + b"more")
    return path


@attack("container")
def bytes_hidden_between_entries(maker: Maker) -> Path:
    """Something stands between the entries and the directory."""
    path = maker.good()
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    moved = data[end : end + 16] + struct.pack("<I", start + 6) + data[end + 20 :]
    path.write_bytes(data[:start] + b"hidden" + data[start:end] + moved)
    return path


@attack("container")
def comment_in_the_zip(maker: Maker) -> Path:
    """The zip has a comment."""

    def comment(z: zipfile.ZipFile) -> None:
        z.comment = b"read me"

    return rezipped(maker, comment)


@attack("container")
def entry_marked_encrypted(maker: Maker) -> Path:
    """An entry claims to be encrypted."""

    def mark(data: bytearray) -> None:
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1

    return patched(maker, mark)


@attack("container")
def two_top_folders(maker: Maker) -> Path:
    """The zip holds two packages."""
    return rezipped(maker, lambda z: z.writestr(entry_for("another/bagit.txt", 1), b"x"))


@attack("container")
def cut_short(maker: Maker) -> Path:
    """The last bytes are missing."""
    path = maker.good()
    path.write_bytes(path.read_bytes()[:-30])
    return path


@attack("container")
def not_a_package_at_all(maker: Maker) -> Path:
    """The file is something else."""
    path = maker.path()
    path.write_bytes(b"%PDF-1.7 request for disclosure\n" * 10)
    return path


@attack("container")
def empty_file(maker: Maker) -> Path:
    """The file is empty."""
    path = maker.path()
    path.write_bytes(b"")
    return path


@attack("bag")
def bit_flipped_in_transit(maker: Maker) -> Path:
    """One bit of the request flipped; the zip's own check sum catches it."""

    def flip(data: bytearray) -> None:
        data[data.index(b'"comity-request/1"') + 3] ^= 1

    return patched(maker, flip)


# --- the bag ---------------------------------------------------------------------------------------------------------


@attack("bag")
def altered_attachment(maker: Maker) -> Path:
    """A court order was exchanged after signing."""
    parts = maker.parts(maker.good(attachments={"order.pdf": b"order for one account"}))
    return maker.pack({**parts, "data/attachments/order.pdf": b"order for any account"})


@attack("bag")
def added_file(maker: Maker) -> Path:
    """A file was added after signing."""
    return maker.pack({**maker.parts(), "data/attachments/more.txt": b"and everything else"})


@attack("bag")
def missing_file(maker: Maker) -> Path:
    """A listed file was taken out."""
    parts = maker.parts()
    del parts[PDF]
    return maker.pack(parts)


@attack("bag")
def altered_manifest(maker: Maker) -> Path:
    """A file and its line in the manifest were changed, not the tag manifest."""
    parts = maker.parts()
    parts[REQUEST] = parts[REQUEST].replace(b"mule@example.org", b"moll@example.org")
    payload = {name: data for name, data in parts.items() if name.startswith("data/")}
    return maker.pack({**parts, MANIFEST: manifest(payload)})


@attack("bag")
def second_manifest_with_a_weak_hash(maker: Maker) -> Path:
    """A manifest of a weaker algorithm was added."""
    return maker.pack({**maker.parts(), "manifest-md5.txt": b"d41d8cd98f00b204e9800998ecf8427e  data/request.json\n"})


@attack("bag")
def fetch_file_points_elsewhere(maker: Maker) -> Path:
    """The bag says that a file is to be fetched from somewhere."""
    return maker.pack({**maker.parts(), "fetch.txt": b"http://192.0.2.1/x 1 data/x\n"})


@attack("bag")
def file_beside_the_bag(maker: Maker) -> Path:
    """A file stands beside the payload, covered by nothing."""
    return maker.pack({**maker.parts(), "README.txt": b"pay to this account"})


@attack("bag")
def newer_format(maker: Maker) -> Path:
    """The package says it has a format of the future."""
    return maker.pack(rebagged(maker.parts(), {"Comity-Format": "comity-package/2"}))


@attack("bag")
def wrong_number_of_bytes(maker: Maker) -> Path:
    """The bag states another number of bytes than it holds."""
    return maker.pack(rebagged(maker.parts(), {"Payload-Oxum": "1.2"}))


@attack("bag")
def unsorted_manifest_with_a_name_twice(maker: Maker) -> Path:
    """The manifest lists a file twice, with two hashes."""
    parts = maker.parts()
    line = f"{hashlib.sha256(b'').hexdigest()}  {PDF}\n".encode()
    parts[MANIFEST] += line
    tags = {name: parts[name] for name in ("bagit.txt", INFO, MANIFEST)}
    return maker.pack({**parts, TAG_MANIFEST: manifest(tags)})


# --- the seal and the statement ----------------------------------------------------------------------------------------


@attack("seal")
def unknown_file_in_the_seal(maker: Maker) -> Path:
    """Something nobody can check stands in seal/."""
    return maker.pack({**maker.parts(), "seal/approved.txt": b"approved"})


@attack("seal")
def missing_statement(maker: Maker) -> Path:
    """Nobody signed."""
    parts = maker.parts()
    del parts[STATEMENT]
    return maker.pack(parts)


@attack("seal")
def missing_role_proof(maker: Maker) -> Path:
    """Nothing proves who the signers are."""
    return maker.pack({n: d for n, d in maker.parts().items() if not n.startswith("seal/role/")})


@attack("statement")
def altered_request_and_all_manifests(maker: Maker) -> Path:
    """The request and every manifest were changed; the signatures still cover the old package."""
    parts = maker.parts()
    parts[REQUEST] = parts[REQUEST].replace(b"mule@example.org", b"moll@example.org")
    return maker.pack(rebagged(parts))


@attack("statement")
def altered_bag_info(maker: Maker) -> Path:
    """The stated sender was changed in the bag's description."""
    return maker.pack(rebagged(maker.parts(), {"Source-Organization": "PH.cicc"}))


@attack("statement")
def statement_of_another_package(maker: Maker) -> Path:
    """The signed statement was taken from another package of the same sender."""
    other = maker.parts(maker.good(maker.request(use_limits="For this case only.")))
    return maker.pack({**maker.parts(), STATEMENT: other[STATEMENT]})


@attack("statement")
def payload_type_exchanged(maker: Maker) -> Path:
    """The envelope claims to carry something else than a statement."""
    parts = maker.parts()
    document = json.loads(parts[STATEMENT]) | {"payloadType": "application/json"}
    return maker.pack({**parts, STATEMENT: canonical.dump(document)})


@attack("statement")
def payload_that_no_signature_covers(maker: Maker) -> Path:
    """The envelope has a second payload beside the signed one."""
    parts = maker.parts()
    document = json.loads(parts[STATEMENT]) | {"payload2": "e30="}
    return maker.pack({**parts, STATEMENT: canonical.dump(document)})


@attack("statement")
def same_signature_twice(maker: Maker) -> Path:
    """One signature stands for two people."""
    parts = maker.parts()
    document = json.loads(parts[STATEMENT])
    document["signatures"][1] = document["signatures"][0]
    return maker.pack({**parts, STATEMENT: canonical.dump(document)})


@attack("statement")
def statement_in_another_spelling(maker: Maker) -> Path:
    """The envelope is the same JSON in another form."""
    parts = maker.parts()
    return maker.pack({**parts, STATEMENT: json.dumps(json.loads(parts[STATEMENT]), indent=1).encode()})


@attack("statement")
def statement_of_a_newer_kind(maker: Maker) -> Path:
    """The statement is of a kind this verifier does not know."""
    parts = maker.parts()
    signed, _ = statement.load(parts[STATEMENT])
    payload = signed.payload.replace(b"urn:x-comity:release:1", b"urn:x-comity:release:2")
    changed = dsse.Envelope(signed.payload_type, payload).sign(maker.key("draft")).sign(maker.key("release"))
    return maker.pack(maker.reenveloped(parts, changed))


# --- the request, its attachments, its print ---------------------------------------------------------------------------


@attack("request")
def request_in_another_spelling(maker: Maker) -> Path:
    """Insiders sign a request that is not canonical JSON."""
    parts = maker.parts()
    parts[REQUEST] = json.dumps(json.loads(parts[REQUEST])).encode()
    return maker.pack(maker.resigned(parts))


@attack("request")
def field_twice_in_the_request(maker: Maker) -> Path:
    """Insiders sign a request in which a name stands twice."""
    parts = maker.parts()
    parts[REQUEST] = parts[REQUEST].replace(b'{"basis"', b'{"exercise":true,"basis"', 1)
    return maker.pack(maker.resigned(parts))


@attack("request")
def unknown_field_in_the_request(maker: Maker) -> Path:
    """Insiders sign a request with a field that no reader shows."""
    return maker.pack(maker.resigned(_with(maker, hidden="also disclose all other accounts")))


@attack("request")
def text_that_reads_backwards(maker: Maker) -> Path:
    """Insiders sign a text with a character that turns the direction of reading."""
    return maker.pack(maker.resigned(_with(maker, use_limits="only \u202e for one case")))


@attack("request")
def statement_names_another_addressee(maker: Maker) -> Path:
    """Insiders sign a statement that names another addressee than the request."""
    return maker.pack(maker.resigned(maker.parts(), say={"addressee": "PH.cicc"}))


@attack("request")
def bag_names_another_sender(maker: Maker) -> Path:
    """Insiders seal a bag that names another sender than the statement."""
    return maker.pack(maker.resigned(maker.parts(), info={"Source-Organization": "PH.cicc"}))


@attack("request")
def statement_of_another_measure(maker: Maker) -> Path:
    """Insiders sign a milder measure than the request asks for."""
    return maker.pack(maker.resigned(maker.parts(), say={"measure": "disclose_subscriber"}))


@attack("attachments")
def attachment_nobody_listed(maker: Maker) -> Path:
    """Insiders seal a file that the request does not name."""
    return maker.pack(maker.resigned({**maker.parts(), "data/attachments/extra.pdf": b"extra"}))


@attack("attachments")
def hi1_message_that_nothing_compares(maker: Maker) -> Path:
    """Insiders seal a TS 103 120 message, which may say something else than the request."""
    return maker.pack(
        maker.resigned({**maker.parts(), "data/hi1.xml": b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///'>]><x>&e;</x>"})
    )


@attack("attachments")
def listed_attachment_is_not_there(maker: Maker) -> Path:
    """Insiders seal a request that names an order which is not enclosed."""
    row = {"path": "order.pdf", "size": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
    return maker.pack(maker.restated(maker.request(attachments=[row])))


@attack("document")
def print_says_something_else(maker: Maker) -> Path:
    """Insiders seal a PDF printed from another request: people read one thing, machines another."""
    parts = maker.parts()
    other = maker.parts(maker.good(maker.request(use_limits="None.")))
    return maker.pack(maker.resigned({**parts, PDF: other[PDF]}))


@attack("document")
def print_is_no_pdf(maker: Maker) -> Path:
    """Insiders seal something that is no PDF."""
    return maker.pack(maker.resigned({**maker.parts(), PDF: b"MZ\x90 not a document"}))


@attack("document")
def print_with_something_behind_it(maker: Maker) -> Path:
    """Insiders seal a PDF with an update appended that replaces what is seen."""
    parts = maker.parts()
    return maker.pack(maker.resigned({**parts, PDF: parts[PDF] + b"\n1 0 obj\n<<>>\nendobj\n"}))


# --- the directory slice -----------------------------------------------------------------------------------------------


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


# --- the signers -------------------------------------------------------------------------------------------------------


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


# --- time, ledger ------------------------------------------------------------------------------------------------------


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


def _with(maker: Maker, **fields: str) -> Parts:
    """Parts of a package whose request has more fields, in canonical form."""
    parts = maker.parts()
    parts[REQUEST] = canonical.dump({**json.loads(parts[REQUEST]), **fields})
    return parts

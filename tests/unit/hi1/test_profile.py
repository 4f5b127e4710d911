"""Our profile: dictionaries, required members, formats of identifiers, reasons and states, and that they fit each other."""

from __future__ import annotations

import contextlib
import dataclasses
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from builders.hi1 import entry, preservation, request
from comity.hi1 import codec, profile, states
from comity.hi1.errors import BadMessage
from comity.hi1.formats import formats
from comity.hi1.model import Thing, Version
from comity.hi1.schema import tables
from comity.hi1.vocabulary import OWNER, fault, label, load, values
from comity.hi1.vocabulary import entry as checked
from comity.identifiers.kinds import kinds, normalise
from comity.identifiers.model import Identifier

TREATY = {"AuthorisationLegalType": entry("Treaty", "AuthorisationLegalType", OWNER)}
SAMPLES = [
    ("phone", "+1 202 555 0143", {}),
    ("email", "Name@Example.ORG", {}),
    ("email", "tên@bücher.example", {}),
    ("email", "name@example.org", {"platform": "forum.example"}),
    ("ip", "192.0.2.1", {}),
    ("ip", "192.0.2.1:50123", {}),
    ("ip", "2001:db8::1", {}),
    ("ip", "[2001:db8::1]:443", {}),
    ("domain", "bücher.example", {}),
    ("url", "https://bücher.example/ä?x=1#f", {}),
    ("iban", "GB82 WEST 1234 5698 7654 32", {}),
    ("wallet", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", {"chain": "eip155:137"}),
    ("wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", {}),
    ("handle", "@some.name", {"platform": "telegram"}),
    ("handle", "a:b@c|d", {"platform": "x.com"}),
    ("hash", "d41d8cd98f00b204e9800998ecf8427e", {}),
]


def wire(owner: str, name: str, text: str) -> dict[str, Any]:
    """Make one RequestValue."""
    return {"FormatType": {"FormatOwner": owner, "FormatName": name}, "Value": text}


@pytest.mark.parametrize(("kind", "text", "hints"), SAMPLES)
def test_an_identifier_travels_and_comes_back(kind: str, text: str, hints: dict[str, str]) -> None:
    """An identifier is the same after a journey, in a format whose form it has, in a message ETSI's tables allow."""
    identifier = normalise(kind, text, **hints)  # type: ignore[arg-type]  # hints are texts here
    written = profile.to_wire(identifier)
    read = profile.from_wire(written)
    assert dataclasses.replace(read, original="") == dataclasses.replace(identifier, original="")
    assert profile.to_wire(identifier.as_target("holder")) == written
    details = {"RequestDetails": {"RequestValues": {"RequestValue": written}}}
    assert codec.read(codec.write(request(preservation(**details)), "xml")).is_request


def test_every_kind_of_identifier_has_a_format() -> None:
    """The example of each kind can be written; each format of ours has a form, each of ETSI's is a type of TS 103 280."""
    for name, kind in kinds().items():
        assert profile.to_wire(normalise(name, kind.example, platform=kind.platform))
    for one in formats():
        assert one.regex
        assert one.owner == OWNER or f"etsi280:{one.name}" in tables().values
        assert not one.kind or one.kind in kinds()


@pytest.mark.parametrize(
    ("owner", "name", "text", "expected"),
    [
        ("ETSI", "InternationalE164", "12025550143", "+12025550143"),
        ("ETSI", "IPv6Address", "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        (OWNER, "CryptoAddress", "eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        (OWNER, "Handle", "telegram/some.name", "some.name"),
    ],
)  # fmt: skip
def test_a_value_of_the_wire_is_read(owner: str, name: str, text: str, expected: str) -> None:
    """Wire forms differ from ours and mean the same."""
    assert profile.from_wire([wire(owner, name, text)]).value == expected


@pytest.mark.parametrize(
    ("owner", "name", "text", "code"),
    [
        ("ETSI", "InternationalE164", "+12025550143", 3007),
        ("ETSI", "InternationalE164", "1", 3007),
        ("ETSI", "IPv6Address", "2001:db8::1", 3007),
        ("ETSI", "IPv4Address", "192.0.2.01", 3007),
        ("ETSI", "EmailAddress", "name@EXAMPLE.org", 3007),
        ("ETSI", "InternationalizedEmailAddress", "name@example.org", 3007),
        ("ETSI", "IMSI", "001010123456789", 3001),
        (OWNER, "IPPort", "192.0.2.1:99999", 3007),
        (OWNER, "Domain", "Example.org", 3007),
        (OWNER, "IBAN", "GB82WEST12345698765433", 3007),
        (OWNER, "CryptoAddress", "eip155:1:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", 3007),
        (OWNER, "CryptoTransaction", "eip155:1:0x" + "0" * 64, 3001),
        (OWNER, "Handle", "Telegram/some.name", 3007),
        (OWNER, "Platform", "telegram", 3001),
        ("XX", "Anything", "x", 3001),
    ],
)
def test_a_value_in_another_form_is_refused(owner: str, name: str, text: str, code: int) -> None:
    """What is not in its one form, or of no format that names an identifier, is refused."""
    with pytest.raises(BadMessage) as e:
        profile.from_wire([wire(owner, name, text)])
    assert e.value.code == code


def test_more_than_one_value_of_a_target_is_refused() -> None:
    """A second value can only be the platform of the first."""
    one = wire("ETSI", "IPv4Address", "192.0.2.1")
    for bad in ([], [one, one], [one, one, one]):
        with pytest.raises(BadMessage):
            profile.from_wire(bad)


@given(st.sampled_from(formats()), st.text(max_size=60))
def test_reading_a_value_gives_an_identifier_or_our_error(one: profile.Format, text: str) -> None:
    """Whatever stands in a value, reading gives an identifier that writes back the same, or `BadMessage`."""
    value = wire(one.owner, one.name, text)
    try:
        identifier = profile.from_wire([value])
    except BadMessage:
        return
    assert isinstance(identifier, Identifier)
    assert profile.to_wire(identifier) == [value]


@given(st.sampled_from([f for f in formats() if f.kind]), st.data())
def test_a_value_of_the_right_form_gives_an_identifier_or_our_error(one: profile.Format, data: st.DataObject) -> None:
    """The same for values that have the format's form."""
    value = wire(one.owner, one.name, data.draw(st.from_regex(one.regex, fullmatch=True)))
    with contextlib.suppress(BadMessage):
        assert profile.to_wire(profile.from_wire([value])) == [value]


def test_a_preservation_task_lacks_what_the_profile_wants() -> None:
    """What is missing is named by its path with what it is for."""
    found = dict(profile.missing(preservation(), "CREATE"))
    assert set(found) == {"CountryCode", "OwnerIdentifier", "AssociatedObjects/AssociatedObject", "CSPID"}
    assert found["CSPID"] == "who is to act"
    whole = preservation(
        CountryCode="XA",
        OwnerIdentifier="a01",
        AssociatedObjects={"AssociatedObject": [preservation().id]},
        CSPID={"CountryCode": "XB", "UniqueIdentifier": "csp01"},
    )
    assert profile.missing(whole, "CREATE") == ()
    assert [path for path, _ in profile.missing(whole, "UPDATE")] == []
    profile.require(whole, "CREATE")
    with pytest.raises(BadMessage) as e:
        profile.require(preservation(), "CREATE")
    assert (e.value.code, e.value.field) == (3005, "CountryCode")


def test_what_is_missing_in_the_items_of_a_list_is_named_by_its_number() -> None:
    """Each item of a list is looked into; an empty text or an empty list counts as missing."""
    approvals = [{"ApprovalType": "Drafted"}, {"ApprovalType": ""}]
    thing = Thing("AuthorisationObject", preservation().id, {"AuthorisationApprovalDetails": approvals})
    found = dict(profile.missing(thing, "CREATE"))
    assert "AuthorisationApprovalDetails/1/ApprovalType" in found
    assert "AuthorisationApprovalDetails/0/ApprovalType" not in found
    assert "AuthorisationApprovalDetails/0/ApproverDetails/ApproverName" in found
    empty = Thing("DocumentObject", thing.id, {"AssociatedObjects": {"AssociatedObject": []}})
    assert "AssociatedObjects/AssociatedObject" in dict(profile.missing(empty, "CREATE"))


def test_what_is_wanted_depends_on_the_legal_basis() -> None:
    """A treaty needs its instrument and article, voluntary help a reason."""
    thing = Thing("AuthorisationObject", preservation().id, TREATY)
    assert "AuthorisationJurisdiction" in dict(profile.missing(thing, "CREATE"))
    assert "AuthorisationManualInformation" not in dict(profile.missing(thing, "CREATE"))
    assert "AuthorisationManualInformation" in dict(profile.missing(thing, "CREATE", "Voluntary"))


def test_every_required_path_names_members_of_the_tables() -> None:
    """The required-field table and the states speak of objects and members that ETSI's tables have."""
    for row in load("profile")["required"]:
        for path in row["fields"]:
            type_name = next(n for n, t in tables().types.items() if t.name == row["object"])
            for name in path.split("/"):
                one = tables().types[type_name]
                type_name = next(m.type for group in one.groups for m in group if m.name == name)
        assert set(row.get("basis", ())) <= set(values("AuthorisationLegalType", OWNER))
    for name, row in load("states").items():
        for which in ("status", "desired"):
            assert row[which]["member"] in tables().objects[name].names
            assert values(row[which]["dictionary"])


def test_every_state_is_one_of_etsis() -> None:
    """The states are exactly those of ETSI's dictionaries, each arrow goes to one of them, and each can be reached."""
    for name, row in load("states").items():
        known = set(values(row["status"]["dictionary"]))
        assert set(row["follows"]) == known
        reached = set(row["first"])
        for _ in known:
            reached |= {new for status in reached for new in row["follows"][status]}
        assert reached == known, name


def test_a_step_that_is_not_allowed_is_refused() -> None:
    """A closed object takes no step (3012), an open one only those that may follow (3008)."""
    assert states.allowed("LPTaskObject", "", "AwaitingPreservation")
    assert not states.allowed("LPTaskObject", "", "Preserved")
    assert states.allowed("LPTaskObject", "Preserved", "Preserved")
    assert states.closed("LDTaskObject", "Disclosed")
    assert not states.closed("LDTaskObject", "Error")
    assert not states.allowed("NotificationObject", "", "Approved")
    assert states.statuses("NotificationObject") == ()
    states.require("LDTaskObject", "AwaitingDisclosure", "Disclosed")
    for status, new, code in (
        ("Disclosed", "Cancelled", 3012),
        ("AwaitingApproval", "Disclosed", 3008),
        ("", "Disclosed", 3008),
    ):
        with pytest.raises(BadMessage) as e:
            states.require("LDTaskObject", status, new)
        assert e.value.code == code


def test_a_basis_has_a_legal_type() -> None:
    """The kind gives it, an article of the Convention a more exact one."""
    assert profile.legal_type("treaty") == "Treaty"
    assert profile.legal_type("treaty", "UN Convention against Cybercrime", "Article 42") == "HanoiConvention42"
    assert profile.legal_type("treaty", "UN Convention against Cybercrime", "Article 35") == "Treaty"
    assert profile.legal_type("treaty", "Convention on Cybercrime", "Article 29") == "Treaty"
    assert profile.legal_type("voluntary", "", "Article 42") == "Voluntary"
    with pytest.raises(BadMessage):
        profile.legal_type("favour")
    types = values("AuthorisationLegalType", OWNER)
    rows = load("profile")
    assert {*rows["legal_types"].values(), *rows["convention"]["articles"].values()} <= set(types)


def test_reasons_cover_the_codes_of_receipts() -> None:
    """Each code of a receipt has a number of ours and back; none is within ETSI's range, none stands twice."""
    source = files("comity.requests").joinpath("data", "codes.yaml").read_text("utf-8")
    codes = yaml.safe_load(source)
    numbers = []
    for family, words in load("profile")["reasons"].items():
        assert set(words) == set(codes[family])
        for word, row in words.items():
            numbers.append(row["code"])
            assert profile.reason(word)["ErrorCode"] == row["code"]
            assert profile.code_of(row["code"]) == word
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) > 9000
    assert profile.reason("no_data", "since 2020")["ErrorDescription"].endswith("held for it: since 2020")
    assert profile.code_of(3007) == ""
    with pytest.raises(BadMessage):
        profile.reason("because")


def test_flags_say_emergency_and_exercise() -> None:
    """An authorisation and a disclosure task carry flags; a preservation task has none."""
    for kind, wrapper, name in (
        ("AuthorisationObject", "AuthorisationFlags", "AuthorisationFlag"),
        ("LDTaskObject", "Flags", "LDTaskFlag"),
    ):
        thing = Thing(kind, preservation().id, {wrapper: {name: [entry("IsEmergency", name)]}})
        assert profile.emergency(thing)
        assert not profile.is_test(thing)
        assert not profile.emergency(Thing(kind, thing.id))
    assert not profile.emergency(preservation())


def test_subtypes_are_tagged_and_the_dictionaries_agree() -> None:
    """Each request subtype is subscriber, traffic or content data; what the profile names is in the dictionaries."""
    rows = load("profile")
    for data, names in rows["subtypes"].items():
        assert all(profile.data_of(name) == data for name in names)
        assert rows["request_types"][data] in values("RequestType")
    tagged = {name for names in rows["subtypes"].values() for name in names}
    assert tagged == set(values("LDRequestSubtype", OWNER)) == set(values("LPRequestSubtype", OWNER))
    assert set(rows["deadlines"]["natures"]) == set(values("LDNatureOfDeadline", OWNER))
    assert rows["delivery"]["encryption"] in values("EncryptionScheme", OWNER)
    assert {rows["secrecy"]["until"], rows["secrecy"]["reason"]} <= set(values("DocumentProperty", OWNER))
    with pytest.raises(BadMessage):
        profile.data_of("Everything")


def test_the_profile_is_the_one_that_headers_name() -> None:
    """Owner and version of the profile stand in every header that we write."""
    assert (load("profile")["owner"], load("profile")["version"]) == (OWNER, profile.VERSION)
    assert Version().owner == OWNER


def test_a_dictionary_entry_is_checked_and_a_fault_says_its_place() -> None:
    """A value that is in no dictionary is not written; an error becomes an answer with its code and label."""
    assert checked("RequestType", "TrafficData") == entry("TrafficData", "RequestType")
    with pytest.raises(BadMessage) as e:
        checked("RequestType", "Everything")
    assert fault(e.value).code == 3009
    assert set(load("errors")) == set(range(3000, 3023))
    assert label(3022) == "The message is too large"
    assert label(1) == "An error"
    assert fault(BadMessage("got a, expected b", code=3007, field="Header")).text == "Header: got a, expected b"

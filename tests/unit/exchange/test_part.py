"""One part of a delivery as an HI-1 object: written, read, and read from whatever a stranger writes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.exchange.part import BINARY, EXISTENCE, MAX_BINARY, MAX_PARTS, URL, Part, read_part, safe_name, thing
from comity.hi1 import codec
from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Encoding, Endpoint, Header, Message, Thing

AT = datetime(2026, 11, 25, 3, tzinfo=UTC)
HEADER = Header(
    sender=Endpoint("SG", "orchid"), receiver=Endpoint("VN", "a05"), at=AT,
    transaction="64cd73e1-a438-4d47-9cfb-cead9125a502",
)  # fmt: skip
NAMES = st.text(st.sampled_from("abcXYZ019 ._-éß語"), min_size=1, max_size=60).filter(safe_name)
IDS = st.uuids(version=4).map(str)


@st.composite
def parts(draw: st.DrawFn) -> tuple[Part, bytes]:
    """Any part that a provider may write, with its bytes."""
    way, data = draw(st.sampled_from([BINARY, URL, EXISTENCE])), draw(st.binary(max_size=300))
    common: dict[str, Any] = {
        "id": draw(IDS), "delivery": draw(IDS), "task": draw(IDS), "sequence": draw(st.integers(1, MAX_PARTS)),
        "last": draw(st.booleans()), "way": way, "sealed": draw(st.booleans()),
        "reference": draw(st.sampled_from(["", "VN-a05-0001"])),
    }  # fmt: skip
    if way == EXISTENCE:
        return Part(**common, exists=draw(st.booleans())), b""
    digest = hashlib.sha256(data).hexdigest()
    about: dict[str, Any] = {"name": draw(NAMES), "type": "text/plain", "size": len(data), "sha256": digest}
    if way == BINARY:
        return Part(**common, **about), data
    url = "https://orchid.example.org/hi1/files/" + draw(st.text("abcXYZ019_-", min_size=16, max_size=43))
    return Part(**common, **about, url=url, expires=AT), b""


@pytest.mark.parametrize("encoding", ["xml", "json"])
@given(made=parts())
def test_what_is_written_is_read(encoding: Encoding, made: tuple[Part, bytes]) -> None:
    """Every part goes over the wire in both encodings, by ETSI's tables, and comes out as it went in."""
    part, data = made
    one = thing(part, data)
    raw = codec.write(Message(HEADER, actions=(Action(0, "DELIVER", one, identifier=one.id),)), encoding)
    found = codec.read(raw).actions[0].thing
    assert found is not None
    assert read_part(found) == (part, data)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = (
    "AssociatedObjects", "Reference", "DeliveryID", "SequenceNumber", "LastSequence", "Delivery", "EncryptionDetails",
)  # fmt: skip
INSIDE = (
    "Data",
    "ContentLength",
    "ContentType",
    "Checksum",
    "ChecksumType",
    "Checksums",
    "OriginalFilename",
    "URL",
    "Expiry",
)


@given(at=st.sampled_from(MEMBERS), inside=st.sampled_from(("", *INSIDE)), junk=JUNK, made=parts())
def test_a_member_that_is_anything_is_read_or_refused(
    at: str, inside: str, junk: Any, made: tuple[Part, bytes]
) -> None:
    """Whatever stands in a member, the part is read or refused as a message, and nothing else happens."""
    one = thing(*made)
    members = dict(one.members)
    if at == "Delivery" and inside:
        ((way, row),) = members["Delivery"].items()
        junk = {way: {**row, inside: junk} if isinstance(row, dict) else junk}
    try:
        part, _ = read_part(Thing(one.type, one.id, {**members, at: junk}))
    except BadMessage as e:
        assert e.code in (3001, 3005, 3007, 3022)
    else:
        assert part.size <= max(MAX_BINARY, 64 << 30)
        assert safe_name(part.name) or part.way == EXISTENCE


@given(name=st.text(max_size=30))
def test_a_name_that_passes_stays_in_its_folder(name: str) -> None:
    """A name that is taken has no separator, no way up, nothing hidden, and is no option of a command."""
    if safe_name(name):
        assert not set(name) & set("/\\:%\0\n\r")
        assert name not in ("", ".", "..")
        assert name[0] not in ".-~"

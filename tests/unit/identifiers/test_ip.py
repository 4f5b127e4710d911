"""IP addresses with port and time, and what a provider lacks without them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise

SINCE, UNTIL = "2026-03-01T09:30:00Z", "2026-03-01T09:31:00Z"


@pytest.mark.parametrize(
    ("text", "value", "port"),
    [
        ("192.0.2.1", "192.0.2.1", None),
        ("192.0.2.1:5678", "192.0.2.1", 5678),
        ("192.0.2[.]1:1", "192.0.2.1", 1),
        ("2001:DB8:0:0::1", "2001:db8::1", None),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("[2001:db8::1]:65535", "2001:db8::1", 65535),
        ("::ffff:192.0.2.1", "192.0.2.1", None),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1", 80),
    ],
)
def test_addresses_are_read_with_their_port(text: str, value: str, port: int | None) -> None:
    """IPv4 and IPv6 are written in their shortest form, an IPv4-mapped address as IPv4."""
    found = normalise("ip", text)
    assert (found.value, found.port) == (value, port)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("192.0.2.256", "expected an IPv4 or IPv6"),
        ("192.0.2.01", "expected an IPv4 or IPv6"),
        ("192.0.2", "expected an IPv4 or IPv6"),
        ("0x7f000001", "expected an IPv4 or IPv6"),
        ("3221225985", "expected an IPv4 or IPv6"),
        ("١٩٢.0.2.1", "expected an IPv4 or IPv6"),
        ("192.0.2.0/24", "no range"),
        ("fe80::1%eth0", "with a zone"),
        ("[192.0.2.1]:80", "without brackets"),
        ("192.0.2.1:0", "expected 1 to 65535"),
        ("192.0.2.1:65536", "expected 1 to 65535"),
        ("192.0.2.1:", "expected 1 to 65535"),
        ("192.0.2.1:+80", "expected 1 to 65535"),
        ("[2001:db8::1]x80", "expected an IPv4 or IPv6"),
        ("2001:db8::1::", "expected an IPv4 or IPv6"),
    ],
)
def test_what_is_no_single_address_is_refused(text: str, reason: str) -> None:
    """Ranges, zones, other number bases and odd ports are refused with the reason."""
    with pytest.raises(InvalidIdentifier, match=reason) as caught:
        normalise("ip", text)
    assert caught.value.advice


@pytest.mark.parametrize("port", [0, -1, 65536, True])
def test_a_port_beside_the_text_is_checked(port: int) -> None:
    """A port hint obeys the same limits."""
    with pytest.raises(InvalidIdentifier, match="expected 1 to 65535") as caught:
        normalise("ip", "192.0.2.1", port=port)
    assert caught.value.field == "port"


def test_two_different_ports_are_refused() -> None:
    """Text and hint may agree but not contradict each other."""
    assert normalise("ip", "192.0.2.1:5678", port=5678).port == 5678
    with pytest.raises(InvalidIdentifier, match="got port 5678 in the text and 80"):
        normalise("ip", "192.0.2.1:5678", port=80)


def test_a_public_ipv4_address_needs_port_and_time() -> None:
    """One address stands for many customers: each missing part is a doubt, all parts together leave none."""
    bare = normalise("ip", "8.8.8.8").doubts
    assert [doubt.partition(":")[0] for doubt in bare] == ["no source port", "no full time span"]
    assert [d.partition(":")[0] for d in normalise("ip", "8.8.8.8", since=SINCE, until=UNTIL).doubts] == [
        "no source port"
    ]
    assert [d.partition(":")[0] for d in normalise("ip", "8.8.8.8", port=50123).doubts] == ["no full time span"]
    assert normalise("ip", "8.8.8.8:50123", since=SINCE, until=UNTIL).doubts == ()


def test_an_ipv6_address_needs_the_time_only() -> None:
    """IPv6 is not shared by port, yet passes from customer to customer."""
    assert [d.partition(":")[0] for d in normalise("ip", "2606:4700::1111").doubts] == ["no full time span"]
    assert normalise("ip", "2606:4700::1111", since=SINCE, until=UNTIL).doubts == ()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("10.1.2.3", "private"),
        ("100.64.0.1", "shared inside a carrier"),
        ("127.0.0.1", "loopback"),
        ("169.254.1.1", "local link"),
        ("203.0.113.9", "documentation"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("fd00::1", "private"),
        ("fe80::1", "local link"),
        ("2001:db8::1", "documentation"),
        ("4000::1", "outside the range"),
    ],
)
def test_reserved_addresses_are_doubted(text: str, label: str) -> None:
    """Nobody on the public internet holds such an address, and the reader is told which kind it is."""
    assert label in normalise("ip", text).doubts[0]


@given(st.ip_addresses())
def test_every_address_is_written_as_the_standard_library_writes_it(
    found: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """Any address, in its long form too, comes out short and stays as it is."""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    assert normalise("ip", found.exploded).value == str(mapped or found)


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_doubted(
    found: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """The table of blocks leaves out none of the private ranges that the standard library knows."""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    if (mapped or found).is_private:
        assert normalise("ip", str(found), port=1, since=SINCE, until=UNTIL).doubts

"""IP addresses (RFC 4291, RFC 5952), with the source port and the time span that make them mean one subscriber.

Carriers put many customers behind one public IPv4 address (RFC 6269), so that only address, source port and time
together say who it was (RFC 6302); any address passes from customer to customer with time. What lacks is a doubt.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from .errors import InvalidIdentifier
from .model import Hints, Identifier
from .reserved import address_doubt
from .text import refang, shown

Address = IPv4Address | IPv6Address

_BRACKETED = re.compile(r"\[([^\[\]]*)\](?::(.*))?")
_V4_WITH_PORT = re.compile(r"([^:]*\.[^:]*):([^:]*)")
_PORT = re.compile(r"[0-9]{1,5}")
_PORT_ADVICE = "Give the source port as a whole number from 1 to 65535, without a sign."


def read(text: str, hints: Hints) -> Identifier:
    """Read `192.0.2.1`, `192.0.2.1:5678`, `2001:db8::1` or `[2001:db8::1]:443`.

    Raises:
        InvalidIdentifier: it is no single address, or the text and the hint name different ports.
    """
    written = refang(text)
    match = _BRACKETED.fullmatch(written) or _V4_WITH_PORT.fullmatch(written)
    host, port_text = (match[1], match[2]) if match else (written, None)
    found = address(host)
    if written.startswith("[") and ":" not in host:
        raise InvalidIdentifier(f"got {shown(text)}, expected an IPv4 address without brackets")
    stated = None if port_text is None else port(port_text)
    if stated and hints.port and stated != hints.port:
        advice = "Give the source port once, or twice the same."
        raise InvalidIdentifier(
            f"got port {stated} in the text and {hints.port} beside it", field="port", advice=advice
        )
    known = stated or hints.port
    return Identifier("ip", str(found), text, port=known, doubts=_doubts(found, known, hints))


def address(text: str) -> Address:
    """Read one address; an IPv4-mapped one is given as IPv4 (RFC 4291, 2.5.5.2).

    Raises:
        InvalidIdentifier: it is a range, carries a zone, or is no address.
    """
    if "%" in text:
        advice = "Leave out % and what follows: a zone means something on one machine only."
        raise InvalidIdentifier(f"got {shown(text)} with a zone, expected an address without one", advice=advice)
    if "/" in text:
        advice = "Give single addresses; a provider cannot look up a whole network."
        raise InvalidIdentifier(f"got {shown(text)}, expected one address and no range", advice=advice)
    try:
        found = ip_address(text)
    except ValueError as e:
        raise InvalidIdentifier(f"got {shown(text)}, expected an IPv4 or IPv6 address") from e
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def port(text: str) -> int:
    """Read a port from 1 to 65535.

    Raises:
        InvalidIdentifier: it is anything else.
    """
    if not _PORT.fullmatch(text) or not 1 <= int(text) <= 65535:
        message = f"got the port {shown(text)}, expected 1 to 65535"
        raise InvalidIdentifier(message, field="port", advice=_PORT_ADVICE)
    return int(text)


def _doubts(found: Address, known_port: int | None, hints: Hints) -> tuple[str, ...]:
    doubts = [reserved] if (reserved := address_doubt(found)) else []
    if found.version == 4 and known_port is None:
        doubts.append(
            "no source port: one IPv4 address can stand for many customers at the same moment, "
            "and a provider cannot tell them apart without it (RFC 6302)"
        )
    if not (hints.since and hints.until):
        doubts.append(
            "no full time span: addresses pass from customer to customer, "
            "and a provider needs the first and last moment in UTC, to the second (RFC 6302)"
        )
    return tuple(doubts)

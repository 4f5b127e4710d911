"""The address of a page to be captured, and to which machines a capture may connect.

An address is read as an identifier: http or https, no name or password in it, one normal form. Its host's machines are
asked for once; those that are not on the public internet are left out unless a person said so, and the connection goes
to one of those very numbers: what a name answers a second later changes nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from comity.identifiers.kinds import normalise
from comity.kernel.errors import BadInput
from comity.kernel.text import odd

from .errors import AddressForbidden, PageUnreachable

Resolver = Callable[[str, int], list[str]]
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}
_RESOLVERS = Path("/etc/resolv.conf")
MAX_MACHINES = 64


@dataclass(frozen=True)
class WebAddress:
    """An address of a page in parts; *given* is how the person wrote it."""

    given: str
    text: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Give host and port as the header `Host` has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read_address(text: str) -> WebAddress:
    """Read the address of a page; its fragment, which is never sent, is left out.

    Raises:
        BadInput: it is none, or it holds a name and password.
    """
    found = normalise("url", text).value.partition("#")[0]
    parts = urlsplit(found)
    path = (parts.path or "/") + (f"?{parts.query}" if "?" in found else "")
    return WebAddress(text, found, parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme], path)


def redirected(address: WebAddress, location: str) -> tuple[str, str]:
    """Give where a redirect leads, and why it cannot be captured if it cannot."""
    said = ascii(location) if odd(location) else location
    try:
        return read_address(urljoin(address.text, location)).text, ""
    except BadInput as e:
        return said, e.message
    except ValueError as e:
        return said, ascii(str(e))


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the machines of a name, in the order in which it would try them.

    Raises:
        PageUnreachable: it knows none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as e:
        raise PageUnreachable(f"got no machine for {host} ({e}), expected one", field="address") from e
    return list(dict.fromkeys(str(row[4][0]) for row in found))[:MAX_MACHINES]


def resolvers() -> list[str]:
    """Name the resolvers that the system is set to ask; nothing where it does not tell."""
    with suppress(OSError, UnicodeDecodeError):
        rows = (line.split() for line in _RESOLVERS.read_text("ascii").splitlines())
        return [row[1] for row in rows if len(row) > 1 and row[0] == "nameserver"]
    return []


def internal(machine: str) -> bool:
    """Tell whether a machine is not on the public internet: itself, or by an address within its address."""
    try:
        found = ip_address(machine.partition("%")[0])
    except ValueError:
        return True
    return any(_internal(one) for one in (found, *_within(found)))


def allowed(address: WebAddress, machines: list[str], *, private: bool) -> list[str]:
    """Give the machines that a capture may connect to.

    Raises:
        AddressForbidden: there is none.
    """
    fit = [machine for machine in machines if private or not internal(machine)]
    if not fit:
        advice = "If it is meant, say so with --allow-private."
        message = f"got {', '.join(machines) or 'no machine'}, expected a machine on the public internet"
        raise AddressForbidden(message, field=address.host, advice=advice)
    return fit


def _internal(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address) and found not in _GLOBAL_UNICAST and not _within(found):
        return True
    return (not found.is_global and not _within(found)) or found.is_multicast


def _within(found: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """Give the IPv4 addresses that an IPv6 address carries (mapped, compatible, 6to4, Teredo, NAT64)."""
    if isinstance(found, IPv4Address):
        return []
    carried = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    if found in _NAT64 or int(found) >> 32 == 0:
        carried.append(IPv4Address(int(found) & 0xFFFFFFFF))
    return [one for one in carried if one is not None]

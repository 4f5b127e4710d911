"""Where people come to: the one origin of the desk, and what follows from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from comity.accounts import passkeys
from comity.node.errors import BadSettings

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII)
_LOOPBACK = ("127.0.0.1:", "[::1]:", "localhost:")
_STRAY = re.compile(r"[\x00-\x20\\\x7f]")


@dataclass(frozen=True)
class Site:
    """The desk's origin, such as `https://desk.example.org`."""

    origin: str

    @property
    def host(self) -> str:
        """Give the host as a browser sends it, with its port where it is not the usual one."""
        return urlsplit(self.origin).netloc

    @property
    def secure(self) -> bool:
        """Tell whether people come by HTTPS."""
        return self.origin.startswith("https:")

    @property
    def passkeys(self) -> passkeys.Site:
        """Give the site as passkeys are bound to it."""
        return passkeys.Site(urlsplit(self.origin).hostname or "", self.origin)

    def cookie(self, name: str) -> str:
        """Give the full name of a cookie; by HTTPS with the prefix that no other host can set."""
        return f"__Host-comity-{name}" if self.secure else f"comity-{name}"


def site(url: str, listen: str, tls: str) -> Site:
    """Make the site of the settings.

    Raises:
        BadSettings: the address is malformed, or people would come by plain HTTP from another machine.
    """
    url = url.rstrip("/")
    if not _ORIGIN.fullmatch(url):
        raise BadSettings(f"got {url!r}, expected an address such as https://desk.example.org", field="desk_url")
    if not tls and not listen.startswith(_LOOPBACK):
        advice = "Name a TLS key and certificate in desk_tls, or listen on 127.0.0.1 behind a proxy that has one."
        raise BadSettings(f"got plain HTTP on {listen}, expected it on this machine alone", field="desk", advice=advice)
    plain = urlsplit(url)
    if plain.scheme == "http" and (tls or plain.hostname not in ("localhost", "127.0.0.1")):
        raise BadSettings(f"got {url}, expected https:// or this machine's own name, localhost", field="desk_url")
    return Site(url)


def own_path(text: str) -> str:
    """Give a path of the desk back; `/` for anything that leads elsewhere."""
    leads_away = not text.startswith("/") or text.startswith("//") or _STRAY.search(text)
    return "/" if leads_away or len(text) > 2000 else text

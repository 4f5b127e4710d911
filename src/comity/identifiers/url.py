"""Web addresses in one normal form (RFC 3986, section 6.2.2 and 6.2.3), also read in the defanged form of analysts."""

from __future__ import annotations

import re
from urllib.parse import quote

from .domain import Name, name
from .errors import InvalidIdentifier
from .ip import address, port
from .model import Hints, Identifier
from .reserved import address_doubt
from .text import refang, shown

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"h(?:tt|xx|\*\*)p(s?)(?::|\[:\])//|h(?:tt|xx|\*\*)p(s?)\[://\]", re.IGNORECASE)
# RFC 3986, appendix B, without the scheme.
_PARTS = re.compile(r"([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_HOST = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]*))?")
_V4 = re.compile(r"[0-9.]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# RFC 3986, 3.3 to 3.5: what may stand bare in a path; query and fragment also have the question mark.
_BARE = "%!$&'()*+,;=:@/-._~"


def read(text: str, hints: Hints) -> Identifier:
    """Read an http or https address; hxxp and bracketed dots are undone, the fragment is kept.

    Raises:
        InvalidIdentifier: it is no such address, or it carries a name or password before the host.
    """
    scheme, rest = _scheme(text)
    parts = _PARTS.fullmatch(rest)
    assert parts is not None, "every text has these parts"
    authority, path, query, fragment = (part or "" for part in parts.groups())
    host, host_port = _authority(refang(authority), scheme)
    if "\\" in rest or any(c.isspace() for c in rest):
        advice = "Write a space as %20 and a backslash as %5C, as the address bar of a browser shows it."
        raise InvalidIdentifier(f"got {shown(text)}, expected no spaces and no backslashes", advice=advice)
    path = _without_dots(_escaped(path)) or "/"
    query = query[:1] + _escaped(query[1:], also="?")
    fragment = fragment[:1] + _escaped(fragment[1:], also="?")
    return Identifier("url", f"{scheme}://{host.ascii}{host_port}{path}{query}{fragment}", text, doubts=host.doubts)


def _scheme(text: str) -> tuple[str, str]:
    match = _SCHEME.match(text)
    if not match:
        advice = "Write the whole address with https:// or http:// (or hxxps://, hxxp://) at its start."
        raise InvalidIdentifier(f"got {shown(text.partition('@')[0])}, expected a web address", advice=advice)
    return "https" if match[1] or match[2] else "http", text[match.end() :]


def _authority(text: str, scheme: str) -> tuple[Name, str]:
    if "@" in text:
        advice = "Leave out what stands before the @ (it is no part of the host), and mention it in the relation."
        raise InvalidIdentifier("got a name or password before the host, expected the host alone", advice=advice)
    match = _HOST.fullmatch(text)
    if not match or not match[1]:
        raise InvalidIdentifier(f"got the host {shown(text)}, expected a name or an address")
    number = port(match[2]) if match[2] else _DEFAULT_PORTS[scheme]
    return _host(match[1]), "" if number == _DEFAULT_PORTS[scheme] else f":{number}"


def _host(text: str) -> Name:
    if not text.startswith("[") and not _V4.fullmatch(text):
        return name(text)
    found = address(text.strip("[]"))
    if text.startswith("[") and ":" not in text:
        raise InvalidIdentifier(f"got the host {shown(text)}, expected an IPv4 address without brackets")
    doubt = address_doubt(found)
    return Name(str(found) if found.version == 4 else f"[{found}]", (doubt,) if doubt else ())


def _escaped(text: str, *, also: str = "") -> str:
    """Percent-encode what must be, decode what need not be, and write the digits in capitals (RFC 3986, 6.2.2)."""
    return quote(_ESCAPE.sub(_unescaped, text), safe=_BARE + also)


def _unescaped(escape: re.Match[str]) -> str:
    if not escape[1]:
        advice = "Write a percent sign that stands for itself as %25."
        raise InvalidIdentifier("got % without two hexadecimal digits after it, expected both", advice=advice)
    byte = int(escape[1], 16)
    return chr(byte) if byte in _UNRESERVED else escape[0].upper()


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == ".." and len(kept) > 1:
            kept.pop()
        if part not in (".", ".."):
            kept.append(part)
    if path.endswith(("/.", "/..")):
        kept.append("")
    return "/".join(kept)

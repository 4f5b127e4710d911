"""Domain names as A-labels in lower case (IDNA 2008, RFC 5891, with the mapping of UTS 46)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

from .errors import InvalidIdentifier
from .model import Hints, Identifier
from .reserved import name_doubt
from .script import disguises
from .text import refang, shown

MAX_NAME = 253  # RFC 1035, 2.3.4: 255 octets on the wire
MAX_LABEL = 63
# RFC 1123, 2.1; the underscore stands in names that were never host names (RFC 8552) and in careless ones.
_ASCII_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True)
class Name:
    """A domain name as the name system carries it, and what is doubtful about it."""

    ascii: str
    doubts: tuple[str, ...] = ()


def read(text: str, hints: Hints) -> Identifier:
    """Read a domain name, in any script and with or without the final dot.

    Raises:
        InvalidIdentifier: it is no domain name.
    """
    found = name(refang(text))
    return Identifier("domain", found.ascii, text, doubts=found.doubts)


def name(text: str) -> Name:
    """Read a name of at least two labels.

    Raises:
        InvalidIdentifier: it is no domain name; the message says which label fails and why.
    """
    _refuse_other_kinds(text)
    labels = [_a_label(label, text) for label in _mapped(text).removesuffix(".").split(".")]
    if len(labels) < 2:
        raise InvalidIdentifier(f"got {shown(text)}, expected a name with a dot in it")
    if _NUMBER.fullmatch(labels[-1]):
        raise InvalidIdentifier(f"got {shown(text)}, which ends in a number: no top-level domain does")
    whole = ".".join(labels)
    if len(whole) > MAX_NAME:
        raise InvalidIdentifier(f"got a name of {len(whole)} characters, expected at most {MAX_NAME}")
    return Name(whole, tuple(_doubts(whole, labels)))


def _refuse_other_kinds(text: str) -> None:
    if "@" in text:
        raise InvalidIdentifier(f"got {shown(text)}, which holds an @", advice="Give it as the kind email.")
    if "/" in text or "\\" in text:
        advice = "Give the whole address as the kind url, or only the name as domain."
        raise InvalidIdentifier(f"got {shown(text)}, which is more than a name", advice=advice)
    if text.startswith("*"):
        advice = "Give the name without the star, and say in the relation that names below it are meant."
        raise InvalidIdentifier(f"got the pattern {shown(text)}, expected one name", advice=advice)
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return
    raise InvalidIdentifier(f"got the IP address {shown(text)}, expected a name", advice="Give it as the kind ip.")


def _mapped(text: str) -> str:
    import idna

    try:
        return idna.uts46_remap(text, std3_rules=False)
    except idna.IDNAError as e:
        raise InvalidIdentifier(f"got {shown(text)}, expected a domain name ({e})") from e


def _a_label(label: str, text: str) -> str:
    import idna

    if not label:
        raise InvalidIdentifier(f"got {shown(text)}, which has an empty part between dots")
    if label.isascii() and not label.startswith("xn--"):
        if not _ASCII_LABEL.fullmatch(label):
            reason = "letters, digits and inner hyphens (RFC 1123)"
            raise InvalidIdentifier(f"got the part {shown(label)}, expected {reason}")
        if len(label) > MAX_LABEL:
            raise InvalidIdentifier(f"got a part of {len(label)} characters, expected at most {MAX_LABEL}")
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except idna.IDNAError as e:
        raise InvalidIdentifier(f"got the part {shown(label)}, which IDNA 2008 does not allow ({e})") from e


def _doubts(whole: str, labels: list[str]) -> list[str]:
    import idna

    doubts = [d for label in labels if label.startswith("xn--") for d in disguises(idna.ulabel(label))]
    if "_" in whole:
        doubts.append(f"{whole} has an underscore: it is no host name (RFC 1123), check it")
    if reserved := name_doubt(whole):
        doubts.append(reserved)
    return doubts

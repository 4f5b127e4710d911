"""Our profile of TS 103 120 (``data/profile.yaml``): what ETSI leaves to one, as questions with answers.

The schema makes nearly every member optional; `missing` says what our profile wants beyond it, and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .errors import BadMessage
from .formats import Format, formats, from_wire, to_wire
from .model import Thing, Version
from .vocabulary import ETSI, OWNER, entry, load

__all__ = [
    "OWNER",
    "VERSION",
    "Format",
    "code_of",
    "data_of",
    "emergency",
    "formats",
    "from_wire",
    "is_test",
    "legal_type",
    "missing",
    "reason",
    "require",
    "to_wire",
]

VERSION = Version().profile


def legal_type(kind: str, instrument: str = "", article: str = "") -> str:
    """Give the AuthorisationLegalType of a basis: by its *kind*, or more exactly by an *article* of the Convention.

    Raises:
        BadMessage: the profile has no such kind (3009).
    """
    types = load("profile")["legal_types"]
    if kind not in types:
        raise BadMessage(f"got the basis {kind[:40]!r}, expected one of {', '.join(types)}", code=3009)
    convention = load("profile")["convention"]
    number = re.search(r"\d+", article)
    if kind == "treaty" and number and re.search(convention["instrument"], instrument):
        return str(convention["articles"].get(number[0], types[kind]))
    return str(types[kind])


def missing(thing: Thing, verb: str, basis: str = "") -> tuple[tuple[str, str], ...]:
    """List what the profile wants of a thing and does not find: the path, and what it is for.

    *basis* is the AuthorisationLegalType it rests on; an authorisation says its own.
    """
    basis = basis or thing.members.get("AuthorisationLegalType", {}).get("Value", "")
    wanted: dict[str, str] = {}
    for row in load("profile")["required"]:
        if row["verb"] == verb and row["object"] == thing.type and basis in row.get("basis", (basis,)):
            wanted |= row["fields"]
    found = {path: list(_lacks(thing.members, path.split("/"), "")) for path in wanted}
    return tuple((at, wanted[path]) for path, places in found.items() for at in places)


def require(thing: Thing, verb: str, basis: str = "") -> None:
    """Refuse a thing that lacks something.

    Raises:
        BadMessage: the first thing that is missing (3005).
    """
    for path, why in missing(thing, verb, basis):
        raise BadMessage(f"got none, expected it: {why}", code=3005, field=path)


def emergency(thing: Thing) -> bool:
    """Whether a thing says that it is an emergency."""
    rules = load("profile")["emergency"]
    return _flagged(thing, rules["flags"], rules["flag"])


def is_test(thing: Thing) -> bool:
    """Whether a thing says that it is an exercise."""
    rules = load("profile")["test"]
    return _flagged(thing, rules["flags"], rules["flag"])


def data_of(subtype: str) -> str:
    """Say whether a request subtype is subscriber, traffic or content data.

    Raises:
        BadMessage: the profile has no such subtype (3009).
    """
    for data, names in load("profile")["subtypes"].items():
        if subtype in names:
            return str(data)
    raise BadMessage(f"got the subtype {subtype[:60]!r}, expected one of the profile's", code=3009)


def reason(code: str, text: str = "") -> dict[str, Any]:
    """Write a refusal or need, named by its word (``no_data``), as a StatusReason.

    Raises:
        BadMessage: the profile has no such word (3009).
    """
    for words in load("profile")["reasons"].values():
        if code in words:
            said = f"{words[code]['name']}: {text}" if text else words[code]["name"]
            return {"ErrorCode": words[code]["code"], "ErrorDescription": said[:65535]}
    raise BadMessage(f"got the reason {code[:60]!r}, expected one of the profile's", code=3009)


def code_of(number: int) -> str:
    """Give the word of a StatusReason's code, or nothing when it is not one of ours."""
    rows = (pair for words in load("profile")["reasons"].values() for pair in words.items())
    return next((str(word) for word, row in rows if row["code"] == number), "")


def _flagged(thing: Thing, members: Mapping[str, str], flag: str) -> bool:
    """Whether a thing carries one of ETSI's flags."""
    name = members.get(thing.type, "")
    wrapper = "AuthorisationFlags" if name == "AuthorisationFlag" else "Flags"
    rows = thing.members.get(wrapper, {}).get(name, ()) if name else ()
    return entry(name, flag, ETSI) in [dict(row) for row in rows] if name else False


def _lacks(value: Any, path: list[str], at: str) -> Iterator[str]:
    """Walk one path, into every item of a list, and name where it ends too early."""
    if isinstance(value, list | tuple):
        for n, item in enumerate(value):
            yield from _lacks(item, path, f"{at}/{n}")
        if not value:
            yield at
    elif not path:
        if value in ("", {}):
            yield at
    else:
        here = f"{at}/{path[0]}".removeprefix("/")
        if isinstance(value, Mapping) and path[0] in value:
            yield from _lacks(value[path[0]], path[1:], here)
        else:
            yield "/".join([here, *path[1:]])

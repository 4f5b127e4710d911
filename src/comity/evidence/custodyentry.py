"""An entry of custody: what was done with an item, by whom, where, why, under which authority, with which tool and result.

Entries of an item form a chain: each has a number and the SHA-256 of the one before, as it is written in canonical JSON.
`at` is when the entry was made, by the node's clock; `happened` is when the thing was done, as the person states it.
An entry holds a salt, so that whoever sees its hash alone cannot try out what it says.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from comity.kernel import canonical
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.text import odd

from .errors import BadCustody

FORMAT = "urn:x-comity:custody:1"
SALT_BYTES = 16
MAX_ENTRY = 48 * 1024
MAX_TEXT = 2000
MAX_HASHES = 200
CLOCK = "clock"
_TWO = ("transferred", "received", "returned", "copied", "exported", "disclosed")  # acts with another hand
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SALT = re.compile(rf"[0-9a-f]{{{2 * SALT_BYTES}}}", re.ASCII)
_TEXTS = ("place", "why", "authority", "tool", "version", "result", "note")


@dataclass(frozen=True)
class Kind:
    """What an act means: who may do it and what becomes of the item."""

    by: str
    effect: str
    en: str
    description: str


@cache
def acts() -> Mapping[str, Kind]:
    """Give the acts of custody by their codes."""
    text = files("comity.evidence").joinpath("data", "custody.yaml").read_text("utf-8")
    return {code: Kind(**row) for code, row in yaml.safe_load(text).items()}


@dataclass(frozen=True)
class Hand:
    """Who holds or handles an item: a person on a post of a party; the post goes on when the person changes."""

    post: str
    party: str
    person: str = ""

    def plain(self) -> dict[str, str]:
        """Give the hand as JSON data; what is empty is left out."""
        return {name: value for name, value in vars(self).items() if value}

    def same(self, other: Hand) -> bool:
        """Tell whether it is the same post of the same party."""
        return (self.post, self.party) == (other.post, other.party)

    @property
    def text(self) -> str:
        """Give the hand as people write it."""
        post = f"{self.post}, {self.party}" if self.post else self.party
        return f"{self.person} ({post})" if self.person else post


@dataclass(frozen=True)
class Deed:
    """What was done; *to* is the other hand; *digest* names the bag; *hashes* are SHA-256 of what was touched, by name."""

    act: str
    by: Hand
    place: str = ""
    why: str = ""
    authority: str = ""
    tool: str = ""
    version: str = ""
    result: str = ""
    note: str = ""
    to: Hand | None = None
    digest: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    happened: datetime | None = None

    def plain(self) -> dict[str, Any]:
        """Give the deed as JSON data; what is empty is left out."""
        data: dict[str, Any] = {"act": self.act, "by": self.by.plain()}
        data |= {name: getattr(self, name) for name in (*_TEXTS, "digest") if getattr(self, name)}
        data |= {"to": self.to.plain()} if self.to else {}
        data |= {"hashes": dict(self.hashes)} if self.hashes else {}
        return data | ({"happened": stamp(self.happened)} if self.happened else {})

    def check(self) -> None:
        """See that the deed is whole.

        Raises:
            BadCustody: something is malformed, or lacks what its act asks for.
        """
        if self.act not in acts():
            raise BadCustody(f"got {self.act!r}, expected one of: {', '.join(acts())}", field="act")
        for name, value in self._texts():
            if len(value) > MAX_TEXT or odd(value, lines=True) or unicodedata.normalize("NFC", value) != value:
                raise BadCustody(f"got other text, expected at most {MAX_TEXT} plain characters (NFC)", field=name)
        if not (self.by.party and (self.by.person or self.by.post)):
            raise BadCustody("got no person and post, expected who did it", field="by")
        if (self.act == "transferred" and not self.to) or (self.to and self.act not in _TWO):
            raise BadCustody("got the wrong hands, expected the other one exactly where there is one", field="to")
        if acts()[self.act].effect in ("give", "end") and not self.why:
            raise BadCustody("got no reason, expected one", field="why")
        if len(self.hashes) > MAX_HASHES:
            advice = "Name the item's digest instead, or make several entries."
            raise BadCustody(
                f"got {len(self.hashes)} hashes, expected at most {MAX_HASHES}", field="hashes", advice=advice
            )
        wrong = [one for one in (*self.hashes.values(), self.digest or "0" * 64) if not _HEX.fullmatch(one)]
        if wrong:
            raise BadCustody(f"got {wrong[0][:70]!r}, expected SHA-256 in small hexadecimal digits", field="hashes")

    def _texts(self) -> list[tuple[str, str]]:
        hands = [*vars(self.by).values(), *(vars(self.to).values() if self.to else ())]
        named = [(name, getattr(self, name)) for name in _TEXTS]
        return [*named, *(("by", one) for one in hands), *(("hashes", one) for one in self.hashes)]


@dataclass(frozen=True)
class CustodyEntry:
    """A deed as it stands in the chain of an *item*."""

    item: str
    number: int
    at: datetime
    deed: Deed
    salt: str
    previous: str = ""

    def dump(self) -> bytes:
        """Write the entry: the bytes that are hashed."""
        head = {
            "format": FORMAT,
            "item": self.item,
            "number": self.number,
            "at": stamp(self.at),
            "salt": self.salt,
            "previous": self.previous,
        }
        return canonical.dump(head | self.deed.plain())

    @property
    def digest(self) -> str:
        """Give the SHA-256 of the entry, which the next one names."""
        return hashlib.sha256(self.dump()).hexdigest()


def read(data: bytes) -> CustodyEntry:
    """Read an entry as it is written, strictly.

    Raises:
        BadCustody: it is malformed, or written in another way than the one.
    """
    try:
        document = canonical.load_canonical(data, limit=MAX_ENTRY)
        entry = _entry(document)
        entry.deed.check()
    except (KeyError, TypeError, AttributeError, BadInput) as e:
        raise BadCustody(f"got a malformed entry ({e}), expected {FORMAT}") from e
    if entry.dump() != data:
        raise BadCustody(f"got other fields, expected those of {FORMAT}")
    return entry


def _entry(document: dict[str, Any]) -> CustodyEntry:
    if document["format"] != FORMAT or not isinstance(document["number"], int) or document["number"] < 1:
        raise BadCustody(f"got another format or number, expected {FORMAT} and a number from 1")
    texts = {name: str(document.get(name, "")) for name in (*_TEXTS, "digest")}
    happened, to = document.get("happened"), document.get("to")
    deed = Deed(
        act=str(document["act"]),
        by=_hand(document["by"]),
        to=_hand(to) if to else None,
        hashes={str(name): str(value) for name, value in document.get("hashes", {}).items()},
        happened=moment(happened) if happened else None,
        **texts,
    )
    previous, salt = document["previous"], document["salt"]
    if not _SALT.fullmatch(salt) or not (_HEX.fullmatch(previous) if document["number"] > 1 else previous == ""):
        raise BadCustody("got a malformed salt or hash, expected small hexadecimal digits")
    return CustodyEntry(str(document["item"]), document["number"], moment(document["at"]), deed, salt, previous)


def _hand(data: Mapping[str, Any]) -> Hand:
    return Hand(**{one.name: str(data.get(one.name, "")) for one in fields(Hand)})

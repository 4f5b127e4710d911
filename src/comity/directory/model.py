"""Parties: who they are, how to call them back, and which key may act in which role at which time."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from comity.crypto.keys import PublicKey
from comity.kernel import canonical
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.shape import Shape, load_shape

from .errors import BadParty, NoParty

MAX_BYTES = 512 * 1024
MAX_MESSAGE = 32 << 20
COMPROMISED = "compromised"
MIN_START = 8


@dataclass(frozen=True)
class Hours:
    """When a party answers, in its own time zone."""

    zone: str
    open: str


@dataclass(frozen=True)
class Callback:
    """A number under which a desk can be reached to check a request or a receipt."""

    number: str
    desk: str


@dataclass(frozen=True)
class Drill:
    """A test call: when, by whom, to which number, and whether the desk answered."""

    at: datetime
    by: str
    number: str
    reached: bool


@dataclass(frozen=True)
class Revocation:
    """When a key was taken back, from when on it does not count, and why."""

    at: datetime
    invalid_from: datetime
    reason: str


@dataclass(frozen=True)
class PartyKey:
    """A key of a party, its holder and what the holder may do with it."""

    public: PublicKey
    holder: str
    roles: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    revoked: Revocation | None = None

    @property
    def keyid(self) -> str:
        """Give the key's id: the SHA-256 of its raw public bytes."""
        return self.public.keyid

    def may(self, role: str, at: datetime, *, attested: bool = False) -> str:
        """Say why the key may not act in *role* at the moment *at*; empty when it may.

        A key revoked as compromised counts only if somebody else attests the moment (*attested*: a time token, an own
        record of receipt), because a thief can write any date (package format, section 4).
        """
        if role not in self.roles:
            return f"the key does not have the role {role}, only: {', '.join(self.roles)}"
        if at < self.valid_from:
            return f"the key is not valid before {stamp(self.valid_from)}"
        if at >= self.valid_until:
            return f"the key expired at {stamp(self.valid_until)}"
        if self.revoked and at >= self.revoked.invalid_from:
            return f"the key is revoked from {stamp(self.revoked.invalid_from)}: {self.revoked.reason}"
        if self.revoked and self.revoked.reason == COMPROMISED and not attested:
            return f"the key is revoked as {COMPROMISED} and nobody else attests the time of signing"
        return ""


@dataclass(frozen=True)
class Certificate:
    """A TLS certificate of a party's node, signed by itself, and its pin."""

    pin: str
    der: bytes


@dataclass(frozen=True)
class Exchange:
    """Where a party's node takes messages, by which certificates it is known, and how large a message may be."""

    url: str
    certificates: tuple[Certificate, ...]
    max_bytes: int = MAX_MESSAGE


@dataclass(frozen=True)
class Party:
    """An organisation in the directory, as its registry vouched for it."""

    id: str
    name: str
    kind: str
    hours: Hours
    callback: tuple[Callback, ...]
    languages: tuple[str, ...]
    keys: tuple[PartyKey, ...]
    functions: tuple[str, ...] = ()
    accepts_identifiers: tuple[str, ...] = ()
    accepts_measures: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    drills: tuple[Drill, ...] = ()
    exchange: Exchange | None = None
    raw: bytes = b""

    @property
    def country(self) -> str:
        """Give the ISO code of the country whose registry vouches for the party."""
        return self.id[:2]

    @property
    def path(self) -> str:
        """Give the path of the party's file in the directory."""
        return target_path(self.id)

    def key(self, keyid: str) -> PartyKey | None:
        """Give the key with that id, or nothing."""
        return next((key for key in self.keys if key.keyid == keyid), None)

    def require_key(self, keyid: str) -> PartyKey:
        """Give the key with that id.

        Raises:
            NoParty: the party has no such key.
        """
        key = self.key(keyid)
        if key is None:
            raise NoParty(f"got key {keyid[:16]}, expected a key of {self.id}", field="keyid")
        return key

    def find_key(self, start: str) -> PartyKey:
        """Give the one key whose id begins with *start*.

        Raises:
            NoParty: no key does, more than one does, or *start* has fewer than 8 digits.
        """
        found = [key for key in self.keys if key.keyid.startswith(start)]
        if len(start) < MIN_START or len(found) != 1:
            expected = f"at least {MIN_START} digits that begin the id of one key of {self.id}"
            raise NoParty(f"got {start!r}, expected {expected}", field="keyid")
        return found[0]

    def able(self, role: str, at: datetime) -> tuple[PartyKey, ...]:
        """Give the keys that may act in *role* at the moment *at*."""
        return tuple(key for key in self.keys if not key.may(role, at))

    @property
    def last_drill(self) -> Drill | None:
        """Give the latest test call, or nothing."""
        return max(self.drills, key=lambda drill: drill.at, default=None)

    def document(self) -> dict[str, Any]:
        """Give the party document from which this party was read."""
        document: dict[str, Any] = canonical.load(self.raw)
        return document


def shape() -> Shape:
    """Give the shape of party documents."""
    return load_shape("comity.directory", "party.yaml")


def target_path(party_id: str) -> str:
    """Give the path in the directory of the party's file: `VN.a05` stands in `VN/a05.json`."""
    return party_id.replace(".", "/", 1) + ".json"


def parse(data: bytes, file: str = "") -> Party:
    """Read a party file: canonical JSON that fits the shape and agrees with itself.

    Raises:
        BadParty: it does not; the error names file, field and what was expected.
    """
    try:
        document = shape().require(canonical.load_canonical(data, file=file, limit=MAX_BYTES), file=file)
        return _party(document, data)
    except BadInput as e:
        raise BadParty(e.message, file=file, field=e.field, advice=e.advice) from e


def _party(row: Mapping[str, Any], raw: bytes) -> Party:
    keys = tuple(_key(one, f"keys[{i}]") for i, one in enumerate(row["keys"]))
    if len({key.keyid for key in keys}) != len(keys):
        raise BadParty("got the same key twice, expected each key once with all its roles", field="keys")
    return Party(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        hours=Hours(**row["hours"]),
        callback=tuple(Callback(**one) for one in row["callback"]),
        languages=tuple(row["languages"]),
        keys=keys,
        functions=tuple(row.get("functions", ())),
        accepts_identifiers=tuple(row.get("accepts_identifiers", ())),
        accepts_measures=tuple(row.get("accepts_measures", ())),
        endpoints=tuple(row.get("endpoints", ())),
        recipients=tuple(row.get("recipients", ())),
        drills=tuple(Drill(**{**one, "at": moment(one["at"])}) for one in row.get("drills", ())),
        exchange=_exchange(row["exchange"]) if "exchange" in row else None,
        raw=raw,
    )


def _key(row: Mapping[str, Any], at: str) -> PartyKey:
    public = PublicKey.from_hex(row["public"])
    if public.keyid != row["keyid"]:
        raise BadParty(
            f"got {row['keyid']}, expected the SHA-256 of the public key, {public.keyid}", field=f"{at}.keyid"
        )
    valid_from, valid_until = moment(row["valid_from"]), moment(row["valid_until"])
    if valid_from >= valid_until:
        raise BadParty(f"got {row['valid_until']}, expected a time after valid_from", field=f"{at}.valid_until")
    revoked = row.get("revoked")
    return PartyKey(
        public=public,
        holder=row["holder"],
        roles=tuple(row["roles"]),
        valid_from=valid_from,
        valid_until=valid_until,
        revoked=_revocation(revoked) if revoked else None,
    )


def check_exchange(party: Party) -> Party:
    """See that a party's address and certificates are what they say; the registry and those who connect ask, no verifier.

    Raises:
        BadParty: they are not.
    """
    from comity.crypto.tls import check_certificate

    if party.exchange is None:
        return party
    try:
        _ = urlsplit(party.exchange.url).port
    except ValueError as e:
        raise BadParty(f"got {party.exchange.url!r}, expected a port up to 65535", field="exchange.url") from e
    for i, one in enumerate(party.exchange.certificates):
        at = f"exchange.certificates[{i}]"
        try:
            pin = check_certificate(one.der)
        except BadInput as e:
            raise BadParty(e.message, field=f"{at}.certificate") from e
        if pin != one.pin:
            raise BadParty(f"got {one.pin}, expected the SHA-256 of its public key, {pin}", field=f"{at}.tls")
    return party


def _exchange(row: Mapping[str, Any]) -> Exchange:
    certificates = tuple(Certificate(one["tls"], _der(one["certificate"])) for one in row["certificates"])
    return Exchange(row["url"], certificates, row.get("max_bytes", MAX_MESSAGE))


def _der(text: str) -> bytes:
    """Give what stands in base64; nothing, which is no certificate, if it is malformed."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _revocation(row: Mapping[str, Any]) -> Revocation:
    return Revocation(moment(row["at"]), moment(row["invalid_from"]), row["reason"])

"""People, their roles, the keys to their door, what they know of: plain values, as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ACTIVE, DEACTIVATED = "active", "deactivated"
CODE, PASSWORD, PASSKEY, IDENTITY = "code", "password", "passkey", "identity"  # how a session was opened


@dataclass(frozen=True)
class Person:
    """Somebody who works at the node; never deleted.

    *key* is the key file with which he signs and *holder* whom the directory names as its holder. *step* is the step of
    time of the last code that was taken; *rights_at* is when his roles changed last. The secret of the codes is sealed (see `vault`).
    """

    id: str
    name: str
    label: str
    language: str
    zone: str
    state: str
    made_at: datetime
    rights_at: datetime
    password: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)
    step: int = 0
    key: str = ""
    holder: str = ""

    @property
    def active(self) -> bool:
        """Tell whether he may come in."""
        return self.state == ACTIVE


@dataclass(frozen=True)
class Grant:
    """A role that a person has, from when, perhaps until when, given by whom and why."""

    id: str
    person: str
    role: str
    by: str
    reason: str
    since: datetime
    until: datetime | None = None
    ended_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Tell whether the role is held now."""
        return self.ended_at is None and self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True)
class Passkey:
    """A public key of a person's own device (WebAuthn), with the counter it showed last."""

    id: str
    person: str
    key: bytes
    count: int
    label: str
    made_at: datetime
    used_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Session:
    """A person at a browser. *id* is the hash of what the cookie says; *proved_at* is when he last proved who he is."""

    id: str
    person: str
    way: str
    opened_at: datetime
    seen_at: datetime
    renewed_at: datetime
    proved_at: datetime
    ends_at: datetime
    address: str
    agent: str
    ended_at: datetime | None = None


@dataclass(frozen=True)
class OneTimeCode:
    """A code that lets a person in once, to set up his account; *id* is its hash."""

    id: str
    person: str
    by: str
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True)
class Recovery:
    """One administrator's word that a person lost his keys; a second one has to say so too."""

    id: str
    person: str
    by: str
    reason: str
    asked_at: datetime
    second: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Ceremony:
    """A challenge that a passkey has to answer, once and soon; *id* is the hash of the visitor's cookie."""

    id: str
    challenge: bytes
    person: str
    ends_at: datetime


@dataclass(frozen=True)
class Attempts:
    """How often somebody failed, of late, and until when the next attempt is not looked at."""

    id: str
    failures: int
    at: datetime
    free_at: datetime


@dataclass(frozen=True)
class Device:
    """A browser from which a person has signed in before; *id* is the hash of its cookie."""

    id: str
    person: str
    made_at: datetime


@dataclass(frozen=True)
class Member:
    """A person who knows of a case, brought in by whom and why."""

    id: str
    case: str
    person: str
    by: str
    reason: str
    since: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Glass:
    """A person who went into a case that he is no member of, why, until when, and what another one said of it."""

    id: str
    person: str
    case: str
    reason: str
    at: datetime
    until: datetime
    due_at: datetime
    reviewer: str = ""
    reviewed_at: datetime | None = None
    verdict: str = ""
    note: str = ""


@dataclass(frozen=True)
class Deputy:
    """Who stands in for a person while he is away."""

    id: str
    person: str
    deputy: str
    by: str
    reason: str
    since: datetime
    until: datetime
    ended_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Tell whether the deputy stands in now."""
        return self.ended_at is None and self.since <= now < self.until


@dataclass(frozen=True)
class Token:
    """A program's right to do some acts in a person's name; *id* is the hash of what the program shows."""

    id: str
    person: str
    label: str
    acts: list[str]
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Identity:
    """Whom an identity provider means by a *subject*: the person here who was linked with it, by whom."""

    id: str
    person: str
    issuer: str
    subject: str
    by: str
    made_at: datetime
    used_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Errand:
    """A visitor whom we sent to the identity provider, what for, and to which page he wants.

    *id* is the hash of the word that he has to bring back, *visitor* that of his cookie. *person* is who he is already,
    where somebody is signed in.
    """

    id: str
    visitor: str
    purpose: str
    person: str
    next: str
    made_at: datetime
    ends_at: datetime

"""Passwords, kept as argon2id hashes (RFC 9106)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .errors import BadAccount

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST, MOST = 12, 256
AT_ONCE = 2


@dataclass(frozen=True)
class Passwords:
    """Hashes and verifies with given *costs*, a few at once, since each takes much memory."""

    costs: dict[str, Any] = field(default_factory=dict)
    _room: Any = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE), repr=False)

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        return PasswordHasher(**self.costs)

    @cached_property
    def _nobody(self) -> str:
        return self.hash("nobody's password")

    def hash(self, password: str) -> str:
        """Give the hash of a password, with its salt and costs."""
        with self._room:
            return self._hasher.hash(password)

    def right(self, kept: str, given: str) -> bool:
        """Tell whether a password is the one whose hash is *kept*; takes as long where none is kept."""
        from argon2.exceptions import Argon2Error, InvalidHashError

        against = kept or self._nobody
        with self._room:
            try:
                self._hasher.verify(against, given[:MOST])
            except (Argon2Error, InvalidHashError):
                return False
        return bool(kept)


def fit(password: str, name: str) -> str:
    """Give a password back that is long enough and is not the name (NIST SP 800-63B: length, no other rules).

    Raises:
        BadAccount: it is too short, too long, or says the name.
    """
    if not LEAST <= len(password) <= MOST:
        raise BadAccount(f"got {len(password)} characters, expected {LEAST} to {MOST}", field="password")
    if name.casefold() in password.casefold() or len(set(password)) < 5:
        raise BadAccount("got a password that is easily guessed, expected another", field="password")
    return password

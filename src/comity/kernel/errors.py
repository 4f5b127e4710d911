"""The one root of errors, with families by what the caller can do.

    ComityError
    ├── BadInput      the caller gave something malformed: mend it and call again      exit 2, HTTP 422
    ├── NotFound      what was named is not here                                      exit 2, HTTP 404
    ├── Refused       understood, and not allowed: a rule says no                     exit 1, HTTP 409
    ├── Corrupt       what is stored or sealed no longer agrees with itself           exit 1, HTTP 500
    └── Unavailable   the machine cannot do it now (disk, database, lock): try again  exit 1, HTTP 503

Rooms subclass these; no foreign exception crosses a room. A message says what was got and what was expected.
"""

from __future__ import annotations


class ComityError(Exception):
    """Root of all errors; knows its outward status and its advice for a person."""

    exit_code = 1
    status = 500

    def __init__(self, message: str, *, file: str = "", field: str = "", advice: str = "") -> None:
        """Keep what happened, in which *file* and *field* it happened, and what a person can do about it."""
        super().__init__(message)
        self.message = message
        self.file = file
        self.field = field
        self.advice = advice

    def __str__(self) -> str:
        """Give the place and the message in one line."""
        place = ": ".join(part for part in (self.file, self.field) if part)
        return f"{place}: {self.message}" if place else self.message

    @property
    def kind(self) -> str:
        """The error's name for machines, in lower case with hyphens."""
        name = type(self).__name__
        return "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))

    def problem(self) -> dict[str, object]:
        """Give the error as a problem document (RFC 9457)."""
        document: dict[str, object] = {
            "type": f"urn:x-comity:{self.kind}",
            "title": self.message,
            "status": self.status,
        }
        optional = {"file": self.file, "field": self.field, "advice": self.advice}
        return document | {name: value for name, value in optional.items() if value}


class BadInput(ComityError):
    """The input is malformed: the caller mends it and calls again."""

    exit_code = 2
    status = 422


class NotFound(ComityError):
    """What the caller named is not here."""

    exit_code = 2
    status = 404


class Refused(ComityError):
    """The input is understood and a rule says no."""

    status = 409


class Corrupt(ComityError):
    """Something stored or sealed no longer agrees with itself."""


class Unavailable(ComityError):
    """The machine cannot do it now: no space, no access, a database that does not answer."""

    status = 503

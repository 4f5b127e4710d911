"""What can go wrong with people, their rights and their signing in."""

from __future__ import annotations

from comity.kernel.errors import BadInput, NotFound, Refused, Unavailable


class NotSignedIn(Refused):
    """Nobody is signed in, or what was shown to sign in is not right."""

    status = 401


class TooSoon(Refused):
    """Too many attempts failed; the next one is looked at after a while."""

    status = 429

    def __init__(self, message: str, *, seconds: int) -> None:
        """Keep how many *seconds* to wait."""
        super().__init__(message, advice="Wait, then try again. A passkey works at once.")
        self.seconds = seconds


class NotAllowed(Refused):
    """The duty matrix does not give this act to this person."""

    status = 403


class DutiesApart(Refused):
    """Two duties that one person must not have."""


class LastAdministrator(Refused):
    """Without this person nobody could administer the node."""


class AnotherPerson(Refused):
    """Somebody else has to do this: nobody confirms or reviews his own act."""


class ClonedPasskey(NotSignedIn):
    """A passkey was used whose counter went back: somebody has a copy of it."""


class NoVault(Unavailable):
    """The key under which secrets of people are sealed is not here."""


class NoPerson(NotFound):
    """There is no such person."""


class NoCaseKnown(NotFound):
    """There is no such case, or not for this person: the two are not told apart."""


class BadAccount(BadInput):
    """What was given for an account is malformed."""


class KeyUsed(Refused):
    """An idempotency key that stands for another call, or for one whose end is not known."""


WRONG_ISSUER = "The organisation's provider answers otherwise than it has to. Sign in with a key of your own, and tell an administrator."


class IssuerUnreachable(Unavailable):
    """The organisation's identity provider does not answer."""


class WrongIssuer(Refused):
    """The identity provider answers otherwise than a provider has to that can be relied upon."""

    status = 502

    def __init__(self, message: str, *, file: str = "", field: str = "", advice: str = "") -> None:
        """Keep what was found, with advice for whoever stands at the door."""
        super().__init__(message, file=file, field=field, advice=advice or WRONG_ISSUER)


class NotVouched(NotSignedIn):
    """What came back from the identity provider does not prove who somebody is."""


class NotLinked(NotSignedIn):
    """The identity provider knows the person, and nobody here is linked with him."""

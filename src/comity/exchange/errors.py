"""What can go wrong on the way between two nodes.

NoPeer (NotFound)               the party is not in the directory, or has no address there
PeerUnreachable (Unavailable)   no connection, or none in time: try again later
PeerBusy (Unavailable)          the peer asks to be left alone for a time that it names: try again then
PeerRefused (Refused)           the peer, or what stands for it, is not the one in the directory, or turned us away
LedAway (Refused)               the peer would have us go to another place, which we never do
Undeliverable (Refused)         trying again will not help; a person has to look at it
ReplayRefused (Refused)         a transaction that is known already came with other bytes
NotQueued (NotFound)            there is no such message
NoDelivery (NotFound)           there is no such delivery, or nothing is offered to that peer under that address
NotYet (Unavailable)            a message speaks of something that has not come yet: try again later
NotResumed (Refused)            the peer does not go on with a file where we stopped: begin anew
Trickling (Unavailable)         a file comes so slowly that a worker would be held up
TooFull (Unavailable)           there is no room on the node's disk for what would be fetched
NotDecided (Refused)            the desk lacks what must stand before the act: a review, a call back, a second person
NotCarried (Refused)            the request cannot be said in an HI-1 message, or is too large for one
BadIdentity (BadInput)          the node's TLS key or certificate is missing or malformed
"""

from __future__ import annotations

from datetime import timedelta

from comity.kernel.errors import BadInput, NotFound, Refused, Unavailable

SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(hours=1)


class NoPeer(NotFound):
    """The party is not in the directory, or has no address there."""


class PeerUnreachable(Unavailable):
    """There was no connection to the peer, or none in time."""


class PeerBusy(Unavailable):
    """The peer asks to be left alone for a time: for *pause*, a second at least and an hour at most."""

    def __init__(self, message: str, *, pause: timedelta, advice: str = "") -> None:
        """Keep how long to wait, whatever the peer would have."""
        super().__init__(message, advice=advice)
        self.pause = min(max(pause, SHORTEST_PAUSE), LONGEST_PAUSE)


class PeerRefused(Refused):
    """The peer is not the one in the directory, or turned us away."""


class LedAway(PeerRefused):
    """The peer would have us go to another place than the directory's, which we never do."""


class Undeliverable(Refused):
    """A message cannot be delivered, and trying again will not help."""


class ReplayRefused(Refused):
    """A transaction that is known already came with other bytes."""


class NotQueued(NotFound):
    """There is no such message."""


class NoDelivery(NotFound):
    """There is no such delivery, or nothing is offered to that peer under that address."""


class NotYet(Unavailable):
    """A message speaks of something that has not come yet."""


class NotResumed(Refused):
    """The peer does not go on with a file where we stopped."""


class Trickling(Unavailable):
    """A file comes so slowly that a worker would be held up."""


class TooFull(Unavailable):
    """There is no room on the node's disk for what would be fetched."""


class NotDecided(Refused):
    """The desk lacks what must stand before the act: a review, a call back, a second person."""


class BadIdentity(BadInput):
    """The node's TLS key or certificate is missing or malformed."""


class NotCarried(Refused):
    """The request cannot be said in an HI-1 message, or is too large for one."""

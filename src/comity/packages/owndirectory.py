"""The verifier's own copy of the directory: it knows of revocations, and of directories shown differently to others."""

from __future__ import annotations

from datetime import datetime

from comity.directory.errors import NoParty
from comity.directory.mirror import Mirror
from comity.directory.model import Party
from comity.directory.slice import Checked, check_newer

from .errors import BadSigners


class OwnDirectory:
    """A mirror as it stands at a moment; however old it is, what it takes back stays taken back."""

    def __init__(self, mirror: Mirror, now: datetime) -> None:
        """Look at *mirror*."""
        self._mirror = mirror
        self._now = now

    @property
    def fresh(self) -> bool:
        """Tell whether the mirror has not expired."""
        return not self._mirror.status().stale(self._now)

    def find(self, party: str) -> Party | None:
        """Give a party, or nothing if the mirror does not know it."""
        try:
            return self._mirror.lookup(party, self._now, stale=True)
        except NoParty:
            return None

    def compare(self, shown: Checked) -> Party:
        """Give the party of a slice as the mirror has it.

        Raises:
            Rollback: slice and mirror cannot come from the same directory.
            BadSigners: the mirror does not know the party.
        """
        check_newer(shown.position, self._mirror.position(shown.party.country))
        found = self.find(shown.party.id)
        if found is None:
            raise BadSigners(f"got a package of {shown.party.id}, expected a party in one's own directory")
        return found

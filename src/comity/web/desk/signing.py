"""Signing at the desk: the person's own key, opened by his passphrase for this one act and kept nowhere."""

from __future__ import annotations

from comity.crypto.keys import FileSigner
from comity.evidence.sealer import ROLE

from .visit import Visit


def signer_of(visit: Visit) -> FileSigner:
    """Open the key of the person who is signed in, with the passphrase in the form's field `passphrase`.

    Raises:
        BadAccount: he has no key, it is no longer his in the directory, or the passphrase is wrong.
        TooSoon: the passphrase was wrong too often.
    """
    return visit.actor.signer(visit.field("passphrase"))


def seals(visit: Visit) -> bool:
    """Tell whether the person's own key may sign papers on evidence now."""
    me, now = visit.desk.node.office.own().find(visit.desk.staff.party), visit.desk.staff.now
    mine = [key for key in me.keys if key.holder == visit.person.holder and not key.may(ROLE, now)] if me else []
    return bool(visit.person.key and mine)

"""Whose key may seal an item and sign a paper on it: one of the party's with the role `custody`, in a person's or post's hand.

A custodian seals without opening, so the role is one of its own: it does not draft, release or answer. A small office gives
one key several roles, in the directory, where everybody sees it. But the node's own key, and one that vouches in the
directory, seal nothing: a seal is the word of somebody who had the item before him.

Before the directory had the role, keys with `receipt` sealed: what they signed until FORMER_UNTIL stays valid.
"""

from __future__ import annotations

from datetime import UTC, datetime

from comity.directory.model import Party
from comity.packages.errors import BadSigners
from comity.packages.provenance import require
from comity.packages.result import Signer

ROLE, FORMER = "custody", "receipt"
FORMER_UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
APART = ("node", "registry")


def require_sealer(party: Party, keyid: str, *, at: datetime) -> Signer:
    """Give the key's holder if it may seal and sign for *party* now.

    Raises:
        BadSigners: it may not.
    """
    signer = require(party, keyid, ROLE, at=at, attested=False)
    return _apart(party, signer)


def check_sealer(party: Party, keyid: str, *, at: datetime, attested: bool) -> Signer:
    """Give the key's holder if what it signed for *party* at a time counts; *attested* as `packages.provenance.require`.

    Raises:
        BadSigners: it does not.
    """
    key = party.key(keyid)
    former = key is not None and ROLE not in key.roles and FORMER in key.roles and at < FORMER_UNTIL
    return _apart(party, require(party, keyid, FORMER if former else ROLE, at=at, attested=attested))


def _apart(party: Party, signer: Signer) -> Signer:
    """Refuse a key that acts for no person: such roles are given apart from `custody`."""
    key = party.key(signer.keyid)
    if signer.role == ROLE and key and (wrong := [role for role in APART if role in key.roles]):
        raise BadSigners(f"got key {key.keyid[:12]} of {key.holder}, which has the role {wrong[0]}, expected one apart")
    return signer

"""Trusted time on a chain of custody: a token over its last entry proves, by one question, every entry up to that one.

A token is over the entry as it is written, so its imprint is the very hash by which the next entry names it; and as each
entry names the one before, all before it existed at that time, too. Whatever the node's clock showed, none of them was made
later. A token older than an entry that it covers tells that the node's clock ran ahead. Entries after the last token have the
node's time alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from comity.crypto import timestamp
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput, ComityError

from .custody import Custodian
from .custodychain import Checked, Fault, Timed
from .custodytables import add_token as keep_token
from .custodytables import find_tokens, last_custody

TIMED = "custody.timed"
TOLERANCE = timedelta(minutes=5)
MAX_TOKEN = 64 * 1024


def question(keeper: Custodian, item: str) -> tuple[int, bytes]:
    """Give the number of the last entry of an item's custody, and the question (DER) about it to send to a time authority.

    Raises:
        NoItem: it has no custody here.
    """
    with keeper.store.read() as unit:
        keeper.standing(unit, item)
        row = last_custody(unit, item)
    assert row
    return row.number, timestamp.request(row.data)[0]


def add_token(keeper: Custodian, item: str, token: bytes, authorities: Sequence[bytes]) -> Timed:
    """Keep a time authority's answer, whatever was entered since the question was asked; again changes nothing.

    Raises:
        NoItem: the item has no custody here.
        BadTimestamp: the answer is under none of the *authorities*.
        BadInput: it is about no entry of this item.
    """
    wanted = timestamp.imprint(token)
    with keeper.store.write(durable=True) as unit:
        rows = [row for row in keeper.rows(unit, item) if hashlib.sha256(row.data).digest() == wanted]
        if not rows:
            raise BadInput(f"got a time token on something else, expected one on an entry of {item}", field="token")
        timed = Timed(rows[0].number, timestamp.check(token, rows[0].data, authorities))
        if timed.number not in find_tokens(unit, item):
            keep_token(unit, item, timed.number, token)
            event = {"type": TIMED, "at": stamp(keeper.clock.now()), "item": item, "number": timed.number}
            keeper.ledger.append(unit, event | {"token": hashlib.sha256(token).hexdigest()})
    return timed


def check_times(checked: Checked, tokens: Mapping[int, bytes], authorities: Sequence[bytes]) -> Checked:
    """Check the time *tokens* of a chain, each by the number of its entry; without *authorities* they are only counted."""
    entries = {entry.number: entry for entry in checked.entries}
    timed: list[Timed] = []
    faults: list[Fault] = []
    for number, token in sorted(tokens.items()) if authorities else ():
        if number not in entries:
            faults.append(
                Fault("time", number, "got a time token for an entry that is not there, expected one that is")
            )
            continue
        try:
            moment = timestamp.check(token, entries[number].dump(), authorities)
        except ComityError as e:
            faults.append(Fault("time", number, e.message))
            continue
        timed.append(Timed(number, moment))
        ahead = [one for one in checked.entries if one.number <= number and one.at > moment + TOLERANCE]
        if ahead:
            message = f"got {stamp(ahead[0].at)}, expected none after {stamp(moment)}, when a time authority saw it"
            faults.append(Fault("time", ahead[0].number, message))
    untested = 0 if authorities else len(tokens)
    return replace(checked, timed=tuple(timed), untested=untested, faults=(*checked.faults, *faults))

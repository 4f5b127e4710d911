"""Attempts to get in: each failure makes the next one wait longer. Nobody is locked out.

An attempt is counted before it is looked at, so that many at once are many; success forgets the count. What is counted by:

- the browser's device, where the person has signed in from it before; a stranger's attempts do not hinder it;
- otherwise the account, with a short longest wait, because strangers can cause it;
- and always the address, with a long one. What is brought back from an identity provider is counted by itself.

While one waits, further attempts are turned away without being looked at or counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from comity.store.engine import Unit

from . import tables
from .errors import TooSoon
from .model import Attempts
from .staff import Staff, hashed

FORGOTTEN = timedelta(hours=24)


@dataclass(frozen=True)
class Patience:
    """How many failures are free, and the longest wait in seconds after them."""

    free: int
    longest: int

    def wait(self, failures: int) -> timedelta:
        """Give the wait after so many failures: doubled with each."""
        return timedelta(seconds=min(self.longest, 1 << min(failures - self.free, 30)) if failures > self.free else 0)


ACCOUNT, DEVICE, ADDRESS = Patience(5, 60), Patience(5, 900), Patience(20, 900)


def keys(name: str, address: str, device: str) -> dict[str, Patience]:
    """Give what an attempt is counted by; *device* is empty where it is not known for this person."""
    counted = {f"device:{hashed(device + name)}": DEVICE} if device else {f"account:{hashed(name)}": ACCOUNT}
    return counted | {f"address:{hashed(address)}": ADDRESS}


def begin(staff: Staff, unit: Unit, counted: dict[str, Patience]) -> None:
    """Count an attempt as failed, until `forget` says otherwise.

    Raises:
        TooSoon: an earlier one has to be waited for.
    """
    found = {key: tables.find(unit, Attempts, id=key) for key in counted}
    waits = [int((one.free_at - staff.now).total_seconds()) for one in found.values() if one]
    if (longest := max(waits, default=0)) > 0:
        raise TooSoon(f"got another attempt too soon, expected none for {longest} seconds", seconds=longest)
    for key, patience in counted.items():
        before = found[key]
        failures = 1 + (before.failures if before and staff.now - before.at < FORGOTTEN else 0)
        row = Attempts(key, failures, staff.now, staff.now + patience.wait(failures))
        (tables.change if before else tables.add)(unit, row)
    tables.sweep(unit, Attempts, "at", staff.now - FORGOTTEN)


def forget(unit: Unit, counted: dict[str, Patience]) -> None:
    """Forget the count: this attempt succeeded. The address keeps its own, so that one right guess frees no others."""
    for key in counted:
        found = tables.find(unit, Attempts, id=key)
        if found and key.startswith("address:"):
            tables.change(unit, Attempts(key, found.failures - 1, found.at, found.at))
        elif found:
            tables.remove(unit, found)

"""Drills: somebody tried a call-back number of the directory before it was needed, and wrote down who answered.

A drill is a small file of its own, written once; the log has its event. What a registry publishes about drills stands in
the directory beside it, and is another thing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from comity.kernel import canonical
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text
from comity.requests.office import Office

from .emergency import numbers

PREFIX, MAX_NAME, MAX_TEXT = "drill-", 200, 1000


@dataclass(frozen=True)
class Drill:
    """A test call: to whom, when, by whom, to which number, who answered there, and what was noted."""

    party: str
    at: datetime
    by: str
    number: str
    answered_by: str = ""
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """Give the drill as JSON data."""
        return asdict(self) | {"at": stamp(self.at)}


def record(office: Office, party: str, by: str, *, number: str, answered_by: str = "", note: str = "") -> Drill:
    """Record that somebody tried a number of a party, and who answered; nobody if left out.

    Raises:
        BadInput: it is no number that the directory has for the party.
    """
    known = dict(numbers(office, party))
    if number not in known:
        raise BadInput(
            f"got {number[:40]!r}, expected a number that the directory has for {party[:60]}", field="number"
        )
    now = office.clock.now()
    made = Drill(
        party, now, by, number,
        check_text(answered_by, field="answered_by", max=MAX_NAME) if answered_by else "",
        check_text(note, field="note", max=MAX_TEXT) if note else "",
    )  # fmt: skip
    staged = office.blobs.stage()
    staged.write_bytes(canonical.dump(made.plain()))
    with office.store.write(durable=True) as unit:
        reached = str(bool(made.answered_by))
        event = {"type": "desk.drilled", "at": stamp(now), "peer": party, "number": number, "reached": reached}
        event |= {"by": by} if by else {}
        office.ledger.append(unit, event)
        office.blobs.keep(staged, f"{PREFIX}{party}-{office.new_id(now)}")
    return made


def drills(office: Office, party: str = "") -> list[Drill]:
    """List the drills of a party, or all, the latest first."""
    found = [_read(office, name) for name in office.blobs.names(f"{PREFIX}{party}")]
    return sorted((one for one in found if party in ("", one.party)), key=lambda one: one.at, reverse=True)


def _read(office: Office, name: str) -> Drill:
    row: dict[str, Any] = canonical.load(office.blobs.path(name).read_bytes())
    return Drill(**{**row, "at": moment(row["at"])})

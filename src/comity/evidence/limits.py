"""Use limits: what the receiver of an item may do with it. They are carried along, and only ever become narrower."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from comity.kernel.language import _

from .errors import LimitsForbid


@dataclass(frozen=True)
class UseLimits:
    """For which case and offence alone, whether as evidence, until when, and whether it may be handed on."""

    case: str = ""
    offence: str = ""
    intelligence_only: bool = False
    not_as_evidence: bool = False
    delete_by: date | None = None
    no_onward: bool = False

    def plain(self) -> dict[str, Any]:
        """Give the limits as JSON data; what is not limited is left out."""
        data = {name: value for name, value in vars(self).items() if value}
        return data | ({"delete_by": self.delete_by.isoformat()} if self.delete_by else {})

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> UseLimits:
        """Read limits from JSON data that fits its shape."""
        last = data.get("delete_by")
        return cls(**{**data, "delete_by": date.fromisoformat(last) if last else None})

    def narrowed(self, other: UseLimits) -> UseLimits:
        """Give limits that keep both.

        Raises:
            LimitsForbid: they name different cases or offences, so nothing keeps both.
        """
        for name in ("case", "offence"):
            one, two = getattr(self, name), getattr(other, name)
            if one and two and one != two:
                raise LimitsForbid(f"got {two!r}, expected {one!r}, to which the item is limited", field=name)
        days = [day for day in (self.delete_by, other.delete_by) if day]
        return UseLimits(
            case=self.case or other.case,
            offence=self.offence or other.offence,
            intelligence_only=self.intelligence_only or other.intelligence_only,
            not_as_evidence=self.not_as_evidence or other.not_as_evidence,
            delete_by=min(days, default=None),
            no_onward=self.no_onward or other.no_onward,
        )

    def check_onward(self, today: date) -> None:
        """See that an item under these limits may be handed on.

        Raises:
            LimitsForbid: it may not, or was to be deleted by now.
        """
        if self.no_onward:
            advice = "Ask the party that it came from."
            raise LimitsForbid("got an item that must not be handed on, expected one that may", advice=advice)
        self.check_day(today)

    def check_day(self, today: date) -> None:
        """See that the day by which an item must be deleted is not past.

        Raises:
            LimitsForbid: it is.
        """
        if self.delete_by and today > self.delete_by:
            raise LimitsForbid(f"got an item to be deleted by {self.delete_by}, expected one that may still be held")

    @property
    def record(self) -> str:
        """Give the limits as they are entered in custody, in English whoever enters them."""
        rows = [name.replace("_", " ") + ("" if value is True else f" {value}") for name, value in self.plain().items()]
        return f"use limits: {'; '.join(rows)}" if rows else ""

    @property
    def words(self) -> list[str]:
        """Say the limits, each in a line."""
        rows = [
            (self.case, _("for case {name} only").format(name=self.case)),
            (self.offence, _("for offence {name} only").format(name=self.offence)),
            (self.intelligence_only, _("for intelligence only")),
            (self.not_as_evidence, _("not as evidence")),
            (self.delete_by, _("to be deleted by {day}").format(day=self.delete_by)),
            (self.no_onward, _("not to be handed on")),
        ]
        return [text for value, text in rows if value]


def combined(all_limits: Iterable[UseLimits]) -> UseLimits:
    """Give the limits that keep all of them.

    Raises:
        LimitsForbid: they contradict each other.
    """
    found = UseLimits()
    for one in all_limits:
        found = found.narrowed(one)
    return found

"""The least time for which an instrument has data preserved, held against what a receiver said of a preservation.

The law data of the day say the minimum, for the basis that the preservation was asked on. Its addressee may say a shorter
time all the same: nothing blocks, and the officer reads it in time to have the preservation extended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from comity.directory.model import Party
from comity.law.basis import Engine
from comity.law.candidate import Clock
from comity.law.dates import Period
from comity.law.library import Library

from . import bases
from .limits import PRESERVATION

MINIMUM = "minimum"


def least(
    document: Mapping[str, Any], addressee: Party | None, law: Library, begun: datetime
) -> Iterator[tuple[date, Clock]]:
    """Give the day until which data are preserved at the least that a request asked for, with the limit that says so."""
    given = document.get("basis", {})
    named = given.get("candidate") or bases.known(law, str(given.get("instrument", "")))
    decision = Engine(law).decide(bases.question(document, addressee, begun.date()))
    for one in decision.candidates if named else ():
        for clock in one.clocks if one.id == named else ():
            if clock.kind == MINIMUM and clock.starts in PRESERVATION and clock.period:
                yield Period.parse(clock.period).after(begun.date()), clock

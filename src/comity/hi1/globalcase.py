"""The number of a case across borders, as the EU's systems write it: EIO-AT-PL-2019-09-10-0012-1.

The instrument, the issuing and the executing country, the day, the number of the case on that day (from 0001, for each
executing country), and the number of the instance that made it, unique in its country.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from .errors import BadMessage

_FORM = re.compile(
    r"([A-Z]{2,10})-([A-Z]{2})-([A-Z]{2})-(\d{4}-\d{2}-\d{2})-(\d{4})-([1-9]\d{0,8})", re.ASCII
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, order=True)
class GlobalCaseId:
    """A case between two countries under one instrument."""

    instrument: str
    issuing: str
    executing: str
    day: date
    number: int
    instance: int

    def __post_init__(self) -> None:
        """Refuse parts that cannot be written so that they are read again.

        Raises:
            BadMessage: there is such a part.
        """
        if not (self.number > 0 and _FORM.fullmatch(str(self))):
            raise BadMessage(
                f"got {str(self)[:80]!r}, expected a case id such as EIO-AT-PL-2019-09-10-0012-1", code=3007
            )

    @classmethod
    def parse(cls, text: str) -> GlobalCaseId:
        """Read a case id.

        Raises:
            BadMessage: the text is none.
        """
        found = _FORM.fullmatch(text)
        try:
            if not found:
                raise ValueError(text)
            day = date.fromisoformat(found[4])
        except ValueError as e:
            text = f"got {text[:80]!r}, expected a case id such as EIO-AT-PL-2019-09-10-0012-1"
            raise BadMessage(text, code=3007) from e
        return cls(
            instrument=found[1], issuing=found[2], executing=found[3], day=day, number=int(found[5]), instance=int(found[6])
        )  # fmt: skip

    def __str__(self) -> str:
        countries = f"{self.issuing}-{self.executing}"
        return f"{self.instrument}-{countries}-{self.day.isoformat()}-{self.number:04}-{self.instance}"

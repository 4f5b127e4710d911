"""Parts of split returns, by their names: a number that is left out in a series is a part that is missing.

    takeout-20260301T093000Z-001.zip, -003.zip     the second is missing
    facebook-an-2026-03-01-part-1-of-3.zip         so are the second and third
    archive.zip.001, archive.z01, message_2.json   and so on

Of a series that does not say how long it is, a missing end cannot be seen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .coverage import FileCoverage
from .model import Finding

MOST = 10_000
_PACKED = r"\.(?:zip|rar|7z|tar|tgz|tar\.gz|mbox)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # NAME part 2 of 3, NAME_2_of_3
        r"(?P<head>.*?[-_. ](?:part[-_. ]?)?)(?P<number>\d{1,5})(?P<of>[-_ ]?of[-_ ]?)(?P<count>\d{1,5})(?P<tail>\.\w{1,8})",
        # takeout-TIME-001.zip, takeout-TIME-3-001.zip
        r"(?P<head>(?:.*/)?takeout-\d{8}T\d{6}Z(?:-\d{1,5})?-)(?P<number>\d{3,5})(?P<tail>\.(?:zip|tgz|tar\.gz))",
        # NAME.part2.rar, NAME-part2.zip
        rf"(?P<head>.*[-_. ]part[-_. ]?)(?P<number>\d{{1,5}})(?P<tail>{_PACKED})",
        # data/tweets-part1.js beside tweets.js of X
        r"(?P<head>(?:.*/)?data/[\w-]+-part)(?P<number>\d{1,5})(?P<tail>\.js)",
        # NAME.zip.001
        rf"(?P<head>.*{_PACKED}\.)(?P<number>\d{{3}})(?P<tail>)",
        # NAME.z01, ending in NAME.zip
        r"(?P<head>.*\.z)(?P<number>\d{2})(?P<tail>)",
        # message_2.json of Meta's downloads
        r"(?P<head>(?:.*/)?message_)(?P<number>\d{1,5})(?P<tail>\.(?:json|html))",
    )
)


@dataclass(frozen=True, slots=True)
class Part:
    """A name taken apart: what is the same for its series, its number and its width, and how many there are if it says."""

    head: str
    tail: str
    number: int
    width: int
    of: str = ""
    count: int = 0

    def named(self, number: int) -> str:
        """Give the name of another part."""
        count = f"{self.of}{self.count}" if self.count else ""
        return f"{self.head}{number:0{self.width}}{count}{self.tail}"


def missing(names: Iterable[str]) -> list[FileCoverage]:
    """Give an entry of the ledger, untouched and with its finding, for every part that a series leaves out."""
    series: dict[tuple[str, str, int], dict[int, Part]] = defaultdict(dict)
    for name in names:
        if part := taken_apart(name):
            series[part.head.casefold(), part.tail.casefold(), part.count][part.number] = part
    return [entry for parts in series.values() for entry in _gaps(parts)]


def taken_apart(name: str) -> Part | None:
    """Take a name apart by the forms that are known."""
    for form in _FORMS:
        if match := form.fullmatch(name):
            found = match.groupdict()
            number, count = int(found["number"]), int(found.get("count") or 0)
            if number <= MOST and (not count or number <= count <= MOST):
                width = len(found["number"])
                return Part(found["head"], found["tail"], number, width, found.get("of") or "", count)
    return None


def _gaps(parts: dict[int, Part]) -> Iterator[FileCoverage]:
    some = next(iter(parts.values()))
    last = some.count or max(parts)
    lacking = [number for number in range(1, last + 1) if number not in parts]
    for number in lacking[:100]:
        name = some.named(number)
        entry = FileCoverage(name, why="not there; others of its series are")
        found, expected = f"{len(parts)} of {last} parts", f"parts 1 to {last}"
        entry.take(Finding("part_missing", found, expected, place=name, advice="Ask the sender for the part."))
        yield entry

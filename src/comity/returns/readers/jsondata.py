"""JSON and NDJSON of any sender: each list in it read by the mapping that fits its names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..cells import Cells
from ..jsontables import Reading, is_lines, largest, providers, units
from ..model import Given, Part, Verdict
from ..reader import Reader
from ..schema import kinds
from ..source import Source


def check(source: Source, given: Given) -> Verdict:
    """Look for a list or an object at the start, and for a mapping that fits."""
    if not begins(source.head):
        return Verdict(0, "")
    fitting = providers(source, given)
    if fitting:
        return Verdict(2, f"JSON; a mapping fits {', '.join(f'/{key}' for key in list(fitting)[:3])}")
    return Verdict(1, "JSON" if not is_lines(source.head) else "JSON, one value a line")


def begins(head: bytes) -> bool:
    """Tell whether bytes begin as a JSON document."""
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].replace(b" ", b"").replace(b"\r", b"").replace(b"\n", b"")
    if first[:1] == b"{":
        return first[1:2] in (b'"', b"}")
    return first[:1] == b"[" and (first[1:2] in b'{["]-0123456789' or first[1:5] in (b"true", b"null", b"fals"))


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the records of every list that a mapping fits; the others are told."""
    yield from Reading(given).read(units(source))


def table(source: Source, given: Given) -> tuple[Sequence[str], Iterable[Cells]] | None:
    """Give the names and cells of the largest list, to propose a mapping for it."""
    return largest(source, given)


READER = Reader("json", 1, "JSON and NDJSON through mappings", tuple(kinds()), check, read)

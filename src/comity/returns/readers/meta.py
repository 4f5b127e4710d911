"""Facebook and Instagram downloads in JSON: messages, logins, devices, profile; text that was encoded twice is mended.

The export writes the bytes of UTF-8 as if each were a sign. A text is mended only where nothing is lost by it; the
original stays in the raw text, and the record is flagged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ..flattening import meant
from ..jsontables import FIELDS, Reading, Unit, providers, units
from ..model import Given, Part, Rows, Verdict
from ..reader import Reader
from ..schema import kinds
from ..source import Source
from .jsondata import begins

PARTICIPANTS = "participants"
_THREAD = (b'"participants"', b'"messages"', b'"sender_name"')


def check(source: Source, given: Given) -> Verdict:
    """Know the export by the names in its lists."""
    if not begins(source.head):
        return Verdict(0, "")
    if all(mark in source.head for mark in _THREAD):
        return Verdict(3, "participants and messages with sender_name")
    fitting = [
        key for key, provider in providers(source, given).items() if provider in ("Facebook", "Instagram", "Meta")
    ]
    return Verdict(3, f"the names in /{fitting[0]}") if fitting else Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the records of the lists; who takes part in a conversation stands beside each message."""
    thread = all(mark in source.head for mark in _THREAD)
    if not thread:
        yield from Reading(given, meant).read(units(source))
        return
    above, mended = _above(source)
    reading = Reading(given, meant, above, {PARTICIPANTS: "participant"})
    for part in reading.read(units(source)):
        yield _without_sender(part, mended) if isinstance(part, Rows) else part


def _without_sender(part: Rows, mended: frozenset[str]) -> Rows:
    """Leave the sender out of those a message went to, and flag those whose names were mended."""
    import pyarrow as pa

    batch = part.batch
    names = batch.schema.names
    if "receivers" not in names or "sender" not in names:
        return part
    pairs = zip(batch.column("receivers").to_pylist(), batch.column("sender").to_pylist(), strict=True)
    others = [_others(members, sender) for members, sender in pairs]
    batch = batch.set_column(names.index("receivers"), "receivers", pa.array(others, pa.string()))
    if mended:
        flags = zip(batch.column("flags").to_pylist(), others, strict=True)
        told = [_told(flag, receivers, mended) for flag, receivers in flags]
        batch = batch.set_column(names.index("flags"), "flags", pa.array(told, pa.string()))
    return Rows(part.kind, batch, part.units, part.nth)


@lru_cache(maxsize=1024)
def _others(members: str | None, sender: str | None) -> str | None:
    found = [name for name in json.loads(members or "[]") if name != sender]
    return json.dumps(found, ensure_ascii=False) if found else None


@lru_cache(maxsize=1024)
def _told(flags: str | None, receivers: str | None, mended: frozenset[str]) -> str | None:
    """Add to the flags of a message that the name of a receiver was mended."""
    if not receivers or not mended.intersection(json.loads(receivers)):
        return flags
    return " ".join(dict.fromkeys([*(flags or "").split(), "double_encoded"]))


def _above(source: Source) -> tuple[dict[str, str], frozenset[str]]:
    """Give what the file says of the conversation as a whole, wherever it stands, and which names were mended."""
    found: dict[str, str] = {}
    members: list[str] = []
    mended: set[str] = set()
    for unit in units(source):
        if isinstance(unit, Unit) and unit.key == PARTICIPANTS and isinstance(unit.value, dict):
            name = unit.value.get("name", "")
            members.append(_text(name))
            mended |= {_text(name)} - {str(name)}
        elif isinstance(unit, Unit) and unit.key == FIELDS:
            found = {name: _text(unit.value[name]) for name in ("title", "thread_path") if name in unit.value}
    said = {PARTICIPANTS: json.dumps(members, ensure_ascii=False)} if members else {}
    return found | said, frozenset(mended)


def _text(value: Any) -> str:
    text = str(value)
    return meant(text) or text


READER = Reader("meta", 1, "Facebook and Instagram download (JSON)", tuple(kinds()), check, read)

"""The archive of an X account: scripts that set `window.YTD.NAME.partN` to a list; nothing in them is run.

Posts and conversations are read here; other lists by the mapping that fits. Built after public samples of the archive.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from ..flattening import Flattening
from ..jsonlist import Broken, walk
from ..jsontables import Every, Reading, Unit, sound
from ..model import Finding, Given, Part, Record, Seen, Verdict
from ..moment import ISO, read_moment
from ..reader import Reader
from ..schema import kinds
from ..source import Source

_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*window\.(?:YTD\.(\w{1,80})\.part(\d{1,6})|__THAR_CONFIG)\s*=\s*")
POSTED = "%a %b %d %H:%M:%S %z %Y"


def check(source: Source, given: Given) -> Verdict:
    """Know the archive by the name its scripts set."""
    match = _BEGIN.match(source.head)
    name = (match[1] or b"manifest").decode() if match else ""
    return Verdict(3, f"sets window.YTD {name}") if match else Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the records of the list."""
    match = _BEGIN.match(source.head)
    if match is None:
        yield Finding("layout_unknown", source.head[:60].decode("utf-8", "replace"), "window.YTD.NAME.partN =", units=1)
        yield Seen(1, "element")
        return
    name = (match[1] or b"manifest").decode()
    found = _elements(source, match.end())
    special = {"tweets": _post, "tweet": _post, "deleted_tweets": _post, "note_tweet": _note}.get(name)
    if name == "manifest":
        yield from _manifest(found)
    elif name.startswith("direct_message") and not name.endswith("headers"):
        yield from _each(found, _talk)
    elif special:
        yield from _each(found, special)
    else:
        yield from Reading(given).read(found)


def _elements(source: Source, skip: int) -> Iterator[Unit | Broken]:
    with source.opened() as stream:
        stream.seek(0)
        stream.read(skip)
        for part in map(sound, walk(cast("BinaryIO", _Rest(stream)), Every())):
            if isinstance(part, Broken):
                yield Broken(part.code, part.found, part.at + skip, part.inside)
            else:
                span = (part.span[0] + skip, part.span[1] + skip)
                yield Unit(part.key if part.index < 0 else "", part.place, part.value, span, part.raw)


class _Rest:
    """The rest of a stream without the semicolon that may end a script."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Read on; at the end, let go of the semicolon."""
        data = self._stream.read(size)
        plain = data.rstrip() if len(data) < size else data
        return plain[:-1] if len(data) < size and plain.endswith(b";") else data


def _each(found: Iterator[Unit | Broken], read_one: Any) -> Iterator[Part]:
    row = 0
    flat = Flattening()
    for unit in found:
        row += not isinstance(unit, Broken) or unit.inside
        if isinstance(unit, Broken):
            yield Finding(
                unit.code, unit.found, "JSON to its end", row, span=(unit.at, unit.at), units=int(unit.inside)
            )
        else:
            yield from read_one(unit, row, flat)
    yield Seen(row, "element")


def _record(kind: str, values: dict[str, Any], unit: Unit, row: int, flags: list[str], place: str = "") -> Record:
    known = {"provider": "X"} | {name: value for name, value in values.items() if value}
    return Record(kind, known, row, place or unit.place, unit.span, unit.raw, tuple(dict.fromkeys(flags)))


def _post(unit: Unit, row: int, flat: Flattening) -> Iterator[Part]:
    cells = flat.row(unit.value)
    if not cells.get("tweet/id_str") and not cells.get("tweet/id"):
        yield _strange(unit, row, cells, "a post with tweet/id_str")
        return
    media = cells.get("tweet/extended_entities/media", "") or cells.get("tweet/entities/media", "")
    body = cells.get("tweet/full_text") or cells.get("tweet/text", "")
    values = {
        "kind": "post",
        "direction": "out",
        "message": cells.get("tweet/id_str") or cells.get("tweet/id", ""),
        "body": body,
        "reply_to": cells.get("tweet/in_reply_to_status_id_str", ""),
        "time": read_moment(cells.get("tweet/created_at", ""), POSTED),
        "attachments": media,
        "state": "deleted" if cells.get("tweet/deleted_at") else "",
    }
    yield _record("message", values, unit, row, flat.flags)


def _note(unit: Unit, row: int, flat: Flattening) -> Iterator[Part]:
    cells = flat.row(unit.value)
    if not cells.get("noteTweet/noteTweetId"):
        yield _strange(unit, row, cells, "a post with noteTweet/noteTweetId")
        return
    values = {
        "kind": "post",
        "direction": "out",
        "message": cells["noteTweet/noteTweetId"],
        "body": cells.get("noteTweet/core/text", ""),
        "time": read_moment(cells.get("noteTweet/createdAt", ""), ISO),
    }
    yield _record("message", values, unit, row, flat.flags)


def _talk(unit: Unit, row: int, flat: Flattening) -> Iterator[Part]:
    """Yield each message of a conversation; the conversation is the unit."""
    talk = unit.value.get("dmConversation") if isinstance(unit.value, dict) else None
    messages = talk.get("messages") if isinstance(talk, dict) else None
    if not isinstance(talk, dict) or not isinstance(messages, list):
        yield _strange(unit, row, flat.row(unit.value), "dmConversation/messages")
        return
    given = 0
    for index, message in enumerate(messages):
        place = f"{unit.place}/dmConversation/messages/{index}"
        body = message.get("messageCreate") if isinstance(message, dict) else None
        if isinstance(body, dict):
            given += 1
            yield _line(body, unit, row, flat, place, str(talk.get("conversationId", "")), message)
        else:
            names = ", ".join(message) if isinstance(message, dict) else type(message).__name__
            yield Finding("layout_unknown", names[:200], "messageCreate", row, place)
    if not given:
        yield Finding("row_malformed", "a conversation without messages", "messageCreate", row, unit.place, units=1)


def _line(
    body: dict[str, Any], unit: Unit, row: int, flat: Flattening, place: str, thread: str, message: dict[str, Any]
) -> Record:
    cells = flat.row(body)
    receiver = cells.get("recipientId", "")
    media = cells.get("mediaUrls", "")
    values = {
        "kind": "direct message",
        "thread": thread,
        "sender": cells.get("senderId", ""),
        "receivers": json.dumps([receiver]) if receiver else "",
        "body": cells.get("text", ""),
        "message": cells.get("id", ""),
        "time": read_moment(cells.get("createdAt", ""), ISO),
        "attachments": media if media != "[]" else "",
    }
    raw = json.dumps(message, ensure_ascii=True)
    return _record("message", values, Unit(unit.key, place, None, unit.span, raw), row, flat.flags, place)


def _manifest(found: Iterator[Unit | Broken]) -> Iterator[Part]:
    """Yield the archive's own counts of its files."""
    row = 0
    for unit in found:
        row += not isinstance(unit, Broken) or unit.inside
        if isinstance(unit, Broken):
            yield Finding(
                unit.code, unit.found, "JSON to its end", row, span=(unit.at, unit.at), units=int(unit.inside)
            )
            continue
        values = {"provider": "X", "about": unit.place, "value": unit.raw[:4000]}
        yield Record("statement", values, row, unit.place, unit.span, unit.raw)
        types = unit.value if unit.key == "dataTypes" and isinstance(unit.value, dict) else {}
        for file in (file for kind in types.values() if isinstance(kind, dict) for file in kind.get("files", [])):
            if isinstance(file, dict) and "count" in file:
                about = {"provider": "X", "about": f"count of {file.get('fileName', '')}", "value": str(file["count"])}
                yield Record("statement", about, row, unit.place, unit.span)
    yield Seen(row, "member")


def _strange(unit: Unit, row: int, cells: dict[str, str], expected: str) -> Finding:
    return Finding("row_malformed", ", ".join(cells)[:300], expected, row, unit.place, unit.span, 1)


READER = Reader("x", 1, "X archive (window.YTD scripts)", tuple(kinds()), check, read)

"""Meta's pages of records (Facebook, Instagram, WhatsApp): sections of labels and values, also those of preservations.

Built after public descriptions of three generations of the page; not tried on a real return. A section that is not
known is reported with its entries, never passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from ..endpoint import split_endpoint
from ..markup import Page, looks_like_page
from ..model import Aside, Finding, Given, Part, Record, Seen, Verdict
from ..pageoddities import oddities
from ..pagepairs import Pair, PairHearer
from ..reader import Reader
from ..schema import kinds
from ..source import Source
from ..spokentime import read_spoken

HEADINGS = ("Thread", "Current Participants")
_NOTHING = re.compile(r"no responsive records", re.IGNORECASE)
_THREAD = re.compile(r"\(\s*(\d+)\s*\)")
_SERVICE = re.compile(rb"(whatsapp|meta platforms|facebook|instagram) business record", re.IGNORECASE)


@dataclass(slots=True)
class Group:
    """The pairs of one entry of a section."""

    section: str
    pairs: list[Pair] = field(default_factory=list)

    @property
    def raw(self) -> str:
        """The entry as delivered."""
        return "\n".join(f"{pair.label}: {pair.value}" for pair in self.pairs)

    def say(self, label: str) -> str:
        """Give the first value of a label."""
        return next((pair.value for pair in self.pairs if pair.label.casefold() == label.casefold()), "")


@dataclass(slots=True)
class _State:
    """What the page has said of itself so far."""

    provider: str
    account: str = ""
    thread: str = ""
    members: tuple[str, ...] = ()


def check(source: Source, given: Given) -> Verdict:
    """Know the page by the names of its sections."""
    if looks_like_page(source.head) and b'id="property-' in source.head.replace(b"'", b'"'):
        return Verdict(3, "sections of a Meta business record")
    return Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the entries of each section."""
    page, hearer = Page(source), PairHearer()
    service = _SERVICE.search(source.head)
    state = _State(service[1].decode().title() if service else given.provider or "Meta")
    unit = 0
    unknown: dict[str, int] = {}
    for group in _groups(page.heard(hearer)):
        unit += 1
        known = sections().get(group.section)
        if known is None and not _is_word(group):
            unknown[group.section] = unknown.get(group.section, 0) + 1
        else:
            yield from _entry(group, known or {}, unit, state)
    for name, count in unknown.items():
        expected = ", ".join(sections())
        advice = "Read the section on the page; report its labels."
        yield Finding("layout_unknown", f"section {name}", expected, place=name, units=count, advice=advice)
    yield from oddities(page)
    yield Seen(unit, "entry")


@cache
def sections() -> dict[str, dict[str, Any]]:
    """Give the sections that are read, out of `data/sections.yaml`."""
    import yaml

    text = files("comity.returns").joinpath("data", "sections.yaml").read_text("utf-8")
    found: dict[str, dict[str, Any]] = yaml.load(text, yaml.CSafeLoader)
    return found


def _groups(pairs: Iterator[Pair]) -> Iterator[Group]:
    """Gather pairs into entries: the first label of a section begins one, and so does a label that comes again."""
    group: Group | None = None
    first = ""
    for pair in _mended(pairs):
        alone = _alone(pair)
        again = group and any(p.label == pair.label for p in group.pairs)
        other = group is None or group.section != pair.section
        if group and (other or alone or again or pair.label == first):
            yield group
            group = None
        if other:
            first = ""
        if alone:
            yield Group(pair.section, [pair])
            continue
        first = first or pair.label
        group = group or Group(pair.section)
        group.pairs.append(pair)
    if group:
        yield group


def _mended(pairs: Iterator[Pair]) -> Iterator[Pair]:
    """Join a label at the foot of a page with its value on the next."""
    held: Pair | None = None
    for pair in pairs:
        if held and not pair.label and pair.section == held.section:
            yield Pair(held.section, held.label, pair.value, held.title, pair.link)
            held = None
            continue
        if held:
            yield held
        held = None if pair.value else pair
        if pair.value:
            yield pair
    if held:
        yield held


def _alone(pair: Pair) -> bool:
    """Tell a pair that is an entry of its own: a definition, the word that there is nothing, a single value."""
    known = sections().get(pair.section, {})
    told = pair.label in HEADINGS or pair.label.endswith("Definition") or _NOTHING.search(pair.value)
    return bool("any" in known or told or not pair.label)


def _is_word(group: Group) -> bool:
    pair = group.pairs[0]
    return pair.label.endswith("Definition") or bool(_NOTHING.search(pair.value))


def _entry(group: Group, known: dict[str, Any], unit: int, state: _State) -> Iterator[Part]:
    pair, place = group.pairs[0], f"{group.section} entry {unit}"
    if pair.label.endswith("Definition"):
        yield Aside("definition", 1, unit, group.raw[:2000])
    elif _NOTHING.search(pair.value):
        values = {"provider": state.provider, "account": state.account, "about": group.section, "reason": pair.value}
        yield Record("gap", values, unit, place, raw=group.raw)
    elif "any" in known:
        yield _single(pair, group, known, unit, place, state)
    elif pair.label in HEADINGS:
        _thread(pair, state)
        yield Aside("heading of a conversation", 1, unit, group.raw[:2000])
    elif missing := [name for name in known["needs"] if not group.say(name)]:
        found = group.raw[:300]
        yield Finding("row_malformed", found, ", ".join(missing), unit, place, units=1)
    else:
        yield from _fields(group, known, unit, place, state)


def _thread(pair: Pair, state: _State) -> None:
    if pair.label == "Thread":
        match = _THREAD.search(pair.value)
        state.thread, state.members = match[1] if match else pair.value[:200], ()
    else:
        state.members = tuple(pair.value.split("\n")[1:])


def _single(pair: Pair, group: Group, known: dict[str, Any], unit: int, place: str, state: _State) -> Part:
    """Read a section whose every pair is one value."""
    values: dict[str, Any] = {"provider": state.provider, "account": state.account}
    if not pair.value:
        return Aside("empty", 1, unit, group.raw[:2000])
    if known["kind"] == "statement":
        if pair.label in ("Target", "Account Identifier"):
            state.account = values["account"] = pair.value if pair.label == "Target" else state.account or pair.value
        return Record("statement", values | {"about": pair.label, "value": pair.value}, unit, place, raw=group.raw)
    if "about" in known:
        values["about"] = known["about"]
    values |= _valued(known["kind"], known["any"], pair.value)
    return Record(known["kind"], values, unit, place, raw=group.raw)


def _fields(group: Group, known: dict[str, Any], unit: int, place: str, state: _State) -> Iterator[Part]:
    values: dict[str, Any] = {"provider": state.provider, "account": state.account}
    for column, label in known["fields"].items():
        if text := group.say(label):
            values |= _valued(known["kind"], column, text)
    labels = {label.casefold() for label in known["fields"].values()}
    if known["kind"] == "message":
        values |= _message(group, state)
    odd = [pair.label for pair in group.pairs if pair.label.casefold() not in labels | _BESIDE]
    yield Record(known["kind"], values, unit, place, raw=group.raw)
    if group.say("Sender Ip"):
        address, port = split_endpoint(group.say("Sender Ip"))
        port_text = group.say("Sender Port")
        port = int(port_text) if port is None and port_text.isascii() and port_text.isdigit() else port
        session = {
            "provider": state.provider,
            "account": group.say("Sender") or state.account,
            "event": "message",
            "address": address,
            "port": port,
            "time": values.get("time"),
        }
        yield Record("session", session, unit, place, raw=group.raw)
    if odd:
        yield Finding("columns_unknown", ", ".join(odd)[:300], ", ".join(known["fields"].values()), unit, place)


_BESIDE = frozenset({
    *("attachments", "linked media file", "url", "share", "size", "date created", "summary", "title", "text", "removed by sender"),
    *("sender ip", "sender port", "sender device", "message style", "message size", "missed", "duration", "call record"),
})  # fmt: skip


def _message(group: Group, state: _State) -> dict[str, Any]:
    files = [pair.value or pair.link for pair in group.pairs if pair.label.startswith(("Linked Media", "Attachment"))]
    found: dict[str, Any] = {"thread": group.say("Group Id") or state.thread}
    if state.members and not group.say("Recipients"):
        others = [name for name in state.members if name != group.say("Author")]
        found["receivers"] = json.dumps(others, ensure_ascii=False)
    elif group.say("Recipients"):
        names = re.split(r"[,\n]\s*", group.say("Recipients"))
        found["receivers"] = json.dumps(names, ensure_ascii=False)
    if files:
        found["attachments"] = json.dumps([{"name": name} for name in files], ensure_ascii=False)
    return found


def _valued(kind: str, column: str, text: str) -> dict[str, Any]:
    """Give a value as its column wants it: times read, a port split off an address."""
    wanted = kinds()[kind].column(column)
    if wanted and wanted.type == "moment":
        return {column: read_spoken(text)}
    if column == "address":
        address, port = split_endpoint(text)
        return {"address": address} | ({"port": port} if port is not None else {})
    return {column: text}


READER = Reader(
    "meta-records",
    1,
    "Meta business record (built after public descriptions; not tried on a real return)",
    ("session", "account", "claim", "message", "device", "statement", "gap"),
    check,
    read,
)

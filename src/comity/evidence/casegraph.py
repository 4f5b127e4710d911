"""An item of evidence as a CASE/UCO 1.4 graph in JSON-LD: what was taken, by which act, and each act of custody since.

The writer is given the item piece by piece and writes as it goes, so that a million files need no more memory than one.
The same item gives the same bytes: every node is named by a UUID (in the form of version 5) made from the SHA-256 of the
item and the node's key; the parts of a node differ from it in the last digit. What CASE has no word for (a link's target, a name that is no text) stands in the node's description.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol, runtime_checkable

from comity import __version__
from comity.kernel.clock import stamp

from .casesource import source_nodes
from .custodyentry import CustodyEntry, Hand
from .model import FILE, FOLDER, LINK, Entry, Generation, nano_stamp
from .rows import usual, written

VERSION = "1.4.0"
CONTEXT = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "kb": "urn:uuid:",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
    "uco-location": "https://ontology.unifiedcyberontology.org/uco/location/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_HASHES = (("3", "sha256", "SHA256"), ("4", "sha512", "SHA512"))
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_CLASSES = {FILE: "File", FOLDER: "Directory", LINK: "SymbolicLink"}
_TIMES = (
    ("mtime", "uco-observable:modifiedTime"),
    ("atime", "uco-observable:accessedTime"),
    ("ctime", "uco-observable:metadataChangeTime"),
)
Node = dict[str, Any]


@runtime_checkable
class Things(Protocol):
    """Everything at a source, as something that knows the names, and can work on the entries with all cores."""

    def names(self) -> Iterator[bytes]:
        """Give the names, in order."""

    def parts(self, make: Callable[[Iterable[bytes]], bytes]) -> Iterator[bytes]:
        """Make something of the rows of `metadata/files.jsonl` part by part, in order."""


@dataclass(frozen=True)
class _Listed:
    """Entries as a list, or as something that gives a new iterator each time."""

    entries: Iterable[Entry]

    def names(self) -> Iterator[bytes]:
        return (entry.name for entry in self.entries)

    def parts(self, make: Callable[[Iterable[bytes]], bytes]) -> Iterator[bytes]:
        return (make([written(entry)]) for entry in self.entries)


@dataclass(frozen=True)
class Described:
    """What a graph is written from: a generation, everything at its source, and its custody so far.

    *entries* is gone through twice: it is a list, or gives a new iterator each time, or knows to work with all cores.
    *about* is what the item's description says of its sources.
    """

    generation: Generation
    entries: Iterable[Entry]
    custody: Iterable[CustodyEntry] = field(default=())
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def things(self) -> Things:
        """Give the entries by their names and in parts."""
        return self.entries if isinstance(self.entries, Things) else _Listed(self.entries)


def write_graph(item: Described, out: BinaryIO) -> None:
    """Write the graph of an item to *out*; its order and bytes depend on the item alone."""
    out.writelines(graph(item))


def graph(item: Described) -> Iterator[bytes]:
    """Give the graph of an item piece by piece."""
    yield f'{{"@context":{_json(CONTEXT)},"@graph":[\n'.encode()
    for number, line in enumerate(_lines(item)):
        if number:
            yield b",\n"
        yield from line
    yield b"\n]}\n"


def _lines(item: Described) -> Iterator[Iterable[bytes]]:
    """Give every node of the graph, each as pieces of bytes."""
    names = _Names(item.generation)
    seen: set[str] = set()
    for node in (*_act(item.generation, names), *source_nodes(item.about, names.id)):
        if node["@id"] not in seen:
            seen.add(node["@id"])
            yield [_json(node).encode()]
    yield _record(item, names)

    def nodes(rows: Iterable[bytes]) -> bytes:
        return ",\n".join(_of_row(row, names) for row in rows).encode()

    for part in item.things.parts(nodes):
        yield [part]
    before = names.ref("acquisition")
    for step in item.custody:
        for node in _step(step, names, before):
            if node["@id"] not in seen:
                seen.add(node["@id"])
                yield [_json(node).encode()]
        before = names.ref("custody", str(step.number))


class _Names:
    """Names the nodes of one item."""

    def __init__(self, generation: Generation) -> None:
        about = [generation.act.item, generation.act.party, generation.root, str(generation.number)]
        self._seed = hashlib.sha256(_json(about).encode())

    def id(self, kind: str, *key: str) -> str:
        """Name a node by its kind and key."""
        return self._start(_json([kind, *key]).encode()) + "0"

    def entry(self, name: bytes) -> str:
        """Name what stood at the source under a name, all but the last digit: 0 for itself, others for its parts."""
        return self._start(b"entry\0" + name)

    def _start(self, key: bytes) -> str:
        made = self._seed.copy()
        made.update(key)
        h = made.hexdigest()
        return f"kb:{h[:8]}-{h[8:12]}-5{h[12:15]}-{_VARIANT[h[15]]}{h[16:19]}-{h[19:30]}"

    def ref(self, kind: str, *key: str) -> Node:
        """Point to a node."""
        return {"@id": self.id(kind, *key)}


def _act(generation: Generation, names: _Names) -> Iterator[Node]:
    """Give the acquisition: who, where, by which tool, under which authority, in which case."""
    act = generation.act
    action = {
        "@id": names.id("acquisition"),
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": "acquired",
        "uco-action:startTime": _moment(stamp(generation.begun)),
        "uco-action:endTime": _moment(stamp(generation.sealed)),
        "uco-action:instrument": names.ref("tool"),
        "uco-action:result": [names.ref("record")],
    }
    action |= {"uco-core:description": act.why} if act.why else {}
    yield _node(names.id("tool"), "uco-tool:Tool", {"uco-core:name": "comity", "uco-tool:version": __version__})
    if act.by:
        action["uco-action:performer"] = names.ref("person", act.by)
        yield _node(names.id("person", act.by), "uco-identity:Person", {"uco-core:name": act.by})
    if act.party:
        action["uco-action:participant"] = [names.ref("party", act.party)]
        yield _node(names.id("party", act.party), "uco-identity:Organization", {"uco-core:name": act.party})
    if act.place:
        action["uco-action:location"] = [names.ref("place", act.place)]
        yield _node(names.id("place", act.place), "uco-location:Location", {"uco-core:name": act.place})
    if act.authority:
        yield _node(
            names.id("authority"),
            "case-investigation:Authorization",
            {"case-investigation:authorizationIdentifier": [act.authority]},
        )
    if act.authority or act.case:
        about = {"uco-core:name": act.case or act.authority, "uco-core:object": [names.ref("acquisition")]}
        about |= {"case-investigation:relevantAuthorization": [names.ref("authority")]} if act.authority else {}
        yield _node(names.id("case"), "case-investigation:Investigation", about)
    yield action


def _record(item: Described, names: _Names) -> Iterator[bytes]:
    """Give the provenance record, which points to everything that was taken; written as it goes."""
    generation = item.generation
    rest = {"uco-core:description": f"{generation.files} files, {generation.size} bytes, tree root {generation.root}"}
    rest |= {"case-investigation:exhibitNumber": generation.act.item}
    head = _json(_node(names.id("record"), "case-investigation:ProvenanceRecord", rest))
    yield head[:-1].encode()
    started = False
    for name in item.things.names():
        yield (b"," if started else b',"uco-core:object":[') + f'{{"@id":"{names.entry(name)}0"}}'.encode()
        started = True
    yield b"]}" if started else b"}"


def _of_row(row: bytes, names: _Names) -> str:
    """Give the node of a row of `metadata/files.jsonl`: for the usual one, what `_thing` gives, written at once."""
    one = usual(row.decode())
    if not one or not one.path or "0" in (one.mtime[0], one.atime[0], one.ctime[0]):
        return _json(_thing(Entry.read(json.loads(row)), names))
    start, hashes = names.entry(one.name.encode()), []
    for part, said, value in (("3", "SHA256", one.sha256), ("4", "SHA512", one.sha512)):
        if value:
            hashes.append(
                f'{{"@id":"{start}{part}","@type":"uco-types:Hash","uco-types:hashMethod":"{said}",'
                f'"uco-types:hashValue":{{"@type":"xsd:hexBinary","@value":"{value}"}}}}'
            )
    return (
        f'{{"@id":"{start}0","@type":"uco-observable:File","uco-core:hasFacet":[{{"@id":"{start}1",'
        f'"@type":"uco-observable:FileFacet","uco-observable:fileName":"{one.name.rpartition("/")[2] or one.name}",'
        f'"uco-observable:filePath":"{one.name}","uco-observable:isDirectory":false,'
        f'"uco-observable:sizeInBytes":{one.length},'
        f'"uco-observable:modifiedTime":{{"@type":"xsd:dateTime","@value":"{one.mtime}"}},'
        f'"uco-observable:accessedTime":{{"@type":"xsd:dateTime","@value":"{one.atime}"}},'
        f'"uco-observable:metadataChangeTime":{{"@type":"xsd:dateTime","@value":"{one.ctime}"}}}},'
        f'{{"@id":"{start}2","@type":"uco-observable:ContentDataFacet","uco-observable:sizeInBytes":{one.length},'
        f'"uco-observable:hash":[{",".join(hashes)}]}}],"uco-core:name":"{one.path}"}}'
    )


def _thing(entry: Entry, names: _Names) -> Node:
    """Give one thing that stood at the source."""
    start = names.entry(entry.name)
    text = _text(entry.name)
    facet: Node = {
        "@id": f"{start}1",
        "@type": "uco-observable:FileFacet",
        "uco-observable:fileName": text.rpartition("/")[2] or text,
        "uco-observable:filePath": text,
        "uco-observable:isDirectory": entry.kind == FOLDER,
    }
    if entry.kind == FILE:
        facet["uco-observable:sizeInBytes"] = entry.size if entry.path else entry.origin.size
    for name, term in _TIMES:
        said = nano_stamp(getattr(entry.origin, name))
        if said[-1] == "Z" and said[0] != "0":
            facet[term] = _moment(said)
    facets = [facet, _content(entry, start)] if entry.path else [facet]
    rest: Node = {"uco-core:hasFacet": facets}
    if entry.path:
        rest["uco-core:name"] = entry.path
    if said := _aside(entry):
        rest["uco-core:description"] = said
    return _node(f"{start}0", f"uco-observable:{_CLASSES.get(entry.kind, 'FileSystemObject')}", rest)


def _content(entry: Entry, start: str) -> Node:
    hashes = [
        {
            "@id": start + part,
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": said,
            "uco-types:hashValue": _hex(value),
        }
        for part, name, said in _HASHES
        if (value := entry.digests.get(name))
    ]
    rest: Node = {"uco-observable:sizeInBytes": entry.size, "uco-observable:hash": hashes}
    return _node(f"{start}2", "uco-observable:ContentDataFacet", rest)


def _aside(entry: Entry) -> str:
    """Say what CASE has no word for."""
    said = [
        f"links to {_text(entry.target)}" if entry.kind == LINK else "",
        f"the same file as {_text(entry.twin)}" if entry.twin else "",
        "" if _plain(entry.name) else f"name in hexadecimal: {entry.name.hex()}",
        "its bytes are not in the item" if entry.kind == FILE and not entry.path else "",
    ]
    return "; ".join(part for part in said if part)


def _step(step: CustodyEntry, names: _Names, before: Node) -> Iterator[Node]:
    """Give an act of custody, and the people, parties, places and tools it names."""
    deed = step.deed
    action = _node(
        names.id("custody", str(step.number)),
        "case-investigation:InvestigativeAction",
        {
            "uco-core:name": deed.act,
            "uco-core:objectCreatedTime": _moment(stamp(step.at)),
            "uco-action:startTime": _moment(stamp(deed.happened or step.at)),
            "uco-action:performer": names.ref("hand", *_key(deed.by)),
            "uco-action:object": [names.ref("record")],
            "case-investigation:wasInformedBy": [before],
        },
    )
    said = {"why": deed.why, "authority": deed.authority, "result": deed.result, "note": deed.note}
    said |= {"entry SHA-256": step.digest}
    action["uco-core:description"] = [f"{label}: {value}" for label, value in said.items() if value]
    yield _hand(deed.by, names)
    if deed.to:
        action["uco-action:participant"] = [names.ref("hand", *_key(deed.to))]
        yield _hand(deed.to, names)
    if deed.place:
        action["uco-action:location"] = [names.ref("place", deed.place)]
        yield _node(names.id("place", deed.place), "uco-location:Location", {"uco-core:name": deed.place})
    if deed.tool:
        action["uco-action:instrument"] = [names.ref("tool", deed.tool, deed.version)]
        version = {"uco-tool:version": deed.version} if deed.version else {}
        yield _node(names.id("tool", deed.tool, deed.version), "uco-tool:Tool", {"uco-core:name": deed.tool} | version)
    yield action


def _hand(hand: Hand, names: _Names) -> Node:
    return _node(names.id("hand", *_key(hand)), "uco-identity:Identity", {"uco-core:name": hand.text})


def _key(hand: Hand) -> tuple[str, str, str]:
    return hand.party, hand.post, hand.person


def _node(name: str, kind: str, rest: Node) -> Node:
    return {"@id": name, "@type": kind} | rest


def _moment(text: str) -> Node:
    return {"@type": "xsd:dateTime", "@value": text}


def _hex(value: str) -> Node:
    return {"@type": "xsd:hexBinary", "@value": value}


def _plain(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode

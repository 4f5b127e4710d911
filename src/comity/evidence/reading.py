"""Reading a bag of any make, BagIt 0.93 to 1.0 (RFC 8493): what it lists, what is there, and everything that is amiss.

Nothing is raised for what is wrong with a bag: each thing wrong is a `Fault` that names the file, what was expected and
what was found, so that one reading tells all. Nothing is followed: no link, no path out of the bag, no `fetch.txt`.
Memory: about one KiB for each file listed; a list may have two million lines of 8 KiB at most.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .bagstore import BagStore
from .errors import BadItem
from .names import fold

MAX_LINES = 2_000_000
MAX_LINE = 8 * 1024
MAX_FAULTS = 1000
VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
ALGORITHMS: dict[str, Callable[[], Any]] = {
    name: getattr(hashlib, name) for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
}
Take = Callable[[int, str], None]
STRONG = {"sha224", "sha256", "sha384", "sha512"}
_DECLARATION = re.compile(r"BagIt-Version: (\d+\.\d+)\r?\n?Tag-File-Character-Encoding: (\S+)(?:\r\n|\r|\n)*", re.ASCII)
_MANIFEST = re.compile(r"(tag)?manifest-([A-Za-z0-9-]+)\.txt", re.ASCII)
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+\*?(.+)", re.ASCII | re.DOTALL)
_ESCAPE = re.compile(r"%(0[AaDd]|25)", re.ASCII)
_ENCODINGS = re.compile(
    r"utf-(8|16|32)(-[bl]e)?|us-ascii|ascii|iso-?8859-\d{1,2}|iso8859-\d{1,2}|cp125\d|windows-125\d", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: in which layer, with which file, what was expected and what was found."""

    layer: str
    file: str
    expected: str
    found: str

    def plain(self) -> dict[str, str]:
        """Give the fault as JSON data."""
        return {"layer": self.layer, "file": self.file, "expected": self.expected, "found": self.found}


BAG, COMPLETE, BYTES, TAGS = "bag", "completeness", "bytes", "tag files"


@dataclass
class Listing:
    """What a bag says of itself, and what is wrong with that.

    *payload* and *tags* give for each listed file its digests by algorithm; *info* the labels of `bag-info.txt` in order.
    """

    store: BagStore
    version: str = ""
    encoding: str = "utf-8"
    payload: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    info: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    algorithms: dict[str, set[str]] = field(default_factory=dict)
    fetched: set[str] = field(default_factory=set)

    def wrong(self, layer: str, file: str, expected: str, found: str) -> None:
        """Put down something that is wrong; after a thousand, only that there is more."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(layer, file, expected, found))
        elif len(self.faults) == MAX_FAULTS:
            self.faults.append(Fault(layer, file, "fewer faults", f"more than {MAX_FAULTS}; the rest is not listed"))

    def labelled(self, label: str) -> list[str]:
        """Give the values of a label, whose case does not count."""
        return [value for name, value in self.info if name.lower() == label.lower()]


def read_bag(store: BagStore) -> Listing:
    """Read what a bag says of itself, and compare it with what is there; no payload is read yet."""
    bag = Listing(
        store, faults=[Fault(BAG, name, "a regular file with a plain name", what) for name, what in store.odd]
    )
    if not _declared(bag):
        return bag
    for name in sorted(store.sizes):
        match = _MANIFEST.fullmatch(name)
        if match:
            _manifest(bag, name, "tags" if match[1] else "payload", match[2].lower().replace("-", ""))
    _fetch(bag)
    _info(bag)
    _compare(bag)
    return bag


def _declared(bag: Listing) -> bool:
    data = _small(bag, "bagit.txt", 1024, "a bag's declaration")
    if data is None:
        return False
    try:
        match = _DECLARATION.fullmatch(data.decode("utf-8"))
    except UnicodeDecodeError:
        match = None
    if not match or (b"\n" not in data and b"\r" not in data):
        expected = (
            "BagIt-Version: M.N and Tag-File-Character-Encoding: NAME in two lines, in UTF-8 without a byte order mark"
        )
        bag.wrong(BAG, "bagit.txt", expected, ascii(data[:100])[1:])
        return False
    bag.version = match[1]
    if bag.version not in VERSIONS:
        bag.wrong(BAG, "bagit.txt", "BagIt " + ", ".join(VERSIONS), bag.version)
        return False
    return _encoded(bag, match[2])


def _encoded(bag: Listing, name: str) -> bool:
    try:
        if not _ENCODINGS.fullmatch(name):
            raise LookupError(name)
        bag.encoding = codecs.lookup(name).name
    except LookupError:
        bag.wrong(BAG, "bagit.txt", "an encoding of text, such as UTF-8", name[:60])
        return False
    return True


def _manifest(bag: Listing, name: str, kind: str, algorithm: str) -> None:
    layer = COMPLETE if kind == "payload" else TAGS
    if algorithm not in ALGORITHMS:
        bag.notes.append(f"{name}: the algorithm {algorithm} is not known here; not checked")
        return
    bag.algorithms.setdefault(kind, set()).add(algorithm)
    listed = bag.payload if kind == "payload" else bag.tags
    digits = ALGORITHMS[algorithm]().digest_size * 2

    def take(number: int, line: str) -> None:
        match = _LINE.fullmatch(line)
        if not match or len(match[1]) != digits:
            bag.wrong(layer, name, f"{digits} hexadecimal digits, a blank and a path", f"line {number}: {line[:80]!a}")
            return
        path = _path(bag, match[2], name, payload=kind == "payload")
        if path is None:
            return
        sums = listed.setdefault(path, {})
        if algorithm in sums and (bag.version == "1.0" or sums[algorithm] != match[1].lower()):
            bag.wrong(layer, name, "each path once", f"{path!a} twice")
        sums[algorithm] = match[1].lower()

    _each_line(bag, name, take)


def _path(bag: Listing, text: str, name: str, *, payload: bool) -> str | None:
    """Read a path in a list: never out of the bag; as spelt where the file has that very name."""
    text = text.removeprefix("./")
    if payload and text in bag.store.sizes and text.startswith("data/"):
        return text  # it is the name of a file there, so it leads nowhere else
    path = text if text in bag.store.sizes else _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text)
    parts = path.split("/")
    outside = ".." in parts or path.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:", path) or "\\.." in path
    if outside or "\0" in path or "." in parts or "" in parts:
        bag.wrong(BAG, name, "paths within the bag", ascii(path[:200]))
        return None
    if payload != (parts[0] == "data"):
        bag.wrong(BAG, name, "paths below data/" if payload else "tag files, none below data/", ascii(path[:200]))
        return None
    if path in bag.store.sizes:
        return path
    return _spelt(bag, path)


def _spelt(bag: Listing, path: str) -> str:
    """Find the same name in another spelling of its letters (Unicode normal forms): systems store them differently."""
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize(form, path)
        if other in bag.store.sizes:
            bag.notes.append(f"{path!a} is there in another spelling of its letters ({form})")
            return other
    return path


def _fetch(bag: Listing) -> None:
    if "fetch.txt" not in bag.store.sizes:
        return
    bag.notes.append("fetch.txt names files to be fetched; it is never followed")

    def take(number: int, line: str) -> None:
        parts = line.split(None, 2)
        if len(parts) != 3 or not re.fullmatch(r"\d+|-", parts[1], re.ASCII):
            bag.wrong(BAG, "fetch.txt", "address, length and path", f"line {number}: {line[:80]!a}")
        elif path := _path(bag, parts[2], "fetch.txt", payload=True):
            bag.fetched.add(path)

    _each_line(bag, "fetch.txt", take)


def _info(bag: Listing) -> None:
    name = next((n for n in ("bag-info.txt", "package-info.txt") if n in bag.store.sizes), "")
    rows: list[tuple[str, list[str]]] = []

    def take(number: int, line: str) -> None:
        if line[:1] in (" ", "\t") and rows:
            rows[-1][1].append(line.strip())
            return
        label, colon, value = line.partition(":")
        spaced = label != label.strip() or (bag.version == "1.0" and value[:1] not in (" ", "\t", ""))
        if not colon or not label or spaced:
            bag.wrong(BAG, name, "a label, a colon and a value", f"line {number}: {line[:80]!a}")
        else:
            rows.append((label, [value.strip()]))

    if name:
        _each_line(bag, name, take)
    bag.info = [(label, " ".join(parts)) for label, parts in rows]
    stated = bag.labelled("Payload-Oxum")
    sizes = [size for path, size in bag.store.sizes.items() if path.startswith("data/")]
    actual = f"{sum(sizes)}.{len(sizes)}"
    if len(stated) > 1 and bag.version == "1.0":
        bag.wrong(BAG, name, "one Payload-Oxum", f"{len(stated)}")
    for oxum in stated:
        if oxum != actual:
            bag.wrong(COMPLETE, name, f"Payload-Oxum {actual}, the bytes and files that are there", oxum)


def _compare(bag: Listing) -> None:
    """Compare what is listed with what is there."""
    present = {path for path in bag.store.sizes if path.startswith("data/")}
    if not bag.algorithms.get("payload"):
        bag.wrong(BAG, "", "a payload manifest of a known algorithm", "none")
    if not present and not bag.store.has_data:
        bag.wrong(BAG, "data", "a folder for the payload", "none")
    if not bag.algorithms.get("payload", set()) & STRONG:
        bag.notes.append("the payload's digests are MD5 or SHA-1 only: against accidents, not against people")
    for path in sorted(set(bag.payload) - present):
        found = "only a line in fetch.txt, which is never followed" if path in bag.fetched else "no such file"
        bag.wrong(COMPLETE, path, "a file, as a manifest lists it", found)
    for path in sorted(present - set(bag.payload)):
        bag.wrong(COMPLETE, path, "only files that a manifest lists", "a file that none lists")
    if twins := twins_of(present):
        bag.notes.append(
            f"{len(twins)} names differ from another only in case or the spelling of letters, the first {twins[0]!a}"
        )
    for path in sorted(set(bag.tags) - set(bag.store.sizes)):
        bag.wrong(TAGS, path, "a file, as the tag manifest lists it", "no such file")
    for kind, listed in (("payload", bag.payload), ("tags", bag.tags)):
        wanted = bag.algorithms.get(kind, set())
        if bag.version == "1.0" and kind == "payload" and len(wanted) > 1:
            for path in sorted(path for path, sums in listed.items() if set(sums) != wanted):
                bag.wrong(
                    COMPLETE, path, "every payload manifest to list it", ", ".join(sorted(listed[path])) + " only"
                )


def twins_of(paths: Iterable[str]) -> list[str]:
    """Give the paths that some system takes for one that came before: they differ in case or normal form alone."""
    seen: set[str] = set()
    twins = []
    for path in sorted(paths):
        folded = fold(path)
        if folded in seen:
            twins.append(path)
        seen.add(folded)
    return twins


class _TooMuch(Exception):
    """A list goes beyond the limits; the rest of it is not read."""


class _Lines:
    """Cuts a stream of bytes into lines of text, and hands on each with its number."""

    def __init__(self, encoding: str, take: Take) -> None:
        self._decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
        self._take = take
        self._rest = ""
        self.number = 0

    def feed(self, piece: bytes | memoryview, *, final: bool = False) -> None:
        """Take some bytes, or the last of them."""
        *whole, self._rest = (self._rest + self._decoder.decode(bytes(piece), final)).split("\n")
        for line in (*whole, self._rest) if final else whole:
            self.number += 1
            if self.number > MAX_LINES or len(line) > MAX_LINE:
                raise _TooMuch
            self._take(self.number, line)
        if len(self._rest) > MAX_LINE:
            raise _TooMuch


def _each_line(bag: Listing, name: str, take: Take) -> None:
    """Read a list line by line; what cannot be read, a byte order mark, and what is too much are faults."""

    def first(number: int, line: str) -> None:
        if number == 1 and line.startswith("\ufeff"):
            bag.wrong(BAG, name, "no byte order mark", "one")
            line = line[1:]
        if line.strip():
            take(number, line)

    lines = _Lines(bag.encoding, first)
    try:
        bag.store.feed(name, lines.feed)
        lines.feed(b"", final=True)
    except UnicodeError as e:
        bag.wrong(BAG, name, f"text in {bag.encoding}", str(e)[:120])
    except _TooMuch:
        bag.wrong(BAG, name, f"at most {MAX_LINES} lines of {MAX_LINE} characters", f"more, at line {lines.number}")
    except BadItem as e:
        bag.wrong(BAG, name, "a list that can be read", e.message)


def _small(bag: Listing, name: str, limit: int, what: str) -> bytes | None:
    if name not in bag.store.sizes:
        bag.wrong(BAG, name, what, "no such file")
        return None
    try:
        return bag.store.read(name, limit)
    except BadItem as e:
        bag.wrong(BAG, name, what, e.message)
        return None

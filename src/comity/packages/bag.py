"""BagIt 1.0 (RFC 8493) as a sealed package uses it: one algorithm, exact tag files, nothing optional (package-format §2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .container import Advance, Container, silent, spread
from .errors import BadBag, NewerFormat
from .writer import Writer, Written

FORMAT = "comity-package/1"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
INFO = "bag-info.txt"
_TAGS = (INFO, "bagit.txt", MANIFEST)
_LABELS = (
    "Source-Organization",
    "External-Identifier",
    "Bagging-Date",
    "Payload-Oxum",
    "Comity-Format",
    "Comity-Renderer",
)
_LINE = re.compile(r"([0-9a-f]{64})  ([^\r\n]+)", re.ASCII)
_MAX_INFO = 8 * 1024
_MAX_MANIFEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Bag:
    """A bag whose every hash was computed again and agrees."""

    digest: str
    info: Mapping[str, str]
    payload: Mapping[str, str]


def write_tags(writer: Writer, payload: Iterable[Written], info: Mapping[str, str]) -> str:
    """Write the four tag files over a *payload* already written; give the package digest.

    *info* gives Source-Organization, External-Identifier, Bagging-Date and Comity-Renderer.
    """
    files = sorted(payload, key=lambda w: w.name)
    oxum = f"{sum(w.size for w in files)}.{len(files)}"
    rows = {**info, "Payload-Oxum": oxum, "Comity-Format": FORMAT}
    tags = [
        writer.add("bagit.txt", DECLARATION),
        writer.add(INFO, "".join(f"{label}: {rows[label]}\n" for label in _LABELS).encode()),
        writer.add(MANIFEST, _manifest(files)),
    ]
    return writer.add(TAG_MANIFEST, _manifest(sorted(tags, key=lambda w: w.name))).sha256


def read_bag(container: Container, advance: Advance = silent) -> Bag:
    """Check a bag whole: tag files, lists against files, every hash; one thread a core.

    Raises:
        BadBag: something is altered, added, missing or malformed.
        NewerFormat: the package says it was made by a newer version.
    """
    if container.read("bagit.txt", 200) != DECLARATION:
        raise BadBag("got another declaration, expected BagIt 1.0 in UTF-8", file="bagit.txt")
    info = _read_info(container.read(INFO, _MAX_INFO))
    tag_manifest = container.read(TAG_MANIFEST, _MAX_MANIFEST)
    tags = _read_manifest(tag_manifest, TAG_MANIFEST)
    payload = _read_manifest(container.read(MANIFEST, _MAX_MANIFEST), MANIFEST)
    present = {name for name in container.sizes if name.startswith("data/")}
    _same(set(tags), set(_TAGS), TAG_MANIFEST)
    _same(set(payload), present, MANIFEST)
    others = set(container.sizes) - present - {*_TAGS, TAG_MANIFEST}
    if strange := sorted(name for name in others if not name.startswith("seal/")):
        raise BadBag("got a file that belongs to no part of a package, expected none", file=strange[0])
    _check_hashes(container, {**tags, **payload}, advance)
    if info["Payload-Oxum"] != f"{sum(container.sizes[name] for name in present)}.{len(present)}":
        raise BadBag("got another number of bytes or files, expected those present", file=INFO, field="Payload-Oxum")
    return Bag(hashlib.sha256(tag_manifest).hexdigest(), info, payload)


def hash_files(container: Container, names: Iterable[str], advance: Advance) -> dict[str, str]:
    """Compute the SHA-256 of files, one thread a core, the largest first."""

    def one(name: str) -> tuple[str, str]:
        digest = hashlib.sha256()

        def take(piece: memoryview) -> None:
            digest.update(piece)
            advance(len(piece))

        container.feed(name, take)
        return name, digest.hexdigest()

    return dict(spread(one, sorted(names, key=lambda name: -container.sizes[name])))


def _check_hashes(container: Container, stated: Mapping[str, str], advance: Advance) -> None:
    computed = hash_files(container, stated, advance)
    for name in sorted(stated):
        if computed[name] != stated[name]:
            raise BadBag(
                f"got SHA-256 {computed[name][:16]}..., expected {stated[name][:16]}...: the file was altered",
                file=name,
            )


def _same(listed: set[str], present: set[str], file: str) -> None:
    if missing := sorted(listed - present):
        raise BadBag("got a list that names this file, expected it to be there", file=missing[0])
    if added := sorted(present - listed):
        raise BadBag(f"got this file, expected only those listed in {file}", file=added[0])


def _manifest(files: Iterable[Written]) -> bytes:
    return "".join(f"{w.sha256}  {w.name}\n" for w in files).encode()


def _read_manifest(data: bytes, file: str) -> dict[str, str]:
    rows: dict[str, str] = {}
    last = ""
    for number, line in enumerate(_lines(data, file), 1):
        match = _LINE.fullmatch(line)
        if not match or match[2] <= last:
            raise BadBag(f"got {line[:80]!r} in line {number}, expected hash, two spaces and path, sorted", file=file)
        last = match[2]
        rows[last] = match[1]
    return rows


def _read_info(data: bytes) -> dict[str, str]:
    lines = _lines(data, INFO)
    pairs = [line.partition(": ") for line in lines]
    info = {label: value for label, _, value in pairs}
    stated = info.get("Comity-Format", "")
    newer = re.fullmatch(r"comity-package/([1-9]\d{0,5})", stated, re.ASCII)
    if newer and int(newer[1]) > 1:
        advice = "Ask the sender for the older form, or install the newest version of Comity."
        raise NewerFormat(f"got format {stated}, expected {FORMAT}", file=INFO, field="Comity-Format", advice=advice)
    if [label for label, _, _ in pairs] != list(_LABELS) or stated != FORMAT or any(len(line) > 240 for line in lines):
        raise BadBag("got other lines, expected " + ", ".join(_LABELS), file=INFO)
    return info


def _lines(data: bytes, file: str) -> list[str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as e:
        raise BadBag("got bytes that are not UTF-8, expected UTF-8 text", file=file) from e
    if not text.endswith("\n") or "\r" in text:
        raise BadBag("got an unfinished or carriage-return line, expected lines ending in one newline", file=file)
    return text[:-1].split("\n")

"""Sealing: what was taken becomes a BagIt 1.0 bag with its description, a tree over its files, and a signed statement.

    data/...                    the bytes as they were, under names every system can hold
    manifest-sha256.txt         every payload file (manifest-sha512.txt too, when asked for)
    metadata/acquisition.json   who, when, where, why, by what authority and tool, and the figures
    metadata/files.jsonl        one line for everything at the source: name, owner, times, digests (see `model.Entry`)
    metadata/findings.jsonl     one line for everything a person has to know (see `model.Finding`)
    metadata/blake3.txt         BLAKE3 of every payload file, to check quickly; never the legal anchor
    metadata/case.jsonld        the same for other tools: a CASE/UCO graph (see `casegraph`)
    metadata/tree.json          root and secret of the tree over the files (see `tree`)
    bag-info.txt  bagit.txt     as RFC 8493 has them
    tagmanifest-sha256.txt      all of the above; its SHA-256 is the digest of this generation
    seal/                       outside the tag manifest: the statement, who signed, trusted time, the log's proof

All is made in a folder that is not yet in its place, and brought to the disk before it is put there.
"""

from __future__ import annotations

import grp
import hashlib
import os
import platform
import pwd
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from comity import __version__
from comity.crypto.keys import Signer
from comity.kernel import canonical
from comity.kernel.errors import BadInput
from comity.kernel.ids import Random
from comity.packages.bag import DECLARATION

from . import statement
from .casegraph import Described, graph
from .casesource import SOURCES
from .errors import BadGeneration, EvidenceUnwritable
from .inventory import Inventory
from .journal import dump, to_disk
from .model import Act, Finding, Generation
from .tree import root_of, write_tree

FORMAT = "comity-evidence/1"
ACQUISITION = "metadata/acquisition.json"
FILES = "metadata/files.jsonl"
FINDINGS = "metadata/findings.jsonl"
BLAKE3 = "metadata/blake3.txt"
TREE = "metadata/tree.json"
GRAPH = "metadata/case.jsonld"
TAG_MANIFEST = "tagmanifest-sha256.txt"
INFO = "bag-info.txt"
PROOF = "seal/tlog-proof"
ROLE_FOLDER = "seal/role/"
TIMESTAMP = "seal/timestamp.tsr"
MAX_ACQUISITION = 4 * 1024 * 1024


@dataclass(frozen=True)
class Contents:
    """What a generation will hold: the act, what stood at the sources, and the generation before.

    *in_place* tells that the payload is no copy, so that none of it is ever deleted; *listings* are the tag files that stand in the folder already; *about* is what else the description says of the sources.
    """

    act: Act
    begun: datetime
    inventory: Inventory
    findings: Sequence[Finding]
    former: Generation | None = None
    sources: tuple[Path, ...] = ()
    in_place: bool = False
    listings: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seal:
    """With what a generation is sealed: a key, who its holder is by the directory, and the log that records it."""

    random: Random
    signer: Signer | None = None
    role: Mapping[str, bytes] = field(default_factory=dict)
    record: Callable[[Generation], bytes] | None = None


def seal(folder: Path, contents: Contents, with_seal: Seal, *, at: datetime) -> Generation:
    """Write all that makes the folder a sealed generation; gives it.

    Raises:
        BadGeneration: the generation before is of another item.
        EvidenceUnwritable: the machine cannot write.
    """
    former = contents.former
    if former and former.act.item != contents.act.item:
        raise BadGeneration(f"got a generation of {former.act.item!r}, expected one of {contents.act.item!r}")
    try:
        with suppress(FileNotFoundError):
            shutil.rmtree(folder / "seal")
        if not contents.in_place:
            _sweep(folder, contents.inventory)
        generation = _write(folder, contents, at)
        if with_seal.signer:
            sign(folder, generation, with_seal)
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(folder)) from e
    to_disk(folder)
    return generation


def sign(folder: Path, generation: Generation, with_seal: Seal) -> None:
    """Put the signed statement on a generation, and the signer's place in the directory, into `seal/`."""
    assert with_seal.signer
    signed = statement.envelope(generation).sign(with_seal.signer)
    files = {ROLE_FOLDER + name: data for name, data in with_seal.role.items()}
    add_to_seal(folder, files | {statement.STATEMENT: signed.dump()})


def finish(folder: Path, with_seal: Seal) -> Generation:
    """Let the log record a generation that is in its place, unless it did already; gives the generation."""
    generation = read_generation(folder)
    if with_seal.record and not (folder / PROOF).exists():
        add_to_seal(folder, {PROOF: with_seal.record(generation)})
    return generation


def add_to_seal(folder: Path, files: Mapping[str, bytes]) -> None:
    """Add files below `seal/`, each whole or not at all.

    Raises:
        EvidenceUnwritable: the machine cannot write.
    """
    try:
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f".{path.name}.new")
            with aside.open("wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            aside.replace(path)
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(folder)) from e


def read_generation(folder: Path) -> Generation:
    """Read which generation a sealed folder says it is; nothing in it is verified.

    Raises:
        BadGeneration: it is none.
    """
    try:
        digest = hashlib.sha256((folder / TAG_MANIFEST).read_bytes()).hexdigest()
        document = canonical.load((folder / ACQUISITION).read_bytes(), limit=MAX_ACQUISITION)
        return generation_of(document, digest)
    except (OSError, BadInput) as e:
        raise BadGeneration(f"got no sealed item of evidence ({e}), expected one", file=str(folder)) from e


def sources_of(folder: Path) -> dict[str, Any]:
    """Read what the description in a sealed folder says of captures and deliveries; nothing in it is verified.

    Raises:
        BadGeneration: there is no description.
    """
    try:
        document = canonical.load((folder / ACQUISITION).read_bytes(), limit=MAX_ACQUISITION)
        return {name: document[name] for name in SOURCES if name in document}
    except (OSError, BadInput, TypeError) as e:
        raise BadGeneration(f"got no sealed item of evidence ({e}), expected one", file=str(folder)) from e


def generation_of(document: Any, digest: str) -> Generation:
    """Give the generation that `acquisition.json` describes under a digest.

    Raises:
        BadGeneration: it describes none.
    """
    try:
        if document["format"] != FORMAT:
            raise BadGeneration(f"got the format {document['format']!r}, expected {FORMAT}", file=ACQUISITION)
        return Generation.read(document | {"digest": digest})
    except (KeyError, TypeError, AttributeError) as e:
        raise BadGeneration(f"got a description that lacks {e}, expected {FORMAT}", file=ACQUISITION) from e


def _write(folder: Path, contents: Contents, at: datetime) -> Generation:
    inventory = contents.inventory
    generation = _generation(contents, root_of(inventory.leaves()), at)
    findings = sorted(contents.findings, key=lambda f: (f.name, f.code))
    tags = Tags(folder)
    tags.write(FILES, inventory.rows())
    tags.write(GRAPH, graph(Described(generation, inventory, about=contents.about)))
    tags.write(FINDINGS, (dump(f.plain()) for f in findings))
    tags.write(BLAKE3, inventory.sums("blake3"))
    tags.write(TREE, [write_tree(generation.root, len(inventory), inventory.secret)])
    for name in contents.listings:
        tags.adopt(name)
    tags.write(ACQUISITION, [canonical.dump(_described(contents, generation))])
    for name in inventory.algorithms:
        tags.write(f"manifest-{name}.txt", inventory.sums(name))
    tags.write(INFO, _info(generation))
    tags.write("bagit.txt", [DECLARATION])
    return replace_digest(generation, tags.close())


def replace_digest(generation: Generation, digest: str) -> Generation:
    """Give the generation under its digest, which is known last."""
    return Generation.read(generation.plain() | {"digest": digest})


class Tags:
    """Writes tag files and keeps their sums for the tag manifest."""

    def __init__(self, folder: Path) -> None:
        """Write into *folder*."""
        self._folder = folder
        self._sums: dict[str, str] = {}

    def write(self, name: str, lines: Iterable[bytes]) -> None:
        """Write one tag file, piece by piece."""
        digest = hashlib.sha256()
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("wb", buffering=1 << 20) as out:
            for line in lines:
                out.write(line)
                digest.update(line)
        self._sums[name] = digest.hexdigest()

    def adopt(self, name: str) -> None:
        """Take in a tag file that was written before."""
        with (self._folder / name).open("rb") as f:
            self._sums[name] = hashlib.file_digest(f, "sha256").hexdigest()

    def close(self) -> str:
        """Write the tag manifest; gives its digest."""
        text = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._sums.items())).encode()
        (self._folder / TAG_MANIFEST).write_bytes(text)
        return hashlib.sha256(text).hexdigest()


def _generation(contents: Contents, root: str, at: datetime) -> Generation:
    former = contents.former
    return Generation(
        act=contents.act,
        digest="",
        root=root,
        begun=contents.begun,
        sealed=at,
        files=len(contents.inventory),
        size=contents.inventory.size,
        findings=dict(sorted(Counter(finding.code for finding in contents.findings).items())),
        number=former.number + 1 if former else 1,
        former=former.digest if former else "",
    )


def _described(contents: Contents, generation: Generation) -> dict[str, Any]:
    owners = contents.inventory.owners
    data = dict(contents.about) | {key: value for key, value in generation.plain().items() if key != "digest"}
    return data | {
        "format": FORMAT,
        "entries": dict(sorted(contents.inventory.kinds.items())),
        "sources": [os.fsencode(path).decode("utf-8", "backslashreplace") for path in contents.sources],
        "tool": {
            "name": "comity",
            "version": __version__,
            "python": platform.python_version(),
            "system": " ".join(os.uname()[::2][:2]),
        },
        "accounts": {
            "users": _named({uid for uid, _ in owners}, lambda n: pwd.getpwuid(n).pw_name),
            "groups": _named({gid for _, gid in owners}, lambda n: grp.getgrgid(n).gr_name),
        },
    }


def _named(numbers: Iterable[int], name: Callable[[int], str]) -> dict[str, str]:
    """Give the names this machine has for numbers of accounts."""
    found = {}
    for number in sorted(numbers):
        with suppress(KeyError):
            found[str(number)] = name(number)
    return found


def _info(generation: Generation) -> list[bytes]:
    rows = {
        "Source-Organization": generation.act.party or generation.act.by,
        "External-Identifier": generation.act.item,
        "Bagging-Date": generation.sealed.date().isoformat(),
        "Payload-Oxum": f"{generation.size}.{generation.files}",
        "Bag-Software-Agent": f"comity {__version__}",
        "Comity-Format": FORMAT,
    }
    return [f"{label}: {value}\n".encode() for label, value in rows.items() if value]


def _sweep(folder: Path, inventory: Inventory) -> None:
    """Take away copies of what is not part of the item: left over from a reading that was broken off."""
    root = str(folder)
    for here, folders, files in os.walk(f"{root}/data", topdown=False):
        inside = here[len(root) + 1 :]
        for name in files:
            if f"{inside}/{name}" not in inventory:
                os.unlink(f"{here}/{name}")  # noqa: PTH108 - text, for speed
        for name in folders:
            with suppress(OSError):
                os.rmdir(f"{here}/{name}")  # noqa: PTH106 - only the empty ones go

"""Evidence for tests: file trees with any names, items acquired from them, and plain bags of any make, sound or not."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import strategies as st

from builders.directory import START
from comity.evidence.acquiring import Order, Watch, acquire, unwatched
from comity.evidence.model import Act, Generation
from comity.evidence.sealing import Seal
from comity.evidence.verification import WHOLE, Depth, Verdict, verify
from comity.evidence.witness import Given
from comity.kernel.clock import FixedClock

ACT = Act("A-1", by="Seizing desk", place="Example Street 1", why="Fraud", authority="Warrant 7", case="C-1")
CLOCK = FixedClock(START)
_PART = st.one_of(
    st.binary(min_size=1, max_size=12),
    st.text(min_size=1, max_size=6).map(lambda text: text.encode("utf-8", "ignore")),
    st.sampled_from(
        [b"a", b"A", b"aA", b"Aa", b"con", b"x%0Ay", b"x\ny", b"x\ry", b" x ", b"x.", b"\xc3\xa9", b"e\xcc\x81"]
    ),
).filter(lambda raw: raw not in (b"", b".", b"..") and b"/" not in raw and b"\0" not in raw)
TREES: st.SearchStrategy[dict[tuple[bytes, ...], bytes]] = st.dictionaries(
    st.lists(_PART, min_size=1, max_size=3).map(tuple), st.binary(max_size=50), max_size=8
)


def seeded(length: int) -> bytes:
    """Give the same bytes each time, where an item is random."""
    return bytes(range(length))


def order(target: Path, *sources: Path, **changes: object) -> Order:
    """Order to acquire sources."""
    return replace(Order(ACT, sources, target), **changes)  # type: ignore[arg-type]  # a test's shorthand


def acquired(
    target: Path, *sources: Path, seal: Seal | None = None, watch: Watch = unwatched, **changes: object
) -> Generation:
    """Acquire sources into a new item."""
    return acquire(order(target, *sources, **changes), seal or Seal(seeded), clock=CLOCK, watch=watch)


def checked(path: Path, *, depth: Depth = WHOLE, **given: object) -> Verdict:
    """Verify a bag."""
    return verify(path, replace(Given(START), **given), depth=depth)  # type: ignore[arg-type]  # a test's shorthand


def grown(folder: Path, files: Mapping[tuple[bytes, ...], bytes]) -> Path:
    """Write a tree of files whose names may be any bytes; one that meets a file where it needs a folder is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for parts, data in files.items():
        path = os.path.join(os.fsencode(folder), *parts)
        with suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "xb") as out:
                out.write(data)
    return folder


def contents(folder: Path) -> dict[bytes, bytes]:
    """Read every file of a tree, by its path as bytes."""
    found = {}
    for here, _, names in os.walk(os.fsencode(folder)):
        for name in names:
            path = os.path.join(here, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, os.fsencode(folder.parent))] = f.read()
    return found


@dataclass
class PlainBag:
    """A bag as another tool would make it; each part can be said otherwise before it is written."""

    version: str = "1.0"
    payload: dict[str, bytes] = field(default_factory=lambda: {"data/a.txt": b"one", "data/b/c.txt": b"two"})
    algorithms: Sequence[str] = ("sha256",)
    encoding: str = "UTF-8"
    tags: dict[str, bytes] = field(default_factory=dict)
    listed: Callable[[str], str] = str
    tagged: bool = True

    def write(self, folder: Path) -> Path:
        """Write it."""
        declared = f"BagIt-Version: {self.version}\nTag-File-Character-Encoding: {self.encoding}\n".encode()
        oxum = f"{sum(map(len, self.payload.values()))}.{len(self.payload)}"
        tags = {"bagit.txt": declared, "bag-info.txt": f"Payload-Oxum: {oxum}\n".encode(self.encoding)}
        for name in self.algorithms:
            tags[f"manifest-{name}.txt"] = self._sums(name, self.payload)
        tags |= self.tags
        if self.tagged:
            tags |= {f"tagmanifest-{name}.txt": self._sums(name, tags) for name in self.algorithms}
        (folder / "data").mkdir(parents=True)
        for path, data in (self.payload | tags).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return folder

    def _sums(self, name: str, files: Mapping[str, bytes]) -> bytes:
        rows = (f"{hashlib.new(name, data).hexdigest()}  {self.listed(path)}\n" for path, data in files.items())
        return "".join(rows).encode(self.encoding)

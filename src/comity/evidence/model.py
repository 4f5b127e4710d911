"""An item of evidence: who took it and why, each thing that was found at the source, and what is noteworthy about it.

An item has *generations*: each is one sealed bag that is never changed. What is added later is a new generation that
names the former by its digest. A generation holds one `Entry` for everything that stood at the source, whether its bytes
could be taken or not, and a `Finding` for everything a person has to know about it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from comity.kernel.clock import moment, stamp

FILE, FOLDER, LINK, SPECIAL = "file", "folder", "link", "special"
_NANO = re.compile(r"\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, written with its Z


def name_of(raw: bytes) -> dict[str, str]:
    """Give a name as JSON data: its text where it is UTF-8, its bytes in hexadecimal where it is not."""
    try:
        return {"name": raw.decode()}
    except UnicodeDecodeError:
        return {"name_hex": raw.hex()}


def raw_name(data: Mapping[str, Any]) -> bytes:
    """Read the bytes of a name back."""
    return bytes.fromhex(data["name_hex"]) if "name_hex" in data else str(data["name"]).encode()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person has to know about what was taken: a code of `data/findings.yaml`, where, and in what detail."""

    code: str
    name: bytes
    detail: str = ""

    def plain(self) -> dict[str, Any]:
        """Give the finding as JSON data."""
        return {"code": self.code, "detail": self.detail} | name_of(self.name)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Finding:
        """Read a finding from JSON data."""
        return cls(str(data["code"]), raw_name(data), str(data["detail"]))


class Origin(NamedTuple):
    """What the source's file system said of a thing, before it was read; times in nanoseconds since 1970."""

    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    atime: int
    ctime: int
    device: int
    inode: int
    links: int

    def plain(self) -> dict[str, Any]:
        """Give the origin as JSON data: numbers that JSON may round are text."""
        return {
            "mode": f"{self.mode:06o}",
            "uid": self.uid,
            "gid": self.gid,
            "size": self.size,
            "mtime": nano_stamp(self.mtime),
            "atime": nano_stamp(self.atime),
            "ctime": nano_stamp(self.ctime),
            "device": str(self.device),
            "inode": str(self.inode),
            "links": self.links,
        }

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Origin:
        """Read an origin from JSON data."""
        return cls(
            mode=int(data["mode"], 8),
            uid=data["uid"],
            gid=data["gid"],
            size=data["size"],
            mtime=from_nano(data["mtime"]),
            atime=from_nano(data["atime"]),
            ctime=from_nano(data["ctime"]),
            device=int(data["device"]),
            inode=int(data["inode"]),
            links=data["links"],
        )

    @classmethod
    def of(cls, info: os.stat_result, *, atime: int | None = None) -> Origin:
        """Take what the machine says of a file; *atime* is the time of last reading as it was before we came."""
        return cls(
            info.st_mode,
            info.st_uid,
            info.st_gid,
            info.st_size,
            info.st_mtime_ns,
            info.st_atime_ns if atime is None else atime,
            info.st_ctime_ns,
            info.st_dev,
            info.st_ino,
            info.st_nlink,
        )

    @property
    def state(self) -> tuple[int, ...]:
        """Give what must stay the same while a file is read."""
        return (self.device, self.inode, self.size, self.mtime, self.ctime)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One extended attribute: its value in base64, or why there is none."""

    name: bytes
    value: str = ""
    reason: str = ""

    def plain(self) -> dict[str, str]:
        """Give the attribute as JSON data."""
        return name_of(self.name) | ({"reason": self.reason} if self.reason else {"value": self.value})

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Attribute:
        """Read an attribute from JSON data."""
        return cls(raw_name(data), str(data.get("value", "")), str(data.get("reason", "")))


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing at the source: its name there as bytes, and, for a file whose bytes were taken, where they are now.

    *path* is the payload path (`data/...`), empty for folders, links, special files and what could not be read.
    *digests* are by algorithm: sha256 and blake3 always, sha512 when asked for. *holes* are runs of a sparse file that
    hold no data, as (start, length). *target* is what a link points to. *twin* is the first name of the same file,
    where a file has several names (hard links). *attributes* are its extended attributes, access lists among them.
    """

    kind: str
    name: bytes
    origin: Origin
    path: str = ""
    size: int = 0
    digests: Mapping[str, str] = field(default_factory=dict)
    holes: tuple[tuple[int, int], ...] = ()
    target: bytes = b""
    twin: bytes = b""
    attributes: tuple[Attribute, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give the entry as JSON data; what is empty is left out."""
        data: dict[str, Any] = {"kind": self.kind, "origin": self.origin.plain()} | name_of(self.name)
        if self.path:
            data |= {"path": self.path, "size": self.size, "digests": dict(self.digests)}
        if self.holes:
            data["holes"] = [list(hole) for hole in self.holes]
        if self.kind == LINK:
            data["target"] = name_of(self.target)
        if self.twin:
            data["same_file_as"] = name_of(self.twin)
        if self.attributes:
            data["attributes"] = [one.plain() for one in self.attributes]
        return data

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Entry:
        """Read an entry from JSON data."""
        target, twin = data.get("target"), data.get("same_file_as")
        return cls(
            kind=str(data["kind"]),
            name=raw_name(data),
            origin=Origin.read(data["origin"]),
            path=str(data.get("path", "")),
            size=int(data.get("size", 0)),
            digests=dict(data.get("digests", {})),
            holes=tuple((int(start), int(size)) for start, size in data.get("holes", ())),
            target=raw_name(target) if target else b"",
            twin=raw_name(twin) if twin else b"",
            attributes=tuple(Attribute.read(one) for one in data.get("attributes", ())),
        )


@dataclass(frozen=True)
class Act:
    """Who takes an item, where, why, and under which authority; free text as the officer gives it."""

    item: str
    by: str = ""
    place: str = ""
    why: str = ""
    authority: str = ""
    case: str = ""
    request: str = ""
    party: str = ""

    def plain(self) -> dict[str, str]:
        """Give the act as JSON data; what is empty is left out."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Generation:
    """One sealed bag of an item: which one it is, what it holds in figures, and what it hangs on.

    *digest* is the SHA-256 of the tag manifest: the one name of this bag. *former* is that of the generation before.
    *root* is the root of the tree over the salted leaves of its files. *findings* counts the findings by code.
    """

    act: Act
    digest: str
    root: str
    begun: datetime
    sealed: datetime
    files: int
    size: int
    findings: Mapping[str, int] = field(default_factory=dict)
    number: int = 1
    former: str = ""

    def plain(self) -> dict[str, Any]:
        """Give the generation as JSON data."""
        return self.act.plain() | {
            "digest": self.digest,
            "tree_root": self.root,
            "begun_at": stamp(self.begun),
            "sealed_at": stamp(self.sealed),
            "files": self.files,
            "bytes": self.size,
            "findings": dict(self.findings),
            "generation": self.number,
            "former": self.former,
        }

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Generation:
        """Read a generation from JSON data."""
        act = Act(**{name: str(data[name]) for name in Act.__dataclass_fields__ if name in data})
        return cls(
            act=act, digest=data["digest"], root=data["tree_root"], begun=moment(data["begun_at"]),
            sealed=moment(data["sealed_at"]), files=data["files"], size=data["bytes"], findings=dict(data["findings"]),
            number=data["generation"], former=data["former"],
        )  # fmt: skip


def nano_stamp(nanoseconds: int) -> str:
    """Write a time of a file system to the nanosecond, in UTC; seconds alone where no calendar reaches it."""
    seconds, rest = divmod(nanoseconds, 10**9)
    if not -62135596800 <= seconds < 253402300800:
        return f"{seconds}.{rest:09}"
    return f"{_second(seconds)}.{rest:09}Z"


@lru_cache(4096)
def _second(seconds: int) -> str:
    """Write a second; many files of a source have the same."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()


def from_nano(text: str) -> int:
    """Read a time written by `nano_stamp`."""
    whole, _, rest = text.removesuffix("Z").partition(".")
    if not _NANO.fullmatch(text):
        return int(whole) * 10**9 + int(rest)
    span = datetime.fromisoformat(whole) - _EPOCH
    return (span.days * 86400 + span.seconds) * 10**9 + int(rest)

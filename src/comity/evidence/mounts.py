"""Where a source is mounted: its device, file system, and whether it could be written to while it was taken.

The kernel says for every open folder which mount it is on, and lists the mounts of this process (proc(5), mountinfo).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .listing import Source
from .model import Finding

_PROC = Path("/proc/self")
_OCTAL = re.compile(rb"\\([0-7]{3})")
_OPEN = os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount: its number, the device (major:minor and name), which folder of it stands where, type and options."""

    number: int
    numbers: str
    root: str
    point: str
    options: str
    type: str
    device: str
    system: str

    @property
    def writable(self) -> bool:
        """Tell whether it could be written to through this mount."""
        return "ro" not in self.options.split(",") and "ro" not in self.system.split(",")

    def plain(self) -> dict[str, object]:
        """Give the mount as JSON data."""
        return {
            "device": self.device, "numbers": self.numbers, "type": self.type, "root": self.root, "point": self.point,
            "options": self.options, "system_options": self.system, "read_only": not self.writable,
        }  # fmt: skip


def read_mounts(table: bytes) -> Mapping[int, Mount]:
    """Read a table of mounts in the form of `/proc/self/mountinfo`; lines in another form are passed over."""
    found = {}
    for line in table.splitlines():
        before, _, after = line.partition(b" - ")
        fields, rest = [_text(part) for part in before.split()], [_text(part) for part in after.split()]
        if len(fields) >= 6 and len(rest) >= 2 and fields[0].isdecimal():
            number = int(fields[0])
            numbers, root, point, options = fields[2:6]
            found[number] = Mount(number, numbers, root, point, options, rest[0], rest[1], ",".join(rest[2:]))
    return found


def mounts() -> Mapping[int, Mount]:
    """Give the mounts of this process by their numbers; nothing where the system does not tell."""
    with suppress(OSError):
        return read_mounts((_PROC / "mountinfo").read_bytes())
    return {}


def mount_number(path: Path) -> int | None:
    """Tell on which mount a path is, or nothing where the system does not tell."""
    with suppress(OSError, ValueError, StopIteration):
        fd = os.open(path, _OPEN)
        try:
            lines = (_PROC / "fdinfo" / str(fd)).read_text("ascii").splitlines()
        finally:
            os.close(fd)
        return next(int(line.partition(":")[2]) for line in lines if line.startswith("mnt_id:"))
    return None


def describe_mounts(sources: Iterable[Source], target: Path) -> tuple[list[dict[str, object]], list[Finding]]:
    """Say where each source is mounted, and find those that could be written to.

    A source on the same mount as the item itself is an ordinary folder of this machine, about which that says nothing.
    """
    known, own = mounts(), mount_number(target.parent)
    rows, findings = [], []
    for source, mount in _of(sources, known):
        rows.append({"source": os.fsencode(source.path).decode("utf-8", "backslashreplace")} | mount.plain())
        if mount.writable and mount.number != own:
            findings.append(Finding("writable", source.name, f"{mount.type}, {mount.options}"))
    return rows, findings


def _of(sources: Iterable[Source], known: Mapping[int, Mount]) -> Iterator[tuple[Source, Mount]]:
    for source in sources:
        number = mount_number(source.path)
        if number is not None and number in known:
            yield source, known[number]


def _text(raw: bytes) -> str:
    return _OCTAL.sub(lambda m: bytes([int(m[1], 8) & 255]), raw).decode("utf-8", "backslashreplace")

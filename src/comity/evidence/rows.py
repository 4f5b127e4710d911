"""The usual row of `metadata/files.jsonl`, written and recognised as it stands: a file that was taken, with a name of text.

A row counts only in the one form in which it is written. To read it, write it again and compare takes as long as hashing
the file; for the usual row, one pattern says the same. What it does not fit goes the long way (see `model`, `describing`).
"""

from __future__ import annotations

import re
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from .journal import dump
from .model import FILE, Entry, nano_stamp

_TEXT = r'[^"\\\x00-\x1f]*'
_NUMBER = r"(?:0|[1-9]\d{0,18})"
_DAY = r"(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8])|(?:0[13578]|1[02])-31)"
_TIME = rf'"((?!0000)\d{{4}}-{_DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{{9}}Z)"'
_ATTRIBUTE = rf'\{{"name":"{_TEXT}","value":"[A-Za-z0-9+/=]*"\}}'
_ROW = re.compile(
    rf'\{{(?:"attributes":\[{_ATTRIBUTE}(?:,{_ATTRIBUTE})*\],)?'
    r'"digests":\{"blake3":"([0-9a-f]{64})","sha256":"([0-9a-f]{64})"(?:,"sha512":"([0-9a-f]{128})")?\},'
    rf'"kind":"file","name":"({_TEXT})","origin":\{{"atime":{_TIME},"ctime":{_TIME},"device":"{_NUMBER}",'
    rf'"gid":{_NUMBER},"inode":"{_NUMBER}","links":{_NUMBER},"mode":"[0-7]{{6}}","mtime":{_TIME},'
    rf'"size":{_NUMBER},"uid":{_NUMBER}\}},"path":"({_TEXT})","size":({_NUMBER})\}}',
    re.ASCII,
)


class Row(NamedTuple):
    """What a usual row says, all of it text that needs no quoting."""

    blake3: str
    sha256: str
    sha512: str | None
    name: str
    atime: str
    ctime: str
    mtime: str
    path: str
    length: str

    @property
    def size(self) -> int:
        """Give the size of the payload file."""
        return int(self.length)

    @property
    def digests(self) -> dict[str, str]:
        """Give the digests by algorithm."""
        found = {"blake3": self.blake3, "sha256": self.sha256}
        return found | {"sha512": self.sha512} if self.sha512 else found


def usual(line: str) -> Row | None:
    """Recognise a row that is written as it must be; nothing is said of one that this does not know."""
    match = _ROW.fullmatch(line)
    return Row(*match.groups()) if match else None


def written(entry: Entry) -> bytes:
    """Write the row of an entry, without its newline."""
    o, digests = entry.origin, entry.digests
    odd = entry.holes or entry.twin or entry.attributes or entry.kind != FILE or not entry.path or len(digests) != 2
    try:
        if odd:
            return dump(entry.plain())[:-1]
        name = quoted(entry.name.decode())
    except UnicodeDecodeError:
        return dump(entry.plain())[:-1]
    return (
        f'{{"digests":{{"blake3":"{digests["blake3"]}","sha256":"{digests["sha256"]}"}},"kind":"file","name":{name},'
        f'"origin":{{"atime":"{nano_stamp(o.atime)}","ctime":"{nano_stamp(o.ctime)}","device":"{o.device}",'
        f'"gid":{o.gid},"inode":"{o.inode}","links":{o.links},"mode":"{o.mode:06o}","mtime":"{nano_stamp(o.mtime)}",'
        f'"size":{o.size},"uid":{o.uid}}},"path":{quoted(entry.path)},"size":{entry.size}}}'
    ).encode()

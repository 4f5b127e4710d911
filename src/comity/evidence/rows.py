"""The usual row of `metadata/files.jsonl`, recognised as it stands: a file that was taken, with a name of plain text.

A row counts only in the one form in which it is written. To read it, write it again and compare takes as long as hashing
the file; for the usual row, one pattern says the same. What it does not fit is read the long way (see `describing`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TEXT = r'[^"\\\x00-\x1f]*'
_NUMBER = r"(?:0|[1-9]\d{0,18})"
_DAY = r"(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8])|(?:0[13578]|1[02])-31)"
_TIME = rf'"(?!0000)\d{{4}}-{_DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{{9}}Z"'
_ATTRIBUTE = rf'\{{"name":"{_TEXT}","value":"[A-Za-z0-9+/=]*"\}}'
_ROW = re.compile(
    rf'\{{(?:"attributes":\[{_ATTRIBUTE}(?:,{_ATTRIBUTE})*\],)?'
    r'"digests":\{"blake3":"([0-9a-f]{64})","sha256":"([0-9a-f]{64})"(?:,"sha512":"([0-9a-f]{128})")?\},'
    rf'"kind":"file","name":"{_TEXT}","origin":\{{"atime":{_TIME},"ctime":{_TIME},"device":"{_NUMBER}",'
    rf'"gid":{_NUMBER},"inode":"{_NUMBER}","links":{_NUMBER},"mode":"[0-7]{{6}}","mtime":{_TIME},'
    rf'"size":{_NUMBER},"uid":{_NUMBER}\}},"path":"({_TEXT})","size":({_NUMBER})\}}',
    re.ASCII,
)


class Row(NamedTuple):
    """What a bag's other lists must agree with: a payload path, the size, and the digests by algorithm."""

    path: str
    size: int
    digests: dict[str, str]


def usual(line: str) -> Row | None:
    """Recognise a row that is written as it must be; nothing is said of one that this does not know."""
    match = _ROW.fullmatch(line)
    if not match:
        return None
    blake3, sha256, sha512, path, size = match.groups()
    digests = {"blake3": blake3, "sha256": sha256}
    if sha512:
        digests["sha512"] = sha512
    return Row(path, int(size), digests)

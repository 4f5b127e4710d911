"""The messages of an mbox file, one after the other, each with its own bytes.

A message begins at a line `From SENDER DATE` at the start or after a blank line. A line that begins so but has no date is
text that was not quoted, and stays in the message. Quoted lines (`>From `) are unquoted by one sign in the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST = 64 * 1024 * 1024  # bytes of one message
LINE = 1024 * 1024  # bytes read of a line at once
FROM = re.compile(rb"From [^\r\n]{1,400} \d{1,2}:\d{2}(?::\d{2})?[^\r\n]{0,40} \d{4}[^\r\n]{0,40}\r?\n?")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of one message without its `From ` line, where they are, and how many there are.

    *doubtful* counts lines that begin like a message after a blank line and are none. Of a message larger than `MOST`
    only the beginning is in *data*.
    """

    data: bytes
    span: tuple[int, int]
    size: int
    doubtful: int = 0

    @property
    def whole(self) -> bool:
        """Tell whether *data* is all of the message."""
        return len(self.data) == self.size


def messages(stream: BinaryIO) -> Iterator[Raw]:
    """Yield the messages of an mbox; bytes before the first are one more, if they are not blank."""
    held, start, size, doubtful = bytearray(), 0, 0, 0
    at, body, blank, new_line = 0, 0, True, True
    while line := stream.readline(LINE):
        begins = new_line and blank and line.startswith(b"From ")
        if begins and FROM.fullmatch(line):
            if size or held or body > start:
                yield Raw(bytes(held), (start, at), size, doubtful)
            held, start, size, doubtful = bytearray(), at, 0, 0
            body = at + len(line)
        else:
            doubtful += begins
            size += len(line)
            if len(held) < MOST:
                held += line
        at += len(line)
        blank, new_line = new_line and line in (b"\n", b"\r\n"), line.endswith(b"\n")
    if held.strip() or body > start:
        yield Raw(bytes(held), (start, at), size, doubtful)


def unquoted(text: bytes) -> bytes:
    """Take one `>` away from lines that an mbox quotes."""
    return _QUOTED.sub(rb"\1", text) if b">From " in text else text

"""OFX as a run of tags and the texts after them: SGML without end tags and XML alike, nothing of it interpreted.

Characters stand for bytes one to one (Latin-1); who keeps a text decodes it. What a comment holds is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LIMIT = 4 * 1024 * 1024
_OPAQUE = {"!--": "-->", "![CDATA[": "]]>"}


class Tokens:
    """Splits a stream at its tags; *count* is how many there are of *counted*, found apart from the splitting."""

    def __init__(self, blocks: Iterator[bytes], counted: str) -> None:
        """Read from *blocks*."""
        self._blocks = blocks
        self._counted = re.compile(rb"<(?:" + counted.encode() + rb")\s*>", re.IGNORECASE)
        self._tail = b""
        self.count = 0
        self.dropped = 0

    def units_in(self, text: str) -> int:
        """Count the elements that count in a text."""
        return len(self._counted.findall(text.encode("latin-1")))

    def __iter__(self) -> Iterator[str]:
        """Give each tag with what follows it, up to the next: `TAG>text`; what stands before the first comes first.

        A comment or a section of plain text is one token. Of a text beyond `LIMIT` the rest is left out; *dropped* says
        how much of the token just given that is.
        """
        tokens = self._split()
        for token in tokens:
            mark = next((end for begin, end in _OPAQUE.items() if token.startswith(begin)), "")
            if not mark or mark in token:
                yield token
                continue
            pieces, size = [token], len(token)
            for more in tokens:
                if size < LIMIT:
                    pieces.append(more)
                else:
                    self.dropped += len(more) + 1
                size += len(more) + 1
                if mark in more:
                    break
            yield "<".join(pieces)

    def _split(self) -> Iterator[str]:
        held, dropped = "", 0
        for block in self._blocks:
            self._count(block)
            held += block.decode("latin-1")
            first, *tokens = held.split("<")
            if tokens:
                self.dropped = dropped
                yield first
                self.dropped = dropped = 0
                held = tokens.pop()
                yield from tokens
            if len(held) > LIMIT:
                dropped += len(held) - LIMIT
                held = held[:LIMIT]
        self.dropped = dropped
        yield held

    def _count(self, block: bytes) -> None:
        data = self._tail + block
        self.count += len(self._counted.findall(data)) - len(self._counted.findall(self._tail))
        last = data.rfind(b"<")
        self._tail = data[last:] if last >= 0 and len(data) - last < 64 else b""

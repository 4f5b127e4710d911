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
        self.dropped: dict[int, int] = {}
        self._open: list[str] = []
        self._mark, self._size, self._beyond = "", 0, 0

    def units_in(self, text: str) -> int:
        """Count the elements that count in a text."""
        return len(self._counted.findall(text.encode("latin-1")))

    def __iter__(self) -> Iterator[list[str]]:
        """Give, block by block, each tag with what follows it up to the next; what stands before the first comes first.

        A comment or a section of plain text is one token. Of a text beyond `LIMIT` the rest is left out; *dropped* says
        how much that is, by the place of the token in the list just given.
        """
        held, left_out = "", 0
        for block in self._blocks:
            self._count(block)
            text = block.decode("latin-1")
            held += text
            tokens = held.split("<")
            held = tokens.pop()
            self.dropped = {0: left_out} if left_out and tokens else {}
            if self._open or "!" in text:
                tokens = self._merged(tokens)
            if tokens:
                left_out = 0
                yield tokens
            if len(held) > LIMIT:
                left_out += len(held) - LIMIT
                held = held[:LIMIT]
        self.dropped = {0: left_out} if left_out else {}
        yield self._merged([held]) or ["<".join(self._open)]

    def _merged(self, tokens: list[str]) -> list[str]:
        """Put what is in a comment or a section of plain text together; a long one is kept in part."""
        whole: list[str] = []
        for token in tokens:
            if self._open:
                if self._size < LIMIT:
                    self._open.append(token)
                else:
                    self._beyond += len(token) + 1
                self._size += len(token) + 1
                if self._mark in token:
                    if self._beyond:
                        self.dropped[len(whole)] = self._beyond
                    whole.append("<".join(self._open))
                    self._open = []
                continue
            self._mark = next((end for begin, end in _OPAQUE.items() if token.startswith(begin)), "")
            if self._mark and self._mark not in token:
                self._open, self._size, self._beyond = [token], len(token), 0
            else:
                whole.append(token)
        return whole

    def _count(self, block: bytes) -> None:
        data = self._tail + block
        self.count += len(self._counted.findall(data)) - len(self._counted.findall(self._tail))
        last = data.rfind(b"<")
        self._tail = data[last:] if last >= 0 and len(data) - last < 64 else b""

"""The encoding of a text file: by its mark, by what its bytes prove, by what a person says; else assumed, and told."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .source import Source

BLOCK = 4 * 1024 * 1024
UTF8 = "utf-8"
_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding, the length of the mark before the text, and why it is assumed; empty where it is known."""

    name: str
    mark: int = 0
    assumed: str = ""


def encoding_of(head: bytes, said: str = "", *, whole: bool = False) -> Encoding:
    """Tell the encoding of a text by its head; *whole* says that the head is all there is."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, len(mark))
    if said:
        return Encoding(codecs.lookup(said).name)
    if is_utf8(head, whole=whole):
        return Encoding(UTF8)
    for name, nuls in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(head) >= 4 and nuls.count(0) > 0.7 * len(nuls):
            return Encoding(name, assumed=f"every second byte is zero, read as {name}")
    at = next((i for i in range(len(head)) if head[i] > 127), 0)
    seen = f"byte 0x{head[at]:02X} at {at}"
    if _mixed(head):
        return Encoding(UTF8, assumed="UTF-8 in most places, but not in all")
    name = "cp1252" if _decodes(head, "cp1252") else "latin-1"
    return Encoding(name, assumed=f"no UTF-8 ({seen}), read as {name}")


def is_utf8(head: bytes, *, whole: bool = False) -> bool:
    """Tell whether bytes are UTF-8 without zeros; the last character may be cut where they are not the whole."""
    try:
        codecs.getincrementaldecoder(UTF8)().decode(head, whole)
    except UnicodeDecodeError:
        return False
    return b"\0\0" not in head and head.count(0) * 4 < len(head) + 1


def _mixed(head: bytes) -> bool:
    """Tell whether at least as many characters are written as only UTF-8 writes them as there are bytes that it has not."""
    text = head.decode(UTF8, "replace")
    lost = text.count("\ufffd")
    return sum(map(len, re.findall("[\u0080-\ufffc]+", text))) >= lost > 0


def _decodes(head: bytes, name: str) -> bool:
    try:
        head.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def known(name: str) -> bool:
    """Tell whether there is an encoding of text of that name."""
    try:
        return codecs.lookup(name).name not in ("utf-7", "idna", "punycode") and "".encode(name) is not None
    except (LookupError, TypeError, ValueError, UnicodeError):
        return False


def utf8_blocks(source: Source, encoding: Encoding) -> Iterator[bytes]:
    """Give the text of a file as UTF-8 without its mark; what cannot be decoded becomes U+FFFD.

    A file in UTF-8 is given as it is, byte for byte, sound or not.
    """
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    with source.opened() as stream:
        stream.read(encoding.mark)
        while block := stream.read(BLOCK):
            yield block if encoding.name == UTF8 else decoder.decode(block).encode(UTF8, "replace")
        if encoding.name != UTF8 and (rest := decoder.decode(b"", final=True)):
            yield rest.encode(UTF8, "replace")

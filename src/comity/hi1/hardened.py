"""Reading XML and JSON from strangers: nothing is fetched, expanded or guessed, and nothing grows beyond its bytes.

XML is UTF-8 without a document type (so there are no entities) and without processing instructions; comments are left
out, and the text beside them is one text, as canonical XML without comments has it. JSON names no key twice, holds no
NaN and no number that cannot be kept. Both are limited in bytes, depth and number of parts: a tree takes up to thirty
times the room of its bytes, and canonical XML takes a time that grows with the square of the namespaces at an element.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from comity.kernel import canonical
from comity.kernel.errors import BadInput

from .errors import BadMessage

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 40
MAX_PARTS = 500_000  # elements' tags or attributes in XML; values, lists or objects in JSON
MAX_NAMESPACES = 500_000_000  # the square of the namespace declarations times the tags: some seconds of work
_ENCODING = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")


def parse_xml(raw: bytes, max_bytes: int = MAX_BYTES) -> etree._Element:
    """Read an XML document and give its root element.

    Raises:
        BadMessage: the bytes are too many (3022), no XML, or hold what no HI-1 message needs (3020).
    """
    _limit(raw, max_bytes, b"<=")
    if raw.count(b"xmlns") ** 2 * raw.count(b"<") > MAX_NAMESPACES:
        raise BadMessage("got more namespace declarations than a message of this size can have, expected fewer")
    _plain(raw)
    try:
        # huge_tree lifts limits on a single text (a document's body is one); without entities the bytes bound the tree.
        parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, huge_tree=True
        )  # fmt: skip
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as e:
        raise BadMessage(f"got text that is no XML ({' '.join(str(e).split())}), expected an HI-1 message") from e
    if root.xpath("/" + "*/" * MAX_DEPTH + "*"):
        raise BadMessage(f"got more than {MAX_DEPTH} levels of elements, expected at most that")
    if root.xpath("//processing-instruction()"):
        raise BadMessage("got a processing instruction, expected elements and text only")
    return root


def parse_json(raw: bytes, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Read a JSON document whose top is an object.

    Raises:
        BadMessage: the bytes are too many (3022) or no such JSON (3020).
    """
    _limit(raw, max_bytes, b",[{")
    try:
        value = canonical.load(raw, limit=max_bytes)
    except BadInput as e:
        raise BadMessage(e.message) from e
    if not isinstance(value, dict):
        raise BadMessage("got JSON that is no object, expected an HI-1 message")
    return value


def _limit(raw: bytes, max_bytes: int, signs: bytes) -> None:
    """Refuse too many bytes, and too many of the signs that begin a part."""
    if len(raw) > max_bytes:
        raise BadMessage(f"got {len(raw)} bytes, expected at most {max_bytes}", code=3022)
    if any(raw.count(sign) > MAX_PARTS for sign in signs):
        raise BadMessage(f"got a message of more than {MAX_PARTS} parts, expected fewer", code=3022)


def _plain(raw: bytes) -> None:
    """Refuse another encoding than UTF-8, and a document type, before any parser sees the bytes."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as e:
        raise BadMessage(f"got a byte that is not UTF-8 at {e.start}, expected UTF-8 text") from e
    declared = _ENCODING.match(raw.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() != b"utf-8":
        raise BadMessage(f"got XML declared as {declared[1].decode()[:40]!r}, expected UTF-8")
    if b"<!DOCTYPE" in raw:
        raise BadMessage("got a document type, expected none: HI-1 messages have no entities")

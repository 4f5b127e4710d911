"""What a file is, by its first bytes: a container, mail or an image whose inside can be listed, or one that is only kept."""

from __future__ import annotations

import re

HEAD = 512
CONTAINERS = frozenset({"zip", "tar", "gzip", "bzip2", "xz", "android-backup"})
MAIL = frozenset({"mbox", "message"})
IMAGES = frozenset({"ewf"})
# What is kept and not looked into, with the finding that says so.
CLOSED = dict.fromkeys(("7z", "rar", "zstd", "cab"), "container-closed")
CLOSED |= dict.fromkeys(("pst", "msg"), "mail-closed")
CLOSED |= dict.fromkeys(("ewf2", "lef", "aff", "aff4"), "image-closed")
_STARTS = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08PK", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"ANDROID BACKUP\n", "android-backup"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"MSCF\0\0\0\0", "cab"),
    (b"EVF\x09\x0d\x0a\xff\x00", "ewf"),
    (b"EVF2\x0d\x0a\x81\x00", "ewf2"),
    (b"LVF\x09\x0d\x0a\xff\x00", "lef"),
    (b"LEF2\x0d\x0a\x81\x00", "lef"),
    (b"AFF10\x0d\x0a", "aff"),
    (b"!BDN", "pst"),
)
# The line that parts the messages of a mailbox (RFC 4155): `From `, an address, a date in the form of asctime.
SEPARATOR = re.compile(
    rb"From (?:[^\r\n]{0,300} )?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Documents and programs are zips too: what stands first in them tells (as their own formats ask for).
_DOCUMENTS = (b"[Content_Types].xml", b"mimetype", b"_rels/", b"AndroidManifest.xml", b"META-INF/", b"docProps/")


def kind_of(head: bytes, name: bytes) -> str:
    """Tell what a file is by its first `HEAD` bytes and its name at the source; nothing if it is nothing that we list."""
    if head.startswith(b"PK"):
        return _zip(head, name)
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    if SEPARATOR.match(head):
        return "mbox"
    ending = name.rpartition(b".")[2].lower()
    if head.startswith(_OLE):
        return "msg" if ending == b"msg" else ""
    return "message" if head and (ending == b"eml" or _in_maildir(name)) else ""


def _zip(head: bytes, name: bytes) -> str:
    if name.lower().endswith(b".aff4"):
        return "aff4"
    length = int.from_bytes(head[26:28], "little")
    first = head[30 : 30 + length] if head.startswith(b"PK\x03\x04") else b""
    return "" if first.startswith(_DOCUMENTS) else "zip" if head[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08") else ""


def _in_maildir(name: bytes) -> bool:
    """Tell whether a name is one of a Maildir: a message in its folder `cur` or `new`."""
    parts = name.rsplit(b"/", 2)
    return len(parts) > 1 and parts[-2] in (b"cur", b"new")

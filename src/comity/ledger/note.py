"""Signed notes and checkpoints as the transparency-log community writes them (C2SP signed-note, tlog-checkpoint).

A note is text ending in a newline, an empty line, and lines `— NAME BASE64(key id ‖ signature)`. A checkpoint is a note
of three lines: the log's origin, its size, its root. We sign with Ed25519 (type 0x01) under the origin as key name,
ignore signatures of keys we do not know (rotation, witnesses), and refuse a note when one of a known key fails.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from comity.crypto.errors import BadSignature
from comity.crypto.keys import PublicKey, Signer

from .errors import BadNote, UnknownSigner

MAX_BYTES = 256 * 1024
MAX_SIGNATURES = 64
_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+]{1,200}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_LINE = re.compile(r"— (\S+) (\S+)")


@dataclass(frozen=True)
class NoteKey:
    """A public key under the name it signs notes with."""

    name: str
    public: PublicKey

    def __post_init__(self) -> None:
        """Refuse a name that a note cannot hold."""
        if not _NAME.fullmatch(self.name):
            raise BadNote(f"got the key name {self.name[:80]!r}, expected one without spaces and plus signs")

    @property
    def id(self) -> bytes:
        """Give the four bytes that name this key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public.raw).digest()[:4]

    @property
    def text(self) -> str:
        """Give the key as one word for people to pass on: `NAME+ID+KEY`."""
        return f"{self.name}+{self.id.hex()}+{encode64(_ED25519 + self.public.raw)}"

    @classmethod
    def from_text(cls, text: str) -> NoteKey:
        """Read `NAME+ID+KEY`.

        Raises:
            BadNote: it is malformed, of another kind, or its id does not belong to the key.
        """
        name, _, rest = text.partition("+")
        ident, _, encoded = rest.partition("+")
        raw = decode64(encoded)
        if len(raw) != 33 or raw[:1] != _ED25519:
            raise BadNote(f"got {text[:120]!r}, expected an Ed25519 key as NAME+ID+KEY")
        key = cls(name, PublicKey(raw[1:]))
        if key.id.hex() != ident:
            raise BadNote(f"got the key id {ident[:20]!r}, expected {key.id.hex()} for this name and key")
        return key


@dataclass(frozen=True)
class Checkpoint:
    """What a log was at one moment: its origin, how many entries, and their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Give the note's text."""
        return f"{self.origin}\n{self.size}\n{encode64(self.root)}\n"


def sign(text: str, name: str, signer: Signer) -> bytes:
    """Sign *text*, which ends in a newline, under the key name *name*."""
    key = NoteKey(name, signer.public)
    signature = encode64(key.id + signer.sign(text.encode()))
    return f"{text}\n— {name} {signature}\n".encode()


def open_note(data: bytes, keys: Iterable[NoteKey]) -> tuple[str, NoteKey]:
    """Give a note's text and the first of *keys* that signed it.

    Raises:
        BadNote: it is malformed.
        BadSignature: a signature by one of the keys does not verify.
        UnknownSigner: none of the keys has signed it.
    """
    text, signatures = _parse(data)
    known = {(key.name, key.id): key for key in keys}
    signed = []
    for name, raw in signatures:
        if key := known.get((name, raw[:4])):
            try:
                key.public.verify(raw[4:], text.encode())
            except BadSignature as e:
                raise BadSignature(f"got a note that the key of {name} did not sign, expected its signature") from e
            signed.append(key)
    if not signed:
        names = ", ".join(sorted({name for name, _ in signatures}))
        raise UnknownSigner(f"got a note signed by {names[:200]}, expected a signature by a known key of the log")
    return text, signed[0]


def open_checkpoint(data: bytes, keys: Iterable[NoteKey]) -> Checkpoint:
    """Give a checkpoint that one of *keys* signed for the log of its own name.

    Raises:
        BadNote: it is malformed.
        BadSignature: a signature by one of the keys does not verify.
        UnknownSigner: no known key of that log has signed it.
    """
    text, key = open_note(data, keys)
    lines = text.removesuffix("\n").split("\n")
    if len(lines) != 3 or not _NUMBER.fullmatch(lines[1]):
        raise BadNote("got another text, expected a checkpoint of origin, size and root")
    root = decode64(lines[2])
    if len(root) != 32:
        raise BadNote(f"got a root of {len(root)} bytes, expected 32")
    if lines[0] != key.name:
        raise UnknownSigner(f"got a checkpoint of {lines[0][:80]!r} signed by {key.name!r}, expected the log's own key")
    return Checkpoint(lines[0], int(lines[1]), root)


def encode64(data: bytes) -> str:
    """Write base64 (RFC 4648 section 4)."""
    return base64.b64encode(data).decode()


def decode64(text: str) -> bytes:
    """Read base64 in its one canonical spelling.

    Raises:
        BadNote: it is spelt another way.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as e:
        raise BadNote(f"got {text[:80]!r}, expected base64") from e
    if encode64(data) != text:
        raise BadNote(f"got {text[:80]!r}, expected base64 in its canonical spelling")
    return data


def number(text: str) -> int:
    """Read a decimal number without leading zeroes.

    Raises:
        BadNote: it is written another way.
    """
    if not _NUMBER.fullmatch(text):
        raise BadNote(f"got {text[:80]!r}, expected a decimal number without leading zeroes")
    return int(text)


def _parse(data: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """Take a note apart: its text, and each signature's key name and bytes."""
    if len(data) > MAX_BYTES:
        raise BadNote(f"got a note of {len(data)} bytes, expected at most {MAX_BYTES}")
    try:
        note = data.decode()
    except UnicodeDecodeError as e:
        raise BadNote(f"got a byte that is not UTF-8 at {e.start}, expected a signed note") from e
    body, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or not body or any(c < " " and c != "\n" for c in note) or lines.pop() != "":
        raise BadNote("got another text, expected a signed note: a text, an empty line, signatures")
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise BadNote(f"got {len(lines)} signatures, expected 1 to {MAX_SIGNATURES}")
    return body + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    found = _LINE.fullmatch(line)
    if not found or not _NAME.fullmatch(found[1]):
        raise BadNote(f"got the line {line[:80]!r}, expected `— NAME SIGNATURE`")
    raw = decode64(found[2])
    if len(raw) < 5:
        raise BadNote(f"got a signature of {len(raw)} bytes, expected a key id and a signature")
    return found[1], raw

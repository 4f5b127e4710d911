"""A proof that anyone can check offline: this event stands in that log (C2SP tlog-proof, version 1).

c2sp.org/tlog-proof@v1
extra BASE64               canonical JSON {"event": {...}, "salt": "64 hexadecimal digits"}
index N
BASE64                     the hashes of the audit path, one a line
                           an empty line, then the checkpoint as it was signed
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from comity.kernel import canonical
from comity.kernel.errors import BadInput

from .errors import BadNote, BadProof
from .merkle import MAX_PATH, verify_inclusion
from .model import MAX_EVENT, SALT_BYTES, commitment
from .note import Checkpoint, NoteKey, decode64, encode64, number, open_checkpoint

HEADER = "c2sp.org/tlog-proof@v1"
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Proof:
    """A proof as it is written: nothing in it is verified yet."""

    extra: bytes
    index: int
    path: tuple[bytes, ...]
    note: bytes

    def dump(self) -> bytes:
        """Write the proof."""
        extra = [f"extra {encode64(self.extra)}"] if self.extra else []
        lines = [HEADER, *extra, f"index {self.index}", *map(encode64, self.path), "", ""]
        return "\n".join(lines).encode() + self.note


@dataclass(frozen=True)
class Proven:
    """What a verified proof says: the event, where it stands, and the log's checkpoint."""

    event: dict[str, Any]
    index: int
    checkpoint: Checkpoint


def opening(salt: bytes, event: Any) -> bytes:
    """Write what the leaf is made from, for the proof's `extra` line."""
    return canonical.dump({"event": event, "salt": salt.hex()})


def load(data: bytes) -> Proof:
    """Read a proof; nothing in it is verified.

    Raises:
        BadProof: it is malformed.
    """
    if len(data) > MAX_BYTES:
        raise BadProof(f"got a proof of {len(data)} bytes, expected at most {MAX_BYTES}")
    head, gap, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        if not gap or lines.pop(0) != HEADER:
            raise BadProof(f"got another text, expected {HEADER}, the proof, an empty line and a checkpoint")
        more = decode64(_word(lines, "extra")) if lines and lines[0].startswith("extra ") else b""
        index = number(_word(lines, "index"))
        path = tuple(map(decode64, lines))
    except (UnicodeDecodeError, BadNote) as e:
        raise BadProof(f"got a malformed proof: {e}, expected {HEADER}") from e
    if len(path) > MAX_PATH or any(len(part) != 32 for part in path):
        raise BadProof(f"got a path of {len(path)} parts, expected at most {MAX_PATH} hashes of 32 bytes")
    proof = Proof(more, index, path, note)
    if proof.dump() != data:
        raise BadProof("got an empty `extra` line, expected none or one with content")
    return proof


def verify(data: bytes, keys: Iterable[NoteKey]) -> Proven:
    """Verify a whole proof under the log's *keys*.

    Raises:
        BadProof: it is malformed or proves nothing.
        BadNote: its checkpoint is malformed.
        BadSignature: the checkpoint's signature does not verify.
        UnknownSigner: none of the keys has signed the checkpoint.
    """
    proof = load(data)
    checkpoint = open_checkpoint(proof.note, keys)
    salt, event = _opened(proof.extra)
    leaf = commitment(salt, canonical.dump(event))
    verify_inclusion(proof.path, proof.index, checkpoint.size, leaf=leaf, root=checkpoint.root)
    return Proven(event, proof.index, checkpoint)


def _opened(data: bytes) -> tuple[bytes, dict[str, Any]]:
    """Take salt and event out of the `extra` line."""
    try:
        document = canonical.load_canonical(data, limit=2 * MAX_EVENT)
        if not isinstance(document, dict) or set(document) != {"event", "salt"}:
            raise BadProof("got other fields in `extra`, expected event and salt")
        salt = bytes.fromhex(str(document["salt"]))
    except (BadInput, ValueError) as e:
        raise BadProof(f"got a malformed `extra`: {e}, expected canonical JSON of event and salt") from e
    if len(salt) != SALT_BYTES or salt.hex() != document["salt"] or not isinstance(document["event"], dict):
        raise BadProof("got a malformed `extra`, expected an event and a salt of 64 small hexadecimal digits")
    return salt, document["event"]


def _word(lines: list[str], name: str) -> str:
    """Take the next line, which must be `NAME WORD`."""
    key, _, word = (lines.pop(0) if lines else "").partition(" ")
    if key != name:
        raise BadProof(f"got the line {key[:40]!r}, expected {name}")
    return word

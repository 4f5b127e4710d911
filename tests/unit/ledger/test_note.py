"""Notes and checkpoints are written and read as the C2SP documents say."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from builders.logs import ORIGIN, signer
from comity.crypto.errors import BadSignature
from comity.crypto.keys import FileSigner
from comity.kernel.errors import ComityError
from comity.ledger.errors import BadNote, UnknownSigner
from comity.ledger.note import MAX_SIGNATURES, Checkpoint, NoteKey, decode64, open_checkpoint, open_note, sign

# The key pair and note that Go's golang.org/x/mod/sumdb/note publishes in its tests.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
GO_NOTE = f"{GO_TEXT}\n— PeterNeumann {GO_SIGNATURE}\n".encode()

KEY = NoteKey(ORIGIN, signer().public)
ROOT = bytes(range(32))
NOTE = sign(Checkpoint(ORIGIN, 42, ROOT).text, ORIGIN, signer())


def test_the_published_note_opens() -> None:
    """Go's published note is read under Go's published key."""
    text, key = open_note(GO_NOTE, [NoteKey.from_text(GO_KEY)])
    assert (text, key.name) == (GO_TEXT, "PeterNeumann")


def test_the_published_note_is_written() -> None:
    """Signing the published text with the published key gives the published note, byte for byte."""
    assert sign(GO_TEXT, "PeterNeumann", FileSigner(Ed25519PrivateKey.from_private_bytes(GO_SEED))) == GO_NOTE


def test_the_published_key_is_written() -> None:
    """A key's text is the published one again."""
    assert NoteKey.from_text(GO_KEY).text == GO_KEY


@pytest.mark.parametrize("end", range(len(GO_KEY)))
def test_a_mangled_key_is_refused(end: int) -> None:
    """A key whose text is cut, or has one sign changed, is refused."""
    changed = GO_KEY[:end] + chr(ord(GO_KEY[end]) + 1) + GO_KEY[end + 1 :]
    for text in (GO_KEY[:end], GO_KEY[end + 1 :], changed):
        with pytest.raises(BadNote):
            NoteKey.from_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
    ids=["long", "other kind"],
)
def test_a_key_of_another_kind_is_refused(text: str) -> None:
    """A key of the wrong length or of an unknown kind is refused even with a fitting id."""
    with pytest.raises(BadNote):
        NoteKey.from_text(text)


def test_a_checkpoint_is_three_lines() -> None:
    """A checkpoint's text is origin, size and root, and comes back as it was."""
    assert NOTE.decode().split("\n")[:4] == [ORIGIN, "42", base64.b64encode(ROOT).decode(), ""]
    assert open_checkpoint(NOTE, [KEY]) == Checkpoint(ORIGIN, 42, ROOT)


def test_foreign_signatures_are_ignored() -> None:
    """Signatures of witnesses and of keys not known here stand beside the log's own, before or after it."""
    body, gap, own = NOTE.rpartition(b"\n\n")
    witness = sign(body.decode() + "\n", "witness.example.org", signer("w")).rpartition(b"\n\n")[2]
    for lines in (own + witness, witness + own):
        assert open_checkpoint(body + gap + lines, [KEY]).size == 42


def test_the_newer_key_is_found() -> None:
    """Of several keys of a log, the one that signed is found."""
    other = NoteKey(ORIGIN, signer("older").public)
    assert open_note(NOTE, [other, KEY])[1] == KEY


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n42\n",
        f"{ORIGIN}\n042\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n４２\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n{'9' * 40}\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n42\n{base64.b64encode(ROOT[:31]).decode()}\n",
        f"{ORIGIN}\n42\n{base64.b64encode(ROOT).decode()}\nextension\n",
        f"{ORIGIN}\n42\n{base64.b64encode(ROOT).decode().rstrip('=')}\n",
        f"{ORIGIN}\n42 \n{base64.b64encode(ROOT).decode()}\n",
    ],
    ids=["short", "zero", "negative", "digits", "huge", "root", "extension", "padding", "space"],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    """A signed text that is no strict checkpoint is refused."""
    with pytest.raises(BadNote):
        open_checkpoint(sign(text, ORIGIN, signer()), [KEY])


MALFORMED = {
    "empty": b"",
    "no signature": b"text\n\n",
    "no text": b"\n\n" + NOTE.rpartition(b"\n\n")[2],
    "no gap": NOTE.replace(b"\n\n", b"\n"),
    "no end": NOTE[:-1],
    "carriage return": NOTE.replace(b"\n", b"\r\n"),
    "tab": NOTE.replace(b"42", b"4\t2"),
    "not UTF-8": NOTE.replace(b"42", b"\xff\xfe"),
    "hyphen": NOTE.replace("—".encode(), b"-"),
    "two spaces": NOTE.replace("— ".encode(), "—  ".encode()),
    "more words": NOTE[:-1] + b" more\n",
    "short": "text\n\n— name AAAA\n".encode(),
    "plus": NOTE.replace("— comity".encode(), "— com+ty".encode()),
    "too many": NOTE + NOTE.rpartition(b"\n\n")[2] * MAX_SIGNATURES,
    "too long": b"x" * 300_000 + NOTE,
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_note_is_refused(data: bytes) -> None:
    """Anything but a strict note is refused as malformed."""
    with pytest.raises(BadNote):
        open_note(data, [KEY])


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_a_note_with_one_byte_changed_is_refused(place: int, change: int) -> None:
    """Whichever byte of a signed note is changed, it opens no more."""
    data = bytearray(NOTE)
    data[place] ^= change
    with pytest.raises((BadNote, BadSignature, UnknownSigner)):
        open_checkpoint(bytes(data), [KEY])


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No input makes the reader fail in another way than by refusing."""
    with pytest.raises(ComityError):
        open_note(data, [KEY])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u2003b", "x" * 201])
def test_a_name_that_a_note_cannot_hold_is_refused(name: str) -> None:
    """A key name has no space of any kind and no plus sign."""
    with pytest.raises(BadNote):
        NoteKey(name, signer().public)


@pytest.mark.parametrize("text", ["AA", "AA=", "AB==", "AA==\n", " AA==", "A*==", "ä"])
def test_base64_has_one_spelling(text: str) -> None:
    """Base64 with odd bits, without padding or with other signs is refused."""
    with pytest.raises(BadNote):
        decode64(text)

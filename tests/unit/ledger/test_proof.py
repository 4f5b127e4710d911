"""A proof is a C2SP tlog-proof, and says which event stands in which log."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.logs import ORIGIN, event, signer, tree
from comity.kernel import canonical
from comity.kernel.errors import ComityError
from comity.ledger import merkle
from comity.ledger.errors import BadProof
from comity.ledger.model import commitment
from comity.ledger.note import Checkpoint, NoteKey, sign
from comity.ledger.proof import Proof, load, opening, verify

KEY = NoteKey(ORIGIN, signer().public)
SALT = bytes(range(32))


def made(index: int = 5, size: int = 9, extra: bytes = opening(SALT, event())) -> Proof:
    """Make a log in memory in which the event stands at *index*, and its proof."""
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    leaves[index] = commitment(SALT, canonical.dump(event()))
    nodes, frontier = tree(leaves)
    note = sign(Checkpoint(ORIGIN, size, frontier.root).text, ORIGIN, signer())
    return Proof(extra, index, tuple(merkle.inclusion(index, size, nodes)), note)


def test_a_proof_has_the_lines_of_the_document() -> None:
    """Header, extra, index, path, an empty line and the checkpoint as it was signed stand in this order."""
    proof = made()
    head, _, note = proof.dump().partition(b"\n\n")
    lines = head.decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert json.loads(base64.b64decode(lines[1].removeprefix("extra "))) == {"event": event(), "salt": SALT.hex()}
    assert lines[2] == "index 5"
    assert [base64.b64decode(line) for line in lines[3:]] == list(proof.path)
    assert note == proof.note


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (1, 2), (8, 9), (4, 9), (0, 64), (63, 64)])
def test_a_proof_verifies(index: int, size: int) -> None:
    """A proof gives back the event, its index and the checkpoint."""
    proven = verify(made(index, size).dump(), [NoteKey(ORIGIN, signer("older").public), KEY])
    assert (proven.event, proven.index, proven.checkpoint.size) == (event(), index, size)


@given(
    st.binary(min_size=1, max_size=60) | st.just(b""),
    st.integers(0, 2**50),
    st.lists(st.binary(min_size=32, max_size=32), max_size=64),
    st.binary(max_size=100),
)
def test_what_is_written_is_read(extra: bytes, index: int, path: list[bytes], note: bytes) -> None:
    """Reading gives back what was written, with or without extra data."""
    proof = Proof(extra, index, tuple(path), note)
    assert load(proof.dump()) == proof


WHOLE = made().dump()
MALFORMED = {
    "empty": b"",
    "header": WHOLE.replace(b"@v1", b"@v2"),
    "no gap": WHOLE.partition(b"\n\n")[0],
    "no index": WHOLE.replace(b"index 5\n", b""),
    "leading zero": WHOLE.replace(b"index 5", b"index 05"),
    "negative": WHOLE.replace(b"index 5", b"index -5"),
    "two spaces": WHOLE.replace(b"index 5", b"index  5"),
    "empty extra": Proof(b"x", 5, (), b"").dump().replace(b"extra eA==", b"extra "),
    "order": b"\n".join(WHOLE.split(b"\n")[i] for i in (0, 2, 1)) + b"\n\n",
    "short hash": Proof(b"x", 5, (b"short",), b"").dump(),
    "long path": Proof(b"x", 5, (bytes(32),) * 65, b"").dump(),
    "carriage return": WHOLE.replace(b"\n", b"\r\n"),
    "not ASCII": WHOLE.replace(b"index", "índex".encode()),
    "too long": WHOLE + b"x" * 1024 * 1024,
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_proof_is_refused(data: bytes) -> None:
    """Anything but a strict proof is refused as malformed."""
    with pytest.raises(BadProof):
        load(data)


OPENINGS = {
    "none": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "more": canonical.dump({"event": event(), "salt": SALT.hex(), "x": 1}),
    "not canonical": opening(SALT, event()) + b" ",
    "short salt": opening(SALT[:31], event()),
    "large digits": opening(SALT, event()).replace(SALT.hex().encode(), SALT.hex().upper().encode()),
    "salt of spaces": canonical.dump({"event": event(), "salt": " " * 64}),
    "salt of another kind": canonical.dump({"event": event(), "salt": 1}),
    "no event": opening(SALT, "text"),
}


@pytest.mark.parametrize("extra", OPENINGS.values(), ids=OPENINGS)
def test_a_malformed_opening_is_refused(extra: bytes) -> None:
    """Extra data that is not exactly an event and its salt is refused."""
    with pytest.raises(BadProof):
        verify(made(extra=extra).dump(), [KEY])


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_proof_with_one_byte_changed_is_refused(place: int, change: int) -> None:
    """Whichever byte of a proof is changed, it proves nothing any more."""
    data = bytearray(WHOLE)
    data[place] ^= change
    with pytest.raises(ComityError):
        verify(bytes(data), [KEY])

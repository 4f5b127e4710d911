"""A receipt is the receiver's signed word; it says what its shape allows and nothing else."""

from __future__ import annotations

import atexit
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.directory import World, build_directory
from builders.packages import Maker
from builders.trials import tries
from comity.kernel import canonical
from comity.kernel.errors import BadInput
from comity.packages.owndirectory import OwnDirectory
from comity.packages.receipt import Expected, is_receipt, receipt_shape, verify_receipt

DIGEST = "5" * 64
LATER = "2027-02-25T00:00:00Z"


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    """A maker of receipts."""
    return Maker(build_directory(tmp_path), tmp_path)


def judged(maker: Maker, data: bytes, **more: Any) -> Any:
    """The result of a verification now."""
    return verify_receipt(data, Expected(maker.world.root, maker.now, **more))


@pytest.mark.parametrize(
    "word",
    [
        {"state": "received"}, {"state": "accepted", "preserved_until": LATER, "reply_by": LATER},
        {"state": "info_needed", "code": "clarify_period", "reason": "Which days?"}, {"state": "refused", "code": "too_broad", "reason": "Quá rộng."},
    ],
)  # fmt: skip
def test_each_word_is_read_back(word: dict[str, Any], maker: Maker) -> None:
    """A receipt of each state verifies and gives what was said, by whom, and whom to call."""
    result = judged(maker, maker.receipt(DIGEST, **word))
    assert result.valid
    assert result.document.items() >= word.items()
    assert (result.digest, result.signers[0].holder, result.sender.id) == (DIGEST, "Legal desk", "SG.orchid")
    assert [step.name for step in result.steps] == [
        "container",
        "statement",
        "directory",
        "signers",
        "revocation",
        "time",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", "granted"),
        ("id", "1"),
        ("from", "SG"),
        ("at", "today"),
        ("code", "Too Broad"),
        ("more", "x"),
        ("to", None),
    ],
)
def test_what_has_no_shape_is_not_signed(field: str, value: Any, maker: Maker) -> None:
    """A payload out of shape is refused before it is signed, by its field."""
    with pytest.raises(BadInput) as caught:
        maker.receipt(DIGEST, **{field: value})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("state", "code"), [("received", "too_broad"), ("accepted", "x"), ("refused", None), ("info_needed", None)]
)
def test_code_goes_with_refusal_and_question(state: str, code: str | None, maker: Maker) -> None:
    """A code stands with a refusal or a question and nowhere else."""
    result = judged(maker, maker.receipt(DIGEST, state=state, code=code))
    assert result.failed.name == "statement"


def test_with_a_directory_of_ones_own(maker: Maker) -> None:
    """A directory of one's own is asked, and whom to call comes from it."""
    own = OwnDirectory(maker.world.mirror, maker.now)
    result = judged(maker, maker.receipt(DIGEST), own=own)
    assert {step.name: step.status for step in result.steps}["revocation"] == "ok"


def test_an_old_slice_is_no_fault(maker: Maker) -> None:
    """A receipt kept for weeks verifies: its slice must have been good when it was signed."""
    data = maker.receipt(DIGEST)
    maker.world.clock.advance(timedelta(days=29))
    assert judged(maker, data).valid
    maker.world.clock.advance(timedelta(days=2))
    assert judged(maker, data).failed.name == "time"


@pytest.mark.parametrize(
    ("head", "is_one"),
    [(b"{", True), (b'{"envelope"', True), (b"PK\x03\x04", False), (b"", False), (b"[", False), (b" {", False)],
)
def test_a_receipt_is_told_from_a_package(head: bytes, is_one: bool) -> None:
    """The first byte tells a receipt from a package."""
    assert is_receipt(head) == is_one


def test_shape_has_the_states_of_the_format() -> None:
    """The shape knows the four states, in the order in which they can follow."""
    assert list(receipt_shape().codes["states"]) == ["received", "accepted", "info_needed", "refused"]


@cache
def sample() -> tuple[World, bytes]:
    """One world and one good receipt."""
    place = TemporaryDirectory(prefix="receipt-")
    atexit.register(place.cleanup)
    world = build_directory(Path(place.name))
    return world, Maker(world, Path(place.name)).receipt(DIGEST)


@settings(max_examples=tries(150), deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_is_refused(place: int, turn: int) -> None:
    """A receipt with any byte changed is refused, without a foreign error."""
    world, good = sample()
    data = bytearray(good)
    data[place % len(data)] ^= turn
    assert not verify_receipt(bytes(data), Expected(world.root, world.clock.now())).valid


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=tries(100), deadline=None)
@given(st.fixed_dictionaries({"format": st.just("comity-receipt/1"), "envelope": JSON, "role": JSON}))
def test_any_json_is_judged(document: dict[str, Any]) -> None:
    """A file with anything in its three places is refused at the container, without a foreign error."""
    world, _ = sample()
    result = verify_receipt(canonical.dump(document), Expected(world.root, world.clock.now()))
    assert result.failed
    assert result.failed.name == "container"

"""Hashes of files: the algorithm by name or length, weak ones and empty files doubted."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise

ABC = {
    "md5": "900150983cd24fb0d6963f7d28e17f72",
    "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
}


@pytest.mark.parametrize("name", ABC)
@pytest.mark.parametrize("written", ["{digits}", "{DIGITS}", "{name}:{digits}", "{NAME}: {DIGITS}", "{name}={digits}"])
def test_published_hashes_of_abc_are_read(name: str, written: str) -> None:
    """Named or not, in capitals or not, a hash has one form."""
    digits = ABC[name]
    text = written.format(name=name, NAME=name.upper(), digits=digits, DIGITS=digits.upper())
    assert normalise("hash", text).value == f"{name}:{digits}"


def test_the_hyphen_in_a_name_is_optional() -> None:
    """SHA-256 and sha256 are the same name."""
    assert normalise("hash", f"SHA-256:{ABC['sha256']}").value == f"sha256:{ABC['sha256']}"


@given(st.binary(min_size=1), st.sampled_from(["md5", "sha1", "sha256", "sha512"]))
def test_every_hash_of_the_four_algorithms_is_recognised(content: bytes, name: str) -> None:
    """The length alone tells the algorithm; only the weak ones are doubted."""
    found = normalise("hash", hashlib.new(name, content, usedforsecurity=False).hexdigest())
    assert found.value.startswith(f"{name}:")
    assert bool(found.doubts) == (name in ("md5", "sha1"))


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512"])
def test_the_hash_of_an_empty_file_is_doubted(name: str) -> None:
    """It turns up where a copy failed, and names no file in particular."""
    assert "empty file" in normalise("hash", hashlib.new(name, usedforsecurity=False).hexdigest()).doubts[-1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("abc", "expected one of 32"),
        ("sha256:" + ABC["md5"], "expected 64 for sha256"),
        ("sha3:" + ABC["sha256"], "expected hexadecimal digits"),
        (ABC["md5"][:-1] + "g", "expected hexadecimal digits"),
        ("sha256:", "expected hexadecimal digits"),
        (ABC["md5"][:-1] + "１", "expected hexadecimal digits"),
        (ABC["md5"] + " " + ABC["md5"], "expected hexadecimal digits"),
        ("ſha1:" + ABC["sha1"], "expected hexadecimal digits"),
    ],
)
def test_other_texts_are_refused_with_the_reason(text: str, reason: str) -> None:
    """A length that fits no algorithm, or not the named one, is refused."""
    with pytest.raises(InvalidIdentifier, match=reason) as caught:
        normalise("hash", text)
    assert caught.value.advice

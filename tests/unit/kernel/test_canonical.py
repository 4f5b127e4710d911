"""Canonical JSON against the vectors of RFC 8785, and read strictly."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel import canonical
from comity.kernel.errors import BadInput

# RFC 8785, appendix B: a number by its bits, and its one text as ECMAScript writes it.
NUMBERS = {
    "0000000000000000": "0", "8000000000000000": "0", "0000000000000001": "5e-324", "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308", "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992", "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000", "44b52d02c7e14af5": "9.999999999999997e+22", "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23", "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000", "444b1ae4d6e2ef50": "1e+21", "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001", "41b3de4355555553": "333333333.3333332", "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333", "41b3de4355555556": "333333333.3333334", "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333", "43143ff3c1cb0959": "1424953923781206.2",
}  # fmt: skip
SAMPLE = r"""{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}"""
SORTED = r"""{
  "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
  "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
}"""
SAFE = 2**53 - 1
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
# Between 2^53 and 10^21 a float is written as a whole number that not every reader holds exactly: those are not read.
READABLE = FLOATS.filter(lambda number: abs(number) <= SAFE or abs(number) >= 1e21)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | READABLE | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_of_the_norm(bits: str, text: str) -> None:
    """Each number of RFC 8785, appendix B, is written as there."""
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical.dump(number) == text.encode()


def test_sample_of_the_norm() -> None:
    """The sample of RFC 8785, section 3.2.2, has the canonical form given in section 3.2.3."""
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical.dump(canonical.load(SAMPLE.encode())) == expected.encode()


def test_names_are_sorted_by_utf16() -> None:
    """The names of RFC 8785, section 3.2.3, come in its order: by UTF-16 units, not by code points."""
    order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji:", "Hebrew"]
    written = json.loads(canonical.dump(canonical.load(SORTED.encode())))
    assert [value.split()[0] for value in written.values()] == order


@given(VALUES)
def test_round_trip(value: Any) -> None:
    """What is written is read back as the same value, is canonical, and is JSON to another reader."""
    data = canonical.dump(value)
    assert canonical.load_canonical(data) == value
    assert json.loads(data) == value


@given(FLOATS)
def test_numbers_have_the_fewest_digits(number: float) -> None:
    """A number is written with the digits that Python's own shortest form has, no more and no fewer."""
    text = canonical.dump(number).decode()
    assert Decimal(text) == Decimal(repr(number))


@given(VALUES, st.sampled_from([{"indent": 1}, {"separators": (", ", ": ")}, {"ensure_ascii": True}]))
def test_another_form_is_not_canonical(value: Any, form: dict[str, Any]) -> None:
    """JSON of the same value in another form is readable, and canonical only if it is the same bytes."""
    data = json.dumps(value, **form).encode()
    if data != canonical.dump(value):
        with pytest.raises(BadInput, match="canonical"):
            canonical.load_canonical(data)


@pytest.mark.parametrize("text", ["9007199254740992", "-9007199254740993", "100000000000000000000"])
def test_a_whole_number_that_readers_round_is_not_canonical(text: str) -> None:
    """A whole number beyond 2^53 - 1, which another reader would hold inexactly, is refused."""
    with pytest.raises(BadInput, match="safe integer"):
        canonical.load_canonical(text.encode())


BAD = {
    "not UTF-8": b'"\xff"', "byte order mark": b"\xef\xbb\xbf{}", "name twice": b'{"a":1,"a":2}',
    "name twice, escaped": b'{"a":1,"\\u0061":2}', "NaN": b"NaN", "infinity": b"[-Infinity]", "number too large": b"1e400",
    "too deep": b"[" * 34 + b"]" * 34, "far too deep": b"[" * 200_000, "number of 5000 digits": b"9" * 5000, "nothing": b"",
    "two values": b"1 2", "comma at the end": b"[1,]", "single quotes": b"{'a':1}", "comment": b"1 // one", "cut short": b'{"a":',
}  # fmt: skip


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_what_is_no_strict_json_is_refused(data: bytes) -> None:
    """Each of these is refused with the name of the file, and no foreign error comes out."""
    with pytest.raises(BadInput, match=r"got .*, expected") as caught:
        canonical.load(data, file="x.json")
    assert caught.value.file == "x.json"


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Reading gives a value that has these bytes as its form, or refuses; nothing else happens."""
    try:
        assert canonical.dump(canonical.load_canonical(data)) == data
    except BadInput as e:
        assert e.message.startswith("got ")


def test_too_many_bytes_are_not_read() -> None:
    """A file over the limit is refused by its size."""
    assert canonical.load(b'"' + b"a" * 8 + b'"', limit=10) == "a" * 8
    with pytest.raises(BadInput, match="got 11 bytes, expected at most 10"):
        canonical.load(b'"' + b"a" * 9 + b'"', limit=10)


@pytest.mark.parametrize("value", [2**53 + 1, math.inf, math.nan, "\ud800", {1: 2}, {"a": b"x"}, object()])
def test_what_has_no_form_is_not_written(value: Any) -> None:
    """A value outside JSON, or a number that another reader would round, is refused."""
    with pytest.raises(BadInput):
        canonical.dump(value)


def test_digests_of_kinds_never_meet() -> None:
    """The digest of a value is that of its kind, a newline and its form; another kind gives another digest."""
    assert canonical.digest("a", {"b": 1}) == hashlib.sha256(b'a\n{"b":1}').hexdigest()
    assert canonical.digest("a", {"b": 1}) != canonical.digest("b", {"b": 1})


@given(VALUES)
def test_the_quick_way_writes_what_the_reference_writes(value: Any) -> None:
    """Whatever is written, and by whichever way, is what the reference library for RFC 8785 writes."""
    assert canonical.dump(value) == rfc8785.dumps(value)

"""Walking JSON: the same values as a whole parser gives, each with its own bytes, whatever the size of a read."""

from __future__ import annotations

import io
import json
from typing import Any

import ijson  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.returns import jsonlist
from comity.returns.jsonlist import Broken, Element, lines, walk

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.lists(VALUES, max_size=5) | st.dictionaries(
    st.sampled_from(["a", "list", "é", "z"]), st.lists(VALUES, max_size=3) | VALUES, max_size=4
)


def as_text(value: Any) -> Any:
    """Give a value as it is walked: numbers as their text."""
    return json.loads(json.dumps(value), parse_int=str, parse_float=str)


class Dribble(io.BytesIO):
    """A stream that gives a few bytes at a time, whatever is asked."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Give at most seven bytes."""
        return super().read(7 if size is None or size < 0 else min(size, 7))


@given(document=DOCUMENTS, indent=st.sampled_from([None, 1]), ascii_=st.booleans())
def test_what_is_walked_is_what_a_whole_parser_gives(document: Any, indent: int | None, ascii_: bool) -> None:
    """Elements and members, put together again, are the document; their spans cut out their own bytes."""
    data = json.dumps(document, indent=indent, ensure_ascii=ascii_).encode("utf-8", "surrogatepass")
    try:
        data.decode()
    except UnicodeDecodeError:
        return
    found = list(walk(Dribble(data), {"list"}))
    assert not any(isinstance(part, Broken) for part in found)
    elements = [part for part in found if isinstance(part, Element)]
    for part in elements:
        assert data[slice(*part.span)].decode() == part.raw
        assert json.loads(part.raw, parse_int=str, parse_float=str) == part.value
    if isinstance(document, list):
        assert [part.value for part in elements] == as_text(document)
        return
    members = {part.key: part.value for part in elements if part.index < 0}
    listed = [part.value for part in elements if part.index >= 0]
    if isinstance(document.get("list"), list):
        members["list"] = listed
    assert members == as_text(document)


def test_another_streaming_parser_finds_the_same_elements() -> None:
    """`ijson` gives the same records of a list in a document."""
    data = json.dumps({"x": 1, "list": [{"n": i, "t": "é" * i, "d": {"a": [i]}} for i in range(50)], "y": []}).encode()
    ours = [part.value for part in walk(io.BytesIO(data), {"list"}) if isinstance(part, Element) and part.index >= 0]
    assert ours == as_text(list(ijson.items(io.BytesIO(data), "list.item", use_float=True)))


@pytest.mark.parametrize("size", [1, 2, 3, 64])
def test_the_size_of_a_read_means_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same elements are found however the bytes are cut."""
    data = '{"a":{"b":[1,2.50,"x\\u00e9é"]},"list":[true,null,-1e5,"\\\\\\"",{}],"z":1}'.encode()
    whole = list(walk(io.BytesIO(data), {"list"}))
    monkeypatch.setattr(jsonlist, "BLOCK", size)
    assert list(walk(io.BytesIO(data), {"list"})) == whole


@given(data=st.binary(max_size=60) | st.text('{}[]",:0 \\tfn', max_size=40).map(str.encode))
def test_any_bytes_end_by_themselves(data: bytes) -> None:
    """What is no JSON ends with one `Broken`, as the last thing; what is JSON has none, save for a scalar alone."""
    found = list(walk(io.BytesIO(data), {"list"}))
    assert all(isinstance(part, Element) for part in found[:-1])
    if found and isinstance(found[-1], Broken):
        return
    assert not data.strip(b"\xef\xbb\xbf \t\r\n") or json.loads(data.decode("utf-8-sig")) is not None


def test_a_broken_line_ends_nothing() -> None:
    """Of lines of JSON the broken ones are told and the others read; blank lines are none."""
    found = list(lines(io.BytesIO(b'{"a":1}\n\n{"a":\n[2]\n{"a":1,"a":2}\n"x"')))
    assert [part.value if isinstance(part, Element) else part.code for part in found] == [
        {"a": "1"},
        "damaged",
        ["2"],
        "damaged",
        "x",
    ]
    assert [part.index for part in found if isinstance(part, Element)] == [0, 2, 4]


TORN = ['{"a":[{}', "{}]}", "{},{}", '{"a":1', '"b":2}', "[1", "2]", '{"a":"x', 'y"}', "1,2", '{"a":1,"a":2}', '{"a" :1,"a":2}',
    '{"a":"\\": "}', '{"a":{"b":[{"c":1,"c":2}]}}', "NaN", "1]", "[2", '{"a":"\\ud800"}', "", " ", '{"a":{"b":[1,{"c":null}]}}']  # fmt: skip


@given(st.lists(st.sampled_from(TORN) | VALUES.map(json.dumps) | st.text('{}[]",:a1 ', max_size=8), max_size=12))
def test_lines_read_together_are_the_lines_read_one_by_one(written: list[str]) -> None:
    """No line lends another what it lacks: each is what it is alone, whichever lines stand around it."""
    data = [line.replace("\n", "").encode() + b"\n" for line in written]
    alone = [part for line in data for part in lines(io.BytesIO(line))]
    together = list(lines(io.BytesIO(b"".join(data))))
    assert [part.value if isinstance(part, Element) else (part.code, part.found) for part in together] == [
        part.value if isinstance(part, Element) else (part.code, part.found) for part in alone
    ]
    whole = b"".join(data)
    for part in together:
        if isinstance(part, Element):
            assert whole[slice(*part.span)].decode().strip() == part.raw


def test_many_sound_lines_are_read_together() -> None:
    """Lines that are all whole, with no name twice, need no second reading; one with a name twice makes them need it."""
    sound = [json.dumps({"n": n, "in": {"list": [{"x": 1}]}}).encode() for n in range(20)]
    found = jsonlist._together(sound)
    assert found is not None
    assert list(found) == [as_text(json.loads(line)) for line in sound]
    for odd in (b'{"n":1,"n":2}', b'{"n" :1,"n":2}', b"{},{}", b"", b'{"in":{"x":1,"x":1}}'):
        assert jsonlist._together([*sound, odd]) is None

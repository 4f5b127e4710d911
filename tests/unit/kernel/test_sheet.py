"""Sheets are read strictly: what is not plainly said is refused with line and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.errors import BadInput
from comity.kernel.sheet import MAX_BYTES, parse_sheet, read_sheet

PLAIN = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\u2028\u2029\ufeff"), max_size=12
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    PLAIN | st.integers(-(10**9), 10**9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=8,
)
SHEETS = st.dictionaries(PLAIN, VALUES, max_size=4)
REFUSED = {
    "alias": ("a: &x [1]\nb: *x", "line 1 column 4"), "anchor": ("a: &x 1", "line 1 column 4"), "tag": ('a: !!int "5"', "line 1"),
    "time by tag": ("a: !!timestamp 2020-01-01", "line 1"), "set by tag": ("a: !!set {b}", "line 1"), "bytes": ("a: !!binary aGk=", "line 1"),
    "own tag": ("a: !thing 5", "line 1"), "python": ("!!python/object/apply:os.system [x]", "line 1 column 1"),
    "key twice": ("a: 1\nb: 2\na: 3", "line 3 column 1"), "inner key twice": ("a: {b: 1, b: 2}", "line 1 column 11"),
    "key is a number": ("1: a", "line 1 column 1"), "key is a list": ("? [a]\n: b", "line 1 column 3"), "key is nothing": ("~: b", "line 1"),
    "two documents": ("a: 1\n---\nb: 2", "line 2"), "open bracket": ("a: [1", "line 1 column 6"), "tab": ("a:\n\t- b", "line 2"),
    "half a character": ('a: "\\ud800"', "line 1 column 4"), "half in a key": ('"\\udc00": 1', "line 1 column 1"),
    "too deep": ("a: " + "[" * 25 + "]" * 25, "line 1"), "far too deep": ("[" * 50_000, "line 1"), "control": ("a: \x01", ""),
    "number of 5000 digits": ("a: " + "9" * 5000, ""), "a list": ("- a", ""), "a word": ("a", ""), "nothing": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "at"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(text: str, at: str) -> None:
    """Each of these is refused, with the place where there is one, and no foreign error comes out."""
    with pytest.raises(BadInput, match=r"got .*, expected") as caught:
        parse_sheet(text.encode(), file="x.yaml")
    assert caught.value.file == "x.yaml"
    assert caught.value.field.startswith(at)


@pytest.mark.parametrize(
    "word", ["yes", "No", "on", "OFF", "y", "n", "2026-01-01", "2026-01-01T00:00:00Z", "0x", "1.2.3", "<<", "="]
)
def test_words_stay_words(word: str) -> None:
    """What older YAML guesses to be a flag, a date or a merge is the text that stands there."""
    assert parse_sheet(f"a: {word}".encode()) == {"a": word}


def test_true_false_and_numbers_are_what_they_are() -> None:
    """True, false, null and numbers are read as such, and as text in quotes."""
    assert parse_sheet(b"a: true\nb: False\nc: 5\nd: ~\ne: 'true'\nf: \"5\"") == {
        "a": True,
        "b": False,
        "c": 5,
        "d": None,
        "e": "true",
        "f": "5",
    }


@given(SHEETS)
def test_what_another_program_writes_is_read(sheet: dict[str, Any]) -> None:
    """A sheet that a YAML library wrote is read as the same values."""
    assert parse_sheet(yaml.dump(sheet, Dumper=_Plain, allow_unicode=True).encode()) == sheet


@given(SHEETS)
def test_json_is_a_sheet(sheet: dict[str, Any]) -> None:
    """JSON is read as the same values, also where it escapes a character in two halves."""
    assert parse_sheet(json.dumps(sheet).encode()) == sheet
    assert parse_sheet(json.dumps(sheet, ensure_ascii=False).encode()) == sheet


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Reading gives a mapping with texts as keys, or refuses; nothing else happens."""
    try:
        assert all(isinstance(key, str) for key in parse_sheet(data))
    except BadInput as e:
        assert e.message.startswith("got ")


def test_marks_and_encodings() -> None:
    """A byte order mark is taken off; another encoding is refused with the remedy."""
    assert parse_sheet(b"\xef\xbb\xbfa: \xc4\x91") == {"a": "đ"}
    with pytest.raises(BadInput, match="not UTF-8 at 3") as caught:
        parse_sheet("a: đ".encode("utf-16-le").replace(b"\x00", b"")[:3] + b"\xe9")
    assert caught.value.advice == "Save the file as UTF-8."


def test_reading_a_file(tmp_path: Path) -> None:
    """A file is read; a missing one, a folder and a huge one are refused with the path."""
    path = tmp_path / "a.yaml"
    path.write_text("a: 1", "utf-8")
    assert read_sheet(path) == {"a": 1}
    with pytest.raises(BadInput, match="no such file"):
        read_sheet(tmp_path / "b.yaml")
    with pytest.raises(BadInput, match="a folder"):
        read_sheet(tmp_path)
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(BadInput, match="more than 1048576 bytes"):
        read_sheet(path)


class _Plain(yaml.SafeDumper):
    """A writer that repeats a list that stands twice instead of pointing to it."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never point."""
        return True

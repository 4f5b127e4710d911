"""Rows written and recognised at once: they say what the long way says, in the same bytes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.caseitems import generation
from comity.evidence.casegraph import Described, write_graph
from comity.evidence.journal import dump
from comity.evidence.model import Attribute, Entry, Origin
from comity.evidence.rows import usual, written

NUMBERS = st.integers(0, 2**63 - 1)
TIMES = st.integers(-(2**65), 2**65) | st.integers(0, 2 * 10**18)
ORIGINS = st.builds(
    Origin, st.integers(0, 0o177777), NUMBERS, NUMBERS, NUMBERS, TIMES, TIMES, TIMES, NUMBERS, NUMBERS, NUMBERS
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
NAMES = TEXTS.map(str.encode) | st.binary(min_size=1)
ENTRIES = st.builds(
    Entry,
    st.sampled_from(["file", "file", "folder"]),
    NAMES,
    ORIGINS,
    TEXTS.map("data/{}".format),
    NUMBERS,
    st.sampled_from(
        [{"blake3": "a" * 64, "sha256": "0" * 64}, {"blake3": "b" * 64, "sha256": "1" * 64, "sha512": "c" * 128}]
    ),
    holes=st.sampled_from([(), (), ((0, 5),)]),
    twin=st.sampled_from([b"", b"", b"other"]),
    attributes=st.sampled_from([(), (), (Attribute(b"user.x", "aGVsbG8="), Attribute(b"user.y", ""))]),
)


@given(ENTRIES)
def test_a_row_written_at_once_is_the_canonical_one(entry: Entry) -> None:
    """Whatever the entry is, its row is the same as by the long way."""
    assert written(entry) == dump(entry.plain())[:-1]


@given(ENTRIES)
def test_a_row_recognised_says_what_the_entry_says(entry: Entry) -> None:
    """What is recognised agrees with the entry; a plain file is recognised."""
    row = usual(written(entry).decode())
    if row is None:
        plain = (
            entry.kind == "file"
            and not entry.holes
            and not entry.twin
            and entry.name.isalnum()
            and entry.path[5:].isalnum()
        )
        assert not plain or any(not said.endswith("Z") or said[0] == "0" for said in _times(entry))
        return
    assert (row.path, row.size, row.digests) == (entry.path, entry.size, dict(entry.digests))
    assert row.name.encode() == entry.name


def _times(entry: Entry) -> list[str]:
    said = json.loads(written(entry))["origin"]
    return [said["atime"], said["ctime"], said["mtime"]]


PLAIN = Entry(
    "file",
    b"src/a",
    Origin(0o100644, 0, 0, 1, 1, 1, 1, 1, 1, 1),
    "data/src/a",
    1,
    {"blake3": "a" * 64, "sha256": "b" * 64},
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"size":1}', '"size":01}'),
        ('"size":1}', '"size":-1}'),
        ('"size":1}', '"size":1.0}'),
        ('"size":1}', '"size": 1}'),
        ('"size":1}', '"size":١}'),
        ("1970-01-01T00", "1970-13-01T00"),
        ("1970-01-01T00", "1970-02-29T00"),
        ("1970-01-01T00", "1970-04-31T00"),
        ("1970-01-01T00", "0000-01-01T00"),
        ("1970-01-01T00", "1970-01-01T24"),
        ("100644", "100648"),
        ("100644", "0100644"),
        ("a" * 64, "A" * 64),
        ("src/a", "src\\u002fa"),
        ("src/a", "src\n"),
        ('"links":1', '"links":1,"links":1'),
        ('"kind":"file"', '"kind":"folder"'),
        ('"uid":0}', '"uid":0,"x":0}'),
        ("}", "}\n"),
    ],
)
def test_a_row_in_another_form_is_not_recognised(old: str, new: str) -> None:
    """Only the one way of writing it counts."""
    line = written(PLAIN).decode()
    assert usual(line)
    assert usual(line.replace(old, new)) is None


@given(ENTRIES)
def test_a_node_written_at_once_is_the_one_of_the_long_way(entry: Entry) -> None:
    """The graph of an item has the same bytes whether its rows are usual or not."""
    quick, slow = _Sink(), _Sink()
    write_graph(Described(generation(), [entry]), quick)  # type: ignore[arg-type]  # all of a file that is asked
    marked = replace(entry, holes=entry.holes or ((0, 1),))  # never usual, and nothing of it is in the graph
    write_graph(Described(generation(), [marked]), slow)  # type: ignore[arg-type]  # the same
    assert quick.data == slow.data


class _Sink:
    """Takes what is written."""

    def __init__(self) -> None:
        """Begin empty."""
        self.data = b""

    def writelines(self, lines: object) -> None:
        """Take pieces."""
        self.data = b"".join(lines)  # type: ignore[arg-type]  # pieces of bytes

"""Bags as one stream: what is written is read again, also by `tar`, and any bytes are refused as our own error."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.errors import BadItem
from comity.evidence.tarstream import body, members, put_file, write_end, write_file
from comity.kernel.errors import ComityError

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=300)


def written(files: list[tuple[str, bytes]]) -> bytes:
    """Write files as a stream."""
    out = io.BytesIO()
    for name, data in files:
        write_file(out, name, len(data), lambda sink, data=data: sink(data))  # type: ignore[misc]  # mypy has no type for it
    write_end(out)
    return out.getvalue()


def read(data: bytes) -> list[tuple[str, bytes]]:
    """Read a stream."""
    source, found = io.BytesIO(data), []
    for name, size in members(source):
        content = bytearray()
        body(source, size, content.extend)
        found.append((name, bytes(content)))
    return found


@given(st.lists(st.tuples(NAMES.filter(lambda name: not name.endswith("/")), st.binary(max_size=1100)), max_size=4))
def test_what_is_written_is_read(files: list[tuple[str, bytes]]) -> None:
    """Names of any length and any bytes come back as they were."""
    assert read(written(files)) == files


@given(st.binary(max_size=3000))
def test_any_bytes_are_refused_in_our_own_words(data: bytes) -> None:
    """Anything but a stream is refused with an error of ours; what begins with its end holds nothing."""
    if data.startswith(bytes(512)):
        assert read(data) == []
        return
    with pytest.raises(ComityError):
        read(data)


@given(st.data())
def test_an_altered_header_is_refused_or_harmless(data: st.DataObject) -> None:
    """A stream with one byte changed is read or refused, and nothing else."""
    stream = bytearray(written([("1/" + "n" * 150, b"x"), ("1/a", b"yy")]))
    stream[data.draw(st.integers(0, len(stream) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        read(bytes(stream))
    except BadItem:
        return


def test_tar_reads_it(tmp_path: Path) -> None:
    """GNU tar unpacks what is written, with long names and names that are not ASCII."""
    files = [("1/data/" + "d" * 200 + "/ả.txt", b"one"), ("1/bagit.txt", b"two" * 1000)]
    subprocess.run(["tar", "-x", "-C", tmp_path], input=written(files), check=True)
    assert [(tmp_path / name).read_bytes() for name, _ in files] == [data for _, data in files]


def test_a_name_too_long_for_the_system(tmp_path: Path) -> None:
    """A path whose part no system holds is refused."""
    with pytest.raises((BadItem, OSError)):
        put_file(io.BytesIO(bytes(512)), tmp_path, "1/" + "n" * 300, 0)

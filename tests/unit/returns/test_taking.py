"""Taking a return in: what breaks in one reader is told of that file, and everything else is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.returns import SAMPLES, taken
from comity.returns.model import Given, Part, Seen, Verdict
from comity.returns.reader import Reader, readers
from comity.returns.source import Source, in_memory, on_disk

SAMPLE = SAMPLES / "delimited" / "ip-sessions.csv"


def breaks(source: Source, given: Given) -> Verdict:
    """Answer the question whose file it is as a reader with a fault does."""
    raise IndexError("list index out of range")


def nothing(source: Source, given: Given) -> Iterator[Part]:
    """Read nothing."""
    yield Seen(0)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a reader that breaks off over the question whether a file is its own."""
    monkeypatch.setitem(readers(), "broken", Reader("broken", 1, "Broken", (), breaks, nothing))


@pytest.mark.usefixtures("broken")
def test_a_reader_that_breaks_over_a_file_leaves_it_to_the_others(tmp_path: Path) -> None:
    """The file is read by its own reader, every file after it too, and each says which reader broke and how."""
    coverage, found = taken([on_disk(SAMPLE), on_disk(SAMPLE)], tmp_path / "out")
    for entry in coverage.files:
        assert (entry.reader, entry.parsed, entry.codes["reader_failed"]) == ("delimited/1", 2, 1)
        assert entry.findings[0].found == "broken: IndexError: list index out of range"
        assert entry.state == "doubtful"
    assert len(found) == 4


@pytest.mark.usefixtures("broken")
def test_a_file_that_no_reader_knows_says_so_beside_the_one_that_broke(tmp_path: Path) -> None:
    """Both findings stand in the ledger."""
    coverage, _ = taken([in_memory("a.bin", b"\x00\x01\x02")], tmp_path / "out")
    assert set(coverage.files[0].codes) == {"reader_failed", "no_reader"}
    assert coverage.files[0].state == "untouched"

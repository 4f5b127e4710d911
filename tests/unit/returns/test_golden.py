"""Every reader on its samples, against records written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.returns import SAMPLES, expected, sample_source, samples, taken
from comity.returns.reader import readers


@pytest.mark.parametrize("sample", samples(), ids=lambda path: str(path.relative_to(SAMPLES)))
def test_a_sample_gives_the_records_written_by_hand(sample: Path, tmp_path: Path) -> None:
    """Each record, flag and figure of coverage is the one in the file of expectations, and no other."""
    wanted = expected(sample)
    coverage, records = taken([sample_source(sample)], tmp_path / "out", **wanted.get("given", {}))
    entry = coverage.files[0].plain()
    assert entry["reader"].split("/")[0] == sample.parent.name
    assert records == wanted["records"]
    assert {name: entry[name] for name in wanted["coverage"]} == wanted["coverage"]
    assert entry["accounted"]


def test_every_reader_has_a_sample() -> None:
    """No reader is without a sample and its expected records."""
    assert set(readers()) - {path.parent.name for path in samples()} == set()

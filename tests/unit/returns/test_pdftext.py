"""The text layer of a PDF: lines by page, records only by a pattern that a person gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.returns import SAMPLES, expected, parts, taken, taken_bytes
from comity.returns.errors import BadMapping
from comity.returns.mapping import parse
from comity.returns.model import Finding
from comity.returns.source import on_disk

PDF = SAMPLES / "pdf" / "sessions.pdf"


def test_without_a_pattern_the_lines_are_told(tmp_path: Path) -> None:
    """No line becomes a record by itself; what was seen is said, and what to do."""
    coverage, records = taken([on_disk(PDF)], tmp_path / "out")
    entry = coverage.files[0]
    assert records == []
    assert (entry.units, entry.rejected, entry.state) == (4, 4, "doubtful")
    unknown = next(finding for finding in entry.findings if finding.code == "layout_unknown")
    assert "2026-03-01 09:30:00 UTC 192.0.2.7 login" in unknown.found
    assert "lines" in unknown.advice


def test_records_of_a_pdf_are_inferred_and_know_page_and_line(tmp_path: Path) -> None:
    """Each record has its page and line, the basis `inferred` and the flag `extracted`."""
    from pyarrow import parquet

    given: dict[str, Any] = expected(PDF)["given"]
    taken([on_disk(PDF)], tmp_path / "out", **given)
    rows = parquet.read_table(tmp_path / "out" / "records" / "session.parquet").to_pylist()
    assert [(row["place"], row["basis"], row["flags"]) for row in rows] == [
        ("page 1 line 2", "inferred", "extracted"),
        ("page 1 line 3", "inferred", "extracted"),
    ]


def test_a_page_without_text_is_a_finding() -> None:
    """A scan says nothing, and that is said."""
    assert [
        part.place for part in parts("f", PDF.read_bytes()) if isinstance(part, Finding) and part.code == "page_blank"
    ] == ["page 2"]


def test_a_pattern_whose_parts_the_mapping_does_not_name_is_told(tmp_path: Path) -> None:
    """Lines that the pattern takes but the columns do not fit are rejected."""
    mapping = {
        "mapping": "m",
        "lines": "^(?P<other>.+)$",
        "columns": {"a": "wanted"},
        "records": [{"kind": "session", "fields": {"event": "a"}}],
    }
    coverage, records = taken_bytes("f.pdf", PDF.read_bytes(), tmp_path / "out", mappings=(mapping,))
    assert records == []
    assert coverage.files[0].codes["columns_missing"] == 1
    assert coverage.files[0].accounted


def test_a_pattern_is_one_that_cannot_be_slow() -> None:
    """Patterns are RE2: what has no bound of time is refused."""
    data = {
        "mapping": "m",
        "lines": r"(?P<a>x)\1",
        "columns": {"a": "a"},
        "records": [{"kind": "session", "fields": {"event": "a"}}],
    }
    with pytest.raises(BadMapping, match="expected one of RE2"):
        parse(data)

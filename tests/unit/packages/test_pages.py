"""Reading the pages of a PDF strictly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.requests import example_request
from builders.trials import tries
from comity.packages.pages import BadDocument, read_pages
from comity.packages.printer import print_pdf

PDF = print_pdf(example_request(), digest="0" * 64)


def test_text_in_order() -> None:
    """Each page gives its text as it is drawn, with the footer last."""
    pages = ["".join(run.text for run in page) for page in read_pages(PDF)]
    assert len(pages) == 2
    assert pages[0].startswith("Request for the expedited preservation of stored electronic dataReferenceA05/2026/0117")
    assert pages[1].endswith("A05/2026/0117 · 0000000000000000 · 2 / 2")


@pytest.mark.parametrize("broken", [b"", b"%PDF-1.7", b"no PDF", PDF[:-200], PDF[:1000] + PDF[-1000:], b"\x00" * 5000])
def test_broken_is_refused(broken: bytes) -> None:
    """What is no whole PDF is refused, with no foreign error."""
    with pytest.raises(BadDocument):
        read_pages(broken)


@settings(max_examples=tries(150), deadline=None)
@given(st.integers(0, len(PDF) - 1), st.binary(min_size=1, max_size=12))
def test_damage_is_refused_or_harmless(at: int, damage: bytes) -> None:
    """Bytes written over a PDF end in a refusal or in text, never in a foreign error."""
    try:
        assert isinstance(read_pages(PDF[:at] + damage + PDF[at + len(damage) :]), list)
    except BadDocument as e:
        assert e.message


def test_too_large_is_refused() -> None:
    """More than 16 MiB are not looked at."""
    with pytest.raises(BadDocument, match="bytes, expected at most"):
        read_pages(b"%PDF-1.7" + bytes(16 * 1024 * 1024))

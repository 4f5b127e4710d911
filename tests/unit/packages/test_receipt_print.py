"""Receipts as documents."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from comity.kernel.shape import load_shape
from comity.packages.document import squeezed
from comity.packages.pages import read_pages
from comity.packages.printer import print_receipt

SHAPE = load_shape("comity.packages", "receipt.yaml")
LANGUAGES = ("ar", "en", "es", "fr", "ru", "vi", "zh")
HOLDER = "Lim Wei Mau (SG.orchid)"
REASON = "The conduct is a civil matter under our law.\nWrite again with the text of the provision."


def payload(state: str = "refused", **changes: Any) -> dict[str, Any]:
    """A receipt's payload: a refusal, unless said otherwise."""
    said = {
        "format": "comity-receipt/1",
        "id": "01939f3c-7a2e-7c11-9b52-6d1f0c8e4a99",
        "package": "5" * 64,
        "request": "01939f3c-7a2e-7c11-9b52-6d1f0c8e4a77",
        "reference": "A05/2026/0117",
        "from": "SG.orchid",
        "to": "VN.a05",
        "state": state,
        "at": "2026-11-25T05:00:00Z",
    }
    why = {"code": "dual_criminality", "reason": REASON} if state in ("refused", "info_needed") else {}
    return said | why | changes


def text(pdf: bytes) -> str:
    """What a print says, squeezed."""
    return squeezed("".join(run.text for page in read_pages(pdf) for run in page))


@pytest.mark.parametrize("state", SHAPE.codes["states"])
def test_title_says_what_was_answered(state: str) -> None:
    """A receipt, an acceptance, a question and a refusal have titles of their own, in a valid PDF/A."""
    pdf = print_receipt(payload(state), digest="0" * 64, decided_by=HOLDER)
    found = PdfReader(BytesIO(pdf))
    assert found.metadata is not None
    assert found.metadata.title == SHAPE.source["title"][state]["en"]
    assert b"<pdfaid:part>2</pdfaid:part>" in found.xmp_metadata.stream.get_data()  # type: ignore[union-attr]  # it is there


def test_refusal_states_ground_reason_and_person() -> None:
    """A refusal says the ground in words, the reason as given, and who decided."""
    said = text(print_receipt(payload(), digest="0" * 64, decided_by=HOLDER))
    ground = SHAPE.codes["reasons"]["dual_criminality"]["en"]
    for words in (ground, REASON, f"Decided by{HOLDER}", "A05/2026/0117", "2026-11-25 05:00:00 UTC"):
        assert squeezed(words) in said


def test_unknown_code_is_shown_as_it_is() -> None:
    """A code of a newer version, for which there are no words here, is printed itself."""
    assert "a_new_ground" in text(print_receipt(payload(code="a_new_ground"), digest="0" * 64))


@pytest.mark.parametrize("second", ["", *LANGUAGES])
@pytest.mark.parametrize("first", ["fr", "ar", "zh"])
def test_every_language(first: str, second: str) -> None:
    """Titles, labels and grounds are in both languages; what only one has is marked."""
    pdf = print_receipt(
        payload(), digest="0" * 64, language=first, second="" if second == first else second, decided_by=HOLDER
    )
    said = text(pdf)
    for language in {first, second} - {"", "ar"}:
        for words in (
            SHAPE.source["title"]["refused"],
            SHAPE.codes["reasons"]["dual_criminality"],
            SHAPE.source["words"]["decided"],
        ):
            assert squeezed(words[language]) in said


def test_same_receipt_gives_the_same_bytes() -> None:
    """A receipt in letters that the renderer has prints to the same bytes again."""
    assert print_receipt(payload(), digest="0" * 64) == print_receipt(payload(), digest="0" * 64)

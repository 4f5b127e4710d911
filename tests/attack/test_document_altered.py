"""Attacks on the printed document: it must say what the data says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from builders.altered import ALTERATIONS, DIGEST, altered, original
from builders.requests import WALLET, example_request
from comity.packages.pages import BadDocument
from comity.packages.printer import RENDERER
from comity.packages.reprint import check_says

OTHER = "typst 0.99.0"


def check(pdf: bytes, renderer: str, *, digest: str = DIGEST) -> str:
    """Compare a document with the example request."""
    return check_says(pdf, example_request(), digest=digest, renderer=renderer)


def test_same_bytes_are_accepted() -> None:
    """The honest print is accepted, whoever is said to have made it."""
    assert "the same bytes" in check(original(), RENDERER)
    assert "the same bytes" in check(original(), OTHER)


def test_other_renderer_with_same_text_is_accepted() -> None:
    """A document with other bytes and the same text is accepted from another renderer only."""
    pdf = altered(lambda writer: None)
    assert "the text of its 2 pages" in check(pdf, OTHER)
    with pytest.raises(BadDocument, match="other bytes"):
        check(pdf, RENDERER)


@pytest.mark.parametrize("renderer", [RENDERER, OTHER])
@pytest.mark.parametrize("name", ALTERATIONS)
def test_alteration(name: str, renderer: str) -> None:
    """Each alteration is refused, also when the document claims another renderer."""
    with pytest.raises(BadDocument):
        check(altered(ALTERATIONS[name]), renderer)


@pytest.mark.parametrize("renderer", [RENDERER, OTHER])
@pytest.mark.parametrize(
    "changes",
    [
        {
            "targets": [
                WALLET | {"value": "0x8617E340B3D01FA5F11F306F4090FD50E238070D"},
                example_request()["targets"][1],
            ]
        },
        {"exercise": False},
        {"reference": "A05/2026/0118"},
        {"use_limits": "For this investigation only. And others."},
    ],
    ids=["other target", "no exercise", "other reference", "other limits"],
)
def test_print_of_another_request(changes: dict[str, Any], renderer: str) -> None:
    """A well-made print of other data is refused."""
    with pytest.raises(BadDocument):
        check(original(**changes), renderer)


@pytest.mark.parametrize("renderer", [RENDERER, OTHER])
def test_print_for_another_digest(renderer: str) -> None:
    """A print whose footer names other data is refused."""
    with pytest.raises(BadDocument):
        check(original(), renderer, digest="f" * 64)


@pytest.mark.parametrize("renderer", [RENDERER, OTHER])
@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: b"MZ" + pdf,
        lambda pdf: b"\n" + pdf,
        lambda pdf: pdf + b"<script>alert(1)</script>",
        lambda pdf: pdf + b"\n" * 100,
        lambda pdf: pdf + b"\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF",
        lambda pdf: pdf[:-1],
        lambda pdf: b"",
    ],
    ids=["program before", "line before", "script after", "lines after", "second revision", "last byte cut", "nothing"],
)
def test_bytes_around_the_document(change: Callable[[bytes], bytes], renderer: str) -> None:
    """Bytes before or after the PDF are refused: a file must not be two things at once."""
    with pytest.raises(BadDocument):
        check(change(original()), renderer)


def test_reason_names_the_difference() -> None:
    """The refusal shows the words that differ."""
    with pytest.raises(BadDocument, match=r"got 'igationonly\.Andothers\.'.* expected 'igationonly\.'"):
        check(original(use_limits="For this investigation only. And others."), OTHER)

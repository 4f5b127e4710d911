"""Says whether a printed document says what the data says (package-format.md section 3, step 7 of section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comity.kernel.shape import load_shape

from .document import blocks, footer, squeezed
from .pages import BadDocument, read_pages
from .printer import RENDERER, PrintError, print_portable

__all__ = ["BadDocument", "check_says"]


def check_says(pdf: bytes, request: Mapping[str, Any], *, digest: str, renderer: str) -> str:
    """Compare *pdf*, which *renderer* made, with a request that fits its shape; give in words what was found.

    The request is printed again and must give the same bytes. Texts are compared only where bytes cannot be: when
    another renderer made the document, or when it needed fonts that not every machine has.

    Raises:
        BadDocument: it says something else, or is no plain print.
    """
    try:
        ours = print_portable(request, digest=digest)
    except PrintError:
        ours = None
    if pdf == ours:
        return f"printed again with {RENDERER}: the same bytes"
    if ours is not None and renderer == RENDERER:
        raise BadDocument(f"got other bytes than {RENDERER} prints of this request, expected the same")
    pages = read_pages(pdf)
    _compare(pages, request, digest)
    why = (
        "its signs need fonts that not every machine has"
        if renderer == RENDERER
        else f"made by {renderer!r}, here is {RENDERER}"
    )
    return f"{why}: the text of its {len(pages)} pages is the text of the request (the shapes of its letters are not compared)"


def _compare(pages: list[str], request: Mapping[str, Any], digest: str) -> None:
    """Take the footers off, and compare what is left with the blocks."""
    got = ""
    for n, page in enumerate(pages, 1):
        text, foot = squeezed(page), squeezed(footer(request["reference"], digest, n, len(pages)))
        if not text.endswith(foot):
            raise BadDocument(f"got page {n} ending in {text[-len(foot) :]!r}, expected the footer {foot!r}")
        got += text.removesuffix(foot)
    expected = squeezed(blocks(request, load_shape("comity.packages", "request.yaml")))
    if got != expected:
        at = next(
            (i for i, (a, b) in enumerate(zip(got, expected, strict=False)) if a != b), min(len(got), len(expected))
        )
        here = slice(max(at - 12, 0), at + 24)
        raise BadDocument(f"got {got[here]!r} in the document, expected {expected[here]!r}")

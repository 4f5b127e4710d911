"""Says whether a printed document says what the data says (package-format.md section 3, step 7 of section 6)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from comity.kernel.shape import load_shape

from .document import blocks, footer, squeezed
from .pages import BadDocument, Run, read_pages
from .printer import RENDERER, PrintError, print_portable

__all__ = ["BadDocument", "check_says", "check_words"]

# So many runs may draw one piece of right-to-left text.
MAX_TURNED = 200


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
    pages = check_words(pdf, request, digest=digest)
    why = (
        "its signs need fonts that not every machine has"
        if renderer == RENDERER
        else f"made by {renderer!r}, here is {RENDERER}"
    )
    return (
        f"{why}: the text of its {pages} pages is the text of the request (the shapes of its letters are not compared)"
    )


def check_words(pdf: bytes, request: Mapping[str, Any], *, digest: str) -> int:
    """Compare the text of *pdf*, its footers taken off, with the blocks of a request; give the number of its pages.

    Raises:
        BadDocument: it says something else, or is no plain print.
    """
    pages = read_pages(pdf)
    runs: list[Run] = []
    for n, page in enumerate(pages, 1):
        runs += _without(page, footer(request["reference"], digest, n, len(pages)), n)
    expected = _spelled(squeezed(blocks(request, load_shape("comity.packages", "request.yaml"))))
    at = _said_until(runs, expected)
    if at is None:
        return len(pages)
    got, here = _spelled(squeezed("".join(run.text for run in runs))), slice(max(at - 12, 0), at + 24)
    raise BadDocument(f"got {squeezed(got[here])!r} in the document, expected {squeezed(expected[here])!r}")


def _without(page: list[Run], foot: str, n: int) -> list[Run]:
    """Give the runs before the footer."""
    last = ""
    for start in range(len(page) - 1, -1, -1):
        last = page[start].text + last
        if squeezed(last) == squeezed(foot):
            return page[:start]
        if len(last) > 4 * len(foot):
            break
    raise BadDocument(f"got page {n} ending in {squeezed(last)[-len(foot) :]!r}, expected the footer {foot!r}")


def _said_until(runs: list[Run], expected: str) -> int | None:
    """Give the place in squeezed text where *runs* stop saying it, or None if they say all of it and nothing else."""
    said = [Run(text, run.rtl) for run in runs if (text := _spelled(squeezed(run.text)))]
    most = MAX_TURNED if any(run.rtl for run in said) else 1
    at = start = 0
    while start < len(said):
        end = start + 1
        while said[start].loose and end < len(said) and said[end].loose:
            end += 1
        ends = _placed(said[start:end], expected, at, most)
        if ends is None:
            text = said[start].text
            return at + next((n for n, sign in enumerate(text) if expected[at + n : at + n + 1] != sign), len(text))
        at, start = ends, end
    return None if at == len(expected) else at


def _placed(runs: list[Run], expected: str, at: int, most: int) -> int | None:
    """Lay runs over the expected text, turning sequences of at most *most* of them round; give where they end."""
    places: list[int | None] = [at] + [None] * len(runs)
    for i in range(len(runs)):
        here = places[i]
        if here is None:
            continue
        for end in range(i + 1, min(i + most, len(runs)) + 1):
            if not expected.startswith(runs[end - 1].text, here):
                continue
            text = "".join(run.text for run in reversed(runs[i:end]))
            if expected.startswith(text, here):
                places[end] = here + len(text)
    return places[-1]


def _spelled(text: str) -> str:
    """Give text in the normal form in which two halves of it are the halves of the whole."""
    return unicodedata.normalize("NFD", text)

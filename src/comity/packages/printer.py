"""Prints a request as PDF/A-2b, from the request alone, so that a verifier can print it again and compare bytes; and receipts.

Only the fonts inside typst are used as long as they have every sign; then the same request gives the same bytes on
every machine with the same renderer. A request with other signs is set with the fonts of this machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from comity.kernel.clock import moment
from comity.kernel.shape import Shape, load_shape
from comity.kernel.typesetting import PrintError, renderer, typeset

from .document import Block, Tongues, blocks, footer, lay_out

__all__ = ["RENDERER", "PrintError", "print_pdf", "print_portable", "print_receipt"]

RENDERER = renderer()


def print_pdf(request: Mapping[str, Any], *, digest: str) -> bytes:
    """Print a request that fits its shape; *digest* is the SHA-256 of its canonical JSON.

    Raises:
        PrintError: it has a sign that no font on this machine has.
    """
    return _print(_given(request, digest))


def print_portable(request: Mapping[str, Any], *, digest: str) -> bytes:
    """Print as `print_pdf` does, but only with what gives the same bytes on every machine.

    Raises:
        PrintError: the request has a sign that typst's own fonts lack.
    """
    return typeset(_template(), _given(request, digest) | {"system": False}, system_fonts=False)


def print_receipt(
    payload: Mapping[str, Any], *, digest: str, language: str = "en", second: str = "", decided_by: str = ""
) -> bytes:
    """Print a receipt that fits its shape: what was answered, why, and which person decided it.

    *digest* is the SHA-256 of the receipt file; *second* is a second language beside the first.

    Raises:
        PrintError: it has a sign that no font on this machine has.
    """
    shape, tongues = load_shape("comity.packages", "receipt.yaml"), Tongues(language, second)
    laid_out = lay_out(payload, shape, shape.source["title"][payload["state"]], tongues)
    if decided_by:
        label = shape.source["words"]["decided"]
        laid_out.append(Block("field", label[language], decided_by, label.get(second, "")))
    foot = footer(payload["reference"], digest, 0, 0).removesuffix(" 0 / 0")
    dress: dict[str, Any] = {"exercise": None, "apart": [], "footer": foot}
    return _print({**dress, **_dress(laid_out, shape, tongues, moment(payload["at"]))})


def _print(given: Mapping[str, Any]) -> bytes:
    """Print with the fonts inside the renderer, or with those of this machine where they do not suffice."""
    try:
        return typeset(_template(), {**given, "system": False}, system_fonts=False)
    except PrintError:
        return typeset(_template(), {**given, "system": True}, system_fonts=True)


@cache
def _template() -> bytes:
    return files("comity.packages").joinpath("data", "document.typ").read_bytes()


def _given(request: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """Give what the template asks for: the blocks, and how to dress them."""
    shape = load_shape("comity.packages", "request.yaml")
    tongues = Tongues.of(request)
    labels = {one.name: one.label.get(tongues.first) or one.label.get("en", "") for one in shape.fields}
    return {
        "exercise": labels["exercise"] if request["exercise"] else None,
        "apart": [labels["use_limits"]],
        "footer": footer(request["reference"], digest, 0, 0).removesuffix(" 0 / 0"),
        **_dress(blocks(request, shape), shape, tongues, moment(request["drafted_at"])),
    }


def _dress(laid_out: list[Block], shape: Shape, tongues: Tongues, at: datetime) -> dict[str, Any]:
    """Give what the template asks for of every document."""
    return {
        "title": laid_out[0].label,
        "language": tongues.first,
        "second": tongues.second,
        "untranslated": shape.source["words"]["untranslated"].get(tongues.second, ""),
        "date": {unit: getattr(at, unit) for unit in ("year", "month", "day", "hour", "minute", "second")},
        "blocks": [asdict(block) for block in laid_out],
    }

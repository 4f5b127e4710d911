"""Prints a request as PDF/A-2b, from the request alone, so that a verifier can print it again and compare bytes.

Only the fonts inside typst are used as long as they have every sign; then the same request gives the same bytes on
every machine with the same renderer. A request with other signs is set with the fonts of this machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from comity.kernel.clock import moment
from comity.kernel.errors import BadInput
from comity.kernel.shape import load_shape

from .document import blocks, footer

RENDERER = f"typst {typst.__version__}"  # type: ignore[attr-defined]  # its stubs leave the version out
_LACKING = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


class PrintError(BadInput):
    """A request cannot be printed here."""


def print_pdf(request: Mapping[str, Any], *, digest: str) -> bytes:
    """Print a request that fits its shape; *digest* is the SHA-256 of its canonical JSON.

    Raises:
        PrintError: it has a sign that no font on this machine has.
    """
    try:
        return print_portable(request, digest=digest)
    except PrintError:
        return _typeset(request, digest, _fonts(system=True))


def print_portable(request: Mapping[str, Any], *, digest: str) -> bytes:
    """Print as `print_pdf` does, but only with what gives the same bytes on every machine.

    Raises:
        PrintError: the request has a sign that typst's own fonts lack.
    """
    return _typeset(request, digest, _fonts(system=False))


@cache
def _fonts(*, system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=system)


@cache
def _template() -> bytes:
    return files("comity.packages").joinpath("data", "document.typ").read_bytes()


def _typeset(request: Mapping[str, Any], digest: str, fonts: typst.Fonts) -> bytes:
    compiler = typst.Compiler(_template(), font_paths=fonts, sys_inputs={"given": json.dumps(_given(request, digest))})
    try:
        printed = compiler.compile(format="pdf", pdf_standards="a-2b")
    except typst.TypstError as e:
        raise _why(e) from e
    assert isinstance(printed, bytes)
    return printed


def _given(request: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """Give what the template asks for: the blocks, and how to dress them."""
    shape = load_shape("comity.packages", "request.yaml")
    language = request["language"]
    words = {field.name: field.label.get(language) or field.label.get("en", "") for field in shape.fields}
    laid_out = blocks(request, shape)
    drafted = moment(request["drafted_at"])
    return {
        "title": laid_out[0].label,
        "language": language,
        "date": {unit: getattr(drafted, unit) for unit in ("year", "month", "day", "hour", "minute", "second")},
        "exercise": words["exercise"] if request["exercise"] else None,
        "apart": [words["use_limits"]],
        "footer": footer(request["reference"], digest, 0, 0).removesuffix(" 0 / 0"),
        "blocks": [(block.kind, block.label, block.value) for block in laid_out],
    }


def _why(error: typst.TypstError) -> PrintError:
    """Say which signs no font has, or else what the renderer said."""
    quoted = "".join(_LACKING.findall(error.diagnostic))
    said = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), quoted)
    lacking = sorted({sign for sign in said if ord(sign) > 0x7F})
    if not lacking:
        return PrintError(f"got {error.message}, expected a request that {RENDERER} can set")
    named = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in lacking[:8])
    advice = "Install a font that has them, for example a Noto font (Debian: fonts-noto, fonts-noto-cjk), or write them in other letters."
    return PrintError(f"got signs that no font on this machine has: {named}", advice=advice)

"""Sets documents as PDF/A-2b from a template and data, so that the same data gives the same bytes again.

A template reads its data as `json(bytes(sys.inputs.given))` and names the families of its fonts. Without the fonts of
this machine only those inside typst are used: then the bytes are the same on every machine with the same renderer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from .errors import BadInput

if TYPE_CHECKING:
    import typst

_LACKING = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


class PrintError(BadInput):
    """A document cannot be printed here."""


def typeset(template: bytes, given: Mapping[str, Any], *, system_fonts: bool) -> bytes:
    """Set *given* by *template*, and give the PDF/A-2b.

    Raises:
        PrintError: it has a sign that none of the fonts has, or the template cannot set it.
    """
    import typst

    compiler = typst.Compiler(template, font_paths=_fonts(system=system_fonts), sys_inputs={"given": json.dumps(given)})
    try:
        printed = compiler.compile(format="pdf", pdf_standards="a-2b")
    except typst.TypstError as e:
        raise _why(e) from e
    assert isinstance(printed, bytes)
    return printed


@cache
def renderer() -> str:
    """Name the program that sets documents here, with its version."""
    import typst

    return f"typst {typst.__version__}"  # type: ignore[attr-defined]  # its stubs leave the version out


@cache
def _fonts(*, system: bool) -> typst.Fonts:
    import typst

    return typst.Fonts(include_system_fonts=system)


def _why(error: typst.TypstError) -> PrintError:
    """Say which signs no font has, or else what the renderer said."""
    quoted = "".join(_LACKING.findall(error.diagnostic))
    said = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), quoted)
    lacking = sorted({sign for sign in said if ord(sign) > 0x7F})
    if not lacking:
        return PrintError(f"got {error.message}, expected a document that {renderer()} can set")
    named = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in lacking[:8])
    advice = (
        "Install a font that has them (Debian: fonts-hosny-amiri for Arabic, fonts-noto-cjk for Chinese, fonts-noto-core for most"
        " other scripts, all of the Noto family), or write them in other letters."
    )
    return PrintError(f"got signs that no font on this machine has: {named}", advice=advice)

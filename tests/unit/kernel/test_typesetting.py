"""Setting documents as PDF/A."""

from __future__ import annotations

import pytest

from comity.kernel.typesetting import PrintError, renderer, typeset

TEMPLATE = b"""#let given = json(bytes(sys.inputs.given))
#set document(title: given.title, date: datetime(year: 2026, month: 11, day: 25))
#set text(font: "Libertinus Serif", fallback: given.at("fallback", default: true))
#given.body"""


def test_same_data_gives_the_same_bytes() -> None:
    """A document is PDF/A-2b, and set again it is the same."""
    given = {"title": "A title", "body": "Plain words."}
    pdf = typeset(TEMPLATE, given, system_fonts=False)
    assert pdf.startswith(b"%PDF-1.")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert typeset(TEMPLATE, given, system_fonts=False) == pdf


def test_a_sign_without_a_font_is_named() -> None:
    """A sign that the named fonts lack is an error that says which, and what to install."""
    with pytest.raises(PrintError, match=r"鳳 \(U\+9CF3\)") as caught:
        typeset(TEMPLATE, {"title": "A title", "body": "鳳", "fallback": False}, system_fonts=False)
    assert "fonts-noto-cjk" in caught.value.advice


def test_data_are_never_markup() -> None:
    """What the data say is set as it is, and a template that cannot be set is an error of ours."""
    assert typeset(TEMPLATE, {"title": "x", "body": '#panic("no") *b* $x$'}, system_fonts=False)
    with pytest.raises(PrintError, match="expected a document that typst"):
        typeset(b"#panic()", {}, system_fonts=False)


def test_the_renderer_has_a_version() -> None:
    """The program is named with its version, which packages state."""
    assert renderer().startswith("typst 0.")

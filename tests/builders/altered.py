"""Altered prints of a request, made with an outside PDF library."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from builders.requests import example_request
from comity.kernel import canonical
from comity.packages.printer import print_pdf

DIGEST = "0123456789abcdef" * 4
Alter = Callable[[PdfWriter], object]


def original(**changes: Any) -> bytes:
    """Print the example request."""
    return _printed(canonical.dump(example_request(**changes)))


@cache
def _printed(request: bytes) -> bytes:
    """Print a request once in this process: the same request gives the same bytes."""
    return print_pdf(json.loads(request), digest=DIGEST)


def altered(change: Alter) -> bytes:
    """Save the print of the example request again, with a change."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(original())))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def names(**entries: Any) -> DictionaryObject:
    """Make a PDF dictionary."""
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def stream(data: bytes, **entries: Any) -> DecodedStreamObject:
    """Make a PDF stream."""
    made = DecodedStreamObject()
    made.set_data(data)
    made.update(names(**entries))
    return made


def draw(steps: bytes) -> Alter:
    """Put drawing steps before everything else on the first page."""

    def change(writer: PdfWriter) -> None:
        page = writer.pages[0]
        content = page.get_contents()
        assert content is not None
        page[NameObject("/Contents")] = writer._add_object(stream(b"q " + steps + b" Q " + content.get_data()))

    return change


def drawn_with(steps: bytes, kind: str, thing: DictionaryObject) -> Alter:
    """Draw with a resource X of some kind on the first page."""

    def change(writer: PdfWriter) -> None:
        resources = writer.pages[0]["/Resources"]
        assert isinstance(resources, DictionaryObject)
        resources[NameObject(f"/{kind}")] = names(X=writer._add_object(thing))
        draw(steps)(writer)

    return change


def in_catalogue(name: str, value: Any) -> Alter:
    """Add an entry to the catalogue."""
    return lambda writer: writer.root_object.update({NameObject(f"/{name}"): value})


def on_page(name: str, value: Any) -> Alter:
    """Add an entry to the first page."""
    return lambda writer: writer.pages[0].update({NameObject(f"/{name}"): value})


def text_in_font(change: Callable[[DictionaryObject], object]) -> Alter:
    """Change the first font of the first page."""

    def alter(writer: PdfWriter) -> None:
        page: Any = writer.pages[0]
        change(page["/Resources"]["/Font"]["/f0"].get_object())

    return alter


def remap(writer: PdfWriter) -> None:
    """Let a glyph of the first font stand for nothing."""
    page: Any = writer.pages[0]
    font = page["/Resources"]["/Font"]["/f0"].get_object()
    data = font["/ToUnicode"].get_object().get_data()
    font[NameObject("/ToUnicode")] = writer._add_object(stream(data.replace(b"<0001> <0052>", b"")))


def repeat_page(writer: PdfWriter) -> None:
    """Add the first page once more at the end."""
    writer.add_page(writer.pages[0])


def swap_pages(writer: PdfWriter) -> None:
    """Put the second page before the first."""
    kids: Any = writer.root_object["/Pages"]
    kids["/Kids"].reverse()


def behind_the_words(writer: PdfWriter) -> None:
    """Give the whole text another reading for those who hear it."""
    tree: Any = writer.root_object["/StructTreeRoot"]
    tree.update(names(Alt=TextStringObject("other")))


IMAGE = stream(b"\x00\x80\xff", Type=NameObject("/XObject"), Subtype=NameObject("/Image"), Width=NumberObject(1), Height=NumberObject(1),
               BitsPerComponent=NumberObject(8), ColorSpace=NameObject("/DeviceRGB"))  # fmt: skip
FORM = stream(
    b"BT ET",
    Type=NameObject("/XObject"),
    Subtype=NameObject("/Form"),
    BBox=ArrayObject(map(NumberObject, (0, 0, 9, 9))),
)
SCRIPT = names(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert(1)"))
LAYER = names(Type=NameObject("/OCG"), Name=TextStringObject("hidden"))
BOX = ArrayObject(map(NumberObject, (0, 0, 200, 200)))

ALTERATIONS: dict[str, Alter] = {
    "page missing": lambda w: w.remove_page(1),
    "page added": lambda w: w.add_page(PageObject.create_blank_page(width=595, height=842)),
    "page twice": repeat_page,
    "pages swapped": swap_pages,
    "text added": draw(b"BT 0 Tr /f0 10 Tf 1 0 0 1 60 60 Tm <00010002> Tj ET"),
    "text added as said to be one sign": draw(b"BT /Span<</ActualText(x)>>BDC 0 Tr /f0 10 Tf 1 0 0 1 60 60 Tm <" + b"0001" * 40 + b"> Tj EMC ET"),
    "text added as said to be nothing": draw(b"BT /Span<</ActualText()>>BDC 0 Tr /f0 10 Tf 1 0 0 1 60 60 Tm <0001> Tj EMC ET"),
    "text added in a glyph without text": remap,
    "text invisible": draw(b"BT 3 Tr /f0 10 Tf 1 0 0 1 60 60 Tm <0001> Tj ET"),
    "text in a font without text": text_in_font(lambda font: font.pop("/ToUnicode")),
    "text in a drawn font": text_in_font(lambda font: font.update(names(Subtype=NameObject("/Type3"), CharProcs=names()))),
    "curves": draw(b"0 0 m 10 10 20 20 30 0 c f"),
    "clipped": draw(b"0 0 9 9 re W n"),
    "image": drawn_with(b"/X Do", "XObject", IMAGE),
    "image inline": draw(b"BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI"),
    "form": drawn_with(b"/X Do", "XObject", FORM),
    "pattern": drawn_with(b"", "Pattern", stream(b"", PatternType=NumberObject(1))),
    "layer": drawn_with(b"/OC /X BDC EMC", "Properties", LAYER),
    "layers in the catalogue": in_catalogue("OCProperties", names(OCGs=ArrayObject([LAYER]), D=names())),
    "annotation": lambda w: w.add_annotation(0, FreeText(text="not so", rect=(50, 50, 250, 90))),
    "link": lambda w: w.add_annotation(0, Link(rect=(50, 50, 250, 90), url="https://pay.example.org/")),
    "script": in_catalogue("Names", names(JavaScript=names(Names=ArrayObject([TextStringObject("x"), SCRIPT])))),
    "script on opening": in_catalogue("OpenAction", SCRIPT),
    "script on a page": on_page("AA", names(O=SCRIPT)),
    "attachment": lambda w: w.add_attachment("order.pdf", b"other"),
    "interactive form": in_catalogue("AcroForm", names(Fields=ArrayObject())),
    "outline": lambda w: w.add_outline_item(title="Other words", page_number=0),
    "encrypted": lambda w: w.encrypt("", algorithm="RC4-128"),
    "cropped": on_page("CropBox", BOX),
    "turned": on_page("Rotate", NumberObject(180)),
    "words behind the words": behind_the_words,
}  # fmt: skip

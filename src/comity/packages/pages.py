"""Reads what a PDF's pages say, run by run in the order in which they are drawn, and refuses whatever a plain print has no need of.

A run is what is drawn in one piece. Left-to-right runs stand in the order of reading. Right-to-left text that needs
several pieces, for another font or a mark on a letter, has them in the order of the page, from its end to its start:
such runs are *loose*, and whoever compares them may turn a sequence of them round. Nothing else may move.

Deny by default: only known entries in the catalogue, pages and resources, only Unicode-mapped fonts, only the operators
that draw visible text, rules and fills. What remains is a document whose text is all there is to read, up to the shapes
inside its fonts: a font that lies about its shapes cannot be told from an honest one by text alone.
"""

from __future__ import annotations

import logging
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from comity.kernel.errors import Refused

from .document import squeezed

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAX_BYTES = 16 * 1024 * 1024
MAX_PAGES = 500
MAX_OBJECTS = 500_000
# One cluster of signs may be drawn by several glyphs (ISO 32000-1, 14.9.4); more would be room to say something else.
MAX_CLUSTER = 12

_TRAILER = {"/Size", "/Root", "/Info", "/ID"}
_CATALOGUE = {
    "/Type", "/Version", "/Pages", "/Metadata", "/OutputIntents", "/Lang", "/StructTreeRoot", "/MarkInfo", "/ViewerPreferences",
}  # fmt: skip
_PAGE = {"/Type", "/Parent", "/Resources", "/MediaBox", "/Contents", "/StructParents", "/Tabs"}
_RESOURCES = {"/ProcSet", "/ColorSpace", "/Font"}
# Wherever they stand: scripts and actions, files, annotations and forms, layers, pictures, words behind the words.
_FORBIDDEN = {
    "/JS", "/AA", "/OpenAction", "/URI", "/EF", "/AF", "/EmbeddedFiles", "/Annots", "/AcroForm", "/XFA", "/OC", "/OCGs",
    "/OCProperties", "/XObject", "/Pattern", "/Shading", "/CharProcs", "/PieceInfo", "/Alt", "/ActualText",
}  # fmt: skip
_OPERATORS = {
    b"q", b"Q", b"cm", b"cs", b"scn", b"CS", b"SCN", b"w", b"M", b"J", b"j", b"d", b"m", b"l", b"h", b"re", b"f", b"S",
    b"BT", b"ET", b"Tf", b"Tm", b"Td", b"Tr", b"Tj", b"TJ", b"BMC", b"BDC", b"EMC",
}  # fmt: skip
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_CHAR = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")


# Letters and marks of the scripts that run from right to left; their digits do not.
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# In right-to-left text a bracket is drawn as the other one of its pair.
_PAIRS = "()[]{}<>«»‹›≤≥"
_MIRRORED = {sign: _PAIRS[n ^ 1] for n, sign in enumerate(_PAIRS)}


class BadDocument(Refused):
    """A printed document does not say what the data says, or is no plain print."""


@dataclass(frozen=True)
class Run:
    """Text that is drawn in one piece: right-to-left, or else perhaps only signs that take either direction."""

    text: str
    rtl: bool

    @property
    def loose(self) -> bool:
        """Whether it may belong to a piece of right-to-left text."""
        return self.rtl or not any(unicodedata.category(sign)[0] in "LN" for sign in self.text)


def read_pages(pdf: bytes) -> list[list[Run]]:
    """Give the runs of each page.

    Raises:
        BadDocument: the file is broken, over the limits, or holds more than plain pages of text.
    """
    from pypdf.errors import DependencyError, DeprecationError, PyPdfError

    # A broken file must not write to the terminal through the library's warnings.
    logging.getLogger("pypdf").addHandler(_SILENT)
    _check_frame(pdf)
    # The library says that broken files "might cause other exceptions"; these are the ones Python's own parts raise.
    odd = (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        AssertionError,
        RuntimeError,
        EOFError,
        OSError,
    )
    try:
        return _read(pdf)
    except (PyPdfError, DependencyError, DeprecationError, struct.error, zlib.error, *odd) as e:
        raise BadDocument(f"got a broken PDF ({type(e).__name__}), expected a plain one") from e


_SILENT = logging.NullHandler()


def _check_frame(pdf: bytes) -> None:
    """Refuse bytes around the document, and later revisions of it."""
    if len(pdf) > MAX_BYTES:
        raise BadDocument(f"got a document of {len(pdf)} bytes, expected at most {MAX_BYTES}")
    if not pdf.startswith(b"%PDF-1.") or not re.search(rb"startxref\s+\d+\s+%%EOF\r?\n?\Z", pdf[-64:]):
        raise BadDocument("got bytes before or after the PDF, expected the PDF alone")
    if pdf.count(b"startxref") != 1:
        raise BadDocument("got a PDF that was changed after it was made, expected one revision")


def _read(pdf: bytes) -> list[list[Run]]:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(pdf), strict=True)
    _only(reader.trailer, _TRAILER, "the trailer")
    _only(reader.root_object, _CATALOGUE, "the catalogue")
    if len(reader.pages) > MAX_PAGES:
        raise BadDocument(f"got {len(reader.pages)} pages, expected at most {MAX_PAGES}")
    _check_objects(reader)
    fonts: dict[int, dict[int, str]] = {}
    return [_page_runs(page, reader, fonts) for page in reader.pages]


def _only(found: Iterable[str], allowed: set[str], where: str) -> None:
    unknown = sorted(set(found) - allowed)
    if unknown:
        raise BadDocument(f"got {', '.join(map(ascii, unknown[:5]))} in {where}, expected a plain print without it")


def _check_objects(reader: PdfReader) -> None:
    """Walk everything that the catalogue leads to."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    pending: list[Any] = [reader.root_object]
    seen: set[int] = set()
    while pending:
        thing = pending.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in seen:
                continue
            seen.add(thing.idnum)
            thing = thing.get_object()
        if len(seen) > MAX_OBJECTS:
            raise BadDocument(f"got more than {MAX_OBJECTS} objects, expected fewer")
        if isinstance(thing, DictionaryObject):
            _only(_FORBIDDEN & thing.keys(), set(), "an object")
            pending.extend(dict.values(thing))
        elif isinstance(thing, ArrayObject):
            pending.extend(list.__iter__(thing))


def _page_runs(page: PageObject, reader: PdfReader, fonts: dict[int, dict[int, str]]) -> list[Run]:
    from pypdf.generic import ContentStream

    _only(page.keys(), _PAGE, "a page")
    resources: Any = page["/Resources"]
    _only(resources.keys(), _RESOURCES, "a page's resources")
    named = {}
    for name, reference in dict.items(resources["/Font"]):
        if reference.idnum not in fonts:
            fonts[reference.idnum] = _signs(reference.get_object())
        named[name] = fonts[reference.idnum]
    pen = _Pen(named)
    for operands, operator in ContentStream(page["/Contents"].get_object(), reader).operations:
        pen.obey(operator, operands)
    return pen.runs()


def _signs(font: Any) -> dict[int, str]:
    """Read which text each glyph stands for (ISO 32000-1, 9.10.3)."""
    if font["/Subtype"] != "/Type0" or font["/Encoding"] != "/Identity-H":
        raise BadDocument(f"got a font of type {font['/Subtype']!a}, expected Type0 with Identity-H")
    signs: dict[int, str] = {}
    for section in _SECTION.finditer(font["/ToUnicode"].get_object().get_data()):
        if section[1] == b"bfchar":
            signs.update((int(code, 16), _utf16(text)) for code, text in _CHAR.findall(section[2]))
            continue
        for low, high, text in _RANGE.findall(section[2]):
            first = _utf16(text)
            for step in range(int(high, 16) - int(low, 16) + 1):
                signs[int(low, 16) + step] = first[:-1] + chr(ord(first[-1]) + step)
    return signs


def _utf16(digits: bytes) -> str:
    text = bytes.fromhex(digits.decode("ascii")).decode("utf-16-be")
    if not 1 <= len(text) <= MAX_CLUSTER:
        raise BadDocument(f"got a glyph that stands for {len(text)} signs, expected 1 to {MAX_CLUSTER}")
    return text


@dataclass
class _Span:
    """A marked sequence that is open: the text stated for its glyphs if there is one, and what they say themselves."""

    actual: str | None
    reversed: bool
    pieces: list[str]
    glyphs: set[int]


class _Pen:
    """Follows the drawing of one page and writes down its runs."""

    def __init__(self, fonts: dict[str, dict[int, str]]) -> None:
        self._fonts = fonts
        self._font: dict[int, str] | None = None
        self._saved: list[dict[int, str] | None] = []
        self._open: list[_Span] = []
        self._runs: list[Run] = []
        # Whether something was drawn, and something written down, since the piece began.
        self._goes_on = self._joins = False
        # The sign said last and the glyphs that drew it: a letter with marks may be drawn with several.
        self._sign: tuple[str, set[int]] = ("", set())

    def obey(self, operator: bytes, operands: list[Any]) -> None:
        """Take one step of the drawing."""
        if operator not in _OPERATORS:
            raise BadDocument(f"got the drawing step {operator!r}, expected text, rules and fills only")
        if operator in (b"Tj", b"TJ"):
            for part in operands[0] if operator == b"TJ" else operands:
                if isinstance(part, (str, bytes)):
                    self._show(part)
        elif operator in (b"BMC", b"BDC"):
            self._begin(operands)
        elif operator == b"EMC":
            self._end()
        elif operator == b"Tf":
            self._font = self._fonts[operands[0]]
        elif operator == b"Tr" and operands[0] != 0:
            raise BadDocument("got text that is not simply filled, expected visible text")
        elif operator == b"BT":
            self._goes_on = self._joins = False
        elif operator == b"q":
            self._saved.append(self._font)
        elif operator == b"Q":
            self._font = self._saved.pop()

    def runs(self) -> list[Run]:
        """Give what the page says."""
        if self._open:
            raise BadDocument("got a marked sequence without end, expected each to end on its page")
        return self._runs

    def _show(self, part: Any) -> None:
        raw = getattr(part, "original_bytes", part)
        if self._font is None or len(raw) % 2:
            raise BadDocument("got text without a font of two-byte codes, expected one")
        stated = next((span for span in self._open if span.actual is not None), None)
        for (glyph,) in struct.iter_unpack(">H", raw):
            text = self._font.get(glyph, "")
            if stated:
                stated.pieces.append(text)
                stated.glyphs.add(glyph)
            elif not text:
                raise BadDocument("got a glyph that stands for no text, expected text only")
            elif not self._again(text, {glyph}):
                self._put(text)

    def _again(self, text: str, glyphs: set[int]) -> bool:
        """Say whether these glyphs, first in a piece of their own, only go on drawing the sign said last."""
        said, drawn = self._sign
        again = not self._goes_on and text == said and _marked(text) and not drawn & glyphs
        self._sign = (text, drawn | glyphs if again else glyphs)
        self._goes_on = True
        return again

    def _begin(self, operands: list[Any]) -> None:
        properties = operands[1] if len(operands) > 1 else {}
        if operands[0] == "/OC" or not isinstance(properties, dict):
            raise BadDocument("got a layer that can be hidden, expected plain pages")
        actual = properties.get("/ActualText")
        if actual is not None and any(span.actual is not None for span in self._open):
            raise BadDocument("got a text within a text, expected one")
        self._open.append(_Span(None if actual is None else str(actual), operands[0] == "/ReversedChars", [], set()))

    def _end(self) -> None:
        span = self._open.pop()
        if span.actual is not None:
            self._state(span, span.actual)
        elif span.reversed and not any(outer.actual is not None for outer in self._open):
            self._runs.append(Run("".join(reversed(span.pieces)), rtl=True))

    def _state(self, span: _Span, actual: str) -> None:
        """Settle a text that stands for glyphs: it may turn a bracket round, or be a letter with the marks drawn on it.

        Of the several glyphs of a right-to-left letter, or of a sign with marks, some may have no text of their own.
        """
        first, marked = squeezed(actual)[:1], _marked(actual)
        parted = len(unicodedata.normalize("NFD", squeezed(actual))) > 1 or _RIGHT_TO_LEFT.search(actual) is not None
        kin = all(
            (parted and not squeezed(piece))
            or (marked and _marked(piece))
            or squeezed(piece)[:1] in (first, _MIRRORED.get(first))
            for piece in span.pieces
        )
        if not (kin and any(span.pieces) and len(actual) <= MAX_CLUSTER and len(span.pieces) <= MAX_CLUSTER):
            raise BadDocument(
                f"got {actual!a} said to stand for {''.join(span.pieces)!a}, expected what the glyphs show"
            )
        if not self._again(actual, span.glyphs):
            self._put(actual)

    def _put(self, text: str) -> None:
        """Write a text down, or keep it for the reversed sequence that is open around it."""
        around = next((span for span in reversed(self._open) if span.reversed), None)
        if around:
            around.pieces.append(text)
            return
        rtl = _RIGHT_TO_LEFT.search(text) is not None
        run, last = Run(text, rtl), self._runs[-1] if self._joins else None
        if last and not last.loose and not run.loose:
            self._runs[-1] = Run(last.text + text, rtl)
        else:
            self._runs.append(run)
        self._joins = True


def _marked(text: str) -> bool:
    """Say whether a text is one letter with marks, or marks alone."""
    signs = squeezed(text)
    marks = [unicodedata.category(sign)[0] == "M" for sign in signs]
    return any(marks) and all(marks[1:])

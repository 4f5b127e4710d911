"""Looking at a workbook before it is opened: what kind it is, whether it is safe to open, programs and formulas in it.

A workbook of a few kilobytes can name a cell so far away that opening it would need all memory there is, or unpack to
any size. So its parts are read once as a stream, and the area of its cells is told before any is opened.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from .model import Finding
from .packing import BROKEN, is_packed, names_of
from .source import Source

# Cells of one sheet, between the first and the last that is filled; bytes of all parts, unpacked; times the packed size.
AREA = 40_000_000
UNPACKED = 4 << 30
RATIO = 500
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BLOCK = 1 << 20
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})?([0-9]{1,9})["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]|table:formula\s*=")


@dataclass(frozen=True)
class Survey:
    """What a workbook is (`xlsx`, `ods`, `xls`), why it is not opened, and what stands beside what is read."""

    kind: str
    fault: Finding | None = None
    doubts: tuple[Finding, ...] = ()


def kind_of(source: Source) -> str:
    """Tell the kind of workbook by what it holds; empty where it is none."""
    if source.head.startswith(OLE):
        return "xls"
    if not is_packed(source.head):
        return ""
    if source.head[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    return "xlsx" if any(name.startswith("xl/") for name in names_of(source)) else ""


def survey(source: Source) -> Survey:
    """Look at a workbook without opening it."""
    kind = kind_of(source)
    if kind == "xls":
        return _survey_xls(source)
    try:
        with source.opened() as stream, zipfile.ZipFile(stream) as pack:
            return _survey_pack(kind, pack)
    except BROKEN as e:
        return Survey(kind, Finding("damaged", f"{type(e).__name__}: {e}"[:200], "a whole workbook", units=1))


def _survey_xls(source: Source) -> Survey:
    """Look for programs in an old workbook, whose sheets cannot be large; an encrypted new one looks like an old one."""
    if source.size > UNPACKED // 8:
        return Survey("xls", Finding("too_large", f"{source.size} bytes", f"at most {UNPACKED // 8}", units=1))
    data = b"".join(source.blocks())
    if "EncryptedPackage".encode("utf-16-le") in data:
        advice = "Ask for the password, save the workbook without one, and keep both."
        return Survey("xls", Finding("encrypted", "an encrypted workbook", "an open one", units=1, advice=advice))
    program = "_VBA_PROJECT".encode("utf-16-le") in data
    return Survey("xls", doubts=(_program("_VBA_PROJECT"),) if program else ())


def _program(name: str) -> Finding:
    return Finding("active_content", name, "a workbook without programs", advice="Never open it in an office program.")


def _survey_pack(kind: str, pack: zipfile.ZipFile) -> Survey:
    infos = pack.infolist()
    size, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if size > UNPACKED or (size > 64 << 20 and size > RATIO * max(1, packed)):
        expected = f"at most {UNPACKED} bytes and {RATIO} times the packed size"
        return Survey(kind, Finding("too_large", f"{size} bytes out of {packed}", expected, units=1))
    if any(i.filename.lower().endswith("workbook.bin") for i in infos):
        advice = "Save it as .xlsx and keep both."
        return Survey(
            kind, Finding("layout_unknown", "a binary workbook (xlsb)", "xlsx, ods or xls", units=1, advice=advice)
        )
    doubts = [
        _program(i.filename) for i in infos if "vbaproject" in i.filename.lower() or i.filename.startswith("Basic/")
    ]
    formulas = 0
    for info in infos:
        area, found = (_ods if kind == "ods" else _xlsx)(pack, info)
        formulas += found
        if area > AREA:
            expected = f"at most {AREA}"
            return Survey(
                kind,
                Finding(
                    "too_large", f"{area} cells in {info.filename}", expected, units=1, advice="Save the sheet as CSV."
                ),
            )
    if formulas:
        doubts.append(
            Finding("formula", f"{formulas} cells with formulas; what they last gave is read", "values alone")
        )
    return Survey(kind, doubts=tuple(doubts))


def _streamed(pack: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give a part in blocks that overlap, so that nothing is cut in two."""
    rest = b""
    with pack.open(info) as stream:
        while block := stream.read(BLOCK):
            yield rest + block
            rest = block[-200:]


def _xlsx(pack: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, int]:
    """Give the area that the cells of a part lie in, whatever its name, and how many formulas there are."""
    last, wide, formulas = 0, 0, 0
    for block in _streamed(pack, info):
        for letters, digits in _CELL.findall(block):
            last = max(last, int(digits))
            wide = max(wide, column_of(letters.decode()))
        formulas += len(_FORMULA.findall(block)) if info.filename.startswith("xl/worksheets/") else 0
    return last * wide, formulas


def column_of(letters: str) -> int:
    """Give the number of a column, from 1, by its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(number: int) -> str:
    """Give the letters of a column, by its number from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _ods(pack: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, int]:
    """Give the area of the filled cells of a part, counting what is repeated, and how many formulas there are."""
    if info.filename != "content.xml":
        return 0, 0
    from lxml import etree

    area = row = wide = column = formulas = repeat = 0
    filled = False
    with pack.open(info) as stream:
        try:
            for event, element in etree.iterparse(stream, ("start", "end"), resolve_entities=False, no_network=True):
                name = etree.QName(element).localname
                if event == "start" and name == "table-row":
                    repeat, column, filled = _times(element, "rows"), 0, False
                elif event == "start" and name in ("table-cell", "covered-table-cell"):
                    column += _times(element, "columns")
                    valued = any(key.endswith("value-type") for key in element.attrib)
                    formulas += any(key.endswith("}formula") for key in element.attrib)
                    filled = filled or valued
                    wide = max(wide, column if valued else 0)
                elif event == "end" and name == "table-row":
                    row += repeat
                    area = max(area, row * wide if filled else 0)
                    element.clear()
                elif event == "end" and name == "table":
                    row = wide = 0
        except etree.XMLSyntaxError as e:
            raise ValueError(str(e)) from e
    return area, formulas


def _times(element: object, what: str) -> int:
    from lxml import etree

    assert isinstance(element, etree._Element)  # noqa: SLF001 - the only name of the type
    for key, value in element.attrib.items():
        if str(key).endswith(f"number-{what}-repeated") and str(value).isdigit() and len(value) < 12:
            return int(value)
    return 1

"""Rows of tables in pages."""

from __future__ import annotations

import pytest

from comity.returns.markup import Page
from comity.returns.pagetables import Heading, Row, TableHearer
from comity.returns.source import in_memory


def rows(page: str) -> list[Row]:
    """Give the rows of a page."""
    return [part for part in Page(in_memory("p", page.encode())).heard(TableHearer()) if isinstance(part, Row)]


@pytest.mark.parametrize(
    ("page", "cells"),
    [
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", [("A", "B"), ("1", "2")]),
        ("<table><tr><td colspan=2>a</td><td>b</td></tr></table>", [("a", "", "b")]),
        ("<table><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr></table>", [("a", "b"), ("a", "c")]),
        ("<table><tr><td>a<br>b</td><td>&lt;c&gt;&nbsp;d</td></tr></table>", [("a b", "<c> d")]),
        ("<table><tr><td>a<script>document.write('<td>x')</script></td></tr></table>", [("a",)]),
        ("<table><tr><td colspan=999999999>a</td></tr></table>", [("a",)]),
        ("<table><tr><td>open", [("open",)]),
        ("<table><tr><td>a<t</tr><tr><td>b</table>", [("a",), ("b",)]),
    ],
)
def test_cells_are_what_people_see(page: str, cells: list[tuple[str, ...]]) -> None:
    """Spans keep columns in their place, programs are no text, and what is left open is closed."""
    assert [row.cells for row in rows(page)] == cells


def test_a_table_in_a_cell_is_a_table_of_its_own() -> None:
    """Rows of an inner table come with its own number, and not in the text of the outer cell."""
    found = rows("<table><tr><td>out<table><tr><td>in</td></tr></table></td><td>er</td></tr></table>")
    assert [(row.table, row.cells) for row in found] == [(2, ("in",)), (1, ("out", "er"))]


def test_headings_stand_above_their_tables() -> None:
    """A row knows the heading before its table."""
    page = Page(in_memory("p", b"<h2>Logins</h2><table><tr><td>a</table><ul><li>an <b>item</b></ul>"))
    found = list(page.heard(TableHearer(items=True)))
    assert [part.heading for part in found if isinstance(part, Row)] == ["Logins"]
    assert [part for part in found if isinstance(part, Heading)][-1] == Heading("li", "an item")


@pytest.mark.parametrize(
    ("data", "encoding", "assumed"),
    [
        (b"\xef\xbb\xbf<table>", "utf-8", False),
        ("<table>é".encode("utf-16"), "utf-16-le", False),
        (b'<meta charset="iso-8859-1"><table>\xe9', "iso8859-1", False),
        ("<table>é".encode(), "utf-8", True),
        (b"<table>\xe9", "cp1252", True),
    ],
)
def test_the_encoding_is_found_or_assumed_aloud(data: bytes, encoding: str, assumed: bool) -> None:
    """Marks and declarations decide; what nobody states is said to be assumed."""
    page = Page(in_memory("p", data))
    assert (page.encoding, page.assumed) == (encoding, assumed)


def test_programs_are_counted_and_left_out() -> None:
    """Scripts, handlers, frames and links that run are counted by name."""
    page = Page(
        in_memory(
            "p", b"<a href=' javascript:x()' onclick=y()>z</a><iframe src=//192.0.2.1></iframe><script>1</script>"
        )
    )
    list(page.heard(TableHearer()))
    assert page.active == {"href": 1, "onclick": 1, "iframe": 1, "script": 1}

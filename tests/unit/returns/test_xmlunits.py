"""Walking XML: the same trees as a whole parser gives, each with its own bytes, whatever the size of a read."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from builders.returns import SAMPLES
from comity.returns import xmlunits
from comity.returns.xmlunits import Broken, Node, Unit, units

FILES = {
    path.name: (path.read_bytes(), name)
    for path, name in (
        (SAMPLES / "etsi707" / "items.xml", "handoverItem"),
        (SAMPLES / "etsi657" / "retained.xml", "ResponseRecord"),
    )
}
NAMES = st.sampled_from(["unit", "a", "b"])
TEXTS = st.text("xé <&>\n", max_size=5)


def tree(node: Node) -> Any:
    """Give a node as plain data."""
    return node.name, node.space, node.attributes, node.text, [tree(child) for child in node.children]


def theirs(element: etree._Element) -> Any:
    """Give an element of lxml as the same plain data."""
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    name = etree.QName(element)
    attributes = {etree.QName(key).localname: value for key, value in element.attrib.items()}
    return name.localname, name.namespace or "", attributes, text, [theirs(child) for child in element]


def outermost(root: etree._Element, name: str) -> list[etree._Element]:
    """Give the outermost elements of a name."""
    found = [element for element in root.iter("*") if etree.QName(element).localname == name]
    return [e for e in found if not any(parent in found for parent in e.iterancestors())]


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    """Make up an element."""
    name = draw(NAMES)
    space = draw(st.sampled_from(["", ' xmlns="urn:x"', ' k="1&lt;"']))
    inner = draw(st.lists(elements(depth - 1), max_size=3)) if depth else []
    texts = [draw(TEXTS).replace("&", "&amp;").replace("<", "&lt;") for _ in range(len(inner) + 1)]
    body = texts[0] + "".join(part + text for part, text in zip(inner, texts[1:], strict=True))
    return f"<{name}{space}>{body}</{name}>" if body or draw(st.booleans()) else f"<{name}{space}/>"


@given(document=elements())
def test_units_are_what_a_whole_parser_finds(document: str) -> None:
    """Each outermost element of the name is found once, with the tree that lxml makes of it and with its own bytes."""
    data = document.encode()
    found = list(units(io.BytesIO(data), {"unit"}))
    assert all(isinstance(part, Unit) for part in found)
    root = etree.fromstring(data)
    ours = [part for part in found if isinstance(part, Unit)]
    assert [tree(unit.node) for unit in ours] == [theirs(e) for e in outermost(root, "unit")]
    for unit in ours:
        assert unit.span
        assert data[slice(*unit.span)].decode() == unit.raw
        assert unit.raw.startswith("<unit")
        assert unit.raw.endswith(("</unit>", "/>"))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_the_size_of_a_read_means_nothing(name: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same units are found however the bytes are cut, and they are lxml's."""
    data, unit = FILES[name]
    monkeypatch.setattr(xmlunits, "BLOCK", size)
    found = [part for part in units(io.BytesIO(data), {unit}) if isinstance(part, Unit)]
    assert [tree(part.node) for part in found] == [theirs(e) for e in outermost(etree.fromstring(data), unit)]
    assert [data[slice(*part.span)].decode() for part in found if part.span] == [part.raw for part in found]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1258", "utf-8", "utf-16"])
def test_a_declared_encoding_is_read(encoding: str) -> None:
    """Text in the encoding that the document states, or by its mark, is read as such."""
    text = f'<?xml version="1.0" encoding="{encoding}"?><r><unit>é</unit></r>'
    found = list(units(io.BytesIO(text.encode(encoding)), {"unit"}))
    assert [(part.node.text, part.raw) for part in found if isinstance(part, Unit)] == [("é", "<unit>é</unit>")]


@pytest.mark.parametrize("encoding", ["no-such", "utf-7", "shift_jis", "-TF-8"])
def test_an_encoding_that_is_not_read_is_told(encoding: str) -> None:
    """Text in an encoding that there is not, or that the parser cannot take, ends the reading with that reason."""
    text = f'<?xml version="1.0" encoding="{encoding}"?><r><unit>é</unit></r>'
    found = list(units(io.BytesIO(text.encode()), {"unit"}))
    assert [part.code for part in found if isinstance(part, Broken)] in (["text_undecodable"], ["damaged"])


@given(data=st.binary(max_size=60) | st.text("<>/unita= \"'&;!-", max_size=40).map(str.encode))
def test_any_bytes_end_by_themselves(data: bytes) -> None:
    """What is no XML ends with one `Broken`, as the last thing."""
    found = list(units(io.BytesIO(data), {"unit"}))
    assert all(isinstance(part, Unit) for part in found[:-1])
    try:
        etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    except (etree.XMLSyntaxError, ValueError):
        return
    assert not isinstance(found[-1], Broken) if found else True

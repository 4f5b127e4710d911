"""The tile map: every state has one square, and what it shows can also be read."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree as ET

import pytest

from builders.law import TODAY, shipped
from comity.law.tiles import Shade, Tile, places, svg, tile_map, words

SVG = "{http://www.w3.org/2000/svg}"


def tile(code: str, instrument: str = "hanoi", on: date = TODAY) -> Tile:
    """Give the square of one state."""
    return next(one for one in tile_map(shipped(), instrument, on).tiles if one.code == code)


def test_every_state_has_one_square_of_its_own() -> None:
    """The 193 members of the United Nations and five others each have a place, and no two share one."""
    assert (len(places()), len(set(places().values()))) == (198, 198)
    assert places().keys() <= shipped().places.names.keys()
    listed = {row.party for one in shipped().instruments.values() for row in one.participations}
    assert listed <= places().keys()


@pytest.mark.parametrize(
    ("code", "instrument", "shade"),
    [
        ("QA", "hanoi", Shade.CONSENTED),
        ("VN", "hanoi", Shade.COMPLETED),
        ("PH", "hanoi", Shade.SIGNED),
        ("DE", "hanoi", Shade.NONE),
        ("DE", "budapest", Shade.BOUND),
        ("KE", "budapest", Shade.INVITED),
        ("AO", "malabo", Shade.REPORTED),
        ("BH", "arab-2010", Shade.REPORTED),
    ],
)
def test_a_square_shows_the_standing(code: str, instrument: str, shade: Shade) -> None:
    """Each standing has its shade, and only what is verified is shown as bound."""
    assert tile(code, instrument).shade is shade


def test_a_lead_is_marked() -> None:
    """Canada's signature was not seen at the depositary: its square is a lead, that of Viet Nam is none."""
    assert (tile("CA").lead, tile("VN").lead) == (True, False)


def test_the_picture_says_in_words_what_it_shows() -> None:
    """The SVG is well formed, named, and its description holds the whole map in words; each square has a title."""
    found = tile_map(shipped(), "hanoi", TODAY)
    root = ET.fromstring(svg(found))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Hanoi Convention on 25 Nov 2026"
    assert root.findtext(f"{SVG}desc") == words(found)
    titles = [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g") if group.find(f"{SVG}title") is not None]
    assert len(titles) == 198
    assert "Canada: signed (lead)" in titles


def test_the_words_name_every_state_on_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has done anything is named, with the age of the list and its source."""
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    text = words(tile_map(shipped(), "hanoi", TODAY))
    assert "consented, not bound yet (1): Qatar." in text
    assert "Not known to be in force. List as of 2026-08. Source: UN Treaty Collection" in text
    assert all(shipped().places.names[row.party] in text for row in shipped().instrument("hanoi").participations)


def test_the_words_are_those_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """States, day and marks are written as the person's language writes them."""
    monkeypatch.setenv("COMITY_LANGUAGE", "zh")
    text = words(tile_map(shipped(), "hanoi", TODAY))
    assert "2026年11月25日" in text
    assert "卡塔尔。" in text


def test_shade_does_not_depend_on_colour_alone() -> None:
    """The bar along the foot of a square grows with each step towards being bound."""
    root = ET.fromstring(svg(tile_map(shipped(), "hanoi", TODAY)))
    widths: dict[str, int] = {}
    for group in root.iter(f"{SVG}g"):
        square, *bars = [rect for rect in group if rect.tag == f"{SVG}rect"]
        widths[str(square.get("class")).split()[-1]] = int(bars[0].get("width", "0")) if bars else 0
    assert widths["none"] < widths["signed"] < widths["completed"] < widths["consented"]

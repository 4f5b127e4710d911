"""A tile map of who is bound by an instrument: one square a state, no drawn borders, and the same in words.

What a square says does not hang on its colour: a bar along its foot grows with each step (signed, approved at home,
consented, bound), and a broken outline marks a lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from xml.sax.saxutils import escape

from comity.kernel.language import _, said
from comity.kernel.notation import day, mark, state

from .errors import BadLaw
from .library import Library
from .model import Instrument, Standing
from .reading import Page, compose, decode
from .status import Answer, Status, in_force, party

SIDE, GAP, HEAD, LINE = 30, 3, 46, 22
STEP = SIDE + GAP


class Shade(StrEnum):
    """What a square shows, from most to least."""

    BOUND = "bound"
    CONSENTED = "consented"
    COMPLETED = "completed"
    SIGNED = "signed"
    REPORTED = "reported"
    INVITED = "invited"
    LEFT = "left"
    NONE = "none"


_BARS = {Shade.BOUND: 4, Shade.CONSENTED: 3, Shade.COMPLETED: 2, Shade.SIGNED: 1}
_SHADES = {
    Standing.CONSENTED: Shade.CONSENTED,
    Standing.DOMESTIC_COMPLETION: Shade.COMPLETED,
    Standing.SIGNATORY: Shade.SIGNED,
    Standing.INVITED: Shade.INVITED,
    Standing.WITHDRAWN: Shade.LEFT,
}
_STYLE = """
.t{stroke:#5b6570;stroke-width:1}.l{stroke-dasharray:3 2;stroke-width:1.6}
.bound{fill:#0b6b4f}.consented{fill:#4b9c7f}.completed{fill:#93c7b1}.signed{fill:#c9dbe8}
.reported{fill:#f1dfb0}.invited{fill:#efe9f4}.left{fill:#e3c4c0}.none{fill:#f4f5f6}
text{font-family:sans-serif;font-size:11px;fill:#1d242b}.bound+text,.bound+rect+text{fill:#fff}.b{fill:#1d242b}.bound+.b{fill:#fff}
@media(prefers-color-scheme:dark){svg{background:#14181c}.h{fill:#e6eaee}.t{stroke:#98a3ad}}
""".strip()


@dataclass(frozen=True)
class Tile:
    """A square: where it stands and what it shows."""

    code: str
    name: str
    column: int
    row: int
    shade: Shade
    lead: bool


@dataclass(frozen=True)
class TileMap:
    """Who is bound by an instrument on a date."""

    instrument: Instrument
    on: date
    in_force: Answer
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The places of the squares."""

    rows: tuple[str, ...]


def tile_map(library: Library, instrument: str, on: date) -> TileMap:
    """Draw up the map of an instrument on a date."""
    treaty = library.instrument(instrument)
    tiles = []
    for code, (column, row) in places().items():
        status = party(library, code, treaty.id, on)
        shade = shade_of(status)
        lead = status.record is not None and status.record.lead
        tiles.append(Tile(code, library.places.names[code], column, row, shade, lead=lead))
    return TileMap(treaty, on, in_force(library, treaty.id, on).answer, tuple(tiles))


def shade_of(status: Status) -> Shade:
    """Give what the square of a party shows; only a verified yes is shown as bound."""
    if status.bound.answer is Answer.YES:
        return Shade.BOUND
    if status.standing in (Standing.PARTY, Standing.POSSIBLE):
        return Shade.REPORTED
    return _SHADES.get(status.standing, Shade.NONE) if status.standing else Shade.NONE


@cache
def places() -> dict[str, tuple[int, int]]:
    """Give column and row of every square by code.

    Raises:
        BadLaw: a code stands twice.
    """
    page = Page("law/data/tiles.yaml")
    data = (files("comity.law") / "data" / "tiles.yaml").read_bytes()
    found: dict[str, tuple[int, int]] = {}
    for row, line in enumerate(decode(compose(data, page), Grid, page).rows):
        for column, code in enumerate(line.split()):
            if code in found:
                raise BadLaw(f"got {code} twice, expected it once", file=page.file)
            if code != "..":
                found[code] = (column, row)
    return found


def labels() -> dict[Shade, str]:
    """Give what each shade means."""
    return {
        Shade.BOUND: _("bound"),
        Shade.CONSENTED: _("consented, not bound yet"),
        Shade.COMPLETED: _("approved at home, deposit not seen"),
        Shade.SIGNED: _("signed"),
        Shade.REPORTED: _("reported as a party, to be checked"),
        Shade.INVITED: _("invited to accede"),
        Shade.LEFT: _("withdrew"),
        Shade.NONE: _("not on the list"),
    }


def words(found: TileMap) -> str:
    """Say in words what the map shows."""
    lines = [title(found), caption(found)]
    for shade, label in labels().items():
        names = [state(tile.code, tile.name) + (f" ({_('lead')})" if tile.lead else "") for tile in _of(found, shade)]
        if names and shade is not Shade.NONE:
            lines.append(
                f"{label} ({len(names)}){mark('colon')}{mark('listing').join(sorted(names))}{mark('stop').rstrip()}"
            )
    return "\n".join(lines)


def title(found: TileMap) -> str:
    """Name the map."""
    return _("{instrument} on {date}").format(instrument=said(found.instrument.short_name), date=day(found.on))


def caption(found: TileMap) -> str:
    """Say whether the instrument is in force, and how old and how whole the list is."""
    force = {
        Answer.YES: _("In force."),
        Answer.NO: _("Not in force."),
        Answer.UNKNOWN: _("Not known to be in force."),
    }[found.in_force]
    coverage = found.instrument.coverage
    age = _("List as of {date}").format(date=day(coverage.as_of)) if coverage.as_of else _("List not collected")
    whole = "" if coverage.complete else mark("comma") + _("not complete")
    return f"{force} {age}{whole}{mark('stop')}{_('Source')}{mark('colon')}{coverage.source}"


def svg(found: TileMap) -> str:
    """Draw the map; its description holds the same in words."""
    wide = (max(tile.column for tile in found.tiles) + 1) * STEP + 2 * GAP
    high = HEAD + (max(tile.row for tile in found.tiles) + 1) * STEP + GAP
    legend = [(shade, label, len(_of(found, shade))) for shade, label in labels().items() if _of(found, shade)]
    size = f"0 0 {wide} {high + (len(legend) + 2) // 3 * LINE + GAP}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" role="img" aria-labelledby="name words">',
            f'<title id="name">{escape(title(found))}</title>',
            f'<desc id="words">{escape(words(found))}</desc>',
            f"<style>{_STYLE}</style>",
            f'<text class="h" x="{GAP}" y="18" style="font-size:16px;font-weight:bold">{escape(title(found))}</text>',
            f'<text class="h" x="{GAP}" y="36">{escape(_short(caption(found), 150))}</text>',
            *(_tile(tile) for tile in found.tiles),
            *(
                _key(*one, x=GAP + place % 3 * (wide // 3), y=high + place // 3 * LINE)
                for place, one in enumerate(legend)
            ),
            "</svg>\n",
        ]
    )


def _tile(tile: Tile) -> str:
    x, y = GAP + tile.column * STEP, HEAD + tile.row * STEP
    lead = f" ({_('lead')})" if tile.lead else ""
    told = escape(f"{state(tile.code, tile.name)}{mark('colon')}{labels()[tile.shade]}{lead}")
    code = f'<text x="{x + SIDE // 2}" y="{y + 18}" text-anchor="middle">{tile.code}</text>'
    return f"<g><title>{told}</title>{_square(tile.shade, x, y, lead=tile.lead)}{code}</g>"


def _key(shade: Shade, label: str, number: int, *, x: int, y: int) -> str:
    square = f'<g transform="translate({x} {y}) scale(.6)">{_square(shade, 0, 0, lead=False)}</g>'
    return f'{square}<text class="h" x="{x + 24}" y="{y + 13}">{escape(label)} ({number})</text>'


def _of(found: TileMap, shade: Shade) -> list[Tile]:
    return [tile for tile in found.tiles if tile.shade is shade]


def _square(shade: Shade, x: int, y: int, *, lead: bool) -> str:
    outline = "t l" if lead else "t"
    square = f'<rect class="{outline} {shade}" x="{x}" y="{y}" width="{SIDE}" height="{SIDE}" rx="4"/>'
    bars = _BARS.get(shade, 0)
    if not bars:
        return square
    width = (SIDE - 8) * bars // 4
    return f'{square}<rect class="b" x="{x + 4}" y="{y + SIDE - 7}" width="{width}" height="3"/>'


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

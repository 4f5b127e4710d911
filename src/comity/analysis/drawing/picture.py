"""An SVG picture: shapes with plain attributes (no style sheet, no program), a title, and the same in words.

Colours are told apart by people who do not see all of them, and never say anything alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

INK, PALE, PAPER, RULE = "#1d242b", "#5b6570", "#ffffff", "#d5dade"
FONT = "sans-serif"
# Okabe and Ito's eight, without black and yellow.
COLOURS = {
    "account": "#0072b2",
    "session": "#56b4e9",
    "claim": "#9a6fb0",
    "message": "#009e73",
    "call": "#d55e00",
    "transaction": "#e69f00",
    "transfer": "#cc79a7",
    "device": "#5b6570",
    "location": "#7a5c00",
    "file": "#98a3ad",
}


@dataclass
class Picture:
    """A picture under way; every text given is escaped."""

    title: str
    words: str
    width: float
    height: float
    parts: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)

    def box(
        self, x: float, y: float, width: float, height: float, fill: str, *, tip: str = "", opacity: float = 1
    ) -> None:
        """Draw a rectangle; *tip* is what it says when it is pointed at or read out."""
        shown = f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
        shape = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{max(height, 0.5):.1f}" fill="{fill}"{shown}'
        self.parts.append(f"<rect {shape}><title>{escape(_clean(tip))}</title></rect>" if tip else f"<rect {shape}/>")

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, colour: str = RULE, width: float = 1, dash: str = ""
    ) -> None:
        """Draw a straight line."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        self.parts.append(f'<line {ends} stroke="{colour}" stroke-width="{width:.1f}"{dashed}/>')

    def band(self, x1: float, y1: float, x2: float, y2: float, *, width: float, colour: str, tip: str = "") -> None:
        """Draw a band that swings from one side to the other."""
        middle = (x1 + x2) / 2
        course = f"M{x1:.1f},{y1:.1f} C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
        shape = f'd="{course}" fill="none" stroke="{colour}" stroke-width="{max(width, 0.7):.1f}" stroke-opacity="0.45"'
        self.parts.append(f"<path {shape}><title>{escape(_clean(tip))}</title></path>")

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = 12,
        anchor: str = "start",
        colour: str = INK,
        bold: bool = False,
        room: int = 48,
    ) -> None:
        """Write text above all shapes; what is longer than *room* signs is cut, and whole when it is pointed at."""
        words = _clean(words)
        shown = words if len(words) <= room else f"{words[: room * 2 // 3]}\u2026{words[-room // 3 :]}"
        tip = f"<title>{escape(words)}</title>" if shown != words else ""
        weight = ' font-weight="bold"' if bold else ""
        halo = (
            ""
            if colour == PAPER
            else f' stroke="{PAPER}" stroke-width="2.5" stroke-opacity="0.85" paint-order="stroke"'
        )
        place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"{weight}{halo}'
        self.over.append(f"<text {place}>{escape(shown)}{tip}</text>")

    def svg(self) -> str:
        """Give the whole picture."""
        size = f"0 0 {self.width:.0f} {self.height:.0f}"
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox={quoteattr(size)} font-family="{FONT}" role="img"'
        return "\n".join(
            [
                f'{head} aria-labelledby="name words">',
                f'<title id="name">{escape(_clean(self.title))}</title>',
                f'<desc id="words">{escape(_clean(self.words))}</desc>',
                f'<rect width="100%" height="100%" fill="{PAPER}"/>',
                *self.parts,
                *self.over,
                "</svg>\n",
            ]
        )


def _clean(words: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(c for c in words if c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) not in (0xFFFE, 0xFFFF))

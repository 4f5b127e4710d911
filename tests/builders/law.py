"""Law for tests: the shipped library, and overlays written into a folder."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from comity.law.library import Library, load

TODAY = date(2026, 11, 25)
CHECKED = "source: Gazette 12, date: 2026-11-20, verified_by: A. Example"


@cache
def shipped() -> Library:
    """Give the law without an overlay; it never changes."""
    return load()


def offence(text: str, *, name: str = "illegal_access", article: int = 7) -> str:
    """Give one offence of a profile, its entries already in an overlay's form."""
    return f"""offences:
  {name}:
    article: {article}
    {text}
"""


def found(years: str, *, section: str = "s. 1", more: str = "") -> str:
    """Give an offence found in one provision with that maximum."""
    return offence(
        f"""status: found
    source: Gazette 12
    date: 2026-11-20
    verified_by: A. Example
    provisions:
      - act: Example Act
        section: {section}
        base_max_years: {years}
        max_kind: fixed
        elements: Access without right.
        commencement: in_force
        verified: true
        {more}"""
    )


def write(folder: Path, **files: str) -> Path:
    """Write files named like `national__vn` into an overlay; give the folder."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def parties(rows: str, *, instrument: str = "hanoi", entry: str = "") -> str:
    """Give an addition to an instrument: rows such as `{party: VN, status: party, in_force: 2027-01-01}`."""
    told = "".join(f"  - {{{row}, verified: true, {CHECKED}}}\n" for row in rows.splitlines() if row)
    force = f"entry: {{{entry}, verified: true, {CHECKED}}}\n" if entry else ""
    return f"id: {instrument}\n{force}participations:\n{told}" if told else f"id: {instrument}\n{force}"

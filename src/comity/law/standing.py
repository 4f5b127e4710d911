"""Treaty status put together for reading: one country, one instrument, or all instruments on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .library import Library
from .model import Coverage, Entry
from .status import Finding, Progress, Status, in_force, party, progress


@dataclass(frozen=True)
class Summary:
    """An instrument on a day: whether it is in force, and how many are recorded as bound."""

    id: str
    name: str
    reference: str
    force: Finding
    entry: Entry
    coverage: Coverage
    bound: int
    signed: int
    progress: Progress


@dataclass(frozen=True)
class Roll:
    """An instrument on a day with everybody on its list."""

    on: date
    summary: Summary
    note: str
    rows: tuple[tuple[str, Status], ...]


@dataclass(frozen=True)
class Treaties:
    """How one country stands to each instrument on a day."""

    country: str
    name: str
    on: date
    rows: tuple[tuple[Summary, Status], ...]


def overview(library: Library, on: date) -> tuple[Summary, ...]:
    """Sum up every instrument."""
    return tuple(summary(library, name, on) for name in library.instruments)


def summary(library: Library, instrument: str, on: date) -> Summary:
    """Sum up one instrument."""
    treaty = library.instrument(instrument)
    rows = [party(library, row.party, treaty.id, on) for row in treaty.participations]
    return Summary(
        id=treaty.id,
        name=treaty.short_name,
        reference=treaty.reference,
        force=in_force(library, treaty.id, on),
        entry=treaty.entry,
        coverage=treaty.coverage,
        bound=sum(row.bound.binding for row in rows),
        signed=sum(row.standing is not None for row in rows),
        progress=progress(library, treaty.id),
    )


def of_instrument(library: Library, instrument: str, on: date) -> Roll:
    """List who stands on the list of an instrument, in order of their names."""
    treaty, names = library.instrument(instrument), library.places.names
    codes = sorted((row.party for row in treaty.participations), key=lambda code: names[code])
    rows = ((names[code], party(library, code, treaty.id, on)) for code in codes)
    return Roll(on, summary(library, instrument, on), treaty.note, tuple(row for row in rows if row[1].standing))


def of_country(library: Library, country: str, on: date, instrument: str = "") -> Treaties:
    """List how a country stands to each instrument, or to the one named."""
    code = library.code(country)
    names = [library.instrument(instrument).id] if instrument else list(library.instruments)
    rows = tuple((summary(library, name, on), party(library, code, name, on)) for name in names)
    return Treaties(code, library.places.names[code], on, rows)

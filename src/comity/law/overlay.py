"""The local folder with which a ministry corrects or adds law without touching the program.

    FOLDER/national/*.yaml      `country: VN` and any of the sections of a shipped profile
    FOLDER/instruments/*.yaml   `id: hanoi` with `entry` and `participations`, or a whole new instrument
    FOLDER/answers/*.yaml       a drafter's answers

An entry replaces the shipped one whole, so that a figure and its source stay together: nothing is merged within an
offence, a power or a participation. Each entry names its source, the date it was checked and who verified it. Two files
that give the same entry differently are an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.kernel.errors import Unavailable

from .errors import BadLaw
from .model import Addition, Fact, Instrument
from .reading import MAX_BYTES, Page, compose, decode, entries

if TYPE_CHECKING:
    from .country import Country

FOLDERS = ("national", "instruments", "answers")


@dataclass
class Overlay:
    """What the files of an overlay give, by the name of the entry."""

    countries: dict[str, dict[str, Any]] = field(default_factory=dict)
    instruments: dict[str, dict[str, Any]] = field(default_factory=dict)
    added: dict[str, Instrument] = field(default_factory=dict)


def sheets(folder: Path, kind: str) -> Iterator[tuple[Page, bytes]]:
    """Read the files of one kind, in order of their names.

    Raises:
        BadLaw: the folder is none.
        Unavailable: a file cannot be read.
    """
    try:
        if not folder.is_dir():
            raise BadLaw("got no such folder, expected one with national/, instruments/ or answers/", file=str(folder))
        for path in sorted((folder / kind).glob("*.yaml")):
            with path.open("rb") as file:
                yield Page(str(path), local=True), file.read(MAX_BYTES + 1)
    except OSError as e:
        raise Unavailable(f"got {e.strerror}, expected a readable file", file=str(e.filename)) from e


def read(folder: Path, shipped: frozenset[str]) -> Overlay:
    """Read an overlay; *shipped* names the instruments that are known without it.

    Raises:
        BadLaw: a file is malformed, or two contradict each other.
    """
    from .country import Country

    overlay = Overlay()
    stray = [path for path in sorted(folder.rglob("*.yaml")) if path.relative_to(folder).parts[0] not in FOLDERS]
    if stray:
        raise BadLaw("got a file in no known folder, expected " + ", ".join(FOLDERS), file=str(stray[0]))
    for page, data in sheets(folder, "national"):
        country = decode(compose(data, page), Country, page)
        collect(overlay.countries.setdefault(country.country, {}), units(country), page)
    for page, data in sheets(folder, "instruments"):
        node = compose(data, page)
        named = entries(node, page).get("id")
        if named is not None and named.value in shipped:
            addition = decode(node, Addition, page)
            collect(overlay.instruments.setdefault(addition.id, {}), _parts(addition), page)
        else:
            instrument = decode(node, Instrument, page)
            collect(overlay.added, {instrument.id: instrument}, page)
    return overlay


def units(country: Country) -> dict[str, Any]:
    """Give the entries of a profile by name; what a file leaves out is no entry."""
    found: dict[str, Any] = {}
    for one in fields(country):
        value = getattr(country, one.name)
        if one.name in ("offences", "powers"):
            found |= {f"{one.name}.{key}": entry for key, entry in value.items()}
        elif one.name == "mutual_legal_assistance":
            parts = {part.name: getattr(value, part.name) for part in fields(value)}
            found |= {f"{one.name}.{key}": entry for key, entry in parts.items() if entry is not None}
        elif value and one.name != "country":
            found[one.name] = value
    return found


def assemble(code: str, found: dict[str, Any]) -> Country:
    """Make a profile out of its entries."""
    from .country import Assistance, Country

    given: dict[str, Any] = {"offences": {}, "powers": {}, "mutual_legal_assistance": {}}
    for name, value in found.items():
        section, dot, key = name.partition(".")
        if dot:
            given[section][key] = value
        else:
            given[name] = value
    given["mutual_legal_assistance"] = Assistance(**given["mutual_legal_assistance"])
    return Country(country=code, **given)


def amended(instrument: Instrument, parts: dict[str, Any]) -> Instrument:
    """Give the instrument with the entries of an overlay in place of its own."""
    rows = {row.party: row for row in instrument.participations}
    rows |= {row.party: row for name, row in parts.items() if name != "entry"}
    return replace(instrument, entry=parts.get("entry", instrument.entry), participations=tuple(rows.values()))


def _parts(addition: Addition) -> dict[str, Any]:
    parts: dict[str, Any] = {"entry": addition.entry} if addition.entry else {}
    return parts | {f"participations.{row.party}": row for row in addition.participations}


def collect(known: dict[str, Any], found: Mapping[str, Any], page: Page) -> None:
    """Take entries into those known.

    Raises:
        BadLaw: one is known already and different.
    """
    for name, value in found.items():
        if name in known and known[name] != value:
            here, there = _place(value) or page.file, _place(known[name]) or "another file"
            advice = "Keep one of the two: the program does not choose between sources."
            raise BadLaw(f"got another entry than in {there}, expected one", file=here, field=name, advice=advice)
        known[name] = value


def _place(value: Any) -> str:
    if isinstance(value, tuple) and value:
        return _place(value[0])
    return str(value.origin) if isinstance(value, Fact) else ""

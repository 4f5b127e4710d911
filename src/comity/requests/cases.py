"""Cases: imported from a file, with every identifier brought to its normal form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise
from comity.kernel.clock import stamp
from comity.kernel.sheet import read_sheet
from comity.store.engine import Unit

from . import tables
from .errors import BadSheet, NoCase, WrongState
from .model import CaseFile
from .office import Office
from .vocabulary import case_shape

HINTS = ("chain", "platform", "region", "port", "since", "until")
Also = Callable[[Unit, bool], object]


def nothing_more(unit: Unit, new: bool) -> None:
    """Do nothing more in the unit that keeps a case."""


def import_case(office: Office, path: Path) -> tuple[CaseFile, bool]:
    """Read a case file and keep it; gives the case and whether it changed anything. The same file twice has one effect.

    Raises:
        BadInput: the file is malformed; the message names file, field and remedy, the advice counts further faults.
    """
    return keep_case(office, read_case(path))


def keep_case(
    office: Office, document: dict[str, Any], *, before: Mapping[str, Any] | None = None, also: Also = nothing_more
) -> tuple[CaseFile, bool]:
    """Keep a case; gives it and whether it changed anything. What is *also* done is done in the same unit.

    Whoever changes a case that he looked at says what it was *before*, so that nobody's change is lost.

    Raises:
        WrongState: somebody else changed it meanwhile.
    """
    check_case(document)
    case = CaseFile(document["reference"], document, office.clock.now())
    with office.store.write(durable=True) as unit:
        known = tables.find_case(unit, case.reference)
        also(unit, known is None)
        if known and dict(known.document) == document:
            return known, False
        if before is not None and (known is None or dict(known.document) != dict(before)):
            advice = "Look at the case as it is now, and change it again."
            raise WrongState("got a case that somebody else changed meanwhile, expected one at rest", advice=advice)
        (tables.change_case if known else tables.add_case)(unit, case)
        event = {"type": "case.imported", "at": stamp(case.imported_at), "case": case.reference}
        office.ledger.append(unit, event)
    return case, True


def read_case(path: Path) -> dict[str, Any]:
    """Read a case file without keeping it."""
    document = read_sheet(path)
    check_case(document, file=str(path))
    return document


def check_case(document: Mapping[str, Any], *, file: str = "") -> None:
    """See that a document is a case whose identifiers can be read.

    Raises:
        BadInput: it is not; the advice counts further faults.
    """
    case_shape().require(document, file=file)
    faults = list(_faults(document))
    if faults:
        first, *others = faults
        more = "; ".join(f"{e.field}: {e.message}" for e in others[:10])
        raise BadSheet(first.message, file=file, field=first.field, advice=f"{first.advice} {more}".strip())


def targets_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the case's identifiers as targets of a request, in normal form."""
    return [_normal(row).as_target(row["relation"]) for row in document["identifiers"]]


def require_case(office: Office, name: str) -> None:
    """Find that a case is kept here: one of ours by its reference, one of a sender by `PARTY:REFERENCE`.

    Raises:
        NoCase: there is none.
    """
    peer, _, reference = name.rpartition(":")
    with office.store.read() as unit:
        if peer and tables.find_requests(unit, direction="in", peer=peer, case=reference):
            return
    show_case(office, name)


def show_case(office: Office, reference: str) -> CaseFile:
    """Give a case.

    Raises:
        NoCase: there is none of that reference.
    """
    with office.store.read() as unit:
        case = tables.find_case(unit, reference)
    if case is None:
        raise NoCase(f"got {reference!r}, expected the reference of a case", advice="List them with: comity case list.")
    return case


def list_cases(office: Office) -> list[CaseFile]:
    """List all cases by reference."""
    with office.store.read() as unit:
        return tables.all_cases(unit)


def _normal(row: Mapping[str, Any]) -> Any:
    return normalise(row["kind"], row["value"], **{name: row[name] for name in HINTS if name in row})


def _faults(document: Mapping[str, Any]) -> Iterator[InvalidIdentifier]:
    for i, row in enumerate(document["identifiers"]):
        try:
            _normal(row)
        except InvalidIdentifier as e:
            yield InvalidIdentifier(e.message, field=f"identifiers[{i}].{e.field or 'value'}", advice=e.advice)

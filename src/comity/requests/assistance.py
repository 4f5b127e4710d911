"""From a preservation to a request for mutual legal assistance: the same case, offences and targets, another addressee.

The safeguards are answered anew, since more is asked for, and the legal basis is chosen anew. What the receiver said
about the preservation is stated beside its package, so that the central authority knows how long the data stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from comity.directory.model import Party
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput

from . import tables
from .drafting import begin, merge
from .errors import WrongState
from .model import OUT, Request
from .office import Office
from .vocabulary import measure

MEASURE = "mutual_assistance"
CENTRAL = "central authority"
_KEPT = ("format", "exercise", "from", "case", "offences", "targets", "secrecy", "use_limits")


def request_assistance(
    office: Office,
    earlier: str,
    *,
    data: Sequence[str],
    to: str = "",
    sheets: Iterable[Path] = (),
    by: str = "",
    own_id: str = "",
) -> Request:
    """Begin a request for mutual legal assistance on the preservation *earlier*, for the kinds of *data* named.

    Without *to* it goes to the central authority of the state that preserves, if the directory has exactly one.

    Raises:
        NoRequest: there is no such request.
        BadInput: it is no preservation, no data are named, or the addressee is not plain.
        WrongState: it was never released, so there is no package to name.
    """
    with office.store.read() as unit:
        before = office.find(unit, earlier, OUT)
        ends = [clock.due_at for clock in tables.clocks_of(unit, before.id) if clock.kind == "preserved_until"]
    _check(before, data)
    addressee = _addressee(office, before, to)
    related = {"relation": "follows", "reference": before.reference, "package": before.package}
    kept = {name: before.document[name] for name in _KEPT if name in before.document}
    document: dict[str, Any] = kept | {
        "measure": MEASURE,
        "data": [{"kind": kind} for kind in dict.fromkeys(data)],
        "language": _language(before.document["language"], addressee),
        "drafted_at": stamp(office.clock.now()),
        "to": {"party": addressee.id, "name": addressee.name},
        "contents": _contents(before.document),
        "related": [related | ({"preserved_until": stamp(ends[0])} if ends else {})],
    }
    for sheet in sheets:
        document = merge(document, sheet, office.clock.now().date())
    return begin(office, document, before.case, by=by, own_id=own_id)


def central_authorities(office: Office, country: str) -> list[Party]:
    """List the parties of a country that the directory calls a central authority."""
    found = (office.known(name) for name in office.mirror.parties() if name.startswith(f"{country}."))
    return [one for one in found if one and any(CENTRAL in function.casefold() for function in one.functions)]


def _check(before: Request, data: Sequence[str]) -> None:
    if not before.released:
        raise WrongState(f"got {before.reference}, which is {before.state}, expected a released preservation")
    if not measure(before.measure).get("accepted_needs"):
        raise BadInput(f"got {before.reference}, a request to {before.measure}, expected a preservation", field="mla")
    if not data:
        known = ", ".join(measure(MEASURE)["data"])
        raise BadInput(f"got no kind of data, expected some of: {known}", field="data", advice="Give it with --data.")


def _addressee(office: Office, before: Request, to: str) -> Party:
    if to:
        party = office.known(to)
        if party is None:
            advice = "List parties with: comity directory list."
            raise BadInput(f"got {to!r}, expected a party of the directory", field="to", advice=advice)
        return party
    country = before.peer[:2]
    found = central_authorities(office, country)
    if len(found) != 1:
        names = f": {', '.join(one.id for one in found)}" if found else ""
        got = f"got {len(found)} central authorities of {country} in the directory{names}"
        raise BadInput(f"{got}, expected one", field="to", advice="Name the addressee with --to.")
    return found[0]


def _language(written: str, addressee: Party) -> str:
    """Keep the language in which the case is written if the addressee reads it, else take the first that it reads."""
    return written if written in addressee.languages else addressee.languages[0]


def _contents(before: Mapping[str, Any]) -> list[dict[str, str]]:
    """State what is known already: the authority, the facts, and the period that the targets span."""
    known = {row["id"]: row["text"] for row in before.get("contents", [])}
    spans = [(one["since"], one["until"]) for one in before["targets"] if "since" in one and "until" in one]
    made = {"authority": known.get("authority", before["from"]["name"]), "facts": before["case"]["facts"]}
    if spans:
        made["period"] = f"{min(since for since, _ in spans)} – {max(until for _, until in spans)} (UTC)"
    return [{"id": name, "text": text} for name, text in made.items()]

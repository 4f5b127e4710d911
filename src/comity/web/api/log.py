"""The node's log: who did what, whether all of it holds, what it is now, that an entry stands in it, a part carried out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from starlette.responses import Response, StreamingResponse

from comity.accounts.knowledge import MOST_CASE
from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.ledger.model import Entry

from ..acts import auditing
from ..acts.auditexport import MEDIA
from ..acts.auditing import Asked
from .answers import Checkpoint, LogChecked, LogPage, Proof
from .call import Called, data
from .operations import Operation
from .streaming import bounded

Who = Annotated[str, Query(max_length=60, description="The id of a person.")]
Case = Annotated[str, Query(max_length=MOST_CASE, description="A case; one that came in is PEER:REFERENCE.")]
Kind = Annotated[Literal["", "reads", "writes", "door", "glass", "roles"], Query(description="Of which kind.")]
Day = Annotated[str, Query(pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", description="A day in UTC.")]


def read_entries(
    call: Called,
    person: Who = "",
    case: Case = "",
    kind: Kind = "",
    since: Day = "",
    until: Day = "",
    before: Annotated[int | None, Query(ge=0, le=2**53, description="Only entries before this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Read who read and wrote what, the newest first, in a bounded part of the log; this look is itself an event."""
    asked = Asked(person, case.strip(), kind, since, until)
    answer, _persons = auditing.look(call.actor, asked, before=before, limit=limit)
    rows = [_row(one) for one in answer.entries]
    return data({"items": rows, "looked_from": answer.start, "looked_to": answer.end, "whole": answer.whole})


def check_log(call: Called) -> Response:
    """Check the whole log: every entry, every checkpoint; one check at a time, and it is itself an event."""
    found = auditing.check(call.actor)
    report, wrong = found.report, found.wrong
    counts = {"entries": report.size, "erased": report.erased, "checkpoints": report.checkpoints} if report else {}
    return data({"sound": wrong is None, "fault": wrong.message if wrong else "", **counts})


def export_log(
    call: Called,
    form: Literal["ndjson", "csv"] = "ndjson",
    person: Who = "",
    case: Case = "",
    kind: Kind = "",
    since: Day = "",
    until: Day = "",
) -> Response:
    """Carry a part of the log out; its last line says whether it is whole or was cut, and a file without it broke off."""
    asked = Asked(person, case.strip(), kind, since, until)
    rows = bounded(lambda: auditing.carry(call.actor, asked, form))
    return StreamingResponse(rows, media_type=MEDIA[form])


def read_checkpoint(call: Called) -> Response:
    """Give what the log is now, signed, for others to keep (C2SP tlog-checkpoint)."""
    ledger = call.node.ledger
    with call.node.store.write(durable=True) as unit:
        return data({"checkpoint": ledger.checkpoint(unit).decode(), "key": ledger.key.text})


def prove_entry(call: Called, index: Annotated[int, Path(ge=0, le=2**53)]) -> Response:
    """Prove that an entry stands in the log (C2SP tlog-proof); the proof shows the entry's event."""
    ledger = call.node.ledger
    with call.node.store.write(durable=True) as unit:
        return data({"index": index, "proof": ledger.prove(unit, index).decode(), "key": ledger.key.text})


def _row(entry: Entry) -> dict[str, Any]:
    event = canonical.load(entry.event) if entry.event else None
    at = stamp(entry.at) if entry.at else ""
    return {"index": entry.index, "at": at, "leaf": entry.leaf.hex(), "event": event}


OPERATIONS = (
    Operation("GET", "/log/entries", "audit.read", read_entries, LogPage),
    Operation("POST", "/log/check", "audit.check", check_log, LogChecked),
    Operation("GET", "/log/export", "audit.export", export_log, ("application/x-ndjson", "text/csv")),
    Operation("GET", "/log/checkpoint", "audit.check", read_checkpoint, Checkpoint),
    Operation("GET", "/log/proofs/{index}", "audit.read", prove_entry, Proof),
)

"""The node's log: what it is now, signed, and that an entry stands in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from .answers import Checkpoint, Proof
from .call import Called, data
from .operations import Operation


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


OPERATIONS = (
    Operation("GET", "/log/checkpoint", "audit.check", read_checkpoint, Checkpoint),
    Operation("GET", "/log/proofs/{index}", "audit.read", prove_entry, Proof),
)

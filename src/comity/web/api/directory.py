"""The directory and the peers, to be read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from comity.exchange.peers import Peers
from comity.exchange.tables import OUT, QUEUED, STUCK, count_messages, standing
from comity.kernel.clock import stamp

from .answers import Listed, PartyRead, PartyRow, PeerRow
from .call import Asked, Called, data, listed
from .operations import Operation


def list_parties(call: Called, piece: Asked) -> Response:
    """List the parties of the directory, as this node's copy has them."""
    rows = [{"id": one.id, "name": one.name, "kind": one.kind} for one in call.node.mirror.everybody()]
    return listed(rows, piece)


def read_party(call: Called, party: Annotated[str, Path(max_length=80)]) -> Response:
    """Give a party: call-back numbers, hours, keys, and which key may act now."""
    now, mirror = call.desk.staff.now, call.node.mirror
    found = mirror.lookup(party, now, stale=True)
    able = {key.keyid: [role for role in key.roles if not key.may(role, now)] for key in found.keys}
    facts = {"may_act": able, "at": stamp(now), "stale": mirror.status().stale(now)}
    return data({"party": found.document()} | facts)


def list_peers(call: Called, piece: Asked) -> Response:
    """List the parties whose nodes take messages, with what waits for them and what went wrong."""
    node = call.node
    peers = [one for one in Peers(node.mirror, node.clock).all() if one.id != node.settings.party]
    rows: list[dict[str, Any]] = []
    with node.store.read() as unit:
        counts = count_messages(unit)
        for one in sorted(peers, key=lambda peer: peer.id):
            known = standing(unit, one.id)
            rows.append(
                {
                    "party": one.id,
                    "url": one.exchange.url,
                    "paused": known.paused,
                    "seen_at": stamp(known.seen_at) if known.seen_at else "",
                    "failed_at": stamp(known.failed_at) if known.failed_at else "",
                    "failures": known.failures,
                    "error": known.error,
                    "waiting": counts.get((one.id, OUT, QUEUED), 0),
                    "stuck": counts.get((one.id, OUT, STUCK), 0),
                }
            )
    return listed(rows, piece)


OPERATIONS = (
    Operation("GET", "/directory", "directory.read", list_parties, Listed[PartyRow]),
    Operation("GET", "/directory/{party}", "directory.read", read_party, PartyRead),
    Operation("GET", "/peers", "peers.read", list_peers, Listed[PeerRow]),
)

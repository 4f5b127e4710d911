"""The directory and its drills, the peers and whether messages to them are held back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from comity.exchange import drills
from comity.exchange.peers import Peers
from comity.exchange.tables import OUT, QUEUED, STUCK, count_messages, standing
from comity.kernel.clock import stamp

from ..acts import peering
from .answers import DrillKept, DrillRow, Listed, PartyRead, PartyRow, PeerHeld, PeerRow, PeerTried
from .asked import Drilled, Pause
from .call import Asked, Called, data, listed
from .operations import JSON, Operation


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


def list_drills(call: Called, party: Annotated[str, Path(max_length=80)], piece: Asked) -> Response:
    """List when the numbers of a party were tried, by whom, and who answered, the latest first."""
    known = call.node.mirror.lookup(party, call.desk.staff.now, stale=True)
    return listed([one.plain() for one in drills.drills(call.office, known.id)], piece)


def record_drill(call: Called, party: Annotated[str, Path(max_length=80)], tried: Drilled) -> Response:
    """Record that the caller tried a number that the directory has for a party, and who answered."""
    known = call.node.mirror.lookup(party, call.desk.staff.now, stale=True)
    words = {name: text.strip() for name, text in tried.model_dump().items()}
    row = drills.record(call.office, known.id, call.name, **words).plain()
    return data({name: row[name] for name in ("party", "at", "by", "number")}, 201)


def pause_peer(call: Called, party: Annotated[str, Path(max_length=80)], wanted: Pause) -> Response:
    """Hold messages to a peer back, or let them out again."""
    known = call.node.mirror.lookup(party, call.desk.staff.now, stale=True)
    peering.hold(call.actor, known.id, paused=wanted.paused)
    return data({"party": known.id, "paused": wanted.paused})


def try_peer(call: Called, party: Annotated[str, Path(max_length=80)]) -> Response:
    """Look at the way to a peer step by step, and keep what was found; one check at a time."""
    known = call.node.mirror.lookup(party, call.desk.staff.now, stale=True)
    found = peering.try_way(call.actor, known.id)
    return data({"party": found.party, "at": stamp(found.at), "good": found.good, "steps": found.findings})


def list_peers(call: Called, piece: Asked) -> Response:
    """List the parties whose nodes take messages, with what waits for them and what went wrong."""
    node = call.node
    known = [one for one in Peers(node.mirror, node.clock).all() if one.id != node.settings.party]
    rows: list[dict[str, Any]] = []
    with node.store.read() as unit:
        counts = count_messages(unit)
        for one in sorted(known, key=lambda peer: peer.id):
            state = standing(unit, one.id)
            rows.append(
                {
                    "party": one.id,
                    "url": one.exchange.url,
                    "paused": state.paused,
                    "seen_at": stamp(state.seen_at) if state.seen_at else "",
                    "failed_at": stamp(state.failed_at) if state.failed_at else "",
                    "failures": state.failures,
                    "error": state.error,
                    "waiting": counts.get((one.id, OUT, QUEUED), 0),
                    "stuck": counts.get((one.id, OUT, STUCK), 0),
                }
            )
    return listed(rows, piece)


OPERATIONS = (
    Operation("GET", "/directory", "directory.read", list_parties, Listed[PartyRow]),
    Operation("GET", "/directory/{party}", "directory.read", read_party, PartyRead),
    Operation("GET", "/directory/{party}/drills", "directory.read", list_drills, Listed[DrillRow]),
    Operation("POST", "/directory/{party}/drills", "directory.drill", record_drill, DrillKept, takes=JSON, status=201),
    Operation("PUT", "/peers/{party}", "peers.change", pause_peer, PeerHeld, takes=JSON),
    Operation("POST", "/peers/{party}/trial", "peers.check", try_peer, PeerTried),
    Operation("GET", "/peers", "peers.read", list_peers, Listed[PeerRow]),
)

"""Who knows of a case: listed, brought in, let go."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from comity.accounts import knowledge, people
from comity.kernel.clock import stamp

from ..acts.cases import export_case
from .answers import Free, Listed, MemberRow
from .asked import Membership
from .call import Asked, Call, Called, data, listed
from .operations import JSON, Operation, by_case


def list_members(call: Called, case: str, piece: Asked) -> Response:
    """List who knows of a case, and who else could be brought in: those have no time since."""
    return listed(_members(call), piece)


def bring_in(call: Called, case: str, who: Membership) -> Response:
    """Let another person know of a case; a case that came in is written PEER:REFERENCE."""
    made = knowledge.bring_in(call.desk.staff, call.who, call.case, who.person, who.reason)
    return data({"person": made.person, "case": made.case, "since": stamp(made.since)}, 201)


def let_go(call: Called, case: str, who: Membership) -> Response:
    """End a person's knowing of a case; the last one stays."""
    knowledge.let_go(call.desk.staff, call.who, call.case, who.person, who.reason)
    return data({"person": who.person, "case": call.case, "since": ""})


def carry_case(call: Called, case: str) -> Response:
    """Carry a case out: everything of it that its member may read, as one document."""
    return data(export_case(call.actor, call.case))


def _members(call: Call) -> list[dict[str, Any]]:
    with call.desk.staff.store.read() as unit:
        inside = {one.person: stamp(one.since) for one in knowledge.members(unit, call.case)}
        everybody = people.all_people(unit)
    rows = [
        {"person": one.id, "name": one.label, "since": inside.get(one.id, "")}
        for one in everybody
        if one.active or one.id in inside
    ]
    return sorted(rows, key=lambda row: (not row["since"], row["name"]))


OPERATIONS = (
    Operation("GET", "/members", "case.read", list_members, Listed[MemberRow], by_case),
    Operation("POST", "/members", "case.members", bring_in, MemberRow, by_case, takes=JSON, status=201),
    Operation("POST", "/members/leaving", "case.members", let_go, MemberRow, by_case, takes=JSON),
    Operation("GET", "/export", "case.export", carry_case, Free, by_case),
)

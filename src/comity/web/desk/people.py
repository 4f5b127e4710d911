"""The people of the node: who they are, which roles they have, who stands in for whom, with which key they sign."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from starlette.responses import Response

from comity.accounts import identities, tables
from comity.accounts import people as acts
from comity.accounts.access import grants_of, roles_of
from comity.accounts.duties import roles
from comity.accounts.entering import keyed
from comity.accounts.errors import BadAccount
from comity.accounts.model import Deputy, Grant
from comity.accounts.passkeys import of as passkeys_of
from comity.crypto.keys import read_public
from comity.kernel.errors import ComityError

from ..acts.actor import KEYS
from .routes import Route
from .visit import Visit


def listed(visit: Visit) -> Response:
    """List everybody."""
    staff = visit.desk.staff
    with staff.store.read() as unit:
        found = acts.all_people(unit)
        held = {one.id: sorted(roles_of(staff, unit, one.id)) for one in found}
        whole = {one.id for one in found if keyed(unit, one)}
    return visit.page("people.html", people=found, held=held, whole=whole, roles=roles())


def invited(visit: Visit) -> Response:
    """Invite a person, and show his code this once."""
    person, code = acts.invite(
        visit.desk.staff, visit.person, visit.field("name"), visit.field("label"), visit.fields("role"),
        visit.field("reason"),
    )  # fmt: skip
    return _coded(visit, person.id, code)


def shown(visit: Visit) -> Response:
    """Show one person."""
    staff = visit.desk.staff
    with staff.store.read() as unit:
        person = staff.person(unit, visit.given["person"])
        everybody = acts.all_people(unit)
        found = {
            "grants": grants_of(staff, unit, person.id),
            "past": [one for one in tables.select(unit, Grant, person=person.id) if not one.counts(staff.now)],
            "deputies": [one for one in _deputies(visit, person.id) if one.until > staff.now],
            "passkeys": len(passkeys_of(unit, person.id)),
            "whole": keyed(unit, person),
            "identities": identities.of(unit, person.id),
            "recovery": next((one for one in acts.recoveries(unit) if one.person == person.id), None),
        }
    names = {one.id: one.label for one in everybody}
    others = [one for one in everybody if one.id != person.id and one.active]
    return visit.page(
        "person.html", person=person, names=names, others=others, roles=roles(), keys=_keys(visit), itself=acts.ITSELF,
        issuer=visit.desk.issuer,
        **found,
    )  # fmt: skip


def granted(visit: Visit) -> Response:
    """Give a role."""
    until = visit.day("until")
    end = until + timedelta(days=1) if until else None
    acts.grant(visit.desk.staff, visit.person, visit.given["person"], visit.field("role"), visit.field("reason"), end)
    return _back(visit)


def withdrawn(visit: Visit) -> Response:
    """Take a role back."""
    acts.withdraw(visit.desk.staff, visit.person, visit.field("grant"), visit.field("reason"))
    return _back(visit)


def deactivated(visit: Visit) -> Response:
    """Let a person in no more."""
    acts.deactivate(visit.desk.staff, visit.person, visit.given["person"], visit.field("reason"))
    return _back(visit)


def reactivated(visit: Visit) -> Response:
    """Let a person in again."""
    acts.reactivate(visit.desk.staff, visit.person, visit.given["person"], visit.field("reason"))
    return _back(visit)


def coded(visit: Visit) -> Response:
    """Give a new code to a person who has no keys yet."""
    return _coded(
        visit, visit.given["person"], acts.invite_again(visit.desk.staff, visit.person, visit.given["person"])
    )


def recovering(visit: Visit) -> Response:
    """Say that a person lost his keys."""
    acts.ask_recovery(visit.desk.staff, visit.person, visit.given["person"], visit.field("reason"))
    return _back(visit)


def recovered(visit: Visit) -> Response:
    """Agree that a person lost his keys, and show his code this once; or refuse."""
    if visit.field("answer") != "agree":
        acts.refuse_recovery(visit.desk.staff, visit.person, visit.field("recovery"))
        return _back(visit)
    code = acts.agree_recovery(visit.desk.staff, visit.person, visit.field("recovery"))
    return _coded(visit, visit.given["person"], code)


def deputed(visit: Visit) -> Response:
    """Let another person stand in."""
    since, until = visit.day("since"), visit.day("until")
    if since is None or until is None:
        raise BadAccount("got no days, expected the first and the last of the absence", field="since")
    acts.depute(
        visit.desk.staff, visit.person, visit.given["person"], visit.field("deputy"), since, until + timedelta(days=1),
        visit.field("reason"),
    )  # fmt: skip
    return _back(visit)


def undeputed(visit: Visit) -> Response:
    """End a standing in."""
    acts.end_deputy(visit.desk.staff, visit.person, visit.field("deputy"))
    return _back(visit)


def bound(visit: Visit) -> Response:
    """Say with which key file a person signs."""
    name = visit.field("key")
    known = _keys(visit)
    if name and name not in known:
        raise BadAccount("got no key of ours in the directory, expected one of those shown", field="key")
    acts.bind_key(visit.desk.staff, visit.person, visit.given["person"], name, known.get(name, ""))
    return _back(visit)


def _keys(visit: Visit) -> dict[str, str]:
    """List the key files in the node's folder of keys that the directory knows as ours, each with its holder."""
    folder, found = visit.desk.node.settings.home / KEYS, {}
    try:
        mine = {key.keyid: key.holder for key in visit.desk.node.office.me().keys}
        for path in sorted(folder.glob("*.pub")) if folder.is_dir() else ():
            holder = mine.get(read_public(path).keyid)
            if holder and Path(folder, path.stem).is_file():
                found[path.stem] = holder
    except ComityError:
        return found  # a directory that is out of date names no keys; the doctor says so
    return found


def _deputies(visit: Visit, person: str) -> list[Deputy]:
    with visit.desk.staff.store.read() as unit:
        mine = tables.select(unit, Deputy, person=person, ended_at=None)
        return mine + tables.select(unit, Deputy, deputy=person, ended_at=None)


def _coded(visit: Visit, person: str, code: str) -> Response:
    with visit.desk.staff.store.read() as unit:
        found = visit.desk.staff.person(unit, person)
    return visit.page("code.html", person=found, code=code, link=f"{visit.desk.site.origin}/join?code={code}")


def _back(visit: Visit) -> Response:
    return visit.go(f"/people/{visit.given['person']}")


ROUTES = (
    Route("GET", "/people", "people.read", listed, menu="People"),
    Route("POST", "/people", "people.change", invited, fresh=True),
    Route("GET", "/people/{person}", "people.read", shown),
    Route("POST", "/people/{person}/role", "people.change", granted, fresh=True),
    Route("POST", "/people/{person}/role/end", "people.change", withdrawn, fresh=True),
    Route("POST", "/people/{person}/deactivate", "people.change", deactivated, fresh=True),
    Route("POST", "/people/{person}/reactivate", "people.change", reactivated, fresh=True),
    Route("POST", "/people/{person}/code", "people.change", coded, fresh=True),
    Route("POST", "/people/{person}/recovery", "people.change", recovering, fresh=True),
    Route("POST", "/people/{person}/recovery/answer", "people.change", recovered, fresh=True),
    Route("POST", "/people/{person}/deputy", "people.change", deputed, fresh=True),
    Route("POST", "/people/{person}/deputy/end", "people.change", undeputed, fresh=True),
    Route("POST", "/people/{person}/key", "people.change", bound, fresh=True),
)

"""The duty matrix: which role may do which act; what stands in `data/duties.yaml` for nobody can be done by nobody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from .errors import BadAccount, DutiesApart

ANYONE, EVERYONE, CASE = "anyone", "everyone", "case"
ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Role:
    """A duty that a person has."""

    name: str
    label: str
    kind: str
    does: str


@dataclass(frozen=True)
class Act:
    """Something that can be done: by which *roles*, or by `anyone` or `everyone` who is signed in, and why."""

    name: str
    label: str
    who: str
    roles: frozenset[str]
    scope: str
    changes: bool
    apart_from: str
    reason: str
    source: str

    def allows(self, roles: Collection[str]) -> bool:
        """Tell whether a person who is signed in with these roles may do it, as far as no case is concerned."""
        return self.who in (ANYONE, EVERYONE) or not self.roles.isdisjoint(roles)


@dataclass(frozen=True)
class Apart:
    """Roles that nobody may have together with others, and why."""

    roles: frozenset[str]
    others: frozenset[str]
    reason: str
    source: str


@cache
def _loaded() -> dict[str, Any]:
    import yaml

    text = files("comity.accounts").joinpath("data", "duties.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return data


@cache
def roles() -> dict[str, Role]:
    """Give all roles by name."""
    return {name: Role(name, **row) for name, row in _loaded()["roles"].items()}


@cache
def acts() -> dict[str, Act]:
    """Give all acts by name."""
    return {name: _act(name, **row) for name, row in _loaded()["acts"].items()}


@cache
def apart() -> tuple[Apart, ...]:
    """Give what must be kept apart."""
    return tuple(
        Apart(frozenset(row["roles"]), frozenset(row["from"]), row["reason"], row["source"])
        for row in _loaded()["apart"]
    )


def known(role: str) -> Role:
    """Give a role.

    Raises:
        BadAccount: there is none of that name.
    """
    if role not in roles():
        raise BadAccount(f"got the role {role[:40]!r}, expected one of: {', '.join(roles())}", field="role")
    return roles()[role]


def require_apart(held: Collection[str]) -> None:
    """Find that one person may have these roles together.

    Raises:
        DutiesApart: two of them must be different people's.
    """
    for one in apart():
        if one.roles.intersection(held) and (others := one.others.intersection(held)):
            first, second = min(one.roles.intersection(held)), min(others)
            raise DutiesApart(
                f"got {first} and {second} for one person, expected them apart", field="role", advice=one.reason
            )


def _act(name: str, **row: Any) -> Act:
    given = row.pop("roles")
    listed = frozenset() if isinstance(given, str) else frozenset(given)
    who = given if isinstance(given, str) else "roles"
    return Act(
        name, row["label"], who, listed, row.get("scope", ""), row["changes"], row.get("apart_from", ""), row["reason"],
        row["source"],
    )  # fmt: skip

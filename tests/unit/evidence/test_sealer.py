"""Whose key may seal: `custody`, and `receipt` for what was signed before that role was there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from builders.directory import World, build_directory
from comity.directory.model import Party
from comity.evidence.sealer import FORMER_UNTIL, check_sealer, require_sealer
from comity.kernel.clock import FixedClock
from comity.packages.errors import BadSigners

BEFORE, AFTER = FORMER_UNTIL - timedelta(seconds=1), FORMER_UNTIL


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A directory with everybody's keys."""
    return build_directory(tmp_path, FixedClock(BEFORE))


def party(world: World, *roles: str) -> tuple[Party, str]:
    """The party whose first key has these roles, and that key's id."""
    found = world.party("VN.a05")
    first = replace(found.keys[0], roles=roles)
    return replace(found, keys=(first, *found.keys[1:])), first.keyid


@pytest.mark.parametrize("at", [BEFORE, AFTER])
@pytest.mark.parametrize("roles", [("custody",), ("receipt", "custody"), ("draft", "receipt", "custody")])
def test_a_custodian_seals_at_any_time(roles: tuple[str, ...], at: datetime, world: World) -> None:
    """A key with the role custody seals, also one that a small office gave several roles."""
    found, keyid = party(world, *roles)
    assert require_sealer(found, keyid, at=at).role == "custody"
    assert check_sealer(found, keyid, at=at, attested=False).role == "custody"


def test_a_receipt_key_counts_for_what_it_signed_before(world: World) -> None:
    """What a key with receipt signed before the first of December 2026 stays valid; from then on it is refused."""
    found, keyid = party(world, "receipt")
    assert check_sealer(found, keyid, at=BEFORE, attested=False).role == "receipt"
    with pytest.raises(BadSigners, match="custody"):
        check_sealer(found, keyid, at=AFTER, attested=False)


@pytest.mark.parametrize("roles", [("receipt",), ("draft", "release", "emergency"), ("node",), ("registry",)])
def test_no_other_role_seals_anew(roles: tuple[str, ...], world: World) -> None:
    """Nothing new is sealed by a key without the role, whatever the day is."""
    found, keyid = party(world, *roles)
    with pytest.raises(BadSigners, match="custody"):
        require_sealer(found, keyid, at=BEFORE)


@pytest.mark.parametrize("apart", ["node", "registry"])
def test_a_key_of_nobody_does_not_seal(apart: str, world: World) -> None:
    """A key that acts for no person in the room, the node's or a registry's, seals nothing even with the role."""
    found, keyid = party(world, apart, "custody")
    with pytest.raises(BadSigners, match="expected one apart"):
        require_sealer(found, keyid, at=AFTER)
    with pytest.raises(BadSigners, match="expected one apart"):
        check_sealer(found, keyid, at=AFTER, attested=True)

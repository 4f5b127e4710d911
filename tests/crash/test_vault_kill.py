"""Killed while secrets that lay open are sealed, a node goes on with the same key, and everybody comes in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders.staff import SECRET, Crew, at_work
from comity.accounts import tables
from comity.accounts.model import Person
from comity.accounts.vault import NAME
from comity.crypto.recipient import kept_identity

COMING = f"{NAME}.new"


def as_before(made: Crew, folder: Path) -> None:
    """Leave a node as an earlier program did: secrets lie open, and there is no key."""
    with made.staff.store.write() as unit:
        for one in tables.select(unit, Person):
            tables.change(unit, replace(one, totp=SECRET))
    (folder / NAME).unlink()


@pytest.mark.parametrize("moment", ["key made", "all sealed", "key in place"])
def test_sealing_goes_on_after_a_kill(tmp_path: Path, moment: str) -> None:
    """Whatever was on disk at the kill, the next start seals the rest under the same key and leaves one key file."""
    with at_work(tmp_path) as made:
        made.person("lan", "drafter")
        as_before(made, tmp_path)
        identity = kept_identity(tmp_path / COMING)
        if moment != "key made":
            made.staff.vault.prepare(made.staff.store)
            if moment == "all sealed":
                (tmp_path / NAME).rename(tmp_path / COMING)
            else:
                (tmp_path / COMING).hardlink_to(tmp_path / NAME)
        assert made.enter("lan").person.name == "lan"
        assert made.enter("admin").person.name == "admin"
        assert kept_identity(tmp_path / NAME) == identity
        if moment != "key in place":
            assert not (tmp_path / COMING).exists()
        with made.staff.store.read() as unit:
            assert made.staff.vault.faults(unit) == (2, [])

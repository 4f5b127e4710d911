"""A stolen database gives no one-time code: the secrets in it are sealed under a key that lies elsewhere, each to its person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders.staff import SECRET, Crew, at_work
from comity.accounts import tables
from comity.accounts.errors import NotSignedIn, NoVault
from comity.accounts.model import Person
from comity.accounts.vault import NAME, Vault
from comity.crypto.recipient import kept_identity


def kept(made: Crew, name: str) -> str:
    """What the database keeps of a person's secret."""
    with made.staff.store.read() as unit:
        found = tables.find(unit, Person, name=name)
    assert found is not None
    return found.totp


def planted(made: Crew, name: str, secret: str) -> None:
    """Write something into the database as a person's secret, as somebody could who can write there."""
    with made.staff.store.write() as unit:
        found = tables.find(unit, Person, name=name)
        assert found is not None
        tables.change(unit, replace(found, totp=secret))


def as_before(made: Crew, folder: Path, *names: str) -> None:
    """Leave a node as an earlier program did: secrets lie open, and there is no key."""
    for name in names:
        planted(made, name, SECRET)
    (folder / NAME).unlink()


def copied(folder: Path) -> bytes:
    """Everything that a thief of the database has."""
    found = b"".join(one.read_bytes() for one in sorted(folder.glob("node.db*")))
    assert b"drafter" in found
    return found


def test_a_stolen_database_gives_no_code(tmp_path: Path) -> None:
    """Neither the files of the database hold a secret, nor does another node's key open what is in them."""
    with at_work(tmp_path) as made:
        made.person("lan", "drafter")
        sealed = kept(made, "lan")
        assert made.enter("lan").person.name == "lan"
        kept_identity(tmp_path / "thief.key")
        assert Vault(tmp_path / "thief.key").open(made.people["lan"].id, sealed) == ""
    stolen = copied(tmp_path)
    assert sealed.encode() in stolen
    assert SECRET.encode() not in stolen
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_a_secret_swapped_for_another_persons_does_not_open(tmp_path: Path) -> None:
    """Somebody who can write into the database puts an own secret at another person's place, and does not come in by it."""
    with at_work(tmp_path) as made:
        made.person("minh", "releaser")
        made.person("lan", "drafter")
        planted(made, "minh", kept(made, "lan"))
        with pytest.raises(NotSignedIn):
            made.enter("minh")
        assert made.enter("lan").person.name == "lan"
        with made.staff.store.read() as unit:
            assert made.staff.vault.faults(unit) == (3, ["minh"])


@pytest.mark.parametrize("damage", ["open", "altered", "cut", "empty", "huge", "other"])
def test_a_secret_that_the_node_did_not_seal_is_none(tmp_path: Path, damage: str) -> None:
    """A secret laid open beside the key, an altered or cut one, and none at all let nobody in and break nothing."""
    with at_work(tmp_path) as made:
        made.person("lan", "drafter")
        good = kept(made, "lan")
        middle = len(good) // 2
        flipped = "A" if good[middle] != "A" else "B"
        planted(
            made,
            "lan",
            {
                "open": SECRET,
                "altered": good[:middle] + flipped + good[middle + 1 :],
                "cut": good[:-8],
                "empty": "age:",
                "huge": "age:" + "A" * 100_000,
                "other": "age:\u00e9",
            }[damage],
        )
        with pytest.raises(NotSignedIn):
            made.enter("lan")


def test_secrets_that_lay_open_are_sealed_and_leave_no_trace(tmp_path: Path) -> None:
    """At the first use after an earlier program all secrets are sealed, whoever comes in; nothing of them stays in the files."""
    with at_work(tmp_path) as made:
        made.person("lan", "drafter")
        as_before(made, tmp_path, "lan", "admin")
        assert made.enter("lan").person.name == "lan"
        assert kept(made, "admin").startswith("age:")
        assert made.enter("admin").person.name == "admin"
    assert SECRET.encode() not in copied(tmp_path)


def test_a_lost_key_is_said_and_nothing_is_sealed_under_another(tmp_path: Path) -> None:
    """Where the key is gone nobody comes in by code, and no new key takes its place; the old one put back, all is as before."""
    with at_work(tmp_path) as made:
        made.person("lan", "drafter")
        apart = (tmp_path / NAME).rename(tmp_path / "apart")
        for _ in (1, 2):
            with pytest.raises(NoVault, match="2 sealed secrets and no key"):
                made.enter("lan")
        assert not list(tmp_path.glob(f"*{NAME}*"))
        apart.rename(tmp_path / NAME)
        assert made.enter("lan").person.name == "lan"

"""A verifier with its own copy of the directory sees what the slice in a package does not show."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders.directory import build_directory
from builders.nodes import TODAY
from builders.packages import Maker
from comity.directory.mirror import Mirror
from comity.kernel.clock import FixedClock
from comity.packages.owndirectory import OwnDirectory
from comity.packages.result import Result
from comity.packages.verification import Given, verify


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    """A maker of packages in a world of today."""
    return Maker(build_directory(tmp_path, FixedClock(TODAY)), tmp_path)


def verified(maker: Maker, path: Path, own: Mirror | None = None, *, received: bool = False) -> Result:
    """Verify with an own directory; *received* when the verifier recorded its arrival."""
    mirror = OwnDirectory(own or maker.world.mirror, maker.now)
    attested = maker.now if received else None
    return verify(path, Given(root=maker.world.root, at=maker.now, own=mirror, attested=attested))


def test_key_revoked_after_sealing_is_seen(maker: Maker) -> None:
    """A key taken back as compromised after the seal refuses the package at the step for it."""
    path = maker.good()
    maker.world.revoke("VN.a05", "release", invalid_from=maker.now + timedelta(hours=1))
    result = verified(maker, path)
    assert result.failed and result.failed.name == "revocation"


def test_own_record_of_receipt_attests(maker: Maker) -> None:
    """Who recorded the package's arrival before the theft still accepts it."""
    path = maker.good()
    maker.world.revoke("VN.a05", "release", invalid_from=maker.now + timedelta(hours=1))
    assert verified(maker, path, received=True).valid


def test_key_left_later_keeps_earlier_packages(maker: Maker) -> None:
    """A key whose holder left later does not spoil what it signed before."""
    path = maker.good()
    maker.world.revoke("VN.a05", "release", reason="left", invalid_from=maker.now + timedelta(hours=1))
    assert verified(maker, path).valid


def test_fresh_own_directory_accepts_an_expired_slice(maker: Maker) -> None:
    """A package opened after a weekend verifies for whoever has a fresh directory, and for nobody else."""
    path = maker.good()
    maker.world.clock.advance(timedelta(days=5))
    maker.world.refresh()
    assert verified(maker, path).valid
    assert not verify(path, Given(root=maker.world.root, at=maker.now)).valid


def test_directory_shown_differently_to_others(maker: Maker, tmp_path: Path) -> None:
    """A slice of the same version as one's own directory, but with other content, is refused."""
    folder = tmp_path / "other"
    folder.mkdir()
    twin = build_directory(folder, FixedClock(maker.now))
    twin.revoke("VN.a05", "emergency", reason="left", invalid_from=maker.now + timedelta(days=1))
    maker.world.revoke("PH.cicc", "emergency", reason="left", invalid_from=maker.now + timedelta(days=1))
    result = verified(maker, Maker(twin, folder).good())
    assert result.failed and result.failed.name == "revocation"


def test_party_unknown_to_ones_own_directory(maker: Maker, tmp_path: Path) -> None:
    """A party that one's own, later directory has cut off is refused."""
    path = maker.good()
    maker.world.registry.undelegate("VN", signers=maker.world.targets_keys[:2])
    maker.world.refresh()
    result = verified(maker, path)
    assert result.failed and result.failed.name == "revocation"

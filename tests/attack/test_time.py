"""What a time token attests, and what a thief cannot make of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from builders.directory import build_directory
from builders.nodes import TODAY
from builders.packages import Maker
from builders.timestamp import TimeAuthority
from comity.kernel.clock import FixedClock, SystemClock
from comity.packages.result import Result
from comity.packages.sealing import STATEMENT, TIMESTAMP
from comity.packages.stamping import query
from comity.packages.verification import Given, verify


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    """A maker of packages in a world of today."""
    world = build_directory(tmp_path, FixedClock(TODAY))
    world.clock.moment = SystemClock().now()
    return Maker(world, tmp_path)


@pytest.fixture
def authority(tmp_path: Path) -> TimeAuthority:
    """A time authority."""
    folder = tmp_path / "authority"
    folder.mkdir()
    return TimeAuthority(folder)


def stamped(maker: Maker, token: Callable[[Path], bytes], package: Path | None = None) -> Path:
    """A package with a time token."""
    path = package or maker.good()
    return maker.pack({**maker.parts(path), TIMESTAMP: token(path)})


def verified(maker: Maker, path: Path, authority: TimeAuthority | None, days: int = 0) -> Result:
    """Verify some days later, trusting an authority."""
    roots = [authority.root] if authority else []
    return verify(path, Given(root=maker.world.root, at=maker.now + timedelta(days=days), authorities=roots))


def test_token_keeps_a_package_valid_for_years(maker: Maker, authority: TimeAuthority) -> None:
    """With a token, the package verifies long after its directory slice has expired."""
    path = stamped(maker, lambda p: authority.answer(query(p)))
    assert verified(maker, path, authority, days=1000).valid
    assert not verified(maker, path, None, days=1000).valid


def test_token_of_another_package(maker: Maker, authority: TimeAuthority) -> None:
    """A token over another statement is refused."""
    other = maker.good(maker.request(use_limits="For this case only."))
    result = verified(maker, stamped(maker, lambda _: authority.answer(query(other))), authority)
    assert result.failed and result.failed.name == "time"


def test_token_of_an_unknown_authority(maker: Maker, authority: TimeAuthority, tmp_path: Path) -> None:
    """A token under another root than the trusted one is refused."""
    folder = tmp_path / "thief"
    folder.mkdir()
    thief = TimeAuthority(folder)
    result = verified(maker, stamped(maker, lambda p: thief.answer(query(p))), authority)
    assert result.failed and result.failed.name == "time"


def test_seal_dated_back_beyond_its_token(maker: Maker, authority: TimeAuthority) -> None:
    """A seal dated four days before its token is refused."""
    old = maker.good(sealed_at=maker.now - timedelta(days=4))
    result = verified(maker, stamped(maker, lambda p: authority.answer(query(p)), old), authority)
    assert result.failed and result.failed.name == "time"


def test_token_that_is_no_token(maker: Maker, authority: TimeAuthority) -> None:
    """Garbage in place of a token is refused."""
    result = verified(maker, stamped(maker, lambda _: b"0\x03\x02\x01\x00"), authority)
    assert result.failed and result.failed.name == "time"


def test_statement_changed_under_its_token(maker: Maker, authority: TimeAuthority) -> None:
    """A token does not cover a statement signed again later."""
    path = stamped(maker, lambda p: authority.answer(query(p)))
    parts = maker.parts(path)
    later = maker.resigned(parts, say={"sealed_at": maker.now + timedelta(seconds=60)})
    assert later[STATEMENT] != parts[STATEMENT]
    result = verified(maker, maker.pack({**later, TIMESTAMP: parts[TIMESTAMP]}), authority)
    assert result.failed and result.failed.name == "time"

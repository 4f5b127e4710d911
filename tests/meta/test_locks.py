"""The locks pin what the project asks for, by hash, and name no place to fetch it from."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from meta.tree import ROOT

LOCKS = ["tools", "run", "dev"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins(text: str) -> dict[str, tuple[str, int]]:
    """Read a lock: version and number of hashes by package name."""
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", re.sub(r"(?m)^#.*\n", "", text))
    found = [
        (re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", block), block.count("--hash=sha256:")) for block in blocks
    ]
    return {canonicalize_name(name[1]): (name[2], hashes) for name, hashes in found if name}


def lock(name: str) -> dict[str, tuple[str, int]]:
    """Read one of the project's locks."""
    return pins((ROOT / "locks" / f"{name}.txt").read_text("utf-8"))


def asked(name: str) -> list[Requirement]:
    """List what pyproject.toml asks for directly in one lock."""
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    run = [*project["dependencies"], *project["optional-dependencies"]["postgres"], *groups["build"]]
    lists = {"tools": groups["tools"], "run": run, "dev": run + [r for r in groups["dev"] if isinstance(r, str)]}
    return [Requirement(one) for one in lists[name]]


def test_a_pin_without_a_hash_is_seen() -> None:
    """The reader counts the hashes of each pin, none included."""
    assert pins("a==1 \\\n    --hash=sha256:00\nb[x]==2 ; python_version < '4'\n") == {"a": ("1", 1), "b": ("2", 0)}


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    """Every package in a lock has at least one hash."""
    found = lock(name)
    assert found
    assert {package for package, (_, hashes) in found.items() if not hashes} == set()


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_place(name: str) -> None:
    """No lock holds an address or an index option."""
    text = (ROOT / "locks" / f"{name}.txt").read_text("utf-8")
    assert re.findall(r"\S*://\S*|--(?:extra-)?index-url|--find-links", text) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_satisfies_the_project(name: str) -> None:
    """Every direct dependency is pinned to a version that pyproject.toml allows."""
    found = {package: version for package, (version, _) in lock(name).items()}
    wanted = {canonicalize_name(one.name): one.specifier for one in asked(name)}
    assert wanted.keys() - found.keys() == set()
    assert [package for package, allowed in wanted.items() if not allowed.contains(found[package])] == []


def test_the_two_environments_agree() -> None:
    """What runs is what is checked: every run-time pin stands in the development lock with the same version."""
    run, dev = lock("run"), lock("dev")
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}

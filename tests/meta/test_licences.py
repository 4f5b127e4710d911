"""Nothing runs in a node under a licence that would bind those who run it."""

from __future__ import annotations

from importlib.metadata import metadata

from meta.test_locks import lock

# Used unchanged as libraries; docs/develop/dependencies.md says why each is here.
LESSER = {"psycopg", "psycopg-binary", "pycountry"}
IMAGES = {"libewf-python"}
# Called by tests alone, as an outside oracle, and never shipped.
TESTS_ONLY = {"ofxtools", "pymerkle"}
ELSEWHERE = {"colorama", "httpx2-jsfetch", "tzdata", "importlib-resources", "typing-extensions"}


def licence(name: str) -> str:
    """Give what a package's metadata says of its licence, in one text."""
    told = metadata(name)
    classifiers = [c for c in told.get_all("Classifier") or [] if c.startswith("License")]
    return " ".join([*(told.get_all("License-Expression") or []), *classifiers])[:300]


def copyleft(names: set[str]) -> set[str]:
    """Pick the packages under a GPL of any kind; markers leave some out on this machine."""
    return {name for name in names - ELSEWHERE if "GPL" in licence(name) or "General Public" in licence(name)}


def test_a_copyleft_licence_is_seen() -> None:
    """The reader sees the lesser licence of the PostgreSQL driver and none on click."""
    assert copyleft({"psycopg", "click"}) == {"psycopg"}


def test_a_node_runs_nothing_under_the_gpl() -> None:
    """Of what runs in a node, only the named libraries are under a lesser copyleft."""
    assert copyleft(set(lock("run"))) == LESSER


def test_only_named_oracles_of_the_tests_are_under_the_gpl() -> None:
    """Of what only the checks use, only the named oracles are under a GPL."""
    assert copyleft(set(lock("dev"))) - LESSER - IMAGES == TESTS_ONLY

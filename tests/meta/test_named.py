"""Names are nouns of the field, and the project speaks of the project alone."""

from __future__ import annotations

import re

import pytest

from meta.tree import ROOT, SOURCE, tracked

DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "tools", "base"}
# Each pattern is written so that it does not find itself.
FOREIGN = {
    "a path of one machine": r"(?<![\w.])/(?:work|root)/|/home/[a-z]+/|/tmp/tmp[.]",
    "a package registry": r"\b(?:py(?:pi|thonhosted)|npmjs|crates)\.(?:org|com|io)\b",
    "unfinished work": r"\b(?:TO[D]O|FIX[M]E|XX[X])\b",
}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".yaml",
    ".html",
    ".css",
    ".js",
    ".typ",
    ".pot",
    ".po",
    ".ini",
    ".mako",
    ".json",
    "",
}


def foreign(text: str) -> list[str]:
    """Name the kinds of foreign words in a text."""
    return [kind for kind, pattern in FOREIGN.items() if re.search(pattern, text)]


@pytest.mark.parametrize("text", ["see /w~ork/x", "cd /r~oot/y", "https://py~pi.org/simple", "# TO~DO: later"])
def test_a_foreign_word_is_found(text: str) -> None:
    """A machine's path, a registry's host and a note of unfinished work are each found."""
    assert len(foreign(text.replace("~", ""))) == 1


def test_no_file_speaks_of_anything_but_the_project() -> None:
    """No file of the project holds a machine's path, a registry's host or a note of unfinished work."""
    texts = {p: p.read_text("utf-8") for p in tracked() if p.suffix in TEXT}
    assert {str(p.relative_to(ROOT)): found for p, text in texts.items() if (found := foreign(text))} == {}


def test_no_module_is_a_drawer() -> None:
    """No module or folder of the source has a name that says nothing."""
    parts = {
        part.removesuffix(".py") for p in tracked() if p.is_relative_to(SOURCE) for part in p.relative_to(SOURCE).parts
    }
    assert parts & DRAWERS == set()


def test_a_module_is_one_word() -> None:
    """Every module of the source is named by one plain word; only the numbered migrations are not."""
    names = [
        p
        for p in tracked()
        if p.is_relative_to(SOURCE) and p.suffix == ".py" and p.stem != "__init__" and p.parent.name != "versions"
    ]
    assert [str(p.relative_to(SOURCE)) for p in names if not re.fullmatch(r"[a-z][a-z0-9]*", p.stem)] == []

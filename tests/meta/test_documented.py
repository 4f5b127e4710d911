"""What is public says what it promises, and each test says which behaviour it holds."""

from __future__ import annotations

import ast

import pytest

from meta.tree import ROOT, SOURCE, Function, everything, named


def silent(source: str) -> list[str]:
    """Name the public things in one module that have no docstring."""
    return [
        one.name for one in named(ast.parse(source), "m.py") if public(one.name) and not ast.get_docstring(one.node)
    ]


def public(name: str) -> bool:
    """Tell whether no part of a dotted name is private; methods such as `__len__` say by their name what they do."""
    return not any(part.startswith("_") for part in name.split("."))


def one_sentence(text: str | None) -> bool:
    """Tell whether a docstring is one paragraph that ends like a sentence."""
    return bool(text) and "\n\n" not in str(text) and str(text).rstrip().endswith((".", "?"))


@pytest.mark.parametrize(
    "source", ["x = 1", '"""M."""\ndef f(): ...', '"""M."""\nclass C:\n    """C."""\n    def m(self): ...']
)
def test_a_missing_docstring_is_found(source: str) -> None:
    """A module, a function and a method without a docstring are each found."""
    assert len(silent(source)) == 1


@pytest.mark.parametrize("text", [None, "", "no end", "One.\n\nTwo."])
def test_what_is_no_sentence_is_found(text: str | None) -> None:
    """A docstring that is missing, has no end or has two paragraphs is no sentence."""
    assert not one_sentence(text)


def test_everything_public_is_documented() -> None:
    """Every module, public class, function and method in the source has a docstring."""
    places = [one for one in everything(SOURCE) if public(one.name) and not ast.get_docstring(one.node)]
    assert [f"{one.place} {one.name}" for one in places] == []


def test_every_test_states_a_behaviour() -> None:
    """Every test function has a docstring of one sentence."""
    tests = [one for one in everything(ROOT / "tests") if one.name.split(".")[-1].startswith("test_")]
    silent_tests = [
        f"{t.place} {t.name}"
        for t in tests
        if isinstance(t.node, Function) and not one_sentence(ast.get_docstring(t.node))
    ]
    assert silent_tests == []

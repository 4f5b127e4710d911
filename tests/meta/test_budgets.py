"""No module, function or class grows past the hard maxima."""

from __future__ import annotations

import pytest

from meta.budgets import excesses, figures
from meta.tree import ROOT, SOURCE, python

LONG = "def f():\n" + "    x = 1\n" * 60
WIDE = "class C:\n" + "".join(f"    def m{i}(self): ...\n" for i in range(16))


@pytest.mark.parametrize("source", [LONG, WIDE, "x = 1\n" * 601], ids=["function", "class", "module"])
def test_what_is_too_large_is_named(source: str) -> None:
    """A function of 61 lines, a class of 16 methods and a module of 601 lines are each found."""
    assert len(excesses("m.py", source)) == 1


def test_every_module_keeps_within_the_maxima() -> None:
    """No file of the project is over a hard maximum."""
    assert [e for path in python(ROOT) for e in excesses(path.name, path.read_text("utf-8"))] == []


def test_every_figure_can_be_measured() -> None:
    """The table of figures has a value in each row; `make budgets` prints it for the whole tree."""
    assert all(figure.value for figure in figures(SOURCE / "kernel", ROOT / "tests" / "meta"))

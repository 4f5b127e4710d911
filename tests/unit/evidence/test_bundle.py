"""A court bundle keeps to the limits under which an item came, and says them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from builders.handover import PH, Between
from builders.nodes import Nodes
from comity.evidence.bundle import Bundle, Order, make_bundle
from comity.evidence.errors import LimitsForbid
from comity.evidence.witness import Given


@pytest.fixture
def between(nodes: Nodes, tmp_path: Path) -> Between:
    """Two parties and an item."""
    return Between(nodes, tmp_path)


def bundled(between: Between, item: str, folder: Path) -> Bundle:
    """Make a bundle at the party that got the item."""
    keeper = between.desk(PH).keeper
    return make_bundle(keeper, Order([item], folder, Given(keeper.clock.now(), between.nodes.world.root)))


def got(between: Between, tmp_path: Path, **limits: Any) -> str:
    """Hand a copy over within limits; gives its name at the other party."""
    between.limited(**limits)
    [file] = (tmp_path / "out").iterdir() if (tmp_path / "out").is_dir() else [tmp_path / "out"]
    return between.receive(file).item


def test_the_limits_are_said(between: Between, tmp_path: Path) -> None:
    """What limits the use of an item stands on the guide and on the certificate; nothing is wrong with the rest."""
    made = bundled(between, got(between, tmp_path, case="C-7", no_onward=True), tmp_path / "court")
    assert made.sound
    for name in ("guide", "certificate"):
        pdf = BytesIO((tmp_path / f"court/{name}.pdf").read_bytes())
        said = " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())
        assert "for case C-7 only; not to be handed on" in said


@pytest.mark.parametrize("limit", ["not_as_evidence", "intelligence_only"])
def test_what_is_no_evidence_goes_to_no_court(between: Between, tmp_path: Path, limit: str) -> None:
    """An item that may not be used as evidence is not put into a bundle, and nothing is left of the try."""
    item = got(between, tmp_path, **{limit: True})
    with pytest.raises(LimitsForbid):
        bundled(between, item, tmp_path / "court")
    assert not (tmp_path / "court").exists()
    assert not list(tmp_path.glob(".comity-*"))

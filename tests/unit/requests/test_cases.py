"""A case file is read strictly, with every identifier in its normal form, and imported once."""

from __future__ import annotations

from typing import Any

import pytest

from builders.nodes import Nodes
from builders.world import CASE
from comity.kernel.errors import BadInput
from comity.requests.cases import import_case, list_cases, read_case, show_case, targets_of
from comity.requests.errors import BadSheet, NoCase


def test_the_same_file_twice_has_one_effect(nodes: Nodes) -> None:
    """A case imported again is known; a newer file takes its place; each effect is in the log once."""
    path = nodes.sheet(CASE)
    assert [import_case(nodes.office(), path)[1] for _ in range(2)] == [True, False]
    assert nodes.events().count("case.imported") == 1
    newer = nodes.sheet(CASE | {"title": "Another title"})
    assert import_case(nodes.office(), newer)[1]
    assert show_case(nodes.office(), CASE["reference"]).document["title"] == "Another title"
    assert len(list_cases(nodes.office())) == 1


def test_targets_are_in_normal_form() -> None:
    """Identifiers become targets with normal value, original text, and what dates them."""
    row = CASE["identifiers"][0] | {"value": "Mule@EXAMPLE.org"}
    (target,) = targets_of(CASE | {"identifiers": [row]})
    assert (target["value"], target["original"]) == ("Mule@example.org", "Mule@EXAMPLE.org")
    assert (target["since"], target["until"]) == (row["since"], row["until"])
    assert target["relation"] == CASE["identifiers"][0]["relation"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown field": ({"urgent": True}, "urgent"), "no offences": ({"offences": []}, "offences"), "another format": ({"format": "x"}, "format"),
    "reference with blanks": ({"reference": "a b"}, "reference"), "reference that leads up": ({"reference": "../a"}, "reference"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "field"), BAD.values(), ids=BAD.keys())
def test_a_malformed_case_is_not_imported(change: dict[str, Any], field: str, nodes: Nodes) -> None:
    """A case file with a fault is refused by file and field, and nothing is kept."""
    path = nodes.sheet(CASE | change)
    with pytest.raises(BadInput) as caught:
        import_case(nodes.office(), path)
    assert (caught.value.file, caught.value.field) == (str(path), field)
    assert list_cases(nodes.office()) == []


def test_each_bad_identifier_is_named(nodes: Nodes) -> None:
    """An identifier that is none is named with its place and a remedy; the others are told too."""
    rows = [{"kind": kind, "value": "nonsense!", "relation": "r"} for kind in ("email", "iban", "wallet")]
    path = nodes.sheet(CASE | {"identifiers": rows})
    with pytest.raises(BadSheet) as caught:
        read_case(path)
    assert caught.value.field.startswith("identifiers[0]")
    assert "identifiers[1]" in caught.value.advice
    assert "identifiers[2]" in caught.value.advice


def test_an_unknown_case(nodes: Nodes) -> None:
    """A case that is not there is named, with the way to list them."""
    with pytest.raises(NoCase) as caught:
        show_case(nodes.office(), "none")
    assert "comity case list" in caught.value.advice

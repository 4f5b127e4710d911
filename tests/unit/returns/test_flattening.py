"""Elements as cells: one by one and many at once, the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from comity.returns.flattening import Flattening, alike, meant

LEAVES = st.none() | st.booleans() | st.sampled_from(["", "a", "é", "\ufffd", "L\u00c3\u00aa", "1.50"])
VALUES = st.recursive(
    LEAVES,
    lambda v: st.lists(v, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "a/b", "é"]), v, max_size=3),
    max_leaves=6,
)


def test_a_cell_is_named_by_its_place() -> None:
    """Objects give names with slashes, lists one cell, and a place in a list where it is asked for."""
    flat = Flattening(["tags/1", "rows/0/id"])
    value = {"a": {"b": "x", "c": None}, "ok": True, "tags": ["t", "u"], "rows": [{"id": "7"}]}
    assert flat.row(value) == {
        "a/b": "x",
        "ok": "true",
        "tags": '["t", "u"]',
        "rows": '[{"id": "7"}]',
        "tags/1": "u",
        "rows/0/id": "7",
    }


@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=2), min_size=1, max_size=4), st.booleans()
)
def test_many_at_once_are_as_one_by_one(values: list[Any], mending: bool) -> None:
    """Where elements are taken as columns, each cell is what it is one by one, and nothing would be flagged."""
    mend = meant if mending else None
    found = alike(values, mend)
    if found is None:
        return
    flat = Flattening((), mend)
    for number, value in enumerate(values):
        cells = {name: column[number] for name, column in found.items() if column[number] is not None}
        assert cells == flat.row(value)
        assert flat.flags == []

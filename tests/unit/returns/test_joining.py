"""Joining columns row by row."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from comity.returns.joining import join_filled

TEXT = st.none() | st.text("ab ", max_size=3)


@given(rows=st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=8))
def test_every_row_keeps_its_place(rows: list[tuple[str | None, ...]]) -> None:
    """Each row gives what is filled in it, joined, and null where nothing is: no row is lost or moved."""
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(3)]
    wanted = ["-".join(t for t in row if t is not None) if any(t is not None for t in row) else None for row in rows]
    assert join_filled(columns, "-").to_pylist() == wanted

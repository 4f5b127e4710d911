"""Joining columns of text row by row: what is there, and nothing where nothing is.

The engine's own way to leave out nulls (`null_handling="skip"`) loses the rows in which every text is null (seen in
pyarrow 26), so that all rows after it move up; it is not used here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def join_filled(columns: Sequence[pa.Array], between: str = " ") -> pa.Array:
    """Join the texts of each row that are not null; null where all are."""
    import pyarrow.compute as pc

    def both(one: pa.Array, two: pa.Array) -> pa.Array:
        joined = pc.binary_join_element_wise(one, two, between)
        return pc.coalesce(joined, one, two)

    return reduce(both, columns)

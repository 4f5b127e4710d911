"""Columns of texts at once: what is done to each different text, and flags as masks over rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from .joining import join_filled

if TYPE_CHECKING:
    import pyarrow as pa

Masks = dict[str, "pa.BooleanArray"]
Found = TypeVar("Found")


def matching(texts: pa.Array, pattern: str) -> pa.BooleanArray:
    """Tell which texts match a pattern of RE2; what is not there does not."""
    import pyarrow.compute as pc

    return pc.fill_null(pc.match_substring_regex(texts, pattern), False)


def some(mask: pa.BooleanArray) -> bool:
    """Tell whether a mask holds anywhere."""
    import pyarrow.compute as pc

    return bool(pc.any(mask).as_py())


def only(texts: pa.Array, mask: pa.BooleanArray) -> pa.Array:
    """Give the texts where the mask holds, and nothing elsewhere."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not some(pc.invert(mask)):
        return texts
    return pc.if_else(mask, texts, pa.scalar(None, texts.type))


def each(texts: pa.Array, read: Callable[[str], Found]) -> tuple[list[Found], pa.Array]:
    """Read every different text once; gives what was found, and for each row which of it."""
    import pyarrow.compute as pc

    coded = pc.dictionary_encode(texts)
    return [read(text) for text in coded.dictionary.to_pylist()], coded.indices


def flag_masks(found: list[tuple[str, ...]], indices: pa.Array) -> Masks:
    """Spread the flags of different texts over the rows that have them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    codes = dict.fromkeys(code for flags in found for code in flags)
    marks = {code: pa.array([code in flags for flags in found], pa.bool_()) for code in codes}
    return {code: pc.fill_null(mark.take(indices), False) for code, mark in marks.items()}


def merged(every: Iterable[Masks]) -> Masks:
    """Put flags together: a row has a flag once, however many of its values have it."""
    import pyarrow.compute as pc

    total: Masks = {}
    for masks in every:
        for code, mask in masks.items():
            total[code] = pc.or_(total[code], mask) if code in total else mask
    return total


def written(masks: Masks, rows: int) -> pa.Array:
    """Write flags as texts: codes in the order of the alphabet, separated by blanks; nothing where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = [
        pc.if_else(mask, pa.scalar(code), pa.scalar(None, pa.string()))
        for code, mask in sorted(masks.items())
        if some(mask)
    ]
    if not texts:
        return pa.nulls(rows, pa.string())
    return join_filled(texts)

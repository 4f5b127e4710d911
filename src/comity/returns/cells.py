"""Rows of a table as columns of texts, each row with its number and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Cells:
    """A batch of rows: *columns* in the order of the header, *rows* their numbers, *source* such as `raw` or `place`.

    *source* holds some of `byte_start`, `byte_end`, `raw`, `place`, `undecodable` (flags); all arrays are equally long.
    """

    columns: list[pa.Array]
    rows: pa.Array
    source: dict[str, pa.Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first(self) -> int:
        """The number of the first row."""
        return int(self.rows[0].as_py())

    def split(self, mask: pa.BooleanArray) -> tuple[Cells, Cells]:
        """Part the rows where the mask holds from the others."""
        import pyarrow.compute as pc

        return self._only(mask), self._only(pc.invert(mask))

    def _only(self, mask: pa.BooleanArray) -> Cells:
        kept = {name: array.filter(mask) for name, array in self.source.items()}
        return replace(self, columns=[c.filter(mask) for c in self.columns], rows=self.rows.filter(mask), source=kept)

    def filtered(self, indices: list[int]) -> Cells:
        """Give the rows at some places."""
        import pyarrow as pa

        at = pa.array(indices, pa.int64())
        source = {name: array.take(at) for name, array in self.source.items()}
        return replace(self, columns=[c.take(at) for c in self.columns], rows=self.rows.take(at), source=source)

    def span(self, index: int) -> tuple[int, int] | None:
        """Give the bytes of one row, where they are known."""
        if "byte_start" not in self.source:
            return None
        return int(self.source["byte_start"][index].as_py()), int(self.source["byte_end"][index].as_py())

    def texts(self, index: int) -> list[str]:
        """Give the cells of one row."""
        return [column[index].as_py() or "" for column in self.columns]

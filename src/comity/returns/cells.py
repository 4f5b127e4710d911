"""Rows of a table as columns of texts, each row with its number and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .masks import Masks

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Cells:
    """A batch of rows: *columns* in the order of the header, *rows* their numbers, *source* such as `raw` or `place`.

    *source* holds some of `byte_start`, `byte_end`, `raw`, `place`; *flags* tells by their codes what is odd about which
    rows. All arrays are equally long.
    """

    columns: list[pa.Array]
    rows: pa.Array
    source: dict[str, pa.Array] = field(default_factory=dict)
    flags: Masks = field(default_factory=dict)

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
        return self._each(lambda array: array.filter(mask))

    def _each(self, act: Callable[[pa.Array], pa.Array]) -> Cells:
        source, flags = ({name: act(array) for name, array in some.items()} for some in (self.source, self.flags))
        return Cells([act(column) for column in self.columns], act(self.rows), source, flags)

    def filtered(self, indices: list[int]) -> Cells:
        """Give the rows at some places."""
        import pyarrow as pa

        at = pa.array(indices, pa.int64())
        return self._each(lambda array: array.take(at))

    def span(self, index: int) -> tuple[int, int] | None:
        """Give the bytes of one row, where they are known."""
        if "byte_start" not in self.source:
            return None
        return int(self.source["byte_start"][index].as_py()), int(self.source["byte_end"][index].as_py())

    def texts(self, index: int) -> list[str]:
        """Give the cells of one row."""
        return [column[index].as_py() or "" for column in self.columns]

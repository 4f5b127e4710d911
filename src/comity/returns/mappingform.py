"""What the fields of a sheet may hold, read one by one; what is otherwise is refused with file, field and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from .errors import BadMapping


@dataclass(frozen=True)
class Form:
    """A mapping file being read."""

    data: dict[str, Any]
    file: str

    def key(self, key: Any, at: str, keys: Sequence[str]) -> str:
        """Give a key that is one of the columns."""
        if key not in keys:
            self.bad(at, repr(key)[:60], f"a key of columns: {', '.join(keys)}", "Add the column, or mend the name.")
        return str(key)

    def table(self, rows: Any, at: str) -> tuple[tuple[str, str], ...]:
        """Read a table from text to text."""
        rows = self.mapping(rows, at)
        return tuple((name, self.text(value, f"{at}.{name}", empty=True)) for name, value in rows.items())

    def pattern(self, text: Any, at: str) -> str:
        """Read a pattern of RE2, in which there is no way to be slow; the part in brackets is what counts."""
        import pyarrow as pa
        import pyarrow.compute as pc

        pattern = self.text(text, at, empty=True)
        try:
            pc.match_substring_regex(pa.array([""]), pattern)
        except pa.ArrowInvalid as e:
            advice = "See the syntax of RE2; it has no look-ahead and no back references."
            raise BadMapping(
                f"got the pattern {pattern[:60]!r}, expected one of RE2", file=self.file, field=at, advice=advice
            ) from e
        return pattern

    def mapping(self, value: Any, at: str, *, empty: bool = False) -> dict[str, Any]:
        """Give a value that is a mapping."""
        if not isinstance(value, dict) or not (value or empty):
            self.bad(at, type(value).__name__ if value is not None else "nothing", "lines such as `name: ...`")
        return value

    def texts(self, value: Any, at: str, *, empty: bool = False) -> tuple[str, ...]:
        """Give one text or a list of them."""
        rows = value if isinstance(value, list) else [value]
        if not rows and not empty:
            self.bad(at, "nothing", "a text or a list of texts")
        return tuple(self.text(row, at, empty=empty or len(rows) > 1) for row in rows)

    def text(self, value: Any, at: str, *, empty: bool = False) -> str:
        """Give a value as text; numbers and flags are taken as they are written."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        if not isinstance(value, str) or not (value or empty):
            self.bad(at, type(value).__name__ if value not in (None, "") else "nothing", "a text")
        return str(value)

    def only(self, row: dict[str, Any], known: set[str], at: str) -> None:
        """Refuse fields that are not known here."""
        for name in row:
            if name not in known:
                self.bad(f"{at}.{name}".strip("."), "a field that is not known", f"one of: {', '.join(sorted(known))}")

    def bad(self, field: str, got: str, expected: str, advice: str = "") -> NoReturn:
        """Refuse the file.

        Raises:
            BadMapping: always.
        """
        advice = advice or "See docs/user/mappings.md for what each field may hold."
        raise BadMapping(f"got {got}, expected {expected}", file=self.file, field=field, advice=advice)

"""Values of JSON as rows of a table: the name of a cell is its pointer in the element, without the slash in front.

`{"session": {"ip": "192.0.2.1"}, "tags": ["a"]}` has the cells `session/ip` and `tags`; a list is one cell with its JSON,
and a cell in a list has a number: `tags/0`, where a mapping asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

DEEPEST = 8
MOST = 400  # names of cells in one table

Mend = Callable[[str], str | None]


class Flattening:
    """Makes rows of elements, and notes which of them held text that is no text or was mended.

    *asked* are pointers into lists that mappings ask for. *mend* gives a text as it was meant, or nothing where it is well.
    """

    def __init__(self, asked: Collection[str] = (), mend: Mend | None = None) -> None:
        """Begin with no flags."""
        self._asked = [(name, name.split("/")) for name in asked]
        self._mend = mend
        self.flags: list[str] = []

    def row(self, value: Any) -> dict[str, str]:
        """Give the cells of one element that are not null; *flags* then says what was odd about it."""
        self.flags = []
        cells: dict[str, str] = {}
        if isinstance(value, dict):
            self._cells(value, "", 1, cells)
        else:
            self._set(cells, "value", value)
        for name, path in self._asked:
            if name not in cells and (found := _at(value, path)) is not None:
                self._set(cells, name, found)
        return cells

    def _cells(self, value: dict[str, Any], above: str, depth: int, cells: dict[str, str]) -> None:
        for key, inner in value.items():
            name = f"{above}{key}"
            if type(inner) is str and inner.isascii():
                cells[name] = inner
            elif isinstance(inner, dict) and depth < DEEPEST:
                self._cells(inner, f"{name}/", depth + 1, cells)
            else:
                self._set(cells, name, inner)

    def _set(self, cells: dict[str, str], name: str, value: Any) -> None:
        if isinstance(value, bool):
            cells[name] = "true" if value else "false"
        elif isinstance(value, str):
            cells[name] = self.text(value)
        elif value is not None:
            cells[name] = json.dumps(self._mended(value), ensure_ascii=False)

    def _mended(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._mended(inner) for inner in value]
        return (
            {self.text(key): self._mended(inner) for key, inner in value.items()} if isinstance(value, dict) else value
        )

    def text(self, text: str) -> str:
        """Give a text: mended where it was encoded twice, flagged where a sign in it could not be read."""
        if text.isascii():
            return text
        if self._mend and (found := self._mend(text)) is not None:
            self._note("double_encoded")
            return found
        if "\ufffd" in text:
            self._note("text_undecodable")
        return text

    def _note(self, flag: str) -> None:
        if flag not in self.flags:
            self.flags.append(flag)


def alike(values: list[Any], mend: Mend | None = None, above: str = "", depth: int = 1) -> dict[str, list[Any]] | None:
    """Give the cells of elements that all have the same names and simple values, as columns; nothing where they differ.

    It gives what `Flattening` would, many elements at once; what would be flagged or mended is left to that.
    """
    names = list(values[0]) if isinstance(values[0], dict) else None
    if names is None or set(map(type, values)) != {dict} or set(map(len, values)) != {len(names)} or depth > DEEPEST:
        return None
    found: dict[str, list[Any]] = {}
    for name in names:
        try:
            column = [value[name] for value in values]
        except KeyError:
            return None
        cells = _column(column, f"{above}{name}", mend, depth)
        if cells is None or cells.keys() & found.keys():
            return None
        found |= cells
    return found


def _column(column: list[Any], name: str, mend: Mend | None, depth: int) -> dict[str, list[Any]] | None:
    kinds = set(map(type, column)) - {type(None)}
    if not kinds:
        return {}
    if kinds == {str}:
        odd = [text for text in column if text is not None and not text.isascii()]
        return None if odd and (mend or any("\ufffd" in text for text in odd)) else {name: column}
    if kinds == {bool}:
        return {name: [None if flag is None else "true" if flag else "false" for flag in column]}
    return alike(column, mend, f"{name}/", depth + 1) if kinds == {dict} and None not in column else None


def _at(value: Any, path: list[str]) -> Any:
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name[:6]) < len(value):
            value = value[int(name[:6])]
        else:
            return None
    return value


def meant(text: str) -> str | None:
    """Give the text that was encoded twice: every sign is a byte, and the bytes are UTF-8 without loss; else nothing."""
    try:
        found = text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None
    return found if found != text else None

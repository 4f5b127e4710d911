"""The printed document as a list of blocks, made by walking the fields of a request's shape in their order.

The blocks are all that the document says: whoever compares a print with the data compares squeezed text, in which
no line break, column or page can hide a difference (package-format.md section 3).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from comity.kernel.shape import Field, Shape

# White space, and what Unicode calls Default_Ignorable_Code_Point (DerivedCoreProperties.txt): signs without a look.
_UNSEEN = re.compile(
    "[\\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)


@dataclass(frozen=True)
class Block:
    """One piece of the document: a title or heading is a label alone, a field has a label and a value."""

    kind: Literal["title", "heading", "field"]
    label: str
    value: str = ""


def blocks(request: Mapping[str, Any], shape: Shape) -> list[Block]:
    """Lay out *request*, which fits *shape*, in the request's language, or in English where that has no words."""
    walk = _Walk(shape, request["language"])
    title = Block("title", walk.words(shape.source["title"][request["measure"]]))
    return [title, *walk.fields(request, shape.fields)]


def squeezed(said: Iterable[Block] | str) -> str:
    """Give text, or the text of blocks, without white space and invisible signs, in Unicode NFC."""
    text = said if isinstance(said, str) else "".join(block.label + block.value for block in said)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def footer(reference: str, digest: str, n: int, m: int) -> str:
    """Give the footer of page *n* of *m*; *digest* is the SHA-256 of `request.json`."""
    return f"{reference} · {digest[:16]} · {n} / {m}"


@dataclass(frozen=True)
class _Walk:
    """Walks data along a shape, in one language."""

    shape: Shape
    language: str

    def words(self, label: Mapping[str, str]) -> str:
        """Choose the language's words."""
        return label.get(self.language) or label["en"]

    def fields(self, data: Mapping[str, Any], fields: tuple[Field, ...]) -> Iterator[Block]:
        """Lay out the fields that are there and shown."""
        for field in fields:
            if field.shown and field.name in data:
                yield from self._field(data[field.name], field)

    def _field(self, value: Any, field: Field) -> Iterator[Block]:
        label = self.words(field.label)
        if field.type == "object":
            yield Block("heading", label)
            yield from self.fields(value, field.fields)
        elif field.type == "objects":
            for n, item in enumerate(value, 1):
                yield Block("heading", f"{label} {n}")
                yield from self.fields(item, field.fields)
        elif field.type == "texts":
            yield from (Block("field", label, item) for item in value)
        else:
            yield Block("field", label, self._value(value, field))

    def _value(self, value: Any, field: Field) -> str:
        match field.type:
            case "code":
                return self.words(self.shape.codes[field.codes][value])
            case "flag":
                return "yes" if value else "no"
            case "time":
                return f"{value[:10]} {value[11:19]} UTC"
            case _:
                return str(value)

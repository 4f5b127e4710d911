"""The printed document as a list of blocks, made by walking the fields of a shape in their order.

The blocks are all that the document says: whoever compares a print with the data compares squeezed text, in which
no line break, column or page can hide a difference (package-format.md section 3). A document in two languages has in
each block the words of both; what is the same in both, such as an identifier or a time, stands there once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from comity.kernel.shape import Field, Shape

# White space, and what Unicode calls Default_Ignorable_Code_Point (DerivedCoreProperties.txt): signs without a look.
_UNSEEN = re.compile(
    "[\\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)


@dataclass(frozen=True)
class Block:
    """One piece of the document: a title or heading is a label alone, a note or field has a label and a value.

    *second_label* and *second* say the same in the second language, where there is one; *literal* marks a value that
    is no words of a language. A field without a label goes on with the one before.
    """

    kind: Literal["title", "note", "heading", "field"]
    label: str
    value: str = ""
    second_label: str = ""
    second: str = ""
    literal: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Tongues:
    """The languages of a document: its own, perhaps a second, and the translated texts by the paths of their fields."""

    first: str
    second: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Tongues:
        """Give the languages of a request."""
        translation = request.get("translation")
        if not translation:
            return cls(request["language"])
        texts = {one["field"]: one["text"] for one in translation["texts"]}
        return cls(request["language"], translation["language"], texts)


def blocks(request: Mapping[str, Any], shape: Shape) -> list[Block]:
    """Lay out *request*, which fits *shape*, in its languages, or in English where the shape has no words in one."""
    return lay_out(request, shape, shape.source["title"][request["measure"]], Tongues.of(request))


def lay_out(data: Mapping[str, Any], shape: Shape, title: Mapping[str, str], tongues: Tongues) -> list[Block]:
    """Lay out *data*, which fits *shape*, under a title; what says which version counts comes first."""
    walk = _Walk(shape, tongues)
    body = list(walk.fields(data, shape.fields))
    return [walk.headed("title", title), *walk.note(data), *body]


def squeezed(said: Iterable[Block] | str) -> str:
    """Give text, or the text of blocks, without white space and invisible signs, in Unicode NFC."""
    text = said if isinstance(said, str) else "".join(b.label + b.value + b.second_label + b.second for b in said)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def footer(reference: str, digest: str, n: int, m: int) -> str:
    """Give the footer of page *n* of *m*; *digest* is the SHA-256 of `request.json`."""
    return f"{reference} · {digest[:16]} · {n} / {m}"


@dataclass(frozen=True)
class _Walk:
    """Walks data along a shape, in one language or two."""

    shape: Shape
    tongues: Tongues

    def words(self, label: Mapping[str, str]) -> tuple[str, str]:
        """Choose the words of both languages; the second are empty if there is one language."""
        first, second = self.tongues.first, self.tongues.second
        return label.get(first) or label["en"], (label.get(second) or label["en"]) if second else ""

    def headed(self, kind: Literal["title", "heading"], label: Mapping[str, str], number: str = "") -> Block:
        """Make a title or heading."""
        first, second = self.words(label)
        return Block(kind, first + number, second_label=second and second + number)

    def note(self, data: Mapping[str, Any]) -> Iterator[Block]:
        """Say which of two versions counts."""
        if "translation" not in data:
            return
        translated = data["translation"]
        fields = next(one for one in self.shape.fields if one.name == "translation").fields
        label = self.words(next(one.label for one in fields if one.name == "authoritative"))
        counts = translated["authoritative"]
        tongue = data["language"] if counts == "original" else translated["language"]
        languages, versions = self.shape.codes["languages"], self.shape.codes["versions"]
        tongues = self.words(languages[tongue]) if tongue in languages else (tongue, tongue)
        version = self.words(versions[counts])
        said = [f"{name} ({kind})" for name, kind in zip(tongues, version, strict=True)]
        yield Block("note", label[0], said[0], label[1], said[1])

    def fields(self, data: Mapping[str, Any], fields: tuple[Field, ...], at: str = "") -> Iterator[Block]:
        """Lay out the fields that are there and shown."""
        for one in fields:
            if one.shown and one.name in data:
                yield from self._field(data[one.name], one, f"{at}{one.name}")

    def _field(self, value: Any, one: Field, at: str) -> Iterator[Block]:
        if one.type == "object":
            yield self.headed("heading", one.label)
            yield from self.fields(value, one.fields, f"{at}.")
        elif one.type == "objects":
            for n, item in enumerate(value):
                yield self.headed("heading", one.label, f" {n + 1}")
                yield from self.fields(item, one.fields, f"{at}[{n}].")
        else:
            label = self.words(one.label)
            for n, item in enumerate(value) if one.type == "texts" else [(-1, value)]:
                yield from self._value(item, one, at if n < 0 else f"{at}[{n}]", label)

    def _value(self, value: Any, one: Field, at: str, label: tuple[str, str]) -> Iterator[Block]:
        if words := self._meaning(value, one):
            first, second = self.words(words)
            yield Block("field", label[0], first, label[1], second)
        elif not one.wording:
            shown = f"{value[:10]} {value[11:19]} UTC" if one.type == "time" else str(value)
            yield Block("field", label[0], shown, label[1], literal=True)
        elif at in self.tongues.texts:
            yield from _beside(Block("field", label[0], value, label[1], self.tongues.texts[at]))
        else:
            alone = self.tongues.second and one.wording == "prose"
            mark = self.words(self.shape.source["words"]["untranslated"])[1] if alone else ""
            yield Block("field", label[0], value, label[1], mark)

    def _meaning(self, value: Any, one: Field) -> Mapping[str, str] | None:
        """Give the words for a value that is a code or a flag."""
        if one.type == "flag":
            words: Mapping[str, str] = self.shape.source["words"]["affirmed" if value else "denied"]
            return words
        return self.shape.codes[one.codes].get(value) if one.codes else None


def _beside(block: Block) -> Iterator[Block]:
    """Set a text and its translation beside each other line by line, if they have the same lines."""
    lines = [block.value.split("\n"), block.second.split("\n")]
    filled = [[squeezed(line) != "" for line in side] for side in lines]
    if filled[0] != filled[1]:
        yield block
        return
    for first, second in zip(*lines, strict=True):
        if squeezed(first):
            yield replace(block, value=first, second=second)
            block = replace(block, label="", second_label="")

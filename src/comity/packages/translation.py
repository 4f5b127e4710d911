"""The rule about a request's translation that its shape cannot say: it translates what is there, once, and words only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from comity.kernel.errors import BadInput
from comity.kernel.shape import Fault, Field, Shape


def translation_faults(request: Mapping[str, Any], shape: Shape) -> list[Fault]:
    """List what is wrong with the translation in *request*, which fits *shape*; without one, nothing is."""
    translation = request.get("translation")
    if not translation:
        return []
    faults = []
    if translation["language"] == request["language"]:
        faults.append(Fault("translation.language", "got the request's own language, expected another"))
    left = set(translatable(request, shape))
    for n, one in enumerate(translation["texts"]):
        if one["field"] not in left:
            message = f"got {one['field']!r}, expected a text of this request that has words to translate, each once"
            faults.append(Fault(f"translation.texts[{n}].field", message))
        left.discard(one["field"])
    return faults


def require_translation(request: Mapping[str, Any], shape: Shape, *, file: str = "") -> None:
    """Hold the rule.

    Raises:
        BadInput: the translation breaks it.
    """
    for fault in translation_faults(request, shape):
        raise BadInput(fault.message, file=file, field=fault.path)


def translatable(request: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    """Give the paths of all texts of *request* that may be translated."""
    yield from _paths(request, shape.fields, "")


def _paths(data: Mapping[str, Any], fields: tuple[Field, ...], at: str) -> Iterator[str]:
    for one in fields:
        if one.name not in data or not one.shown:
            continue
        path, value = f"{at}{one.name}", data[one.name]
        if one.type == "object":
            yield from _paths(value, one.fields, f"{path}.")
        elif one.type == "objects":
            for n, item in enumerate(value):
                yield from _paths(item, one.fields, f"{path}[{n}].")
        elif one.wording:
            yield from [path] if one.type == "text" else [f"{path}[{n}]" for n in range(len(value))]

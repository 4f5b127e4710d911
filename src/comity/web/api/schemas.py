"""The shapes of our documents as JSON Schema, for the description of the API; what counts is the shape itself."""

from __future__ import annotations

from typing import Any

from comity.kernel.shape import MAX_ITEMS, MAX_TEXT, Field, Shape

_SCALARS: dict[str, dict[str, Any]] = {
    "time": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"},
    "date": {"type": "string", "format": "date"},
    "flag": {"type": "boolean"},
    "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}


def schema_of(shape: Shape) -> dict[str, Any]:
    """Give the JSON Schema of a document's shape."""
    return _object(shape.fields, shape)


def _object(fields: tuple[Field, ...], shape: Shape) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {one.name: _described(one, shape) for one in fields},
        "additionalProperties": False,
    }
    required = [one.name for one in fields if one.required]
    return schema | ({"required": required} if required else {})


def _described(one: Field, shape: Shape) -> dict[str, Any]:
    label = one.label.get("en", "")
    return _field(one, shape) | ({"description": label} if label else {})


def _field(one: Field, shape: Shape) -> dict[str, Any]:
    if one.const:
        return {"const": one.const}
    if one.type == "object":
        return _object(one.fields, shape)
    if one.type in ("objects", "texts"):
        inner = _object(one.fields, shape) if one.type == "objects" else _text(one, MAX_TEXT)
        return {"type": "array", "items": inner, "minItems": max(one.min, 1), "maxItems": one.max or MAX_ITEMS}
    if one.type == "code":
        return {"type": "string", "enum": list(shape.codes[one.codes])}
    if one.type == "integer":
        return {"type": "integer", "minimum": one.min, "maximum": one.max or 2**53 - 1}
    return dict(_SCALARS[one.type]) if one.type in _SCALARS else _text(one, one.max or MAX_TEXT)


def _text(one: Field, most: int) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": most}
    return schema | ({"pattern": f"^(?:{one.pattern})$"} if one.pattern else {})

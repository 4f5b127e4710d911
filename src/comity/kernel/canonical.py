"""Canonical JSON (RFC 8785), read strictly and written one way only."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import rfc8785

from .errors import BadInput

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
_LARGEST = 2**53 - 1
_plain = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))


def dump(value: Any) -> bytes:
    """Write *value* in its one canonical form.

    Raises:
        BadInput: the value has no canonical form (a number out of range, text that is not Unicode).
    """
    try:
        return _plain.encode(value).encode() if _is_plain(value) else rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as e:
        raise BadInput(f"got a value with no canonical JSON form: {e}, expected plain JSON data") from e


def load(data: bytes, *, file: str = "", limit: int = MAX_BYTES) -> Any:
    """Read JSON strictly: UTF-8, no duplicate names, no NaN, at most *limit* bytes and 32 levels deep.

    Raises:
        BadInput: the bytes are not such JSON.
    """
    if len(data) > limit:
        raise BadInput(f"got {len(data)} bytes, expected at most {limit}", file=file)
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
        )
        _bounded(value, MAX_DEPTH)
    except UnicodeDecodeError as e:
        raise BadInput(f"got a byte that is not UTF-8 at {e.start}, expected UTF-8 text", file=file) from e
    except json.JSONDecodeError as e:
        raise BadInput(f"got {e.msg} at line {e.lineno} column {e.colno}, expected JSON", file=file) from e
    except (ValueError, RecursionError) as e:
        raise BadInput(f"got {e}, expected plain JSON", file=file) from e
    return value


def load_canonical(data: bytes, *, file: str = "", limit: int = MAX_BYTES) -> Any:
    """Read JSON that must already be in canonical form, byte for byte.

    Raises:
        BadInput: the bytes are not canonical JSON.
    """
    value = load(data, file=file, limit=limit)
    if dump(value) != data:
        raise BadInput("got JSON in another form, expected canonical JSON (RFC 8785)", file=file)
    return value


def digest(domain: str, value: Any) -> str:
    """Hash canonical JSON under a domain tag, so that ids of different kinds can never meet."""
    return hashlib.sha256(domain.encode() + b"\n" + dump(value)).hexdigest()


def _is_plain(value: Any) -> bool:
    """Tell whether Python's own writer gives the canonical form: no fractions, and names whose order is that of ASCII."""
    kind = type(value)
    if kind is dict:
        return all(type(name) is str and name.isascii() and _is_plain(item) for name, item in value.items())
    if kind is list:
        return all(map(_is_plain, value))
    return kind is str or value is None or kind is bool or (kind is int and -_LARGEST <= value <= _LARGEST)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, refusing a name that stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name that stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    """Refuse NaN and the infinities."""
    raise ValueError(name)


def _finite(text: str) -> float:
    """Read a number, refusing one too large to be held."""
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]}")
    return number


def _bounded(value: Any, depth: int) -> None:
    """Refuse what is nested deeper than *depth*."""
    if depth < 0:
        raise ValueError(f"more than {MAX_DEPTH} levels")
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            _bounded(item, depth - 1)

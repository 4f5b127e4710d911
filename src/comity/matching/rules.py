"""How two cases are weighed: the rarer what they share, the more it says.

1. A shared identifier weighs ln(N / degree) times the weight of its kind: N cases in all, *degree* of them have it.
2. What is common by nature weighs nothing. What more than `CAP` cases have is told as common and weighs nothing, but is
   never hidden: whoever looks it up finds it.
3. A pair whose weights add up to `THRESHOLD` becomes a link for a person to look at. Nothing follows from it by itself.
4. Whoever may not see a case sees neither the case nor that there is one: degrees, counts, weights and what is common are
   those of the cases that the one who asks may see. Only that a link was made is the node's own word.
"""

from __future__ import annotations

import math
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any

import yaml

CAP = 50
THRESHOLD = 6.0
VERSION = b"comity-matching/1\0"


def key64(secret: bytes, kind: str, value: str) -> int:
    """Give the keyed number under which an identifier is posted: 64 bits with sign, BLAKE2b (RFC 7693) with a key.

    Two identifiers share one by chance once in about 3,700 nodes of 10^8; what is found is held against the dictionary.
    """
    digest = blake2b(VERSION + kind.encode() + b"\0" + value.encode(), digest_size=8, key=secret).digest()
    return int.from_bytes(digest, "big", signed=True)


def weight(kind: str, value: str, degree: int, cases: int) -> float:
    """Weigh one shared identifier that *degree* of *cases* have."""
    return math.log(max(cases, 2) / max(degree, 1)) * own_weight(kind, value) if degree <= CAP else 0.0


def own_weight(kind: str, value: str) -> float:
    """Weigh an identifier by itself: its kind, or nothing where it is common by nature."""
    if f"{kind}:{value}" in _common():
        return 0.0
    return float(_table()["kinds"].get(kind, _table()["default"]))


@cache
def _common() -> frozenset[str]:
    return frozenset(_table()["common"])


@cache
def _table() -> dict[str, Any]:
    text = files("comity.matching").joinpath("data", "weights.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return table

"""How often a property is tried: some times in a check, many times in a soak; and chance, which a check repeats."""

from __future__ import annotations

import random

from hypothesis import settings

SOAK = 300


def tries(many: int) -> int:
    """So many in a soak; in a check a quarter of them, ten at least."""
    return many if soaking() else max(10, many // 4)


def chance(name: str) -> random.Random:
    """A source of chance: the same under that name in each check, another one each time in a soak."""
    return random.Random(None if soaking() else name)


def soaking() -> bool:
    """Whether this is a soak."""
    return settings().max_examples >= SOAK

"""How often a property is tried: some times in a check, many times in a soak."""

from __future__ import annotations

from hypothesis import settings

SOAK = 300


def tries(many: int) -> int:
    """So many in a soak; in a check a quarter of them, ten at least."""
    return many if settings().max_examples >= SOAK else max(10, many // 4)

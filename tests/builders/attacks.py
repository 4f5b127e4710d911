"""Every attack on a package, by name."""

from __future__ import annotations

from builders import attacks_on_bytes, attacks_on_people, attacks_on_translations, attacks_on_words
from builders.attack import ATTACKS, Attack
from builders.attacks_on_people import proven, with_proof

__all__ = [
    "ATTACKS",
    "Attack",
    "attacks_on_bytes",
    "attacks_on_people",
    "attacks_on_translations",
    "attacks_on_words",
    "proven",
    "with_proof",
]

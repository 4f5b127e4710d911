"""Attacks on packages: each makes a package that must be refused, and names the step at which it is.

An outsider has no keys: he changes bytes. An insider has keys of one or more officers and signs what he should not.
The same set is given to the command and to the verify page; both must refuse at the same step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from builders.packages import Maker

Make = Callable[[Maker], Path]


@dataclass(frozen=True)
class Attack:
    """One attack: how the package is made, and the step that refuses it."""

    step: str
    make: Make
    about: str


ATTACKS: dict[str, Attack] = {}


def attack(step: str) -> Callable[[Make], Make]:
    """Register an attack under its function's name."""

    def register(make: Make) -> Make:
        ATTACKS[make.__name__] = Attack(step, make, (make.__doc__ or "").strip())
        return make

    return register

"""Block chains by their CAIP-2 id, and the form in which each writes its addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from .errors import InvalidIdentifier
from .text import shown
from .vocabulary import load

_EVM = re.compile(r"eip155:[1-9][0-9]{0,31}")


@dataclass(frozen=True)
class Chain:
    """A chain; chains of one *form* write the same addresses. *test* marks one whose coins have no value."""

    id: str
    label: str
    form: str
    test: bool = False
    known: bool = True


@dataclass(frozen=True)
class Address:
    """An address in its normal spelling, and the form it has."""

    form: str
    value: str
    doubts: tuple[str, ...] = ()


def find(text: str) -> Chain:
    """Find a chain by its CAIP-2 id; an EVM chain outside the table is taken as unknown.

    Raises:
        InvalidIdentifier: it names no chain whose addresses can be read here.
    """
    by_id, other_ids = _table()
    if found := by_id.get(other_ids.get(text, text)):
        return found
    if _EVM.fullmatch(text):
        return Chain(text, text, "evm", known=False)
    known = "; ".join(f"{chain.id} ({chain.label})" for chain in by_id.values() if not chain.test)
    raise InvalidIdentifier(
        f"got the chain {shown(text)}, expected a CAIP-2 id", field="chain", advice=f"One of: {known}."
    )


def default(form: str) -> Chain | None:
    """Give the chain meant when only the form of an address is known: the first with value, if there is one."""
    by_id, _ = _table()
    return next((chain for chain in by_id.values() if chain.form == form and not chain.test), None)


@cache
def _table() -> tuple[dict[str, Chain], dict[str, str]]:
    by_id, other_ids = {}, {}
    for row in load("chains")["chains"]:
        by_id[row["id"]] = Chain(row["id"], row["label"], row["form"], row.get("test", False))
        other_ids.update(dict.fromkeys(row.get("also", ()), row["id"]))
    return by_id, other_ids

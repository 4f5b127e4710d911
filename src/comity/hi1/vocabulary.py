"""The tables beside the code: ETSI's and our dictionaries, the error codes, the profile; each read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from .errors import BadMessage
from .model import Fault, Version

ETSI, OWNER = "ETSI", Version().owner


@cache
def load(name: str) -> dict[Any, Any]:
    """Give the table ``data/NAME.yaml``."""
    import yaml

    text = files("comity.hi1").joinpath("data", f"{name}.yaml").read_text("utf-8")
    table: dict[Any, Any] = yaml.load(text, yaml.CSafeLoader)
    return table


def values(name: str, owner: str = ETSI) -> dict[str, str]:
    """Give the values of a dictionary, each with what it means; none when there is no such dictionary."""
    found: dict[str, str] = load("dictionaries").get(owner, {}).get(name, {})
    return found


def entry(name: str, value: str, owner: str = ETSI) -> dict[str, str]:
    """Write a value of a dictionary as a DictionaryEntry.

    Raises:
        BadMessage: the dictionary has no such value (3009).
    """
    if value not in values(name, owner):
        raise BadMessage(f"got {value[:60]!r}, expected a value of {owner} {name}", code=3009)
    return {"Owner": owner, "Name": name, "Value": value}


def label(code: int) -> str:
    """Say what an HI-1 error code means."""
    return str(load("errors").get(code, {"label": "An error"})["label"])


def fault(error: BadMessage) -> Fault:
    """Make the answer to a message or an action that was refused: the code, the place and what was expected."""
    return Fault(error.code, str(error)[:1000])

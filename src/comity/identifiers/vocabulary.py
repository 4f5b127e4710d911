"""The tables beside the code, read once when first asked for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Give the table `data/NAME.yaml`."""
    import yaml

    source = files("comity.identifiers").joinpath("data", f"{name}.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.load(source, yaml.CSafeLoader)
    return table

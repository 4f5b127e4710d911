"""The words for findings: each code with its weight and label."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

WARNING = "warning"


@cache
def findings() -> dict[str, dict[str, Any]]:
    """Give the table `data/findings.yaml`."""
    import yaml

    text = files("comity.returns").joinpath("data", "findings.yaml").read_text("utf-8")
    table: dict[str, dict[str, Any]] = yaml.load(text, yaml.CSafeLoader)
    return table


def label(code: str) -> str:
    """Give the English label of a finding.

    Raises:
        KeyError: the table has no such code; a reader only finds what the table names.
    """
    return str(findings()[code]["en"])


def serious(code: str) -> bool:
    """Tell whether a person has to look at a finding."""
    return bool(findings()[code]["weight"] == WARNING)

"""The words for findings: each code with its weight, label and description."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

WARNING = "warning"


@cache
def findings() -> dict[str, dict[str, str]]:
    """Give the table `data/findings.yaml`."""
    import yaml

    text = files("comity.evidence").joinpath("data", "findings.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return data


def label(code: str) -> str:
    """Give the English label of a finding; the code itself where there is none."""
    return findings().get(code, {}).get("en", code)


def serious(code: str) -> bool:
    """Tell whether a person has to look at a finding."""
    return findings().get(code, {}).get("weight", WARNING) == WARNING

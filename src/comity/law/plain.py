"""Facts and findings as plain data for JSON: dates and codes as text, what is empty left out, a lead called one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from .dates import Period, When
from .model import Fact, Origin


def plain(value: Any) -> Any:
    """Give *value* as plain data; every fact says whether it is a lead."""
    if isinstance(value, When | Period | Origin | dt.date):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fact):
        return {"lead": value.lead} | _members(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _members(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value


def _members(value: Any) -> dict[str, Any]:
    found = {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return {name: one for name, one in found.items() if one not in (None, "", [], {})}

"""How long from one moment to another, said in SQL alike on both engines."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class hours_between(GenericFunction[float]):  # noqa: N801 - it reads as the SQL function it is
    """The hours from the first moment to the second one; nothing where one of them is missing."""

    type = sa.Float()
    name = "hours_between"
    inherit_cache = True


@compiles(hours_between, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    first, second = (compiler.process(one, **how) for one in element.clauses)
    return f"((julianday({second}) - julianday({first})) * 24)"


@compiles(hours_between, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    first, second = (compiler.process(one, **how) for one in element.clauses)
    return f"(CAST(EXTRACT(EPOCH FROM ({second}) - ({first})) AS DOUBLE PRECISION) / 3600)"

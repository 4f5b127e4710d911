"""The same queries on Spark, for records beyond one machine (extra `scale`): the SQL text as it is, put into Spark's words.

Records are read from wherever Spark reads Parquet, `PLACE/RETURN/records/KIND.parquet`; see docs/operate/scale.md for how
to lay out 10^10 rows. What a person says goes in as literals of the parsed query, never as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.kernel.errors import Unavailable
from comity.returns import schema

from .dataset import parquet_files, text_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

VIEWS = {"touch": "touches", "pair": "pairs"}


class SparkDataset:
    """The records of some folders on a Spark session that the caller made."""

    def __init__(self, session: SparkSession, folders: Sequence[Path]) -> None:
        """Name the records in *folders* as tables of the session.

        Raises:
            NoRecords: a folder holds none.
            Unavailable: the extra `scale` is not installed.
        """
        try:
            import ibis
        except ImportError as e:
            advice = "Install it: pip install 'comity[scale]', with Java 17."
            raise Unavailable("got no ibis, expected the extra `scale`", advice=advice) from e
        session.conf.set("spark.sql.session.timeZone", "UTC")
        self._session = session
        self._ibis = ibis.pyspark.connect(session)
        found = parquet_files(folders)
        for kind in schema.kinds():
            paths = [path.as_uri() for path in found.get(kind, [])]
            frame = session.read.parquet(*paths) if paths else self._empty(kind)
            frame.createOrReplaceTempView(kind)
        for view, query in VIEWS.items():
            session.sql(spark_sql(query)).createOrReplaceTempView(view)

    def table(self, query: str, **given: Any) -> pa.Table:
        """Run a query by its name; gives the whole answer."""
        return _in_utc(self._ibis.sql(spark_sql(query, **given), dialect="spark").to_pyarrow())

    def _empty(self, kind: str) -> Any:
        from pyspark.sql.pandas.types import from_arrow_schema

        plain = schema.arrow(kind)
        for number, field in enumerate(plain):
            if field.type == schema.arrow_type("word"):
                plain = plain.set(number, field.with_type(schema.arrow_type("text")))
        return self._session.createDataFrame([], from_arrow_schema(plain)).coalesce(1)


def spark_sql(query: str, **given: Any) -> str:
    """Give a query in Spark's words, with `$name` filled from *given*."""
    import sqlglot
    from sqlglot import exp

    def filled(node: exp.Expression) -> exp.Expression:
        asked: exp.Expression = node
        if isinstance(node, exp.Parameter | exp.Placeholder):
            asked = _literal(given[node.name])
        return asked

    tree: exp.Expression = sqlglot.parse_one(text_of(query), read="duckdb").transform(filled)
    return tree.sql(dialect="spark")


def _literal(value: Any) -> Any:
    from sqlglot import exp

    if isinstance(value, datetime):
        moment = exp.Literal.string(value.isoformat(sep=" "))
        return exp.cast(moment, exp.DataType.Type.TIMESTAMPLTZ)
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[_literal(one) for one in value])
    return exp.convert(value)


def _in_utc(table: pa.Table) -> pa.Table:
    """Say again of times that they are UTC, which Spark's answers leave out."""
    import pyarrow as pa

    moment = schema.arrow_type("moment")
    fields = [field.with_type(moment) if pa.types.is_timestamp(field.type) else field for field in table.schema]
    return table.cast(pa.schema(fields))

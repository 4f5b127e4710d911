"""The same SQL on one machine and on Spark."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from builders.records import START, at, got, logged, paid, sum_of, written
from comity.analysis.dataset import Dataset
from comity.analysis.scale import VIEWS, SparkDataset
from comity.returns.model import Moment

pyspark = pytest.importorskip("pyspark", reason="the extra `scale` is not installed")
pytestmark = pytest.mark.skipif(not shutil.which("java"), reason="Java 17 is not installed")

MINUTE = timedelta(minutes=1)
GIVEN: dict[str, Any] = {
    "since": START, "until": START + 3000 * MINUTE, "who": "", "minutes": 10, "key": "ip:192.0.2.7",
    "keys": ["ip:192.0.2.7"], "a": "account:nova", "b": "ip:192.0.2.7", "kind": "used", "most": 20, "id": "none",
}  # fmt: skip
QUERIES = sorted(path.name.removesuffix(".sql") for path in files("comity.analysis").joinpath("queries").iterdir())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Give two returns of many kinds."""
    chance = random.Random(7)
    rows: list[tuple[str, dict[str, Any]]] = []
    for n in range(300):
        when = START + chance.randint(0, 4000) * MINUTE
        name = chance.choice(["nova", "kestrel", "lin"])
        rows.append(logged(name, f"192.0.2.{chance.randint(1, 12)}", when))
        if n % 5 == 0:
            rows.append(paid(f"10-{n % 7}", f"20-{n % 3}", f"{n}.25", when))
            rows.append(got(f"20-{n % 3}", f"10-{n % 7}", f"{n}.25", when))
            call = {"a_party": "+12025550143", "b_party": f"+1202555010{n % 10}", "cell_first": f"c{n % 4}"}
            rows.append(("call", {**call, "kind": "voice", "duration_s": Decimal(n), "time": at(when)}))
            rows.append(("message", {"sender": name, "thread": "t1", "body": f"hello {n}", "time": at(when)}))
    rows.append(("transfer", {"account": "nova", "kind": "withdrawal", "asset": "BTC", "amount": sum_of("0.5"),
                              "to_address": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "time": at(START)}))  # fmt: skip
    rows.append(("location", {"account": "nova", "latitude": Decimal("21.02"), "longitude": Decimal("105.85"),
                              "time": Moment("x", START, START + 60 * MINUTE, "", "unknown")}))  # fmt: skip
    rows.append(("claim", {"account": "nova", "about": "name", "value": "Nova Example"}))
    rows.append(("gap", {"account": "nova", "about": "messages", "reason": "not kept"}))
    folder = tmp_path_factory.mktemp("returns")
    return [written(folder / "a", rows), written(folder / "b", rows[:40], file="b.csv")]


@pytest.fixture(scope="module")
def spark(folders: list[Path]) -> Iterator[SparkDataset]:
    """Give the records on a Spark of this process, one thread."""
    from pyspark.sql import SparkSession

    settings: dict[str, bool | float | int | str | None] = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # it is gone before more would pay
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    yield SparkDataset(session, folders)
    session.stop()


def _asked() -> list[Any]:
    """Name the queries; those that have nothing of their own to prove go with the long tests."""
    quick = {"asked", "links", "meetings", "movements"}
    return [q if q in quick else pytest.param(q, marks=pytest.mark.soak) for q in QUERIES if q not in VIEWS.values()]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("query", _asked())
def test_spark_and_duckdb_give_the_same(query: str, folders: list[Path], spark: SparkDataset) -> None:
    """Every query gives the same rows on both engines."""
    with Dataset(folders) as data:
        here = data.table(query, **GIVEN)
    there = spark.table(query, **GIVEN)
    assert there.column_names == here.column_names
    assert _rows(there) == _rows(here)
    assert here.num_rows or query == "record"


def _rows(table: Any) -> list[tuple[str, ...]]:
    return sorted(tuple(_plain(value) for value in row.values()) for row in table.to_pylist())


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)

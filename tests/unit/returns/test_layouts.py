"""The mappings that come with the program: each has a sample, and a table that changes is never empty and well."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import openpyxl
import pytest

from builders.returns import SAMPLES, expected, parts, taken_bytes
from comity.returns.coverage import FileCoverage
from comity.returns.mapping import shipped

OURS = {
    "binance-deposits-2", "binance-movements-1", "binance-statement-1", "binance-statement-2", "binance-trades",
    "binance-withdrawals-2", "bitstamp-1", "bitstamp-2", "card-transactions", "cdr-cells", "cdr-international",
    "cdr-vietnam", "coinbase-1", "coinbase-2", "etherscan-csv", "exchange-kyc", "exchange-logins", "ip-sessions",
    "kraken-ledger", "nat-blocks", "nat-portless", "nat-sessions", "payments", "subscribers",
}  # fmt: skip
NAMES = (
    "binance", "bitstamp", "card", "cdr", "coinbase", "etherscan", "exchange", "ip-", "kraken", "nat", "payments",
    "subscribers",
)  # fmt: skip
TABLES = sorted(path for path in (SAMPLES / "delimited").glob("*.csv") if path.name.startswith(NAMES))


def table(path: Path) -> tuple[list[list[str]], int, str]:
    """Give the cells of a sample, the number of its header and its delimiter."""
    text = path.read_text("utf-8")
    mark = ";" if text.splitlines()[0].count(";") > 3 else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=mark))
    return rows, next(i for i, row in enumerate(rows) if len(row) > 4), mark


def written(rows: list[list[str]], mark: str = ",") -> bytes:
    """Write cells as a table."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows(rows)
    return out.getvalue().encode()


def ledger(path: Path, data: bytes) -> FileCoverage:
    """Read bytes as the sample is read, and give their ledger."""
    entry = FileCoverage("f", reader="by the head")
    for part in parts("f.csv", data, **expected(path).get("given", {})):
        entry.take(part)
    return entry


def test_each_of_our_mappings_reads_a_sample() -> None:
    """The header of each mapping is that of a sample, so that every one of them is tried."""
    used = set()
    for path in TABLES:
        rows, header, _ = table(path)
        fitting = [m for m in shipped().values() if m.fit(rows[header]).whole]
        used |= {m.name for m in fitting}
        assert fitting, path.name
    assert used >= OURS


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_renamed_column_that_must_be_there_is_reported(path: Path) -> None:
    """A column that the mapping needs is renamed: the table is doubtful, and it is told what is missing or not known."""
    rows, header, mark = table(path)
    mappings = [m for m in shipped().values() if m.fit(rows[header]).whole]
    needed = {m.fit(rows[header]).places[c.key] for m in mappings for c in m.columns if not c.optional}
    for index in random.Random(len(path.name)).sample(sorted(needed), 2):
        changed = [list(row) for row in rows]
        changed[header][index] = "Renamed By The Sender"
        entry = ledger(path, written(changed, mark))
        assert entry.state == "doubtful", rows[header][index]
        assert entry.codes.keys() & {"layout_unknown", "columns_missing", "columns_unknown", "no_reader"}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_order_of_columns_means_nothing(path: Path, tmp_path: Path) -> None:
    """Columns in another order give the same records: a column is known by its name, never by its place."""
    rows, header, mark = table(path)
    order = list(range(len(rows[header])))
    random.Random(7).shuffle(order)
    turned = [[row[i] for i in order] if len(row) == len(order) else row for row in rows]
    given = expected(path).get("given", {})
    _, found = taken_bytes("f.csv", written(turned, mark), tmp_path / "out", **given)
    wanted = expected(path)["records"]
    plain = [{name: row[name] for name in ("kind", "row", "values")} for row in found]
    assert plain == [{name: row[name] for name in ("kind", "row", "values")} for row in wanted]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_column_more_is_told(path: Path) -> None:
    """A column that nobody knows is reported, and the others are read as before."""
    rows, header, mark = table(path)
    more = [[*row, "New Field" if i == header else "x"] if i >= header and row else row for i, row in enumerate(rows)]
    entry = ledger(path, written(more, mark))
    assert entry.accounted
    assert entry.codes["columns_unknown"]
    assert json.dumps(dict(entry.records)) == json.dumps(dict(ledger(path, path.read_bytes()).records))


def test_the_zone_in_a_header_is_stated() -> None:
    """`Date(UTC+1)` moves every time by an hour against `Date(UTC)`, and both are stated by the table."""
    path = SAMPLES / "delimited" / "binance-withdrawals-old.csv"
    times = {}
    for zone in (b"UTC+1", b"UTC", b"Asia/Manila"):
        found = parts("f.csv", path.read_bytes().replace(b"UTC+1", zone))
        batch = next(part.batch for part in found if hasattr(part, "batch"))
        times[zone] = (batch["time"][0].as_py().hour, batch["time_basis"][0].as_py())
    assert times == {b"UTC+1": (18, "stated"), b"UTC": (19, "stated"), b"Asia/Manila": (11, "stated")}


def test_an_abbreviation_in_a_header_is_no_zone() -> None:
    """`Date(CST)` names several zones, so that the table is not known and is reported."""
    path = SAMPLES / "delimited" / "binance-withdrawals-old.csv"
    assert ledger(path, path.read_bytes().replace(b"UTC+1", b"CST")).codes["layout_unknown"]


def test_a_generation_between_two_is_reported() -> None:
    """A statement with the old name of the user and the new name of the time is of no known generation, and says so."""
    path = SAMPLES / "delimited" / "binance-statement-old.csv"
    entry = ledger(path, path.read_bytes().replace(b"UTC_Time", b"Time"))
    assert (entry.parsed, entry.state) == (0, "doubtful")
    assert entry.codes["layout_unknown"]


@pytest.mark.parametrize("name", ["nat-sessions", "cdr-vietnam", "kraken-ledger"])
@pytest.mark.parametrize("form", ["utf-16", "xlsx"])
def test_the_form_of_a_table_means_nothing(name: str, form: str, tmp_path: Path) -> None:
    """The same table in UTF-16 or as a workbook gives the same records."""
    path = SAMPLES / "delimited" / f"{name}.csv"
    data = workbook(path) if form == "xlsx" else path.read_text("utf-8").encode(form)
    _, found = taken_bytes(f"f.{form}", data, tmp_path / "out", **expected(path).get("given", {}))
    assert [row["values"] for row in found] == [row["values"] for row in expected(path)["records"]]


def workbook(path: Path) -> bytes:
    """Write a sample as a workbook of texts."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in table(path)[0]:
        sheet.append([cell or None for cell in row])
    book.save(out)
    return out.getvalue()

"""Delimited text: changed layouts give the same records or a precise finding, and every row is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.returns import taken_bytes
from builders.tables import HEADER, LOGINS, ROW, text, yielded
from builders.trials import tries
from comity.returns import body
from comity.returns.coverage import FileCoverage
from comity.returns.model import Finding, Rows
from comity.returns.proposal import propose
from comity.returns.readers import delimited
from comity.returns.source import in_memory

PLAIN = text([ROW, ROW])


def entry(data: bytes | str, **given: Any) -> FileCoverage:
    """Give the ledger of a text."""
    found = FileCoverage("logins.csv")
    for part in yielded(data if isinstance(data, bytes) else data.encode(), **given):
        found.take(part)
    return found


def values(data: bytes | str, **given: Any) -> list[dict[str, Any]]:
    """Give what the records of a text hold, without the places."""
    parts = yielded(data if isinstance(data, bytes) else data.encode(), **given)
    rows = [row for part in parts if isinstance(part, Rows) for row in part.batch.to_pylist()]
    places = {"row", "byte_start", "byte_end", "raw", "time_zone"}
    return [{name: value for name, value in row.items() if name not in places} for row in rows]


def moved(row: tuple[str, ...]) -> tuple[str, ...]:
    """Turn a row around."""
    return row[::-1]


SAME: dict[str, Callable[[], bytes]] = {
    "semicolons": lambda: text([ROW, ROW], delimiter=";").encode(),
    "tabs": lambda: text([ROW, ROW], delimiter="\t").encode(),
    "bars": lambda: text([ROW, ROW], delimiter="|").encode(),
    "separator stated": lambda: ("sep=;\n" + text([ROW, ROW], delimiter=";")).encode(),
    "quoted": lambda: text([ROW, ROW], quoting=1).encode(),
    "reordered": lambda: text([moved(ROW)] * 2, moved(HEADER)).encode(),
    "localised": lambda: text([ROW, ROW], ("Thời gian", "TÀI KHOẢN", "sự  kiện", "Địa chỉ IP", "Port")).encode(),
    "zone in the header": lambda: text([ROW, ROW], ("Time (UTC)", *HEADER[1:])).encode(),
    "byte order mark": lambda: b"\xef\xbb\xbf" + PLAIN.encode(),
    "UTF-16": lambda: PLAIN.encode("utf-16"),
    "UTF-16 big": lambda: b"\xfe\xff" + PLAIN.encode("utf-16-be"),
    "UTF-32": lambda: PLAIN.encode("utf-32"),
    "old line ends": lambda: PLAIN.replace("\r\n", "\r").encode(),
    "no last line end": lambda: PLAIN.rstrip().encode(),
    "preamble": lambda: ("Report\n\n" + PLAIN).encode(),
    "blank lines": lambda: PLAIN.replace("\r\n", "\r\n\r\n").encode(),
    "repeated header": lambda: (PLAIN + PLAIN.splitlines()[0] + "\n").encode(),
    "empty cells at the end": lambda: PLAIN.replace("\r\n", ",,\r\n").encode(),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_rows_written_otherwise_give_the_same_records(name: str) -> None:
    """Delimiter, quotes, encoding, order, language, titles, blank lines: none changes a record, and all is accounted for."""
    data = SAME[name]()
    found = [{**row, "time_basis": "documented"} for row in values(data)]
    assert found == values(PLAIN)
    assert entry(data).accounted
    assert not entry(data).rejected


def test_a_column_that_is_added_is_told_and_the_others_are_read() -> None:
    """A column that the mapping does not know is reported by its name."""
    found = entry(text([(*ROW, "x")], (*HEADER, "Risk score")))
    assert (found.parsed, found.codes) == (1, {"columns_unknown": 1})
    assert found.findings[0].found == "Risk score"


def test_a_column_that_is_removed_is_told_and_nothing_is_read() -> None:
    """A table that lacks a column that must be there is reported with the columns that it lacks; its rows are rejected."""
    found = entry(text([ROW[:2]] * 2, HEADER[:2]))
    assert found.codes == {"layout_unknown": 1, "columns_missing": 1}
    assert "Event or Ereignis" in found.findings[1].expected
    assert (found.parsed, found.rejected, found.accounted) == (0, 3, True)


def test_a_column_that_is_renamed_is_told_with_what_was_seen() -> None:
    """A renamed column makes no empty success: the finding names what was there, what was missing and what to do."""
    found = entry(text([ROW], ("Time", "Account", "Event", "IP addr.", "Port")))
    assert found.rejected == found.units == 2
    assert ("IP addr." in found.findings[0].found, "IP address" in found.findings[1].expected) == (True, True)
    assert "propose" in found.findings[0].advice


def test_an_optional_column_may_be_absent() -> None:
    """A table without the port is read, without ports."""
    assert values(text([ROW[:4]], HEADER[:4]))[0].get("port") is None


@pytest.mark.parametrize("row", ["2026-03-01 09:30:00,an.example", "a,b,c,d,e,f,g"])
def test_a_row_of_another_width_is_rejected_and_told(row: str) -> None:
    """Truncated and overlong rows are told with number, place and text; their neighbours are read."""
    found = entry(PLAIN + row + "\r\n" + ",".join(ROW) + "\r\n")
    assert (found.parsed, found.rejected, found.codes) == (3, 1, {"row_malformed": 1})
    finding = found.findings[0]
    start = PLAIN.encode().__len__()
    assert (finding.row, finding.span) == (4, (start, start + len(row)))


def test_mixed_encodings_are_flagged_row_by_row() -> None:
    """A row whose bytes are no text in the encoding of the file is read and flagged; the others are as they should be."""
    data = PLAIN.encode() + ",".join(ROW).replace("an.example", "ngọc").encode("utf-8") + b"\r\n"
    data += ",".join(ROW).replace("an.example", "jos\u00e9").encode("latin-1") + b"\r\n"
    flags = [row["flags"] for row in values(data)]
    assert flags == [None, None, None, "text_undecodable"]


@pytest.mark.parametrize(
    ("said", "name", "codes"),
    [("", "B\u00a4c", {"encoding_assumed": 1}), ("cp1258", "B\u00a4c", {}), ("koi8-r", "B╓c", {})],
)
def test_an_encoding_that_nothing_proves_is_assumed_and_told(said: str, name: str, codes: dict[str, int]) -> None:
    """Bytes above 127 that are no UTF-8 are read as Western text and told; a person may say what they are."""
    data = text([(ROW[0], "B\u00a4c", *ROW[2:])]).encode("cp1252")
    assert values(data, encoding=said)[0]["account"] == name
    assert entry(data, encoding=said).codes == codes


def test_formulas_are_text_and_flagged() -> None:
    """What a spreadsheet would run stays as it is and is flagged; telephone numbers, dashes and handles are not formulas."""
    cells = [
        "=cmd|'/C calc'!A0",
        "@SUM(1+1)",
        "+cmd|x",
        "-2+3+cmd|' /C calc'!A0",
        "\t=1",
        "+84 912 345 678",
        "-",
        "@an.example",
        "-5",
        "--",
    ]
    rows = values(text([(ROW[0], cell, *ROW[2:]) for cell in cells]))
    assert [row["account"] for row in rows] == [cell.strip() for cell in cells]
    assert [row["flags"] for row in rows] == ["formula"] * 5 + [None] * 5


def test_damaged_numbers_are_flagged_and_kept() -> None:
    """Account numbers that a spreadsheet rewrote are flagged and never repaired."""
    cells = ["4.9E+14", "4901542032375180000", "490154203237518.0", "490154203237518"]
    rows = values(text([(ROW[0], cell, *ROW[2:]) for cell in cells]))
    assert [(row["account"], row["flags"]) for row in rows] == list(
        zip(cells, ["scientific_notation", "digits_cut", "decimal_added", None], strict=True)
    )


def test_several_records_of_a_row_are_one_unit(tmp_path: Path) -> None:
    """A row that gives an amount and a fee counts once; a row that gives neither is told."""
    mapping = {
        "mapping": "test-trades",
        "columns": {"time": "Date(UTC)", "coin": "Coin", "amount": "Amount", "fee": "Fee"},
        "zone": "UTC",
        "decimal": ".",
        "records": [
            {
                "kind": "transfer",
                "when": {"column": "amount", "not": ["0", ""]},
                "fields": {"time": "time", "asset": "coin", "amount": "amount", "kind": {"constant": "withdrawal"}},
            },
            {
                "kind": "transfer",
                "when": {"column": "fee", "filled": True},
                "fields": {"time": "time", "asset": "coin", "amount": "fee", "kind": {"constant": "fee"}},
            },
        ],
    }
    data = b"Date(UTC),Coin,Amount,Fee\n2026-03-01 09:30:00,BTC,0.5,0.0001\n2026-03-01 09:30:00,BTC,0,0.1\n2026-03-01 09:30:00,BTC,1,\n2026-03-01 09:30:00,BTC,0,\n"
    coverage, rows = taken_bytes("t.csv", data, tmp_path / "out", mappings=(mapping,))
    found = coverage.files[0]
    assert (found.units, found.parsed, found.rejected, found.accounted) == (5, 3, 1, True)
    assert sorted((row["row"], row["values"]["kind"], row["values"]["amount"]) for row in rows) == [
        (2, "fee", "0.0001"), (2, "withdrawal", "0.5"), (3, "fee", "0.1"), (4, "withdrawal", "1"),
    ]  # fmt: skip


def test_two_mappings_that_fit_equally_are_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody chooses between two mappings but a person, by naming the provider."""
    twin = {**LOGINS, "mapping": "other-logins", "provider": "Other"}
    found = entry(PLAIN, mappings=(LOGINS, twin))
    assert (found.parsed, found.rejected) == (0, 3)
    assert "fit equally" in found.findings[0].found
    assert {row["provider"] for row in values(PLAIN, mappings=(LOGINS, twin), provider="other")} == {"Other"}


TEXTS = st.text(alphabet=st.sampled_from('a1,"\n\r =é-'), max_size=8)


@settings(deadline=None, max_examples=tries(100))
@given(st.lists(st.one_of(st.just(",".join(ROW)), TEXTS), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_records_asides_and_findings_cover_the_source(lines: list[str], ending: str) -> None:
    """Whatever stands in a table, as many units are accounted for as there are."""
    found = entry(ending.join([",".join(HEADER), ",".join(ROW), *lines]))
    assert found.units is not None
    assert found.parsed + found.rejected + sum(found.aside.values()) == found.units


def test_blocks_are_read_ahead_and_given_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of many blocks, some plain and some not, gives all rows in order, each at its place."""
    monkeypatch.setattr(delimited, "BLOCK", 4096)
    monkeypatch.setattr(body, "PATIENCE", 1)
    rows = [(ROW[0], f"user{i}" + ('\n"x"' if i in (500, 501, 1500) else ""), *ROW[2:]) for i in range(3000)]
    data = text(rows).encode()
    parts = yielded(data)
    found = [row for part in parts if isinstance(part, Rows) for row in part.batch.to_pylist()]
    assert [row["account"] for row in found] == [row[1] for row in rows]
    assert [row["row"] for row in found] == list(range(2, 3002))
    assert all(
        row["account"].encode().replace(b'"', b'""') in data[row["byte_start"] : row["byte_end"]] for row in found
    )
    assert entry(data).accounted


def test_a_proposal_says_what_the_values_prove() -> None:
    """A layout is proposed where all values have it; the order of day and month is proven by a value, or left open."""
    proven = propose(in_memory("a.csv", b"Date,Account\n01/02/2026,a\n25/02/2026,b\n"), delimited_given())
    assert 'layouts: ["%d/%m/%Y"]}  # the order is proven, by "25/02/2026" in row 3' in proven
    open_ = propose(in_memory("a.csv", b"Date,Account\n01/02/2026,a\n02/02/2026,b\n"), delimited_given())
    assert 'layouts: ["%d/%m/%Y", "%m/%d/%Y"]}  # no value proves the order' in open_


def delimited_given() -> Any:
    """Give nothing beside a file."""
    from comity.returns.model import Given

    return Given()


def test_a_file_named_otherwise_is_read_by_what_it_holds(tmp_path: Path) -> None:
    """A CSV that calls itself a workbook is read as CSV, and the name is told."""
    coverage, rows = taken_bytes("logins.xlsx", PLAIN.encode(), tmp_path / "out", mappings=(LOGINS,))
    assert (coverage.files[0].reader, len(rows)) == ("delimited/1", 2)
    assert coverage.files[0].codes == {"name_doubtful": 1}


def test_findings_of_rows_carry_what_a_person_needs() -> None:
    """Each finding names code, row, what was found and what was expected."""
    findings = [part for part in yielded((PLAIN + "x\r\n").encode()) if isinstance(part, Finding)]
    assert [(f.code, f.row, f.found, f.expected) for f in findings] == [("row_malformed", 4, "1 cells: x", "5 cells")]


def test_what_an_exchange_moves_itself_is_no_movement_between_wallets(tmp_path: Path) -> None:
    """A transfer of Kraken without a subtype, such as an airdrop, keeps its kind; one with a subtype is internal."""
    head = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
    rows = (
        f"L{n},R{n},2024-03-10 12:00:00,transfer,{sub},currency,XXBT,1,0,1\n"
        for n, sub in ((1, ""), (2, "spottostaking"))
    )
    _, found = taken_bytes("ledger.csv", (head + "".join(rows)).encode(), tmp_path / "out")
    assert {one["row"]: one["values"]["kind"] for one in found} == {2: "transfer", 3: "internal"}


def test_movements_before_networks_were_named_are_read(tmp_path: Path) -> None:
    """An early list of Binance has no network; its rows are read, and no chain is said."""
    data = "Date(UTC),Coin,Amount,TransactionFee,Address,TXID,SourceAddress,PaymentID,Status\n2019-03-10 12:00:00,BTC,1,0,,,,,Completed\n"
    coverage, found = taken_bytes("a.csv", data.encode(), tmp_path / "out")
    assert coverage.files[0].state == "read"
    assert "chain" not in found[0]["values"]

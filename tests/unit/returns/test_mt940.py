"""MT940 and MT942: each field as SWIFT means it, whatever banks make of it."""

from __future__ import annotations

import logging
from datetime import date
from decimal import Decimal
from pathlib import Path

import mt940 as peer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.returns import accounted, batched, parts, taken_bytes
from builders.trials import tries
from comity.returns.model import Finding, Given, Part, Record
from comity.returns.readers.field86 import details
from comity.returns.readers.line61 import Lines, day_of
from comity.returns.readers.mt940 import account_of

HEAD = ":20:ONE\n:25:1234567\n:28C:1/1\n:60F:C260101EUR100,00\n"


def statement(*lines: str, closing: str = "") -> bytes:
    """Write a statement that opens with 100 euros."""
    return (HEAD + "".join(line + "\n" for line in lines) + (f":62F:{closing}\n" if closing else "")).encode()


def findings(found: list[Part], code: str = "") -> list[Finding]:
    """Give the findings, or those of a code."""
    return [part for part in found if isinstance(part, Finding) and part.code.startswith(code)]


@pytest.mark.parametrize(
    ("mark", "direction", "reversal"),
    [
        ("C", "credit", None),
        ("D", "debit", None),
        ("RC", "debit", True),
        ("RD", "credit", True),
        ("CR", "credit", None),
    ],
)
def test_the_mark_says_which_way_the_money_went(mark: str, direction: str, reversal: bool | None) -> None:
    """A reversed credit is a debit; a letter of the currency after the mark changes nothing."""
    (row,) = batched(parts("a.sta", statement(f":61:260102{mark}1,5NTRFNONREF")))
    assert (row["direction"], row["reversal"], row["amount"]) == (direction, reversal, Decimal("1.5"))


def test_the_peer_takes_a_reversed_credit_for_a_credit() -> None:
    """The defect that the mark RC is here to show: mt-940 adds what was taken back."""
    data = statement(":61:260102RC1,00NTRFNONREF", closing="C260102EUR99,00")
    (theirs,) = peer.parse(data.decode()).transactions
    assert theirs.data["amount"].amount == 1
    assert not findings(parts("a.sta", data))


@pytest.mark.parametrize(
    ("value", "entry", "booked"),
    [
        ("251231", "0102", "2026-01-02"),
        ("260102", "1231", "2025-12-31"),
        ("240228", "0229", "2024-02-29"),
        ("991231", "0101", "2000-01-01"),
    ],
)
def test_the_day_of_entry_has_the_year_nearest_to_the_value_date(value: str, entry: str, booked: str) -> None:
    """Across New Year and on leap days the year is the near one."""
    line = Lines(Given(zone="UTC"), ",").read(f"{value}{entry}C1,NTRFX")
    assert line and line.time.earliest and line.time.earliest.date().isoformat() == booked


def test_a_day_that_does_not_exist_is_flagged_and_not_moved() -> None:
    """30 February stays what was delivered, while the peer makes the 28th of it."""
    data = statement(":61:2602300228D1,00NTRFX")
    (row,) = batched(parts("a.sta", data))
    assert (row["valued"], row["time"], row["flags"]) == (None, None, "time_unreadable")
    assert peer.parse(data.decode()).transactions[0].data["date"] == date(2026, 2, 28)


def test_without_a_day_of_entry_the_booking_is_inferred() -> None:
    """The record says that its time is the value date."""
    inferred, stated = batched(parts("a.sta", statement(":61:260102C1,NTRFX", ":61:2601020102C1,NTRFX")))
    assert (inferred["basis"], stated["basis"]) == ("inferred", "stated")


def test_details_are_kept_whole() -> None:
    """All 990 characters of a field 86 are there, where the peer cuts."""
    text = "\n".join("x" * 65 for _ in range(15)) + "end"
    data = statement(":61:260102C1,NTRFX", f":86:{text}")
    (row,) = batched(parts("a.sta", data))
    assert row["purpose"] == text
    assert row["raw"].endswith("xend")
    assert len(peer.parse(data.decode()).transactions[0].data["transaction_details"]) == 593 < len(text)


def test_details_on_one_long_line_are_kept_whole() -> None:
    """A million characters are a field like any other."""
    (row,) = batched(parts("a.sta", statement(":61:260102C1,NTRFX", ":86:" + "y" * 1_000_000)))
    assert len(row["purpose"]) == 1_000_000


def test_a_wrong_closing_balance_is_found_with_both_figures() -> None:
    """The finding names what is stated and what the entries come to; the peer says nothing."""
    data = statement(":61:260102C1,00NTRFX", closing="C260102EUR999,00")
    (found,) = findings(parts("a.sta", data))
    assert (found.code, found.found, found.expected) == (
        "balance_mismatch",
        "closing balance 999.00",
        "100.00 + 1.00 = 101.00",
    )
    assert peer.parse(data.decode()).data["final_closing_balance"].amount.amount == 999


def test_pages_chain_and_a_missing_one_is_found() -> None:
    """A page begins with what the one before it ended with; 1/3 after 1/1 lacks a page."""
    first = statement(":61:260102C1,00NTRFX").decode() + ":62M:C260102EUR101,00\n"
    second = ":20:ONE\n:25:1234567\n:28C:1/{page}\n:60M:C260102EUR{opening}\n:62F:C260102EUR{opening}\n"
    whole, broken, missing = (
        [f.code for f in findings(parts("a.sta", (first + second.format(page=page, opening=opening)).encode()))]
        for page, opening in ((2, "101,00"), (2, "99,00"), (3, "101,00"))
    )
    assert (whole, broken, missing) == ([], ["balance_mismatch"], ["part_missing"])


def test_an_offset_of_0100_is_an_hour() -> None:
    """The time of a report is 11:05 UTC for 12:05+0100."""
    found = parts("a.sta", HEAD.encode() + b":13D:2601051205+0100\n")
    (record,) = [part for part in found if isinstance(part, Record) and part.values["about"] == "report_time"]
    assert record.values["time"].earliest.isoformat() == "2026-01-05T11:05:00+00:00"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "166?00TEXT?20EREF+E1?21SVWZ+Rent for?22 May?32Some?33 One?31DE02120300000000202051",
            ("Rent for May", "Some One", "E1"),
        ),
        ("166?00TEXT?20no codeword 1+1?32A", ("no codeword 1+1", "A", "")),
        ("020~00TEXT~20Text~21 more~32B", ("Text more", "B", "")),
        ("/EREF/E2/BENM//NAME/C D/REMI/Thanks/ISDT/2026-01-02", ("Thanks", "C D", "E2")),
        ("/CNTP/NL91ABNA0417164300/ABNANL2A/E F///REMI/USTD//Word/", ("Word", "E F", "")),
        ("/NAME/one/NAME/two", ("/NAME/one/NAME/two", "", "")),
        ("free text /NAME/x", ("free text /NAME/x", "", "")),
        ("SVWZ+ alone\nwith a break", ("SVWZ+ alone\nwith a break", "", "")),
    ],
)
def test_details_are_read_in_the_structures_of_banks(text: str, wanted: tuple[str, str, str]) -> None:
    """Subfields, SEPA codewords and slashed codewords; what is ambiguous stays whole."""
    found = details(text)
    assert (found["purpose"], found.get("name", ""), found.get("end_to_end", "")) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("DEUTDEFF/DE89370400440532013000EUR", ("DEUTDEFF", "DE89370400440532013000", "EUR")),
        ("10020030/1234567", ("10020030", "1234567", "")),
        ("NL91ABNA0417164300", ("", "NL91ABNA0417164300", "")),
        ("NL91ABNA0417164300 EUR", ("", "NL91ABNA0417164300", "EUR")),
    ],
)
def test_field_25_is_bank_account_and_currency(text: str, wanted: tuple[str, str, str]) -> None:
    """However banks put them together."""
    assert account_of(text) == wanted


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end: str) -> None:
    """CR LF, LF and CR give the same records, each with its bytes."""
    data = statement(":61:2601020102C1,00NTRFREF//BANK", ":86:word", closing="C260102EUR101,00").replace(
        b"\n", end.encode()
    )
    found = parts("a.sta", data)
    (row,) = batched(found)
    assert not findings(found)
    assert (row["purpose"], row["bank_reference"]) == ("word", "BANK")
    assert data[row["byte_start"] : row["byte_end"]].startswith(b":61:2601020102C1,00")
    assert data[row["byte_start"] : row["byte_end"]].strip().endswith(b":86:word")


def test_other_letters_than_ascii_are_read_and_said(tmp_path: Path) -> None:
    """UTF-8 is read as such, anything else as Windows-1252 with a note."""
    data = statement(":61:260102C1,NTRFX", ":86:caf\u00e9", closing="C260102EUR101,00")
    coverage, _ = taken_bytes("a.sta", data, tmp_path / "utf8")
    assert coverage.clean
    legacy = data.decode().encode("cp1252")
    coverage, found = taken_bytes("a.sta", legacy, tmp_path / "cp1252")
    assert "encoding_assumed" in coverage.files[0].codes
    assert next(row for row in found if row["kind"] == "transaction")["values"]["purpose"] == "caf\u00e9"


def test_two_digit_years_are_of_the_century_that_swift_says() -> None:
    """80 is 1980, 79 is 2079."""
    assert (day_of("800101"), day_of("790101"), day_of("260229")) == (date(1980, 1, 1), date(2079, 1, 1), None)


amounts = st.decimals(0, 10**6, places=2).map(lambda value: f"{value:.2f}".replace(".", ","))
days = st.dates(date(2001, 1, 1), date(2078, 12, 31))
entries = st.lists(
    st.tuples(days, st.sampled_from(["C", "D"]), amounts, st.text("ABCdef 12.", min_size=1, max_size=200)), max_size=8
)


@settings(max_examples=tries(60), deadline=None)
@given(entries)
def test_what_is_written_is_read_and_the_peer_agrees(written: list[tuple[date, str, str, str]]) -> None:
    """Number, days, amounts and balance are those that were written, and those that mt-940 reads."""
    logging.disable(logging.WARNING)
    lines = [f":61:{day:%y%m%d%m%d}{mark}{amount}NTRFNONREF\n:86:{text}" for day, mark, amount, text in written]
    net = sum((Decimal(a.replace(",", ".")) * (1 if m == "C" else -1) for _, m, a, _ in written), Decimal(100))
    closing = f"{'D' if net < 0 else 'C'}260102EUR{abs(net):.2f}".replace(".", ",")
    data = statement(*lines, closing=closing)
    found = parts("a.sta", data)
    assert not findings(found)
    ours = batched(found)
    assert [(row["valued"], row["amount"]) for row in ours] == [
        (d, Decimal(a.replace(",", "."))) for d, _, a, _ in written
    ]
    assert [row.get("purpose") or "" for row in ours] == [text.strip() for *_, text in written]
    theirs = peer.parse(data.decode()).transactions if written else []
    assert [abs(t.data["amount"].amount) for t in theirs] == [row["amount"] for row in ours]
    assert [t.data["date"] for t in theirs] == [row["valued"] for row in ours]


fields = st.sampled_from(
    [
        *[
            ":20:",
            ":25:",
            ":28C:",
            ":60F:",
            ":61:",
            ":86:",
            ":62F:",
            ":90C:",
            ":13D:",
            ":34F:",
            ":99X:",
            "-}",
            "{1:",
            "\r",
            "\n",
            "\n",
            "-\n",
        ],
        "260101C1,00NTRFX",
    ]
)
noise = st.lists(st.one_of(fields, st.text(max_size=12)), max_size=40).map(
    lambda pieces: "\n".join(pieces).encode("utf-8", "ignore")
)


@settings(max_examples=tries(150), deadline=None)
@given(st.one_of(noise, st.binary(max_size=300)))
def test_any_bytes_are_accounted_for(data: bytes) -> None:
    """Whatever the bytes, nothing breaks and every field is parsed, set aside or rejected."""
    accounted("mt940", data)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(st.one_of(noise, st.binary(max_size=2000)))
def test_any_bytes_are_accounted_for_at_length(data: bytes) -> None:
    """The same for long."""
    accounted("mt940", data)


def test_a_file_cut_anywhere_is_accounted_for() -> None:
    """After every byte the rest is missing, and the ledger still comes out even."""
    data = statement(":61:2601020102C1,00NTRFX//Y", ":86:word", closing="C260102EUR101,00") + b"-\n"
    for end in range(len(data)):
        accounted("mt940", data[:end])

"""OFX and QFX: SGML without end tags and XML, with what banks make of times, marks and encodings."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ofxtools.Parser import OFXTree

from builders.returns import SAMPLES, accounted, batched, parts
from builders.trials import tries
from comity.returns.model import Finding, Given, Record
from comity.returns.readers.ofx import encoding_of
from comity.returns.readers.ofxtime import ofx_moment

HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:{}\nCHARSET:{}\nCOMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
SIGNON = "<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260101<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>"


def sgml(*entries: str, encoding: str = "USASCII", charset: str = "1252") -> str:
    """Write a statement in SGML."""
    status = "<TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>"
    account = "<CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>000123<ACCTTYPE>CHECKING</BANKACCTFROM>"
    listed = f"<BANKTRANLIST><DTSTART>20260101<DTEND>20260131{''.join(entries)}</BANKTRANLIST>"
    closing = "<LEDGERBAL><BALAMT>5.00<DTASOF>20260131</LEDGERBAL>"
    body = f"<BANKMSGSRSV1><STMTTRNRS>{status}<STMTRS>{account}{listed}{closing}</STMTRS></STMTTRNRS></BANKMSGSRSV1>"
    return f"{HEADER.format(encoding, charset)}<OFX>{SIGNON}{body}</OFX>"


def entry(amount: str = "1.00", posted: str = "20260105", more: str = "", name: str = "F1") -> str:
    """Write a transaction in SGML."""
    return f"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>{posted}<TRNAMT>{amount}<FITID>{name}{more}</STMTTRN>"


@pytest.mark.parametrize(
    ("text", "earliest", "zone", "basis"),
    [
        ("20260105120000[-5:EST]", "2026-01-05T17:00:00+00:00", "-05:00", "stated"),
        ("20260105120000.123[+5.30:IST]", "2026-01-05T06:30:00.123000+00:00", "+05:30", "stated"),
        ("20260105120000[5.5]", "2026-01-05T06:30:00+00:00", "+05:30", "stated"),
        ("20260105120000[5.75:NPT]", "2026-01-05T06:15:00+00:00", "+05:45", "stated"),
        ("20260105120000[0:GMT]", "2026-01-05T12:00:00+00:00", "+00:00", "stated"),
        ("20260105", "2026-01-04T23:00:00+00:00", "Europe/Berlin", "assumed"),
        ("20260105[-3:BRT]", "2026-01-05T03:00:00+00:00", "-03:00", "stated"),
        ("20260105120000", "2026-01-05T11:00:00+00:00", "Europe/Berlin", "assumed"),
        ("202601051200", "2026-01-05T11:00:00+00:00", "Europe/Berlin", "assumed"),
        ("20260230", None, "", "unknown"),
        ("20260105120000[-5.20]", None, "", "unknown"),
        ("20260105250000", None, "", "unknown"),
        ("5 January", None, "", "unknown"),
    ],
)
def test_times_are_placed_by_their_offset(text: str, earliest: str | None, zone: str, basis: str) -> None:
    """Hours and minutes or parts of an hour; the name in brackets means nothing; without an offset the zone given."""
    moment = ofx_moment(text, Given(zone="Europe/Berlin"))
    assert (moment.earliest.isoformat() if moment.earliest else None, moment.zone, moment.basis) == (
        earliest,
        zone,
        basis,
    )


def test_a_time_without_an_offset_is_a_span_over_every_zone() -> None:
    """The standard says GMT, banks write their own time: neither is assumed."""
    moment = ofx_moment("20260105120000", Given())
    assert moment.earliest and moment.latest and moment.latest - moment.earliest == timedelta(hours=26)


@pytest.mark.parametrize(
    ("amount", "value", "direction", "flags"),
    [
        ("-25.50", "-25.5", "debit", ""),
        ("+3,75", "3.75", "credit", ""),
        ("1,234.50", "1234.5", "credit", ""),
        ("-7", "-7", "debit", ""),
        ("abc", None, None, "amount_unreadable"),
        ("", None, None, "amount_unreadable"),
        ("1" * 30, None, None, "amount_too_large"),
    ],
)
def test_amounts_have_a_sign_and_either_mark(amount: str, value: str | None, direction: str | None, flags: str) -> None:
    """The sign says which way; what is no number has no value."""
    (row,) = batched(parts("a.ofx", sgml(entry(amount)).encode(), zone="UTC"))
    found = (None if row.get("amount") is None else row["amount"], row.get("direction"), row["flags"])
    assert found == (None if value is None else Decimal(value), direction, flags)


def test_end_tags_may_lack_even_of_a_transaction() -> None:
    """A transaction ends where the next begins."""
    text = sgml(entry(name="A").removesuffix("</STMTTRN>"), entry(name="B"))
    found = parts("a.ofx", text.encode())
    assert [row["entry"] for row in batched(found)] == ["A", "B"]
    assert not [part for part in found if isinstance(part, Finding)]


def test_a_transaction_knows_its_account() -> None:
    """Two accounts in a file are kept apart, the card without a bank."""
    found = batched(parts("a.ofx", (SAMPLES / "ofx" / "investment.ofx").read_bytes()))
    assert [row["account"] for row in found] == ["5555", "I-1", "I-1"]


def test_bytes_of_a_transaction_are_its_own() -> None:
    """The span cuts out what is in `raw`."""
    data = sgml(entry(more="<NAME>caf\u00e9 & <MEMO>x &amp; y"), entry("2")).encode("cp1252")
    for row in batched(parts("a.ofx", data)):
        assert data[row["byte_start"] : row["byte_end"]].decode("cp1252") == row["raw"]


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (HEADER.format("USASCII", "1252"), "cp1252"),
        (HEADER.format("USASCII", "NONE"), "cp1252"),
        (HEADER.format("UTF-8", "NONE"), "utf-8"),
        (HEADER.format("UNICODE", "1252"), "utf-8"),
        (HEADER.format("USASCII", "ISO-8859-1"), "ISO-8859-1"),
        ('<?xml version="1.0" encoding="ISO-8859-15"?>', "ISO-8859-15"),
        ("<OFX>", "utf-8"),
    ],
)
def test_the_header_says_the_encoding(head: str, wanted: str) -> None:
    """As SGML or XML."""
    assert encoding_of(head.encode()) == wanted


def test_bytes_that_are_not_in_the_encoding_are_said() -> None:
    """The text is given byte by byte, and the finding says where it began."""
    data = sgml(entry(more="<NAME>caf\u00e9"), encoding="UTF-8").encode("latin-1")
    found = parts("a.ofx", data)
    assert [part.code for part in found if isinstance(part, Finding)] == ["text_undecodable"]
    assert batched(found)[0]["counterparty_name"] == "caf\u00e9"


@pytest.mark.parametrize(("encoding", "charset", "codec"), [("UTF-8", "NONE", "utf-8"), ("USASCII", "1252", "cp1252")])
def test_letters_whose_last_byte_is_a_blank_elsewhere_stay_whole(encoding: str, charset: str, codec: str) -> None:
    """The second byte of an a with a grave in UTF-8 is a no-break space in Latin-1, an ellipsis a line end."""
    (row,) = batched(
        parts(
            "a.ofx", sgml(entry(more="<NAME>voil\u00e0<MEMO>\u2026"), encoding=encoding, charset=charset).encode(codec)
        )
    )
    assert (row["counterparty_name"], row["purpose"]) == ("voil\u00e0", "\u2026")


def test_balances_and_periods_are_statements_of_the_sender() -> None:
    """The closing balance with its day, and the period of the list."""
    found = [part for part in parts("a.ofx", sgml(entry()).encode(), zone="UTC") if isinstance(part, Record)]
    assert [record.values["about"] for record in found] == ["period", "closing_balance"]
    assert found[1].values["amount"].value == 5


amounts = st.decimals(-(10**6), 10**6, places=2)
words = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=30)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(days, st.integers(-12, 14), amounts, words), min_size=1, max_size=6))
def test_what_is_written_is_read_and_the_peer_agrees(written: list[tuple[date, int, Decimal, str]]) -> None:
    """Number, times, amounts and names are those that were written, and those that ofxtools reads."""
    text = sgml(
        *(
            entry(f"{amount:.2f}", f"{day:%Y%m%d}120000[{zone}:ABC]", f"<NAME>{escape(name)}", f"F{n}")
            for n, (day, zone, amount, name) in enumerate(written)
        )
    )
    data = text.encode("cp1252")
    ours = batched(parts("a.ofx", data))
    times = [
        datetime(d.year, d.month, d.day, 12, tzinfo=timezone(timedelta(hours=z))).astimezone(UTC)
        for d, z, *_ in written
    ]
    assert [(row["amount"], row["time"], row["counterparty_name"]) for row in ours] == [
        (amount, time, name) for (_, _, amount, name), time in zip(written, times, strict=True)
    ]
    tree = OFXTree()
    tree.parse(io.BytesIO(data))
    theirs = tree.convert().statements[0].transactions
    assert [(t.trnamt, t.dtposted) for t in theirs] == [(row["amount"], row["time"]) for row in ours]


def test_a_file_cut_anywhere_is_accounted_for() -> None:
    """After every byte the rest is missing: what was whole is read, the rest is said."""
    data = sgml(entry(), entry("2.00")).encode()
    for end in range(len(data)):
        assert "damaged" in accounted("ofx", data[:end]).codes


bits = st.sampled_from(
    [
        "<OFX>",
        "</OFX>",
        "<STMTTRN>",
        "</STMTTRN>",
        "<INVBAL>",
        "<BAL>",
        "<BUYSTOCK>",
        "<TOTAL>",
        "<STMTRS>",
        "<ACCTID>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE",
        "&",
        "&amp;",
        "<",
        ">",
        "<TRNAMT>",
        "<DTPOSTED>",
    ]
)
noise = st.lists(st.one_of(bits, st.text(max_size=6)), max_size=25).map(
    lambda pieces: "".join(pieces).encode("utf-8", "ignore")
)


@settings(max_examples=tries(150), deadline=None)
@given(st.one_of(noise, st.binary(max_size=200)))
def test_any_bytes_are_accounted_for(data: bytes) -> None:
    """Whatever the bytes, nothing breaks and every aggregate is parsed, set aside or rejected."""
    accounted("ofx", data)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(st.one_of(noise, st.binary(max_size=2000)))
def test_any_bytes_are_accounted_for_at_length(data: bytes) -> None:
    """The same for long."""
    accounted("ofx", data)

"""camt.052, 053 and 054: what each element says, over all versions, and what must add up."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from builders.returns import SAMPLES, accounted, batched, parts, taken_bytes
from builders.trials import tries
from comity.returns.model import Aside, Finding, Part, Seen
from comity.returns.readers import pieces
from comity.returns.readers.pieces import Pieces
from comity.returns.readers.shapes import leaves, split, unescaped

ROOTS = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
ACCOUNT = "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>"


def message(body: str, *, kind: str = "053", version: str = "08", head: str = ACCOUNT) -> bytes:
    """Write a message with one statement."""
    root, statement = ROOTS[kind]
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}"
    return f'<Document xmlns="{space}"><{root}><{statement}><Id>1</Id>{head}{body}</{statement}></{root}></Document>'.encode()


def entry(amount: str = "1.00", inside: str = "", side: str = "CRDT", status: str = "<Sts><Cd>BOOK</Cd></Sts>") -> str:
    """Write an entry of an amount in euros."""
    return f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{status}{inside}</Ntry>'


def balance(code: str, amount: str, side: str = "CRDT", currency: str = "EUR") -> str:
    """Write a balance."""
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f'<Bal>{kind}<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd></Bal>'


def codes(found: list[Part]) -> list[str]:
    """Give the codes of all findings."""
    return [part.code for part in found if isinstance(part, Finding)]


@pytest.mark.parametrize("kind", sorted(ROOTS))
@pytest.mark.parametrize("version", [f"{n:02}" for n in range(2, 14)])
def test_every_message_and_version_gives_its_entries(kind: str, version: str) -> None:
    """A report (052), of which a peer reads nothing, is read like a statement and a notice, from version 2 to 13."""
    status = "<Sts>BOOK</Sts>" if int(version) < 7 else "<Sts><Cd>BOOK</Cd></Sts>"
    party = "<Dbtr><Nm>A B</Nm></Dbtr>" if int(version) < 7 else "<Dbtr><Pty><Nm>A B</Nm></Pty></Dbtr>"
    bank = "BIC" if int(version) < 3 else "BICFI"
    agent = f"<RltdAgts><DbtrAgt><FinInstnId><{bank}>COBADEFFXXX</{bank}></FinInstnId></DbtrAgt></RltdAgts>"
    detail = f"<NtryDtls><TxDtls><RltdPties>{party}</RltdPties>{agent}</TxDtls></NtryDtls>"
    found = parts("a.xml", message(entry("2.50", detail, status=status), kind=kind, version=version))
    (row,) = batched(found)
    assert (row["amount"], row["status"], row["counterparty_name"]) == (Decimal("2.5"), "BOOK", "A B")
    assert (row["counterparty_bank"], row["account"]) == ("COBADEFFXXX", "DE89370400440532013000")
    assert not codes(found)


def test_names_count_and_not_namespaces() -> None:
    """Without a namespace, or with prefixes, the same is read."""
    plain = message(entry()).replace(b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', b"")
    prefixed = (SAMPLES / "camt" / "report.xml").read_bytes()
    assert len(batched(parts("a.xml", plain))) == len(batched(parts("a.xml", prefixed))) == 1


def test_each_detail_of_a_batch_is_a_record() -> None:
    """A hundred details give a hundred records with their part of the batch, and come to the entry."""
    details = "".join(f'<TxDtls><Amt Ccy="EUR">{n}.00</Amt></TxDtls>' for n in range(1, 101))
    found = parts("a.xml", message(entry("5050.00", f"<NtryDtls>{details}</NtryDtls>")))
    assert [row["batch_part"] for row in batched(found)] == [f"{n}/100" for n in range(1, 101)]
    assert sum(row["amount"] for row in batched(found)) == 5050
    assert not codes(found)


def test_details_that_do_not_come_to_their_entry_are_found() -> None:
    """Two and three are not six."""
    details = "".join(f'<TxDtls><Amt Ccy="EUR">{n}.00</Amt></TxDtls>' for n in (2, 3))
    (finding,) = [
        p for p in parts("a.xml", message(entry("6.00", f"<NtryDtls>{details}</NtryDtls>"))) if isinstance(p, Finding)
    ]
    assert (finding.code, finding.found, finding.expected) == ("total_mismatch", "entry: 6.00 stated", "5.00 read")


def test_details_without_amounts_are_flagged() -> None:
    """Of a batch whose parts have no amounts, each part says that its details are cut."""
    found = batched(parts("a.xml", message(entry("6.00", "<NtryDtls><TxDtls></TxDtls><TxDtls/></NtryDtls>"))))
    assert [(row.get("amount"), row["flags"]) for row in found] == [(None, "details_cut")] * 2


def test_balances_are_recomputed() -> None:
    """Opening and booked entries come to the closing balance, or the finding has both figures; pending ones do not count."""
    body = entry("1.00") + entry("9.00", status="<Sts><Cd>PDNG</Cd></Sts>")
    right = parts("a.xml", message(balance("OPBD", "5.00") + balance("CLBD", "6.00") + balance("CLAV", "1.00") + body))
    wrong = parts("a.xml", message(balance("PRCD", "5.00") + balance("CLBD", "15.00") + body))
    assert not codes(right)
    (finding,) = [part for part in wrong if isinstance(part, Finding)]
    assert (finding.found, finding.expected) == ("closing balance 15.00", "5.00 + 1.00 = 6.00")


def test_balances_of_two_currencies_are_kept_apart() -> None:
    """Each currency opens and closes for itself."""
    body = "".join(
        balance(*one)
        for one in (
            ("OPBD", "0.00"),
            ("CLBD", "1.00"),
            ("OPBD", "7.00", "CRDT", "USD"),
            ("CLBD", "7.00", "CRDT", "USD"),
        )
    )
    assert not codes(parts("a.xml", message(body + entry("1.00"))))


@pytest.mark.parametrize(
    ("number", "total", "wanted"),
    [("1", "1.00", []), ("2", "1.00", ["count_mismatch"]), ("1", "2.00", ["total_mismatch"])],
)
def test_the_senders_counts_and_sums_are_compared(number: str, total: str, wanted: list[str]) -> None:
    """A summary that says otherwise is found."""
    summary = f"<TxsSummry><TtlNtries><NbOfNtries>{number}</NbOfNtries><Sum>{total}</Sum></TtlNtries></TxsSummry>"
    assert codes(parts("a.xml", message(summary + entry("1.00")))) == wanted


def test_the_other_side_of_a_reversal_is_still_the_other_side() -> None:
    """A debit taken back comes as a credit; who was paid is the other side."""
    sides = "<Dbtr><Nm>Owner</Nm></Dbtr><Cdtr><Nm>Shop</Nm></Cdtr>"
    detail = f"<RvslInd>true</RvslInd><NtryDtls><TxDtls><RltdPties>{sides}</RltdPties></TxDtls></NtryDtls>"
    (row,) = batched(parts("a.xml", message(entry("1.00", detail))))
    assert (row["direction"], row["reversal"], row["counterparty_name"]) == ("credit", True, "Shop")


def test_bytes_of_an_entry_are_its_own() -> None:
    """The span cuts out the entry, also after letters of several bytes; so does that of a detail."""
    detail = "<TxDtls><Refs><EndToEndId>\u00e9{}</EndToEndId></Refs></TxDtls>"
    data = message(
        entry(inside="<AddtlNtryInf>\u00fc\u00f1</AddtlNtryInf>")
        + entry(inside=f"<NtryDtls>{detail.format(1)}{detail.format(2)}</NtryDtls>")
    )
    first, second, third = batched(parts("a.xml", data))
    for row in (first, second, third):
        assert data[row["byte_start"] : row["byte_end"]].decode() == row["raw"]
    assert third["raw"] == detail.format(2)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_encodings_are_read_as_declared(encoding: str) -> None:
    """The same text in four encodings."""
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        + message(entry(inside="<AddtlNtryInf>\u00e9 &amp; \u00fc</AddtlNtryInf>")).decode()
    )
    (row,) = batched(parts("a.xml", text.encode(encoding)))
    assert row["purpose"] == "\u00e9 & \u00fc"


@pytest.mark.parametrize(
    ("text", "earliest", "flags"),
    [
        ("<Dt>2026-01-05</Dt>", "2026-01-04T23:00:00+00:00", ""),
        ("<Dt>2026-01-05Z</Dt>", "2026-01-05T00:00:00+00:00", ""),
        ("<DtTm>2026-01-05T10:00:00.5-05:00</DtTm>", "2026-01-05T15:00:00.500000+00:00", ""),
        ("<DtTm>2026-01-05T10:00:00</DtTm>", "2026-01-05T09:00:00+00:00", ""),
        ("<Dt>2026-02-30</Dt>", None, "time_unreadable"),
        ("<Dt>05.01.2026</Dt>", None, "time_unreadable"),
    ],
)
def test_days_and_times_are_placed(text: str, earliest: str | None, flags: str) -> None:
    """A day without its zone is in the zone given; what has an offset is exact; what is no day is flagged."""
    (row,) = batched(parts("a.xml", message(entry(inside=f"<BookgDt>{text}</BookgDt>")), zone="Europe/Berlin"))
    assert (row["time"].isoformat() if row["time"] else None, row["flags"]) == (earliest, flags)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
trees = st.recursive(
    texts, lambda inner: st.lists(st.tuples(st.sampled_from(["A", "p:B", "C-d"]), inner), max_size=4), max_leaves=12
)


def written(tree: Any) -> str:
    """Write a tree as XML."""
    return (
        escape(tree) if isinstance(tree, str) else "".join(f"<{name}>{written(inner)}</{name}>" for name, inner in tree)
    )


@settings(max_examples=tries(100), deadline=None)
@given(trees)
def test_the_texts_of_a_shape_are_those_that_lxml_finds(tree: Any) -> None:
    """Splitting at the brackets gives every leaf that a parser gives, with the same text."""
    text = f"<R>{written(tree)}</R>"
    found = split(text)
    assert found is not None
    ours = [(leaf.path[-1], unescaped(found[1][leaf.at])) for leaf in leaves(found[0]) or []]
    root = etree.fromstring(text.replace("<R>", '<R xmlns:p="urn:p">', 1).encode())
    theirs = [(etree.QName(one).localname, one.text or "") for one in root.iter() if len(one) == 0]
    assert sorted(ours) == sorted(theirs)


@settings(max_examples=tries(100), deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                entry(),
                entry("2.00", "<!-- <Ntry> </Ntry> -->"),
                entry(inside="<AddtlNtryInf><![CDATA[</Ntry><Ntry>]]></AddtlNtryInf>"),
                balance("OPAV", "1"),
                "<!-- <Bal> -->",
            ]
        ),
        max_size=12,
    ),
    st.integers(1, 64),
)
def test_pieces_come_without_a_gap_however_the_stream_is_cut(parts_: list[str], size: int) -> None:
    """Blocks of any size give the same pieces, which together are the stream."""
    data = message("".join(parts_))
    cut = list(Pieces((data[at : at + size] for at in range(0, len(data), size)), ("Ntry", "Bal"), ("Ntry", "Bal")))
    assert b"".join(piece.data for piece in cut) == data
    assert all(after.start == before.end for before, after in pairwise(cut))
    assert [piece.data.decode() for piece in cut if piece.name in ("Ntry", "Bal")] == [
        one for one in parts_ if one[1] != "!"
    ]
    accounted("camt", data)


def test_a_file_cut_anywhere_is_accounted_for() -> None:
    """After every byte the rest is missing: what was whole is read, the rest is rejected or damaged."""
    data = (SAMPLES / "camt" / "report.xml").read_bytes().rstrip()
    for end in range(len(data)):
        assert "damaged" in accounted("camt", data[:end]).codes


bits = st.sampled_from(
    [
        "<Ntry>",
        "</Ntry>",
        "<Bal>",
        "</Bal>",
        "<TxDtls>",
        "</TxDtls>",
        "<TxDtls/>",
        "<Ntry/>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x",
        "?>",
        "&",
        "&amp;",
        "&#0;",
        "<",
        ">",
        '"',
        "<Amt/>",
    ]
)
noise = st.lists(st.one_of(bits, st.text(max_size=5)), max_size=20).map("".join)


@settings(max_examples=tries(150), deadline=None)
@given(noise)
def test_any_content_is_accounted_for(body: str) -> None:
    """Whatever stands in a statement, nothing breaks and every element is parsed, set aside or rejected."""
    accounted("camt", message(entry() + body))


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(st.one_of(noise.map(lambda body: message(entry() + body)), st.binary(max_size=500)))
def test_any_content_is_accounted_for_at_length(data: bytes) -> None:
    """The same for long."""
    accounted("camt", data)


def test_an_entry_larger_than_the_limit_is_rejected_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The entries beside it are read, and its own elements are counted."""
    monkeypatch.setattr(pieces, "LIMIT", 100_000)
    monkeypatch.setattr("comity.returns.source.BLOCK", 10_000)
    big = entry(
        "2.00", "<NtryDtls>" + f"<TxDtls><Refs><MsgId>{'x' * 1000}</MsgId></Refs></TxDtls>" * 500 + "</NtryDtls>"
    )
    coverage, found = taken_bytes("a.xml", message(entry() + big + entry("3.00")), tmp_path / "out")
    assert [row["values"]["amount"] for row in found] == ["1", "3"]
    assert (coverage.files[0].rejected, coverage.files[0].accounted) == (501, True)


def test_what_stands_in_comments_is_set_aside() -> None:
    """An entry that is commented out is no entry, and is said."""
    found = parts("a.xml", message("<!--" + entry() + "-->" + entry("2.00")))
    assert [row["amount"] for row in batched(found)] == [2]
    assert Aside("in a comment", 1, 1) in found
    assert Seen(2, "element") in found


def test_what_a_comment_hides_takes_no_number_of_its_entry(tmp_path: Path) -> None:
    """The entry is the first unit, what is commented out in it the second."""
    hidden = entry("2.00", "<!-- <Ntry></Ntry> -->") + entry("3.00")
    _, found = taken_bytes("a.xml", message(hidden), tmp_path / "out")
    assert [(one["row"], one["values"]["amount"]) for one in found] == [(1, "2"), (3, "3")]

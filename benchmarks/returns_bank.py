"""Statements of banks to Parquet, end to end, beside the libraries that read the same formats into objects.

    PYTHONPATH=tests python benchmarks/returns_bank.py [--quick]

Comity reads the file, checks balances and counts, and writes typed rows with their source to Parquet. `mt-940` and
`ofxtools` end with Python objects; `lxml` stands for the least that any reader of camt.053 built on it does: it goes
through the entries and reads five values of each.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from comity.returns.model import Given
from comity.returns.source import on_disk
from comity.returns.taking import take_in

DAYS = [f"{month:02}{day:02}" for month in range(1, 13) for day in range(1, 29)]
RUNS = 3


def cents(n: int) -> int:
    """Give the amount of the nth entry."""
    return (n % 900 + 1) * 100 + n % 100


def mt940(rows: int) -> bytes:
    """Write statements of a hundred entries each, with structured details."""
    out = []
    total = 0
    for begin in range(0, rows, 100):
        out.append(f":20:ST{begin}\r\n:25:DE89370400440532013000\r\n:28C:{begin // 100 + 1}/1\r\n")
        out.append(f":60F:C260101EUR{total // 100},{total % 100:02}\r\n")
        for n in range(begin, min(begin + 100, rows)):
            total += cents(n)
            day = DAYS[n // 100 % len(DAYS)]
            out.append(
                f":61:26{day}{day}C{cents(n) // 100},{n % 100:02}NTRFNONREF//B{n}\r\n:86:166?00GUTSCHRIFT?20EREF+E2E-{n}"
                f"?21SVWZ+Invoice {n} of\r\n 2026 with thanks?30COBADEFFXXX?31DE02120300000000202051?32Example Person {n % 977}\r\n"
            )
        out.append(f":62F:C261231EUR{total // 100},{total % 100:02}\r\n-\r\n")
    return "".join(out).encode()


_CAMT_ENTRY = (
    '<Ntry><Amt Ccy="EUR">{0}.{1:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{2}</Dt></BookgDt>'
    "<ValDt><Dt>{2}</Dt></ValDt><AcctSvcrRef>B{3}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd>"
    "<SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E2E-{3}</EndToEndId></Refs>"
    "<RltdPties><Dbtr><Pty><Nm>Example Person {4}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id>"
    "</DbtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></DbtrAgt></RltdAgts>"
    "<RmtInf><Ustrd>Invoice {3} of 2026 with thanks</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
)


def camt(rows: int) -> bytes:
    """Write one statement with an entry of one detail each."""
    total = sum(map(cents, range(rows)))
    balance = (
        "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{}.{:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
    )
    return "".join(
        [
            '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>',
            "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>",
            balance.format("OPBD", 0, 0) + balance.format("CLBD", total // 100, total % 100),
            *(
                _CAMT_ENTRY.format(
                    cents(n) // 100, n % 100, f"2026-{DAYS[n // 100 % 336][:2]}-{DAYS[n // 100 % 336][2:]}", n, n % 977
                )
                for n in range(rows)
            ),
            "</Stmt></BkToCstmrStmt></Document>",
        ]
    ).encode()


def ofx(rows: int) -> bytes:
    """Write one bank statement in SGML."""
    head = (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
        "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>"
        "<DTSERVER>20261231<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0"
        "<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>021000021<ACCTID>000123<ACCTTYPE>CHECKING"
        "</BANKACCTFROM><BANKTRANLIST><DTSTART>20260101<DTEND>20261231\n"
    )
    entries = [
        f"<STMTTRN>\n<TRNTYPE>DEBIT\n<DTPOSTED>2026{DAYS[n // 100 % 336]}120000[-5:EST]\n<TRNAMT>-{cents(n) // 100}.{n % 100:02}\n"
        f"<FITID>F{n}\n<NAME>Example Shop {n % 977}\n<MEMO>Invoice {n} of 2026 with thanks\n</STMTTRN>\n"
        for n in range(rows)
    ]
    tail = "</BANKTRANLIST><LEDGERBAL><BALAMT>0<DTASOF>20261231</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    return (head + "".join(entries) + tail).encode()


def through_ofxtools(path: Path) -> int:
    """Read with the library ofxtools, into its objects."""
    from ofxtools.Parser import OFXTree

    tree = OFXTree()
    tree.parse(str(path))
    return len(tree.convert().statements[0].transactions)


def through_lxml(path: Path) -> int:
    """Go through the entries with lxml, and read five values of each."""
    from lxml import etree

    space = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
    found = 0
    for _, entry in etree.iterparse(str(path), tag=space + "Ntry", resolve_entities=False, no_network=True):
        detail = f"{space}NtryDtls/{space}TxDtls/"
        kept = [
            entry.findtext(path)
            for path in (
                space + "Amt",
                space + "CdtDbtInd",
                f"{space}BookgDt/{space}Dt",
                f"{detail}{space}Refs/{space}EndToEndId",
                f"{detail}{space}RmtInf/{space}Ustrd",
            )
        ]
        found += len(kept) == 5
        entry.clear()
        while entry.getprevious() is not None:
            del entry.getparent()[0]
    return found


def through_comity(path: Path) -> int:
    """Take the file in and give the number of transactions."""
    with tempfile.TemporaryDirectory() as folder:
        coverage = take_in([on_disk(path)], Given(), Path(folder) / "out")
        if not coverage.clean:
            raise SystemExit(f"not read cleanly: {coverage.plain()}")
        return coverage.records()["transaction"]


def through_mt940(path: Path) -> int:
    """Read with the library mt-940."""
    import mt940 as peer

    return len(peer.parse(path.read_text("utf-8")).transactions)


def rate(act: Callable[[Path], int], path: Path, rows: int) -> float:
    """Give the rows a CPU second of one run: other work on the machine counts less so."""
    start = time.process_time()
    found = act(path)
    spent = time.process_time() - start
    if found != rows:
        raise SystemExit(f"{act.__name__} read {found} of {rows} rows")
    return rows / spent


def compare(name: str, data: bytes, rows: int, sides: dict[str, Callable[[Path], int]]) -> None:
    """Run all sides in turn, and print the median of each and what Comity is beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        found: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(RUNS):
            for side, act in sides.items():
                found[side].append(rate(act, path, rows))
    ours = statistics.median(found["comity"])
    print(f"{name}: {rows:,} rows, {len(data) / 1e6:.1f} MB")
    for side, rates in found.items():
        print(
            f"  {side:12} {statistics.median(rates):12,.0f} rows/CPU-s   /{side} {ours / statistics.median(rates):6.2f}"
        )


def main() -> None:
    """Run every format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    rows = 10_000 if parser.parse_args().quick else 100_000
    logging.disable(logging.WARNING)
    compare("statement.sta", mt940(rows), rows, {"comity": through_comity, "mt-940": through_mt940})
    compare("statement.xml", camt(rows), rows, {"comity": through_comity, "lxml": through_lxml})
    compare("statement.ofx", ofx(rows), rows, {"comity": through_comity, "ofxtools": through_ofxtools})


if __name__ == "__main__":
    main()

"""Hostile bank statements: correct records or a precise finding, within bounds of memory and time."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from builders.returns import SAMPLES, parts, taken, taken_bytes
from comity.returns.model import Aside, Finding, Given, Record, Rows, Seen
from comity.returns.reader import ask, choose, readers
from comity.returns.source import Source, in_memory

ROOT = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>'
END = "</Stmt></BkToCstmrStmt></Document>"
ENTRY = '<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>'
STATEMENTS = sorted(
    path for name in ("camt", "mt940", "ofx") for path in (SAMPLES / name).iterdir() if path.suffix != ".json"
)


def codes(name: str, data: bytes, tmp_path: Path) -> tuple[set[str], list[dict[str, Any]]]:
    """Take a file in, see that it is accounted for, and give the codes found and the records."""
    coverage, found = taken_bytes(name, data, tmp_path / "out", zone="UTC")
    assert coverage.files[0].accounted
    return set(coverage.files[0].codes), found


def test_an_xml_bomb_is_not_opened(tmp_path: Path) -> None:
    """Entities that would grow to gigabytes end the reading at the document type, and every element is rejected."""
    bomb = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    data = f'<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa">{bomb}]>' + ROOT + ENTRY.replace("1.00", "&j;") + END
    found, records = codes("a.xml", data.encode(), tmp_path)
    assert (found, records) == ({"active_content"}, [])


def test_an_external_entity_is_not_fetched(tmp_path: Path) -> None:
    """A file of this machine that an entity names is not read."""
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    data = (
        f'<!DOCTYPE Document [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        + ROOT
        + ENTRY.replace("</Ntry>", "<AddtlNtryInf>&x;</AddtlNtryInf></Ntry>")
        + END
    )
    found, records = codes("a.xml", data.encode(), tmp_path)
    assert (found, records) == ({"active_content"}, [])


def test_a_document_type_ends_the_reading_of_ofx(tmp_path: Path) -> None:
    """What stands before it is kept, what follows is rejected."""
    data = b"OFXHEADER:100\n\n<OFX><STMTTRN><TRNAMT>1</STMTTRN><!DOCTYPE x><STMTTRN><TRNAMT>2</STMTTRN></OFX>"
    found, records = codes("a.ofx", data, tmp_path)
    assert "active_content" in found
    assert [row["values"]["amount"] for row in records] == ["1"]


def test_an_entry_hidden_in_a_comment_is_no_entry(tmp_path: Path) -> None:
    """What a person sees commented out is not read, and said to be there."""
    coverage, found = taken_bytes("a.xml", (ROOT + f"<!-- {ENTRY} -->" + ENTRY + END).encode(), tmp_path / "out")
    assert (len(found), coverage.files[0].aside["in a comment"]) == (1, 1)


def test_a_bracket_in_a_text_forges_no_element(tmp_path: Path) -> None:
    """Text that reads like tags with its brackets the wrong way round stays text."""
    forged = ENTRY.replace(
        "</Ntry>", "<AddtlNtryInf>x>/AddtlNtryInf>>NtryRef>FORGED>/NtryRef>>AddtlNtryInf>y</AddtlNtryInf></Ntry>"
    )
    _, (record,) = codes("a.xml", (ROOT + forged + END).encode(), tmp_path)
    assert "entry" not in record["values"]
    assert record["values"]["purpose"].startswith("x>/AddtlNtryInf>>NtryRef>FORGED")


def test_elements_nested_without_end_are_refused(tmp_path: Path) -> None:
    """Depth is bounded between the entries and in them."""
    found, _ = codes("a.xml", (ROOT + "<x>" * 100_000).encode(), tmp_path / "1")
    assert found == {"too_deep"}
    found, _ = codes(
        "b.xml",
        (ROOT + ENTRY.replace("</Ntry>", "<x>" * 5000 + "</x>" * 5000 + "</Ntry>") + END).encode(),
        tmp_path / "2",
    )
    assert found == {"row_malformed"}


@pytest.mark.parametrize("name", ["a.xml", "a.sta", "a.ofx"])
def test_a_field_of_a_million_characters_is_kept_whole(name: str, tmp_path: Path) -> None:
    """Nothing is cut in silence."""
    long = "z" * 1_000_000
    data = {
        "a.xml": ROOT + ENTRY.replace("</Ntry>", f"<AddtlNtryInf>{long}</AddtlNtryInf></Ntry>") + END,
        "a.sta": f":20:1\n:25:1\n:60F:C260101EUR0,\n:61:260101C1,NTRFX\n:86:{long}\n:62F:C260101EUR1,\n",
        "a.ofx": f"OFXHEADER:100\n\n<OFX><STMTTRN><TRNAMT>1<MEMO>{long}</STMTTRN></OFX>",
    }[name]
    _, records = codes(name, data.encode(), tmp_path)
    assert next(row for row in records if row["kind"] == "transaction")["values"]["purpose"] == long


@pytest.mark.parametrize("name", ["a.xml", "a.sta", "a.ofx"])
def test_nuls_break_nothing(name: str, tmp_path: Path) -> None:
    """A NUL in a text stays there or rejects its unit; the ledger comes out even."""
    data = {
        "a.xml": ROOT + ENTRY.replace("</Ntry>", "<AddtlNtryInf>a\0b</AddtlNtryInf></Ntry>") + END,
        "a.sta": ":20:1\n:25:1\n:60F:C260101EUR0,\n:61:260101C1,NTRFX\n:86:a\0b\n",
        "a.ofx": "OFXHEADER:100\n\n<OFX><STMTTRN><TRNAMT>1<MEMO>a\0b</STMTTRN></OFX>",
    }[name]
    _, records = codes(name, data.encode(), tmp_path)
    assert next(row for row in records if row["kind"] == "transaction")["values"]["purpose"] == "a\0b"


@pytest.mark.parametrize("sample", STATEMENTS, ids=lambda path: path.name)
def test_a_wrong_extension_deceives_nobody(sample: Path) -> None:
    """Each statement is known by what it holds, whatever its name, and by one reader alone."""
    for name in ("a.csv", "a.xml", "a.ofx", "a.txt", "a"):
        reader, _ = choose(name, ask(in_memory(name, sample.read_bytes()), Given()))
        assert reader and reader.name == sample.parent.name


@pytest.mark.parametrize("sample", STATEMENTS, ids=lambda path: path.name)
def test_changed_bytes_are_accounted_for(sample: Path) -> None:
    """Bytes put in, taken out and changed at random: nothing breaks and no unit is lost."""
    chance = random.Random(6)
    reader = readers()[sample.parent.name]
    for _ in range(60):
        data = bytearray(sample.read_bytes())
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 3)] = chance.choice([b"", b"<", b">", b"\n:", b"\0", b"\xff", b"&", b"-}"])
        units = done = 0
        row = None
        for part in reader.read(in_memory("x", bytes(data)), Given()):
            if isinstance(part, Seen):
                units += part.units
            elif isinstance(part, Rows):
                done += part.batch.num_rows
            elif isinstance(part, Record):
                done += part.row != row
                row = part.row
            elif isinstance(part, Aside | Finding):
                done += part.units
        assert units == done


def test_two_million_tags_in_one_transaction_are_refused(tmp_path: Path) -> None:
    """The transaction is rejected, the next is read."""
    data = "OFXHEADER:100\n\n<OFX><STMTTRN>" + "<X>" * 200_000 + "</STMTTRN><STMTTRN><TRNAMT>1</STMTTRN></OFX>"
    found, records = codes("a.ofx", data.encode(), tmp_path)
    assert (found, len(records)) == ({"too_large"}, 1)


@pytest.mark.parametrize("name", ["a.xml", "a.sta", "a.ofx"])
def test_memory_does_not_grow_with_the_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the file takes no more memory."""
    monkeypatch.setattr("comity.returns.source.BLOCK", 20_000)
    monkeypatch.setattr("comity.returns.readers.entries.BATCH", 250)
    unit, head, end = {
        "a.xml": (ENTRY + "\n", ROOT, END),
        "a.sta": (":61:260101C1,00NTRFX\n:86:some words\n", ":20:1\n:25:1\n", ""),
        "a.ofx": ("<STMTTRN><TRNAMT>1<MEMO>some words</STMTTRN>\n", "OFXHEADER:100\n\n<OFX>", "</OFX>"),
    }[name]
    reader = readers()[{"a.xml": "camt", "a.sta": "mt940", "a.ofx": "ofx"}[name]]
    most = []
    for count in (1_000, 4_000):
        path = tmp_path / name
        path.write_text(head + unit * count + end)
        source = Source(name, lambda path=path: path.open("rb"), path.stat().st_size)  # type: ignore[misc]
        tracemalloc.start()
        assert sum(part.batch.num_rows for part in reader.read(source, Given()) if isinstance(part, Rows)) == count
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert most[1] < most[0] * 1.5


def test_a_renamed_statement_is_never_an_empty_success(tmp_path: Path) -> None:
    """An OFX file cut down to its header, and a text that only looks like a statement, say so."""
    coverage, _ = taken([in_memory("a.sta", b"Dear officer,\n:61: is what you asked for\n")], tmp_path / "out")
    assert not coverage.clean
    assert [p for p in parts("a.ofx", b"OFXHEADER:100\n") if isinstance(p, Finding) and p.code == "damaged"]

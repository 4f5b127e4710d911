"""Counts and sums of made-up returns, computed by the standard library alone, against those of the records."""

from __future__ import annotations

import csv
import io
import json
import mailbox
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from builders.returns import taken_bytes

FEW = settings(max_examples=10, deadline=None)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="\u2028\u2029\x85"), max_size=12
)
LINES = st.text(alphabet='ab"\n;, \u00e9\u20ac', max_size=12)
AMOUNTS = st.decimals(-(10**9), 10**9, places=8)
ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["ZEUR", "XXBT"]), AMOUNTS, st.decimals(0, 10, places=4), LINES),
    max_size=30,
)
LEDGER = ("txid", "refid", "time", "type", "subtype", "aclass", "asset", "amount", "fee", "balance")


@contextmanager
def room() -> Iterator[Path]:
    """Give a folder of one example's own."""
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as path:
        yield Path(path)


def read(name: str, data: bytes) -> tuple[Any, list[dict[str, Any]]]:
    """Take bytes in, and give the entry of the ledger and the values of every record; a kind of their own comes first."""
    with room() as folder:
        coverage, found = taken_bytes(name, data, folder / "out")
    return coverage.files[0], [{"kind": one["kind"], **one["values"]} for one in found]


def sums(pairs: Iterator[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Add up by asset."""
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for name, value in pairs:
        total[name] += value
    return {name: value for name, value in total.items() if value}


@FEW
@given(
    ROWS, st.sampled_from(",;\t|"), st.sampled_from(["\r\n", "\n"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
)
def test_the_sums_of_a_table_are_those_of_csv(rows: list[Any], mark: str, end: str, quoting: Any) -> None:
    """Rows, amounts and fees by asset are what `csv` finds in the same bytes, whatever mark, quotes and line ends are used."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=mark, lineterminator=end, quoting=quoting)
    writer.writerow(LEDGER)
    for number, (booked, asset, amount, fee, note) in enumerate(rows):
        name = f"L{number}" if booked else ""
        writer.writerow([name, note, "2024-03-10 12:00:00", "deposit", "", "currency", asset, amount, f"{fee:f}", ""])
    data = out.getvalue().encode()
    entry, found = read("ledger.csv", data)
    ours = list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=mark))
    booked_rows = [row for row in ours if row["txid"]]
    moved = [one for one in found if one.get("kind") == "deposit"]
    fees = [one for one in found if one.get("kind") == "fee"]
    assert (entry.units, entry.parsed, entry.rejected) == (len(ours) + 1, len(booked_rows), 0)
    assert len(moved) == len(booked_rows)
    assert sums((one["asset"], Decimal(one["amount"])) for one in moved) == sums(
        (row["asset"], Decimal(row["amount"])) for row in booked_rows
    )
    assert sums((one["asset"], Decimal(one["amount"])) for one in fees) == sums(
        (row["asset"], Decimal(row["fee"])) for row in booked_rows
    )


@FEW
@given(
    st.lists(
        st.tuples(st.integers(-(9 * 10**8), 9 * 10**8), st.integers(0, 10**6), st.integers(0, 2**31)), max_size=30
    ),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_the_sums_of_a_document_are_those_of_json(rows: list[Any], indent: int | None, mixed: bool) -> None:
    """Places, their coordinates and times add up to what `json` reads, also where elements have different names."""
    elements = [
        {"latitudeE7": place, "longitudeE7": -place, "accuracy": radius, "timestampMs": str(at * 1000)}
        | ({"platform": "é"} if mixed and place % 2 else {})
        for place, radius, at in rows
    ]
    data = json.dumps({"locations": elements}, indent=indent, ensure_ascii=mixed).encode()
    entry, found = read("Records.json", data)
    ours = json.loads(data)["locations"]
    assert entry.accounted
    assert entry.parsed == len(found) == len(ours)
    assert sum(Decimal(one["latitude"]) for one in found) * 10**7 == sum(one["latitudeE7"] for one in ours)
    assert sum(Decimal(one["uncertainty_m"]) for one in found) == sum(one["accuracy"] for one in ours)
    assert Counter(one["time_text"] for one in found) == Counter(one["timestampMs"] for one in ours)


@FEW
@given(
    st.lists(
        st.tuples(
            WORDS, st.integers(1, 4), st.lists(st.binary(max_size=200), max_size=3), st.text("abF\n >rom", max_size=60)
        ),
        max_size=6,
    )
)
def test_the_sums_of_a_mailbox_are_those_of_mailbox(letters: list[Any]) -> None:
    """Messages, receivers, files and their bytes are those that `mailbox` and `email` find in the same file."""
    with room() as folder:
        box = mailbox.mbox(folder / "box.mbox")
        for number, (subject, people, files, body) in enumerate(letters):
            letter = EmailMessage()
            letter["Message-ID"], letter["Date"] = f"<{number}@example.org>", "Sun, 01 Mar 2026 16:30:00 +0700"
            letter["From"], letter["Subject"] = "an@example.org", subject
            letter["To"] = ", ".join(f"r{one}@example.com" for one in range(people))
            letter.set_content(body)
            for file in files:
                letter.add_attachment(file, maintype="application", subtype="octet-stream", filename="a.bin")
            box.add(letter)
        box.close()
        data = (folder / "box.mbox").read_bytes()
        with closing(mailbox.mbox(folder / "box.mbox")) as again:
            ours = list(again)
    if not letters:
        return
    entry, found = read("box.mbox", data)
    mails, hung = ([one for one in found if one.get("kind") == "mail"], [one for one in found if "sha256" in one])
    parts = [part for mail in ours for part in mail.walk() if part.get_filename()]
    assert (entry.units, entry.parsed, len(mails)) == (len(ours), len(ours), len(ours))
    assert [one["message"] for one in mails] == [mail["Message-ID"] for mail in ours]
    assert sum(len(json.loads(one["receivers"])) for one in mails) == sum(
        len(getaddresses(mail.get_all("To", []))) for mail in ours
    )
    assert len(hung) == len(parts)
    assert sum(one["size"] for one in hung) == sum(len(part.get_payload(decode=True) or b"") for part in parts)

"""The published corpus: built small, read, and compared with the truth that stands beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from builders.etsi import judge_705, judge_707
from builders.returns import taken
from comity.returns.source import on_disk

ROOT = Path(__file__).parents[3]


def built(folder: Path, size: int = 16) -> Path:
    """Build the corpus as a stranger does."""
    command = [sys.executable, "-m", "corpus.build", str(folder), "--size", str(size)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the corpus once."""
    return built(tmp_path_factory.mktemp("corpus") / "returns")


def truth(folder: Path) -> dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Give the truth about each file: what is to be counted, and the records in order."""
    heads, records = {}, defaultdict(list)
    for line in (folder / "truth.jsonl").read_text("utf-8").splitlines():
        said = json.loads(line)
        if "kind" in said:
            records[said["file"]].append(said)
        else:
            heads[said["file"]] = said
    return {name: (head, records[name]) for name, head in heads.items()}


def order(row: dict[str, Any]) -> tuple[str, int]:
    """Sort records as they are stored, by kind and row; those of one row keep their order."""
    return row["kind"], row["row"]


def test_every_return_is_read_as_the_truth_says(corpus: Path, tmp_path: Path) -> None:
    """Reader, units, records and flags of every file are those of the truth, and each record holds its values."""
    for number, (name, (head, wanted)) in enumerate(truth(corpus).items()):
        coverage, found = taken([on_disk(corpus / name)], tmp_path / str(number), **head["given"])
        entry = coverage.files[0].plain()
        assert entry["reader"].split("/")[0] == head["reader"], name
        assert entry["accounted"], name
        assert entry["rejected"] == 0, name
        assert head["units"] in (None, entry["units"]), name
        assert entry["records"] == head["records"], name
        serious = {code: count for code, count in entry["codes"].items() if code != "zone_unknown"}
        assert serious == head["flags"], name
        assert lacking(wanted, found) == [], name


def lacking(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give what is wanted and not found: for each row the records with those values, in any order within the row."""
    rows = defaultdict(list)
    counted = any(row["row"] for row in wanted)
    for row in found:
        rows[row["kind"], row["row"] if counted else 0].append(row["values"])
    return [row for row in wanted if not any(row["values"].items() <= have.items() for have in rows[order(row)])]


def test_the_handover_files_are_valid_by_etsis_schemas(corpus: Path) -> None:
    """What the corpus calls TS 103 705 and TS 103 707 is that."""
    assert judge_705((corpus / "handover" / "ts103705.json").read_bytes()) == []
    assert judge_707((corpus / "handover" / "ts103707.xml").read_bytes()) == []


def test_the_same_seed_gives_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    """Built again, every file is the same, so that others can compare what they read."""
    again = built(tmp_path / "again")
    files = {p.relative_to(corpus): p.read_bytes() for p in corpus.rglob("*") if p.is_file()}
    assert files == {p.relative_to(again): p.read_bytes() for p in again.rglob("*") if p.is_file()}


def test_people_are_invented(corpus: Path) -> None:
    """Telephone numbers, mail and addresses are of the ranges that nobody has."""
    text = (corpus / "truth.jsonl").read_text("utf-8")
    for said in map(json.loads, text.splitlines()):
        values = said.get("values", {})
        assert values.get("a_party", "+1202555").startswith("+1202555")
        assert values.get("nat_address", "198.51.100.").startswith("198.51.100.")
        assert "@" not in json.dumps(values).replace("@example.org", "")

"""The commands of returns."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from builders.commands import comity
from builders.tables import HEADER, LOGINS, ROW, text


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """A folder with a table, an archive with another, and a text that nobody knows."""
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "logins.csv").write_text(text([ROW, ROW]))
    (folder / "note.txt").write_text("hello")
    with zipfile.ZipFile(folder / "more.zip", "w") as pack:
        pack.writestr("sub/logins.csv", text([ROW]))
    (tmp_path / "logins.yaml").write_text(json.dumps(LOGINS))
    return folder


def test_a_return_is_read_and_its_gaps_are_told(delivery: Path, tmp_path: Path) -> None:
    """Each file has one entry, what nobody touched comes first, and the command leaves with 1."""
    out = tmp_path / "out"
    said = comity("returns", "read", delivery, "--to", out, "--mapping", tmp_path / "logins.yaml", "--case", "C-1")
    assert said.code == 1
    assert said.out.splitlines()[1].split()[:2] == ["untouched", "note.txt"]
    assert "3 records out of 4 files" in said.out
    rows = pq.read_table(out / "records" / "session.parquet").to_pylist()
    assert [(row["file"], row["row"], row["case"]) for row in rows] == [
        ("logins.csv", 2, "C-1"),
        ("logins.csv", 3, "C-1"),
        ("more.zip!sub/logins.csv", 2, "C-1"),
    ]
    shown = comity("returns", "show", out, "--json").data
    assert [entry["file"] for entry in shown["files"]] == [
        "logins.csv",
        "more.zip",
        "more.zip!sub/logins.csv",
        "note.txt",
    ]
    assert shown["findings"][0]["code"] == "no_reader"


def test_gaps_may_be_accepted(delivery: Path, tmp_path: Path) -> None:
    """With --accept-gaps the command leaves with 0, and says the same."""
    arguments = ("--mapping", tmp_path / "logins.yaml", "--accept-gaps", "--json")
    said = comity("returns", "read", delivery, "--to", tmp_path / "out", *arguments)
    assert (said.code, said.data["states"]) == (0, {"read": 3, "untouched": 1})


def test_a_return_that_is_read_whole_leaves_with_0(delivery: Path, tmp_path: Path) -> None:
    """Without gaps and doubts the command leaves with 0."""
    said = comity(
        "returns", "read", delivery / "logins.csv", "--to", tmp_path / "out", "--mapping", tmp_path / "logins.yaml"
    )
    assert said.code == 0


@pytest.mark.parametrize(
    ("option", "value"), [("--zone", "CST"), ("--encoding", "utf-99"), ("--reader", "nobody"), ("--decimal", "'")]
)
def test_what_is_said_wrongly_is_refused(option: str, value: str, delivery: Path, tmp_path: Path) -> None:
    """A zone, encoding or reader that there is not is wrong use, and nothing is left behind."""
    said = comity("returns", "read", delivery, "--to", tmp_path / "out", option, value, "--json")
    assert said.code == 2
    assert not (tmp_path / "out").exists()


def test_a_broken_mapping_is_refused_with_its_place(delivery: Path, tmp_path: Path) -> None:
    """A mapping file that is none is refused with file, field and remedy."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("mapping: bad\ncolumns: {time: Time}\nrecords: [{kind: session, fields: {tyme: time}}]\n")
    said = comity("returns", "read", delivery, "--to", tmp_path / "out", "--mapping", bad, "--json")
    assert (said.code, said.problem["field"], said.problem["file"]) == (2, "records[0].fields.tyme", str(bad))


def test_a_proposal_is_a_mapping_that_reads_its_table(tmp_path: Path) -> None:
    """What is proposed for an unknown table can be used as it stands."""
    table = tmp_path / "t.csv"
    table.write_text(
        text([ROW], ("Login time (UTC)", "User name", "Action", "Source IP", "Score")).replace("40001", "1")
    )
    said = comity("returns", "propose", table)
    assert said.code == 0
    (tmp_path / "t.yaml").write_text(said.out)
    read = comity("returns", "read", table, "--to", tmp_path / "out", "--mapping", tmp_path / "t.yaml", "--json")
    assert (read.code, read.data["records"]) == (0, {"session": 1})


def test_nothing_that_acts_on_a_terminal_is_printed(delivery: Path, tmp_path: Path) -> None:
    """Names and texts of a return are printed as text."""
    (delivery / "logins.csv").write_text(text([(*ROW, "x")], (*HEADER, "\x1b[2J[red]")))
    said = comity("returns", "read", delivery, "--to", tmp_path / "out", "--mapping", tmp_path / "logins.yaml")
    assert "\x1b" not in said.out
    assert "\\x1b[2J[red]" in said.out


def test_readers_and_mappings_are_listed() -> None:
    """Formats and mappings can be looked up, and a mapping printed."""
    assert "delimited/1" in comity("returns", "readers").out
    rows = comity("returns", "mappings", "--json").data
    name = rows[0]["mapping"].split("/")[0]
    assert f"mapping: {name}" in comity("returns", "mappings", name).out
    assert comity("returns", "mappings", "nobody").code == 2


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    """Only what `read` has left can be shown."""
    assert comity("returns", "show", tmp_path).code == 2

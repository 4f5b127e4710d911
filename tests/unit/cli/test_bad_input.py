"""What people get wrong: each is told in one line with file, field and remedy, and nothing is half-written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders.nodes import Nodes, opened
from builders.program import Program
from comity.crypto.keys import FileSigner
from comity.requests.intake import receive

VN, SG = ("--home", "node-VN.a05"), ("--home", "node-SG.orchid")
FILES = {
    "malformed.yaml": b"a: [b\n: c",
    "latin.yaml": "facts: caf\xe9".encode("latin-1"),
    "list.yaml": b"- a\n",
    "empty.yaml": b"",
    "huge.yaml": b"a: b\n" * 300_000,
    "unknown.yaml": b"format: comity-draft/1\nbasiss: x\n",
    "alias.yaml": b"a: &x [1]\nb: *x\n",
    "twice.yaml": b"a: 1\na: 2\n",
    "zero.yaml": b'a: "\0"\n',
    "deep.yaml": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "huge.json": b'{"a":"' + b"x" * 9_000_000 + b'"}',
    "malformed.json": b'{"format": "comity-receipt/1", ',
    "latin.json": '{"a": "\xe9"}'.encode("latin-1"),
    "noise.bin": bytes(range(256)) * 8,
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A draft, a sealed and a released request, a package, a receipt, keys, and files that are wrong."""
    folder = tmp_path_factory.mktemp("world")
    with opened(folder, today=True) as nodes:
        nodes.draft()
        nodes.sealed()
        released = nodes.released()
        nodes.carried(released).rename(folder / "good.comity.zip")
        receive(nodes.office("SG.orchid"), folder / "good.comity.zip")
        (folder / "good.receipt.json").write_bytes(nodes.answered(released, "received"))
        for role, party in (("draft", "VN.a05"), ("release", "VN.a05"), ("receipt", "SG.orchid")):
            nodes.key_file(role, party)
        (folder / "root.json").write_bytes(nodes.world.root)
        FileSigner.generate().save(folder / "sealed.key", "right")
        (folder / "folder").mkdir()
        for name, data in FILES.items():
            (folder / name).write_bytes(data)
        nodes.close()
        yield nodes


@pytest.fixture
def at(world: Nodes, program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program in that world."""
    monkeypatch.chdir(world.folder)
    monkeypatch.setenv("COMITY_PASSPHRASE", "wrong")
    return program


def year(world: Nodes) -> int:
    """The year in the references."""
    return world.clock.now().year


def tree(folder: Path) -> dict[str, int]:
    """Every file with its size, but for databases, which write on their own."""
    kept = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("node.db"))
    return {str(path.relative_to(folder)): path.stat().st_size for path in kept}


def told(program: Program, code: int, *line: str) -> dict[str, Any]:
    """Run a line that is refused, for people and for machines; give the problem document."""
    before = tree(Path())
    complaint = program.refused(code, *line)
    first, *more = complaint.splitlines()
    assert first.startswith(("comity: ", "Usage: ")), complaint
    assert first.startswith("Usage: ") or all(row.startswith("  what to do: ") for row in more), complaint
    problem: dict[str, Any] = json.loads(program.refused(code, *line, "--json"))
    assert problem["type"].startswith("urn:x-comity:")
    assert first.startswith("Usage: ") or problem["title"].splitlines()[0] in complaint
    assert tree(Path()) == before
    return problem


SHEETS = [
    ("malformed.yaml", "line 2 column 1", "expected plain YAML"),
    ("latin.yaml", "", "not UTF-8"),
    ("list.yaml", "", "no fields"),
    ("empty.yaml", "", "no fields"),
    ("huge.yaml", "", "1048576 bytes"),
    ("unknown.yaml", "basiss", "unknown field"),
    ("alias.yaml", "line 1 column 4", "anchor"),
    ("twice.yaml", "line 2 column 1", "twice"),
    ("zero.yaml", "", "#x0000"),
    ("deep.yaml", "line 1 column 25", "levels"),
    ("folder", "", "a folder"),
    ("missing.yaml", "", "no such file"),
]


@pytest.mark.parametrize(("name", "field", "says"), SHEETS, ids=[row[0] for row in SHEETS])
@pytest.mark.parametrize("command", ["import", "fill", "draft", "follow"])
def test_a_sheet_that_cannot_be_read(
    at: Program, world: Nodes, command: str, name: str, *, field: str, says: str
) -> None:
    """A malformed case file or draft sheet is refused with 2, its name, and line and column or field."""
    reference = f"VN.a05-{year(world)}-000{3 if command == 'follow' else 1}"
    line = {
        "import": ("case", "import", name),
        "fill": ("request", "fill", reference, "--with", name),
        "draft": ("request", "draft", "VA-2026-338", "--measure", "preserve", "--to", "SG.orchid", "--with", name),
        "follow": ("request", "follow", reference, "--relation", "follows", "--with", name),
    }[command]
    problem = told(at, 2, *line, *VN)
    assert (problem["file"], problem.get("field", "")) == (name, field)
    assert says in problem["title"]


TYPES = [
    ({"basis": 3}, "basis", "an object"),
    ({"targets": {"kind": "email"}}, "targets", "a list"),
    ({"contents": [{"id": "data"}]}, "contents[0].text", "got nothing"),
    ({"secrecy": {"reason": "x", "until": "soon"}}, "secrecy.until", "YYYY-MM-DD"),
    ({"reply": {"by": "2027-01-01", "reason": "x"}}, "reply.by", "YYYY-MM-DDTHH:MM:SSZ"),
    ({"language": ["en"]}, "language", "expected text"),
    ({"use_limits": "a\x07b"}, "use_limits", "U+0007"),
    ({"format": "comity-draft/2"}, "format", "comity-draft/1"),
]


@pytest.mark.parametrize(("sheet", "field", "says"), TYPES, ids=[row[1] for row in TYPES])
def test_a_sheet_with_a_wrong_type(at: Program, world: Nodes, sheet: dict[str, Any], *, field: str, says: str) -> None:
    """A field of the wrong type, form or version is named by its path."""
    Path("typed.yaml").write_text(json.dumps(sheet))
    problem = told(at, 2, "request", "fill", f"VN.a05-{year(world)}-0001", "--with", "typed.yaml", *VN)
    assert (problem["file"], problem["field"]) == ("typed.yaml", field)
    assert says in problem["title"]


ARRIVALS = [
    ("noise.bin", 1, "container", "no zip"),
    ("empty.yaml", 1, "container", "too short"),
    ("huge.json", 1, "container", "8388608"),
    ("malformed.json", 1, "container", "JSON"),
    ("latin.json", 1, "container", "UTF-8"),
    ("deep.yaml", 1, "container", "JSON"),
    ("folder", 1, "container", "empty folder"),
    ("missing.zip", 2, "", "no such file"),
    ("root.json", 1, "container", "no receipt"),
]


@pytest.mark.parametrize(("name", "code", "field", "says"), ARRIVALS, ids=[row[0] for row in ARRIVALS])
def test_a_file_that_is_no_package(at: Program, name: str, code: int, *, field: str, says: str) -> None:
    """What is no package and no receipt is refused at its step with the file's name; what is not there is wrong use."""
    problem = told(at, code, "receive", name, *SG)
    assert (problem["file"], problem.get("field", "")) == (name, field)
    assert says in problem["title"]


ROOTS = ["noise.bin", "empty.yaml", "huge.json", "latin.json", "malformed.json", "good.receipt.json", "folder"]


@pytest.mark.parametrize("name", ROOTS)
@pytest.mark.parametrize("command", ["verify", "verify receipt", "page", "init"])
def test_a_root_that_is_none(at: Program, command: str, name: str) -> None:
    """What was given as the pinned root and is none is wrong input, never a verdict on the package."""
    line = {
        "verify": ("verify", "good.comity.zip", "--root", name),
        "verify receipt": ("verify", "good.receipt.json", "--root", name),
        "page": ("page", "page.html", "--root", name),
        "init": ("node", "init", "--party", "VN.a05", "--root", name, "--directory", "mirror", "--key", "VN.a05-draft.key",
                 "--home", "new"),
    }[command]  # fmt: skip
    assert told(at, 2, *line)["file"] == name
    assert not Path("new").exists()


def test_a_mirror_that_is_none(at: Program) -> None:
    """A folder that is no mirror is named, with how to make one."""
    problem = told(at, 2, "verify", "good.comity.zip", "--directory", "folder")
    assert problem["file"] == "folder"
    assert "directory mirror" in problem["advice"]


KEYS = [
    ("missing.key", "No such file"),
    ("noise.bin", "no key file"),
    ("sealed.key", "wrong passphrase"),
    ("folder", ""),
]


@pytest.mark.parametrize(("name", "says"), KEYS, ids=[row[0] for row in KEYS])
def test_a_key_that_does_not_open(at: Program, world: Nodes, name: str, says: str) -> None:
    """A missing key, another file, and a wrong passphrase are refused with 2 and the file's name."""
    problem = told(at, 2, "request", "seal", f"VN.a05-{year(world)}-0001", "--key", name, *VN)
    assert problem["file"] == name
    assert says in problem["title"]


def test_a_passphrase_file_that_cannot_be_read(at: Program, world: Nodes) -> None:
    """A passphrase file in a wrong encoding is named."""
    line = ("request", "seal", f"VN.a05-{year(world)}-0001", "--key", "sealed.key", "--passphrase-file", "latin.yaml")
    assert told(at, 2, *line, *VN)["file"] == "latin.yaml"


def test_a_key_that_may_not(at: Program, world: Nodes) -> None:
    """A key without the role is refused with 1, and the remedy is another person's key."""
    problem = told(at, 1, "request", "release", f"VN.a05-{year(world)}-0002", "--key", "VN.a05-draft.key", *VN)
    assert problem["field"] == "key"
    assert "person who may release" in problem["advice"]


WORDS = [
    (("--state", "accepted"), "until"),
    (("--state", "accepted", "--until", "tomorrow"), "until"),
    (("--state", "accepted", "--until", "2020-01-01T00:00:00Z"), "until"),
    (("--state", "refused", "--released-by", "Minh Probe", "--code", "nonsense", "--reason", "x"), "code"),
    (("--state", "refused", "--released-by", "Minh Probe", "--code", "no_data"), "reason"),
    (("--state", "refused", "--released-by", "Minh Probe", "--code", "no_data", "--reason", "a\x07b"), "reason"),
    (("--state", "refused", "--released-by", "Minh Probe", "--code", "no_data", "--reason", "x" * 9000), "reason"),
    (("--state", "refused", "--code", "no_data", "--reason", "x"), "released-by"),
    (("--state", "received", "--code", "no_data"), "code"),
    (("--state", "received", "--reply-by", "2027-13-01T00:00:00Z"), "reply-by"),
]


@pytest.mark.parametrize(("word", "field"), WORDS, ids=[" ".join(row[0])[:80] for row in WORDS])
def test_an_answer_that_lacks_something(at: Program, world: Nodes, word: tuple[str, ...], field: str) -> None:
    """An answer without what its state needs, or with a time that is none or past, is refused and nothing is signed."""
    line = ("receipt", f"VN.a05-{year(world)}-0003", *word, "--key", "SG.orchid-receipt.key", "--out", "out.json", *SG)
    assert told(at, 2, *line)["field"] == field
    assert not Path("out.json").exists()


USES = [
    (("request", "draft", "VA-2026-338", "--measure", "preserve", "--to", ""), "to"),
    (("request", "draft", "VA-2026-338", "--measure", "preserve", "--to", "../../x"), "to"),
    (("request", "draft", "VA-2026-338", "--measure", "nonsense", "--to", "SG.orchid"), ""),
    (("request", "draft", "nothing", "--measure", "preserve", "--to", "SG.orchid"), ""),
    (("request", "show", "nothing"), "request"),
    (("request", "list", "--state", "nonsense"), "state"),
    (("request", "withdraw", "nothing", "--reason", " "), "reason"),
    (("case", "show", "nothing"), ""),
    (("verify", "good.comity.zip", "--root", "root.json", "--at", "yesterday"), "at"),
    (("verify", "good.comity.zip"), "root"),
]


@pytest.mark.parametrize(("line", "field"), USES, ids=[" ".join(row[0])[:50] for row in USES])
def test_a_name_or_value_that_means_nothing(at: Program, line: tuple[str, ...], field: str) -> None:
    """What names nothing, or is no possible value, is wrong use: 2, and the field."""
    home = () if line[0] == "verify" else VN
    assert told(at, 2, *line, *home).get("field", "") == field


@pytest.mark.parametrize("home", ["folder", "missing", "root.json"])
def test_a_folder_that_is_no_node(at: Program, home: str) -> None:
    """A folder without a node, no folder, and a file are refused with 2, and how to name or make one."""
    told(at, 2, "request", "list", "--home", home)


SETTINGS = [
    ('party = "VN.a05"\nnonsense = "x"', "nonsense", 2),
    ('party = "nobody"', "party", 2),
    ('party = "VN.a05"\nkey = 3', "key", 2),
    ("party = ", "", 2),
    ('party = "VN.a05"\ndatabase = "mysql://x"', "", 2),
    ('party = "VN.a05"\ntime_authorities = ["missing.pem"]', "", 2),
    ('party = "VN.a05"\nkey = "missing.key"', "", 2),
]


@pytest.mark.parametrize(("text", "field", "code"), SETTINGS, ids=[row[0][-24:] for row in SETTINGS])
def test_settings_that_are_wrong(at: Program, world: Nodes, text: str, field: str, code: int) -> None:
    """Malformed settings, unknown ones, and files they name in vain are refused with what is wrong."""
    path = Path("node-VN.a05", "comity.toml")
    good = path.read_text()
    path.write_text(text if "key =" in text else f'{text}\nkey = "node.key"' if '"' in text else text)
    try:
        assert told(at, code, "receive", "good.comity.zip", *VN).get("field", "") == field
    finally:
        path.write_text(good)


def test_a_database_that_is_not_reached(at: Program) -> None:
    """A PostgreSQL that does not answer: 1, and what to check."""
    path = Path("node-VN.a05", "comity.toml")
    good = path.read_text()
    path.write_text('party = "VN.a05"\nkey = "node.key"\ndatabase = "postgresql://comity@127.0.0.1:1/none"')
    try:
        problem = told(at, 1, "request", "list", *VN)
    finally:
        path.write_text(good)
    assert (problem["status"], "server runs" in problem["advice"]) == (503, True)


def test_a_database_of_a_newer_program(at: Program, world: Nodes, tmp_path: Path) -> None:
    """A database that a newer program has made is left alone, and the remedy is that program."""
    with sqlite3.connect("node-VN.a05/node.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    try:
        for line in (("request", "list"), ("case", "import", "list.yaml")):
            assert "newer version" in told(at, 1, *line, *VN)["advice"]
        assert "9999" in at.refused(1, "node", "migrate", *VN)
    finally:
        with sqlite3.connect("node-VN.a05/node.db") as database:
            database.execute("UPDATE alembic_version SET version_num = (SELECT ?)", (_head(),))
        database.close()


def _head() -> str:
    from comity.store.migration import HEAD

    return HEAD


def test_a_package_of_a_newer_version(at: Program, world: Nodes) -> None:
    """A package of a format to come is refused, and the remedy is a newer program."""
    parts = world.maker.parts(Path("good.comity.zip"))
    path = world.maker.pack(world.maker.resigned(parts, info={"Comity-Format": "comity-package/2"}))
    try:
        problem = told(at, 1, "receive", str(path), *SG)
    finally:
        path.unlink()
    assert "newest version" in problem["advice"]


@pytest.mark.parametrize("command", ["export", "receipt", "page"])
def test_a_file_that_exists_is_not_written_over(at: Program, world: Nodes, command: str) -> None:
    """Where another file stands nothing is written; it stays as it was."""
    reference, before = f"VN.a05-{year(world)}-0003", Path("root.json").read_bytes()
    line = {
        "export": ("request", "export", reference, "root.json", *VN),
        "receipt": (
            "receipt",
            reference,
            "--state",
            "received",
            "--key",
            "SG.orchid-receipt.key",
            "--out",
            "root.json",
            *SG,
        ),
        "page": ("page", "root.json"),
    }[command]
    problem = told(at, 2, *line)
    assert (problem["file"], "another name" in problem["advice"]) == ("root.json", True)
    assert Path("root.json").read_bytes() == before


@pytest.mark.parametrize("command", ["release", "receipt"])
def test_an_output_in_no_folder_is_refused_before_anything_is_done(at: Program, world: Nodes, command: str) -> None:
    """If the package or receipt could not be written where asked, nothing is released and nothing signed."""
    line = {
        "release": ("request", "release", f"VN.a05-{year(world)}-0002", "--key", "VN.a05-release.key", *VN),
        "receipt": (
            "receipt",
            f"VN.a05-{year(world)}-0003",
            "--state",
            "received",
            "--key",
            "SG.orchid-receipt.key",
            *SG,
        ),
    }[command]
    assert told(at, 2, *line, "--out", "nowhere/out")["file"] == "nowhere/out"
    assert "sealed" in at.run("request", "show", f"VN.a05-{year(world)}-0002", *VN)


def test_a_node_is_made_whole_or_made_again(at: Program, world: Nodes, tmp_path: Path) -> None:
    """After a failed try, whatever it was, the same folder takes the node."""
    key = world.folder / "node-VN.a05" / "node.key"
    line = ("node", "init", "--party", "VN.a05", "--root", "root.json", "--home", str(tmp_path / "new"), "--desk=")
    unreached = ("--database", "postgresql://comity@127.0.0.1:1/none")
    at.refused(2, *line, "--directory", "folder", "--key", str(key))
    at.refused(1, *line, "--directory", "mirror", "--key", str(key), *unreached)
    at.refused(2, *line, "--directory", "mirror", "--key", "VN.a05-draft.key")
    at.run(*line, "--directory", "mirror", "--key", str(key))
    assert at.json("log", "verify", "--home", str(tmp_path / "new"))["size"] == 1
    again = at.refused(1, *line, "--directory", "mirror", "--key", str(key))
    assert "holds a node already" in again


def test_a_database_of_another_node_is_not_shared(at: Program, world: Nodes, tmp_path: Path) -> None:
    """Two nodes cannot be made on one database."""
    key = world.folder / "node-VN.a05" / "node.key"
    line = ("node", "init", "--party", "VN.a05", "--root", "root.json", "--directory", "mirror", "--key", str(key))
    database = f"sqlite:///{world.folder.resolve()}/node-SG.orchid/node.db"
    complaint = at.refused(1, *line, "--home", str(tmp_path / "new"), "--database", database)
    assert "a node uses already" in complaint

"""The demonstration: real nodes on this machine that are cut off, killed and stopped, and nothing left running."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from builders.touring import HOMES, Tour, open_ports, processes
from comity.accounts.duties import acts, roles
from comity.accounts.knowledge import members
from comity.accounts.people import all_people
from comity.cli.demodesk import CASES, CREWS
from comity.cli.demonodes import Serving
from comity.cli.stage import PASSPHRASE, DemoError, Stage
from comity.crypto.errors import KeyFileError
from comity.crypto.keys import FileSigner
from comity.node.service import open_node


def test_a_demonstration_that_is_told_to_end_stops_its_nodes(toured: Tour) -> None:
    """Told to end in the middle, it says that it stopped, and leaves no process behind."""
    assert (toured.code, toured.said.rstrip().splitlines()[-1]) == (1, "comity: stopped")
    assert toured.left == ([], [])


def test_a_demonstration_can_be_played_again(toured: Tour) -> None:
    """Played again over what it left, it ends well, and leaves desks to sit down at."""
    printed, folder = toured.steps[0].printed, toured.folder
    for line in (
        "kill -STOP",
        "kill -KILL",
        "failed 1 time",
        "subscribers.csv: OK",
        "8  accepted on both sides",
        "got SG.orchid, expected PH.cicc",
    ):
        assert line in printed
    assert (processes(folder), open_ports(folder)) == ([], [])
    _desks_are_ready(folder, printed)


def _desks_are_ready(folder: Path, printed: str) -> None:
    """Find people of both desks with keys and cases of their own, and an address printed for each that nobody has used."""
    for home, crew in CREWS.items():
        with open_node(folder / home) as node, node.store.read() as unit:
            found = {one.name: one for one in all_people(unit)}
            assert set(found) == {"admin", *(post.name for post in crew)}
            assert {member.person for case in CASES[home] for member in members(unit, case)} == {
                found[post.name].id for post in crew if "auditor" not in post.roles
            }
            assert not any(one.password or one.totp for one in found.values())
            for post in filter(lambda one: one.key, crew):
                with pytest.raises(KeyFileError):
                    FileSigner.open(folder / home / "keys" / post.key, "another passphrase")
                key = FileSigner.open(folder / home / "keys" / post.key, PASSPHRASE).public
                listed = node.office.me().key(key.keyid)
                assert listed is not None and listed.holder == found[post.name].holder
            assert printed.count(f"{node.settings.desk_url}/join?code=") == len(found)
            for post in crew:
                assert all(roles()[one].does in " ".join(printed.split()) for one in post.roles)


def test_the_desk_of_vn_has_everybody_whom_a_request_needs() -> None:
    """Every role but the provider's is somebody's at the demonstration's 24/7 point; the administrator comes by himself."""
    assert {one for post in CREWS["vn"] for one in post.roles} == roles().keys() - {"provider", "administrator"}


def test_the_company_has_two_people_who_can_refuse_together() -> None:
    """At the demonstration's company one person proposes a refusal and another one releases and signs it, each with a key."""
    may = {name: act.roles for name, act in acts().items() if name in ("inbox.refuse", "inbox.releaserefusal")}
    able = {
        name: {post.name for post in CREWS["sg"] if post.key and set(post.roles) & set(held)}
        for name, held in may.items()
    }
    assert len(able["inbox.releaserefusal"]) == 2
    assert len(able["inbox.refuse"]) == 2
    assert len({post.key for post in CREWS["sg"]}) == 2


def test_nodes_of_two_demonstrations_get_ports_of_their_own(tmp_path: Path) -> None:
    """A port that is in use is given to nobody else, for the exchange or for a desk."""
    with Serving(Stage(tmp_path), HOMES) as one, Serving(Stage(tmp_path), HOMES) as another:
        assert len({port for made in (one, another) for port in (*made.ports.values(), *made.desks.values())}) == 12


def test_a_node_that_does_not_serve_ends_the_demonstration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the node complained of is told."""
    (tmp_path / "vn").mkdir()
    with (
        Serving(Stage(tmp_path), ["vn"]) as nodes,
        pytest.raises(DemoError, match=r"got a folder without comity\.toml"),
    ):
        nodes.start("vn")
    assert "serve &" in capsys.readouterr().out


def test_a_node_that_hangs_is_stopped_all_the_same(tmp_path: Path) -> None:
    """Leaving the stage ends every process, also one that was halted, and gives SIGTERM back."""
    before = signal.getsignal(signal.SIGTERM)
    with Serving(Stage(tmp_path), ["vn"]) as nodes:
        sleeper = subprocess.Popen(["sleep", "60"])
        nodes._running["vn"] = sleeper
        nodes.hold("vn")
    assert sleeper.poll() == -signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_never_comes_ends_the_demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that is asked again and again and says nothing new is not waited for without end."""
    monkeypatch.setattr("comity.cli.stage.PATIENCE", 0.0)
    with pytest.raises(DemoError, match=r"got nothing new from `comity law status`"):
        Stage(tmp_path).until("law status", lambda found: not found, home="")


def test_a_tool_that_fails_ends_the_demonstration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sums that do not fit are shown, and nothing goes on."""
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  SHA256SUMS\n", "utf-8")
    with pytest.raises(DemoError, match="got exit code 1 from `sha256sum -c SHA256SUMS`"):
        Stage(tmp_path).tool("sha256sum -c SHA256SUMS", within=".")
    assert "SHA256SUMS: FAILED" in capsys.readouterr().out


def test_only_the_first_rows_of_much_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was left out, of rows or of a long row, is marked."""
    Stage(tmp_path).printed("one\ntwo\nthree", rows=2)
    Stage(tmp_path).printed("x" * 300)
    rows = [row.strip() for row in capsys.readouterr().out.splitlines()]
    assert rows == ["one", "two", "…", "x" * 240 + "…"]

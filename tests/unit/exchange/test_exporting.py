"""Deliveries written out: whole, in order, checked once more, with sums that anybody can check."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from builders.arrivals import arrived
from builders.deliveries import IDENTITY, VN, Line, line
from builders.nodes import Nodes
from comity.exchange.errors import NoDelivery
from comity.exchange.exporting import SUMS, Exported, export
from comity.exchange.part import MAX_BINARY
from comity.kernel.errors import BadInput
from comity.store.errors import StoreCorrupt


def written(made: Line, to: Path, name: str = "", **more: object) -> Exported:
    """What was written out at the authority."""
    return export(made.nodes.office(VN), name or made.request.id, to, **more)  # type: ignore[arg-type]  # what a test says


def checked(folder: Path) -> int:
    """What coreutils say of the sums."""
    return subprocess.run(["sha256sum", "-c", "--strict", "--quiet", SUMS], cwd=folder, check=False).returncode


def test_files_come_out_as_they_went_in(nodes: Nodes, tmp_path: Path) -> None:
    """Small, large and cut files are byte for byte what was given, and the sums hold."""
    made = line(nodes)
    given = {"a.txt": b"one", "b.bin": bytes(range(256)) * 4200, "c.bin": b"z" * (2 * MAX_BINARY + 7)}
    arrived(made, *(made.file(name, data) for name, data in given.items()), way="binary")
    done = written(made, tmp_path / "out")
    assert {name: (tmp_path / "out" / name).read_bytes() for name in given} == given
    assert [path for path, _ in done.files] == ["a.txt", "b.bin", "c.bin", "messages/t-1.json"]
    assert checked(tmp_path / "out") == 0
    (tmp_path / "out" / "a.txt").chmod(0o600)
    (tmp_path / "out" / "a.txt").write_bytes(b"two")
    assert checked(tmp_path / "out") == 1


def test_several_deliveries_have_folders_of_their_own(nodes: Nodes, tmp_path: Path) -> None:
    """Two deliveries on one request with a file of one name stand side by side; one alone can be named."""
    made = line(nodes)
    arrived(made, made.file("a.txt", b"one"))
    second = arrived(made, made.file("a.txt", b"two"))
    written(made, tmp_path / "all")
    assert sorted(p.read_bytes() for p in (tmp_path / "all").glob("[12]/a.txt")) == [b"one", b"two"]
    written(made, tmp_path / "one", second)
    assert (tmp_path / "one" / "a.txt").read_bytes() == b"two"
    assert checked(tmp_path / "all") == checked(tmp_path / "one") == 0


def test_what_is_not_whole_is_not_written(nodes: Nodes, tmp_path: Path) -> None:
    """A delivery that lacks a part is left out and counted; with nothing whole there is nothing to write."""
    made = line(nodes)
    arrived(made, made.file("a.txt", b"one"), made.file("b.txt", b"two"), only=1)
    with pytest.raises(NoDelivery, match="whole"):
        written(made, tmp_path / "out")
    arrived(made, made.file("c.txt", b"three"))
    assert written(made, tmp_path / "out").waiting == 1


def test_sealed_files_are_opened_with_the_identity(nodes: Nodes, tmp_path: Path) -> None:
    """With the identity the file is opened, without it the sealed file is written."""
    made = line(nodes, recipients=True)
    arrived(made, made.file("a.txt", b"one"))
    written(made, tmp_path / "sealed")
    written(made, tmp_path / "open", identity=IDENTITY)
    assert (tmp_path / "sealed" / "a.txt.age").read_bytes().startswith(b"age-encryption.org/v1\n")
    assert (tmp_path / "open" / "a.txt").read_bytes() == b"one"
    assert checked(tmp_path / "open") == checked(tmp_path / "sealed") == 0


def test_a_name_that_is_the_sums_own_is_told_apart(nodes: Nodes, tmp_path: Path) -> None:
    """A provider's file named as the list of sums does not take its place."""
    made = line(nodes)
    arrived(made, made.file("SHA256SUMS", b"lies"))
    written(made, tmp_path / "out")
    assert (tmp_path / "out" / "2-SHA256SUMS").read_bytes() == b"lies"
    assert checked(tmp_path / "out") == 0


def test_a_kept_file_that_was_altered_is_not_written(nodes: Nodes, tmp_path: Path) -> None:
    """What no longer is what was acknowledged does not leave the node."""
    made = line(nodes)
    arrived(made, made.file("a.txt", b"one"))
    path = nodes.office(VN).blobs.path(made.parts()[0].file)
    path.chmod(0o600)
    path.write_bytes(b"two")
    with pytest.raises(StoreCorrupt):
        written(made, tmp_path / "out")
    assert not (tmp_path / "out" / SUMS).exists()


def test_other_files_there_are_not_replaced(nodes: Nodes, tmp_path: Path) -> None:
    """A folder with other content is not written over; the same content is no fault."""
    made = line(nodes)
    arrived(made, made.file("a.txt", b"one"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").write_bytes(b"mine")
    with pytest.raises(BadInput):
        written(made, tmp_path / "out")
    assert written(made, tmp_path / "new") == written(made, tmp_path / "new")


def test_an_unknown_name_is_said(nodes: Nodes, tmp_path: Path) -> None:
    """A name of no request and no delivery is refused with where to look; nothing is made."""
    made = line(nodes)
    arrived(made, made.file("a.txt", b"one"))
    for name in ("nothing", "", "0", "VN.a05-2026-9999"):
        with pytest.raises(NoDelivery):
            export(nodes.office(VN), name, tmp_path / "out")
        assert not (tmp_path / "out").exists()

"""A container is read as what it says, from a folder or a zip."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from builders.files import FILES, laid
from builders.trials import tries
from comity.packages.container import LARGE, Container, Folder, spread
from comity.packages.errors import BadContainer, PackageUnreadable
from comity.packages.opening import open_container
from comity.packages.writer import ZipWriter


def zipped(path: Path, files: dict[str, bytes], top: str = "top") -> Path:
    """A zip of files under one folder."""
    with ZipWriter(path, top) as writer:
        for name, data in files.items():
            writer.add(name, data)
    return path


def whole(container: Container) -> dict[str, bytes]:
    """Everything in a container."""
    with container:
        return {name: container.read(name, 1 << 20) for name in container.sizes}


@settings(max_examples=tries(40), deadline=None)
@given(FILES)
def test_a_folder_and_its_zip_hold_the_same(files: dict[str, bytes]) -> None:
    """A folder and a zip of the same files give the same names, sizes and bytes."""
    with tempfile.TemporaryDirectory() as place:
        folder = laid(Path(place) / "top", files)
        archive = zipped(Path(place) / "a.zip", files)
        assert whole(open_container(folder)) == whole(open_container(archive)) == files
        assert open_container(folder).top == open_container(archive).top == "top"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files."""
    return laid(tmp_path / "top", {"a": b"one", "sub/b": b"two"})


def test_links_are_refused(folder: Path) -> None:
    """A link to a file or to a folder, and a hard device such as a pipe, are refused by name."""
    for make in (lambda p: p.symlink_to("a"), lambda p: p.symlink_to("sub"), os.mkfifo):
        make(folder / "odd")
        with pytest.raises(BadContainer, match="link or special file") as caught:
            open_container(folder)
        assert caught.value.file == "odd"
        (folder / "odd").unlink()


def test_empty_and_deep_folders_are_refused(folder: Path, tmp_path: Path) -> None:
    """An empty folder, inside or as the whole, and folders nested too deep are refused."""
    (folder / "none").mkdir()
    with pytest.raises(BadContainer, match="empty folder"):
        open_container(folder)
    (tmp_path / "nothing").mkdir()
    with pytest.raises(BadContainer, match="empty folder"):
        open_container(tmp_path / "nothing")
    deep = laid(tmp_path / "deep", {"/".join("x" * 40): b""})
    with pytest.raises(BadContainer, match="levels"):
        open_container(deep)


@pytest.mark.parametrize("top", [".hidden", "a b", "-a", "đ", "a" * 101])
def test_odd_top_folders_are_refused(top: str, tmp_path: Path) -> None:
    """A top folder has letters, digits, dots, dashes and underscores, and does not begin with a dot or dash."""
    with pytest.raises(BadContainer, match="top folder"):
        open_container(laid(tmp_path / top, {"a": b""}))


def test_a_file_swapped_for_a_link_is_not_followed(folder: Path) -> None:
    """A file that becomes a link after it was listed is not followed."""
    container = Folder(folder)
    (folder / "a").unlink()
    (folder / "a").symlink_to("/etc/passwd")
    with pytest.raises(PackageUnreadable):
        container.read("a", 100)


@pytest.mark.parametrize(("data", "said"), [(b"on", "cut short"), (b"one more", "grew")])
def test_a_file_that_changes_while_it_is_read(data: bytes, said: str, folder: Path) -> None:
    """A file that is shorter or longer than when it was listed is refused."""
    container = Folder(folder)
    (folder / "a").write_bytes(data)
    with pytest.raises(BadContainer, match=said):
        container.read("a", 100)


def test_read_keeps_to_its_limit(folder: Path) -> None:
    """A file larger than the limit, and one that is not there, are refused by name."""
    container = open_container(folder)
    assert container.read("a", 3) == b"one"
    for name, limit in (("a", 2), ("c", 100)):
        with pytest.raises(BadContainer) as caught:
            container.read(name, limit)
        assert caught.value.file == name


def test_what_is_neither_file_nor_folder(tmp_path: Path) -> None:
    """A pipe is no package, and is not opened; what is not there cannot be read."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadContainer, match="neither a file nor a folder"):
        open_container(tmp_path / "pipe")
    with pytest.raises(PackageUnreadable, match="No such file"):
        open_container(tmp_path / "none")


def test_a_large_file_comes_in_order(tmp_path: Path) -> None:
    """A file large enough to be read ahead comes whole and in order, from a folder and from a zip."""
    data = b"".join(n.to_bytes(4, "big") for n in range(LARGE // 4 + 1000))
    folder = laid(tmp_path / "top", {"big": data})
    for path in (folder, zipped(tmp_path / "a.zip", {"big": data})):
        got = bytearray()
        with open_container(path) as container:
            container.feed("big", got.extend)
        assert got == data


def test_an_error_in_a_sink_comes_out(tmp_path: Path) -> None:
    """What a sink raises while it takes a small or a large file comes out as it is."""

    def full(piece: memoryview) -> None:
        raise ZeroDivisionError

    laid(tmp_path / "top", {"small": b"x", "big": bytes(LARGE + 1)})
    for name in ("small", "big"):
        with pytest.raises(ZeroDivisionError):
            open_container(tmp_path / "top").feed(name, full)


def test_spread_does_everything_once() -> None:
    """Every item is done once, whatever the threads; an error comes out."""
    assert sorted(spread(lambda n: n * n, range(100))) == [n * n for n in range(100)]
    assert spread(abs, []) == []
    with pytest.raises(ZeroDivisionError):
        spread(lambda n: 1 / n, [1, 0, 2])

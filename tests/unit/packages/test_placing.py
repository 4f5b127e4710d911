"""A file is placed whole or not at all, and never over another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.kernel.errors import BadInput
from comity.packages.errors import PackageUnreadable
from comity.packages.placing import place, place_bytes


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file to place."""
    path = tmp_path / "source"
    path.write_bytes(b"one")
    return path


@pytest.mark.parametrize("kind", ["file", "bytes"])
def test_placed(kind: str, source: Path, tmp_path: Path) -> None:
    """A new file holds what was given, the same again is no fault, and nothing else is left in the folder."""
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / "a"
    for _ in range(2):
        assert (place(source, target) if kind == "file" else place_bytes(b"one", target)) == target
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a"]
    assert target.read_bytes() == b"one"


def test_never_over_another(source: Path, tmp_path: Path) -> None:
    """Another file, a folder or a link of that name stays what it is, and the error says to choose another name."""
    (tmp_path / "file").write_bytes(b"two")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "folder", "link"):
        with pytest.raises(BadInput, match="existing file") as caught:
            place(source, tmp_path / name)
        assert caught.value.advice == "Choose another name."
    assert (tmp_path / "file").read_bytes() == b"two"
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("target", ["none/a", "source/a", "a" * 300])
def test_where_nothing_can_be_written(target: str, source: Path, tmp_path: Path) -> None:
    """A place that is not there or cannot be is named, with advice, and nothing is left behind."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(PackageUnreadable) as caught:
        place(source, tmp_path / target)
    assert caught.value.file == str(tmp_path / target)
    assert sorted(tmp_path.iterdir()) == before


def test_a_missing_source(tmp_path: Path) -> None:
    """A source that cannot be read leaves nothing at the target."""
    with pytest.raises(PackageUnreadable):
        place(tmp_path / "none", tmp_path / "a")
    assert list(tmp_path.iterdir()) == []

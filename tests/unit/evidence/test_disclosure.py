"""Some files of a sealed item are shown with proof, and nothing of the others."""

from __future__ import annotations

from pathlib import Path

import bagit
import pytest
from hypothesis import HealthCheck, given, settings

from builders.directory import START
from builders.evidence import TREES, acquired, checked, grown
from builders.logs import signer
from comity.evidence.disclosure import check_disclosure, disclose, is_disclosure
from comity.evidence.errors import BadItem
from comity.evidence.sealing import Seal
from comity.evidence.verification import Verdict
from comity.evidence.witness import Given
from comity.kernel.errors import BadInput

FILES = {(b"a.jpg",): b"one", (b"secret-name", b"b.txt"): b"two, which nobody sees", (b"c",): b"three"}


@pytest.fixture
def item(tmp_path: Path) -> Path:
    """A signed item of three files."""
    acquired(tmp_path / "item", grown(tmp_path / "src", FILES), seal=Seal(lambda n: bytes(range(n)), signer()))
    return tmp_path / "item"


def judged(path: Path, root: str = "") -> Verdict:
    """Check what was disclosed."""
    return check_disclosure(path, Given(START), root=root)


def test_a_disclosed_file_is_proved(item: Path, tmp_path: Path) -> None:
    """The files, their proofs and the item's statement hold together."""
    shown = disclose(item, ["src/a.jpg", "data/src/c"], tmp_path / "shown")
    verdict = judged(tmp_path / "shown")
    assert verdict.faults == ()
    assert (verdict.sound, shown.of, sorted(shown.files)) == (True, 3, ["data/src/a.jpg", "data/src/c"])
    states = {layer.name: layer.state for layer in verdict.layers}
    assert states == {
        "bag": "proved", "completeness": "proved", "bytes": "proved", "tag files": "proved", "proofs": "proved",
        "statement": "proved", "signature": "not checked", "time": "not there", "log": "not there",
    }  # fmt: skip
    assert is_disclosure(tmp_path / "shown")
    assert not is_disclosure(item)


def test_it_is_a_bag(item: Path, tmp_path: Path) -> None:
    """The reference library and our own verifier find a valid bag."""
    disclose(item, ["src/a.jpg"], tmp_path / "shown")
    assert bagit.Bag(str(tmp_path / "shown")).validate()
    assert checked(tmp_path / "shown").sound


def test_nothing_of_the_others_is_shown(item: Path, tmp_path: Path) -> None:
    """No name, size, digest or byte of another file stands anywhere in a disclosure, nor the secret of the salts."""
    disclose(item, ["src/a.jpg"], tmp_path / "shown")
    shown = b"".join(
        path.read_bytes() + str(path).encode() for path in (tmp_path / "shown").rglob("*") if path.is_file()
    )
    manifest = (item / "manifest-sha256.txt").read_text().splitlines()
    for line in manifest:
        digest, path = line.split("  ")
        assert (digest.encode() in shown) == (path == "data/src/a.jpg")
    blake3 = [line.split()[0] for line in (item / "metadata/blake3.txt").read_text().splitlines()]
    secret = bytes(range(32)).hex()
    for hidden in (b"secret-name", b"b.txt", b"which nobody sees", secret.encode(), *map(str.encode, blake3)):
        assert hidden not in shown


def test_an_unsigned_item_needs_its_root(tmp_path: Path) -> None:
    """Without a statement the root has to come from elsewhere; another one is refused."""
    root = acquired(tmp_path / "item", grown(tmp_path / "src", FILES)).root
    disclose(tmp_path / "item", ["src/c"], tmp_path / "shown")
    assert judged(tmp_path / "shown", root).sound
    assert {layer.state for layer in judged(tmp_path / "shown").layers[5:]} == {"not there"}
    assert not judged(tmp_path / "shown", "00" * 32).sound


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(files=TREES)
def test_any_file_of_any_item_can_be_shown(
    tmp_path_factory: pytest.TempPathFactory, files: dict[tuple[bytes, ...], bytes]
) -> None:
    """Whatever the names are, each payload file alone and all together are proved."""
    folder = tmp_path_factory.mktemp("any")
    generation = acquired(folder / "item", grown(folder / "src", files))
    paths = [line.split("  ", 1)[1] for line in (folder / "item/manifest-sha256.txt").read_text("utf-8").splitlines()]
    for number, chosen in enumerate([[path] for path in paths] + ([paths] if paths else [])):
        disclose(folder / "item", chosen, folder / f"shown-{number}")
        verdict = judged(folder / f"shown-{number}", generation.root)
        assert verdict.faults == ()


@pytest.mark.parametrize("paths", [[], ["src/none"], ["../item/bagit.txt"], ["bagit.txt"]])
def test_what_is_not_in_the_item_is_refused(item: Path, tmp_path: Path, paths: list[str]) -> None:
    """Only payload files can be shown, and nothing is left of a refused try."""
    with pytest.raises(BadInput):
        disclose(item, paths, tmp_path / "shown")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["item", "src"]


def test_an_altered_item_is_not_shown(item: Path, tmp_path: Path) -> None:
    """A file that is not what was sealed is not passed on, and nothing is left of the try."""
    (item / "data/src/c").write_bytes(b"other")
    with pytest.raises(BadItem):
        disclose(item, ["src/c"], tmp_path / "shown")
    assert not (tmp_path / "shown").exists()


def test_a_place_that_is_taken_is_refused(item: Path, tmp_path: Path) -> None:
    """Nothing is written over another folder."""
    with pytest.raises(BadInput):
        disclose(item, ["src/c"], tmp_path / "src")

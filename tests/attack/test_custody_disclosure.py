"""Attacks on files that are shown with proof: another tree's proof, a salt or place used twice, files and paths swapped."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from builders.directory import START
from builders.evidence import acquired, grown
from builders.logs import signer
from comity.evidence.disclosure import check_disclosure, disclose
from comity.evidence.sealing import Seal
from comity.evidence.witness import Given
from comity.kernel import canonical

PROOFS = "metadata/disclosure.json"
FILES: dict[tuple[bytes, ...], bytes] = {(f"{number}.txt".encode(),): f"file {number}".encode() for number in range(5)}
Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """Two of the five files of a signed item."""
    acquired(tmp_path / "item", grown(tmp_path / "src", FILES), seal=Seal(lambda n: bytes(range(n)), signer()))
    disclose(tmp_path / "item", ["src/1.txt", "src/3.txt"], tmp_path / "shown")
    return tmp_path / "shown"


def other(shown: Path) -> Path:
    """The same two files of another signed item."""
    place = shown.parent / "other"
    grown(place / "src", FILES | {(b"9.txt",): b"more"})
    acquired(place / "item", place / "src", seal=Seal(lambda n: bytes(reversed(range(n))), signer()))
    disclose(place / "item", ["src/1.txt", "src/3.txt"], place / "shown")
    return place / "shown"


def sealed_anew(folder: Path) -> set[str]:
    """Make the manifests of a tampered bag fit again, as an attacker can; give the layers that fail then."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    names = {str(path.relative_to(folder)): path for path in files}
    rows = {name: sha256(path.read_bytes()).hexdigest() for name, path in names.items()}
    payload = sorted(name for name in rows if name.startswith("data/"))
    (folder / "manifest-sha256.txt").write_text("".join(f"{rows[name]}  {name}\n" for name in payload))
    size = sum(names[name].stat().st_size for name in payload)
    (folder / "bag-info.txt").write_text(f"Payload-Oxum: {size}.{len(payload)}\nComity-Format: comity-disclosure/1\n")
    tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", PROOFS]
    lines = (
        f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in tags if (folder / name).exists()
    )
    (folder / "tagmanifest-sha256.txt").write_text("".join(lines))
    verdict = check_disclosure(folder, Given(START))
    assert verdict.sound == (not verdict.faults)
    return {layer.name for layer in verdict.layers if layer.state == "failed"} | {
        fault.layer for fault in verdict.faults
    }


def edited(shown: Path, edit: Edit) -> set[str]:
    """Edit the proofs, make the bag fit, and give what fails."""
    document = json.loads((shown / PROOFS).read_bytes())
    edit(document)
    (shown / PROOFS).write_bytes(canonical.dump(document))
    return sealed_anew(shown)


def test_nothing_fails_untouched(shown: Path) -> None:
    """Making the manifests anew alone is no attack."""
    assert sealed_anew(shown) == set()


def test_a_swapped_file_is_refused(shown: Path) -> None:
    """Other bytes under a proved path are refused, although the manifest lists them."""
    (shown / "data/src/1.txt").write_bytes(b"file X")
    assert sealed_anew(shown) == {"proofs"}


def test_swapped_paths_are_refused(shown: Path) -> None:
    """Two files that changed places are refused."""
    one, three = shown / "data/src/1.txt", shown / "data/src/3.txt"
    first, second = one.read_bytes(), three.read_bytes()
    one.write_bytes(second)
    three.write_bytes(first)
    assert sealed_anew(shown) == {"proofs"}


def test_swapped_paths_in_the_proofs_are_refused(shown: Path) -> None:
    """A proof under another path leads nowhere."""

    def edit(document: dict[str, Any]) -> None:
        first, second = document["shown"]
        first["path"], second["path"] = second["path"], first["path"]

    assert "proofs" in edited(shown, edit)


def test_a_proof_of_another_tree_is_refused(shown: Path) -> None:
    """The proof of the same file in another item leads to another root."""
    foreign = json.loads((other(shown) / PROOFS).read_bytes())
    assert "proofs" in edited(shown, lambda document: document.update(shown=foreign["shown"]))


def test_another_tree_with_its_root_is_refused(shown: Path) -> None:
    """Proofs and root of another item do not fit the signed statement of this one."""
    (shown / PROOFS).write_bytes((other(shown) / PROOFS).read_bytes())
    assert sealed_anew(shown) == {"statement"}


def test_another_statement_is_refused(shown: Path) -> None:
    """The signed statement of another item does not fit these proofs."""
    name = "seal/statement.dsse.json"
    (shown / name).write_bytes((other(shown) / name).read_bytes())
    assert sealed_anew(shown) == {"statement"}


def test_a_salt_used_twice_is_refused(shown: Path) -> None:
    """A file shown twice, under a proof that is the same, is refused."""
    assert edited(shown, lambda document: document["shown"].append(document["shown"][0])) == {"proofs"}


def test_a_file_without_proof_is_refused(shown: Path) -> None:
    """A file slipped in beside the proved ones is refused."""
    (shown / "data/src/2.txt").write_bytes(b"file 2, they say")
    assert sealed_anew(shown) == {"proofs"}


def test_a_proof_without_file_is_refused(shown: Path) -> None:
    """A file taken out is missed."""
    (shown / "data/src/3.txt").unlink()
    assert sealed_anew(shown) == {"proofs"}


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d["shown"][0].update(index=0),
        lambda d: d["shown"][0].update(index=-1),
        lambda d: d["shown"][0].update(index="1"),
        lambda d: d["shown"][0].update(of=4),
        lambda d: d["shown"][0].update(of=10**9),
        lambda d: d["shown"][0].update(size=7),
        lambda d: d["shown"][0].update(salt="00" * 32),
        lambda d: d["shown"][0].update(salt=""),
        lambda d: d["shown"][0].update(sha256="00" * 32),
        lambda d: d["shown"][0].update(audit_path=[]),
        lambda d: d["shown"][0]["audit_path"].reverse(),
        lambda d: d["shown"][0].update(note="more"),
        lambda d: d.update(root="00" * 32),
        lambda d: d.update(root=""),
        lambda d: d.update(format="comity-disclosure/2"),
        lambda d: d.update(shown=None),
        lambda d: d.update(shown=[None]),
        lambda d: d.update(shown={}),
        lambda d: d.update(secret="00"),
    ],
)
def test_a_forged_proof_is_refused(shown: Path, edit: Edit) -> None:
    """Whatever is changed in a proof, it proves nothing any more."""
    assert "proofs" in edited(shown, edit)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b"{}"])
def test_malformed_proofs_are_refused(shown: Path, data: bytes) -> None:
    """What is no list of proofs is a fault, never a crash."""
    (shown / PROOFS).write_bytes(data)
    assert "proofs" in sealed_anew(shown)


def test_files_beside_the_bag_are_refused(shown: Path) -> None:
    """A file that is no part of a disclosure is refused, in the seal too."""
    (shown / "note.txt").write_bytes(b"trust me")
    (shown / "seal/note.txt").write_bytes(b"trust me")
    assert sealed_anew(shown) == {"completeness", "statement"}


def test_a_link_is_not_followed(shown: Path) -> None:
    """A link in the place of a file is refused."""
    (shown / "data/src/1.txt").unlink()
    (shown / "data/src/1.txt").symlink_to(shown.parent / "src/1.txt")
    assert "bag" in {fault.layer for fault in check_disclosure(shown, Given(START)).faults}

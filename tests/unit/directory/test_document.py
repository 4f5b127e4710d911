"""Party documents as people write them: key files are read, ids are filled in, faults are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.crypto.keys import FileSigner
from comity.directory.document import read_document
from comity.kernel.errors import BadInput

SHEET = """\
id: VN.a05
name: Department for Cyber Security
kind: authority
languages: [vi, en, no]
hours: {zone: Asia/Ho_Chi_Minh, open: "24/7"}
callback: [{number: "+1 555 0101", desk: Duty desk}]
keys:
- public_file: keys/officer.pub
  holder: Officer 1
  roles: [draft, emergency]
  valid_from: 2026-01-01T00:00:00Z
  valid_until: 2028-01-01T00:00:00Z
"""


@pytest.fixture
def officer(tmp_path: Path) -> FileSigner:
    """Put an officer's key where the sheet names it."""
    (tmp_path / "keys").mkdir()
    signer = FileSigner.generate()
    signer.save(tmp_path / "keys" / "officer", "")
    return signer


def written(tmp_path: Path, text: str) -> Path:
    """Write a sheet."""
    path = tmp_path / "party.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_key_file_becomes_key_and_id(tmp_path: Path, officer: FileSigner) -> None:
    """A key named by its file stands in the document with its digits and its id; times and codes stay text."""
    document = read_document(written(tmp_path, SHEET))
    key = document["keys"][0]
    assert (key["keyid"], key["public"]) == (officer.public.keyid, officer.public.hex)
    assert (document["format"], document["languages"][2], key["valid_from"]) == (
        "comity-party/1",
        "no",
        "2026-01-01T00:00:00Z",
    )


def test_a_key_in_digits(tmp_path: Path, officer: FileSigner) -> None:
    """A key may be given by its digits instead of a file."""
    text = SHEET.replace("public_file: keys/officer.pub", f'public: "{officer.public.hex}"')
    assert read_document(written(tmp_path, text))["keys"][0]["keyid"] == officer.public.keyid


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("keys/officer.pub", "officer.pub", "public_file: .*No such file"),
        ("keys/officer.pub", "keys/officer", "public_file: .*got no public key"),
        ("public_file: keys/officer.pub", "public: zz", r"keys\[0\].public: got 'zz'"),
        ("public_file: keys/officer.pub", "public_file: keys/officer.pub\n  public: zz", "got both"),
        ("public_file: keys/officer.pub\n  holder: Officer 1", "holder: Officer 1", r"keys\[0\].public: got ''"),
        ("Asia/Ho_Chi_Minh", "Asia/Nowhere", "hours.zone: got 'Asia/Nowhere'"),
        ("Asia/Ho_Chi_Minh", "../../etc/passwd", "hours.zone: got"),
        ('"+1 555 0101"', "15550101", r"callback\[0\].number: got a number"),
        ("kind: authority", "kind: bank", "kind: got 'bank'"),
        ("kind: authority", "kind: authority\nkind: provider", "the key 'kind' twice"),
        ("id: VN.a05", "id: VN.a05\nowner: me", "owner: got an unknown field"),
        ("valid_until: 2028", "valid_until: 2025", "valid_until: got"),
        ("keys:\n- ", "keys:\n- text\n- ", r"keys\[0\]: got text"),
        ("hours: {zone: Asia/Ho_Chi_Minh, open: \"24/7\"}\n", "", "hours: got nothing"),
    ],
)  # fmt: skip
def test_a_fault_is_named(tmp_path: Path, officer: FileSigner, old: str, new: str, message: str) -> None:
    """A fault in the sheet is refused with the file and the field."""
    assert old in SHEET
    with pytest.raises(BadInput, match=f"party.yaml: .*{message}"):
        read_document(written(tmp_path, SHEET.replace(old, new)))

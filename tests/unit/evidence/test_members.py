"""The members of a container are listed as the standard library reads them, and the container stays the file that it is."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.containers import backup, found_in, listing_of, rows_of, surveyed, tarred, zipped
from builders.evidence import acquired, checked
from builders.trials import tries
from comity.evidence.members import list_members

FILES = {"a.txt": b"one", "folder/b.bin": bytes(range(256)) * 2000, "empty": b""}
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0\\/\r\n:"), min_size=1, max_size=20)


def digests(files: dict[str, bytes]) -> dict[str, tuple[int, str]]:
    """Give size and SHA-256 of each file."""
    return {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("zip", zipped(FILES)),
        ("zip", zipped(FILES, zipfile.ZIP_STORED)),
        ("tar", tarred(FILES)),
        ("tar", tarred(FILES, form=tarfile.GNU_FORMAT)),
        ("gzip", tarred(FILES, "w:gz")),
        ("bzip2", tarred(FILES, "w:bz2")),
        ("xz", tarred(FILES, "w:xz")),
        ("android-backup", backup(tarred(FILES))),
        ("android-backup", backup(tarred(FILES), packed=False)),
    ],
)
def test_every_member_is_listed_with_size_and_digest(kind: str, data: bytes, tmp_path: Path) -> None:
    """Zip, tar, packed tar and Android backup are recognised by their bytes; each member has its size and SHA-256."""
    item = surveyed(tmp_path, {"export": data})
    rows = listing_of(item, "members.jsonl")
    assert {row["name"]: (row["size"], row["sha256"]) for row in rows} == digests(FILES)
    assert {row["container"] for row in rows} == {"data/src/export"}
    assert (item / "data/src/export").read_bytes() == data
    assert checked(item).sound
    assert found_in(item) == {}


@settings(max_examples=tries(40), deadline=None)
@given(files=st.dictionaries(NAMES, st.binary(max_size=2000), max_size=6))
def test_any_names_are_listed_as_they_are(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever names and bytes a zip or tar holds, the listing says what the standard library reads."""
    path = tmp_path_factory.mktemp("any") / "x"
    for kind, data in (("zip", zipped(files)), ("tar", tarred(files))):
        path.write_bytes(data)
        rows, _ = rows_of(list_members, path, kind)
        assert {row["name"]: (row["size"], row["sha256"]) for row in rows if row["kind"] == "file"} == digests(files)


def test_a_zip_of_64_bits_is_listed(tmp_path: Path) -> None:
    """A zip whose sizes stand in extra fields of 64 bits, with bytes before it, is listed alike."""
    path, out = tmp_path / "x", io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, made.open("a", "w", force_zip64=True) as member:
        member.write(b"one")
    path.write_bytes(b"#!/bin/sh\n" + out.getvalue())
    rows, found = rows_of(list_members, path, "zip")
    assert [(row["name"], row["sha256"]) for row in rows] == [("a", hashlib.sha256(b"one").hexdigest())]
    assert found == []


def test_links_folders_and_nested_containers_are_said(tmp_path: Path) -> None:
    """A link has its target, a folder is one, and a container within is named and not opened."""
    out, path = io.BytesIO(), tmp_path / "x"
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, kind in (("folder", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE), ("pipe", tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "../there" if name == "link" else ""
            made.addfile(info)
        inner = zipped(FILES)
        info = tarfile.TarInfo("inner.zip")
        info.size = len(inner)
        made.addfile(info, io.BytesIO(inner))
    path.write_bytes(out.getvalue())
    rows, _ = rows_of(list_members, path, "tar")
    assert [(row["kind"], row.get("holds", "")) for row in rows] == [
        ("folder", ""), ("link", ""), ("special", ""), ("file", "zip"),
    ]  # fmt: skip
    assert rows[1]["target"] == {"name": "../there"}


def test_documents_and_single_packed_files_are_no_containers(tmp_path: Path) -> None:
    """Office documents and programs, which are zips inside, and a single packed file are not listed."""
    document = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    item = surveyed(tmp_path, {"a.docx": document, "log.gz": gzip.compress(b"a line of a log\n" * 100)})
    assert not (item / "metadata/members.jsonl").exists()
    assert checked(item).sound


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    """Kinds of containers that are not read are kept, each with a finding."""
    item = surveyed(tmp_path, {"a.7z": b"7z\xbc\xaf\x27\x1c" + bytes(40), "b.ab": backup(b"x", cipher="AES-256")})
    assert found_in(item) == {"container-closed": "7z", "container-encrypted": "android-backup, AES-256"}


def test_nothing_is_listed_if_that_is_asked(tmp_path: Path) -> None:
    """Without listing, containers are kept as they are, and a finding says that nobody looked into them."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.zip").write_bytes(zipped(FILES))
    acquired(tmp_path / "item", tmp_path / "src", listing=False)
    assert found_in(tmp_path / "item") == {"not-listed": ""}
    assert not (tmp_path / "item/metadata/members.jsonl").exists()
    assert checked(tmp_path / "item").sound

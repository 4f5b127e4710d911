"""Attacks on the container and the bag: bytes that are not what they seem."""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from builders.attack import attack
from builders.packages import PDF, REQUEST, TOP, Maker, manifest, rebagged
from comity.packages.bag import INFO, MANIFEST, TAG_MANIFEST
from comity.packages.zipfiles import entry_for


def rezipped(maker: Maker, change: Callable[[zipfile.ZipFile], None]) -> Path:
    """A good package to which *change* adds something."""
    path = maker.good()
    with zipfile.ZipFile(path, "a") as z:
        change(z)
    return path


def patched(maker: Maker, change: Callable[[bytearray], None]) -> Path:
    """A good package with bytes changed in place."""
    path = maker.good()
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


@attack("container")
def zip_slip_leads_outside(maker: Maker) -> Path:
    """An entry is named so that unpacking writes outside the folder."""
    return maker.pack({**maker.parts(), "../../evil.sh": b"x"})


@attack("container")
def absolute_path_in_the_zip(maker: Maker) -> Path:
    """An entry has an absolute path."""
    return rezipped(maker, lambda z: z.writestr(entry_for("/etc/evil", 1), b"x"))


@attack("container")
def backslash_path_in_the_zip(maker: Maker) -> Path:
    """An entry's name means a folder on one system and a file on another."""
    return maker.pack({**maker.parts(), "data\\evil.txt": b"x"})


@attack("container")
def name_that_is_a_file_and_a_folder(maker: Maker) -> Path:
    """A name is a file, and a folder of another file: no machine can unpack both."""
    return maker.pack({**maker.parts(), "data/attachments/a": b"x", "data/attachments/a/b": b"y"})


@attack("container")
def name_with_a_blank_at_its_edge(maker: Maker) -> Path:
    """A name ends in a blank, which some systems drop."""
    return maker.pack({**maker.parts(), "data/attachments/order.pdf ": b"x"})


@attack("container")
def name_that_ends_in_a_dot(maker: Maker) -> Path:
    """A name ends in a dot, which some systems drop."""
    return maker.pack({**maker.parts(), "data/attachments/order.pdf.": b"x"})


@attack("container")
def same_name_twice(maker: Maker) -> Path:
    """Two entries have one name, so that two readers read different requests."""

    def twice(z: zipfile.ZipFile) -> None:
        z.NameToInfo.pop(f"{TOP}/{REQUEST}")
        z.writestr(entry_for(f"{TOP}/{REQUEST}", 2), b"{}")

    return rezipped(maker, twice)


@attack("container")
def same_name_in_another_case(maker: Maker) -> Path:
    """Two names differ only in case."""
    return maker.pack({**maker.parts(), "data/REQUEST.JSON": b"{}"})


@attack("container")
def zip_bomb_in_a_compressed_entry(maker: Maker) -> Path:
    """A small compressed entry unfolds to something huge."""

    def bomb(z: zipfile.ZipFile) -> None:
        z.writestr(f"{TOP}/data/attachments/bomb", bytes(1 << 20), zipfile.ZIP_DEFLATED)

    return rezipped(maker, bomb)


@attack("container")
def overlapping_entries(maker: Maker) -> Path:
    """Two directory entries share the same bytes, so that a small file unfolds to many."""
    path = maker.good()
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack("<HII", data[end + 10 : end + 20])
    first = data[start : start + 46 + int.from_bytes(data[start + 28 : start + 30], "little")]
    copy = first.replace(b"bagit.txt", b"bagit.txu") if b"bagit.txt" in first else first[:-1] + b"~"
    tail = (
        data[:start]
        + data[start:end]
        + copy
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count + 1, count + 1, size + len(copy), start, 0)
    )
    path.write_bytes(tail)
    return path


@attack("container")
def symbolic_link_in_the_zip(maker: Maker) -> Path:
    """An entry is a symbolic link to a file of the reader."""

    def link(z: zipfile.ZipFile) -> None:
        entry = entry_for(f"{TOP}/data/attachments/link", 11)
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        z.writestr(entry, b"/etc/passwd")

    return rezipped(maker, link)


@attack("container")
def folder_entry_in_the_zip(maker: Maker) -> Path:
    """An entry is a folder."""
    return rezipped(maker, lambda z: z.writestr(zipfile.ZipInfo(f"{TOP}/data/empty/", (1980, 1, 1, 0, 0, 0)), b""))


@attack("container")
def name_that_reads_backwards(maker: Maker) -> Path:
    """A name has a character that turns the direction of reading."""
    return maker.pack({**maker.parts(), "data/attachments/order\u202efdp.exe": b"x"})


@attack("container")
def name_with_decomposed_accents(maker: Maker) -> Path:
    """A name is not in Unicode NFC: it looks like another one."""
    return maker.pack({**maker.parts(), "data/attachments/le\u0323nh.pdf": b"x"})


@attack("container")
def local_header_disagrees(maker: Maker) -> Path:
    """A file's own header gives another name than the directory."""

    def rename(data: bytearray) -> None:
        at = data.index(b"bagit.txt")
        data[at : at + 9] = b"bagit.txu"

    return patched(maker, rename)


@attack("container")
def bytes_hidden_before_the_zip(maker: Maker) -> Path:
    """A program stands in front of the zip."""
    path = maker.good()
    path.write_bytes(b"#!/bin/sh\nexit\n" + path.read_bytes())
    return path


@attack("container")
def bytes_hidden_after_the_zip(maker: Maker) -> Path:
    """Something stands behind the zip."""
    path = maker.good()
    path.write_bytes(path.read_bytes() + b"more")
    return path


@attack("container")
def bytes_hidden_between_entries(maker: Maker) -> Path:
    """Something stands between the entries and the directory."""
    path = maker.good()
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    moved = data[end : end + 16] + struct.pack("<I", start + 6) + data[end + 20 :]
    path.write_bytes(data[:start] + b"hidden" + data[start:end] + moved)
    return path


@attack("container")
def comment_in_the_zip(maker: Maker) -> Path:
    """The zip has a comment."""

    def comment(z: zipfile.ZipFile) -> None:
        z.comment = b"read me"

    return rezipped(maker, comment)


@attack("container")
def entry_marked_encrypted(maker: Maker) -> Path:
    """An entry claims to be encrypted."""

    def mark(data: bytearray) -> None:
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1

    return patched(maker, mark)


@attack("container")
def two_top_folders(maker: Maker) -> Path:
    """The zip holds two packages."""
    return rezipped(maker, lambda z: z.writestr(entry_for("another/bagit.txt", 1), b"x"))


@attack("container")
def cut_short(maker: Maker) -> Path:
    """The last bytes are missing."""
    path = maker.good()
    path.write_bytes(path.read_bytes()[:-30])
    return path


@attack("container")
def not_a_package_at_all(maker: Maker) -> Path:
    """The file is something else."""
    path = maker.path()
    path.write_bytes(b"%PDF-1.7 request for disclosure\n" * 10)
    return path


@attack("container")
def empty_file(maker: Maker) -> Path:
    """The file is empty."""
    path = maker.path()
    path.write_bytes(b"")
    return path


@attack("bag")
def bit_flipped_in_transit(maker: Maker) -> Path:
    """One bit of the request flipped; the zip's own check sum catches it."""

    def flip(data: bytearray) -> None:
        data[data.index(b'"comity-request/1"') + 3] ^= 1

    return patched(maker, flip)


@attack("bag")
def altered_attachment(maker: Maker) -> Path:
    """A court order was exchanged after signing."""
    parts = maker.parts(maker.good(attachments={"order.pdf": b"order for one account"}))
    return maker.pack({**parts, "data/attachments/order.pdf": b"order for any account"})


@attack("bag")
def added_file(maker: Maker) -> Path:
    """A file was added after signing."""
    return maker.pack({**maker.parts(), "data/attachments/more.txt": b"and everything else"})


@attack("bag")
def missing_file(maker: Maker) -> Path:
    """A listed file was taken out."""
    parts = maker.parts()
    del parts[PDF]
    return maker.pack(parts)


@attack("bag")
def altered_manifest(maker: Maker) -> Path:
    """A file and its line in the manifest were changed, not the tag manifest."""
    parts = maker.parts()
    parts[REQUEST] = parts[REQUEST].replace(b"mule@example.org", b"moll@example.org")
    payload = {name: data for name, data in parts.items() if name.startswith("data/")}
    return maker.pack({**parts, MANIFEST: manifest(payload)})


@attack("bag")
def second_manifest_with_a_weak_hash(maker: Maker) -> Path:
    """A manifest of a weaker algorithm was added."""
    return maker.pack({**maker.parts(), "manifest-md5.txt": b"d41d8cd98f00b204e9800998ecf8427e  data/request.json\n"})


@attack("bag")
def fetch_file_points_elsewhere(maker: Maker) -> Path:
    """The bag says that a file is to be fetched from somewhere."""
    return maker.pack({**maker.parts(), "fetch.txt": b"http://192.0.2.1/x 1 data/x\n"})


@attack("bag")
def file_beside_the_bag(maker: Maker) -> Path:
    """A file stands beside the payload, covered by nothing."""
    return maker.pack({**maker.parts(), "README.txt": b"pay to this account"})


@attack("bag")
def newer_format(maker: Maker) -> Path:
    """The package says it has a format of the future."""
    return maker.pack(rebagged(maker.parts(), {"Comity-Format": "comity-package/2"}))


@attack("bag")
def wrong_number_of_bytes(maker: Maker) -> Path:
    """The bag states another number of bytes than it holds."""
    return maker.pack(rebagged(maker.parts(), {"Payload-Oxum": "1.2"}))


@attack("bag")
def unsorted_manifest_with_a_name_twice(maker: Maker) -> Path:
    """The manifest lists a file twice, with two hashes."""
    parts = maker.parts()
    line = f"{hashlib.sha256(b'').hexdigest()}  {PDF}\n".encode()
    parts[MANIFEST] += line
    tags = {name: parts[name] for name in ("bagit.txt", INFO, MANIFEST)}
    return maker.pack({**parts, TAG_MANIFEST: manifest(tags)})

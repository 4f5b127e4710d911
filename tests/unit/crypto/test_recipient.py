"""Sealing files to recipients."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.crypto.recipient import (
    BadRecipient,
    BadSealedFile,
    FileUnavailable,
    Identity,
    kept_identity,
    new_identity,
    open_bytes,
    open_file,
    seal_bytes,
    seal_file,
)
from comity.kernel.errors import BadInput, NotFound

STANZA = b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n"
TEXT = b"PK\x03\x04 a package " * 20_000


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A file of more than one piece."""
    path = tmp_path / "a05-117.comity.zip"
    path.write_bytes(TEXT)
    return path


@pytest.fixture
def identity() -> Identity:
    """The addressee's identity."""
    return new_identity()


@pytest.fixture
def sealed(plain: Path, identity: Identity) -> Path:
    """The file, sealed to the addressee."""
    path = plain.with_name("sealed.age")
    seal_file(plain, path, [identity.recipient])
    return path


def left(folder: Path) -> set[str]:
    """The names in a folder."""
    return {path.name for path in folder.iterdir()}


def test_round_trip(sealed: Path, identity: Identity) -> None:
    """What is sealed can be opened, and only its two files are there."""
    opened = sealed.with_name("opened")
    open_file(sealed, opened, identity)
    assert opened.read_bytes() == TEXT
    assert TEXT[:40] not in sealed.read_bytes()
    assert left(sealed.parent) == {"a05-117.comity.zip", "sealed.age", "opened"}


def test_only_the_owner_reads_what_was_opened(sealed: Path, identity: Identity) -> None:
    """An opened file can be read by its owner alone."""
    open_file(sealed, sealed.with_name("opened"), identity)
    assert sealed.with_name("opened").stat().st_mode & 0o777 == 0o600


def test_empty_file(tmp_path: Path, identity: Identity) -> None:
    """An empty file is sealed and opened like any other."""
    (tmp_path / "empty").touch()
    seal_file(tmp_path / "empty", tmp_path / "sealed", [identity.recipient])
    open_file(tmp_path / "sealed", tmp_path / "opened", identity)
    assert (tmp_path / "opened").read_bytes() == b""


@pytest.mark.parametrize("count", [3, 100])
def test_several_recipients(plain: Path, count: int) -> None:
    """Each of several recipients can open the file, as many as there may be."""
    people = [new_identity() for _ in range(count)]
    seal_file(plain, plain.with_name("sealed"), [one.recipient for one in people])
    for n, one in enumerate(people[-3:]):
        open_file(plain.with_name("sealed"), plain.with_name(f"opened{n}"), one)
        assert plain.with_name(f"opened{n}").read_bytes() == TEXT


def test_identity_is_not_shown(identity: Identity) -> None:
    """The secret does not appear when an identity is printed."""
    assert identity.secret.startswith("AGE-SECRET-KEY-1")
    assert "SECRET" not in repr(identity)


def test_other_program_opens(sealed: Path, identity: Identity) -> None:
    """The sealed file is plain age: it opens in one piece as well."""
    assert pyrage.decrypt(sealed.read_bytes(), [pyrage.x25519.Identity.from_str(identity.secret)]) == TEXT


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data[: 65_536 + 200],
        lambda data: data[:60],
        lambda data: data + b"x",
        lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        lambda data: data[:50] + bytes([data[50] ^ 1]) + data[51:],
        lambda data: b"",
        lambda data: TEXT,
        lambda data: b"age-encryption.org/v1\n" + b"-> X25519 " * 9999,
        lambda data: b"age-encryption.org/v1\n" + STANZA * 40_000,
        lambda data: b"age-encryption.org/v1\n" + STANZA * 250 + b"--- " + b"A" * 43 + b"\n" + STANZA * 40_000,
    ],
    ids=[
        "last byte",
        "half",
        "in a piece",
        "header",
        "byte after",
        "flipped",
        "flipped header",
        "empty",
        "plain",
        "endless line",
        "endless header",
        "end in the midst",
    ],
)
def test_damaged_file(damage: Callable[[bytes], bytes], sealed: Path, identity: Identity) -> None:
    """A damaged, cut or other file is refused, and nothing of it is left."""
    sealed.write_bytes(damage(sealed.read_bytes()))
    with pytest.raises(BadSealedFile):
        open_file(sealed, sealed.with_name("opened"), identity)
    assert left(sealed.parent) == {"a05-117.comity.zip", "sealed.age"}


def test_wrong_identity(sealed: Path) -> None:
    """Somebody else cannot open the file, and is told for whom he tried."""
    other = new_identity()
    with pytest.raises(BadSealedFile, match=other.recipient):
        open_file(sealed, sealed.with_name("opened"), other)
    assert not sealed.with_name("opened").exists()


@pytest.mark.parametrize(
    "recipients",
    [[], [""], ["age1xyz"], ["ssh-ed25519 AAAA"], [new_identity().secret], [new_identity().recipient] * 101],
)
def test_bad_recipients(recipients: list[str], plain: Path) -> None:
    """Nothing is sealed to nobody, or to what is no recipient."""
    with pytest.raises(BadRecipient):
        seal_file(plain, plain.with_name("sealed"), recipients)
    assert left(plain.parent) == {plain.name}


@pytest.mark.parametrize(
    "text", ["", "AGE-SECRET-KEY-1", new_identity().recipient], ids=["empty", "start only", "recipient"]
)
def test_bad_identity(text: str) -> None:
    """What is no identity is refused without being repeated."""
    with pytest.raises(BadRecipient) as caught:
        Identity(text)
    assert text == "" or text not in caught.value.message.removesuffix("AGE-SECRET-KEY-1...")


def test_never_over_an_old_file(plain: Path, sealed: Path, identity: Identity) -> None:
    """A file that exists stays as it is."""
    with pytest.raises(BadInput, match="exists already"):
        seal_file(plain, sealed, [identity.recipient])
    with pytest.raises(BadInput, match="exists already"):
        open_file(sealed, plain, identity)
    assert plain.read_bytes() == TEXT


def test_missing_places(tmp_path: Path, plain: Path, identity: Identity) -> None:
    """A missing file, or a missing folder for the new one, is named."""
    with pytest.raises(NotFound, match="nowhere"):
        seal_file(tmp_path / "nowhere", tmp_path / "sealed", [identity.recipient])
    with pytest.raises(NotFound, match="no-folder"):
        seal_file(plain, tmp_path / "no-folder" / "sealed", [identity.recipient])
    with pytest.raises(FileUnavailable):
        seal_file(tmp_path, tmp_path / "sealed", [identity.recipient])


@pytest.mark.parametrize("act", ["seal", "open"])
def test_no_space(act: str, plain: Path, sealed: Path, identity: Identity) -> None:
    """When the disk takes no more, that is said, and nothing half-written is left."""
    before = left(plain.parent)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(FileUnavailable, match=os.strerror(errno.EFBIG)):
            if act == "seal":
                seal_file(plain, plain.with_name("new"), [identity.recipient])
            else:
                open_file(sealed, plain.with_name("new"), identity)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert left(plain.parent) == before


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Sealing and opening 64 MiB takes less than 16 MiB more than the program itself."""
    code = """
import resource, sys
from pathlib import Path
from comity.crypto.recipient import new_identity, open_file, seal_file
folder = Path(sys.argv[1])
for name, size in (("small", 1), ("big", 64 * 1024 * 1024)):
    with (folder / name).open("wb") as f:
        f.truncate(size)
    identity = new_identity()
    seal_file(folder / name, folder / f"{name}.age", [identity.recipient])
    open_file(folder / f"{name}.age", folder / f"{name}.opened", identity)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    out = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True).stdout
    small, big = map(int, out.split())
    assert big - small < 16 * 1024


def test_a_file_being_made_has_no_name_until_it_is_whole(tmp_path: Path) -> None:
    """So a kill leaves nothing behind; where the system knows no files without a name, only one that tells what it is."""
    from comity.crypto.recipient import _named_file, _new_file

    with _new_file(tmp_path / "sealed") as target:
        target.write(b"1")
        assert [path for path in tmp_path.iterdir() if not path.name.startswith(".sealing-")] == []
    with _named_file(tmp_path / "also") as target:
        target.write(b"2")
        assert not (tmp_path / "also").exists()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"sealed": b"1", "also": b"2"}


@given(data=st.binary(max_size=4096))
def test_a_few_bytes_are_sealed_and_opened(data: bytes) -> None:
    """What was sealed opens for its recipient alone, and is never the same twice."""
    identity = new_identity()
    sealed = seal_bytes(data, [identity.recipient])
    assert open_bytes(sealed, identity) == data
    assert sealed != seal_bytes(data, [identity.recipient])
    with pytest.raises(BadSealedFile):
        open_bytes(sealed, new_identity())


@pytest.mark.parametrize("data", [b"", b"age-encryption.org/v1\n", b"\x00" * 40_000], ids=["nothing", "a head", "much"])
def test_bytes_that_nobody_sealed_are_refused(data: bytes) -> None:
    """Nothing, the beginning of something and too much are refused."""
    with pytest.raises(BadSealedFile):
        open_bytes(data, new_identity())


def test_an_identity_of_ones_own_is_made_once(tmp_path: Path) -> None:
    """Asked for again it is the same one; what else stands there is refused, and nothing is left beside it."""
    made = kept_identity(tmp_path / "own.key")
    assert kept_identity(tmp_path / "own.key") == made
    assert [one.name for one in tmp_path.iterdir()] == ["own.key"]
    assert (tmp_path / "own.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "no.key").write_text("nothing")
    with pytest.raises(BadRecipient):
        kept_identity(tmp_path / "no.key")
    with pytest.raises(FileUnavailable):
        kept_identity(tmp_path / "no" / "folder.key")

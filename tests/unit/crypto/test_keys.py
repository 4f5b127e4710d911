"""Keys against the vectors of RFC 8032 and beside `ssh-keygen`."""

from __future__ import annotations

import base64
import hashlib
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from comity.crypto.errors import BadSignature, KeyFileError
from comity.crypto.keys import FileSigner, PublicKey, read_public

# RFC 8032, section 7.1, tests 1 to 3: private key, public key, message, signature.
VECTORS = [
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
     "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
     "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip
needs_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")


def keygen(*arguments: str | Path) -> str:
    """Run ssh-keygen."""
    return subprocess.run(["ssh-keygen", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_vectors_of_the_norm(secret: str, public: str, message: str, signature: str) -> None:
    """Each vector of RFC 8032 gives its public key and its signature, which verifies."""
    signer = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)))
    assert signer.public == PublicKey.from_hex(public)
    assert signer.sign(bytes.fromhex(message)).hex() == signature
    signer.public.verify(bytes.fromhex(signature), bytes.fromhex(message))
    assert signer.public.keyid == hashlib.sha256(bytes.fromhex(public)).hexdigest()


@given(st.binary(max_size=200), st.integers(0, 511))
def test_one_bit_breaks_a_signature(message: bytes, bit: int) -> None:
    """A signature with one bit turned, or over one byte more, does not verify."""
    signer = FileSigner.generate()
    good = signer.sign(message)
    bad = bytearray(good)
    bad[bit // 8] ^= 1 << bit % 8
    for signature, text in ((bytes(bad), message), (good, message + b"x"), (good[:-1], message), (b"", message)):
        with pytest.raises(BadSignature):
            signer.public.verify(signature, text)


@pytest.mark.parametrize("text", ["", "zz", "0" * 63, "0" * 66, "AB" * 32, " " + "0" * 64, "0x" + "0" * 62, "é" * 64])
def test_other_spellings_of_a_public_key_are_refused(text: str) -> None:
    """A public key is 64 small hexadecimal digits and nothing else."""
    with pytest.raises(KeyFileError, match="64 small hexadecimal digits"):
        PublicKey.from_hex(text)


@pytest.mark.parametrize("raw", [bytes(32), b"\x01" + bytes(31), b"\xff" * 32])
def test_a_weak_or_impossible_point_verifies_nothing(raw: bytes) -> None:
    """A public key that is no proper point on the curve raises our error and never verifies."""
    with pytest.raises(BadSignature):
        PublicKey(raw).verify(bytes(64), b"message")


@pytest.mark.parametrize("passphrase", ["", "mật khẩu dài"])
def test_a_key_saved_is_opened(passphrase: str, tmp_path: Path) -> None:
    """A key file gives the same key again, can be read by its owner alone, and has its public half beside it."""
    path = tmp_path / "key"
    signer = FileSigner.generate()
    signer.save(path, passphrase)
    assert FileSigner.open(path, passphrase).public == read_public(tmp_path / "key.pub") == signer.public
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_sealed_key_needs_its_passphrase(tmp_path: Path) -> None:
    """A sealed key is not opened by another passphrase or none."""
    FileSigner.generate().save(tmp_path / "key", "right")
    for wrong in ("", "wrong"):
        with pytest.raises(KeyFileError, match="wrong passphrase"):
            FileSigner.open(tmp_path / "key", wrong)


def test_a_sealed_file_does_not_hold_the_key_in_clear(tmp_path: Path) -> None:
    """The private bytes stand in an unsealed key file and not in a sealed one."""
    signer = FileSigner.generate()
    held = []
    for name, passphrase in (("open", ""), ("sealed", "right")):
        signer.save(tmp_path / name, passphrase)
        body = "".join((tmp_path / name).read_text().splitlines()[1:-1])
        held.append(signer._private.private_bytes_raw() in base64.b64decode(body))
    assert held == [True, False]


def test_an_existing_key_is_never_written_over(tmp_path: Path) -> None:
    """Saving over a file is refused and leaves it as it was; so is saving into a folder that is not there."""
    (tmp_path / "key").write_text("mine")
    with pytest.raises(KeyFileError, match="File exists"):
        FileSigner.generate().save(tmp_path / "key", "")
    assert (tmp_path / "key").read_text() == "mine"
    with pytest.raises(KeyFileError, match="No such file"):
        FileSigner.generate().save(tmp_path / "none" / "key", "")


@pytest.mark.parametrize("data", [b"", b"x" * 100, b"ssh-ed25519 AAAA x", b"\xff\xfe"])
def test_what_is_no_key_file_is_refused(data: bytes, tmp_path: Path) -> None:
    """A file that holds something else is refused as a private and as a public key."""
    path = tmp_path / "key"
    path.write_bytes(data)
    with pytest.raises(KeyFileError):
        FileSigner.open(path, "")
    with pytest.raises(KeyFileError):
        read_public(path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    """An ECDSA key is refused by name, private and public."""
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "key").write_bytes(other.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.OpenSSH, ser.NoEncryption()))
    public = other.public_key().public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH)
    (tmp_path / "key.pub").write_bytes(public)
    with pytest.raises(KeyFileError, match="another kind"):
        FileSigner.open(tmp_path / "key", "")
    with pytest.raises(KeyFileError, match="another kind"):
        read_public(tmp_path / "key.pub")


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    """A file that is not there is named in the error, for a private and for a public key."""
    for read in (lambda path: FileSigner.open(path, ""), read_public):
        with pytest.raises(KeyFileError, match="No such file") as caught:
            read(tmp_path / "none")
        assert caught.value.file == str(tmp_path / "none")


@needs_keygen
@pytest.mark.parametrize("passphrase", ["", "long words"])
def test_ssh_keygen_reads_our_file(passphrase: str, tmp_path: Path) -> None:
    """OpenSSH's own tool opens our key file and finds the same public key."""
    FileSigner.generate().save(tmp_path / "key", passphrase)
    shown = keygen("-y", "-P", passphrase, "-f", tmp_path / "key")
    assert shown.split()[:2] == (tmp_path / "key.pub").read_text().split()[:2]


@needs_keygen
def test_ssh_keygen_changes_the_passphrase(tmp_path: Path) -> None:
    """After the passphrase was changed with OpenSSH's tool, the new one opens the same key, and the old one does not."""
    signer = FileSigner.generate()
    signer.save(tmp_path / "key", "old words")
    keygen("-p", "-q", "-P", "old words", "-N", "new words", "-f", tmp_path / "key")
    assert FileSigner.open(tmp_path / "key", "new words").public == signer.public
    with pytest.raises(KeyFileError):
        FileSigner.open(tmp_path / "key", "old words")


@needs_keygen
def test_a_key_of_ssh_keygen_is_opened(tmp_path: Path) -> None:
    """A key that OpenSSH's tool made is opened here."""
    keygen("-q", "-t", "ed25519", "-N", "words", "-C", "", "-f", tmp_path / "key")
    assert FileSigner.open(tmp_path / "key", "words").public == read_public(tmp_path / "key.pub")

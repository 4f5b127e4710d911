"""The commands on keys, run as a person runs them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from builders.program import Program
from comity.crypto.keys import FileSigner


def test_a_new_key_is_sealed(program: Program, tmp_path: Path) -> None:
    """A new key can only be opened with its passphrase, is private, and is shown without one."""
    (tmp_path / "pass").write_text("correct horse\n")
    made = program.json("key", "new", "officer", "--passphrase-file", "pass")
    assert FileSigner.open(tmp_path / "officer", "correct horse").public.keyid == made["keyid"]
    assert stat.S_IMODE((tmp_path / "officer").stat().st_mode) == 0o600
    for name in ("officer", "officer.pub"):
        assert program.json("key", "show", name)["public"] == made["public"]


def test_an_unsealed_key_is_asked_for(program: Program, tmp_path: Path) -> None:
    """A machine key has no passphrase, and only because that was said."""
    keyid = program.json("key", "new", "machine", "--unsealed")["keyid"]
    assert FileSigner.open(tmp_path / "machine", "").public.keyid == keyid


@pytest.mark.parametrize("text", ["", "\n", "\nsecond line\n"])
def test_an_empty_passphrase_is_refused(program: Program, tmp_path: Path, text: str) -> None:
    """An empty passphrase seals nothing: no key is made, and the advice says how."""
    (tmp_path / "pass").write_text(text)
    said = program.refused(2, "key", "new", "officer", "--passphrase-file", "pass")
    assert "empty passphrase" in said
    assert "--unsealed" in said
    assert not (tmp_path / "officer").exists()


def test_nobody_to_ask(program: Program) -> None:
    """Without a terminal and without a passphrase no key is made."""
    assert "empty passphrase" in program.refused(2, "key", "new", "officer")


def test_a_passphrase_from_the_environment(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The passphrase may come from the environment."""
    monkeypatch.setenv("COMITY_PASSPHRASE", "correct horse")
    keyid = program.json("key", "new", "officer")["keyid"]
    assert FileSigner.open(tmp_path / "officer", "correct horse").public.keyid == keyid


def test_a_key_is_never_overwritten(program: Program, tmp_path: Path) -> None:
    """A key file that exists stays as it is."""
    program.run("key", "new", "k", "--unsealed")
    before = (tmp_path / "k").read_bytes()
    assert "k: got File exists" in program.refused(2, "key", "new", "k", "--unsealed")
    assert (tmp_path / "k").read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"ssh-rsa AAAA", b"\xff\xfe"])
def test_what_is_no_key_is_not_shown(program: Program, tmp_path: Path, content: bytes | None) -> None:
    """A file that is missing or holds no Ed25519 key is named in the error, also for machines."""
    if content is not None:
        (tmp_path / "x.pub").write_bytes(content)
    problem = json.loads(program.refused(2, "key", "show", "x", "--json"))
    assert (problem["type"], problem["file"]) == ("urn:x-comity:key-file-error", "x.pub")

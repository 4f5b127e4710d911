"""The commands that sign and verify HI-1 messages in files, for people without a node."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from builders.commands import comity
from builders.directory import build_directory
from builders.hi1signed import JSON, OTHER, SIGNED_JSON, SIGNED_XML, SIGNER, XML, etsi_certificate, example
from comity.cli.hi1sign import sign, verify
from comity.crypto.errors import BadSignature
from comity.hi1.errors import BadMessage
from comity.kernel.clock import FixedClock, SystemClock
from comity.kernel.errors import BadInput, Refused

Said = Callable[..., Any]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with messages, keys and ETSI's certificate, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    for name, key in (("node.key", SIGNER), ("other.key", OTHER)):
        key.save(Path(name), "")
    files = {"message.xml": XML, "message.json": JSON, "signed.xml": SIGNED_XML, "signed.json": SIGNED_JSON}
    files |= {"etsi.xml": example("request6_signed.xml"), "etsi.pem": etsi_certificate().public_bytes(Encoding.PEM)}
    for name, data in files.items():
        Path(name).write_bytes(data)
    return tmp_path


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a command with `--json`; gives what it printed."""

    def run(command: Any, *arguments: str) -> Any:
        command.main([*arguments, "--json"], standalone_mode=False)
        return json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_message_is_signed_and_verified(form: str, at: Path, said: Said) -> None:
    """A message is signed into a new file, which verifies by the public key and gives what was signed."""
    done = said(sign, f"message.{form}", "--key", "node.key", "--to", f"out.{form}")
    assert done == {"file": f"out.{form}", "key": SIGNER.public.keyid}
    assert Path(f"out.{form}").read_bytes() == Path(f"signed.{form}").read_bytes()
    found = said(verify, f"out.{form}", "--public", "node.key.pub", "--to", "content")
    assert found == {
        "file": f"out.{form}", "valid": True, "key": SIGNER.public.keyid, "sender": "XX.ACTOR01", "form": form,
    }  # fmt: skip
    assert b"ignature" not in Path("content").read_bytes()


def test_people_read_one_line(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People are told in one line who signed."""
    verify.main(["signed.xml", "--public", "node.key.pub"], standalone_mode=False)
    assert capsys.readouterr().out == f"valid signed.xml: from XX.ACTOR01, signed by {SIGNER.public.keyid}\n"


def test_etsis_example_verifies_by_its_certificate(at: Path, said: Said) -> None:
    """ETSI's signed example verifies when its certificate is given."""
    assert said(verify, "etsi.xml", "--certificate", "etsi.pem")["valid"]


def test_a_party_of_the_directory_is_known_by_its_nodes_key(at: Path, said: Said) -> None:
    """By a copy of the directory, a message verifies from the party whose node signed it, and from no other party."""
    world = build_directory(at / "world", FixedClock(SystemClock().now()))
    mirror = str(world.mirror.folder.path)
    raw = XML.replace(b"<CountryCode>XX<", b"<CountryCode>VN<", 1).replace(b">ACTOR01<", b">a05<", 1)
    Path("ours.xml").write_bytes(raw)
    for role in ("node", "draft"):
        world.keys["VN.a05"][role].save(Path(f"{role}.secret"), "")
        said(sign, "ours.xml", "--key", f"{role}.secret", "--to", f"{role}.xml")
    said(sign, "message.xml", "--key", "node.secret", "--to", "false.xml")
    assert said(verify, "node.xml", "--directory", mirror, "--party", "VN.a05")["sender"] == "VN.a05"
    for name, party, expected in (
        ("node.xml", "PH.cicc", "not trusted"),
        ("draft.xml", "VN.a05", "not trusted"),
        ("false.xml", "VN.a05", "expected one from VN.a05"),
    ):
        with pytest.raises(Refused, match=expected):
            said(verify, name, "--directory", mirror, "--party", party)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--party", "VN.a05"],
        ["--directory", "mirror"],
        ["--directory", "mirror", "--party", "VN.a05", "--public", "node.key.pub"],
        ["--certificate", "message.xml"],
        ["--certificate", "missing.pem"],
        ["--public", "message.xml"],
    ],
    ids=" ".join,
)
def test_who_is_trusted_must_be_plain(options: list[str], at: Path, said: Said) -> None:
    """No way to know the signer, half a way, two ways or a file of another kind is wrong use."""
    with pytest.raises(BadInput):
        said(verify, "signed.xml", *options)


def test_a_refusal_names_the_file(at: Path, said: Said) -> None:
    """What is refused is named: by another key, unsigned, signed already, no message at all."""
    for name, kind in (("signed.xml", BadSignature), ("message.json", BadSignature), ("etsi.pem", BadMessage)):
        with pytest.raises(kind) as caught:
            said(verify, name, "--public", "other.key.pub", "--to", "content")
        assert caught.value.file == name
    with pytest.raises(BadMessage, match=r"signed\.xml"):
        said(sign, "signed.xml", "--key", "node.key", "--to", "again.xml")
    assert not Path("content").exists()
    assert not Path("again.xml").exists()


def test_nothing_is_written_over(at: Path, said: Said) -> None:
    """A file that is there is left as it is."""
    with pytest.raises(BadInput):
        said(sign, "message.xml", "--key", "node.key", "--to", "signed.json")
    assert Path("signed.json").read_bytes() == SIGNED_JSON


def test_the_program_ends_with_its_codes(at: Path) -> None:
    """As `comity hi1`, done ends with 0, a signature that does not count with 1, malformed input with 2."""
    good = comity("hi1", "verify", "signed.xml", "--public", "node.key.pub", "--json")
    assert (good.code, good.data["valid"]) == (0, True)
    other = comity("hi1", "verify", "signed.xml", "--public", "other.key.pub", "--json")
    assert (other.code, other.problem["type"]) == (1, "urn:x-comity:bad-signature")
    assert comity("hi1", "verify", "etsi.pem", "--public", "node.key.pub").code == 2
    assert comity("hi1", "sign", "signed.xml", "--key", "node.key", "--to", "again.xml").code == 2

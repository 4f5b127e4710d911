"""A node's TLS pair is made once, read back, followed by another, and written out as the directory takes it."""

from __future__ import annotations

import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comity.crypto.errors import BadCertificate
from comity.crypto.tls import check_certificate, pin
from comity.exchange.errors import BadIdentity
from comity.exchange.identity import Identity, check_url, entry, make, switch

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
URL = "https://node.example.org:8443/hi1"


def made(tmp_path: Path, name: str = "tls.pem") -> Identity:
    """A new pair."""
    return make(Identity(tmp_path / name), URL, "VN.a05", NOW)


def test_a_new_pair(tmp_path: Path) -> None:
    """A new pair is the owner's alone, holds for ten years from the day before, and TLS takes it."""
    pair = made(tmp_path)
    assert stat.S_IMODE(pair.file.stat().st_mode) == 0o600
    assert pair.valid_until == NOW + timedelta(days=3650)
    assert pair.pin == check_certificate(pair.der) == pin(pair.der)
    pair.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


def test_what_openssl_says_of_it(tmp_path: Path) -> None:
    """OpenSSL finds a certificate of version 3 on P-256, for server and client, that is no authority and names the host."""
    pair = made(tmp_path)
    line = ["openssl", "x509", "-in", str(pair.file), "-noout", "-text"]
    text = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    for said in ("Version: 3", "P-256", "CA:FALSE", "DNS:node.example.org", "Web Server Authentication", "Web Client"):
        assert said in text
    spki = f"openssl x509 -in {pair.file} -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r"
    found = subprocess.run(["sh", "-c", spki], capture_output=True, text=True, check=True).stdout
    assert found.split()[0] == pair.pin


def test_an_address_by_number(tmp_path: Path) -> None:
    """A node at an IP address has it in its certificate as such."""
    pair = make(Identity(tmp_path / "tls.pem"), "https://192.0.2.7/hi1", "VN.a05", NOW)
    line = ["openssl", "x509", "-in", str(pair.file), "-noout", "-ext", "subjectAltName"]
    assert "IP Address:192.0.2.7" in subprocess.run(line, capture_output=True, text=True, check=True).stdout


def test_a_pair_is_not_written_over(tmp_path: Path) -> None:
    """A pair that is there stays."""
    before = made(tmp_path).file.read_bytes()
    with pytest.raises(BadIdentity, match="there") as caught:
        made(tmp_path)
    assert "--next" in caught.value.advice
    assert (tmp_path / "tls.pem").read_bytes() == before


def test_one_pair_follows_another(tmp_path: Path) -> None:
    """The following pair is made beside, listed with the present one, and takes its place whole."""
    pair = made(tmp_path)
    with pytest.raises(BadIdentity):
        switch(pair)
    following = make(pair.following, URL, "VN.a05", NOW)
    new = following.pin
    assert [row["tls"] for row in entry(URL, pair, following)["certificates"]] == [pair.pin, new]
    assert switch(pair).pin == new
    assert not following.file.exists()


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
)
def test_a_broken_file(tmp_path: Path, content: bytes) -> None:
    """A file that holds no pair is named."""
    (tmp_path / "tls.pem").write_bytes(content)
    with pytest.raises(BadIdentity) as caught:
        Identity(tmp_path / "tls.pem").load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    assert caught.value.file == str(tmp_path / "tls.pem")


def test_a_key_that_is_another_ones(tmp_path: Path) -> None:
    """A key and a certificate that do not belong together are refused."""
    one, other = made(tmp_path).file.read_bytes(), made(tmp_path, "b.pem").file.read_bytes()
    cut = one.index(b"-----BEGIN CERTIFICATE")
    (tmp_path / "c.pem").write_bytes(one[:cut] + other[other.index(b"-----BEGIN CERTIFICATE") :])
    with pytest.raises(BadIdentity, match="no key for the certificate"):
        Identity(tmp_path / "c.pem").load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


def test_a_missing_file(tmp_path: Path) -> None:
    """A node without a pair is told how to make one."""
    with pytest.raises(BadIdentity) as caught:
        _ = Identity(tmp_path / "tls.pem").der
    assert caught.value.advice == "Make it: comity node tls."


@pytest.mark.parametrize("url", ["http://a/b", "https://a", "https://a:99999/b", "https://a/b?c", "https://A/b", ""])
def test_addresses_that_the_directory_does_not_take(url: str) -> None:
    """An address that the directory would refuse is refused before a pair is made."""
    with pytest.raises(BadIdentity):
        check_url(url)


def test_a_certificate_is_small() -> None:
    """What is far larger than a certificate is not read as one."""
    with pytest.raises(BadCertificate, match="at most"):
        pin(b"0" * 5000)

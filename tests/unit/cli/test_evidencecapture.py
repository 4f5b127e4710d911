"""`comity evidence capture`, and pages saved by somebody else, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders.program import Program
from builders.webpages import answer, authority, site

OPTIONS = ("--item", "W-1", "--by", "Desk", "--to", "item", "--allow-private")


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    """Give the test's authority as a file."""
    (tmp_path / "root.pem").write_bytes(authority()[2])
    return tmp_path / "root.pem"


def test_a_page_is_captured_and_verified(program: Program, trusted: Path) -> None:
    """The answer, the machine and the trust are told; the item is sound; CASE names the address."""
    with site() as here:
        address = here.address("/shop", host="127.0.0.1")
        said = program.run("evidence", "capture", address, *OPTIONS, "--trust", trusted)
    assert f"200 {address}  (127.0.0.1, " in said
    assert "TLSv1.3, trusted" in said
    assert "proved       bytes" in program.run("evidence", "verify", "item")
    assert address in Path("item/metadata/case.jsonld").read_text("utf-8")


def test_a_redirect_and_a_strange_certificate_are_told(program: Program) -> None:
    """Where a redirect leads, and why a certificate does not hold, is said to the officer."""
    with site(answer(b"", "302 Found", Location="https://shop.example.net/")) as here:
        said = program.run("evidence", "capture", here.address(host="127.0.0.1"), *OPTIONS)
    assert "it sends on to https://shop.example.net/, which was not asked for" in said
    assert "not trusted: " in said
    assert "1 × certificate that is not trusted" in said


def test_scripts_read_what_was_captured(program: Program) -> None:
    """With --json, every capture is given as it stands in the item."""
    with site(tls=False) as here:
        address = here.address(host="127.0.0.1", scheme="http")
        data = program.json("evidence", "capture", address, *OPTIONS, "--agent", "Mozilla/5.0 (test)", "--limit", 1)
        assert b"User-Agent: Mozilla/5.0 (test)\r\n" in here.asked[0]
    assert data["captures"][0]["limits"] == {"bytes": 1024 * 1024, "seconds": 120}
    assert json.loads(Path("item/metadata/acquisition.json").read_bytes())["captures"] == data["captures"]


def test_a_machine_inside_is_refused_unless_it_is_meant(program: Program) -> None:
    """Without --allow-private a page at loopback is refused, and no item is begun."""
    with site(tls=False) as here:
        address = here.address(host="127.0.0.1", scheme="http")
        said = program.refused(1, "evidence", "capture", address, *OPTIONS[:-1])
        assert "--allow-private" in said
        assert here.connections == 0
    assert not Path("item").exists()


def test_a_file_that_is_no_certificate(program: Program, trusted: Path) -> None:
    """A file for --trust that holds no certificate is wrong use."""
    trusted.write_text("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "ascii")
    with site() as here:
        said = program.refused(2, "evidence", "capture", here.address(host="127.0.0.1"), *OPTIONS, "--trust", trusted)
    assert "trust: got no certificate" in said


@pytest.mark.browser
def test_a_picture_of_a_page_by_its_number(program: Program, trusted: Path) -> None:
    """A page that is named by its machine's number is pictured too."""
    with site() as here:
        program.run("evidence", "capture", here.address(host="127.0.0.1"), *OPTIONS, "--trust", trusted, "--screenshot")
    assert Path("item/data/web/1/page.png").read_bytes().startswith(b"\x89PNG")


def test_pages_saved_by_somebody_else(program: Program) -> None:
    """A folder of saved pages is acquired and marked; no source at all is wrong use."""
    Path("saved").mkdir()
    Path("saved/a.html").write_text("<!-- saved from url=(0024)https://www.example.org/ --><title>x</title>", "ascii")
    said = program.run("evidence", "acquire", "--web", "saved", "--item", "W-1", "--to", "item")
    assert "1 × pages that somebody else saved" in said
    assert json.loads(Path("item/metadata/pages.jsonl").read_bytes())["address"] == "https://www.example.org/"
    program.refused(2, "evidence", "acquire", "--item", "W-1", "--to", "other")

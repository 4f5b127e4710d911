"""A page is captured byte for byte, with its certificates, machines and times, and becomes an item like any other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cryptography import x509

from builders.containers import found_in
from builders.evidence import checked
from builders.patience import free_port
from builders.webpages import HOST, PAGE, answer, captured, manner, site
from comity.evidence.errors import OtherAcquisition, PageUnreachable
from comity.evidence.webaddress import read_address, redirected
from comity.kernel.errors import BadInput

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n4\r\nGood\r\n4\r\n day\r\n0\r\n\r\n"


def test_a_page_becomes_an_item(tmp_path: Path) -> None:
    """Request, answer and content are in the item as they were on the wire; the description says where and when."""
    with site(answer(Set_Cookie="a=b")) as here:
        generation, (row,) = captured(tmp_path, here.address("/shop?x=1#top"), manner=manner())
    folder = tmp_path / "item/data/web/1"
    assert (folder / "request.http").read_bytes() == here.asked[0]
    assert (folder / "response.http").read_bytes() == answer(Set_Cookie="a=b")
    assert (folder / "body.html").read_bytes() == PAGE
    assert here.asked[0].startswith(f"GET /shop?x=1 HTTP/1.1\r\nHost: {HOST}:{here.port}\r\n".encode())
    assert (row["status"], row["machine"], row["port"]) == (200, "127.0.0.1", here.port)
    assert row["dns"]["machines"] == ["127.0.0.1"]
    assert row["begun_at"] <= row["dns"]["at"] <= row["ended_at"]
    assert json.loads((tmp_path / "item/metadata/acquisition.json").read_bytes())["captures"] == [row]
    assert json.loads((folder / "capture.json").read_bytes()) == row
    assert generation.findings == {}
    assert checked(tmp_path / "item").sound
    assert [path.name for path in tmp_path.iterdir()] == ["item"]


def test_the_certificates_are_kept(tmp_path: Path) -> None:
    """The chain that the machine sent is in the item, with protocol and cipher, and whether it is trusted."""
    with site() as here:
        _, (row,) = captured(tmp_path, here.address(), manner=manner())
    chain = x509.load_pem_x509_certificates((tmp_path / "item/data/web/1/chain.pem").read_bytes())
    assert [one.subject.rfc4514_string() for one in chain] == [f"CN={HOST}", "CN=Test Authority"]
    assert row["tls"] == {
        "protocol": "TLSv1.3",
        "cipher": row["tls"]["cipher"],
        "bits": 256,
        "trusted": True,
        "certificates": 2,
    }


@pytest.mark.parametrize("changes", [{"trust": b""}, {"names": ("other.example.org",)}], ids=["authority", "name"])
def test_a_certificate_that_does_not_hold_is_a_finding(changes: dict[str, object], tmp_path: Path) -> None:
    """A page behind a certificate that is not trusted, or of another name, is captured, and a finding says so."""
    with site(names=changes.pop("names", (HOST,))) as here:  # type: ignore[arg-type]  # one of the cases
        generation, (row,) = captured(tmp_path, here.address(), manner=manner(**changes))
    assert generation.findings == {"certificate": 1}
    assert (row["tls"]["trusted"], row["tls"]["certificates"]) == (False, 2)
    assert row["tls"]["reason"] == found_in(tmp_path / "item")["certificate"]


@pytest.mark.parametrize(("raw", "content"), [(CHUNKED, b"Good day"), (answer(), PAGE)], ids=["chunks", "whole"])
def test_other_tools_read_the_archive(raw: bytes, content: bytes, tmp_path: Path) -> None:
    """The WARC file gives request, answer and content to a tool that is not ours, and its digests hold."""
    with site(raw) as here:
        captured(tmp_path, here.address(), manner=manner())
    with (tmp_path / "item/data/web/1/record.warc").open("rb") as file:
        archive = pytest.importorskip("warcio.archiveiterator")
        records = archive.ArchiveIterator(file, check_digests="raise")
        said = [(one.rec_type, one.content_stream().read(), one.rec_headers) for one in records]
    assert [kind for kind, _, _ in said] == ["warcinfo", "request", "response"]
    assert said[2][1] == content
    assert said[2][2].get_header("WARC-Target-URI") == here.address()
    assert said[2][2].get_header("WARC-IP-Address") == "127.0.0.1"
    assert said[1][2].get_header("WARC-Concurrent-To") == said[2][2].get_header("WARC-Record-ID")


def test_a_redirect_is_told_and_not_followed(tmp_path: Path) -> None:
    """A redirect is named to the officer; the other address gets no request until it is named."""
    with site(answer(b"", "302 Found", Location="/next")) as here:
        generation, (row,) = captured(tmp_path, here.address("/a/b"), manner=manner())
        assert len(here.asked) == 1
    assert row["redirect"] == {"to": here.address("/next")}
    assert generation.findings == {"page-redirect": 1}


def test_several_pages_are_one_item(tmp_path: Path) -> None:
    """Each address that is named is captured by itself; a page without TLS has no certificates."""
    with site() as one, site(answer(b"two", Content_Type="image/png"), tls=False) as two:
        _, rows = captured(tmp_path, one.address(), two.address(scheme="http"), manner=manner())
    web = tmp_path / "item/data/web"
    assert [sorted(path.name for path in (web / n).iterdir()) for n in "12"] == [
        ["body.html", "capture.json", "chain.pem", "record.warc", "request.http", "response.http"],
        ["body.png", "capture.json", "record.warc", "request.http", "response.http"],
    ]
    assert "tls" not in rows[1]


@pytest.mark.parametrize(
    ("raw", "content", "code"),
    [
        (CHUNKED, b"Good day", None),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil it closes", b"until it closes", None),
        (answer(b"", "204 No Content"), b"", None),
        (answer(Content_Length="99"), PAGE, "page-cut"),
        (CHUNKED[:-12], b"Good", "page-cut"),
        (b"Good day\r\n", b"", "page-malformed"),
        (answer(Content_Encoding="gzip"), PAGE, "page-packed"),
    ],
    ids=["chunked", "closed", "empty", "short", "chunks-short", "no-http", "packed"],
)
def test_how_an_answer_ends(raw: bytes, content: bytes, code: str | None, tmp_path: Path) -> None:
    """However an answer ends, its bytes are kept, and what is not whole or proper is a finding."""
    with site(raw) as here:
        generation, _ = captured(tmp_path, here.address(), manner=manner())
    folder = tmp_path / "item/data/web/1"
    assert (folder / "response.http").read_bytes() == raw
    assert next(folder.glob("body*")).read_bytes().startswith(content)
    assert list(generation.findings) == ([code] if code else [])


def test_what_was_captured_is_sealed_after_a_break(tmp_path: Path) -> None:
    """A capture that was broken off before its sealing is sealed by the same command, without asking the page again."""
    with site() as here:
        captured(tmp_path, here.address(), manner=manner())
        (tmp_path / "item.capture").mkdir()
        shutil.copytree(tmp_path / "item/data/web", tmp_path / "item.capture/web")
        rows = [json.loads((tmp_path / "item/data/web/1/capture.json").read_bytes())]
        (tmp_path / "item.capture/captures.json").write_text(json.dumps(rows))
        shutil.rmtree(tmp_path / "item")
        with pytest.raises(OtherAcquisition, match="other pages"):
            captured(tmp_path, here.address("/other"), manner=manner())
        _, again = captured(tmp_path, here.address(), manner=manner())
        assert (again, len(here.asked)) == (rows, 1)
    assert checked(tmp_path / "item").sound


def test_a_page_that_does_not_answer_leaves_nothing(tmp_path: Path) -> None:
    """A machine that refuses, closes or does not exist is an error, and no item is begun."""
    with site(lambda sock: None) as here, pytest.raises(PageUnreachable, match="no answer"):
        captured(tmp_path, here.address(), manner=manner())
    with pytest.raises(PageUnreachable):
        captured(tmp_path, f"https://{HOST}:{free_port()}/", manner=manner())
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_taken(tmp_path: Path) -> None:
    """A page is not asked for when the place of the item is taken."""
    (tmp_path / "item").mkdir()
    with site() as here:
        with pytest.raises(BadInput, match="existing"):
            captured(tmp_path, here.address(), manner=manner())
        assert here.asked == []


def test_where_a_redirect_leads() -> None:
    """A redirect is read against the address; one that cannot be captured says why."""
    address = read_address("https://www.example.org/a/b?c")
    assert redirected(address, "../d") == ("https://www.example.org/d", "")
    assert redirected(address, "//shop.example.net/") == ("https://shop.example.net/", "")
    assert redirected(address, "file:///etc/passwd")[1] != ""
    assert redirected(address, "https://[")[1] != ""


@pytest.mark.browser
def test_a_picture_is_taken(tmp_path: Path) -> None:
    """With a browser on the machine, the item holds a picture of the page, trusted by the key that was captured."""
    with site() as here:
        generation, (row,) = captured(tmp_path, here.address(), manner=manner(picture=True))
    png = (tmp_path / "item/data/web/1/page.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert "fault" not in row["picture"]
    assert generation.findings == {}
    assert len(here.asked) >= 2


def test_no_browser_is_a_finding(tmp_path: Path) -> None:
    """A picture that was asked for and could not be taken is a finding with the reason."""
    with site() as here:
        generation, _ = captured(tmp_path, here.address(), manner=manner(picture=True, browser="/no/such/browser"))
    assert generation.findings == {"no-picture": 1}
    assert "does not start" in found_in(tmp_path / "item")["no-picture"]

"""Attacks on capturing: pages that lead inside, answer without end or never, and say what no page should."""

from __future__ import annotations

import gzip
import json
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest

from builders.evidence import checked
from builders.webpages import HOST, answer, captured, manner, site
from comity.evidence.errors import AddressForbidden
from comity.evidence.webaddress import internal, read_address
from comity.evidence.wire import Bounds, request_for
from comity.kernel.errors import BadInput

INSIDE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1",
    "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::a00:1",
    "64:ff9b::7f00:1", "2001:0:a00:1:0:0:f5ff:fffe", "not a number",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]


@pytest.mark.parametrize("machine", INSIDE)
def test_a_machine_inside(machine: str) -> None:
    """Loopback, private, link-local and kept numbers are not on the public internet, also within other numbers."""
    assert internal(machine)


@pytest.mark.parametrize("machine", OUTSIDE)
def test_a_machine_outside(machine: str) -> None:
    """Numbers on the public internet are taken for what they are."""
    assert not internal(machine)


@pytest.mark.parametrize("address", ["http://127.0.0.1:{}/", "http://[::1]:{}/", "http://www.example.org:{}/"])
def test_a_page_inside(address: str, tmp_path: Path) -> None:
    """A page on an internal machine, by number or by a name that leads there, is refused without a connection."""
    with site(tls=False) as here:
        with pytest.raises(AddressForbidden):
            captured(tmp_path, address.format(here.port), manner=manner(private=False))
        assert here.connections == 0
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_answers_otherwise_the_second_time(tmp_path: Path) -> None:
    """A name is asked for once, and its internal machines are left out: what it says later leads nowhere."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["192.0.2.1", "127.0.0.1"] if len(asked) == 1 else ["127.0.0.1"]

    with site(tls=False) as here:
        with pytest.raises(AddressForbidden, match=r"192\.0\.2\.1"):
            captured(tmp_path, here.address(scheme="http"), manner=manner(private=False, resolve=rebinding))
        captured(tmp_path, here.address(scheme="http"), manner=manner())
        assert here.connections == 1
    assert asked == [HOST]


@pytest.mark.parametrize(
    "address",
    [
        "https://ana:secret@www.example.org/", "https://ana@www.example.org/", "file:///etc/passwd", "ftp://www.example.org/",
        "gopher://www.example.org/", "data:text/html,x", "https://", "https://www.example.org:0/", "https://www.example.org:99999/",
        "https://www.example.org\\@inside.example.org/", "https://www.example.org/a b", "https://2130706433/", "https://0x7f.1/",
        "https://www.example.org/\r\nX: y", "javascript:x", "//www.example.org/", "",
    ],
)  # fmt: skip
def test_an_address_that_is_no_page(address: str, tmp_path: Path) -> None:
    """Credentials, other schemes, and texts that browsers read in different ways are refused."""
    with pytest.raises(BadInput):
        captured(tmp_path, address, manner=manner())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("agent", ["a\r\nCookie: b", "a\nb", "ä", "", "a\x00"])
def test_an_agent_that_adds_headers(agent: str) -> None:
    """A name of the agent that would add a line to the request is refused."""
    with pytest.raises(BadInput):
        request_for(read_address("https://www.example.org/"), agent)


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> object:
    """Answer without end."""

    def give(sock: socket.socket) -> None:
        with suppress(OSError):
            sock.sendall(head)
            while True:
                sock.sendall(piece)
                time.sleep(pause)

    return give


OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (OPEN, b"x" * 65536),
        (CHUNKS, b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        (CHUNKS, b"1\r\nx\r\n" * 9999),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n", b"x" * 65536),
    ],
    ids=["body", "chunks", "small-chunks", "continue", "length"],
)
def test_an_answer_without_end(head: bytes, piece: bytes, tmp_path: Path) -> None:
    """An answer without end is cut at the limit of length, to the byte, and a finding says so."""
    with site(endless(head, piece), tls=False) as here:  # type: ignore[arg-type]  # a server's function
        asked = manner(bounds=Bounds(size=1_000_000))
        generation, (row,) = captured(tmp_path, here.address(scheme="http"), manner=asked)
    assert (row["cut"], row["answer_bytes"]) == ("length", 1_000_000)
    assert (tmp_path / "item/data/web/1/response.http").stat().st_size == 1_000_000
    assert generation.findings == {"page-cut": 1}
    assert b"WARC-Truncated: length" in (tmp_path / "item/data/web/1/record.warc").read_bytes()


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_an_answer_that_drips(tls: bool, tmp_path: Path) -> None:
    """A server that sends a byte now and then is left when the time for everything is over."""
    begun = time.monotonic()
    with site(endless(OPEN, b"x", 0.05), tls=tls) as here:  # type: ignore[arg-type]  # a server's function
        asked = manner(bounds=Bounds(seconds=3.0))
        _, (row,) = captured(tmp_path, here.address(scheme="https" if tls else "http"), manner=asked)
    assert row["cut"] == "time"
    assert time.monotonic() - begun < 30


def test_a_server_that_never_speaks(tmp_path: Path) -> None:
    """A server that takes the connection and is silent is no page, also while TLS is set up."""
    silent = socket.create_server(("127.0.0.1", 0))
    address = f"https://{HOST}:{silent.getsockname()[1]}/"
    begun = time.monotonic()
    with silent, pytest.raises(Exception, match="got no answer"):
        captured(tmp_path, address, manner=manner(bounds=Bounds(seconds=0.5)))
    assert time.monotonic() - begun < 30
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "head",
    [b"X: y\r\n" * 5000, b"X: " + b"y" * 200_000 + b"\r\n", b"\x00\x01\x02: \xff\r\n", b" folded\r\n" * 50],
    ids=["many", "long", "binary", "folded"],
)
def test_headers_without_measure(head: bytes, tmp_path: Path) -> None:
    """A flood of headers, a header of many thousand signs or of no text is kept as it came; the item is sound."""
    raw = b"HTTP/1.1 200 OK\r\n" + head + b"\r\nbody"
    with site(raw, tls=False) as here:
        _, (row,) = captured(tmp_path, here.address(scheme="http"), manner=manner())
    assert (tmp_path / "item/data/web/1/response.http").read_bytes() == raw
    assert len(json.dumps(row)) < 100_000
    assert checked(tmp_path / "item").sound


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "http://127.0.0.1/", "https://a:b@www.example.org/", "\x1b[2J"]
)
def test_a_redirect_that_leads_inside(target: str, tmp_path: Path) -> None:
    """A redirect to a file, inside, or with credentials is recorded as it stands, and nothing is fetched."""
    with site(answer(b"", "301 Moved", Location=target), tls=False) as here:
        _, (row,) = captured(tmp_path, here.address(scheme="http"), manner=manner())
        assert len(here.asked) == 1
    assert row["redirect"]["to"]
    assert checked(tmp_path / "item").sound


def test_a_bomb_as_content(tmp_path: Path) -> None:
    """Content that came packed, although it was asked for plain, is kept packed."""
    bomb = gzip.compress(bytes(50_000_000))
    with site(answer(bomb, Content_Encoding="gzip"), tls=False) as here:
        generation, (row,) = captured(tmp_path, here.address(scheme="http"), manner=manner())
    assert row["content_bytes"] == len(bomb)
    assert generation.findings == {"page-packed": 1}


@pytest.mark.browser
def test_a_page_whose_picture_would_reach_inside(tmp_path: Path) -> None:
    """While a picture is taken, the browser reaches the page's own machine under its name, and nothing else."""
    with site(tls=False) as inside:
        places = [f"http://{host}:{inside.port}/" for host in ("127.0.0.1", "localhost", "other.example.org", "[::1]")]
        images = "".join(f"<img src='{place}'><iframe src='{place}'></iframe>" for place in places)
        body = f"<h1>Good day</h1>{images}<script>location='{places[0]}'</script>".encode()
        with site(answer(body)) as here:
            captured(tmp_path, here.address(), manner=manner(picture=True))
            assert len(here.asked) >= 2
        assert inside.connections == 0

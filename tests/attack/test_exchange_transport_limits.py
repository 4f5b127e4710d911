"""Attacks by size, time and number: what is too much of a peer is cut off, and the others are served."""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from builders.exchange import QUICK, SG, VN, Link, echo, linked, scripted
from builders.nodes import opened
from builders.patience import until
from comity.exchange.deliveries import Offered
from comity.exchange.errors import PeerBusy, PeerRefused, PeerUnreachable, Undeliverable
from comity.exchange.inbound import Inbound, Outbound
from comity.web.hi1.limits import Gate, Limits

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\n"
POST = b"POST /hi1 HTTP/1.1\r\nhost: a\r\ncontent-type: application/xml\r\n"


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Link]:
    """Two nodes that know each other; no attack changes what they know."""
    folder = tmp_path_factory.mktemp("link")
    with opened(folder, today=True) as nodes, linked(nodes, folder) as made:
        yield made


def connect(link: Link) -> ssl.SSLSocket:
    """A connection of VN.a05 to SG.orchid."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(link.identities[VN].file)
    return context.wrap_socket(socket.create_connection(("127.0.0.1", link.ports[SG]), timeout=30))


def push(made: ssl.SSLSocket, data: bytes) -> None:
    """Send as much as is taken: the connection may be ended before the last byte."""
    with suppress(OSError):
        made.sendall(data)


def heard(made: ssl.SSLSocket) -> bytes:
    """All that comes until the connection ends."""
    said = b""
    try:
        while piece := made.recv(65536):
            said += piece
    except (ssl.SSLError, ConnectionError):
        pass
    return said


def test_a_message_ten_times_too_large(link: Link) -> None:
    """A message above the limit is refused by what it states of its size, and is not tried again."""
    reached: list[Inbound] = []
    with link.serving(SG, lambda m: (reached.append(m), echo(m))[1], limits=Limits(message=100_000)):  # type: ignore[func-returns-value]  # a note and an answer
        with pytest.raises(Undeliverable, match="too large"):
            link.courier().deliver(SG, b"<" * 1_000_000)
        assert link.courier().deliver(SG, b"<" * 100_000)
    assert [len(m.raw) for m in reached] == [100_000]


def test_a_message_that_does_not_say_how_large_it_is(link: Link) -> None:
    """A message in chunks is cut off as soon as it is above the limit."""
    with link.serving(limits=Limits(message=100_000)), connect(link) as made:
        made.sendall(POST + b"transfer-encoding: chunked\r\n\r\n")
        chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        push(made, chunk * 8)
        assert heard(made).startswith(b"HTTP/1.1 413 ")


def test_headers_without_end(link: Link) -> None:
    """Headers above their limit end the connection."""
    with link.serving(limits=Limits(headers=16 * 1024)), connect(link) as made:
        push(made, POST + b"x-a: " + b"a" * 200_000)
        assert heard(made)[:13] in (b"HTTP/1.1 400 ", b"HTTP/1.1 431 ", b"")


def test_slow_headers(link: Link) -> None:
    """Who drips headers is cut off, and the others are served meanwhile."""
    with link.serving(limits=Limits(head=1.0)), connect(link) as made:
        began = time.monotonic()
        with pytest.raises((ssl.SSLError, OSError)):
            while time.monotonic() - began < 40:
                made.sendall(b"P")
                time.sleep(0.1)
        assert time.monotonic() - began < 30
        until(lambda: _served(link))  # on a busy machine one of the others may be slow as well


def test_a_slow_body(link: Link) -> None:
    """Who drips a body is told that it takes too long."""
    with link.serving(limits=Limits(body=2.0)), connect(link) as made:
        made.sendall(POST + b"content-length: 1000\r\n\r\n")
        for _ in range(3):
            push(made, b"x")
            time.sleep(0.1)
        assert heard(made).startswith(b"HTTP/1.1 408 ")


def test_who_does_not_read_the_answer(link: Link) -> None:
    """Who leaves a large answer lying is cut off when the time of a connection is over."""
    large = Outbound(200, b"x" * 50_000_000)
    with link.serving(SG, lambda _: large, limits=Limits(connection=3.0)) as endpoint, connect(link) as made:
        made.sendall(POST + b"content-length: 4\r\n\r\n<a/>")
        assert made.recv(1) == b"H"
        until(lambda: not endpoint._server.server_state.connections)
        assert len(heard(made)) < 50_000_000


def test_a_handshake_that_does_not_begin(link: Link) -> None:
    """Who connects and says nothing is cut off."""
    with (
        link.serving(limits=Limits(handshake=1.0)),
        socket.create_connection(("127.0.0.1", link.ports[SG]), timeout=30) as plain,
    ):
        began = time.monotonic()
        assert plain.recv(1) == b""
        assert time.monotonic() - began < 25


def test_too_many_connections(link: Link) -> None:
    """Connections above the limit are cut at once; when others end there is room again."""
    with link.serving(limits=Limits(connections=3, head=30)):
        held = [connect(link) for _ in range(3)]
        with connect(link) as made:
            assert heard(made) == b""
        for one in held:
            one.close()
        until(lambda: _served(link))


def _served(link: Link) -> bool:
    try:
        return bool(link.courier().deliver(SG, b"<a/>"))
    except (PeerUnreachable, PeerRefused):
        return False


def test_too_many_messages_in_too_short_a_time(link: Link) -> None:
    """A peer that has used its reserve up is put off, with a time to wait."""
    with link.serving(limits=Limits(reserve=3, rate=0.001)):
        for _ in range(3):
            link.courier().deliver(SG, b"<a/>")
        with pytest.raises(PeerBusy, match="429"):
            link.courier().deliver(SG, b"<a/>")
        with connect(link) as made:
            made.sendall(b"GET /hi1 HTTP/1.1\r\nhost: a\r\n\r\n")
            assert b"retry-after: 60" in heard(made)


def test_a_reserve_fills_up_again() -> None:
    """A reserve fills up with time, never above its size, and each peer has its own."""
    now = [0.0]
    gate = Gate(Limits(reserve=2, rate=0.5), lambda: now[0])
    assert [gate.admit("a") for _ in range(3)] == [True, True, False]
    assert gate.admit("b")
    now[0] = 2.0
    assert [gate.admit("a") for _ in range(2)] == [True, False]
    now[0] = 1000.0
    assert [gate.admit("a") for _ in range(3)] == [True, True, False]


def test_too_many_messages_at_once(link: Link) -> None:
    """A peer has so many messages under way at once; one more is put off."""
    inside, go_on = threading.Semaphore(0), threading.Event()

    def slow(message: Inbound) -> Outbound:
        inside.release()
        go_on.wait(60)
        return echo(message)

    with link.serving(SG, slow, limits=Limits(at_once_by_peer=2)), ThreadPoolExecutor(2) as pool:
        held = [pool.submit(link.courier().deliver, SG, b"<a/>") for _ in range(2)]
        assert all(inside.acquire(timeout=60) for _ in held)
        with pytest.raises(PeerBusy, match="503"):
            link.courier().deliver(SG, b"<b/>")
        go_on.set()
        assert [one.result() for one in held] == [b"<answer><a/></answer>"] * 2


def test_a_handler_that_takes_too_long(link: Link) -> None:
    """A message whose handling takes too long is put off; the handling goes on to its end by itself."""
    done, go_on = threading.Event(), threading.Event()

    def slow(message: Inbound) -> Outbound:
        go_on.wait(60)
        done.set()
        return echo(message)

    with link.serving(SG, slow, limits=Limits(handling=0.5)):
        with pytest.raises(PeerBusy, match="503"):
            link.courier().deliver(SG, b"<a/>")
        go_on.set()
        assert done.wait(60)


def test_a_handler_that_breaks(link: Link) -> None:
    """A fault in the handler is a 500 without a word of what it was, and the next message is served."""

    def broken(message: Inbound) -> Outbound:
        if b"bad" in message.raw:
            raise KeyError("secret")
        return echo(message)

    with link.serving(SG, broken):
        with connect(link) as made:
            made.sendall(POST + b"content-length: 6\r\n\r\n<bad/>")
            said = heard(made)
        assert said.startswith(b"HTTP/1.1 500 ")
        assert b"secret" not in said
        assert link.courier().deliver(SG, b"<a/>")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST /hi1 HTTP/1.1\r\nhost: a\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<a/>", b"415"),
        (b"PUT /hi1 HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n", b"405"),
        (b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", b"404"),
        (b"GET /hi1/files/../../etc HTTP/1.1\r\nhost: a\r\n\r\n", b"404"),
        (b"\x16\x03\x01 nonsense\r\n\r\n", b"400"),
        (POST + b"content-length: 4\r\ncontent-length: 5\r\n\r\n<a/>", b"400"),
        (POST + b"content-length: -4\r\n\r\n<a/>", b"400"),
    ],
)
def test_what_is_no_message(link: Link, request_: bytes, status: bytes) -> None:
    """Other methods, paths, types, and what is not HTTP get a plain status."""
    with link.serving(), connect(link) as made:
        made.sendall(request_)
        assert heard(made).split(b" ")[1] == status


def test_a_second_request_behind_the_first(link: Link) -> None:
    """A connection carries one request; what follows it is not read."""
    with link.serving(), connect(link) as made:
        made.sendall((POST + b"content-length: 4\r\n\r\n<a/>") * 2)
        assert heard(made).count(b"HTTP/1.1") == 1


def test_a_range_of_a_file(link: Link, tmp_path: Path) -> None:
    """A range with an end, or several, is not obeyed: the file is given whole, once."""
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with (
        link.serving(files=lambda parties, token: Offered(path, hashlib.sha256(b"0123456789").hexdigest())),
        connect(link) as made,
    ):
        made.sendall(b"GET /hi1/files/" + b"t" * 32 + b" HTTP/1.1\r\nhost: a\r\nrange: bytes=2-3\r\n\r\n")
        said = heard(made)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.endswith(b"\r\n\r\n0123456789")


def test_an_answer_that_is_too_large(link: Link) -> None:
    """An answer above the limit is not taken, whether it states its size or not."""
    courier = link.courier(limits=replace(QUICK, answer=100_000))
    with link.serving(SG, lambda _: Outbound(200, b"x" * 1_000_000)), pytest.raises(PeerRefused, match="100000"):
        courier.deliver(SG, b"<a/>")


def test_an_answer_without_end(link: Link) -> None:
    """An endless answer is cut off at the limit."""

    def endless(made: ssl.SSLSocket) -> None:
        made.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        while True:
            made.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")

    with scripted(link, endless), pytest.raises(PeerRefused, match="at most"):
        link.courier().deliver(SG, b"<a/>")


def test_an_answer_that_drips(link: Link) -> None:
    """An answer that comes a byte at a time is cut off when the time of the whole is over."""

    def drip(made: ssl.SSLSocket) -> None:
        made.sendall(HEAD + b"content-length: 1000\r\n\r\n")
        for _ in range(400):
            made.sendall(b"x")
            time.sleep(0.1)

    began = time.monotonic()
    with scripted(link, drip), pytest.raises(PeerUnreachable, match="in time"):
        link.courier(limits=replace(QUICK, step=1.0, whole=1.5)).deliver(SG, b"<a/>")
    assert time.monotonic() - began < 30


def test_headers_that_drip(link: Link) -> None:
    """An answer whose headers come a byte at a time is cut off too."""

    def drip(made: ssl.SSLSocket) -> None:
        for _ in range(400):
            made.sendall(b"H")
            time.sleep(0.1)

    with scripted(link, drip), pytest.raises(PeerUnreachable, match="in time"):
        link.courier(limits=replace(QUICK, step=1.0, whole=1.5)).deliver(SG, b"<a/>")


def test_no_answer_at_all(link: Link) -> None:
    """A peer that takes the message and says nothing is given up after a time."""

    def silent(made: ssl.SSLSocket) -> None:
        while made.recv(65536):
            pass

    with scripted(link, silent), pytest.raises(PeerUnreachable, match="in time"):
        link.courier(limits=replace(QUICK, step=0.5)).deliver(SG, b"<a/>")


@pytest.mark.parametrize("status", [b"301", b"302", b"307", b"308"])
def test_a_redirect(link: Link, status: bytes) -> None:
    """A redirect is not followed, wherever it leads."""
    said = b"HTTP/1.1 " + status + b" Moved\r\nlocation: https://127.0.0.1:9/hi1\r\ncontent-length: 0\r\n\r\n"
    with scripted(link, lambda made: made.sendall(said)) as got:
        with pytest.raises(PeerRefused, match="redirect"):
            link.courier().deliver(SG, b"<a/>")
        assert len(got) == 1


PAUSES = {
    b"0": 1, b"7": 7, b"999999999": 3600, b"Wed, 01 Jan 2020 00:00:00 GMT": 1, b"Fri, 01 Jan 2100 00:00:00 GMT": 3600,
}  # fmt: skip
NO_PAUSE = (b"", b"-5", b"soon", b"1.5", b"9" * 30, b"\xd9\xa3", b"Wed, 99 Foo 2020", b"Fri, 01 Jan 99999 00:00:00 GMT")


def busy(status: bytes, after: bytes) -> Callable[[ssl.SSLSocket], object]:
    """A peer that turns everything away, to come again *after*."""
    said = b"HTTP/1.1 " + status + b" Busy\r\nretry-after: " + after + b"\r\ncontent-length: 0\r\n\r\n"
    return lambda made: made.sendall(said)


@pytest.mark.parametrize("status", [b"429", b"503"])
@pytest.mark.parametrize("after", PAUSES)
def test_a_peer_that_would_silence_us(link: Link, after: bytes, status: bytes) -> None:
    """Whatever time a busy peer names, now or never, it is a second at least and an hour at most."""
    with scripted(link, busy(status, after)), pytest.raises(PeerBusy) as told:
        link.courier().deliver(SG, b"<a/>")
    assert told.value.pause.total_seconds() == PAUSES[after]


@pytest.mark.parametrize("after", NO_PAUSE)
def test_a_time_to_wait_that_is_none(link: Link, after: bytes) -> None:
    """A busy peer that names no time, or nonsense, has failed like any other."""
    with scripted(link, busy(b"503", after)), pytest.raises(PeerRefused, match="503"):
        link.courier().deliver(SG, b"<a/>")


def test_a_compressed_answer(link: Link) -> None:
    """A compressed answer, which may grow without bound, is not unpacked."""
    body = gzip.compress(b"x" * 1_000_000)
    head = HEAD + b"content-encoding: gzip\r\ncontent-length: " + str(len(body)).encode() + b"\r\n\r\n"
    with scripted(link, lambda made: made.sendall(head + body)), pytest.raises(PeerRefused, match="compressed"):
        link.courier().deliver(SG, b"<a/>")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<a/>", b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n<a/>",
        b"\x00\x01\x02", b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n",
        HEAD + b"content-length: 9\r\n\r\n<a/>", HEAD + b"content-length: x\r\n\r\n<a/>", b"",
    ],
)  # fmt: skip
def test_an_answer_that_is_none(link: Link, said: bytes) -> None:
    """An answer of another type or status, broken off, or not HTTP at all is an error of ours and worth another try."""
    with scripted(link, lambda made: made.sendall(said)), pytest.raises((PeerRefused, PeerUnreachable)):
        link.courier().deliver(SG, b"<a/>")


def test_a_cookie(link: Link) -> None:
    """What a peer would have us remember is not sent back."""
    said = HEAD + b"set-cookie: a=b\r\ncontent-length: 4\r\n\r\n<a/>"
    with scripted(link, lambda made: made.sendall(said)) as got:
        courier = link.courier()
        courier.deliver(SG, b"<a/>")
        courier.deliver(SG, b"<a/>")
    assert b"cookie" not in got[1].lower()

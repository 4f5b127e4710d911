"""A provider's place that misbehaves over HTTPS while a file is fetched from it."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders.exchange import SG, VN, scripted
from builders.nodes import Nodes
from builders.provider import Provider, provider
from comity.exchange import provider as acts
from comity.exchange.custody import Custody
from comity.exchange.fetching import Fetched
from comity.exchange.identity import entry
from comity.exchange.part import MAX_BINARY
from comity.exchange.receiving import FETCH
from comity.requests.model import Request
from comity.store import jobs

SIZE = MAX_BINARY + 1
MOVED = b"HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1:9/hi1/files/abcdefghabcdefgh\r\ncontent-length: 0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n"


@pytest.fixture
def sg(nodes: Nodes, tmp_path: Path) -> Iterator[Provider]:
    """SG.orchid, a provider, with VN.a05 as its peer."""
    with provider(nodes, tmp_path) as made:
        yield made


def announced(sg: Provider) -> Request:
    """A request on which a file behind an address was announced."""
    request = sg.received()
    sg.nodes.considered(request)
    acts.accept(sg.desk(SG), request.id, sg.nodes.key("receipt", SG))
    acts.deliver(sg.desk(SG), request.id, [sg.file("a.bin", b"x" * SIZE)])
    sg.work()
    return request


def fetched(sg: Provider, script: Callable[[ssl.SSLSocket], object]) -> tuple[Fetched, int]:
    """What comes of a fetch from a place that goes by *script*, and how often it was called."""
    with scripted(sg.link, script) as got:
        (done,) = Custody(sg.desk(VN)).fetch(sg.link.courier(VN))
    return done, len(got)


def says(data: bytes) -> Callable[[ssl.SSLSocket], object]:
    """A place that says *data* whatever it is asked."""
    return lambda made: made.sendall(data)


def endless(made: ssl.SSLSocket) -> None:
    """Send a body that has no end, as long as somebody listens."""
    made.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    while True:
        made.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def test_a_redirect_is_not_followed(sg: Provider) -> None:
    """A redirect leads nowhere and will never do: the part is refused at once, and both sides have that on record."""
    request = announced(sg)
    done, calls = fetched(sg, says(MOVED))
    assert "redirect" in done.reason
    assert (calls, done.kept.file, sg.states(request)) == (1, "", ["Error"])
    assert sg.fetch() == []
    sg.work()
    assert sg.states(request, SG) == ["Error"]
    for party in (VN, SG):
        assert sg.nodes.events(party).count("delivery.refused") == 1
    assert not {"delivery.fetched", "delivery.verified"} & set(sg.nodes.events(VN))


def test_an_address_that_the_directory_no_longer_names(sg: Provider) -> None:
    """A file under an address that its sender has left since is refused at once, and nobody is asked for it."""
    request = announced(sg)
    sg.link.change(SG, exchange=entry("https://orchid.example.org:8443/hi1", sg.link.identities[SG]))
    sg.link.spread(VN)
    done, calls = fetched(sg, says(MOVED))
    assert "expected one that begins with" in done.reason
    assert (calls, sg.states(request)) == (0, ["Error"])


def test_a_place_that_is_down_is_asked_again(sg: Provider) -> None:
    """A place where nothing listens may come back: the part waits."""
    request = announced(sg)
    (done,) = Custody(sg.desk(VN)).fetch(sg.link.courier(VN))
    assert "no answer" in done.reason
    assert sg.states(request) == ["Available"]
    sg.nodes.clock.advance(timedelta(minutes=1))
    sg.rounds()
    assert sg.states(request) == ["Received"]


def test_a_busy_place_is_left_alone_for_as_long_as_it_asks(sg: Provider) -> None:
    """A place that asks to come again in seven seconds is asked then, and the try does not count."""
    request = announced(sg)
    done, calls = fetched(sg, says(b"HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n"))
    assert "503" in done.reason
    assert (calls, sg.states(request)) == (1, ["Available"])
    with sg.nodes.office(VN).store.read() as unit:
        (job,) = jobs.select(unit, kind=FETCH, state=jobs.OPEN)
    assert (job.due_at, job.attempts) == (sg.nodes.clock.now() + timedelta(seconds=7), 0)


def test_an_endless_body_over_https_is_cut(sg: Provider) -> None:
    """A body without an end is cut at the length stated, and the part is given up."""
    request = announced(sg)
    done, calls = fetched(sg, endless)
    assert "as stated" in done.reason
    assert (calls, sg.states(request)) == (1, ["Error"])


def test_a_body_that_ends_early_is_fetched_again(sg: Provider) -> None:
    """A connection that ends before the length it named is a break: tried again a few times, then later."""
    request = announced(sg)
    done, calls = fetched(sg, says(HEAD + f"content-length: {SIZE}\r\n\r\n".encode() + b"x" * 200_000))
    assert "connection" in done.reason
    assert (calls, sg.states(request)) == (5, ["Available"])


REST = b"HTTP/1.1 206 Partial Content\r\ncontent-type: application/octet-stream\r\n"


@pytest.mark.parametrize("said", [b"", b"content-range: bytes 0-9/10\r\n", b"content-range: bytes */9\r\n"])
def test_a_rest_that_begins_elsewhere_is_not_taken_for_one(said: bytes, sg: Provider) -> None:
    """A place that gives other bytes than those asked for is not believed: what was there is fetched anew."""
    request = announced(sg)
    whole = HEAD + f"content-length: {SIZE}\r\n\r\n".encode() + b"x" * SIZE
    first = HEAD + f"content-length: {SIZE}\r\n\r\n".encode() + b"x" * 200_000
    scripts = [first, REST + said + b"content-length: 10\r\n\r\n" + b"y" * 10, whole]
    done, calls = fetched(sg, lambda made: made.sendall(scripts.pop(0)))
    assert (done.reason, calls, sg.states(request)) == ("", 3, ["Received"])


def test_a_rest_that_nobody_asked_for(sg: Provider) -> None:
    """A place that answers with a part of the file when the whole was asked for is refused."""
    request = announced(sg)
    done, _ = fetched(sg, says(REST + b"content-range: bytes 5-9/10\r\ncontent-length: 5\r\n\r\nxxxxx"))
    assert "206" in done.reason
    assert sg.states(request) == ["Available"]


@pytest.mark.parametrize("short", [b"", b"x" * 10])
def test_fewer_bytes_than_stated_are_refused(short: bytes, sg: Provider) -> None:
    """A whole answer of another length than was stated is refused, and told."""
    request = announced(sg)
    done, _ = fetched(sg, says(HEAD + f"content-length: {len(short)}\r\n\r\n".encode() + short))
    assert "as stated" in done.reason
    assert sg.states(request) == ["Error"]
    sg.work()
    assert sg.states(request, SG) == ["Error"]


def test_a_compressed_body_is_not_unpacked(sg: Provider) -> None:
    """A body that would grow when unpacked is not taken."""
    request, body = announced(sg), gzip.compress(b"x" * SIZE)
    head = HEAD + f"content-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    done, _ = fetched(sg, says(head + body))
    assert "compressed" in done.reason
    assert sg.states(request) == ["Available"]


def test_a_place_with_another_key_gets_no_token(sg: Provider) -> None:
    """A place that shows another key than the directory names is not asked, so that it never sees the token."""
    request = announced(sg)
    stranger = sg.link.identity("stranger")
    identities = dict(sg.link.identities)
    sg.link.identities[SG] = stranger
    courier = replace(sg.link.courier(VN), identity=identities[VN])
    with scripted(sg.link, says(MOVED)) as got:
        (done,) = Custody(sg.desk(VN)).fetch(courier)
    assert "certificate" in done.reason
    assert [one for one in got if one] == []
    assert sg.states(request) == ["Available"]

"""The server listens where it is told, ends in order, and takes a new pair or directory into use while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builders.exchange import SG, VN, Link, echo, linked
from builders.nodes import Nodes
from comity.exchange.identity import entry, make, switch
from comity.exchange.inbound import Inbound, Outbound
from comity.web.errors import BadAddress, CannotListen
from comity.web.listening import bound


@pytest.fixture
def link(today: Nodes, tmp_path: Path) -> Iterator[Link]:
    """Two nodes that know each other."""
    with linked(today, tmp_path) as made:
        yield made


@pytest.mark.parametrize("listen", ["", "8443", ":8443", "a b:1", "[::1]", "127.0.0.1:99999", "127.0.0.1:-1", "::1:80"])
def test_no_address(listen: str) -> None:
    """What is no address with a port is refused, with an example."""
    with pytest.raises(BadAddress, match=r"0\.0\.0\.0:8443"):
        bound(listen)


def test_addresses() -> None:
    """Addresses of both kinds are listened on, with a port that the system chooses where it is 0."""
    for listen in ("127.0.0.1:0", "[::1]:0", "localhost:0"):
        with bound(listen) as made:
            assert made.getsockname()[1] > 0


def test_a_port_that_is_taken() -> None:
    """A port that another program has is named, and so is an address that is not the machine's."""
    with bound("127.0.0.1:0") as made, pytest.raises(CannotListen):
        bound(f"127.0.0.1:{made.getsockname()[1]}")
    with pytest.raises(CannotListen):
        bound("192.0.2.1:0")


def test_what_is_under_way_ends_before_the_server(link: Link) -> None:
    """A server told to stop answers the message that it is working on, and takes no more."""
    inside, go_on = threading.Event(), threading.Event()

    def slow(message: Inbound) -> Outbound:
        inside.set()
        go_on.wait(60)
        return echo(message)

    with ThreadPoolExecutor(2) as pool, link.serving(SG, slow) as endpoint:
        asked = pool.submit(link.courier().deliver, SG, b"<a/>")
        assert inside.wait(60)
        stopped = pool.submit(endpoint.stop)
        go_on.set()
        assert asked.result() == b"<answer><a/></answer>"
        stopped.result(60)
        assert not endpoint.alive


def test_a_new_pair_while_it_runs(link: Link) -> None:
    """A pair taken into use is shown from the next connection on, with no restart."""
    pair = link.identities[SG]
    following = make(pair.following, link.url(SG), SG, link.nodes.clock.now())
    link.change(SG, exchange=entry(link.url(SG), pair, following))
    link.spread()
    with link.serving():
        assert link.courier().deliver(SG, b"<a/>")
        switch(pair)
        link.change(SG, exchange=entry(link.url(SG), pair))
        link.spread()
        assert link.courier().deliver(SG, b"<b/>")


def test_a_new_peer_while_it_runs(link: Link) -> None:
    """A party enrolled while the server runs is taken from its next connection on."""
    with link.serving():
        link.enrol("PH.cicc")
        assert link.courier("PH.cicc").deliver(SG, b"<a/>")
        assert link.courier(VN).deliver(SG, b"<a/>")

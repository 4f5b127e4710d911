"""Waiting for what another thread or process does, as long as a slow and busy machine may need; ports that nobody takes meanwhile."""

from __future__ import annotations

import atexit
import os
import socket
import time
from collections.abc import Callable, Iterator
from functools import cache

LONG = 60.0
PORTS = range(
    12_000, 32_000
)  # below those that the machine gives to connections going out, which come and go beside the tests
BLOCK = 100


def until(true: Callable[[], object], seconds: float = LONG) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def free_port() -> int:
    """A port of loopback that nobody listens on, and that no other test of this machine is given while this process lives."""
    ports = _ports(os.getpid())
    for _ in range(BLOCK):
        port = next(ports)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise AssertionError("got no free port of a hundred")


@cache
def _ports(process: int) -> Iterator[int]:
    """The ports of a block in turn, which a process has for itself as long as it listens on the first one of them."""
    blocks = len(PORTS) // BLOCK
    for number in range(blocks):
        block = PORTS[(process + number) % blocks * BLOCK :][:BLOCK]
        try:
            guard = socket.create_server(("127.0.0.1", block[0]))
        except OSError:
            continue
        atexit.register(guard.close)
        return _in_turn(block[1:])
    raise AssertionError("got no block of ports that is free")


def _in_turn(block: range) -> Iterator[int]:
    while True:
        yield from block

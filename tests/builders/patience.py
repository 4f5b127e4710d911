"""Waiting for what another thread or process does, as long as a slow and busy machine may need; ports that nobody takes meanwhile."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable

LONG = 60.0
PORTS = range(
    12_000, 32_000
)  # below those that the machine gives to connections going out, which come and go beside the tests


def until(true: Callable[[], object], seconds: float = LONG) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    for port in random.sample(PORTS, 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise AssertionError("got no free port of a hundred")

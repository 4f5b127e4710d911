"""The nodes of the demonstration as processes of their own: `comity serve` on this machine, started, cut off, killed, stopped."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

import click

from .stage import DemoError, Stage

PORTS = range(10_000, 12_000)
PROGRAM = [sys.executable, "-c", "from comity.cli.main import main; main()"]
PATIENCE = 30.0
PAUSE = 0.1
SAID, COMPLAINED = "serve.log", "serve.err"


class Ended(BaseException):
    """The demonstration was told to end; no command that it plays takes this for its own affair."""


class Serving:
    """The serving nodes of a stage, by their folders; leaving it stops them all, whatever happened.

    Each gets a port of this machine that is free, and that is kept for it until it starts; and another one for its desk.
    """

    def __init__(self, stage: Stage, homes: Iterable[str]) -> None:
        """Have places for the nodes in *homes* on *stage*; none runs yet."""
        self._stage = stage
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._held = {home: _held_port() for home in homes}
        self._held_desks = {home: _held_port() for home in self._held}
        self.ports, self.desks = _numbers(self._held), _numbers(self._held_desks)
        self._launching = self._told = False

    def __enter__(self) -> Self:
        """Let Ctrl-C and SIGTERM end the whole demonstration, whatever command it is playing."""
        self._before = {number: signal.signal(number, self._leave) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Stop every node that still runs.

        Raises:
            Abort: the demonstration was told to end.
        """
        for number in self._before:
            signal.signal(number, signal.SIG_IGN)
        for home in list(self._running):
            self._end(home)
        for held in (*self._held.values(), *self._held_desks.values()):
            held.close()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if kind is Ended:
            raise click.Abort

    def start(self, *homes: str) -> None:
        """Start nodes together, and wait until each says where it listens."""
        for home in homes:
            self._launch(home)
        for home in homes:
            self._stage.typed("comity serve &", home)
            self._stage.printed(self._first_words(home))

    def _launch(self, home: str) -> None:
        """Start one node; what it says and what it complains of go to files in its folder."""
        self._held[home].close()
        folder = self._stage.folder / home
        self._launching = True
        try:
            with (folder / SAID).open("wb") as said, (folder / COMPLAINED).open("wb") as complained:
                self._running[home] = subprocess.Popen(  # noqa: S603 - this program
                    [*PROGRAM, "serve"], cwd=self._stage.folder, env=os.environ | {"COMITY_HOME": home},
                    stdin=subprocess.DEVNULL, stdout=said, stderr=complained,
                )  # fmt: skip
        finally:
            self._launching = False
        if self._told:
            raise Ended

    def _leave(self, _number: int, _frame: object) -> None:
        """End the demonstration, but not before a node that is just being started is known: it would stay behind."""
        self._told = True
        if not self._launching:
            raise Ended

    def _first_words(self, home: str) -> str:
        """Wait for what a node says when it serves."""
        folder, over = self._stage.folder / home, time.monotonic() + PATIENCE
        while not (words := (folder / SAID).read_text("utf-8")).endswith("\n"):
            if self._running[home].poll() is not None or time.monotonic() > over:
                complaint = (folder / COMPLAINED).read_text("utf-8").strip()
                raise DemoError(f"got a node that does not serve, expected one that does: {complaint}", file=home)
            time.sleep(PAUSE)
        return words

    def hold(self, home: str) -> None:
        """Let the node in *home* stand still: connections to it are opened, and nothing ever answers."""
        self._signal(home, signal.SIGSTOP)

    def kill(self, home: str) -> None:
        """Kill the node in *home*, as a power cut would."""
        self._signal(home, signal.SIGKILL)
        self._running.pop(home).wait()

    def stop(self) -> None:
        """Let every node end what is under way and leave."""
        for home in self._running:
            self._signal(home, signal.SIGTERM)
        for home in list(self._running):
            if code := self._running[home].wait(PATIENCE):
                raise DemoError(f"got exit code {code} from a node told to stop, expected 0", file=home)
            del self._running[home]

    def _signal(self, home: str, number: signal.Signals) -> None:
        process = self._running[home]
        self._stage.typed(f"kill -{number.name.removeprefix('SIG')} {process.pid}", home)
        process.send_signal(number)

    def _end(self, home: str) -> None:
        """Stop one node without a word, at last by force."""
        process = self._running.pop(home)
        process.terminate()
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _numbers(held: dict[str, socket.socket]) -> dict[str, int]:
    return {home: int(one.getsockname()[1]) for home, one in held.items()}


def _held_port() -> socket.socket:
    """Hold a port that no outgoing connection is given while the node on it is started again."""
    for port in random.sample(PORTS, 100):
        held = socket.socket()
        with suppress(OSError):
            held.bind(("127.0.0.1", port))
            return held
        held.close()
    raise DemoError("got no free port among a hundred, expected some")


def settle(folder: Path, home: str, **settings: str) -> None:
    """Write settings of a node, as its operator does with an editor."""
    file = folder / home / "comity.toml"
    text = file.read_text("utf-8")
    for name, value in settings.items():
        text = re.sub(rf"(?m)^{name} = .*$", f'{name} = "{value}"', text)
    file.write_text(text, "utf-8")

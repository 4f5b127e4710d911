"""Serving: the endpoint for peers with its workers, or one round of work for a timer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.language import _, counted, said

from .home import home_option
from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.exchange.outbox import Tried
    from comity.node.serving import Serving
    from comity.web.desk.serving import DeskServer
    from comity.web.hi1.server import Endpoint


@click.command()
@home_option
@click.option("--listen", help="ADDRESS:PORT to listen on instead of the one in the settings.")
@json_option
def serve(home: Path, listen: str | None, as_json: bool) -> None:
    """Serve the desk, take messages of peers and deliver ours, until stopped (SIGTERM or Ctrl-C)."""
    from comity.node.service import open_node
    from comity.node.serving import Workers, serving
    from comity.web.errors import CannotListen

    with _until_told() as over, open_node(home) as node:
        served = serving(node)
        doors, workers = _doors(served, listen or node.settings.listen), Workers(served)
        try:
            for door in doors:
                door.start()
            served.started()
            workers.start()
            _said_where(node.settings.party, doors, as_json)
            while not over.wait(1.0):
                if not all(door.alive for door in doors):
                    raise CannotListen("got an endpoint that ended by itself, expected it to go on", field="listen")
        finally:
            for door in doors:
                door.stop()
            workers.stop()
    if not as_json:
        console().print(_("stopped"))


def _doors(served: Serving, listen: str) -> list[Endpoint | DeskServer]:
    """Make the endpoint for peers and the desk; a party without an address in the directory has the desk alone."""
    from comity.web.desk.serving import desk_server
    from comity.web.hi1.serving import endpoint

    desks: list[Endpoint | DeskServer] = [desk_server(served.node)] if served.node.settings.desk else []
    if desks and served.node.office.me().exchange is None:
        return desks
    return [endpoint(served, listen), *desks]


@contextmanager
def _until_told() -> Iterator[threading.Event]:
    """Give the event that SIGTERM or Ctrl-C sets, in place of what they do otherwise."""
    import signal

    over, numbers = threading.Event(), (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: over.set()) for number in numbers]
    try:
        yield over
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@click.command()
@home_option
@json_option
def work(home: Path, as_json: bool) -> None:
    """Deliver what is due, once: for a timer, where no `comity serve` runs."""
    from comity.node.service import open_node
    from comity.node.serving import serving

    with open_node(home) as node:
        tried = serving(node).work()

    def people() -> None:
        console().print(counted("{n} message tried", "{n} messages tried", len(tried)))
        for one in tried:
            _print_tried(one)

    emit([_plain(one) for one in tried], as_json, people)


def _said_where(party: str, doors: list[Endpoint | DeskServer], as_json: bool) -> None:
    import sys

    from comity.web.hi1.server import Endpoint

    where = {"listen" if isinstance(door, Endpoint) else "desk": door.address for door in doors}

    def people() -> None:
        if "listen" in where:
            console().print(
                _("{party} listens on {address}").format(party=party, address=where["listen"]), markup=False
            )
        if "desk" in where:
            console().print(_("The desk is at {address}").format(address=where["desk"]), markup=False)

    emit({"party": party} | where, as_json, people)
    sys.stdout.flush()


def _plain(one: Tried) -> dict[str, Any]:
    from comity.kernel.clock import stamp

    facts = {
        "transaction": one.message.transaction,
        "peer": one.message.peer,
        "about": one.message.about,
        "kind": one.message.kind,
        "outcome": one.outcome,
        "reason": one.reason,
        "next_at": stamp(one.next_at) if one.next_at else "",
    }
    return {name: value for name, value in facts.items() if value}


def _print_tried(one: Tried) -> None:
    colour = {"answered": "green", "later": "yellow"}.get(one.outcome, "red")
    outcome = {"answered": _("answered"), "later": _("later"), "stuck": _("stuck")}[one.outcome]
    reason = f"  {said(one.reason)}" if one.reason else ""
    console().print(f"[{colour}]{outcome}[/]  {one.message.peer}  {one.message.transaction}{plain(reason)}")

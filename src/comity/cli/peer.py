"""Peers: who can be reached, who cannot and why, and whose messages are held back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.language import _, counted, said, word

from .home import home_option
from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.exchange.probe import Finding
    from comity.node.service import Node


@click.group()
def peer() -> None:
    """See whether other nodes can be reached, and hold messages to one back."""


@peer.command("list")
@home_option
@json_option
def list_peers(home: Path, as_json: bool) -> None:
    """List the parties that take messages, with what waits for them and what went wrong."""
    from comity.node.service import open_node

    with open_node(home) as node:
        rows = _rows(node)

    def people() -> None:
        if not rows:
            console().print(_("no party in the directory takes messages"))
        for row in rows:
            _print_row(row)

    emit(rows, as_json, people)


@peer.command()
@home_option
@click.argument("party")
@json_option
@click.pass_context
def check(ctx: click.Context, home: Path, party: str, as_json: bool) -> None:
    """Look at the way to PARTY step by step, and name what does not fit."""
    from comity.node.service import open_node
    from comity.node.serving import check_peer

    with open_node(home) as node:
        findings = check_peer(node, party)
    emit([one.plain() for one in findings], as_json, lambda: _print_findings(findings))
    ctx.exit(0 if all(one.good for one in findings) else 1)


@peer.command()
@home_option
@click.argument("party")
@json_option
def pause(home: Path, party: str, as_json: bool) -> None:
    """Hold messages to PARTY back until `resume`; what PARTY sends is still taken."""
    from comity.exchange.peers import pause as hold
    from comity.node.service import open_node

    with open_node(home) as node:
        _known(node, party)
        with node.store.write(durable=True) as unit:
            hold(unit, node.ledger, party, node.clock.now())
    words = _("messages to {party} are held back").format(party=party)
    emit({"party": party, "paused": True}, as_json, lambda: console().print(words, markup=False))


@peer.command()
@home_option
@click.argument("party")
@json_option
def resume(home: Path, party: str, as_json: bool) -> None:
    """Let messages to PARTY out again, now, also those that were stuck."""
    from comity.exchange.peers import resume as let
    from comity.node.service import open_node

    with open_node(home) as node:
        _known(node, party)
        with node.store.write(durable=True) as unit:
            let(unit, node.ledger, party, node.clock.now())
    words = _("messages to {party} go out again").format(party=party)
    emit({"party": party, "paused": False}, as_json, lambda: console().print(words, markup=False))


def _known(node: Node, party: str) -> None:
    """See that there is such a party, so that a slip of the pen is no silent success."""
    node.mirror.lookup(party, node.clock.now(), stale=True)


def _rows(node: Node) -> list[dict[str, Any]]:
    from comity.exchange.roster import roster

    with node.store.read() as unit:
        return [one.plain() for one in roster(unit, node.office)]


def _print_row(row: dict[str, Any]) -> None:
    out = console()
    facts = [
        _("last heard {at}").format(at=row["seen_at"]) if row["seen_at"] else _("never heard"),
        counted("{n} waiting", "{n} waiting", row["waiting"]) if row["waiting"] else "",
        _("paused") if row["paused"] else "",
    ]
    out.print(f"[bold]{row['party']:<14}[/] {plain(row['url'] or _('by hand only'))}")
    out.print("               " + ", ".join(plain(one) for one in facts if one))
    if row["stuck"]:
        stuck = counted("{n} message is stuck", "{n} messages are stuck", row["stuck"])
        out.print(f"               [red]{stuck}[/]")
    if row["failures"]:
        failed = counted("failed {n} time", "failed {n} times", row["failures"])
        out.print(f"               [yellow]{failed}[/]: {plain(said(row['error']))}")
    for reference in row["formal_requests_overdue"]:
        out.print(f"               [red]{_('formal request overdue after the emergency')} {plain(reference)}[/]")


def _print_findings(findings: list[Finding]) -> None:
    out = console()
    for one in findings:
        mark = f"[green]{_('ok'):<4}[/]" if one.good else f"[red]{_('bad'):<4}[/]"
        out.print(f"{mark} {word('step', one.step):<12} {plain(said(one.found))}")
        if one.advice:
            out.print(f"                  {_('what to do')}: {plain(said(one.advice))}")

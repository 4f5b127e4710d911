"""What peers' nodes sent us: listed, looked into, and taken in from files where no network reaches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.kernel.language import _, word

from .delivery import list_deliveries
from .home import home_option
from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.exchange.tables import Message
    from comity.hi1.model import Action, Fault
    from comity.hi1.model import Message as Hi1Message
    from comity.store.engine import Unit

FILE = click.Path(path_type=Path)


@click.group()
def inbox() -> None:
    """Messages of peers' nodes, and messages brought by hand."""


inbox.add_command(list_deliveries, "deliveries")


@inbox.command("list")
@home_option
@json_option
def list_messages(home: Path, as_json: bool) -> None:
    """List the messages that came in, the latest first."""
    from comity.exchange.tables import IN, find_messages
    from comity.node.service import open_node

    with open_node(home) as node, node.store.read() as unit:
        rows = [_row(one) for one in reversed(find_messages(unit, direction=IN))]

    def people() -> None:
        for row in rows:
            console().print(f"{row['at']}  {row['peer']}  {word('message', row['kind'])}  [dim]{row['transaction']}[/]")
        if not rows:
            console().print(_("no messages"))

    emit(rows, as_json, people)


@inbox.command()
@home_option
@click.argument("transaction")
@json_option
def show(home: Path, transaction: str, as_json: bool) -> None:
    """Show what a message asks, object by object, and what was answered."""
    from comity.exchange.errors import NotQueued
    from comity.exchange.tables import find_messages
    from comity.hi1.codec import read
    from comity.node.service import open_node

    with open_node(home) as node, node.store.read() as unit:
        found = find_messages(unit, transaction=transaction)
        if not found:
            raise NotQueued(f"got the transaction {transaction}, expected one of a message", field="transaction")
        message = found[0]
        raw = read(message.raw, lenient=True)
        answer = read(message.answer, lenient=True) if message.answer else None
    actions = [_action(one) for one in raw.actions]
    faults = [one.fault for one in answer.answers if one.fault] if answer else []
    faults = [answer.fault, *faults] if answer and answer.fault else faults
    data = _row(message) | {"actions": actions, "faults": [vars(one) for one in faults]}

    def people() -> None:
        con = console()
        con.print(f"{message.peer}  {word('message', message.kind)}  {word('message', message.state)}  {data['at']}")
        for row in actions:
            con.print(f"  {row['n']} {row['verb']} {row['type']} {row['id']}", markup=False)
        for fault in faults:
            con.print(f"  [red]{fault.code}[/] {plain(fault.text)}")

    emit(data, as_json, people)


@inbox.command()
@home_option
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="Where to write the answer to a message: a new file, to be carried back.")
@json_option
@click.pass_context
def take(ctx: click.Context, home: Path, file: Path, out: Path | None, as_json: bool) -> None:
    """Take FILE in: a message of a peer's node, or its answer to a message of ours. Twice has one effect."""
    from comity.exchange.byhand import read_in, take_answer, take_message
    from comity.hi1.codec import read
    from comity.node.service import open_node
    from comity.node.serving import serving
    from comity.packages.placing import check_place

    raw, fault = read_in(file), None
    with open_node(home) as node:
        served, claimed = serving(node), read(raw, lenient=True)
        if claimed.is_request:
            if out is None:
                advice = "Name a new file for it: --out FILE, and carry it back."
                raise BadInput("got no place for the answer, expected one", field="out", advice=advice)
            check_place(out)
            fault = _refused(read(take_message(served.ports.handle, raw, node.clock, out).raw))
        else:
            take_answer(served.outbox, claimed.header.transaction, raw)
        with node.store.read() as unit:
            message = _kept(unit, str(claimed.header.sender), claimed.header.transaction)
    data = {"transaction": claimed.header.transaction} | (_row(message) if message else {})
    data |= {"state": "refused", "reason": fault.text, "code": fault.code} if fault else {}
    data |= {"file": str(out)} if out and claimed.is_request else {}

    def people() -> None:
        head = _("[yellow]answered with a refusal[/]") if data.get("reason") else _("[green]taken in[/]")
        console().print(f"{head} {data['transaction']}")
        if data.get("reason"):
            console().print(f"  {plain(data['reason'])}")
        if "file" in data:
            console().print(f"  {_('the answer is in')} {data['file']}", markup=False)

    emit(data, as_json, people)
    ctx.exit(1 if fault else 0)


def _refused(answer: Hi1Message) -> Fault | None:
    """Give why an answer refuses the message, the action that is at fault before those that were left for it."""
    if answer.fault:
        return answer.fault
    faults = [one.fault for one in answer.answers if one.fault]
    return max(faults, key=lambda one: one.code, default=None)


def _kept(unit: Unit, peer: str, transaction: str) -> Message | None:
    from comity.exchange.tables import find_messages

    return next(iter(find_messages(unit, peer=peer, transaction=transaction)), None)


def _row(message: Message) -> dict[str, Any]:
    return {
        "transaction": message.transaction, "direction": message.direction, "peer": message.peer, "kind": message.kind,
        "request": message.about, "at": stamp(message.at), "state": message.state, "reason": message.reason,
        "sha256": message.sha256,
    }  # fmt: skip


def _action(one: Action) -> dict[str, Any]:
    thing = one.thing
    return {
        "n": one.n,
        "verb": one.verb,
        "type": thing.type if thing else "",
        "id": thing.id if thing else one.identifier,
    }

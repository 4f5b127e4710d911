"""How a signed paper on evidence goes to the other party: into a file, over the exchange, or both; and what came that way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.errors import BadInput
from comity.kernel.language import _

from .evidencecustody import deed_of, who_options
from .home import home_option
from .output import console, emit, json_option, plain
from .secret import open_signer, passphrase_option

if TYPE_CHECKING:
    from comity.crypto.recipient import Identity
    from comity.evidence.papers import Also, Desk
    from comity.exchange.deliverytables import Parcel
    from comity.node.service import Node

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
KEY_HELP = "Key file of the post that signs; it needs the role custody."
SEND_HELP = "Send it to the other party's node, over the exchange."
send_option = click.option("--send", is_flag=True, help=SEND_HELP)
identity_option = click.option(
    "--identity", type=FILE, help="Age identity of this party; else the one in the node's settings."
)


@dataclass(frozen=True)
class Way:
    """Where a paper goes: to a new file, to the other party's node, or both."""

    out: Path | None
    send: bool

    def check(self, *, folder: bool = False) -> None:
        """See that it goes somewhere, and that nothing stands there yet."""
        from comity.packages.placing import check_place

        if not (self.out or self.send):
            raise BadInput("got neither --out nor --send, expected one of them or both", field="out")
        if self.out and not folder:
            check_place(self.out)

    def also(self, node: Node) -> Also:
        """Give what is done with the paper in the unit that keeps it."""
        from comity.evidence.papers import nothing
        from comity.exchange.handing import by_exchange
        from comity.node.ports import desk_of

        return by_exchange(desk_of(node)) if self.send else nothing

    def place(self, data: bytes) -> None:
        """Write the paper to its file, if it has one."""
        from comity.packages.placing import place_bytes

        if self.out:
            place_bytes(data, self.out)

    def show(self) -> None:
        """Say to people where it went or has to go."""
        if self.out:
            console().print(_("Send back: {file}").format(file=plain(self.out)))
        if self.send:
            console().print(_("The node sends it."))


@click.command()
@click.argument("parcel")
@click.option("--key", type=FILE, required=True, help=KEY_HELP)
@click.option("--out", type=PATH, help="New file for the signed refusal, to send back.")
@send_option
@identity_option
@passphrase_option
@who_options
@home_option
@json_option
def refuse(
    parcel: str,
    key: Path,
    out: Path | None,
    send: bool,
    identity: Path | None,
    passphrase_file: Path | None,
    home: Path,
    as_json: bool,
    **who: str,
) -> None:
    """Refuse what another party handed over: PARCEL is its file, or its number where it came over the exchange.

    A signed refusal goes back, with the reason; the item stays with whom it was. Again gives the same refusal.
    """
    from comity.evidence.answering import refuse as turn_down

    way = Way(out, send)
    way.check()
    signer = open_signer(key, passphrase_file)
    with paper_desk(home) as (node, desk):
        deed = deed_of("noted", node.settings.party, **who)
        file = parcel_file(node, parcel, refusing=True)
        paper = turn_down(desk, file, deed, identity_of(node, identity), signer, also=way.also(node))
    way.place(paper.data)
    said = paper.document

    def people() -> None:
        words = _("[yellow]refused[/] {item} from {party}")
        console().print(words.format(item=plain(said["item"]), party=plain(said["to"])))
        way.show()

    data = {"item": said["item"], "hand_over": said["about"], "from": said["to"], "why": said["why"]}
    emit(data | {"refusal": str(out) if out else None, "sent": send}, as_json, people)


@click.command()
@home_option
@json_option
def parcels(home: Path, as_json: bool) -> None:
    """List what was handed over over the exchange, out and in, and what became of it; and notices not confirmed yet."""
    from comity.evidence.papers import RECALL
    from comity.evidence.tables import IN, find_papers
    from comity.exchange.deliverytables import find_parcels

    with paper_desk(home) as (_node, desk), desk.keeper.store.read() as unit:
        found = find_parcels(unit)
        notices = [one for one in find_papers(unit, way=IN, kind=RECALL) if not one.answer]

    def people() -> None:
        for one in found:
            console().print(_line(one))
        for notice in notices:
            words = _("notice {number} of {party} on {item}: not confirmed yet")
            console().print(words.format(number=notice.id, party=notice.party, item=plain(notice.item)))
        if not (found or notices):
            console().print(_("nothing"))

    waiting = [{"notice": one.id, "kind": one.act, "item": one.item, "from": one.party} for one in notices]
    emit({"parcels": [one.plain() for one in found], "notices": waiting}, as_json, people)


@contextmanager
def paper_desk(home: Path) -> Iterator[tuple[Node, Desk]]:
    """Open a node, and where its papers on evidence are signed and checked."""
    from comity.evidence.papers import Desk
    from comity.node.service import open_node

    with open_node(home) as node:
        yield node, Desk(node.custodian, node.mirror)


def parcel_file(node: Node, named: str, *, refusing: bool = False) -> Path:
    """Give the file of a hand-over: the one named, or the one that came over the exchange under that number."""
    from comity.exchange.arriving import arrived

    return Path(named) if Path(named).is_file() else arrived(node.office, named, refusing=refusing)


def identity_of(node: Node, named: Path | None) -> Identity:
    """Give the age identity with which this party opens what is encrypted to it."""
    from comity.crypto.recipient import read_identity

    path = named or (node.settings.path(node.settings.identity) if node.settings.identity else None)
    if path is None:
        raise BadInput("got no age identity, expected --identity or one in the node's settings", field="identity")
    return read_identity(path)


def _line(one: Parcel) -> str:
    from comity.kernel.clock import stamp

    way = _("to {party}") if one.direction == "out" else _("from {party}")
    parts = [one.id, way.format(party=plain(one.peer)), f"{one.size} B", _state(one), stamp(one.changed_at)]
    return "  ".join([*parts, *([plain(one.reason)] if one.reason else [])])


def _state(one: Parcel) -> Any:
    words = {
        "Available": _("to be fetched"),
        "Acknowledged": _("fetched, and true") if one.file else _("fetched, and answered"),
        "Error": _("refused by the node"),
        "Expired": _("not fetched in time"),
        "Recalled": _("recalled"),
    }
    return words.get(one.state, one.state)


COMMANDS = (parcels, refuse)

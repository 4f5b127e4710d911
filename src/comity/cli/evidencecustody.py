"""The custody of evidence on the command line: register a bag, list items, enter what is done, read and print the chain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from comity.kernel.errors import BadInput, Refused
from comity.kernel.language import _, counted

from .home import home_option
from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.evidence.custodychain import Checked
    from comity.evidence.custodyentry import Deed
    from comity.evidence.custodytables import Bag

F = TypeVar("F", bound=Callable[..., object])
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
TEXTS = {
    "place": "Where it was done.",
    "why": "Why it was done.",
    "authority": "Under which authority: the order, warrant or request.",
}


def who_options(f: F) -> F:
    """Add who did something, where, why and under which authority."""
    for name in reversed(TEXTS):
        f = click.option(f"--{name}", default="", help=TEXTS[name])(f)
    f = click.option("--post", required=True, help="Their post, which goes on when the person changes.")(f)
    return click.option("--person", required=True, help="Who did it: the name of the person.")(f)


@click.command()
@click.argument("package", type=FOLDER)
@who_options
@click.option("--from", "source", default="", help="From whom it came, when another party sealed it: their post.")
@home_option
@json_option
def register(package: Path, source: str, home: Path, as_json: bool, **who: str) -> None:
    """Enter the sealed bag PACKAGE and how it came; from then on its custody is kept here."""
    from comity.evidence.registering import arrival, bag_of
    from comity.evidence.sealing import read_generation
    from comity.node.service import open_node

    generation = read_generation(package)
    with open_node(home) as node:
        own, taken_by = node.settings.party, generation.act.party
        peer = (taken_by or "?") if source or taken_by not in ("", own) else ""
        bag = bag_of(generation, package.resolve(), at=node.clock.now(), peer=peer)
        made = node.custodian.register(bag, *arrival(generation, deed_of("noted", node.settings.party, **who), source))
    data = bag.plain() | {"entries": [one.number for one in made]}
    words = _("[green]registered[/] {item}") if made else _("{item} was registered before")
    emit(data, as_json, lambda: console().print(words.format(item=plain(bag.item))))


@click.command("list")
@home_option
@json_option
def list_items(home: Path, as_json: bool) -> None:
    """List the items whose custody is kept here: who holds each, and how many entries it has."""
    from comity.evidence.custodyplain import plain_chain
    from comity.evidence.custodysheet import standing
    from comity.evidence.holding import marks_on
    from comity.node.service import open_node

    from .evidencehandover import show_marks

    with open_node(home) as node, node.store.read() as unit:
        rows = list(node.custodian.overview(unit))
        marked = {item: marks_on(unit, item) for item, _checked in rows}

    def people() -> None:
        out = console()
        for item, checked in rows:
            entries = counted("{n} entry", "{n} entries", len(checked.entries))
            state = f"  [red]{_('the chain does not hold')}[/]" if checked.faults else ""
            out.print(f"{plain(item)}  {plain(standing(checked.standing))}  {entries}{state}")
            show_marks(marked[item])
        if not rows:
            out.print(_("no items"))

    emit([plain_chain(item, checked) | marked[item].plain() for item, checked in rows], as_json, people)


@click.command()
@click.argument("item")
@click.argument("act")
@who_options
@click.option("--to", "to_post", default="", help="The post of the other hand: to whom, or from whom it was received.")
@click.option("--to-party", default="", help="The party of the other hand; else this node's own.")
@click.option("--to-person", default="", help="The name of the person there.")
@click.option("--tool", default="", help="The tool that was used.")
@click.option("--version", default="", help="Its version.")
@click.option("--result", default="", help="What came of it.")
@click.option("--note", "text", default="", help="Anything else worth knowing.")
@click.option("--done-at", default="", help="When it was done, if not now (UTC).")
@click.option("--file", "touched", multiple=True, type=FILE, help="A file it was about: its SHA-256 is entered.")
@home_option
@json_option
def note(item: str, act: str, home: Path, as_json: bool, **rest: Any) -> None:
    """Enter that ACT was done with ITEM: opened, copied, analysed, transferred, received, returned ..."""
    from comity.node.service import open_node

    with open_node(home) as node:
        made = node.custodian.note(item, deed_of(act, node.settings.party, **rest))
    text = _("[green]entered[/] as number {number} of {item}").format(number=made.number, item=plain(item))
    emit({"item": item, "number": made.number, "sha256": made.digest}, as_json, lambda: console().print(text))


@click.command()
@click.argument("item")
@click.option("--pdf", type=FILE, help="Write it as PDF/A to this new file.")
@home_option
@json_option
def custody(item: str, pdf: Path | None, home: Path, as_json: bool) -> None:
    """Show the custody of ITEM, checked: every hand it went through, everything done with it, no gap."""
    from comity.evidence.custodyplain import plain_chain, plain_entry
    from comity.evidence.custodysheet import print_custody
    from comity.evidence.custodytables import find_bags, find_tokens
    from comity.evidence.custodytime import check_times
    from comity.evidence.holding import marks_on
    from comity.node.service import open_node
    from comity.packages.placing import place_bytes

    from .evidencehandover import show_marks

    with open_node(home) as node:
        keeper = node.custodian
        checked = keeper.look(item)
        with node.store.read() as unit:
            bags, marks, tokens = find_bags(unit, item=item), marks_on(unit, item), find_tokens(unit, item)
        checked = check_times(checked, tokens, node.office.authorities)
        if pdf:
            place_bytes(print_custody(item, checked, bags, at=node.clock.now(), log=keeper.ledger.origin), pdf)
    data = plain_chain(item, checked) | marks.plain()
    data |= {"bags": [bag.plain() for bag in bags], "entries": [plain_entry(one) for one in checked.entries]}

    def people() -> None:
        _show(item, checked, bags, keeper.ledger.origin)
        show_marks(marks)

    emit(data, as_json, people)
    _refuse(item, checked)


@click.command("check-custody")
@click.argument("chain", type=FILE)
@click.option("--proofs", type=FOLDER, help="Folder of the proofs; else NAME-proofs beside the chain.")
@click.option(
    "--log-key", required=True, help="Public key of the node's log, NAME+ID+KEY: see comity log checkpoint --json."
)
@click.option("--time-authority", multiple=True, type=FILE, help="Trusted root certificate (PEM) of a time authority.")
@json_option
def check_custody(
    chain: Path, proofs: Path | None, log_key: str, time_authority: tuple[Path, ...], as_json: bool
) -> None:
    """Check CHAIN, the custody of an item as a court bundle has it (custody/NAME.jsonl), without a node.

    Its time tokens, if it has any, lie in NAME-times beside it.
    """
    from comity.crypto.authority import read_authorities
    from comity.evidence.custodyplain import plain_chain, plain_entry
    from comity.evidence.custodyproof import check_files
    from comity.ledger.note import NoteKey

    key = NoteKey.from_text(log_key)
    proofs, times = proofs or chain.with_name(f"{chain.stem}-proofs"), chain.with_name(f"{chain.stem}-times")
    authorities = read_authorities(time_authority)
    item, checked = check_files(chain, proofs, [key], times=times, authorities=authorities)
    data = plain_chain(item, checked) | {"entries": [plain_entry(one) for one in checked.entries]}
    emit(data, as_json, lambda: _show(item, checked, [], key.name))
    _refuse(item, checked)


@click.command("stamp-custody")
@click.argument("item")
@click.option("--question", type=FILE, help="New file for the question to send to the time authority.")
@click.option("--token", type=FILE, help="The time authority's answer.")
@click.option(
    "--time-authority",
    multiple=True,
    type=FILE,
    help="Root certificate (PEM) of it; else those in the node's settings.",
)
@home_option
@json_option
def stamp_custody(
    item: str, question: Path | None, token: Path | None, time_authority: tuple[Path, ...], home: Path, as_json: bool
) -> None:
    """Ask for trusted time on the custody of ITEM with --question, then put the answer in with --token.

    One answer proves every entry up to the one that was last when the question was asked, whatever was entered since.
    """
    from comity.crypto.authority import read_authorities
    from comity.evidence import custodytime
    from comity.kernel.clock import stamp
    from comity.kernel.input import read_input
    from comity.node.service import open_node
    from comity.packages.placing import place_bytes

    if (question is None) == (token is None):
        raise BadInput("got both or none of --question and --token, expected one", field="token")
    with open_node(home) as node:
        if question:
            number, asked = custodytime.question(node.custodian, item)
            place_bytes(asked, question)
            data: dict[str, Any] = {"item": item, "number": number, "file": str(question)}
            text = _("[green]question written[/] {out}").format(out=plain(question))
        elif token:
            roots = read_authorities(time_authority) or node.office.authorities
            answer = read_input(token, custodytime.MAX_TOKEN, "a time token")
            timed = custodytime.add_token(node.custodian, item, answer, roots)
            data = {"item": item, "number": timed.number, "time": stamp(timed.at)}
            words = _("[green]stamped[/] {item} up to entry {number} at {time}")
            text = words.format(item=plain(item), number=timed.number, time=data["time"])
    emit(data, as_json, lambda: console().print(text))


def deed_of(act: str, party: str, **rest: Any) -> Deed:
    """Make a deed of what a person gave on the command line."""
    from comity.evidence.custodyentry import Deed, Hand
    from comity.kernel.clock import moment

    to = Hand(rest["to_post"], rest["to_party"] or party, rest["to_person"]) if rest.get("to_post") else None
    names = ("place", "why", "authority", "tool", "version", "result")
    return Deed(
        act,
        Hand(rest["post"], party, rest["person"]),
        to=to,
        note=rest.get("text", ""),
        hashes={path.name: _sha256(path) for path in rest.get("touched", ())},
        happened=moment(rest["done_at"], field="done-at") if rest.get("done_at") else None,
        **{name: rest[name] for name in names if rest.get(name)},
    )


def _sha256(path: Path) -> str:
    import hashlib

    try:
        with path.open("rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()
    except OSError as e:
        raise BadInput(f"got {e.strerror}, expected a file", file=str(path)) from e


def _refuse(item: str, checked: Checked) -> None:
    """Leave with 1 when a chain does not hold."""
    if checked.faults:
        raise Refused(f"got a custody of {item} that does not hold: {checked.faults[0].message}, expected a whole one")


def _show(item: str, checked: Checked, bags: list[Bag], log: str) -> None:
    from comity.evidence.custodysheet import checks, details, done, standing
    from comity.kernel.clock import stamp

    out = console()
    out.print(f"[bold]{plain(item)}[/]  {plain(standing(checked.standing))}")
    for bag in bags:
        out.print(f"  {_('bag {number}').format(number=bag.number)}  {bag.digest}  {plain(bag.path)}")
    for entry in checked.entries:
        out.print(f"{entry.number:>4}  {stamp(entry.at)}  [bold]{done(entry.deed)}[/]  {plain(entry.deed.by.text)}")
        for label, value in details(entry.deed):
            out.print(f"        {plain(label)}: {plain(value)}")
    for line in checks(checked, log):
        out.print(f"  {'[red]![/]' if checked.faults else '[green]+[/]'} {plain(line)}")


COMMANDS = (check_custody, custody, list_items, note, register, stamp_custody)

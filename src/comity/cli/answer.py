"""The provider's desk: what waits, who asks, and every way to answer; each act names the person who does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from comity.kernel.errors import BadInput
from comity.kernel.language import _

from .hi1 import capability as check_capability
from .home import home_option
from .output import console, emit, json_option
from .secret import open_signer, passphrase_option

if TYPE_CHECKING:
    from comity.exchange.deliverytables import Kept
    from comity.exchange.provider import Override
    from comity.requests.receipts import Taken

F = TypeVar("F", bound=Callable[..., object])
FILE = click.Path(path_type=Path, dir_okay=False)
WAYS = ("binary", "url")

name_argument = click.argument("name")
target_option = click.option("--target", type=int, default=1, show_default=True, help="Which target of the request.")


def key_option(f: F) -> F:
    """Add the key that signs the company's word to a command."""
    text = "Private key of the post that signs receipts."
    return click.option("--key", type=FILE, required=True, help=text)(passphrase_option(f))


def override_options(f: F) -> F:
    """Add the two options with which a person goes on although nobody was called back."""
    f = click.option("--override-by", default="", help="Who decides that.")(f)
    text = "In an emergency that nobody called back on: go on all the same, and why. It is counted."
    return click.option("--override", default="", help=text)(f)


@click.group()
def answer() -> None:
    """Answer requests that came in: look, review, call back, accept, ask, refuse, deliver."""


@answer.command()
@home_option
@click.option("--all", "everything", is_flag=True, help="Also what is answered and done.")
@json_option
def queue(home: Path, everything: bool, as_json: bool) -> None:
    """List what waits, emergencies first, then by what is due."""
    from comity.exchange.emergency import keep_clocks
    from comity.exchange.worklist import queue as waiting
    from comity.node.ports import capability_of, desk_of
    from comity.node.service import open_node

    from .answerview import show_queue

    with open_node(home) as node:
        keep_clocks(node.office)
        rows = [row.plain(node.clock.now()) for row in waiting(desk_of(node), capability_of(node.settings), everything=everything)]  # fmt: skip
    emit(rows, as_json, lambda: show_queue(rows))


@answer.command()
@home_option
@name_argument
@json_option
def show(home: Path, name: str, as_json: bool) -> None:
    """Show NAME whole: who asks and how that was checked, what is asked, what is unusual, what is due."""
    from comity.exchange.worklist import show as look
    from comity.node.ports import capability_of, desk_of
    from comity.node.service import open_node

    from .answerview import show_sheet

    with open_node(home) as node:
        sheet = look(desk_of(node), name, capability_of(node.settings))
    emit(sheet, as_json, lambda: show_sheet(sheet))


@answer.command()
@home_option
@name_argument
@click.option("--by", "who", required=True, help="Who reviewed it.")
@click.option("--text", required=True, help="What the review found, in plain words.")
@json_option
def review(home: Path, name: str, who: str, text: str, as_json: bool) -> None:
    """Record the legal review of NAME by a named person; where the node has accounts, by one of them."""
    from comity.accounts.naming import called
    from comity.exchange.provider import review as record
    from comity.node.ports import desk_of
    from comity.node.service import open_node

    with open_node(home) as node:
        note = record(desk_of(node), name, called(node.store, who, field="by"), text)
    emit(note.plain(), as_json, lambda: console().print(_("review recorded"), note.who, markup=False))


@answer.command()
@home_option
@name_argument
@key_option
@click.option("--until", default="", help="Until when data are preserved (UTC), for a preservation.")
@click.option("--reply-by", default="", help="When you expect to answer (UTC).")
@json_option
def accept(
    home: Path, name: str, key: Path, passphrase_file: Path | None, until: str, reply_by: str, as_json: bool
) -> None:
    """Accept NAME; the safeguards questions must be answered before."""
    from comity.exchange.provider import accept as act

    _signed(home, key, passphrase_file, as_json, lambda desk, by: act(desk, name, by, until=until, reply_by=reply_by))


@answer.command()
@home_option
@name_argument
@key_option
@click.option("--code", required=True, help="What is lacking; a code that is none is answered with the list.")
@click.option("--reason", required=True, help="The question, in plain words.")
@click.option("--reply-by", default="", help="When you want the answer (UTC).")
@json_option
def ask(
    home: Path, name: str, key: Path, passphrase_file: Path | None, code: str, reason: str, reply_by: str, as_json: bool
) -> None:
    """Ask the sender of NAME for what is lacking."""
    from comity.exchange.provider import ask as act

    _signed(
        home, key, passphrase_file, as_json,
        lambda desk, by: act(desk, name, by, code=code, reason=reason, reply_by=reply_by),
    )  # fmt: skip


@answer.command()
@home_option
@name_argument
@key_option
@click.option("--code", required=True, help="Why; a code that is none is answered with the list.")
@click.option("--reason", required=True, help="Why, in plain words.")
@click.option("--released-by", required=True, help="Who releases the refusal: another person than who reviewed it.")
@json_option
def refuse(
    home: Path, name: str, key: Path, passphrase_file: Path | None, code: str, reason: str, released_by: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Refuse NAME, after a legal review by one person and released by another."""
    from comity.accounts.naming import called
    from comity.exchange.provider import refuse as act

    _signed(
        home, key, passphrase_file, as_json,
        lambda desk, by: act(
            desk, name, by, code=code, reason=reason,
            released_by=called(desk.office.store, released_by, field="released-by"),
        ),
    )  # fmt: skip


@answer.command()
@home_option
@name_argument
@key_option
@click.option(
    "--target", "targets", multiple=True, required=True,
    help="What became of a target, once for each: 1=disclosed, 2=not_available, 3=refused:CODE:REASON.",
)  # fmt: skip
@click.option("--reason", default="", help="Anything else to say, in plain words.")
@click.option("--released-by", default="", help="Who releases the refusal of a target.")
@json_option
def partial(
    home: Path, name: str, key: Path, passphrase_file: Path | None, targets: tuple[str, ...], reason: str,
    released_by: str, as_json: bool,
) -> None:  # fmt: skip
    """Say on NAME what became of each target."""
    from comity.accounts.naming import called
    from comity.exchange.provider import partial as act

    said = [_outcome(text) for text in targets]
    _signed(
        home, key, passphrase_file, as_json,
        lambda desk, by: act(
            desk, name, by, said=said, reason=reason,
            released_by=called(desk.office.store, released_by, field="released-by"),
        ),
    )  # fmt: skip


@answer.command()
@home_option
@name_argument
@key_option
@click.option("--until", required=True, help="Until when data are preserved now (UTC), later than before.")
@json_option
def extend(home: Path, name: str, key: Path, passphrase_file: Path | None, until: str, as_json: bool) -> None:
    """Preserve on NAME for longer."""
    from comity.exchange.provider import extend as act

    _signed(home, key, passphrase_file, as_json, lambda desk, by: act(desk, name, by, until))


@answer.command()
@home_option
@name_argument
@click.argument("word", type=click.Choice(["yes", "no"]))
@target_option
@override_options
@json_option
def exist(home: Path, name: str, word: str, target: int, override: str, override_by: str, as_json: bool) -> None:
    """Say on NAME whether data exist (yes or no), and nothing else."""
    from comity.exchange.provider import exist as act
    from comity.node.ports import desk_of
    from comity.node.service import open_node

    going_on = _override(override, override_by)
    with open_node(home) as node:
        parts = act(desk_of(node), name, exists=word == "yes", target=target, override=going_on)
    _delivered(parts, as_json)


@answer.command()
@home_option
@name_argument
@click.argument("files", nargs=-1, required=True, type=FILE)
@target_option
@click.option(
    "--way", default="", type=click.Choice(["", *WAYS]), help="In messages or behind an address; else by size."
)
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 365), help="How long an address lasts.")
@click.option("--plain", is_flag=True, help="Do not seal the files to the addressee's age recipients.")
@override_options
@json_option
def deliver(
    home: Path, name: str, files: tuple[Path, ...], target: int, way: str, days: int, plain: bool, override: str,
    override_by: str, as_json: bool,
) -> None:  # fmt: skip
    """Deliver FILES on NAME; the very same files again deliver nothing twice."""
    from comity.exchange.deliveries import Terms
    from comity.exchange.provider import deliver as act
    from comity.node.ports import desk_of
    from comity.node.service import open_node

    going_on, terms = _override(override, override_by), Terms("", way=way, days=days)
    with open_node(home) as node:
        parts = act(desk_of(node), name, files, target=target, terms=terms, plain=plain, override=going_on)
    _delivered(parts, as_json)


@answer.command()
@home_option
@name_argument
@click.option("--number", required=True, help="The number called: one that the directory has.")
@click.option("--by", "who", required=True, help="Who called.")
@click.option("--reached", default="", help="Who answered there; nobody if left out.")
@click.option("--confirmed/--denied", default=None, help="Whether that person said that the request is theirs.")
@click.option("--at", default="", help="When (UTC); now if left out.")
@click.option("--note", default="", help="Anything else, in plain words.")
@json_option
def callback(
    home: Path, name: str, number: str, who: str, reached: str, confirmed: bool | None, at: str, note: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Record that the sender of NAME was called back under its number in the directory."""
    from comity.exchange.emergency import Called, call_back
    from comity.node.service import open_node

    if bool(reached) != (confirmed is not None):
        raise BadInput("got one of them, expected --reached WHO with --confirmed or --denied", field="reached")
    said = Called(number, bool(reached), reached, bool(confirmed), at, note)
    with open_node(home) as node:
        made = call_back(node.office, name, who, said)
    verdict = (_("confirmed") if confirmed else _("DENIED: do not disclose")) if reached else _("nobody reached")
    emit(
        made.plain(), as_json, lambda: console().print(_("call recorded"), made.facts["number"], verdict, markup=False)
    )


@answer.command()
@home_option
@json_option
def emergencies(home: Path, as_json: bool) -> None:
    """Count how emergencies went, party by party: called back, overridden, followed by a formal request or overdue."""
    from comity.exchange.emergency import emergency_counts, keep_clocks
    from comity.node.service import open_node

    from .answerview import show_emergencies

    with open_node(home) as node:
        keep_clocks(node.office)
        with node.store.read() as unit:
            rows = [one.plain() for one in emergency_counts(unit, node.clock.now())]
    emit(rows, as_json, lambda: show_emergencies(rows))


@answer.group()
def capability() -> None:
    """What the company accepts, in a file of its own."""


capability.add_command(check_capability, "check")


def _signed(
    home: Path, key: Path, passphrase_file: Path | None, as_json: bool, act: Callable[[Any, Any], Taken]
) -> None:
    """Do an act that a receipt key signs, and say what came of it."""
    from comity.node.ports import desk_of
    from comity.node.service import open_node

    from .answerview import show_taken

    signer = open_signer(key, passphrase_file)
    with open_node(home) as node:
        taken = act(desk_of(node), signer)
    data = taken.request.plain() | {"new": taken.new, "receipt": taken.answer.plain()}
    emit(data, as_json, lambda: show_taken(data))


def _delivered(parts: list[Kept], as_json: bool) -> None:
    from .answerview import show_parts

    rows = [kept.plain() for kept in parts]
    emit(rows, as_json, lambda: show_parts(rows))


def _outcome(text: str) -> Any:
    """Read `2=refused:too_broad:No period.`."""
    from comity.exchange.outcomes import Outcome

    number, _equals, rest = text.partition("=")
    word, _colon, why = rest.partition(":")
    code, _second, reason = why.partition(":")
    if not number.isdecimal() or len(number) > 4:
        raise BadInput(f"got {text[:60]!r}, expected a form such as 2=refused:too_broad:REASON", field="target")
    return Outcome(int(number), word, code, reason)


def _override(reason: str, who: str) -> Override | None:
    from comity.exchange.provider import Override

    if bool(reason) != bool(who):
        raise BadInput("got one of them, expected --override with --override-by", field="override")
    return Override(who, reason) if reason else None

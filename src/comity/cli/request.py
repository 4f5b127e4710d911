"""Commands on our own requests: draft, fill, check, seal, confirm, release, and what follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from comity.kernel.errors import BadInput
from comity.kernel.language import _, word

from .home import home_option
from .output import console, emit, json_option, plain, progress
from .requestview import show_basis, show_dossier, show_due, show_findings, show_rows
from .safeguards import safeguards
from .secret import open_signer, passphrase_option

MEASURES = (
    "preserve",
    "extend_preservation",
    "disclose_subscriber",
    "disclose_traffic",
    "disclose_content",
    "disclose_emergency",
    "mutual_assistance",
)
FILE = click.Path(path_type=Path)
key_option = click.option("--key", required=True, type=FILE, help="Your private key file.")
sheet_option = click.option(
    "--with", "sheets", multiple=True, type=FILE, help="A draft sheet (YAML) with what you add; repeatable."
)


class Measure(click.Choice[str]):
    """A measure, written with underscores or hyphens."""

    def __init__(self) -> None:
        """Know the measures."""
        super().__init__(MEASURES)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read hyphens as underscores."""
        return str(super().convert(str(value).replace("-", "_"), param, ctx))


@click.group()
def request() -> None:
    """Draft, check, seal, release and follow requests."""


@request.command()
@home_option
@click.argument("case", default="")
@click.option("--measure", type=Measure(), help="What is asked for.")
@click.option(
    "--mla", default="", help="Ask for mutual legal assistance on this preservation of ours, instead of CASE."
)
@click.option(
    "--data",
    multiple=True,
    type=click.Choice(["subscriber", "traffic", "content"]),
    help="With --mla: which data; repeatable.",
)
@click.option(
    "--to", default="", help="The addressee, such as PH.cicc; with --mla the one central authority, if not said."
)
@sheet_option
@click.option("--unit", "unit_name", default="", help="Your unit, as it should appear.")
@click.option("--exercise", is_flag=True, help="Mark the request as an exercise, in every place it appears.")
@json_option
def draft(home: Path, case: str, measure: str | None, mla: str, as_json: bool, **more: Any) -> None:
    """Begin a request in CASE, or one for mutual legal assistance on a preservation."""
    from comity.node.service import open_node
    from comity.requests.assistance import MEASURE, request_assistance
    from comity.requests.drafting import draft as begin

    data, to, sheets = more.pop("data"), more["to"], more["sheets"]
    if mla and (case or measure not in (None, MEASURE)):
        raise BadInput("got --mla with a case or another measure, expected the preservation alone", field="mla")
    if not mla and not (case and measure and to):
        lacking = next(name for name, given in (("case", case), ("measure", measure), ("to", to)) if not given)
        raise BadInput(f"got no {lacking}, expected CASE with --measure and --to, or --mla PRESERVATION", field=lacking)
    with open_node(home) as node:
        if mla:
            made = request_assistance(node.office, mla, data=data, to=to, sheets=sheets)
        else:
            made = begin(node.office, case, measure=measure or "", **more)
    _say(made, as_json, _("drafted"))


@request.command()
@home_option
@click.argument("earlier")
@click.option(
    "--relation", type=click.Choice(["follows", "corrects"]), required=True, help="How it relates to EARLIER."
)
@click.option("--measure", default="", help="What is asked for, if something else.")
@click.option("--to", default="", help="The addressee, if somebody else.")
@sheet_option
@json_option
def follow(
    home: Path, earlier: str, relation: str, measure: str, to: str, sheets: tuple[Path, ...], as_json: bool
) -> None:
    """Begin a request that follows or corrects EARLIER, taking over what still holds."""
    from comity.node.service import open_node
    from comity.requests.drafting import follow as begin

    measure = Measure().convert(measure, None, None) if measure else ""
    with open_node(home) as node:
        made = begin(node.office, earlier, relation=relation, measure=measure, to=to, sheets=sheets)
    _say(made, as_json, _("drafted"))


@request.command()
@home_option
@click.argument("earlier")
@sheet_option
@json_option
def extend(home: Path, earlier: str, sheets: tuple[Path, ...], as_json: bool) -> None:
    """Begin a request to extend the preservation EARLIER."""
    from comity.node.service import open_node
    from comity.requests.drafting import follow as begin

    with open_node(home) as node:
        made = begin(node.office, earlier, relation="extends", sheets=sheets)
    _say(made, as_json, _("drafted"))


@request.command()
@home_option
@click.argument("name")
@sheet_option
@click.option("--attach", multiple=True, type=FILE, help="A file to attach; repeatable.")
@json_option
def fill(home: Path, name: str, sheets: tuple[Path, ...], attach: tuple[Path, ...], as_json: bool) -> None:
    """Add to the draft NAME what sheets say, and attach files."""
    from comity.node.service import open_node
    from comity.requests.drafting import fill as add

    with open_node(home) as node:
        made = add(node.office, name, sheets, attach)
    _say(made, as_json, _("filled"))


@request.command()
@home_option
@click.argument("name")
@click.option("--choose", default="", help="The id of the basis that you choose; it binds the draft from now on.")
@click.option("--by", default="", help="Who chooses, and answers what is open.")
@click.option("--text", default="", help="Why it serves, in your words.")
@click.option("--answer", "answers", multiple=True, metavar="N=TEXT", help="Your answer on its question N; repeatable.")
@json_option
def bases(home: Path, name: str, choose: str, by: str, text: str, answers: tuple[str, ...], as_json: bool) -> None:
    """Propose the legal bases for the request NAME in order, with what is still open; a person chooses one."""
    from comity.law.plain import plain
    from comity.node.service import open_node
    from comity.requests.bases import propose
    from comity.requests.choosing import choose as bind
    from comity.requests.choosing import numbered

    from .lawbasisview import show_decision

    with open_node(home) as node:
        if choose:
            made = bind(node.office, name, choose, by=by, text=text, answers=numbered(answers))
            emit(made.plain() | {"basis": made.document["basis"]}, as_json, lambda: show_basis(made))
            return
        found = propose(node.office, name)
    emit(plain(found), as_json, lambda: show_decision(found))


@request.command()
@home_option
@click.argument("name")
@json_option
@click.pass_context
def check(ctx: click.Context, home: Path, name: str, as_json: bool) -> None:
    """Find everything missing or doubtful in NAME; leaves with 1 if something blocks its release."""
    from comity.node.service import open_node
    from comity.requests.drafting import check as look

    with open_node(home) as node:
        found, findings = look(node.office, name)
    blocked = any(f.blocks for f in findings)
    data = {"reference": found.reference, "complete": not blocked, "findings": [f.plain() for f in findings]}
    emit(data, as_json, lambda: show_findings(found, findings))
    ctx.exit(1 if blocked else 0)


@request.command()
@home_option
@click.argument("name")
@key_option
@passphrase_option
@json_option
def seal(home: Path, name: str, key: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Seal the complete draft NAME as its drafter; from then on its content stands still."""
    from comity.node.service import open_node
    from comity.requests.release import seal_request

    signer = open_signer(key, passphrase_file)
    with open_node(home) as node:
        size = _size(node, name)
        with progress(_("sealing"), size, as_json) as advance:
            made = seal_request(node.office, name, signer, advance)
    _say(made, as_json, _("sealed"))


@request.command()
@home_option
@click.argument("name")
@click.option("--reason", required=True, help="Why it goes back to the drafter.")
@key_option
@passphrase_option
@json_option
def reopen(home: Path, name: str, reason: str, key: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Give the sealed request NAME back to its drafter."""
    from comity.node.service import open_node
    from comity.requests.release import reopen as back

    signer = open_signer(key, passphrase_file)
    with open_node(home) as node:
        made = back(node.office, name, signer, reason)
    _say(made, as_json, _("reopened"))


@request.command()
@home_option
@click.argument("name")
@key_option
@passphrase_option
@json_option
def confirm(home: Path, name: str, key: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Confirm the sealed emergency request NAME as the third person."""
    from comity.node.service import open_node
    from comity.requests.release import confirm as third

    signer = open_signer(key, passphrase_file)
    with open_node(home) as node:
        made = third(node.office, name, signer)
    _say(made, as_json, _("confirmed"))


@request.command()
@home_option
@click.argument("name")
@key_option
@passphrase_option
@click.option("--out", type=FILE, help="Where to write the package: a new file, or a folder.")
@json_option
def release(home: Path, name: str, key: Path, passphrase_file: Path | None, out: Path | None, as_json: bool) -> None:
    """Release the sealed request NAME as another person than its drafter. There is no way around a failed rule."""
    from comity.node.service import open_node
    from comity.packages.placing import check_place
    from comity.requests.release import export as write
    from comity.requests.release import release as let_go

    signer = open_signer(key, passphrase_file)
    if out:
        check_place(out)
    with open_node(home) as node:
        made = let_go(node.office, name, signer)
        file = write(node.office, made.id, out) if out else None
    _say(made, as_json, _("released"), file=file)


@request.command()
@home_option
@click.argument("name")
@click.argument("out", type=FILE)
@click.option(
    "--encrypt-to", multiple=True, help="An age recipient (age1...), or `addressee` for those in the directory."
)
@json_option
def export(home: Path, name: str, out: Path, encrypt_to: tuple[str, ...], as_json: bool) -> None:
    """Write the package of the released request NAME to OUT, again if need be; encrypted if you say to whom."""
    from comity.node.service import open_node
    from comity.requests.register import show_request
    from comity.requests.release import export as write
    from comity.requests.release import export_encrypted

    with open_node(home) as node:
        file = export_encrypted(node.office, name, out, encrypt_to) if encrypt_to else write(node.office, name, out)
        made = show_request(node.office, name).request
    _say(made, as_json, _("written"), file=file)


@request.command()
@home_option
@click.argument("name")
@click.option("--reason", required=True, help="Why it is withdrawn.")
@json_option
def withdraw(home: Path, name: str, reason: str, as_json: bool) -> None:
    """Withdraw the request NAME; tell the addressee under its call-back number. A node that took it in is told too."""
    from comity.exchange.sending import withdrawn
    from comity.node.ports import desk_of
    from comity.node.service import open_node
    from comity.requests.release import withdraw as take_back

    with open_node(home) as node:
        made = take_back(node.office, name, reason, also=withdrawn(desk_of(node)))
    _say(made, as_json, _("withdrawn"))


@request.command("list")
@home_option
@click.option(
    "--direction", type=click.Choice(["out", "in"]), default=None, help="Only ours, or only those we received."
)
@click.option("--state", default="", help="Only those in this state.")
@json_option
def list_(home: Path, direction: str | None, state: str, as_json: bool) -> None:
    """List requests, the latest change first."""
    from comity.node.service import open_node
    from comity.requests.register import list_requests

    with open_node(home) as node:
        rows = [r.plain() for r in list_requests(node.office, direction=direction or "", state=state)]
    emit(rows, as_json, lambda: show_rows(rows))


@request.command()
@home_option
@click.argument("name")
@json_option
def show(home: Path, name: str, as_json: bool) -> None:
    """Show the request NAME with its state, what is due, its receipts and its history."""
    from comity.node.service import open_node
    from comity.requests.register import show_request

    with open_node(home) as node:
        dossier = show_request(node.office, name)
        data = dossier.plain(node.office)
        party = node.office.known(dossier.request.peer)
    emit(data, as_json, lambda: show_dossier(data, party))


@request.command("print")
@home_option
@click.argument("name")
@click.argument("out", type=FILE)
@json_option
def print_(home: Path, name: str, out: Path, as_json: bool) -> None:
    """Print the request NAME as PDF to OUT, to be read before it is signed or answered; a draft as far as it goes."""
    from comity.node.service import open_node
    from comity.packages.placing import place_bytes
    from comity.requests.register import print_request

    with open_node(home) as node:
        file = place_bytes(print_request(node.office, name), out)
    emit({"file": str(file)}, as_json, lambda: console().print(_("[green]written[/] {file}").format(file=plain(file))))


@request.command()
@home_option
@json_option
def due(home: Path, as_json: bool) -> None:
    """List every running clock, the next first."""
    from comity.node.service import open_node
    from comity.requests.register import list_due

    with open_node(home) as node:
        rows = list_due(node.office)
    emit(rows, as_json, lambda: show_due(rows))


request.add_command(safeguards)


def _say(made: Any, as_json: bool, done: str, *, file: Path | None = None) -> None:
    """Say what became of a request."""
    data = made.plain() | ({"file": str(file)} if file else {})

    def people() -> None:
        out = console()
        measure, state = word("measure", made.measure), word("state", made.state)
        out.print(f"[green]{done}[/] {made.reference}  {measure} → {made.peer}  [bold]{state}[/]")
        if made.package:
            out.print(f"  {_('package')} {made.package}")
        if file:
            out.print(f"  {_('file')} {file}", markup=False)

    emit(data, as_json, people)


def _size(node: Any, name: str) -> int:
    """Give the number of bytes to be sealed, for the progress bar."""
    from comity.requests.drafting import check as look

    found, _findings = look(node.office, name)
    return sum(a["size"] for a in found.document.get("attachments", []))

"""Commands on what arrives and how it is answered: receive, receipt."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from comity.kernel.errors import BadInput
from comity.kernel.language import _, word

from .arrival import arrived
from .home import home_option
from .output import console, emit, json_option, progress
from .resultview import show_result
from .secret import open_signer, passphrase_option

FILE = click.Path(path_type=Path)
STATES = ("received", "accepted", "info_needed", "refused")


@click.command()
@home_option
@click.argument("file", type=FILE)
@click.option("--identity", type=FILE, help="File with the age identity, if FILE is encrypted.")
@json_option
def receive(home: Path, file: Path, identity: Path | None, as_json: bool) -> None:
    """Take in FILE: a package for us, or a receipt on a request of ours. The same file twice has one effect."""
    from comity.node.service import open_node

    with open_node(home) as node:
        kind, data = arrived(file)
        if kind == "receipt":
            _take(node, data, file, as_json)
        elif kind == "age":
            _receive_encrypted(node, file, identity, as_json)
        else:
            _receive(node, file, as_json)


@click.command()
@home_option
@click.argument("name")
@click.option("--state", required=True, type=click.Choice(STATES), help="What you say on the request.")
@click.option(
    "--code", default="", help="Why, for info_needed and refused; a code that is none is answered with the list."
)
@click.option("--reason", default="", help="Why, in plain words, for info_needed and refused.")
@click.option("--released-by", default="", help="Who releases a refusal: another person than the key's holder.")
@click.option("--until", default="", help="Until when data are preserved (UTC), when you accept a preservation.")
@click.option("--reply-by", default="", help="When you expect to answer, or want an answer (UTC).")
@click.option(
    "--safeguards",
    type=FILE,
    help="Sheet with what named persons answer before you accept; see: comity request safeguards NAME.",
)
@click.option("--key", type=FILE, help="Private key of the post that signs receipts.")
@passphrase_option
@click.option("--out", type=FILE, help="Where to write the receipt: a new file, or a folder.")
@click.option(
    "--phone", "code_read", default="", help="Record a read-back over the phone instead: the code that was read."
)
@click.option("--who", default="", help="With --phone: who read it back.")
@json_option
def receipt(
    home: Path,
    name: str,
    safeguards: Path | None,
    key: Path | None,
    passphrase_file: Path | None,
    out: Path | None,
    code_read: str,
    who: str,
    as_json: bool,
    **said: str,
) -> None:
    """Answer the incoming request NAME with a signed receipt; or record a phone read-back on our own request NAME."""
    from comity.accounts.naming import called
    from comity.node.service import open_node
    from comity.requests.gatekeeping import answer as consider
    from comity.requests.receipts import Word, answer, read_back, refuse

    released_by = said["released_by"]
    if released_by and (said["state"] != "refused" or code_read):
        raise BadInput("got a name, expected none: only a refusal of ours is released", field="released-by")
    spoken = Word(said["state"], said["code"], said["reason"], said["until"], said["reply_by"])
    with open_node(home) as node:
        if code_read:
            if not who:
                raise BadInput(
                    "got no name, expected who read the code back", field="who", advice="Give it with --who."
                )
            taken = read_back(node.office, name, spoken, code_read=code_read, who=who)
            _say(taken, as_json, _("[yellow]recorded, not signed[/]"))
            return
        if key is None:
            raise BadInput(
                "got no key, expected that of the post that signs receipts", field="key", advice="Give it with --key."
            )
        if safeguards:
            consider(node.office, name, safeguards)
        released_by = called(node.store, released_by, field="released-by")
        give = partial(refuse, released_by=released_by) if spoken.state == "refused" else answer
        _answer(node, name, spoken, give, key=key, passphrase_file=passphrase_file, out=out, as_json=as_json)


def _answer(
    node: Any,
    name: str,
    said: Any,
    give: Any,
    *,
    key: Path,
    passphrase_file: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    from comity.exchange.notifying import queued
    from comity.node.ports import desk_of
    from comity.packages.placing import check_place, place_bytes

    signer = open_signer(key, passphrase_file)
    if out:
        check_place(out)
    taken, raw = give(node.office, name, said, signer, also=queued(desk_of(node)))
    file = None
    if out:
        stamp = taken.answer.at.strftime("%Y%m%dT%H%M%SZ")
        path = out / f"{taken.request.stem}-{taken.answer.state}-{stamp}.receipt.json" if out.is_dir() else out
        file = place_bytes(raw, path)
    _say(taken, as_json, _("[green]signed[/]"), file=file)


def _receive_encrypted(node: Any, file: Path, identity: Path | None, as_json: bool) -> None:
    from comity.crypto.recipient import open_file, read_identity

    if identity is None:
        advice = "Give the file with your age identity: --identity FILE."
        raise BadInput("got an encrypted package, expected an identity to open it", file=str(file), advice=advice)
    plain = node.blobs.stage()
    open_file(file, plain, read_identity(identity))
    _receive(node, plain, as_json)


def _receive(node: Any, file: Path, as_json: bool) -> None:
    from comity.requests.intake import receive as take_in

    size = file.stat().st_size if file.is_file() else 0
    with progress(_("verifying"), size, as_json) as advance:
        got = take_in(node.office, file, advance)
    data = got.request.plain() | {"new": got.new, "verification": got.result.plain()}

    def people() -> None:
        head = _("[green]received[/]") if got.new else _("[yellow]received before, nothing changed[/]")
        console().print(f"{head} {got.request.reference}  {word('measure', got.request.measure)} ← {got.request.peer}")
        show_result(got.result)

    emit(data, as_json, people)


def _take(node: Any, data: bytes, file: Path, as_json: bool) -> None:
    from comity.requests.receipts import take

    taken = take(node.office, data, file=str(file))
    _say(
        taken, as_json, _("[green]receipt[/]") if taken.new else _("[yellow]receipt known already, nothing changed[/]")
    )


def _say(taken: Any, as_json: bool, head: str, *, file: Path | None = None) -> None:
    data = (
        taken.request.plain()
        | {"new": taken.new, "receipt": taken.answer.plain()}
        | ({"file": str(file)} if file else {})
    )

    def people() -> None:
        out = console()
        answer = taken.answer
        out.print(
            f"{head} {taken.request.reference}  [bold]{word('state', answer.state)}[/] {answer.code} {answer.at:%Y-%m-%dT%H:%M:%SZ}"
        )
        if answer.holder:
            out.print(f"  {_('by')} {answer.holder}", markup=False)
        if file:
            out.print(f"  {_('file')} {file}", markup=False)

    emit(data, as_json, people)

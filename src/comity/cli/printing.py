"""The command `print`: a receipt as a document that people can file and sign for."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from comity.kernel.errors import BadInput, Refused
from comity.kernel.language import _

from .arrival import arrived
from .output import console, emit, json_option, plain

LANGUAGES = click.Choice(["ar", "en", "es", "fr", "ru", "vi", "zh"])


@click.command("print")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--to", "out", required=True, type=click.Path(path_type=Path), help="Where to write the PDF/A: a new file."
)
@click.option("--language", default="en", type=LANGUAGES, help="Language of the document.", show_default=True)
@click.option("--second", default="", type=click.Choice(["", *LANGUAGES.choices]), help="A second language beside it.")
@click.option(
    "--root",
    required=True,
    type=click.Path(path_type=Path, exists=True),
    envvar="COMITY_ROOT",
    help="Pinned root of the directory (root.json); else COMITY_ROOT.",
)
@click.option("--at", default="", help="Check as of this time (UTC), when you have your own record of having it then.")
@json_option
def print_(file: Path, out: Path, language: str, second: str, root: Path, at: str, as_json: bool) -> None:
    """Print the receipt FILE as PDF/A: an acceptance, a refusal or a question, if it is valid and says who decided."""
    from comity.directory.pin import read_pin
    from comity.kernel.clock import SystemClock, moment
    from comity.packages.placing import place_bytes
    from comity.packages.printer import print_receipt
    from comity.packages.receipt import Expected, verify_receipt

    kind, data = arrived(file)
    if kind != "receipt":
        raise BadInput(f"got a file of the kind {kind}, expected a receipt", file=str(file))
    if second == language:
        raise BadInput("got the same language twice, expected another", field="second")
    when = moment(at, field="at") if at else SystemClock().now()
    result = verify_receipt(data, Expected(root=read_pin(root), at=when))
    if not result.valid:
        raise result.error or Refused("got a receipt that is not valid, expected a valid one", file=str(file))
    holder = result.signers[0].holder
    pdf = print_receipt(
        result.document,
        digest=hashlib.sha256(data).hexdigest(),
        language=language,
        second=second,
        decided_by=f"{holder} ({result.document['from']})",
    )
    placed = place_bytes(pdf, out)
    text = _("[green]written[/] {file} ({size} bytes)").format(file=plain(placed), size=len(pdf))
    emit({"file": str(placed), "bytes": len(pdf)}, as_json, lambda: console().print(text))

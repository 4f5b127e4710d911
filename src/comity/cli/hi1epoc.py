"""European orders as HI-1 messages: mapped, not conformant, and said so each time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.errors import BadInput
from comity.kernel.input import read_input
from comity.kernel.language import _, said

from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.hi1.epocorder import Epoc, EpocPr

FILE = click.Path(path_type=Path, dir_okay=False)
MAX_FORM = 8 * 1024 * 1024
MEDIA = {".pdf": "application/pdf", ".xml": "application/xml"}


@click.command()
@click.argument("sheet", type=FILE)
@click.option("--document", type=FILE, required=True, help="The signed form: a PDF or XML file.")
@click.option("--to", "out", type=FILE, required=True, help="Where to write the message: a new file.")
@click.option("--form", type=click.Choice(["xml", "json"]), default="xml", show_default=True, help="XML or JSON.")
@click.option("--received", default="", help="When the provider received it (UTC), to see until when who must act.")
@json_option
def epoc(sheet: Path, document: Path, out: Path, form: str, received: str, as_json: bool) -> None:
    """Map SHEET, a European Production or Preservation Order, to an unsigned HI-1 message. Mapped, not conformant."""
    from comity.hi1.codec import write
    from comity.hi1.epocorder import table
    from comity.hi1.epocsheet import message, order_of
    from comity.kernel.clock import SystemClock, moment
    from comity.kernel.sheet import read_sheet
    from comity.packages.placing import place_bytes

    media = MEDIA.get(document.suffix.lower())
    if not media:
        raise BadInput("got another kind of file, expected .pdf or .xml", file=str(document))
    given = moment(received, field="received") if received else None
    data = read_input(document, MAX_FORM, "the signed form")
    try:
        order = order_of(read_sheet(sheet), data, media, file=str(sheet))
        raw = write(message(order, SystemClock().now()), "json" if form == "json" else "xml")
    except BadInput as e:
        e.file = e.file or str(sheet)
        raise
    place_bytes(raw, out)
    label = table()["label"]["en"]
    rows = _clocks(order, given) if given else []
    emit({"file": str(out), "label": label, "clocks": rows}, as_json, lambda: _say(out, said(label), rows))


def _clocks(order: Epoc | EpocPr, received: datetime) -> list[dict[str, Any]]:
    from comity.hi1.epocorder import clocks, table
    from comity.kernel.clock import stamp

    labels = table()["clocks"]
    return [
        {"name": due.name, "at": stamp(due.at), "who": due.who, "article": due.article, "verified": due.verified}
        | {"what": labels[due.name]["label"]["en"]}
        for due in clocks(order, received)
    ]


def _say(out: Path, label: str, rows: list[dict[str, Any]]) -> None:
    console().print(_("[green]written[/] {file}").format(file=plain(out)))
    console().print(f"[yellow]{plain(label)}[/]")
    for row in rows:
        line = f"{row['at']}  {said(row['who'])}: {said(row['what'])} ({_('Art.')} {row['article']}, {row['verified']})"
        console().print(line, markup=False)

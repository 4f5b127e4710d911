"""HI-1 messages (ETSI TS 103 120) and capability files, for everybody who works with the standard; no node is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.language import _, counted

from .hi1epoc import epoc
from .hi1sign import sign, verify
from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.hi1.model import Message

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def hi1() -> None:
    """Check, sign and verify HI-1 messages (ETSI TS 103 120)."""


@hi1.command()
@click.argument("file", type=FILE)
@json_option
def validate(file: Path, as_json: bool) -> None:
    """Check FILE, an HI-1 message in XML or JSON, against ETSI's tables; a signature is not verified here."""
    from comity.hi1 import codec
    from comity.hi1.errors import BadMessage
    from comity.kernel.input import read_input

    raw = read_input(file, codec.MAX_BYTES, "an HI-1 message")
    try:
        data = {"file": str(file), "valid": True} | _summary(codec.read(raw, lenient=True), codec.encoding_of(raw))
    except BadMessage as e:
        e.file = str(file)
        raise
    emit(data, as_json, lambda: _say(data))


@hi1.command()
@click.argument("file", type=FILE)
@json_option
def capability(file: Path, as_json: bool) -> None:
    """Check FILE, a provider's capability file; with --json, print the configuration that GETCSPCONFIG answers with."""
    from comity.hi1.capability import config, read_capability

    found = read_capability(file)

    def people() -> None:
        for one in found.accepts:
            offered = {_("preserve"): one.preserve, _("disclose"): one.disclose}
            said = "; ".join(f"{name}: {', '.join(data)}" for name, data in offered.items() if data)
            console().print(f"{one.kind}  {said}", markup=False)

    emit(config(found), as_json, people)


def _summary(message: Message, encoding: str) -> dict[str, Any]:
    """Say what a message is, for machines."""
    header = message.header
    rows = [{"n": a.n, "verb": a.verb, "object": a.thing.type if a.thing else ""} for a in message.actions]
    rows += [{"n": a.n, "verb": a.verb, "fault": a.fault.code if a.fault else 0} for a in message.answers]
    return {
        "form": encoding,
        "version": header.version.etsi,
        "sender": str(header.sender),
        "receiver": str(header.receiver),
        "transaction": header.transaction,
        "kind": "request" if message.is_request else "response",
        "actions": rows,
    }


def _say(data: dict[str, Any]) -> None:
    """Say it to people."""
    text = _("[green]valid[/] {file}: {form}, {version}, from {sender} to {receiver}")
    console().print(text.format(**{name: plain(value) for name, value in data.items()}))
    console().print(counted("{n} action", "{n} actions", len(data["actions"])))
    for row in data["actions"]:
        words = (row["n"], row["verb"] or _("refused"), row.get("object") or row.get("fault") or "")
        console().print("  " + "  ".join(str(word) for word in words if word != ""), markup=False)


hi1.add_command(epoc)
hi1.add_command(sign)
hi1.add_command(verify)

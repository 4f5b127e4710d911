"""`comity log`: look into the node's log, verify it, prove an entry, hand it out, erase an entry's details."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.kernel.language import _, counted

from .home import home_option
from .output import emit, json_option, progress

if TYPE_CHECKING:
    from comity.ledger.model import Entry, Report

MAX_FILE = 256 * 1024
_new_file = click.Path(path_type=Path, dir_okay=False)
_reason = click.option("--reason", required=True, help="Why; it stays in the log.")


@click.group()
def log() -> None:
    """The node's log: nothing in it can be changed unseen."""


@log.command("list")
@click.option(
    "--last", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many of the newest entries."
)
@home_option
@json_option
def list_entries(home: Path, last: int, as_json: bool) -> None:
    """List the newest entries."""
    from comity.node.service import open_node

    with open_node(home) as node, node.store.read() as unit:
        size = node.ledger.size(unit)
        entries = node.ledger.entries(unit, max(0, size - last), size)
    rows = [_row(entry) for entry in entries]

    def people() -> None:
        for row in rows:
            event = row["event"]
            more = (
                " ".join(f"{k}={canonical.dump(v).decode()}" for k, v in event.items() if k not in ("type", "at"))
                if event
                else ""
            )
            click.echo(f"{row['index']:>8}  {row['at']}  {event['type'] if event else _('(erased)')}  {more}".rstrip())

    emit(rows, as_json, people)


@log.command()
@click.option("--file", "export", type=_new_file, help="Verify this exported log instead of the node's own.")
@click.option("--key", "key_text", help="The log's public key as NAME+ID+KEY; needed with --file.")
@click.option("--checkpoint", "known", type=_new_file, help="A checkpoint kept elsewhere that the log must agree with.")
@home_option
@json_option
def verify(home: Path, export: Path | None, key_text: str | None, known: Path | None, as_json: bool) -> None:
    """Verify every entry, every hash of the tree and every checkpoint."""
    if (export is None) != (key_text is None):
        raise click.UsageError(_("--file and --key go together."))
    note = _read(known) if known else None
    report = _verify_file(export, key_text, note, as_json) if export and key_text else _verify_node(home, note, as_json)

    def people() -> None:
        click.echo(counted("The log is whole: {n} entry.", "The log is whole: {n} entries.", report.size))
        click.echo(counted("Erased: {n} entry.", "Erased: {n} entries.", report.erased))
        click.echo(counted("It agrees with {n} checkpoint.", "It agrees with {n} checkpoints.", report.checkpoints))

    emit({**vars(report), "root": report.root.hex()}, as_json, people)


@log.command()
@click.argument("index", type=click.IntRange(min=0))
@click.option("--out", type=_new_file, help="Write the proof to this new file instead of printing it.")
@home_option
@json_option
def prove(home: Path, index: int, out: Path | None, as_json: bool) -> None:
    """Prove that the entry INDEX stands in the log: a C2SP tlog-proof anyone can check."""
    from comity.node.service import open_node
    from comity.store.blobs import writing

    with open_node(home) as node, node.store.write(durable=True) as unit:
        proof, key = node.ledger.prove(unit, index), node.ledger.key
    if out:
        with writing(_create(out)):
            out.write_bytes(proof)
    data = {"index": index, "key": key.text, "proof": proof.decode(), "file": str(out or "")}
    emit(data, as_json, lambda: click.echo(str(out) if out else proof.decode(), nl=bool(out)))


@log.command()
@home_option
@json_option
def checkpoint(home: Path, as_json: bool) -> None:
    """Sign and print what the log is now, for others to keep."""
    from comity.node.service import open_node

    with open_node(home) as node, node.store.write(durable=True) as unit:
        note, key = node.ledger.checkpoint(unit).decode(), node.ledger.key
    emit({"checkpoint": note, "key": key.text}, as_json, lambda: click.echo(note, nl=False))


@log.command()
@click.argument("file", type=_new_file)
@home_option
@json_option
def export(home: Path, file: Path, as_json: bool) -> None:
    """Write the whole log to the new FILE, for others to verify with the log's public key alone."""
    from comity.node.service import open_node
    from comity.store.blobs import writing

    path = _create(file)
    try:
        with open_node(home) as node:
            with node.store.write(durable=True) as unit:
                node.ledger.append(unit, {"type": "log.exported", "at": stamp(node.clock.now()), "file": file.name})
                node.ledger.checkpoint(unit)
            with node.store.read() as unit, writing(path), path.open("wb") as out:
                written = node.ledger.export(unit, out)
            key = node.ledger.key
    except BaseException:
        path.unlink()
        raise
    data = {"file": str(file), "size": written.size, "root": written.root.hex(), "key": key.text}

    def people() -> None:
        click.echo(counted("Wrote {n} entry.", "Wrote {n} entries.", written.size))
        click.echo(_("To verify it: ") + f"comity log verify --file {file} --key {key.text}")

    emit(data, as_json, people)


@log.command()
@click.argument("index", type=click.IntRange(min=0))
@_reason
@home_option
@json_option
def erase(home: Path, index: int, reason: str, as_json: bool) -> None:
    """Erase the details of the entry INDEX for ever; its hash stays, and so does every proof of other entries."""
    from comity.node.service import open_node

    with open_node(home) as node, node.store.write(durable=True) as unit:
        record = node.ledger.erase(unit, index, reason)
    text = _("Erased the details of entry {index}; entry {record} says so.").format(index=index, record=record)
    emit({"erased": index, "record": record}, as_json, lambda: click.echo(text))


@log.command()
@_reason
@home_option
@json_option
def clock(home: Path, reason: str, as_json: bool) -> None:
    """Record that the clock had run ahead and is right now, so that the log can go on."""
    from comity.node.service import open_node

    with open_node(home) as node, node.store.write(durable=True) as unit:
        record = node.ledger.set_clock(unit, reason)
    text = _("Entry {record} says that time counts from now.").format(record=record)
    emit({"record": record}, as_json, lambda: click.echo(text))


def _verify_node(home: Path, known: bytes | None, as_json: bool) -> Report:
    from comity.node.service import open_node

    title = _("verifying the log")
    with (
        open_node(home) as node,
        node.store.read() as unit,
        progress(title, node.ledger.size(unit), as_json) as advance,
    ):
        return node.ledger.verify(unit, advance, known=known)


def _verify_file(file: Path, key_text: str, known: bytes | None, as_json: bool) -> Report:
    from comity.ledger.export import verify_export
    from comity.ledger.note import NoteKey, open_checkpoint

    keys = [NoteKey.from_text(key_text)]
    with progress(_("verifying the log"), 0, as_json) as advance:
        return verify_export(file, keys, known=open_checkpoint(known, keys) if known else None, progress=advance)


def _row(entry: Entry) -> dict[str, Any]:
    event = canonical.load(entry.event) if entry.event else None
    return {"index": entry.index, "at": stamp(entry.at) if entry.at else "", "leaf": entry.leaf.hex(), "event": event}


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError as e:
        raise BadInput(f"got {e.strerror}, expected a readable file", file=str(path)) from e


def _create(path: Path) -> Path:
    """Make a new file, never over an old one."""
    try:
        path.open("xb").close()
    except OSError as e:
        raise BadInput(f"got {e.strerror}, expected to write a new file", file=str(path)) from e
    return path

"""Commands on a node: make it, bring its directory up to date, look whether it is in order."""

from __future__ import annotations

from pathlib import Path

import click

from comity.kernel.language import _, said, word

from .home import home_option
from .output import console, emit, json_option, plain

FILE = click.Path(path_type=Path, exists=True)


@click.group()
def node() -> None:
    """Make a node and keep it in order."""


@node.command()
@home_option
@click.option("--party", required=True, help="The party the node works for, such as VN.a05.")
@click.option(
    "--root", required=True, type=FILE, help="Pinned root of the directory (root.json), got by a way you trust."
)
@click.option(
    "--directory", "source", required=True, type=FILE, help="The directory: a folder, a mirror, or an export."
)
@click.option("--key", required=True, type=FILE, help="The node's private key, enrolled with the role node.")
@click.option("--key-passphrase-file", default="", help="File with that key's passphrase, if it is sealed.")
@click.option("--database", default="sqlite:///node.db", show_default=True, help="sqlite:///FILE or postgresql://...")
@click.option(
    "--desk", default="127.0.0.1:8480", show_default=True, help="ADDRESS:PORT of the desk; empty for a node without."
)
@json_option
def init(
    home: Path,
    party: str,
    root: Path,
    source: Path,
    key: Path,
    key_passphrase_file: str,
    database: str,
    desk: str,
    as_json: bool,
) -> None:
    """Make a node in a new folder, and a code for its first administrator."""
    from comity.node.service import make_node
    from comity.node.settings import Settings

    from .desk import first_code, setup

    sealed = str(Path(key_passphrase_file).resolve()) if key_passphrase_file else ""
    at = f"http://localhost:{desk.rpartition(':')[2]}"
    settings = Settings(
        home, party, database, key=str(key.resolve()), key_passphrase_file=sealed, desk=desk, desk_url=at
    )
    make_node(settings, root=root, source=source)
    first = first_code(home, "admin") if desk else {}

    def people() -> None:
        console().print(_("[green]made[/] a node of {party} in {home}").format(party=party, home=plain(home)))
        if first:
            setup(first)

    emit({"home": str(home), "party": party} | first, as_json, people)


@node.command()
@home_option
@click.argument("source", type=FILE)
@json_option
def update(home: Path, source: Path, as_json: bool) -> None:
    """Bring the node's copy of the directory up to date from SOURCE: a folder, a mirror, or an export."""
    from comity.kernel.clock import stamp
    from comity.node.service import open_node, update_directory

    with open_node(home) as opened:
        status = update_directory(opened, source)
    data = {"parties": status.parties, "snapshot": status.snapshot_version, "expires": stamp(status.expires)}
    text = _("directory up to date: {parties} parties, counts until {expires}").format(**data)
    emit(data, as_json, lambda: console().print(text))


@node.command()
@home_option
@click.option("--url", help="Address at which peers reach the node, such as https://node.example.org:8443/hi1.")
@click.option("--next", "following", is_flag=True, help="Make the pair that is to follow the present one.")
@click.option("--switch", "change", is_flag=True, help="Take the following pair into use.")
@json_option
def tls(home: Path, url: str | None, following: bool, change: bool, as_json: bool) -> None:
    """Make the node's TLS key and certificate, and print what the directory has to list."""
    from comity.node.identity import tls_entry

    entry = tls_entry(home, url or "", following=following, change=change)

    def people() -> None:
        import yaml

        console(stderr=True).print(_("Put this into the party's document, and let the registry update the directory:"))
        click.echo(yaml.safe_dump({"exchange": entry}, sort_keys=False, width=10_000), nl=False)

    emit(entry, as_json, people)


@node.command()
@home_option
def migrate(home: Path) -> None:
    """Bring the node's database to this program's version (make a back-up first)."""
    from comity.node.service import migrate as bring

    bring(home)
    console().print(_("[green]migrated[/] {home}").format(home=plain(home)))


@click.command()
@home_option
@json_option
@click.pass_context
def doctor(ctx: click.Context, home: Path, as_json: bool) -> None:
    """Look whether the node is in order: database, log, directory, keys, files, disk."""
    from comity.node.doctor import examine

    checks = examine(home)

    def people() -> None:
        out = console()
        for check in checks:
            mark = f"[green]{_('ok'):<4}[/]" if check.good else f"[red]{_('bad'):<4}[/]"
            out.print(
                f"{mark} {word('step', check.name):<10} {plain(said(check.found) if check.good else check.found)}"
            )
            if check.advice:
                out.print(f"                {_('what to do')}: {plain(check.advice)}")

    emit([check.plain() for check in checks], as_json, people)
    ctx.exit(0 if all(check.good for check in checks) else 1)

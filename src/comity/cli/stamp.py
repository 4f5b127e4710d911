"""Trusted time on packages."""

from __future__ import annotations

from pathlib import Path

import click

from comity.crypto.authority import read_authorities
from comity.kernel.errors import BadInput
from comity.kernel.input import read_input
from comity.kernel.language import _

from .output import console, emit, json_option

EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("package", type=EXISTING)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--token", type=EXISTING, help="The time authority's answer; without it, OUT becomes the question to send."
)
@click.option("--time-authority", multiple=True, type=EXISTING, help="Root certificate (PEM) of the time authority.")
@json_option
def stamp(package: Path, out: Path, token: Path | None, time_authority: tuple[Path, ...], as_json: bool) -> None:
    """Ask for trusted time on PACKAGE (RFC 3161), then put the answer in: two steps, by whatever way you reach the authority.

    First `comity stamp PACKAGE QUESTION.tsq`; send it, as application/timestamp-query, to the authority; then
    `comity stamp PACKAGE STAMPED.comity.zip --token ANSWER.tsr --time-authority ROOT.pem`.
    """
    from comity.kernel.clock import stamp as written
    from comity.packages.placing import place_bytes
    from comity.packages.stamping import MAX_TOKEN, add_token, query

    if token is None:
        place_bytes(query(package), out)
        text = _("[green]question written[/] {out}").format(out=out)
        emit({"file": str(out)}, as_json, lambda: console().print(text))
        return
    if not time_authority:
        raise BadInput("got no time authority, expected its root certificate", field="time-authority")
    answer = read_input(token, MAX_TOKEN, "a time token")
    moment = add_token(package, answer, out, read_authorities(time_authority))
    data = {"file": str(out), "time": written(moment)}
    emit(data, as_json, lambda: console().print(_("[green]stamped[/] {file} at {time}").format(**data)))

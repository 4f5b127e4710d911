"""Commands on keys."""

from __future__ import annotations

from pathlib import Path

import click

from comity.kernel.language import _

from .output import console, emit, json_option
from .secret import passphrase, passphrase_option


@click.group()
def key() -> None:
    """Make keys and show their public half."""


@key.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--unsealed", is_flag=True, help="Leave the key without a passphrase: for a machine that starts alone.")
@passphrase_option
@json_option
def new(file: Path, unsealed: bool, passphrase_file: Path | None, as_json: bool) -> None:
    """Make a new Ed25519 key: FILE, sealed by a passphrase, and FILE.pub beside it."""
    from comity.crypto.errors import KeyFileError
    from comity.crypto.keys import FileSigner

    secret = (
        "" if unsealed else passphrase(passphrase_file, _("Passphrase for {name}").format(name=file.name), confirm=True)
    )
    if not secret and not unsealed:
        advice = "Give one by --passphrase-file, COMITY_PASSPHRASE or at the prompt; --unsealed makes a machine key."
        raise KeyFileError("got an empty passphrase, expected one that seals the key", file=str(file), advice=advice)
    signer = FileSigner.generate()
    signer.save(file, secret)
    _show(file, signer.public.keyid, signer.public.hex, as_json)


@key.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def recipient(file: Path, as_json: bool) -> None:
    """Make an age identity in FILE, to which others can encrypt packages; publish its recipient in the directory."""
    from comity.crypto.recipient import new_identity, save_identity

    identity = new_identity()
    save_identity(identity, file)
    data = {"file": str(file), "recipient": identity.recipient}
    emit(data, as_json, lambda: console().print(f"{_('recipient')}  {identity.recipient}", markup=False))


@key.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def show(file: Path, as_json: bool) -> None:
    """Show the public half of the key in FILE or FILE.pub; no passphrase is needed."""
    from comity.crypto.keys import read_public

    path = file if file.suffix == ".pub" else file.with_name(file.name + ".pub")
    public = read_public(path)
    _show(path, public.keyid, public.hex, as_json)


def _show(file: Path, keyid: str, public: str, as_json: bool) -> None:
    def people() -> None:
        rows = {_("file"): str(file), _("key id"): keyid, _("public key"): public}
        width = max(map(len, rows)) + 2
        for label, value in rows.items():
            console().print(f"{label:<{width}}{value}", markup=False)

    emit({"file": str(file), "keyid": keyid, "public": public}, as_json, people)

"""Signing and verifying HI-1 messages (ETSI TS 103 120) in files: for everybody who works with the standard, no node needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.kernel.errors import BadInput, Refused
from comity.kernel.input import read_input
from comity.kernel.language import _

from .output import console, emit, json_option, plain
from .secret import open_signer, passphrase_option

if TYPE_CHECKING:
    from comity.hi1.signing import Trusted

FILE = click.Path(path_type=Path, dir_okay=False)
ROLE = "node"


@click.command()
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, required=True, help="Private key file (Ed25519) to sign with.")
@click.option("--to", "out", type=FILE, required=True, help="Where to write the signed message: a new file.")
@passphrase_option
@json_option
def sign(file: Path, key: Path, out: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Sign FILE, an HI-1 message in XML or JSON, and write it in canonical form."""
    from comity.hi1.signing import sign as signed
    from comity.packages.placing import place_bytes

    raw = _read(file)
    signer = open_signer(key, passphrase_file)
    try:
        data = signed(raw, signer)
    except BadInput as e:
        e.file = e.file or str(file)
        raise
    place_bytes(data, out)
    text = _("[green]signed[/] {file} by key {key}").format(file=plain(out), key=signer.public.keyid)
    emit({"file": str(out), "key": signer.public.keyid}, as_json, lambda: console().print(text))


@click.command()
@click.argument("file", type=FILE)
@click.option("--public", type=FILE, multiple=True, help="Public key file (.pub) of the one whose signature counts.")
@click.option("--certificate", type=FILE, multiple=True, help="Certificate (PEM) to pin, for RSA signatures of peers.")
@click.option(
    "--directory", type=click.Path(path_type=Path), help="Your copy of the directory (a mirror), with --party."
)
@click.option("--party", default="", help="With --directory: the party that must be the sender, by a key of its node.")
@click.option("--to", "out", type=FILE, help="Write what the signature covers, and nothing else, to a new file.")
@json_option
def verify(
    file: Path,
    public: tuple[Path, ...],
    certificate: tuple[Path, ...],
    directory: Path | None,
    party: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Verify the signature of FILE, an HI-1 message in XML or JSON, by a key that you trust: never by the one in it."""
    from comity.hi1.codec import encoding_of
    from comity.hi1.signing import sender
    from comity.hi1.signing import verify as verified
    from comity.packages.placing import place_bytes

    raw, trusted = _read(file), _trusted(public, certificate, directory, party)
    try:
        signed = verified(raw, trusted)
        named = sender(signed.content)
    except (BadInput, Refused) as e:
        e.file = e.file or str(file)
        raise
    if party and str(named) != party:
        raise Refused(
            f"got a message from {named}, expected one from {party}", file=str(file), field="SenderIdentifier"
        )
    if out:
        place_bytes(signed.content, out)
    data = {"file": str(file), "valid": True, "key": signed.keyid, "sender": str(named), "form": encoding_of(raw)}
    text = _("[green]valid[/] {file}: from {sender}, signed by {key}")
    shown = {name: plain(value) for name, value in data.items()}
    emit(data, as_json, lambda: console().print(text.format(**shown)))


def _read(file: Path) -> bytes:
    from comity.hi1.hardened import MAX_BYTES

    return read_input(file, MAX_BYTES, "an HI-1 message")


def _trusted(public: tuple[Path, ...], certificate: tuple[Path, ...], directory: Path | None, party: str) -> Trusted:
    """Bring together whom the person trusts, in one of two ways.

    Raises:
        BadInput: nobody is named, or half a way is.
    """
    from cryptography.x509 import load_pem_x509_certificate

    from comity.crypto.authority import MAX_CERTIFICATE
    from comity.crypto.keys import read_public
    from comity.directory.mirror import Mirror
    from comity.hi1.signing import Trusted
    from comity.kernel.clock import SystemClock

    if bool(directory) != bool(party) or bool(directory) == bool(public or certificate):
        advice = "Give --public or --certificate; or --directory and --party together."
        raise BadInput("got no one way to know the signer, expected one", field="public", advice=advice)
    if directory:
        now = SystemClock().now()
        return Trusted.of(*(key.public for key in Mirror(directory).lookup(party, now).able(ROLE, now)))
    certificates = []
    for path in certificate:
        try:
            certificates.append(load_pem_x509_certificate(read_input(path, MAX_CERTIFICATE, "a certificate (PEM)")))
        except ValueError as e:
            raise BadInput("got something else, expected a certificate (PEM)", file=str(path)) from e
    return Trusted.of(*map(read_public, public), certificates=certificates)

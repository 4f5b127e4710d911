"""Commands of the directory's publishers: countries, parties, keys, and publishing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.language import _

from .output import console, emit, json_option
from .secret import passphrase_option
from .signing import KEY, folder_argument, online_option, open_all, open_one, publics, sign_option, vouch_option

if TYPE_CHECKING:
    from comity.directory.model import Party
    from comity.directory.registry import Registry


@click.command()
@folder_argument
@click.argument("country")
@click.option("--key", "keys", type=KEY, multiple=True, help="Public key of a registry of the country; at least two.")
@click.option("--threshold", type=click.IntRange(2), default=2, show_default=True, help="Vouchers that an act needs.")
@sign_option
@vouch_option
@online_option
@passphrase_option
@json_option
def delegate(folder: Path, country: str, keys: tuple[Path, ...], threshold: int, as_json: bool, **named: Any) -> None:
    """Entrust the parties of COUNTRY (ISO code) to its registries, or change their keys."""
    signing = _signing(**named)
    _registry(folder).delegate(country, publics(keys), threshold=threshold, **signing)
    _done(
        {"country": country, "delegated": True}, _("{country} is delegated").format(country=country), signing, as_json
    )


@click.command()
@folder_argument
@click.argument("country")
@sign_option
@online_option
@passphrase_option
@json_option
def undelegate(folder: Path, country: str, as_json: bool, **named: Any) -> None:
    """Cut COUNTRY off: none of its parties counts any more."""
    signing = _signing(**named)
    _registry(folder).undelegate(country, **signing)
    _done({"country": country, "delegated": False}, _("{country} is cut off").format(country=country), signing, as_json)


@click.command()
@folder_argument
@click.argument("country", required=False, default="")
@sign_option
@online_option
@passphrase_option
@json_option
def renew(folder: Path, country: str, as_json: bool, **named: Any) -> None:
    """Sign again what expires: the file of COUNTRY by its registries, or without COUNTRY the delegations."""
    signing = _signing(**named)
    _registry(folder).renew(country, **signing)
    _done({"renewed": country or "targets"}, _("renewed: {role}").format(role=country or "targets"), signing, as_json)


@click.command()
@folder_argument
@click.argument("document", type=KEY)
@vouch_option
@online_option
@passphrase_option
@json_option
def enrol(folder: Path, document: Path, as_json: bool, **named: Any) -> None:
    """Take up the party that DOCUMENT (YAML) describes; at least two registries of its country vouch."""
    from comity.directory.document import read_document

    signing = _signing(**named)
    party = _registry(folder).enrol(read_document(document), **signing)
    _party(party, _("{party} is enrolled"), signing, as_json)


@click.command()
@folder_argument
@click.argument("document", type=KEY)
@vouch_option
@online_option
@passphrase_option
@json_option
def update(folder: Path, document: Path, as_json: bool, **named: Any) -> None:
    """Replace a party's document by DOCUMENT (YAML); keys may be added, not dropped."""
    from comity.directory.document import read_document

    signing = _signing(**named)
    party = _registry(folder).update(read_document(document), **signing)
    _party(party, _("{party} is updated"), signing, as_json)


@click.command()
@folder_argument
@click.argument("party")
@click.option("--key", "keyid", required=True, help="Id of the key, or its first digits (at least 8).")
@click.option(
    "--reason",
    type=click.Choice(["compromised", "superseded", "left"]),
    default="compromised",
    show_default=True,
    help="Why the key is taken back.",
)
@click.option("--from", "since", help="Time from which its signatures do not count (default: now).")
@vouch_option
@online_option
@passphrase_option
@json_option
def revoke(folder: Path, party: str, keyid: str, reason: str, since: str | None, as_json: bool, **named: Any) -> None:
    """Take a key of PARTY back; with --online every fresh copy knows at once."""
    from comity.kernel.clock import moment

    registry, signing = _registry(folder), _signing(**named)
    invalid_from = moment(since, field="--from") if since else _now()
    full = registry.shelf.party(party).find_key(keyid).keyid
    found = registry.revoke(party, full, reason=reason, invalid_from=invalid_from, **signing)
    words = _("key {key} of {party} is revoked")
    _done({"party": found.id, "keyid": full}, words.format(key=full[:16], party=found.id), signing, as_json)


@click.command()
@folder_argument
@click.argument("party")
@click.option("--number", required=True, help="The call-back number that was called.")
@click.option("--by", required=True, help="Who called: a post or a name.")
@click.option("--reached/--not-reached", required=True, help="Whether the desk answered.")
@click.option("--at", help="When (default: now).")
@vouch_option
@online_option
@passphrase_option
@json_option
def drill(
    folder: Path, party: str, as_json: bool, *, number: str, by: str, reached: bool, at: str | None, **named: Any
) -> None:
    """Record a test call to a call-back number of PARTY."""
    from comity.directory.model import Drill
    from comity.kernel.clock import moment

    signing = _signing(**named)
    call = Drill(moment(at, field="--at") if at else _now(), by, number, reached)
    _party(_registry(folder).drill(party, call, **signing), _("test call to {party} is recorded"), signing, as_json)


@click.command()
@folder_argument
@click.option("--online", type=KEY, required=True, help="Online key file.")
@passphrase_option
@json_option
def refresh(folder: Path, online: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Publish what has been written, and keep the directory from expiring: run it daily."""
    signing = _signing(online=online, passphrase_file=passphrase_file)
    _registry(folder).refresh(signing["online"])
    _done({}, _("the directory is refreshed"), signing, as_json)


COMMANDS = (delegate, undelegate, renew, enrol, update, revoke, drill, refresh)


def _registry(folder: Path) -> Registry:
    from comity.directory.registry import Registry
    from comity.kernel.clock import SystemClock

    return Registry(folder, SystemClock())


def _now() -> datetime:
    from comity.kernel.clock import SystemClock

    return SystemClock().now()


def _signing(
    *,
    passphrase_file: Path | None,
    sign: tuple[Path, ...] | None = None,
    vouch: tuple[Path, ...] | None = None,
    online: Path | None = None,
) -> dict[str, Any]:
    """Open the keys that were named, as the registry's acts take them."""
    opened: dict[str, Any] = {"online": open_one(online, passphrase_file)}
    if sign is not None:
        opened["signers"] = open_all(sign, passphrase_file)
    if vouch is not None:
        opened["vouchers"] = open_all(vouch, passphrase_file)
    return opened


def _party(party: Party, words: str, signing: dict[str, Any], as_json: bool) -> None:
    _done({"party": party.id}, words.format(party=f"{party.id} ({party.name})"), signing, as_json)


def _done(data: dict[str, Any], words: str, signing: dict[str, Any], as_json: bool) -> None:
    published = signing["online"] is not None

    def people() -> None:
        console().print(words, markup=False)
        if not published:
            console().print(_("not published yet: comity directory refresh"), style="yellow")

    emit({**data, "published": published}, as_json, people)

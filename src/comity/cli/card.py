"""A party as a person wants to see it: how to call back first, then who may sign what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from comity.directory.model import Party, PartyKey, shape
from comity.kernel.clock import stamp
from comity.kernel.language import _, language, said, word

from .output import console


def print_card(party: Party, at: datetime, warning: str) -> None:
    """Print the card of a party as it stands at the moment *at*; the *warning* first, if there is one."""
    from rich.cells import cell_len
    from rich.text import Text

    out = console()
    if warning:
        out.print(Text(warning, style="bold red"))
    out.print(Text.assemble((party.name, "bold"), f"  {party.id}  ({label('kinds', party.kind)})"))
    rows = list(_rows(party, at))
    width = max(cell_len(title) for title, _value, _style in rows) + 2
    for title, value, style in rows:
        out.print(Text.assemble((title + " " * (width - cell_len(title)), "dim"), (value, style)))


def card_data(party: Party, at: datetime, expires: datetime, *, stale: bool) -> dict[str, Any]:
    """Give the card as data for machines: the party document, and which key may act now."""
    able = {key.keyid: [role for role in key.roles if not key.may(role, at)] for key in party.keys}
    return {"party": party.document(), "may_act": able, "at": stamp(at), "expires": stamp(expires), "stale": stale}


def label(codes: str, code: str) -> str:
    """Give the words for a code in the person's language, in English where there are none."""
    words = shape().codes[codes][code]
    return words.get(language()) or said(words["en"])


def _rows(party: Party, at: datetime) -> Iterator[tuple[str, str, str]]:
    for callback in party.callback:
        yield _("call back"), f"{callback.number}  {callback.desk}", "bold"
    yield _("hours"), f"{party.hours.open}  {party.hours.zone}", ""
    lists = {
        _("functions"): party.functions,
        _("languages"): party.languages,
        _("accepts"): (*(word("measure", one) for one in party.accepts_measures), *party.accepts_identifiers),
        _("endpoints"): party.endpoints,
    }
    for title, values in lists.items():
        if values:
            yield title, ", ".join(values), ""
    if party.exchange:
        yield _("node"), party.exchange.url, ""
        for one in party.exchange.certificates:
            yield "", _("TLS key {pin}").format(pin=one.pin), "dim"
    for key in party.keys:
        style = _style(key, at)
        yield _("key"), f"{key.holder}: {', '.join(word('role', role) for role in key.roles)}", style
        yield "", f"{key.keyid[:16]}  {stamp(key.valid_from)} – {stamp(key.valid_until)}", style
        if key.revoked:
            words = _("REVOKED from {since}: {reason}")
            yield (
                "",
                words.format(since=stamp(key.revoked.invalid_from), reason=label("reasons", key.revoked.reason)),
                style,
            )
    drill = party.last_drill
    yield _("last drill"), _drilled(party) if drill else _("never called back for a test"), "" if drill else "yellow"


def _style(key: PartyKey, at: datetime) -> str:
    if key.revoked:
        return "bold red"
    return "" if key.valid_from <= at < key.valid_until else "dim"


def _drilled(party: Party) -> str:
    drill = party.last_drill
    assert drill is not None
    words = _("{at}: {number} answered {by}") if drill.reached else _("{at}: {number} did not answer {by}")
    return words.format(at=stamp(drill.at), number=drill.number, by=drill.by)

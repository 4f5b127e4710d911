"""Every kind of identifier by its name, and the one way from a text to an identifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from comity.kernel.clock import moment
from comity.kernel.errors import BadInput

from .domain import read as read_domain
from .email import read as read_email
from .errors import InvalidIdentifier
from .handle import platform as read_platform
from .handle import read as read_handle
from .hash import read as read_hash
from .iban import read as read_iban
from .ip import port as read_port
from .ip import read as read_ip
from .model import Hints, Identifier
from .phone import read as read_phone
from .text import MAX_LENGTH, clean, shown
from .url import read as read_url
from .vocabulary import load
from .wallet import read as read_wallet

_READERS: dict[str, Callable[[str, Hints], Identifier]] = {
    "phone": read_phone,
    "email": read_email,
    "ip": read_ip,
    "domain": read_domain,
    "url": read_url,
    "iban": read_iban,
    "wallet": read_wallet,
    "handle": read_handle,
    "hash": read_hash,
}


@dataclass(frozen=True)
class Kind:
    """What people need to know of a kind: its name in their language, what it is, how to write it, by which norm."""

    label: dict[str, str]
    description: str
    advice: str
    example: str
    source: str
    platform: str = ""


@cache
def kinds() -> dict[str, Kind]:
    """Give every kind by its name, in the order in which people are shown them."""
    return {name: Kind(**row) for name, row in load("kinds")["kinds"].items()}


def normalise(
    kind: str,
    text: str,
    *,
    chain: str = "",
    platform: str = "",
    port: int | None = None,
    since: str = "",
    until: str = "",
    region: str = "",
) -> Identifier:
    """Read *text* as an identifier of a *kind*.

    *chain* belongs to a wallet and *port* to an ip; *platform*, *since* and *until* may stand beside any kind; *region*
    only says how a phone number in national form is meant.

    Raises:
        InvalidIdentifier: the text or a hint is not what the kind asks for; its `field` names the hint at fault.
    """
    if kind not in _READERS:
        message = f"got the kind {shown(kind)}, expected one of: {', '.join(_READERS)}"
        raise InvalidIdentifier(message, field="kind", advice="Choose the kind that says what the text identifies.")
    try:
        hints = _checked(kind, Hints(chain, platform, port, since, until, region))
        found = _READERS[kind](clean(text), hints)
        if len(found.value) > MAX_LENGTH:
            raise InvalidIdentifier(
                f"got a normal form of {len(found.value)} characters, expected at most {MAX_LENGTH}"
            )
    except InvalidIdentifier as e:
        e.advice = e.advice or kinds()[kind].advice
        raise
    return replace(found, platform=hints.platform, since=since, until=until)


def _checked(kind: str, hints: Hints) -> Hints:
    for name, given, owner in (("chain", hints.chain, "wallet"), ("port", hints.port, "ip")):
        if given not in ("", None) and kind != owner:
            advice = f"Leave the {name} out; it belongs to the kind {owner}."
            raise InvalidIdentifier(f"got a {name} beside the kind {kind}, expected none", field=name, advice=advice)
    if hints.port is not None:
        read_port(str(hints.port))
    _check_span(hints.since, hints.until)
    return replace(hints, platform=read_platform(hints.platform) if hints.platform else "")


def _check_span(since: str, until: str) -> None:
    try:
        first = moment(since, field="since") if since else None
        last = moment(until, field="until") if until else None
    except BadInput as e:
        raise InvalidIdentifier(e.message, field=e.field, advice=e.advice) from e
    if first and last and last < first:
        advice = "Give the earlier moment as since and the later as until."
        raise InvalidIdentifier(f"got until {until} before since {since}, expected after", field="until", advice=advice)

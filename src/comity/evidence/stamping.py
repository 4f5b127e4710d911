"""Trusted time on a generation: the question for a time authority over its signed statement, and the answer put in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from comity.crypto import timestamp
from comity.kernel.errors import BadInput
from comity.kernel.input import read_input

from .sealing import TIMESTAMP, add_to_seal
from .statement import STATEMENT

MAX_TOKEN = 64 * 1024
MAX_STATEMENT = 1024 * 1024


def query(item: Path) -> bytes:
    """Give the request (DER) to send to a time authority.

    Raises:
        BadInput: the item is not signed.
    """
    der, _nonce = timestamp.request(_statement(item))
    return der


def add_token(item: Path, token: Path, authorities: Sequence[bytes]) -> datetime:
    """Put an authority's answer into an item; gives its time.

    Raises:
        BadTimestamp: it is of another statement, or under none of the *authorities*.
        BadInput: the item is not signed, or has a token already.
    """
    if (item / TIMESTAMP).exists():
        raise BadInput("got an item with a time token, expected one without", file=str(item))
    answer = read_input(token, MAX_TOKEN, "a time token")
    moment = timestamp.check(answer, _statement(item), authorities)
    add_to_seal(item, {TIMESTAMP: answer})
    return moment


def _statement(item: Path) -> bytes:
    return read_input(item / STATEMENT, MAX_STATEMENT, "a signed item of evidence")

"""Trusted time on a package: ask a time authority for a token over its statement, and put the token in.

The token says that the signed statement existed at a time (RFC 3161). It is added to `seal/`, which stands outside the
tag manifest, so the package stays the same package.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from comity.crypto import timestamp
from comity.kernel.errors import BadInput

from .opening import open_container
from .placing import place_made
from .sealing import STATEMENT, TIMESTAMP
from .zipfiles import append

MAX_TOKEN = 64 * 1024
MAX_STATEMENT = 1024 * 1024


def query(package: Path) -> bytes:
    """Give the request (DER) to send to a time authority for a package.

    Raises:
        BadContainer: it is no package.
    """
    der, _nonce = timestamp.request(_statement(package))
    return der


def add_token(package: Path, token: bytes, target: Path, authorities: Sequence[bytes]) -> datetime:
    """Write the package with its token to *target*; gives the token's time.

    Raises:
        BadTimestamp: the token is of another statement, or under none of the *authorities*.
        BadInput: the package has a token already, or is a folder.
    """
    moment = timestamp.check(token, _statement(package), authorities)
    with open_container(package) as container:
        if package.is_dir() or TIMESTAMP in container.sizes:
            raise BadInput("got a folder, or a package with a time token, expected a zip without", file=str(package))

    def stamped(copy: Path) -> None:
        shutil.copyfile(package, copy)
        append(copy, {TIMESTAMP: token})

    place_made(target, stamped)
    return moment


def _statement(package: Path) -> bytes:
    with open_container(package) as container:
        return container.read(STATEMENT, MAX_STATEMENT)

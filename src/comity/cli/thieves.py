"""What thieves of the demonstration do to a package: alter it with care, or sign it with their own keys."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from comity.crypto.envelope import Signature
from comity.crypto.keys import FileSigner
from comity.packages import statement
from comity.packages.opening import open_container
from comity.packages.sealing import STATEMENT
from comity.packages.zipfiles import entry_for

LIMIT = 1 << 24


def alter(package: Path, target: Path) -> None:
    """Write the package with one letter of the request changed; the zip itself stays well formed."""
    _rewrite(package, target, {"data/request.json": lambda data: data.replace(b"0x098B", b"0x198B")})


def forge(package: Path, target: Path) -> None:
    """Write the package with every signature made anew by the thief's own keys, under the officers' key ids."""

    def sign(data: bytes) -> bytes:
        signed, _ = statement.load(data)
        thief = FileSigner.generate()
        forged = tuple(Signature(s.keyid, thief.sign(signed.message)) for s in signed.signatures)
        return replace(signed, signatures=forged).dump()

    _rewrite(package, target, {STATEMENT: sign})


def _rewrite(package: Path, target: Path, changes: dict[str, Callable[[bytes], bytes]]) -> None:
    with open_container(package) as source, zipfile.ZipFile(target, "x") as z:
        for name in source.sizes:
            data = source.read(name, LIMIT)
            data = changes[name](data) if name in changes else data
            z.writestr(entry_for(f"{source.top}/{name}", len(data)), data)

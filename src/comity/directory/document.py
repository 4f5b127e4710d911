"""A party document as a person writes it: a sheet whose keys may be named by their public key files."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from comity.crypto.keys import PublicKey, read_public
from comity.kernel import canonical
from comity.kernel.errors import BadInput
from comity.kernel.sheet import read_sheet

from . import model
from .errors import BadParty

FORMAT = "comity-party/1"


def read_document(path: Path) -> dict[str, Any]:
    """Read a party document: `format` and key ids are filled in, `public_file: x.pub` is replaced by the key it holds.

    Raises:
        BadInput: the file, a key file or a field is malformed; the error names file, field and remedy.
        Unavailable: the file cannot be read.
    """
    document = {"format": FORMAT, **read_sheet(path)}
    keys = document.get("keys")
    if isinstance(keys, list):
        document["keys"] = [_key(row, path, f"keys[{i}]") for i, row in enumerate(keys)]
    model.shape().require(document, file=str(path))
    _zone(document["hours"]["zone"], path)
    model.parse(canonical.dump(document), str(path))
    return document


def _key(row: Any, path: Path, at: str) -> Any:
    """Complete one key: from its file or its digits to `public` and `keyid`."""
    if not isinstance(row, dict):
        return row
    if "public_file" in row:
        if "public" in row:
            raise BadParty("got both public and public_file, expected one of them", file=str(path), field=at)
        return _complete({key: value for key, value in row.items() if key != "public_file"}, _public(row, path, at))
    try:
        return _complete(row, PublicKey.from_hex(str(row.get("public", ""))))
    except BadInput as e:
        advice = "Give the key as `public_file: officer.pub`, or its 64 hexadecimal digits in quotes."
        raise BadParty(e.message, file=str(path), field=f"{at}.public", advice=advice) from e


def _public(row: dict[str, Any], path: Path, at: str) -> PublicKey:
    try:
        return read_public(path.parent / str(row["public_file"]))
    except BadInput as e:
        advice = "Give the path of a .pub file, from the folder in which this document lies."
        raise BadParty(str(e), file=str(path), field=f"{at}.public_file", advice=advice) from e


def _complete(row: dict[str, Any], key: PublicKey) -> dict[str, Any]:
    return {"keyid": key.keyid, **row, "public": key.hex}


def _zone(name: str, path: Path) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as e:
        advice = "Give a zone of the IANA time zone database, like Asia/Ho_Chi_Minh."
        raise BadParty(f"got {name!r}, expected a time zone", file=str(path), field="hours.zone", advice=advice) from e

"""Containers and mail for tests, made by the standard library, and what an item's listings say of them."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from builders.evidence import acquired
from comity.evidence.model import Finding

Row = dict[str, Any]


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), data, method)
    return out.getvalue()


def tarred(members: Mapping[str, bytes], mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    """Make a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as made:  # type: ignore[call-overload]  # modes are text here
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_700_000_000
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


def backup(tar: bytes, *, cipher: str = "none", packed: bool = True) -> bytes:
    """Make an Android backup."""
    head = f"ANDROID BACKUP\n5\n{int(packed)}\n{cipher}\n".encode()
    return head + (zlib.compress(tar) if packed else tar)


def rows_of(listing: Callable[..., Iterator[Row]], path: Path, kind: str, **more: Any) -> tuple[list[Row], list[str]]:
    """List a file as it stands; gives the rows and the codes of what was found."""
    found: list[str] = []
    rows = list(listing(path, "data/x", kind, lambda code, detail: found.append(code), **more))
    return rows, found


def surveyed(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Acquire files of a new folder; gives the item."""
    source = folder / "src"
    for name, data in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    acquired(folder / "item", source)
    return folder / "item"


def listing_of(item: Path, name: str) -> list[Row]:
    """Read a listing of an item."""
    return [json.loads(line) for line in (item / "metadata" / name).read_bytes().splitlines()]


def found_in(item: Path) -> dict[str, str]:
    """Give the codes of an item's findings with their details."""
    lines = (item / "metadata" / "findings.jsonl").read_bytes().splitlines()
    findings = [Finding.read(json.loads(line)) for line in lines]
    return {finding.code: finding.detail for finding in findings}

"""Zip archives: their members are read each by itself; here it is only counted that each was opened."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from ..model import Aside, Finding, Given, Part, Seen, Verdict
from ..packing import BROKEN, DIRECTORY, directory_size, is_archive
from ..reader import Reader
from ..source import Source


def check(source: Source, given: Given) -> Verdict:
    """Say how sure it is that a file is an archive."""
    return Verdict(3, "a zip archive") if is_archive(source) else Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Count the members, which have entries of their own."""
    if (size := directory_size(source)) > DIRECTORY:
        advice = "Unpack it by hand if you trust it."
        yield Finding("too_large", f"a directory of {size} bytes", f"at most {DIRECTORY}", units=1, advice=advice)
        yield Seen(1, "archive")
        return
    try:
        with source.opened() as stream, zipfile.ZipFile(stream) as pack:
            infos = pack.infolist()
    except BROKEN as e:
        advice = "Ask for the archive again; compare its digest with the sender's."
        yield Finding("damaged", f"{type(e).__name__}: {e}"[:200], "a whole archive", units=1, advice=advice)
        yield Seen(1, "archive")
        return
    folders = sum(info.is_dir() for info in infos)
    if folders:
        yield Aside("folder", folders)
    if len(infos) > folders:
        yield Aside("member with an entry of its own", len(infos) - folders)
    yield Seen(len(infos), "member")


READER = Reader("archive", 1, "Zip archive", (), check, read)

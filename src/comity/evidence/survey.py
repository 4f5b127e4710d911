"""The survey of what was taken: what is in containers, mail and images is listed, and where the sources are mounted is said.

It reads the copies in the item, never the source again. Containers are not unpacked, nested ones not opened; listings
are for people and tools to find their way and prove nothing that the bytes do not. What cannot be read is a finding.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import kinds
from .errors import EvidenceUnwritable
from .journal import dump
from .listing import Source
from .model import Entry, Finding
from .mounts import describe_mounts
from .sealing import Contents

MEMBERS, MAIL, IMAGES = "metadata/members.jsonl", "metadata/mail.jsonl", "metadata/images.jsonl"
PAGES = "metadata/pages.jsonl"
LISTINGS = (IMAGES, MAIL, MEMBERS, PAGES)
Row = dict[str, Any]


@dataclass
class Surveyed:
    """What the survey finds as it goes."""

    folder: Path
    findings: list[Finding] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    images: dict[str, bytes] = field(default_factory=dict)

    def list(self, listing: str, rows: Iterator[Row]) -> None:
        """Add rows to a listing, as they come."""
        with (self.folder / listing).open("ab") as out:
            for row in rows:
                out.write(dump(row))
                self.written.add(listing)


@dataclass(frozen=True)
class Wish:
    """What is asked of a survey: the place of the item, the sources that hold saved web pages, whether to list at all."""

    target: Path
    saved: Collection[Path] = ()
    listing: bool = True


def survey(folder: Path, contents: Contents, sources: Sequence[Source], wish: Wish) -> Contents:
    """List what is in the files that were taken to *folder*; gives the contents with listings, findings and mounts added.

    Raises:
        EvidenceUnwritable: the machine cannot write a listing.
    """
    done = Surveyed(folder)
    try:
        (folder / "metadata").mkdir(exist_ok=True)
        for name in LISTINGS:
            (folder / name).unlink(missing_ok=True)
        if wish.listing:
            _look_at_all(contents, [source for source in sources if source.path in wish.saved], done)
        else:
            done.findings.append(Finding("not-listed", b""))
        for name in set(LISTINGS) - done.written:
            (folder / name).unlink(missing_ok=True)
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(folder)) from e
    rows, writable = describe_mounts(sources, wish.target)
    findings = [*contents.findings, *done.findings, *writable, *_unread(contents.inventory.noted)]
    about = dict(contents.about) | ({"mounts": rows} if rows else {})
    return replace(contents, findings=findings, listings=tuple(sorted(done.written)), about=about)


def _look_at_all(contents: Contents, saved: Iterable[Source], done: Surveyed) -> None:
    for entry in sorted(contents.inventory.noted, key=lambda entry: entry.path):
        if entry.path:
            _look(entry, done)
    done.list(IMAGES, _images(done))
    for source in saved:
        _look_at_pages(source, contents, done)


def _look(entry: Entry, done: Surveyed) -> None:
    """List what is in one file, if it is of a kind that can be."""
    kind = kinds.kind_of(_head(f"{done.folder}/{entry.path}"), entry.name)
    if not kind:
        return
    path = done.folder / entry.path

    def report(code: str, detail: str) -> None:
        done.findings.append(Finding(code, entry.name, detail[:1000]))

    if kind in kinds.CONTAINERS:
        from .members import list_members

        done.list(MEMBERS, list_members(path, entry.path, kind, report))
    elif kind in kinds.MAIL:
        from .mail import list_mail

        done.list(MAIL, list_mail(path, entry.path, kind, report))
    elif kind in kinds.IMAGES:
        done.images[entry.path] = entry.name
    elif code := kinds.CLOSED.get(kind):
        report(code, kind)


def _look_at_pages(source: Source, contents: Contents, done: Surveyed) -> None:
    """List the web pages of a source that somebody else saved."""
    from .savedpages import list_saved

    done.findings.append(Finding("saved-elsewhere", source.name))
    inside = (e for e in contents.inventory if e.path and (e.name + b"/").startswith(source.name + b"/"))
    for entry in inside:

        def report(code: str, detail: str, name: bytes = entry.name) -> None:
            done.findings.append(Finding(code, name, detail[:1000]))

        done.list(PAGES, list_saved(done.folder / entry.path, entry.path, report))


def _images(done: Surveyed) -> Iterator[Row]:
    """Hash what is in the images that were found, each with all its segments."""
    from .images import read_image, sets

    for files in sets(done.images):
        name = done.images[files[0]]

        def report(code: str, detail: str, name: bytes = name) -> None:
            done.findings.append(Finding(code, name, detail[:1000]))

        if row := read_image(done.folder, files, report):
            yield row


def _head(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return os.pread(fd, kinds.HEAD, 0)
    finally:
        os.close(fd)


def _unread(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find the extended attributes whose values could not be read."""
    for entry in entries:
        for one in entry.attributes:
            if one.reason:
                yield Finding("attributes", entry.name, f"{one.name.decode('utf-8', 'backslashreplace')}: {one.reason}")

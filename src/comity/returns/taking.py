"""Taking a return in: every file to the one reader that knows it, records to Parquet, the rest to the ledger.

What breaks in a reader is a finding of that file; the others are read. The folder that is left holds

    records/KIND.parquet   coverage.json   findings.jsonl
"""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from .coverage import Coverage, FileCoverage
from .errors import BadReturn, Undecided
from .model import Finding, Given, Part, Record, Rows
from .reader import Reader, ask, choose
from .series import missing
from .source import Source
from .writing import RecordWriter

Watch = Callable[[str], None]
_USUAL = gc.get_threshold()


def _unwatched(name: str) -> None:
    """Hear nothing."""


def take_in(sources: Iterable[Source], given: Given, folder: Path, watch: Watch = _unwatched) -> Coverage:
    """Read *sources* and leave records, coverage and findings in *folder*, which appears whole or not at all.

    *watch* hears the name of each file when its turn comes. Memory: one batch of records a kind, and the ledger.

    Raises:
        BadReturn: the folder is there already, or *given* names a reader that there is not.
    """
    if folder.exists():
        advice = "Name a folder that is not there yet."
        raise BadReturn("got a folder that is there already, expected a new one", file=str(folder), advice=advice)
    room = folder.with_name(f".comity-{folder.name}")
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    coverage = Coverage()
    try:
        with _rarely_swept(), RecordWriter(room / "records", given) as writer:
            for source in sources:
                watch(source.name)
                coverage.files.append(_take_file(source, given, writer))
        coverage.files += missing(entry.file for entry in coverage.files)
        _note(room, coverage)
        room.rename(folder)
    except BaseException:
        shutil.rmtree(room, ignore_errors=True)
        raise
    return coverage


@contextmanager
def _rarely_swept() -> Iterator[None]:
    """Let garbage be searched for less often, and not in what is there already: rows that are held are many, and none is."""
    gc.freeze()
    gc.set_threshold(50_000, *_USUAL[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)
        gc.unfreeze()


def read_source(source: Source, given: Given) -> Iterator[Part]:
    """Yield what the one reader of a file says of it, or the finding that there is none.

    Raises:
        BadReturn: *given* names a reader that there is not.
    """
    entry = FileCoverage(source.name)
    reader = _reader(source, given, entry)
    yield from entry.findings
    if reader is not None:
        yield from _parts(reader, source, given)


def _take_file(source: Source, given: Given, writer: RecordWriter) -> FileCoverage:
    if source.fault is not None:
        entry = FileCoverage(source.name, size=source.size)
        entry.take(source.fault)
        return entry
    entry = FileCoverage(source.name, source.sha256, source.size)
    for doubt in source.doubts:
        entry.take(doubt)
    reader = _reader(source, given, entry)
    if reader is None:
        return entry
    broken = entry.codes["reader_failed"]
    writer.begin(source.name, source.sha256, reader.stamp)
    for part in _parts(reader, source, given):
        entry.take(part)
        if isinstance(part, Record | Rows):
            writer.add(part)
    entry.flagged(writer.end())
    if not entry.accounted and entry.codes["reader_failed"] == broken:
        entry.take(Finding("units_unaccounted", f"{entry.units} {entry.noun}s", f"{entry.parsed} parsed"))
    return entry


def _reader(source: Source, given: Given, entry: FileCoverage) -> Reader | None:
    """Choose the reader of a file, and put down why, or why none, and which readers broke off over the question."""
    verdicts = ask(source, given)
    for verdict in verdicts.values():
        if verdict.broke:
            entry.take(_broken(verdict.broke))
    try:
        reader, answers = choose(source.name, verdicts)
    except Undecided as e:
        entry.take(Finding("undecided", e.message, "one reader", advice=e.advice))
        return None
    entry.why = answers.get(reader.name, "") if reader else "; ".join(f"{n}: {why}" for n, why in answers.items())
    if reader is None:
        entry.take(Finding("no_reader", entry.why or "no reader's signs", "a file that a reader knows"))
        return None
    entry.reader = reader.stamp
    return reader


def _parts(reader: Reader, source: Source, given: Given) -> Iterator[Part]:
    """Read a file; whatever breaks in a reader is told as a finding and ends that file alone."""
    try:
        yield from reader.read(source, given)
    except Exception as e:  # noqa: BLE001 - the outermost loop of a plugin's run: what broke is on record
        yield _broken(f"{type(e).__name__}: {e}"[:300])


def _broken(found: str) -> Finding:
    return Finding("reader_failed", found, "a file read to its end", advice="Report it, with the file if you may.")


def _note(room: Path, coverage: Coverage) -> None:
    text = json.dumps(coverage.plain(), ensure_ascii=False, indent=1)
    (room / "coverage.json").write_text(text + "\n", "utf-8", "backslashreplace")
    with (room / "findings.jsonl").open("w", encoding="utf-8", errors="backslashreplace") as out:
        for entry in coverage.files:
            for finding in entry.findings:
                out.write(json.dumps({"file": entry.file, **asdict(finding)}, ensure_ascii=False) + "\n")

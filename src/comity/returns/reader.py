"""What a reader of a format is, and which there are: one module of `readers/` a format, each with its `READER`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from .errors import BadReturn, Undecided
from .model import Given, Part, Verdict
from .source import Source


@dataclass(frozen=True)
class Reader:
    """A reader of one format.

    *name* is stable, *version* rises whenever the same bytes would give other records. *check* answers whether a file is
    its own and why, from the head alone; *read* streams. Neither raises anything for what is wrong in a file.
    """

    name: str
    version: int
    label: str
    kinds: tuple[str, ...]
    check: Callable[[Source, Given], Verdict]
    read: Callable[[Source, Given], Iterator[Part]]

    @property
    def stamp(self) -> str:
        """Name and version, as every record carries them."""
        return f"{self.name}/{self.version}"


@cache
def readers() -> dict[str, Reader]:
    """Give every reader by its name."""
    package = import_module("comity.returns.readers")
    found = [import_module(f"{package.__name__}.{m.name}") for m in iter_modules(package.__path__)]
    every = [module.READER for module in found if hasattr(module, "READER")]
    return {reader.name: reader for reader in sorted(every, key=lambda reader: reader.name)}


def ask(source: Source, given: Given) -> dict[str, Verdict]:
    """Ask every reader whether a file is its own; one that breaks off over the question answers no, and says how it broke.

    Raises:
        BadReturn: *given* names a reader that there is not.
    """
    if given.reader:
        if given.reader not in readers():
            raise BadReturn(
                f"got the reader {given.reader[:60]!r}, expected one of: {', '.join(readers())}", field="reader"
            )
        return {given.reader: Verdict(3, "named by a person")}
    return {name: _asked(reader, source, given) for name, reader in readers().items()}


def _asked(reader: Reader, source: Source, given: Given) -> Verdict:
    try:
        return reader.check(source, given)
    except Exception as e:  # noqa: BLE001 - one reader's fault must not end the reading of the whole return
        return Verdict(0, "", f"{reader.name}: {type(e).__name__}: {e}"[:300])


def choose(name: str, verdicts: Mapping[str, Verdict]) -> tuple[Reader | None, dict[str, str]]:
    """Choose the one reader of the file *name* by what each answered, and give the answers.

    The surest answer decides. None may be sure enough: then there is no reader, and the answers say why.

    Raises:
        Undecided: two are as sure as each other.
    """
    answers = {reader: verdict.why for reader, verdict in verdicts.items() if verdict.why}
    most = max((verdict.sure for verdict in verdicts.values()), default=0)
    best = [reader for reader, verdict in verdicts.items() if verdict.sure == most] if most else []
    if len(best) > 1:
        why = "; ".join(f"{reader}: {answers.get(reader, '')}" for reader in best)
        raise Undecided(
            f"got a file that {len(best)} readers claim ({why}), expected one",
            file=name,
            advice=f"Say which: --reader {best[0]}, or another of these.",
        )
    return (readers()[best[0]] if best else None), answers

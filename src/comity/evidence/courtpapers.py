"""The papers of a court bundle in the court's language: reading guide, verification report, certificate draft, hash list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from comity.kernel.clock import stamp
from comity.kernel.language import said, word

from .custodychain import Checked
from .limits import UseLimits
from .paper import Block, Pair, Paper, blanks, code, facts, heading, lines, states, steps, sums, text
from .verification import FAILED, PROVED, Verdict

MAX_LISTED = 400
_MARKS = {PROVED: "+", FAILED: "!"}


@cache
def languages() -> Mapping[str, Mapping[str, Any]]:
    """Give what the papers say, by language."""
    source = files("comity.evidence").joinpath("data", "court.yaml").read_text("utf-8")
    return yaml.safe_load(source)  # type: ignore[no-any-return]  # our own data


@dataclass(frozen=True)
class Exhibit:
    """An item as it stands in a bundle: its custody, each of its bags in the bundle as it was verified there, its limits."""

    item: str
    checked: Checked
    bags: Mapping[str, Verdict]
    limits: UseLimits = field(default_factory=UseLimits)


@dataclass(frozen=True)
class Court:
    """Makes the papers of one bundle."""

    language: str
    at: datetime

    @property
    def say(self) -> Mapping[str, Any]:
        """Give the words of the language."""
        return languages()[self.language]

    def guide(self, exhibits: Sequence[Exhibit]) -> Paper:
        """Give the reading guide."""
        say = self.say
        blocks = [
            facts(self._items(exhibits)),
            heading(say["steps_heading"]),
            steps(say["steps"]),
            *self._worth(),
        ]
        return self._paper("guide", say["about"].format(date=stamp(self.at)), blocks)

    def _items(self, exhibits: Sequence[Exhibit]) -> Iterator[Pair]:
        """Name the items, each with the limits of its use."""
        for number, one in enumerate(exhibits, 1):
            yield f"{self.say['words']['item']} {number}", one.item
            yield self.say["words"]["limits"], "; ".join(one.limits.words)

    def report(self, exhibits: Sequence[Exhibit]) -> Paper:
        """Give what was checked of each item in the bundle, layer by layer, and of its custody."""
        blocks: list[Block] = []
        for one in exhibits:
            for path, verdict in one.bags.items():
                blocks.append(heading(f"{one.item} · {path}"))
                blocks.append(states(self._layers(verdict)))
                found = [f"{fault.file}: {fault.expected}; {fault.found}" for fault in verdict.faults[:50]]
                blocks += [lines(found, "!")] if found else []
            blocks.append(lines([self._chain(one)], "!" if one.checked.faults else "+"))
            blocks += [lines(fault.message for fault in one.checked.faults)] if one.checked.faults else []
        return self._paper("report", stamp(self.at), blocks)

    def certificate(self, exhibits: Sequence[Exhibit]) -> Paper:
        """Give the draft of a certificate: what the record says, what it proves and not, and what a person must add."""
        say = self.say
        blocks = [heading(say["record_heading"]), *(facts(self._record(one)) for one in exhibits)]
        blocks += [*self._worth(), heading(say["by_hand_heading"]), blanks(say["blanks"])]
        return self._paper("certificate", say["draft"], blocks)

    def hashes(self, root: str, exhibits: Sequence[Exhibit], rows: Sequence[Pair]) -> Paper:
        """Give the hash list for paper: the one hash that stands for all, those of the bags, and of the files."""
        say, words = self.say, self.say["words"]
        bags = [
            (f"{one.item}, {words['bag']} {verdict.generation.number}", verdict.generation.digest)
            for one in exhibits
            for verdict in one.bags.values()
            if verdict.generation
        ]
        rest = len(rows) - MAX_LISTED
        blocks = [code(root, say["root"]), facts(bags), heading(say["files_heading"]), sums(rows[:MAX_LISTED])]
        blocks += [text(say["more"].format(n=rest))] if rest > 0 else []
        return self._paper("hashes", stamp(self.at), blocks)

    def _paper(self, name: str, subtitle: str, blocks: Sequence[Block]) -> Paper:
        return Paper(self.say[name], subtitle, self.at, self.language, blocks)

    def _worth(self) -> list[Block]:
        say = self.say
        proved, unproved = lines(say["shows"], "+"), lines(say["not"], "–")
        return [heading(say["shows_heading"]), proved, heading(say["not_heading"]), unproved]

    def _layers(self, verdict: Verdict) -> Iterator[tuple[str, str, str, str]]:
        for layer in verdict.layers:
            yield (
                _MARKS.get(layer.state, "–"),
                self.say["states"][layer.state],
                word("layer", layer.name),
                said(layer.found),
            )

    def _chain(self, one: Exhibit) -> str:
        words = self.say["words"]
        state = words["broken"] if one.checked.faults else words["whole"]
        return f"{one.item}: {state} ({words['entries']}: {len(one.checked.entries)})"

    def _record(self, one: Exhibit) -> list[Pair]:
        """Give what the record says of an item: its bags, who acquired and sealed it, who held it."""
        words = self.say["words"]
        rows = [(words["item"], one.item), (words["limits"], "; ".join(one.limits.words))]
        for verdict in one.bags.values():
            if made := verdict.generation:
                rows += [
                    (f"{words['bag']} {made.number}", made.digest),
                    (words["files"], f"{made.files} ({made.size} B)"),
                    (words["acquired"], stamp(made.begun)),
                    (words["sealed"], stamp(made.sealed)),
                    (words["by"], made.act.by),
                    (words["place"], made.act.place),
                    (words["authority"], made.act.authority),
                    (words["findings"], ", ".join(f"{code}: {n}" for code, n in made.findings.items())),
                    (words["root"], made.root),
                ]
        deeds = [entry.deed for entry in one.checked.entries]
        rows += [(words["tool"], tool) for tool in _unique(f"{deed.tool} {deed.version}".strip() for deed in deeds)]
        rows += [
            (words["holder"], hand) for hand in _unique(d.by.text for d in deeds if d.act in ("acquired", "received"))
        ]
        return [*rows, ("", self._chain(one))]


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))

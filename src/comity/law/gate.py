"""The safeguards gate: the nine questions that a person answers before a request is sent, and before one is executed.

1. Which questions must be answered depends on the measure; the nearer to content and to force, the more.
2. An answer has a text, a name, a day, and says whether it raises a concern. One that raises a concern needs a second
   person who has looked at it. Unanswered is not releasable.
3. Necessity and proportionality are told in words of their own.
4. Three answers open a prompt: protected persons, political or speech offences, and penalties that nobody may help with.
5. Secrecy needs a reason and an end date in the future.

The gate tells what is missing. It never tells that a request is lawful.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from .coherence import wrong
from .cooperation import GateQuestion
from .errors import NoSuchLaw
from .library import Library
from .model import Fact
from .reading import Page, compose, decode


class Stage(StrEnum):
    """When the gate is asked: by the requesting side before sending, by the requested side before executing."""

    SENDING = "sending"
    EXECUTING = "executing"


class Concern(StrEnum):
    """What the person says about a question."""

    NONE = "none"
    RAISED = "raised"


@dataclass(frozen=True, kw_only=True)
class Prompt(Fact):
    """What a person is told to look at when a question raises a concern."""

    question: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Which questions each measure needs, what each is told with, and the prompts."""

    sending: dict[str, tuple[str, ...]]
    executing: dict[str, tuple[str, ...]]
    prompts: dict[str, Prompt]

    def needed(self, measure: str, stage: Stage) -> tuple[str, ...]:
        """Name the questions that a measure needs at a stage.

        Raises:
            NoSuchLaw: there is no such measure.
        """
        table = self.sending if stage is Stage.SENDING else self.executing
        if measure not in table:
            raise NoSuchLaw(f"got the measure {measure!r}, expected one of: {', '.join(table)}")
        return table[measure]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A person's answer to one question; *second* names the other person who looked at a concern."""

    concern: Concern | None
    text: str
    name: str
    on: date | None
    second: str = ""


@dataclass(frozen=True, kw_only=True)
class Secrecy:
    """A demand to keep the request secret."""

    reason: str
    until: date | None


@dataclass(frozen=True, kw_only=True)
class Record:
    """What was answered for one request at one stage, by the ids of the questions."""

    measure: str
    stage: Stage
    answers: Mapping[str, Answer]
    necessity: str = ""
    proportionality: str = ""
    secrecy: Secrecy | None = None


@dataclass(frozen=True)
class Missing:
    """Something without which the request is not released, with the article that asks for it."""

    field: str
    text: str
    article: str
    source: str
    lead: bool


@dataclass(frozen=True)
class Asked:
    """One of the nine questions, and whether the measure needs an answer at this stage."""

    question: GateQuestion
    required: bool
    prompts: tuple[Prompt, ...]


class Gate:
    """The nine questions with the rules on when each is asked."""

    def __init__(self, library: Library) -> None:
        """Read the rules and check that they name questions that there are.

        Raises:
            BadLaw: a rule names none.
        """
        named = library.contents.sources
        self._source = {
            one.id: "; ".join(named[key].what for key in one.source.split("; ")) for one in library.cooperation.gate
        }
        self.questions = {one.id: one for one in library.cooperation.gate}
        self.rules = rules()
        used = {
            name for table in (self.rules.sending, self.rules.executing) for names in table.values() for name in names
        }
        used |= {prompt.question for prompt in self.rules.prompts.values()}
        for name in sorted(used - self.questions.keys()):
            raise wrong(next(iter(self.rules.prompts.values())), f"got the question {name!r}, expected a known one")

    def asked(self, measure: str, stage: Stage) -> tuple[Asked, ...]:
        """Give the nine questions in order, each with whether it must be answered.

        Raises:
            NoSuchLaw: there is no such measure.
        """
        needed = self._needed(measure, stage)
        prompts = self.rules.prompts.values()
        return tuple(
            Asked(one, name in needed, tuple(prompt for prompt in prompts if prompt.question == name))
            for name, one in self.questions.items()
        )

    def missing(self, record: Record, on: date) -> tuple[Missing, ...]:
        """Tell what is still missing on a day; only with nothing missing may a person release the request.

        Raises:
            NoSuchLaw: there is no such measure, or no question of the id of an answer.
        """
        for name in record.answers:
            if name not in self.questions:
                raise NoSuchLaw(f"got the question {name!r}, expected one of: {', '.join(self.questions)}")
        needed = self._needed(record.measure, record.stage)
        found = [one for name in self.questions for one in self._unanswered(name, record, on, required=name in needed)]
        for name, text in (("necessity", record.necessity), ("proportionality", record.proportionality)):
            if not text.strip():
                found.append(self._lacks(name, _WHY[name], "gate-proportion"))
        return (*found, *self._secrecy(record, on))

    def _needed(self, measure: str, stage: Stage) -> tuple[str, ...]:
        return self.rules.needed(measure, stage)

    def _unanswered(self, name: str, record: Record, on: date, *, required: bool) -> Iterator[Missing]:
        answer, question = record.answers.get(name), self.questions[name].question
        if answer is None:
            if required:
                yield self._lacks(name, f"Not answered: {question}", name)
            return
        if not answer.text.strip() or not answer.name.strip():
            yield self._lacks(name, "An answer needs a text and the name of the person who gives it.", name)
        if answer.concern is None:
            yield self._lacks(name, "An answer says whether it raises a concern: none or raised.", name)
        if answer.on is None or answer.on > on:
            yield self._lacks(name, "An answer needs the day on which it was given, today at the latest.", name)
        if answer.concern is Concern.RAISED and _same(answer.second) in ("", _same(answer.name)):
            yield self._lacks(name, "A concern was raised: a second person looks at it and is named.", name)

    def _secrecy(self, record: Record, on: date) -> Iterator[Missing]:
        if record.secrecy is None:
            return
        if not record.secrecy.reason.strip():
            yield self._lacks("secrecy.reason", "Secrecy needs a reason.", "gate-proportion")
        if record.secrecy.until is None or record.secrecy.until <= on:
            yield self._lacks("secrecy.until", "Secrecy needs an end date in the future.", "gate-proportion")

    def _lacks(self, field: str, text: str, question: str) -> Missing:
        one = self.questions[question]
        return Missing(field, text, _article(one.ref), self._source[question], one.lead)


@cache
def rules() -> Rules:
    """Read which questions each measure needs."""
    page = Page("law/data/gate.yaml")
    return decode(compose((files("comity.law") / "data" / "gate.yaml").read_bytes(), page), Rules, page)


def _same(name: str) -> str:
    """Give a name as it is compared: one person written in two ways is one person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_WHY = {
    "necessity": "Say in words why the request is necessary.",
    "proportionality": "Say in words why the request is proportionate.",
}


def _article(ref: str) -> str:
    return f"Hanoi Convention, {ref}" if ref[:1].isdigit() else ref

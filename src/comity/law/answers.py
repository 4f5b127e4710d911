"""A drafter's answers to the questions of the articles, kept in the overlay as `answers/CC.yaml`.

    country: VN
    answers:
      h07-01:
        state: partly
        asked: Is intentional access ... an offence?
        provision: Penal Code Art. 289
        note: Access alone is not enough.
        source: Official Gazette ...
        date: 2026-11-20
        verified_by: A. Example, Ministry of Justice
        verified: true

A question keeps its id for good. *asked* is its text when it was answered: where the text has changed since, the answer
is shown as to be confirmed and counts for nothing until somebody answers again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from comity.kernel.errors import Unavailable

from . import overlay
from .convention import Question
from .errors import BadLaw, NoSuchLaw
from .library import Library
from .model import Fact
from .reading import Page, compose, decode, entries

if TYPE_CHECKING:
    import yaml


class Verdict(StrEnum):
    """What a drafter says of a question."""

    MET = "met"
    PARTLY = "partly"
    GAP = "gap"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, kw_only=True)
class Answer(Fact):
    """A drafter's answer to one question."""

    state: Verdict
    asked: str
    provision: str = ""

    def stands(self, question: Question) -> bool:
        """Tell whether the question still reads as it did when it was answered."""
        return self.asked.split() == question.question.split()


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The answers for one country."""

    country: str
    answers: dict[str, Answer] = field(default_factory=dict)


def answers(library: Library, country: str) -> Mapping[str, Answer]:
    """Give the answers for a country by the id of the question.

    Raises:
        BadLaw: a sheet is malformed, answers a question that there is none of, or contradicts another sheet.
    """
    return every(library).get(library.code(country), {})


def every(library: Library) -> Mapping[str, Mapping[str, Answer]]:
    """Give the answers for every country.

    Raises:
        BadLaw: a sheet is malformed, answers a question that there is none of, or contradicts another sheet.
    """
    found: dict[str, dict[str, Answer]] = {}
    for page, data in overlay.sheets(library.folder, "answers") if library.folder else ():
        sheet = decode(compose(data, page), Sheet, page)
        for name, answer in sheet.answers.items():
            if name not in questions(library):
                raise BadLaw(f"got the question {name!r}, expected a known one", file=str(answer.origin))
        overlay.collect(found.setdefault(library.code(sheet.country), {}), sheet.answers, page)
    return found


def questions(library: Library) -> Mapping[str, Question]:
    """Give every question of the Convention by its id."""
    return {question.id: question for article in library.articles.values() for question in article.checklist}


def question(library: Library, name: str) -> Question:
    """Give one question.

    Raises:
        NoSuchLaw: there is none of that id.
    """
    known = questions(library)
    if name not in known:
        raise NoSuchLaw(f"got the question {name!r}, expected an id such as {next(iter(known))}")
    return known[name]


def make(library: Library, name: str, *, state: Verdict, by: str, on: dt.date, **more: str) -> Answer:
    """Give an answer to the question as it reads today; *more* may name source, provision and note.

    Raises:
        BadLaw: a name or a source is missing.
        NoSuchLaw: there is no such question.
    """
    given = {key: " ".join(value.split()) for key, value in {"verified_by": by, **more}.items()}
    for key in ("verified_by", "source"):
        if not given.get(key):
            advice = "Name who answers (--by) and what the answer rests on (--source)."
            raise BadLaw(f"got no {key!r}, expected it", advice=advice)
    asked = " ".join(question(library, name).question.split())
    return Answer(state=state, asked=asked, date=on, verified=True, **given)  # type: ignore[arg-type]


def record(library: Library, country: str, name: str, answer: Answer) -> Path:
    """Write an answer into the overlay in place of an earlier one to the same question; all else in the file stays.

    Raises:
        BadLaw: there is no overlay, the sheet is malformed, or another sheet answers the same question.
        Unavailable: the sheet cannot be written.
    """
    if library.folder is None:
        advice = "Name one with --overlay or COMITY_OVERLAY."
        raise BadLaw("got no overlay folder, expected one to keep answers in", advice=advice)
    code = library.code(country)
    path = library.folder / "answers" / f"{code}.yaml"
    earlier = answers(library, code).get(name)
    if earlier and earlier.origin.file != str(path):
        raise BadLaw(f"got an answer to {name} already, expected none but in {path}", file=str(earlier.origin))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8") if path.exists() else f"country: {code}\n"
        draft = path.with_suffix(".new")
        draft.write_text(_placed(text, Page(str(path), local=True), _written(name, answer)), "utf-8")
        draft.replace(path)
    except OSError as e:
        raise Unavailable(f"got {e.strerror}, expected a writable file", file=str(path)) from e
    return path


def blank(library: Library, country: str) -> str:
    """Give a sheet in which every question that has no answer stands as a comment to fill in."""
    given, lines = answers(library, country), [f"country: {library.code(country)}", "answers:"]
    for article in library.articles.values():
        for one in article.checklist:
            if one.id not in given:
                form = {
                    "state": " | ".join(Verdict),
                    "asked": _quoted(one.question),
                    **dict.fromkeys(_TOLD, ""),
                    "verified": "true",
                }
                lines += ["", f"  # Article {article.number} {article.title}, {one.para} ({one.level})"]
                lines += [f"  # {line}".rstrip() for line in (f"{one.id}:", *_fields(form))]
    return "\n".join(lines) + "\n"


_TOLD = ("provision", "note", "source", "date", "verified_by")


def _written(name: str, answer: Answer) -> dict[str, list[str]]:
    told = {key: _quoted(str(getattr(answer, key))) for key in _TOLD if getattr(answer, key)}
    form = {"state": answer.state.value, "asked": _quoted(answer.asked), **told, "verified": "true"}
    return {name: [f"  {line}" for line in (f"{name}:", *_fields(form))]}


def _fields(form: Mapping[str, str]) -> list[str]:
    return [f"  {key}: {value}" for key, value in form.items()]


def _placed(text: str, page: Page, made: dict[str, list[str]]) -> str:
    ((name, block),) = made.items()
    lines, sheet = text.splitlines(), entries(compose(text.encode(), page), page)
    if "answers" not in sheet:
        return "\n".join([*lines, "answers:", *block]) + "\n"
    rows = {key.value: (key.start_mark.line, _last(value) + 1) for key, value in sheet["answers"].value}
    begin, end = rows.get(name) or (max(last for _, last in rows.values()),) * 2
    return "\n".join([*lines[:begin], *block, *lines[end:]]) + "\n"


def _last(node: yaml.Node) -> int:
    """Give the last line of a node; the end of a mapping is where the next thing begins, so it is asked of its parts."""
    if isinstance(node.value, str):
        return int(node.end_mark.line) - (node.end_mark.column == 0)
    parts = [part for child in node.value for part in (child if isinstance(child, tuple) else (child,))]
    return max(map(_last, parts), default=int(node.end_mark.line))


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)

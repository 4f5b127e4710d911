"""The gaps of a country's law as a report for print, in the person's language: what `data/report.typ` sets.

The template has no words of its own. The report says first who says what and how it was found, then what is lacking in
the order in which drafters need it, then the penalties, the room that the articles leave, the sources, and a place for
comments. A lead is called one wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from comity.kernel.language import _, counted, language, said, word

from .convention import Article, Level
from .gaps import Gap, gaps
from .library import Library
from .matrix import Matrix, PenaltyLine, Says, State

ROWS_FOR_COMMENTS = 9
STATES = (State.MET, State.PARTLY, State.GAP, State.TO_CONFIRM, State.UNKNOWN, State.NOT_APPLICABLE)


class _Sources:
    """The sources in the order in which they come up, each with its number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, source: str) -> int:
        return self.numbers.setdefault(source, len(self.numbers) + 1)


def report(library: Library, found: Matrix, *, name: str, everything: bool = False) -> dict[str, Any]:
    """Give what the template sets; *name* is that of the country in the person's language.

    With *everything*, the questions on which nobody has said anything are listed one by one.
    """
    told, sources = gaps(found, unknown=False), _Sources()
    silent = [gap for gap in gaps(found) if gap.cell.says is Says.NOBODY]
    on = found.on
    return {
        "title": _("Gaps report: {country}").format(country=name),
        "subtitle": _("The law of {country} and the United Nations Convention against Cybercrime").format(country=name),
        "language": language() if language().isalpha() and len(language()) in (2, 3) else "en",
        "date": {"year": on.year, "month": on.month, "day": on.day},
        "footer": f"{_('Gaps report: {country}').format(country=name)} · {on}",
        "method": _method(found, name),
        "summary": _summary(found),
        "gaps": _gaps(told, sources, name),
        "penalties": _penalties(found, sources),
        "leeway": _leeway(found, told),
        "silent": _silent(silent, everything=everything),
        "sources": _listed(library, told, sources),
        "comments": _comments(),
    }


def state(code: str) -> str:
    """Give a state, a level or a kind of penalty as words."""
    return word("law", code).replace("_", " ")


def spoken(text: str) -> str:
    """Give a sentence of this room or a text of its data in the person's language, where it is known."""
    return said(text, surely=True)


def meanings() -> dict[State, str]:
    """Say what each state means."""
    return {
        State.MET: _("A provision was found, was read in its source and applies on the day."),
        State.PARTLY: _(
            "A provision was read, but it is narrower than the article, is general law, or has not begun to apply."
        ),
        State.GAP: _("Somebody looked and found no provision, or a drafter says that there is none."),
        State.TO_CONFIRM: _("A drafter answered, but the text of the question has changed since."),
        State.UNKNOWN: _("Nobody has said anything, or only a lead is known. Unknown is not a gap."),
        State.NOT_APPLICABLE: _("A drafter says that the question does not apply."),
    }


def _method(found: Matrix, name: str) -> dict[str, Any]:
    counts = found.counts()
    return {
        "heading": _("How to read this report"),
        "facts": [
            (_("Country"), f"{name} ({found.country})"),
            (_("Law as of"), str(found.on)),
            (_("Measured against"), _("United Nations Convention against Cybercrime (Hanoi Convention)")),
        ],
        "lines": [
            _(
                "Each article of the Convention is put as questions to those who draft laws, in own words; compare them with the certified text."
            ),
            _(
                "A drafter's answer names a person, a source and a date. Where no drafter has answered, the data suggest an answer to the first question of an article on an offence or a power, for a person to confirm."
            ),
            _("Verified: somebody read it in the named source. Lead: nobody did yet; check it before you rely on it."),
            _("This report prepares a decision and takes none. What the law needs is for the authorities to say."),
        ],
        "states": [(one, state(one), text) for one, text in meanings().items() if counts[one]],
    }


def _summary(found: Matrix) -> dict[str, Any]:
    counts = found.counts()
    total = sum(counts.values())
    rows = []
    for level in Level:
        cells = [cell.state for row in found.rows for cell in row.cells if cell.question.level is level]
        rows.append([_level(level), *(str(cells.count(one)) for one in STATES), str(len(cells))])
    return {
        "heading": _("Summary"),
        "text": counted("{n} question on the Convention.", "{n} questions on the Convention.", total),
        "bars": [(one, state(one), counts[one]) for one in STATES if counts[one]],
        "columns": ["", *map(state, STATES), _("all")],
        "rows": rows,
    }


def _level(level: Level) -> str:
    return {
        Level.MUST: _("Needed to comply"),
        Level.SHOULD: _("Good practice"),
        Level.MAY: _("Options"),
    }[level]


def _gaps(told: tuple[Gap, ...], sources: _Sources, name: str) -> dict[str, Any]:
    groups = []
    for level in Level:
        items = [_item(gap, sources) for gap in told if gap.cell.question.level is level]
        if items:
            groups.append({"heading": _level(level), "items": items})
    empty = _("Nothing is recorded as lacking in the law of {country}. The questions without an answer are below.")
    return {
        "heading": _("What is lacking, in order for drafters"),
        "empty": "" if groups else empty.format(country=name),
        "groups": groups,
    }


def _item(gap: Gap, sources: _Sources) -> dict[str, Any]:
    cell = gap.cell
    by_drafter = cell.says is Says.DRAFTER
    who = f"{cell.by}, {cell.on}" if by_drafter else _("suggested by the data, to be confirmed")
    return {
        "rank": gap.rank,
        "article": f"{_('Article')} {gap.article.number} {spoken(gap.article.title)}",
        "place": f"{cell.question.para} · {state(gap.article.force)} · {cell.question.id}",
        "state": cell.state,
        "word": state(cell.state),
        "question": spoken(cell.question.question),
        "found": [(_("National law"), spoken(cell.why) or "–"), (_("Who says so"), who)],
        "source": f"{_('Source')} [{sources.number(cell.source)}]" if cell.source else "",
        "lead": cell.lead,
        "mark": _("lead, not verified") if cell.lead else _("verified"),
    }


def _penalties(found: Matrix, sources: _Sources) -> dict[str, Any]:
    rows = [
        {
            "article": str(row.article.number),
            "provision": line.provision,
            "source": f"[{sources.number(line.source)}]",
            "base": _years(line.base, line.base_serious, line.kind, lead=line.base_lead),
            "aggravated": _aggravated(line),
        }
        for row in found.rows
        for line in row.penalties
    ]
    return {
        "heading": _("Maximum penalties and the line of four years (Article 2(h))"),
        "text": _(
            "An offence is serious crime where its maximum is at least four years (≥ 4). The base form and the aggravated form are judged apart."
        ),
        "columns": [_("Article"), _("provision"), _("base"), _("aggravated"), _("Source")],
        "rows": rows,
        "empty": "" if rows else _("No penalty is recorded."),
    }


def _aggravated(line: PenaltyLine) -> dict[str, Any] | None:
    if line.aggravated is None:
        return None
    return _years(line.aggravated, line.aggravated_serious, "fixed", lead=line.aggravated_lead)


def _years(figure: float | None, serious: bool | None, kind: str, *, lead: bool) -> dict[str, Any]:
    shown = state(kind)
    if figure is not None and kind == "fixed":
        whole = float(figure).is_integer()
        shown = counted("{n} year", "{n} years", int(figure)) if whole else f"{figure:g} {_('years')}"
    side = {True: ("yes", "≥ 4"), False: ("no", "< 4"), None: ("unknown", _("not known"))}[serious]
    return {"years": shown, "side": side[0], "word": side[1], "lead": _("lead") if lead else ""}


def _leeway(found: Matrix, told: tuple[Gap, ...]) -> dict[str, Any]:
    rows = []
    for row in found.rows:
        texts = [f"{one.para}: {spoken(one.text)}" for one in row.article.options]
        texts += map(spoken, row.article.reservations)
        own = [f"{spoken(one.kind)}: {spoken(one.text)}" for one in row.statements]
        ranks = ", ".join(str(gap.rank) for gap in told if gap.article.number == row.article.number)
        if texts or own:
            rows.append(
                {
                    "article": f"{row.article.number} {spoken(row.article.title)}",
                    "texts": texts,
                    "own": own,
                    "ranks": ranks,
                }
            )
    return {
        "heading": _("What the articles let a party add, leave out or reserve"),
        "columns": [_("Article"), _("leeway"), _("No.")],
        "own": _("declared by this country"),
        "rows": rows,
    }


def _silent(silent: list[Gap], *, everything: bool) -> dict[str, Any]:
    articles = {gap.article.number: gap.article for gap in silent}
    rows = []
    for number in sorted(articles):
        of = [gap for gap in silent if gap.article.number == number]
        levels = [sum(gap.cell.question.level is level for gap in of) for level in Level]
        questions = [
            (gap.cell.question.para, state(gap.cell.question.level), spoken(gap.cell.question.question)) for gap in of
        ]
        rows.append(
            {
                "article": f"{number} {spoken(articles[number].title)}",
                "numbers": [str(n) if n else "–" for n in levels],
                "questions": questions if everything else [],
            }
        )
    text = counted("{n} question has no answer yet.", "{n} questions have no answer yet.", len(silent))
    return {
        "heading": _("Questions without an answer"),
        "text": text,
        "columns": [_("Article"), *map(_level, Level)],
        "rows": rows,
    }


def _listed(library: Library, told: tuple[Gap, ...], sources: _Sources) -> dict[str, Any]:
    works = dict.fromkeys(_works(library, (gap.article for gap in told)))
    return {
        "heading": _("Sources"),
        "national": [(f"[{number}]", source) for source, number in sources.numbers.items()],
        "convention": (_("The questions above put the articles in own words, after:"), list(works)),
    }


def _works(library: Library, articles: Iterable[Article]) -> Iterator[str]:
    for article in articles:
        for key in article.source.split("; "):
            work = library.contents.sources.get(key)
            yield f"{work.what} ({work.where})" if work and work.where else work.what if work else key


def _comments() -> dict[str, Any]:
    return {
        "heading": _("Comments"),
        "text": _("Please name the number of the entry or the article, what should be changed, and the source."),
        "columns": [_("No."), _("comment and source"), _("name and office"), _("day")],
        "rows": ROWS_FOR_COMMENTS,
    }

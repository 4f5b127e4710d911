"""Pieces in which all pages on the law are printed: the mark of a lead, plain tables, dim remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.kernel.language import _, language, said, word

from .output import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from comity.law.model import Fact


def lead(is_lead: object) -> str:
    """Give the mark of a lead, if it is one."""
    return f" [yellow]({_('lead')})[/]" if is_lead else ""


def mark(fact: Fact | None) -> str:
    """Give the mark of a fact: verified by whom if locally, or a lead; nothing if it was read in its source."""
    if fact is None:
        return ""
    if fact.lead:
        return lead(fact.lead)
    who = _("verified by {who}, {date}").format(who=plain(fact.verified_by), date=fact.date)
    return f" [green]({who})[/]" if fact.verified_by else ""


def rest(code: str) -> str:
    """Give a code as words."""
    return plain(word("law", code).replace("_", " "))


def spoken(text: str) -> str:
    """Give a sentence of the law room, in which nothing is read as style."""
    return plain(said(text))


def told(text: str) -> str:
    """Give what may be a sentence of the law room or a text of its data, in which nothing is read as style."""
    return plain(said(text, surely=True))


def land(code: str, name: str) -> str:
    """Give the *name* of a country, or as the person's language has it, in which nothing is read as style."""
    return plain(named(code, name))


def named(code: str, name: str) -> str:
    """Give the *name* of a country, or as the person's language has it."""
    from babel import Locale, UnknownLocaleError

    try:
        own = language() != "en" and Locale.parse(language()).territories.get(code)
    except (UnknownLocaleError, ValueError):
        own = ""
    return own or name


def lines(out: Console, text: str, tail: str = "") -> None:
    """Print a remark, if there is one."""
    if text:
        out.print(f"  {plain(text)}{tail}")


def table(title: str, columns: list[str]) -> Table:
    """Give an empty table."""
    from rich import box
    from rich.table import Table

    grid = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        grid.add_column(column, vertical="top", overflow="fold")
    return grid

"""Commands on legal bases: which basis serves a request, and two laws on one offence side by side."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from .lawoptions import law_options, on_option, today
from .output import emit


@click.command()
@click.option("--from", "here", required=True, metavar="CC", help="The state that asks.")
@click.option("--to", "there", required=True, metavar="CC", help="The state that is asked, or the provider's.")
@click.option("--offence", required=True, help="An article from 7 to 17, or the title of another offence.")
@click.option("--measure", required=True, help="What is asked for, such as preserve or disclose-content.")
@on_option
@click.option("--provider", is_flag=True, help="The request goes to a provider in that state.")
@click.option("--emergency", is_flag=True, help="Somebody's life or safety is in danger.")
@click.option("--years-here", type=float, help="Another offence: its maximum in years in the state that asks.")
@click.option("--years-there", type=float, help="Another offence: its maximum in years in the state that is asked.")
@law_options
def basis(
    here: str,
    there: str,
    offence: str,
    measure: str,
    day: datetime | None,
    provider: bool,
    emergency: bool,
    years_here: float | None,
    years_there: float | None,
    overlay: Path | None,
    as_json: bool,
) -> None:
    """List the legal bases for a request in order, and what is still to be answered."""
    from comity.law.basis import Engine
    from comity.law.library import load
    from comity.law.plain import plain
    from comity.law.question import Offence, Question
    from comity.law.terms import Addressee

    from .lawbasisview import show_decision

    by = {"article": int(offence)} if offence.isdecimal() else {"title": offence}
    named = Offence(years_here=years_here, years_there=years_there, **by)
    question = Question(
        here=here,
        there=there,
        offence=named,
        measure=measure.replace("-", "_"),
        on=today(day),
        addressee=Addressee.PROVIDER if provider else Addressee.AUTHORITY,
        emergency=emergency,
    )
    found = Engine(load(overlay)).decide(question)
    emit(plain(found), as_json, lambda: show_decision(found))


@click.command()
@click.option("--from", "here", required=True, metavar="CC", help="The state that asks.")
@click.option("--to", "there", required=True, metavar="CC", help="The state that is asked.")
@click.option("--offence", "article", type=int, required=True, help="An article from 7 to 17.")
@on_option
@law_options
def dual(here: str, there: str, article: int, day: datetime | None, overlay: Path | None, as_json: bool) -> None:
    """Set two laws on one offence side by side; the finding is left to an officer."""
    from comity.law.library import load
    from comity.law.plain import plain
    from comity.law.worksheet import worksheet

    from .lawbasisview import show_sheet

    found = worksheet(load(overlay), here, there, article=article, on=today(day))
    emit(plain(found), as_json, lambda: show_sheet(found))

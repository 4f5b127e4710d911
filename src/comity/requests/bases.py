"""Legal bases of a request: what the law room proposes for it, and how the basis that is named stands today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from comity.directory.model import Party
from comity.law.basis import Engine
from comity.law.candidate import Candidate, Decision, Standing
from comity.law.condition import State
from comity.law.library import Library
from comity.law.question import FIRST, LAST, Offence, Question
from comity.law.terms import Addressee

from .model import DOUBTFUL, OUT, WRONG, Finding
from .office import Office
from .vocabulary import law_measure

LAWYER = "Have a named lawyer confirm it."
OTHER = "Name another treaty, reciprocity, an order under domestic law, or voluntary cooperation."


def propose(office: Office, name: str) -> Decision:
    """Give the legal bases for a request of ours in order, with what is still open; a person chooses.

    Raises:
        NoRequest: there is no such request.
        NoSuchLaw: a country is not known to the law data.
    """
    with office.store.read() as unit:
        request = office.find(unit, name, OUT)
    asked = question(request.document, office.known(request.peer), office.clock.now().date())
    return Engine(office.law()).decide(asked)


def question(document: Mapping[str, Any], addressee: Party | None, on: date) -> Question:
    """Ask the law room about a request; its first offence counts."""
    return Question(
        here=document["from"]["party"][:2],
        there=document["to"]["party"][:2],
        offence=_offence(document["offences"][0]),
        measure=law_measure(document),
        on=on,
        addressee=Addressee.PROVIDER if addressee and addressee.kind == "provider" else Addressee.AUTHORITY,
    )


def judge(asked: Question, law: Library, named: str) -> Iterator[Finding]:
    """Say how the instrument *named* stands: what cannot be cited blocks, what is open is a question for a person.

    Nothing is said about whether the request is lawful.
    """
    instrument = known(law, named)
    if instrument is None:
        reason = f"{named}: not in the law data, so nothing says whether it binds both states today"
        yield Finding(DOUBTFUL, "basis.instrument", reason, LAWYER, "law data")
        return
    found = next((one for one in Engine(law).decide(asked).candidates if one.id == instrument), None)
    if found is None:
        yield Finding(WRONG, "basis.instrument", f"{named}: no basis for this measure", OTHER, "law data")
    elif found.standing is Standing.NOT_CITABLE:
        yield refused(found, "basis.instrument")
    else:
        for one in found.open:
            who = f"To be answered by {one.who}." if one.who else LAWYER
            yield Finding(DOUBTFUL, "basis.instrument", f"{one.question} {one.why}", who, one.source, not one.lead)


def refused(found: Candidate, field: str) -> Finding:
    """Say why a basis cannot be cited."""
    failed = [one for one in found.conditions if one.state is State.NOT_MET and one.decisive]
    against = [leaf for one in failed for leaf in one.leaves() if leaf.state is State.NOT_MET]
    why = "; ".join(f"{one.question} No: {one.why}" for one in against)
    source = "; ".join(dict.fromkeys(one.source for one in against))
    verified = not any(one.lead for one in against)
    return Finding(WRONG, field, f"{found.title} cannot be cited: {why}", OTHER, source, verified)


def known(law: Library, named: str) -> str | None:
    """Find the instrument that a text names, the longest name first, since one title may stand in another."""
    text = _plain(named)
    names = [(_plain(name), one.id) for one in law.instruments.values() for name in (one.name, one.short_name, one.id)]
    fitting = [(len(name), one) for name, one in names if name in text]
    return max(fitting)[1] if fitting else None


def _plain(text: str) -> str:
    return text.casefold().replace("united nations", "un")


def _offence(row: Mapping[str, Any]) -> Offence:
    """Give the offence by its Convention article, if the case names one of those that are offences, else by its title."""
    article = str(row.get("convention_article", ""))
    if article.isdecimal() and FIRST <= int(article) <= LAST:
        return Offence(article=int(article))
    return Offence(title=str(row["title"]))

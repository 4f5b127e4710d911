"""The legal basis engine: ordered candidates for one question, each with its reasons; a person decides.

1. Look up the two states and place the offence in a tier.
2. Treaties: those in force between the two on the day; those of which that is open; those that one of the two knows and
   that cannot be cited. The Hanoi Convention is always listed, and is citable only when the data say that it is in force
   for both on the day.
3. Reciprocity where the law of the requested state knows it, its own act on assistance, help without force; for a
   provider an agreement, an order at home, or what it gives of its own will. A treaty helps with a provider abroad only
   where an article of it says so.
4. Order: what may be cited first, then what depends on an open question, then what may not be cited; within each by rank:
   a treaty on mutual legal assistance, special treaties, general ones, the Convention, and what is owed less.

A lead never decides: a condition that rests on one is a lead, and a candidate with it is open.
"""

from __future__ import annotations

from collections.abc import Iterator

from .assembly import Basis
from .candidate import Decision, Standing
from .condition import Condition, Line, State
from .library import Library
from .matter import DIRECT_AGREEMENT, MLA_TREATY, Index, Matter
from .model import Instrument
from .policies.convention import Article2hSeriousCrime, Article42Paragraph5
from .policies.domestic import AssistanceAct, PowerToExecute, Reciprocity
from .policies.provider import Article2oEmergency, KnownAgreement
from .policies.treaty import (
    Addressed,
    AskDepositary,
    Asked,
    InForceBetween,
    OtherTreaty,
    ReservationOnMeasure,
    ScopeRule,
    parts,
)
from .policies.union import BothMembers
from .policy import AnyOf, Given, Policy
from .question import Question
from .terms import CONVENTION, Act, Addressee, Kind, Rule, Terms, Who
from .tier import Tier, tier

_STANDINGS = tuple(Standing)
_OTHER_RANK = 48
_ROUTES = {
    Addressee.AUTHORITY: ("union", "reciprocity", "domestic", "police"),
    Addressee.PROVIDER: ("union", "agreement", "order", "disclosure"),
}


class Engine:
    """Decides any number of questions on one state of the law."""

    def __init__(self, library: Library) -> None:
        """Keep the law, and what questions need again and again."""
        self.index = Index(library)

    def decide(self, question: Question) -> Decision:
        """Give the candidates for a question, in order.

        Raises:
            NoSuchLaw: a country or the measure is not known, or the two countries are the same.
        """
        matter = Matter.of(self.index, question)
        placed = tier(matter)
        found = [(basis.rank, basis.candidate(matter)) for basis in _bases(matter, placed)]
        found.sort(key=lambda pair: (_STANDINGS.index(pair[1].standing), pair[0], pair[1].id))
        return Decision(question, placed, tuple(one for _, one in found), tuple(_remarks(matter)))


def _bases(matter: Matter, placed: Tier) -> Iterator[Basis]:
    treaties = matter.index.treaties.values()
    displacing = tuple(one for one in treaties if one.kind == MLA_TREATY and _concerns(matter, one))
    for treaty in treaties:
        if treaty.kind in (MLA_TREATY, DIRECT_AGREEMENT) and not _concerns(matter, treaty):
            continue
        yield from _treaty(matter, treaty, placed=placed, displacing=displacing)
    for name in _ROUTES[matter.question.addressee]:
        yield from _route(matter, name)


def _treaty(matter: Matter, treaty: Instrument, *, placed: Tier, displacing: tuple[Instrument, ...]) -> Iterator[Basis]:
    terms, question = matter.index.terms(treaty.id), matter.question
    act = terms.for_measure(question.measure, question.addressee, emergency=question.urgent)
    if act is None or (treaty.kind == DIRECT_AGREEMENT and not matter.to_provider):
        return
    if terms.only_own and question.offence.article and question.offence.article not in terms.own_offences:
        return
    name = treaty.short_name
    force = InForceBetween(treaty, terms.entry_article).ask(matter)
    if not _listed(matter, treaty, act, force=force):
        return
    policies: list[Policy] = [Given(force)]
    if force.settled:
        policies.append(AskDepositary(treaty, terms.entry_article))
    policies += [Addressed(terms, act, name), *_scope(matter, terms, placed, name=name)]
    reserved = next((one for key in act.grounds if (one := terms.grounds[key]).nature == "reservation_needed"), None)
    policies.append(ReservationOnMeasure(treaty, parts(act.article), (reserved.article,) if reserved else ()))
    added = treaty.id in matter.index.library.local.added and treaty.kind not in (MLA_TREATY, DIRECT_AGREEMENT)
    policies += [Asked(terms.asks[one], name, decisive=added and one == "reads") for one in act.asks]
    if terms.other_treaty and not matter.to_provider:
        policies.append(OtherTreaty(terms.other_treaty, name, displacing))
    policies += _always(matter, terms, act)
    if reserved:
        policies.append(Article42Paragraph5(treaty, terms, reserved))
    binding = [one.short_name for one in displacing if matter.bond(one.id).binding]
    takes = " and ".join(binding) if terms.other_treaty else ""
    rank = _OTHER_RANK if added else terms.rank
    yield Basis(treaty.id, name, terms, act, rank, tuple(policies), takes)


def _route(matter: Matter, name: str) -> Iterator[Basis]:
    terms, question = matter.index.terms(name), matter.question
    act = terms.for_measure(question.measure, question.addressee, emergency=question.urgent)
    if act is None or question.addressee not in act.addressees:
        return
    statute = matter.there.mutual_legal_assistance.statute
    asks = [Asked(terms.asks[one], "", decisive=True) for one in terms.scope_asks]
    asks += [Asked(terms.asks[one], "") for one in act.asks]
    if name == "agreement":
        for pair in (one for one in terms.pairs if set(one.parties) == set(matter.pair)):
            filled = [Asked(terms.asks[one], pair.name) for one in act.asks]
            policies: tuple[Policy, ...] = (KnownAgreement(pair), *filled, *_always(matter, terms, act))
            yield Basis(name, pair.name, terms, act, terms.rank, policies)
        return
    first: dict[str, tuple[Policy, ...]] = {
        "union": (BothMembers(),),
        "reciprocity": (AssistanceAct(), Reciprocity()),
        "domestic": (AssistanceAct(),),
        "order": (PowerToExecute(requested=False, decisive=True),),
    }
    if name == "reciprocity" and not (statute and statute.reciprocity):
        return
    if name == "union" and not matter.index.members("EU")[0] >= set(matter.pair):
        return
    yield Basis(name, terms.title, terms, act, terms.rank, (*first.get(name, ()), *asks, *_always(matter, terms, act)))


def _scope(matter: Matter, terms: Terms, placed: Tier, *, name: str) -> Iterator[Policy]:
    """Give the policies that ask whether the offence and the measure are within reach."""
    reach, number = matter.measure.reach, matter.question.offence.article
    if terms.id == CONVENTION:
        first = Given(placed.convention)
        yield AnyOf(first, Given(placed.serious)) if reach == "electronic" else first
        return
    for one in terms.scope_asks:
        yield Asked(terms.asks[one], name, decisive=True)
    if terms.serious and number not in terms.own_offences:
        yield Article2hSeriousCrime(terms.serious, name)
    if reach in terms.scope and not terms.scope_asks:
        own = reach == "electronic" or number in terms.own_offences
        yield ScopeRule(terms.scope[reach], name, State.MET if own else State.OPEN, None if own else Who.CASE)


def _always(matter: Matter, terms: Terms, act: Act) -> Iterator[Policy]:
    if matter.measure.powers and not matter.to_provider and terms.kind is not Kind.VOLUNTARY:
        yield PowerToExecute(requested=True)
    if matter.question.urgent:
        rule = Rule(
            article="Hanoi Convention, 2(o)",
            text="An emergency is a significant and imminent risk to the life or safety of a natural person.",
            source="Articles 1 to 15 of the Convention in Arabic (an authentic language), read in full",
            verified=True,
        )
        yield Article2oEmergency(rule)


def _concerns(matter: Matter, treaty: Instrument) -> bool:
    """Tell whether both states stand on the list of a treaty that an overlay adds."""
    return all(treaty.of(code) for code in matter.pair)


def _listed(matter: Matter, treaty: Instrument, act: Act, *, force: Condition) -> bool:
    """Leave out treaties that neither of the two knows, and for a provider those that do not bind and say nothing of providers."""
    if treaty.id == CONVENTION:
        return True
    if matter.to_provider and Addressee.PROVIDER not in act.addressees:
        return force.state is State.MET
    told_by_lead = force.lead and not treaty.open_group
    return force.state is not State.NOT_MET or told_by_lead or any(treaty.of(code) for code in matter.pair)


def _remarks(matter: Matter) -> Iterator[Line]:
    here, there = matter.pair
    if matter.to_provider:
        yield Line(
            f"The formal way: ask the authority of {there} for the same measure, of it and not of the provider.",
            "rule of this program",
            "Comity",
        )
        if not any(one.kind == DIRECT_AGREEMENT for one in matter.index.treaties.values()):
            yield Line(
                f"No agreement on direct orders between {here} and {there} has been added and verified here.",
                "rule of this program",
                "Comity",
            )
    if not matter.measure.never_dual and not matter.to_provider:
        yield Line(
            f"The elements of the offence side by side: comity law dual --from {here} --to {there}.",
            "Hanoi Convention, 35(3)",
            "Comity",
        )

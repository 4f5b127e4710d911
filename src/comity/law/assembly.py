"""Putting a candidate together: the lines of an instrument's terms for one measure, filled in for one matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .candidate import Candidate, Clock, DualQuestion, Ground, Item, Standing, reasons, standing
from .condition import Condition, Line, State
from .matter import Matter
from .policy import Policy
from .terms import ANY, Act, Kind, Limit, Rule, Terms, Who

_DUAL = {
    "mandatory": "{to} refuses without dual criminality. Is the conduct an offence in {to}?",
    "discretionary": "{to} may refuse without dual criminality. Is the conduct an offence in {to}?",
    "coercive_measures_only": "{to} asks for dual criminality where force is needed. Does this need force, and is the "
    "conduct an offence in {to}?",
    "treaty_dependent": "{to} follows the treaty on dual criminality, and without one its own act. Is the conduct an "
    "offence in {to}?",
    "none_found": "No condition of dual criminality was found in the law of {to}. Is that confirmed for this measure?",
    "unknown": "Does {to} ask for dual criminality for this measure, and is the conduct an offence there?",
}
_URGENT = ("emergency_receipt", "emergency_followup")
_NO_STATE = "No state is asked for help here, so dual criminality is no condition of this way."
_NOT_ASKED = "Not asked at preservation. This basis has no rule of its own on it; see the grounds for refusal."
_WITHOUT = (Kind.DOMESTIC, Kind.RECIPROCITY)


@dataclass(frozen=True)
class Basis:
    """An instrument or route with what it says of the measure; *takes* names the treaty that takes its procedure's place."""

    id: str
    title: str
    terms: Terms
    act: Act
    rank: int
    policies: tuple[Policy, ...]
    takes: str = ""

    def candidate(self, matter: Matter) -> Candidate:
        """Give the candidate for a matter."""
        conditions = tuple(one.ask(matter) for one in self.policies)
        stands = standing(conditions)
        act = self.act
        return Candidate(
            id=self.id,
            kind=self.terms.kind,
            title=self.title,
            standing=stands,
            why=_why(stands, conditions, act.text),
            article=self._article(act.article),
            source=act.source,
            lead=act.lead,
            conditions=conditions,
            channel=tuple(self._channel(matter)),
            addressees=act.receivers,
            requires=self._items(matter),
            clocks=tuple(self._clocks(matter)),
            refusal=tuple(self._grounds(matter, conditions)),
            dual_criminality=self._dual(matter),
            use_limits=self._lines(matter, act.use),
            safeguards=tuple(self._safeguards(matter)),
        )

    def _article(self, article: str) -> str:
        return f"{self.title}, {article}" if self.terms.kind is Kind.TREATY else article

    def _line(self, rule: Rule) -> Line:
        takes = self.takes if rule.yields else ""
        return Line(rule.text, self._article(rule.article), rule.source, rule.lead, takes)

    def _lines(self, matter: Matter, names: tuple[str, ...]) -> tuple[Line, ...]:
        key = ("lines", self.id, self.takes, names)
        return matter.index.once(key, lambda: tuple(self._line(self.terms.rules[name]) for name in names))

    def _items(self, matter: Matter) -> tuple[Item, ...]:
        given = self.terms.contents[self.act.contents] if self.act.contents else ()
        key = ("items", self.id, self.takes, self.act.contents)
        own = matter.index.once(key, lambda: tuple(Item(one.id, one.need, self._line(one)) for one in given))
        return own + tuple(self._national_items(matter)) if own else own

    def _national_items(self, matter: Matter) -> Iterator[Item]:
        """Give what the requested state's own act asks of a request."""
        act, code = matter.there.mutual_legal_assistance.statute, matter.there.country
        if act and not matter.to_provider and self.terms.kind in (*_WITHOUT, Kind.TREATY):
            for place, text in enumerate(act.request_states):
                line = Line.of(act, f"Under the law of {code}: {text}", f"law of {code}")
                yield Item(f"national.{place}", "always", line)

    def _channel(self, matter: Matter) -> Iterator[Line]:
        urgent = self.act.urgent if matter.question.urgent else ()
        yield from self._lines(matter, (*self.act.channel, *urgent))
        if matter.to_provider or self.terms.kind in (Kind.VOLUNTARY, Kind.INTERNAL):
            return
        yield from self._notified(matter)
        yield from matter.authority_lines(contact="contact_point" in self.act.receivers)
        act, article = matter.there.mutual_legal_assistance.statute, f"law of {matter.there.country}"
        if act and self.terms.kind in _WITHOUT:
            for text in (
                act.channel,
                act.executing_authority and f"executed by: {act.executing_authority}",
                act.reciprocity,
            ):
                if text:
                    yield Line.of(act, f"{act.act}: {text}", article)

    def _notified(self, matter: Matter) -> Iterator[Line]:
        """Give what the requested state told the depositary of the way to it."""
        code = matter.there.country
        row = matter.index.library.instrument(self.id).of(code) if self.terms.kind is Kind.TREATY else None
        for one in row.statements if row else ():
            if not one.narrows:
                yield Line.of(one, f"{code} has notified: {one.text}", self._article(", ".join(one.articles)))

    def _clocks(self, matter: Matter) -> Iterator[Clock]:
        for name in self.act.limits:
            yield self._clock(matter, name, self.terms.limits[name], local=False)
        if self.terms.kind in _WITHOUT and matter.measure.never_dual and not matter.to_provider:
            yield from _durations(matter)
        for name in _URGENT if matter.question.urgent else matter.measure.targets:
            yield self._clock(matter, name, matter.index.measures.targets[name], local=True)

    def _clock(self, matter: Matter, name: str, limit: Limit, *, local: bool) -> Clock:
        def make() -> Clock:
            line = Line(limit.text, limit.article, limit.source, limit.lead) if local else self._line(limit)
            return Clock(name, limit.kind, str(limit.period or ""), limit.starts, local, line)

        return matter.index.once(("clock", self.id, self.takes, name), make)

    def _grounds(self, matter: Matter, conditions: tuple[Condition, ...]) -> Iterator[Ground]:
        reserved = any(one.policy == "Article42Paragraph5" and one.state is State.OPEN for one in conditions)
        key = ("grounds", self.id, self.takes, self.act.grounds, self.act.own_grounds)
        for ground in matter.index.once(key, lambda: tuple(map(self._ground, self.act.grounds))):
            if ground.nature != "reservation_needed" or reserved:
                yield ground
        act = matter.there.mutual_legal_assistance.statute
        if act and not matter.to_provider and self.terms.kind in (*_WITHOUT, Kind.TREATY):
            for place, text in enumerate(act.other_grounds):
                line = Line.of(
                    act, f"Said of the law of {matter.there.country}: {text}", f"law of {matter.there.country}"
                )
                yield Ground(f"national.{place}", "national_law", line)

    def _ground(self, name: str) -> Ground:
        ground = self.terms.grounds[name]
        line = self._line(ground)
        return Ground(name, ground.nature, replace(line, yields_to="") if self.act.own_grounds else line)

    def _dual(self, matter: Matter) -> DualQuestion:
        rules = list(self._lines(matter, self.act.dual))
        if matter.to_provider:
            told = Line(_NO_STATE, self._article(self.act.article), self.act.source, self.act.lead)
            return DualQuestion(False, "", "", tuple(rules) or (told,))
        if matter.measure.never_dual:
            own = rules and ANY not in self.act.measures
            told = Line(_NOT_ASKED, self._article(self.act.article), self.act.source, self.act.lead)
            return DualQuestion(False, "", "", tuple(rules) if own else (told,))
        law, article = matter.there.mutual_legal_assistance.dual_criminality, f"law of {matter.there.country}"
        if law:
            rules.append(Line.of(law, law.text, f"{article}, {law.section}" if law.section else article))
        requirement = law.requirement if law and law.verified else "unknown"
        question = matter.filled(_DUAL.get(requirement, _DUAL["unknown"]))
        return DualQuestion(True, question, matter.who(Who.THERE), tuple(rules))

    def _safeguards(self, matter: Matter) -> Iterator[Line]:
        yield from self._lines(matter, self.act.safeguards)
        own = self.terms.rules.get(matter.there.country.lower())
        if own:
            yield self._line(own)
        data = matter.there.data_protection
        if data:
            text = f"Data protection in {matter.there.country}: {data.act} {data.section}".strip()
            yield Line.of(data, text, f"law of {matter.there.country}")


def _durations(matter: Matter) -> Iterator[Clock]:
    """Give how long the requested state's own preservation lasts; only what applies on the day."""
    for number in matter.measure.powers:
        entry = matter.there.power(number)
        for one in entry.provisions if entry else ():
            if one.default_duration and one.applies(matter.question.on):
                text = f"{one.section or one.act}: lasts {one.default_duration} under the law of {matter.there.country}"
                text += f", {one.renewal}" if one.renewal else ""
                line = Line.of(one, text, f"law of {matter.there.country}", read=one.read("default_duration"))
                yield Clock(f"power_{number}", "duration", str(one.default_duration), "order", False, line)


def _why(stands: Standing, conditions: tuple[Condition, ...], text: str) -> str:
    found = reasons(stands, conditions)
    if stands is Standing.CITABLE:
        return text
    if stands is Standing.NOT_CITABLE:
        return "Not citable, because " + "; ".join(found)
    return "To be answered before it is cited: " + " ".join(found)

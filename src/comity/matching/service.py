"""Posting what cases hold, looking identifiers up, and weighing cases against each other; one unit of work an act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from comity.identifiers.kinds import kinds, normalise
from comity.kernel.clock import Clock, stamp
from comity.ledger.service import Ledger
from comity.store.engine import Store, Unit

from . import tables
from .errors import BadPosting, Decided, NoLink
from .model import EVERY_CASE, OPEN, VERDICTS, Hit, Link, Related, Shared, Sighting, Visible
from .rules import CAP, THRESHOLD, key64, weight


@dataclass(frozen=True)
class Correlator:
    """The postings of one node; *secret* keys them, so that the table alone names nobody."""

    store: Store
    ledger: Ledger
    clock: Clock
    secret: bytes
    new_id: Callable[[datetime], str]

    def post(self, case: str, source: str, sightings: Iterable[Sighting]) -> tuple[Link, ...]:
        """Post what a *source* (a return, a case sheet) says in a case; gives the links that it made.

        The same source twice has one effect. Memory: the identifiers of one source.

        Raises:
            BadPosting: the case has no name.
        """
        if not case.strip():
            raise BadPosting("got no case, expected its reference", field="case")
        rows = self._rows(sightings)
        now = self.clock.now()
        with self.store.write(durable=True) as unit:
            number = tables.case_number(unit, case, make=True)
            assert number is not None
            if not tables.add_source(unit, source, number, now):
                return ()
            new = tables.post(unit, number, rows)
            found = tuple(self._links(unit, case, number, new))
            event = {"type": "matching.posted", "at": stamp(now), "case": case, "source": source, "keys": len(new)}
            self.ledger.append(unit, event | {"links": len(found)})
        return found

    def look_up(self, wanted: Sequence[tuple[str, str]], visible: Visible) -> tuple[Hit, ...]:
        """Say in which cases identifiers stand, given as kind and text; only cases that may be seen, and only those count.

        Raises:
            BadInput: a text is no identifier of its kind.
        """
        named = [(kind, normalise(kind, text).value if kind in kinds() else text) for kind, text in wanted]
        keys = [key64(self.secret, kind, value) for kind, value in named]
        with self.store.read() as unit:
            words = tables.known(unit, keys)
            same = [
                key in words and (words[key]["kind"], words[key]["value"]) == name
                for key, name in zip(keys, named, strict=True)
            ]
            rare = [key for key, known in zip(keys, same, strict=True) if known and words[key]["degree"] <= CAP]
            cases = tables.cases_of(unit, rare)
            return tuple(
                _rare_hit(name, cases[key], visible)
                if key in cases
                else _common_hit(unit, name, key, visible)
                if known
                else Hit(*name, (), 0)
                for key, name, known in zip(keys, named, same, strict=True)
            )

    def related(self, case: str, visible: Visible) -> tuple[Related, ...]:
        """Give the cases that share identifiers with a case, the strongest first; only those that may be seen.

        Raises:
            NoLink: the case has no postings, or may not be seen.
        """
        with self.store.read() as unit:
            number = tables.case_number(unit, case)
            if number is None or (visible is not EVERY_CASE and case not in visible):
                raise NoLink(f"got {case[:60]!r}, expected a case with identifiers that you may see", field="case")
            return tuple(self._related(unit, number, _numbers(unit, visible)))

    def links(self, visible: Visible, state: str = OPEN) -> tuple[Link, ...]:
        """Give the links between cases that may both be seen."""
        with self.store.read() as unit:
            every = tables.links(unit, state)
        return tuple(link for link in every if visible is EVERY_CASE or {link.case_a, link.case_b} <= visible)

    def decide(self, link: str, verdict: str, *, by: str, reason: str, visible: Visible) -> Link:
        """Record what a named person says of a link, and why.

        Raises:
            NoLink: there is none, or not for the one who asks.
            Decided: it was decided before.
            BadPosting: verdict, name or reason is missing.
        """
        if verdict not in VERDICTS or not by.strip() or not reason.strip():
            raise BadPosting(f"got no verdict with name and reason, expected {' or '.join(VERDICTS)}", field="verdict")
        with self.store.write(durable=True) as unit:
            found = tables.find_link(unit, link)
            if found is None or (visible is not EVERY_CASE and not {found.case_a, found.case_b} <= visible):
                raise NoLink(f"got {link[:60]!r}, expected a link that you may see", field="link")
            if found.state != OPEN:
                raise Decided(
                    f"got a link that {found.by} decided as {found.state}, expected an open one", field="link"
                )
            done = replace(found, state=verdict, by=by, reason=reason, decided_at=self.clock.now())
            tables.decide(unit, done)
            event = {"type": "matching.decided", "at": stamp(self.clock.now()), "link": link, "verdict": verdict}
            self.ledger.append(unit, event | {"by": by, "reason": reason})
        return done

    def _rows(self, sightings: Iterable[Sighting]) -> list[tables.Row]:
        """Bring sightings to postings: one a key, counts added, spans widened."""
        rows: dict[int, tables.Row] = {}
        for one in sightings:
            key = key64(self.secret, one.kind, one.value)
            row = rows.setdefault(
                key, {"key": key, "kind": one.kind, "value": one.value, "records": 0, "first": None, "last": None}
            )
            row["records"] += one.records
            row["first"] = min(filter(None, (row["first"], one.first)), default=None)
            row["last"] = max(filter(None, (row["last"], one.last)), default=None)
        return list(rows.values())

    def _related(self, unit: Unit, number: int, seen: set[int] | None) -> Iterable[Related]:
        cases = tables.case_count(unit) if seen is None else len(seen)
        pairs = (
            tables.neighbours(unit, number, CAP) if seen is None else tables.seen_neighbours(unit, number, CAP, seen)
        )
        having: dict[int, set[int]] = defaultdict(lambda: {number})
        for key, other in pairs:
            having[key].add(other)
        words = tables.known(unit, list(having))
        sums: dict[int, list[Shared]] = defaultdict(list)
        for key, other in pairs:
            row, degree = words[key], len(having[key])
            sums[other].append(
                Shared(row["kind"], row["value"], degree, weight(row["kind"], row["value"], degree, cases))
            )
        names = tables.references_of(unit, list(sums))
        found = [
            Related(
                names[other], round(sum(x.weight for x in shared), 2), tuple(sorted(shared, key=lambda x: -x.weight))
            )
            for other, shared in sums.items()
        ]
        return sorted(found, key=lambda one: (-one.score, one.case))

    def _links(self, unit: Unit, case: str, number: int, new: Sequence[int]) -> Iterable[Link]:
        """Make a link of each pair that is strong enough, once; the whole of what the two share counts."""
        touched = {other for _, other in tables.neighbours(unit, number, CAP, new)} if new else set()
        names = set(tables.references_of(unit, touched).values())
        for one in self._related(unit, number, None) if touched else ():
            if one.score >= THRESHOLD and one.case in names:
                first, second = sorted((case, one.case))
                now = self.clock.now()
                link = Link(self.new_id(now), first, second, one.score, now, OPEN)
                if tables.add_link(unit, link):
                    yield link


def _rare_hit(name: tuple[str, str], cases: Sequence[str], visible: Visible) -> Hit:
    seen = sorted(case for case in cases if visible is EVERY_CASE or case in visible)
    return Hit(*name, tuple(seen), len(seen))


def _common_hit(unit: Unit, name: tuple[str, str], key: int, visible: Visible) -> Hit:
    """Give some of the cases of what many have, and how many there are that may be seen."""
    cases, count = tables.cases_with(unit, key, _numbers(unit, visible), CAP)
    return Hit(*name, tuple(sorted(tables.references_of(unit, cases).values())), count)


def _numbers(unit: Unit, visible: Visible) -> set[int] | None:
    return None if visible is EVERY_CASE else tables.numbers_of(unit, visible)

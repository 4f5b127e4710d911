"""The queue in SQL is what its plain definition says: who may know, what waits, in which order, page by page, and its figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from statistics import median

import pytest

from builders.directory import START
from builders.docket import LAN, MINH, Crowd, case_of
from comity.accounts import tables as accounts
from comity.accounts.knowledge import ever_known
from comity.exchange.cancelling import wished_away
from comity.exchange.queuetables import Wanted
from comity.exchange.worklist import delivered
from comity.requests import tables as requests
from comity.requests.dockettables import outcomes
from comity.requests.model import Answer, Entry, Request
from comity.store.engine import Store, Unit

SEEDS, MANY = (1, pytest.param(2, marks=pytest.mark.soak)), 60


def crowd(unit: Unit, seed: int) -> Crowd:
    """A desk of many requests."""
    made = Crowd(unit, seed)
    made.fill(MANY)
    return made


def waits(made: Crowd, one: Request) -> bool:
    """Whether somebody still has to do something about a request."""
    objects = made.objects.get(one.id, [])
    if wished_away(objects) or one.state == "refused":
        return False
    if one.state != "accepted":
        return True
    done = delivered(one, made.states.get(one.id, set()), objects) in ("received", "done")
    return one.measure.startswith("disclose_") and not done


def paged(unit: Unit, wanted: Wanted, most: int = 7) -> list[str]:
    """All pages of a list, one after the other."""
    found: list[str] = []
    after = ""
    while lines := wanted.page(unit, after=after, most=most):
        found += [line.request for line in lines]
        after = lines[-1].place
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_what_nobody_opened_is_counted(store: Store, seed: int) -> None:
    """New is what waits received, and what nobody opened, took up or did something about; coming in alone opens nothing."""
    with store.write() as unit:
        made = crowd(unit, seed)
        acts = dict(zip([one.id for one in made.requests], cycle(["open", "take up", "", "asked to be Cancelled"])))
        for request, act in acts.items():
            if act:
                requests.add_entry(unit, Entry(request, START, act, "received", "Lan"))
        touched = {request for request, act in acts.items() if act in requests.OPENED}
        assert requests.opened(unit, acts) == touched
        expected = [one for one in made.requests if one.state == "received" and waits(made, one)]
        expected = [one for one in expected if one.id not in touched]
        assert paged(unit, Wanted(unopened=True)) == made.ordered(expected)
        assert Wanted(unopened=True).count(unit)[0] == len(expected) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_pages_are_the_plain_list(store: Store, seed: int) -> None:
    """What waits and everything, of one's cases, of nobody's and of all, comes page by page as the plain definition says."""
    with store.write() as unit:
        made = crowd(unit, seed)
        mine, ever = accounts.cases_known([LAN, MINH], LAN, START), set(made.members)
        known = made.known(LAN, MINH)
        lists: dict[Wanted, Callable[[Request], bool]] = {
            Wanted(mine): lambda one: case_of(one) in known and waits(made, one),
            Wanted(mine, everything=True): lambda one: case_of(one) in known,
            Wanted(but=(ever_known(), mine)): lambda one: case_of(one) not in ever | known and waits(made, one),
            Wanted(): lambda one: waits(made, one),
            Wanted(tuple(sorted(known))[:2], everything=True): lambda one: case_of(one) in sorted(known)[:2],
        }
        for wanted, plain in lists.items():
            expected = [one for one in made.requests if plain(one)]
            assert paged(unit, wanted) == made.ordered(expected)
            urgent = sum(one.measure == "disclose_emergency" for one in expected)
            assert wanted.count(unit) == (len(expected), urgent)


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_are_the_plain_count(store: Store, seed: int) -> None:
    """Requests are counted by country, measure, outcome and code, with the median hours to the first decision, as one would by hand."""
    with store.write() as unit:
        made, since, until = crowd(unit, seed), START + timedelta(hours=1), START + timedelta(hours=4)
        groups: dict[tuple[str, ...], list[float | None]] = defaultdict(list)
        for one in made.requests:
            if since <= made.came[one.id] < until:
                groups[told(made, one)].append(hours(made, one))
        expected = []
        for key, found in sorted(groups.items()):
            known = [one for one in found if one is not None]
            expected.append((*key, len(found), pytest.approx(median(known)) if known else None))
        assert outcomes(unit, since, until) == expected


def told(made: Crowd, one: Request) -> tuple[str, str, str, str]:
    """Under what a request counts."""
    if one.state == "received":
        return one.peer[:2], one.measure, "waiting", ""
    if one.state == "accepted" and one.id in made.states:
        return one.peer[:2], one.measure, "delivered", ""
    last = [answer for answer in answers(made, one) if answer.state == one.state][-1]
    return one.peer[:2], one.measure, one.state, last.code


def hours(made: Crowd, one: Request) -> float | None:
    """How long the first decision took."""
    decided = [answer.at for answer in answers(made, one) if answer.state != "received"]
    return (decided[0] - made.came[one.id]).total_seconds() / 3600 if decided else None


def answers(made: Crowd, one: Request) -> list[Answer]:
    """The receipts on a request in their order."""
    return sorted(made.answers[one.id], key=lambda answer: (answer.at, answer.signed, answer.id))


def test_no_two_requests_share_a_place(store: Store) -> None:
    """Requests that came and are due at one moment still stand in one fixed order, so that no page leaves one out."""
    with store.write() as unit:
        made = crowd(unit, 3)
        lines = Wanted(everything=True).page(unit, after="", most=None)
        assert len({line.place for line in lines}) == len(made.requests) == MANY

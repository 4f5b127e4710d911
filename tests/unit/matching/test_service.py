"""Matching cases by what they share."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders.logs import NOON
from builders.matching import correlator, seen
from comity.matching import tables
from comity.matching.errors import BadPosting, Decided, NoLink
from comity.matching.model import CONFIRMED, EVERY_CASE, Sighting
from comity.matching.rules import CAP, key64, weight
from comity.store.engine import Store

WALLET, PHONE, MAIL = "wallet:bc1-one", "phone:+12025550143", "email:nova@example.org"


def test_a_case_is_found_by_what_it_holds(store: Store) -> None:
    """An identifier posted in a case leads to the case, written in any form that is normalised to it."""
    c = correlator(store)
    c.post("C-1", "r1", seen(PHONE))
    hits = c.look_up([("phone", "+1 (202) 555-0143"), ("email", "nobody@example.org")], EVERY_CASE)
    assert [(hit.value, hit.cases, hit.count) for hit in hits] == [
        ("+12025550143", ("C-1",), 1),
        ("nobody@example.org", (), 0),
    ]


def test_the_same_source_twice_counts_once(store: Store) -> None:
    """Posting a source again changes nothing; another source of the case adds its records and widens the time."""
    c = correlator(store)
    first = [Sighting("account", "u1", 2, NOON, NOON)]
    c.post("C-1", "r1", first)
    c.post("C-1", "r1", first)
    c.post("C-1", "r2", [Sighting("account", "u1", 3, NOON - timedelta(days=1), None)])
    with store.read() as unit:
        row = unit.execute(tables._postings.select()).one()
    assert (row.records, row.first, row.last) == (5, NOON - timedelta(days=1), NOON)
    assert c.look_up([("account", "u1")], EVERY_CASE)[0].count == 1


def test_rare_things_in_common_make_a_link_once(store: Store) -> None:
    """Two cases with two rare identifiers in common are linked, when the second comes in, and only once."""
    c = correlator(store)
    for n in range(40):
        c.post(f"X-{n}", f"x{n}", seen(f"account:only{n}"))
    assert c.post("C-1", "r1", seen(WALLET, MAIL)) == ()
    (link,) = c.post("C-2", "r2", seen(WALLET, MAIL))
    assert (link.case_a, link.case_b) == ("C-1", "C-2")
    assert c.post("C-2", "r3", seen(PHONE)) == ()
    assert c.links(EVERY_CASE) == (link,)


def test_a_pair_is_weighed_by_all_it_shares(store: Store) -> None:
    """The strongest case stands first, with each thing shared, how many have it, and what it weighs."""
    c = correlator(store)
    c.post("C-1", "r1", seen(WALLET, MAIL))
    c.post("C-2", "r2", seen(MAIL))
    c.post("C-3", "r3", seen(WALLET, MAIL))
    found = c.related("C-1", EVERY_CASE)
    assert [one.case for one in found] == ["C-3", "C-2"]
    assert {(x.kind, x.degree) for x in found[0].shared} == {("wallet", 2), ("email", 3)}


def test_what_everybody_has_is_found_and_weighs_nothing(store: Store) -> None:
    """A value of more than fifty cases is told as common, shows fifty of them, and links nobody."""
    c = correlator(store)
    for n in range(CAP + 5):
        c.post(f"C-{n:02}", f"r{n}", seen("account:common"))
    (hit,) = c.look_up([("account", "common")], EVERY_CASE)
    assert (len(hit.cases), hit.count, hit.common) == (CAP, CAP + 5, True)
    (mine,) = c.look_up([("account", "common")], frozenset({"C-01", "C-99"}))
    assert (mine.cases, mine.count, mine.common) == (("C-01",), 1, False)
    assert c.related("C-00", EVERY_CASE) == ()
    assert c.links(EVERY_CASE) == ()


def test_who_may_not_see_a_case_does_not_see_that_there_is_one(store: Store) -> None:
    """Look-up, count, score, degree and links are those of the visible cases alone."""
    c = correlator(store)
    c.post("C-1", "r1", seen(WALLET, MAIL))
    c.post("C-2", "r2", seen(WALLET, MAIL))
    c.post("C-3", "r3", seen(MAIL))
    mine = frozenset({"C-1", "C-3"})
    hit = c.look_up([("email", "nova@example.org")], mine)[0]
    assert (hit.cases, hit.count) == (("C-1", "C-3"), 2)
    (other,) = c.related("C-1", mine)
    assert (other.case, [x.degree for x in other.shared]) == ("C-3", [2])
    assert all({link.case_a, link.case_b} <= mine for link in c.links(mine))
    for hidden in ("C-2", "C-9"):
        with pytest.raises(NoLink, match="that you may see"):
            c.related(hidden, mine)


def test_a_person_decides_once_with_a_reason(store: Store) -> None:
    """A verdict is kept with name and reason; a second one, one without reason and one by a stranger are refused."""
    c = correlator(store)
    for n in range(40):
        c.post(f"X-{n}", f"x{n}", seen(f"account:only{n}"))
    c.post("C-1", "r1", seen(WALLET, MAIL))
    (link,) = c.post("C-2", "r2", seen(WALLET, MAIL))
    with pytest.raises(BadPosting):
        c.decide(link.id, CONFIRMED, by="Post 1", reason=" ", visible=EVERY_CASE)
    with pytest.raises(NoLink):
        c.decide(link.id, CONFIRMED, by="Post 1", reason="seen", visible=frozenset({"C-1"}))
    done = c.decide(link.id, CONFIRMED, by="Post 1", reason="Same wallet, same month", visible=EVERY_CASE)
    assert (done.state, done.by) == (CONFIRMED, "Post 1")
    with pytest.raises(Decided):
        c.decide(link.id, CONFIRMED, by="Post 2", reason="again", visible=EVERY_CASE)
    assert c.links(EVERY_CASE) == ()


def test_a_post_without_a_case_is_refused(store: Store) -> None:
    """Postings belong to a case."""
    with pytest.raises(BadPosting, match="got no case"):
        correlator(store).post(" ", "r1", seen(MAIL))


def test_the_table_alone_names_nobody() -> None:
    """The number under which an identifier stands hangs on the secret of the node, and on the kind."""
    numbers = {key64(secret, kind, "x") for secret in (b"a" * 32, b"b" * 32) for kind in ("email", "account")}
    assert len(numbers) == 4


def test_rarity_weighs_more() -> None:
    """The fewer have a thing, the more it weighs; a wallet more than an address; a public resolver nothing."""
    assert weight("wallet", "x", 2, 100) > weight("wallet", "x", 20, 100) > weight("ip", "192.0.2.1", 20, 100) > 0
    assert weight("ip", "8.8.8.8", 2, 100) == weight("wallet", "x", CAP + 1, 1000) == 0

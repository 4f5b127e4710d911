"""All pairs, and all that is shared, at once."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.databases import copied, current
from builders.logs import NOON
from builders.matching import correlator, seen
from comity.kernel.clock import FixedClock
from comity.matching.across import across, size
from comity.matching.batch import batch, write_postings
from comity.matching.model import EVERY_CASE, Met
from comity.matching.rules import CAP, weight
from comity.store.engine import Store

cases = st.dictionaries(
    st.sampled_from(["C-1", "C-2", "C-3", "C-4", "C-5"]),
    st.sets(st.sampled_from([f"email:{n}@example.org" for n in range(6)]), min_size=1),
    min_size=2,
)


@settings(max_examples=8, deadline=None)
@given(cases)
def test_all_at_once_is_what_the_node_says_of_each_case(held: dict[str, set[str]]) -> None:
    """Every pair shares what asking the node about one of its cases gives, and every identifier has the cases of its look-up."""
    with tempfile.TemporaryDirectory() as name, current(copied(Path(name) / "node.db")) as store:
        one = correlator(store)
        for case, keys in held.items():
            one.post(case, case, seen(*sorted(keys)))
        with across(store, EVERY_CASE) as found:
            met = list(found.met())
            assert (found.cases, found.shared, found.common) == (len(held), len(met), 0)
        for each in met:
            assert one.look_up([(each.kind, each.value)], EVERY_CASE)[0].cases == each.cases
            assert each.weight == round(weight(each.kind, each.value, len(each.cases), len(held)), 2)
        pairs = {
            frozenset((a, b)): {m.value for m in met if {a, b} <= set(m.cases)} for a in held for b in held if a < b
        }
        assert {pair: shared for pair, shared in pairs.items() if shared} == {
            frozenset((case, other.case)): {x.value for x in other.shared}
            for case in held
            for other in one.related(case, EVERY_CASE)
        }


def test_the_rarest_stands_first_and_the_top_is_the_top(store: Store) -> None:
    """What two cases share comes before what three do, a wallet before an address; no more is given than is asked for."""
    one = correlator(store)
    one.post("C-1", "r1", seen("email:a@example.org", "wallet:bc1-one", "ip:192.0.2.1", "ip:8.8.8.8"))
    one.post("C-2", "r2", seen("email:a@example.org", "wallet:bc1-one", "ip:192.0.2.1", "ip:8.8.8.8"))
    one.post("C-3", "r3", seen("email:a@example.org", "account:only"))
    with across(store, EVERY_CASE) as found:
        assert [(met.kind, len(met.cases)) for met in found.met()] == [("wallet", 2), ("ip", 2), ("email", 3)]
        assert [met.value for met in found.met(1)] == ["bc1-one"]
        assert found.shared == 3


def test_pairs_are_weighed_as_links_are(store: Store) -> None:
    """A pair that is strong enough to be a link is given, with the score of the link; a weaker one is not."""
    one = correlator(store)
    for n in range(40):
        one.post(f"X-{n}", f"x{n}", seen(f"account:only{n}", "email:many@example.org"))
    one.post("C-1", "r1", seen("wallet:bc1-one", "email:a@example.org"))
    (link,) = one.post("C-2", "r2", seen("wallet:bc1-one", "email:a@example.org"))
    with across(store, EVERY_CASE) as found:
        (pair,) = found.pairs()
    assert (pair.case_a, pair.case_b, pair.shared, pair.score) == ("C-1", "C-2", 2, link.score)


def test_since_leaves_what_nobody_added_to(store: Store) -> None:
    """With a time, what is shared only by cases to which nothing was added from then on is left out; degrees stay whole."""
    one = correlator(store)
    one.post("C-1", "r1", seen("wallet:old", "wallet:new"))
    one.post("C-2", "r2", seen("wallet:old", "wallet:new"))
    assert isinstance(one.clock, FixedClock)
    one.clock.advance(timedelta(days=1))
    one.post("C-3", "r3", seen("wallet:new"))
    with across(store, EVERY_CASE, NOON + timedelta(hours=1)) as found:
        assert [(met.value, met.cases) for met in found.met()] == [("new", ("C-1", "C-2", "C-3"))]
    with across(store, EVERY_CASE, NOON + timedelta(days=2)) as found:
        assert (found.shared, list(found.met()), list(found.pairs())) == (0, [], [])


def test_what_everybody_has_is_counted_and_makes_no_pairs(store: Store) -> None:
    """A key of more cases than the cap is cut away before it can be paired, and counted as common."""
    one = correlator(store)
    for n in range(CAP + 1):
        one.post(f"C-{n}", f"r{n}", seen("account:common"))
    with across(store, EVERY_CASE) as found:
        assert (found.shared, found.common, list(found.met()), list(found.pairs())) == (0, 1, [], [])
    with across(store, frozenset({"C-1", "C-2", "C-77"})) as found:
        assert (found.cases, list(found.met())) == (2, [Met("account", "common", ("C-1", "C-2"), 0.0)])


def test_progress_is_told_and_nothing_stays_on_disk(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many postings are told as were said to be there; the private folder is gone afterwards."""
    one = correlator(store)
    for case in ("C-1", "C-2"):
        one.post(case, case, seen("account:a", "account:b", f"account:{case}"))
    (tmp_path / "room").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "room"))
    told: list[int] = []
    with across(store, EVERY_CASE, None, told.append) as found:
        assert len(list(found.met())) == 2
        (left,) = (path for path in (tmp_path / "room").iterdir() if list(path.glob("*.parquet")))
        assert left.stat().st_mode & 0o777 == 0o700
        assert b"account" not in (left / "postings.parquet").read_bytes()
    assert (sum(told), size(store), list((tmp_path / "room").iterdir())) == (4, 4, [])


def test_postings_of_several_files_are_one(tmp_path: Path) -> None:
    """Postings may lie in more than one file, and in none at all."""
    for n, rows in enumerate([[(1, 1, 1.0, True)], [(1, 2, 1.0, True), (2, 2, 1.0, True)], []]):
        write_postings(tmp_path / f"[{n}].parquet", [rows] if rows else [])
    with batch(sorted(tmp_path.iterdir()), 10) as found:
        assert [row["cases"] for part in found.keys() for row in part.to_pylist()] == [[1, 2]]  # noqa: SIM118

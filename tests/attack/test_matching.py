"""What a person who may see few cases could learn of the others from what matching answers him."""

from __future__ import annotations

import pytest

from builders.databases import fresh_database, migrated
from builders.matching import correlator, seen
from comity.matching.across import across
from comity.matching.model import Visible
from comity.matching.rules import CAP
from comity.matching.service import Correlator

MINE = frozenset({"C-1", "C-2", "C-3"})
SHARED = ("account:common", "email:a@example.org")


def answers(one: Correlator, visible: Visible) -> list[object]:
    """Ask everything that can be asked about what two cases share."""
    with across(one.store, visible) as found:
        every = [found.cases, found.shared, found.common, list(found.met()), list(found.pairs())]
    asked = [(key.partition(":")[0], key.partition(":")[2]) for key in SHARED]
    return [one.related("C-1", visible), one.look_up(asked, visible), *every]


@pytest.mark.parametrize("hidden", [1, CAP - 2, CAP - 1, CAP, CAP + 10])
def test_no_answer_tells_that_hidden_cases_exist(hidden: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """However many hidden cases have the same things, all answers about one's own cases are those of a node without them."""
    found = []
    for others in (0, hidden):
        folder = tmp_path_factory.mktemp("node")
        with fresh_database("sqlite", folder) as url, migrated(url) as store:
            one = correlator(store)
            for case in ("C-1", "C-2"):
                one.post(case, case, seen(*SHARED))
            one.post("C-3", "C-3", seen("account:another"))
            for n in range(others):
                one.post(f"H-{n}", f"h{n}", seen(*SHARED))
            found.append(answers(one, MINE))
    assert found[0] == found[1]
    (related, *_) = found[0]
    assert [len(other.shared) for other in related] == [2]  # type: ignore[attr-defined]


def test_what_is_common_among_ones_own_stays_common(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What more than fifty of the cases one may see have is left out of what cases share, whoever asks."""
    with fresh_database("sqlite", tmp_path_factory.mktemp("node")) as url, migrated(url) as store:
        one = correlator(store)
        for n in range(CAP + 1):
            one.post(f"C-{n}", f"r{n}", seen("account:common"))
        every, fewer = (frozenset(f"C-{n}" for n in range(count)) for count in (CAP + 1, CAP))
        assert one.related("C-1", every) == ()
        assert len(one.related("C-1", fewer)) == CAP - 1

"""The law of several countries on one article, side by side."""

from __future__ import annotations

import pytest

from builders.law import shipped
from comity.law.comparison import compare, exemptions
from comity.law.country import Found
from comity.law.errors import NoSuchLaw


def test_countries_stand_in_the_order_asked_for() -> None:
    """Each country is one column, in the order asked for, once, with its provisions and whether they are leads."""
    found = compare(shipped(), ("vn", "PH", "EE", "VN"), 7)
    assert [(one.country, one.status, one.lead) for one in found.columns] == [
        ("VN", Found.FOUND, False),
        ("PH", Found.FOUND, True),
        ("EE", Found.FOUND, False),
    ]


def test_penalties_stand_by_their_provisions() -> None:
    """Every offence has one line of penalty a provision, in the same order; a power has none."""
    for article in (7, 9, 25):
        for one in compare(shipped(), shipped().profiled, article).columns:
            assert len(one.penalties) == (len(one.provisions) if article < 18 else 0)
            assert [line.source for line in one.penalties] == [p.source for p in one.provisions][: len(one.penalties)]


def test_exemptions_are_told_apart_from_conditions() -> None:
    """What takes an act out is not listed among what must also be true, and nothing is lost."""
    provisions = [p for c in shipped().profiled for o in shipped().country(c).offences.values() for p in o.provisions]
    parted = [exemptions(p) for p in provisions]
    assert sum(len(needed) + len(out) for needed, out in parted) == sum(len(p.conditions) for p in provisions)
    assert any(out for _, out in parted)


def test_a_country_nobody_looked_at_is_shown_as_such() -> None:
    """A country without a profile has a column that says so."""
    (column,) = compare(shipped(), ("FJ",), 7).columns
    assert (column.status, column.provisions, column.lead) == (Found.NOT_RESEARCHED, (), False)


@pytest.mark.parametrize("article", [1, 24, 31, 69])
def test_only_offences_and_powers_can_be_compared(article: int) -> None:
    """On other articles no national law is kept, and that is said."""
    with pytest.raises(NoSuchLaw, match="expected one of"):
        compare(shipped(), ("VN",), article)

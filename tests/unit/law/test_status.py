"""Treaty status: who is bound to whom on a date, never more than the data say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.law import TODAY, parties, shipped, write
from comity.law.errors import NoSuchLaw
from comity.law.library import Library, load
from comity.law.model import Standing
from comity.law.status import Answer, in_force, in_force_between, party, progress

CODES = sorted(shipped().places.names)
INSTRUMENTS = list(shipped().instruments)
pairs = st.lists(st.sampled_from(CODES), min_size=2, max_size=2, unique=True)
days = st.dates(date(2000, 1, 1), date(2040, 1, 1))


def between(one: str, other: str, instrument: str, on: str, library: Library | None = None) -> Answer:
    """Ask whether an instrument binds two parties to each other."""
    day = date.fromisoformat(on)
    return in_force_between(library or shipped(), one, other, instrument=instrument, on=day).answer


@pytest.mark.parametrize(
    ("one", "other", "instrument", "on", "expected"),
    [
        ("VN", "PH", "hanoi", "2026-01-01", Answer.NO),
        ("VN", "PH", "hanoi", "2026-11-25", Answer.UNKNOWN),
        ("QA", "AZ", "hanoi", "2030-01-01", Answer.UNKNOWN),
        ("PH", "JP", "budapest", "2026-04-01", Answer.YES),
        ("PH", "JP", "budapest", "2018-07-01", Answer.YES),
        ("PH", "JP", "budapest", "2018-06-30", Answer.NO),
        ("FR", "EE", "budapest", "2004-06-30", Answer.NO),
        ("IE", "FR", "budapest", "2026-04-01", Answer.NO),
        ("EU", "US", "budapest", "2026-04-01", Answer.NO),
        ("VN", "JP", "budapest", "2026-11-25", Answer.UNKNOWN),
        ("JP", "RS", "budapest-sap2", "2026-01-01", Answer.NO),
        ("JP", "RS", "budapest-sap2", "2027-01-01", Answer.UNKNOWN),
        ("VN", "PH", "untoc", "2026-11-25", Answer.YES),
        ("VN", "PH", "untoc", "2012-07-07", Answer.NO),
        ("VN", "EE", "untoc", "2026-11-25", Answer.UNKNOWN),
        ("VN", "MM", "untoc", "2026-11-25", Answer.UNKNOWN),
        ("VN", "EE", "uncac", "2026-11-25", Answer.YES),
        ("VN", "PH", "uncac", "2026-11-25", Answer.UNKNOWN),
        ("GH", "SN", "malabo", "2026-11-25", Answer.UNKNOWN),
        ("VN", "GH", "malabo", "2026-11-25", Answer.NO),
        ("EG", "QA", "arab-2010", "2026-11-25", Answer.YES),
        ("EG", "QA", "arab-2010", "2013-01-01", Answer.UNKNOWN),
        ("EG", "BH", "arab-2010", "2026-11-25", Answer.UNKNOWN),
        ("EG", "FR", "arab-2010", "2026-11-25", Answer.NO),
    ],
)
def test_who_is_bound_to_whom(one: str, other: str, instrument: str, on: str, expected: Answer) -> None:
    """The shipped data answer each of these as a careful reader of the lists would."""
    assert between(one, other, instrument, on) is expected


def test_the_convention_binds_nobody_until_data_say_so(tmp_path: Path) -> None:
    """Entry into force alone binds nobody; with both states recorded it does, from the later day on."""
    force = "status: in_force, in_force: 2027-06-01, needs: 40"
    rows = "party: VN, status: party, in_force: 2027-06-01\nparty: PH, status: party, in_force: 2027-09-01"
    alone = load(write(tmp_path / "a", instruments__hanoi=parties("", entry=force)))
    assert between("VN", "PH", "hanoi", "2027-12-01", alone) is Answer.UNKNOWN
    both = load(write(tmp_path / "b", instruments__hanoi=parties(rows, entry=force)))
    answers = [between("VN", "PH", "hanoi", on, both) for on in ("2027-05-31", "2027-08-31", "2027-09-01")]
    assert answers == [Answer.NO, Answer.NO, Answer.YES]


def test_a_date_known_to_the_month_does_not_bind_within_it(tmp_path: Path) -> None:
    """Within the month in which a state became a party nobody can say that it is bound."""
    library = load(
        write(tmp_path, instruments__b=parties("party: VN, status: party, in_force: 2027-03", instrument="budapest"))
    )
    answers = [between("VN", "PH", "budapest", f"2027-{day}", library) for day in ("02-28", "03-15", "03-31")]
    assert answers == [Answer.NO, Answer.UNKNOWN, Answer.YES]


def test_a_lead_does_not_bind(tmp_path: Path) -> None:
    """A state that is only reported to be a party is not bound, and the question to ask is named."""
    text = parties("party: VN, status: party, in_force: 2020-01-01", instrument="budapest").replace(
        "verified: true", "verified: false"
    )
    found = party(load(write(tmp_path, instruments__b=text)), "VN", "budapest", TODAY).bound
    assert found.answer is Answer.UNKNOWN
    assert found.open == ("Is it confirmed that VN is bound by the Budapest Convention?",)
    assert [reason.lead for reason in found.reasons] == [True]


def test_a_state_that_left_is_bound_until_its_end(tmp_path: Path) -> None:
    """A withdrawal ends what bound on its day, not before."""
    row = "party: PH, status: withdrawn, in_force: 2018-07-01, ended: 2027-01-01"
    library = load(write(tmp_path, instruments__b=parties(row, instrument="budapest")))
    answers = [between("PH", "JP", "budapest", on, library) for on in ("2018-06-30", "2026-12-31", "2027-01-01")]
    assert answers == [Answer.NO, Answer.YES, Answer.NO]


def test_what_a_state_had_done_by_a_day() -> None:
    """A state is nothing before it signs, a signatory before it consents, a party from its own day on."""
    days = (date(2001, 11, 22), date(2001, 11, 23), date(2003, 5, 12), date(2004, 7, 1))
    found = [party(shipped(), "EE", "budapest", day).standing for day in days]
    assert found == [None, Standing.SIGNATORY, Standing.CONSENTED, Standing.PARTY]


def test_reservations_are_given_with_the_status() -> None:
    """Qatar's statements come with its status, and touch the articles they name."""
    status = party(shipped(), "QA", "hanoi", TODAY)
    touched = [n for n in (7, 13, 14, 15, 16, 63) if any(one.touches(str(n)) for one in status.statements)]
    assert (status.standing, touched) == (Standing.CONSENTED, [14, 15, 16, 63])


def test_an_organisation_does_not_count_towards_entry_into_force(tmp_path: Path) -> None:
    """The consent of the European Union is not one of the forty of Article 65(1)."""
    before = progress(shipped(), "hanoi")
    rows = "party: EU, status: consented\nparty: VN, status: consented"
    after = progress(load(write(tmp_path, instruments__h=parties(rows))), "hanoi")
    assert (before.recorded, after.recorded, after.needed) == (1, 2, 40)


def test_a_member_of_an_organisation_that_is_listed_is_asked_about() -> None:
    """Germany has not signed the Convention and the Union has: whose competence it is stays open."""
    found = party(shipped(), "DE", "hanoi", TODAY).bound
    assert any("EU stands on the list" in question for question in found.open)


def test_nobody_is_bound_to_themselves() -> None:
    """The same state twice is refused."""
    with pytest.raises(NoSuchLaw, match="two parties"):
        between("VN", "vn", "hanoi", "2026-01-01")


@given(pairs, st.sampled_from(INSTRUMENTS), days)
def test_a_yes_needs_verified_facts_of_both(pair: list[str], instrument: str, on: date) -> None:
    """For any two parties, instrument and day: a yes rests on verified facts alone, and both are recorded as parties."""
    found = in_force_between(shipped(), *pair, instrument=instrument, on=on)
    assert found.reasons
    assert all(reason.source for reason in found.reasons)
    if found.answer is Answer.YES:
        rows = [shipped().instrument(instrument).of(code) for code in pair]
        assert not found.leads
        assert all(row and row.verified and (row.in_force is None or row.in_force.by(on)) for row in rows)
    elif found.answer is Answer.UNKNOWN:
        assert found.open


@given(pairs, st.sampled_from(INSTRUMENTS), days)
def test_the_order_of_the_two_does_not_matter(pair: list[str], instrument: str, on: date) -> None:
    """Both ways round, and asked twice, the answer and the reasons are the same."""
    one = in_force_between(shipped(), pair[0], pair[1], instrument=instrument, on=on)
    other = in_force_between(shipped(), pair[1], pair[0], instrument=instrument, on=on)
    assert (one.answer, set(one.reasons), set(one.open)) == (other.answer, set(other.reasons), set(other.open))


@given(pairs, days)
def test_the_convention_is_never_binding_in_the_shipped_data(pair: list[str], on: date) -> None:
    """Whatever the two and the day, the shipped data do not make the Convention binding."""
    assert in_force_between(shipped(), *pair, instrument="hanoi", on=on).answer is not Answer.YES


@given(st.sampled_from(INSTRUMENTS), days, days)
def test_an_instrument_in_force_stays_in_force(instrument: str, one: date, other: date) -> None:
    """What is in force on a day is in force on every later one."""
    earlier, later = sorted((one, other))
    if in_force(shipped(), instrument, earlier).answer is Answer.YES:
        assert in_force(shipped(), instrument, later).answer is Answer.YES

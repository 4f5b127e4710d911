"""The library: everything shipped is sound, and an overlay corrects or adds, whole entries at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.law import CHECKED, found, offence, parties, shipped, write
from comity.law.errors import BadLaw, NoSuchLaw
from comity.law.library import load


def test_everything_shipped_is_sound() -> None:
    """Every file that is shipped can be read and fits the others."""
    shipped().check()
    assert (len(shipped().articles), len(shipped().profiled), len(shipped().instruments)) == (68, 24, 8)


def test_a_country_without_a_profile_is_unresearched() -> None:
    """A state of which nothing is kept has an empty profile with its name."""
    country = shipped().country("fj")
    assert (country.country, country.name, country.offences, country.offence(7)) == ("FJ", "Fiji", {}, None)


@pytest.mark.parametrize("code", ["XX", "", "VNM", "../vn"])
def test_an_unknown_country_is_told(code: str) -> None:
    """A code that no state has is refused with advice."""
    with pytest.raises(NoSuchLaw, match="expected a known code") as caught:
        shipped().country(code)
    assert "two letters" in caught.value.advice


def test_unknown_articles_and_instruments_are_told() -> None:
    """There are 68 articles, and an instrument is named among those that are known."""
    with pytest.raises(NoSuchLaw, match="1 to 68"):
        shipped().article(71)
    with pytest.raises(NoSuchLaw, match="hanoi, budapest"):
        shipped().instrument("lanzarote")


def test_an_overlay_replaces_a_whole_entry(tmp_path: Path) -> None:
    """An offence of an overlay stands in place of the shipped one; nothing of the old one is left, the rest stays."""
    library = load(write(tmp_path, national__mine="country: VN\n" + found("4")))
    (one,) = library.country("VN").offences["illegal_access"].provisions
    assert (one.act, one.aggravated_max_years, one.conditions, one.verified_by) == (
        "Example Act",
        None,
        (),
        "A. Example",
    )
    assert library.country("VN").offences["laundering_of_proceeds"].provisions[0].section == "Art. 324"


def test_an_overlay_does_not_make_shipped_facts_verified(tmp_path: Path) -> None:
    """What an overlay does not give itself is exactly as verified as before."""
    library = load(write(tmp_path, national__mine="country: PH\n" + found("4")))
    mine, theirs = library.country("PH"), shipped().country("PH")
    assert {k: v for k, v in mine.offences.items() if k != "illegal_access"} == {
        k: v for k, v in theirs.offences.items() if k != "illegal_access"
    }
    assert (mine.powers, mine.mutual_legal_assistance) == (theirs.powers, theirs.mutual_legal_assistance)


def test_an_overlay_adds_a_country(tmp_path: Path) -> None:
    """A country that is not shipped gets a profile from an overlay alone."""
    library = load(write(tmp_path, national__fj="country: FJ\ncurrency: FJD\n" + found("10")))
    assert ("FJ" in library.profiled, library.country("FJ").currency) == (True, "FJD")


def test_an_overlay_adds_an_instrument(tmp_path: Path) -> None:
    """A treaty that is not shipped is added whole, and shown after those that are."""
    text = f"""id: example-mla
name: Treaty on assistance between two states
short_name: Example Treaty
kind: bilateral
depositary: none
entry: {{status: in_force, in_force: 2001-05-01, verified: true, {CHECKED}}}
coverage: {{complete: true, as_of: 2026-11-20, verified: true, {CHECKED}}}
participations:
  - {{party: VN, status: party, in_force: 2001-05-01, verified: true, {CHECKED}}}
"""
    library = load(write(tmp_path, instruments__example=text))
    assert list(library.instruments)[-1] == "example-mla"
    assert library.instrument("example-mla").of("VN") is not None


def test_two_files_that_disagree_are_an_error(tmp_path: Path) -> None:
    """Two files that give one entry differently are refused, both named by line, and neither is chosen."""
    write(tmp_path, national__a="country: VN\n" + found("4"), national__b="country: VN\n" + found("5"))
    with pytest.raises(BadLaw, match=r"another entry than in .*a\.yaml:4, expected one") as caught:
        load(tmp_path)
    assert caught.value.file.endswith("b.yaml:4")
    assert caught.value.field == "offences.illegal_access"


def test_two_files_that_agree_are_not(tmp_path: Path) -> None:
    """The same entry twice says nothing twice."""
    write(tmp_path, national__a="country: VN\n" + found("4"), national__b="country: VN\n\n\n" + found("4"))
    assert load(tmp_path).country("VN").offences["illegal_access"].provisions[0].base_max_years == 4


def test_two_files_that_disagree_on_a_party_are_an_error(tmp_path: Path) -> None:
    """Two files that record one party differently are refused."""
    one, other = parties("party: VN, status: signatory"), parties("party: VN, status: consented")
    with pytest.raises(BadLaw, match="another entry"):
        load(write(tmp_path, instruments__a=one, instruments__b=other))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"national__a": "country: XX\n"}, "known code"),
        (
            {"national__a": "country: VN\n" + offence(f"status: found\n    {CHECKED.replace(', ', chr(10) + '    ')}")},
            "0 provisions",
        ),
        ({"national__a": "country: VN\n" + found("4").replace("illegal_access", "hacking")}, "'hacking' for article 7"),
        ({"national__a": "country: VN\n" + found("4").replace("article: 7", "article: 8")}, "for article 8"),
        ({"national__a": "country: VN\n" + found("4", more="verified_fields: [colour]")}, "verified field 'colour'"),
        ({"instruments__a": parties("party: XX, status: party")}, "ISO 3166"),
        ({"instruments__a": parties("party: VN, status: signatory, in_force: 2027-01-01")}, "expected party"),
        ({"instruments__a": parties("party: VN, status: party, ended: 2027-01-01")}, "expected withdrawn"),
        ({"instruments__a": parties("party: VN, status: party, signed: 2027-01-02, in_force: 2027-01-01")}, "in order"),
        ({"instruments__a": "id: new-treaty\n"}, "got no"),
        ({"answers__VN": f"country: VN\nanswers:\n  h99-01: {{state: met, asked: A, {CHECKED}}}\n"}, "known one"),
        ({"treaties__a": "id: hanoi\n"}, "no known folder"),
        ({"stray": "id: hanoi\n"}, "no known folder"),
    ],
)
def test_an_overlay_that_does_not_fit_is_refused(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    """An overlay that names what does not exist or contradicts itself is refused when it is loaded."""
    with pytest.raises((BadLaw, NoSuchLaw), match=expected):
        load(write(tmp_path, **files))


def test_an_overlay_must_be_there(tmp_path: Path) -> None:
    """A folder that is not there is told, not taken for an empty one."""
    with pytest.raises(BadLaw, match="no such folder"):
        load(tmp_path / "missing")

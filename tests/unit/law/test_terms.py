"""The terms of instruments and routes: what their files hold, and how they are taken up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders.decisions import engine
from comity.law import terms
from comity.law.errors import BadLaw, NoSuchLaw
from comity.law.terms import ANY, Addressee, Terms

LIBRARY = engine().index.library
MEASURES = terms.measures()
ALL = {name: terms.terms(LIBRARY, name) for name in terms.known()}
every_file = pytest.mark.parametrize("found", ALL.values(), ids=ALL.keys())


@every_file
def test_a_file_is_called_as_its_terms_are(found: Terms) -> None:
    """Each file holds the terms of its own name, and an instrument of that name is known where it is a treaty."""
    assert found is ALL[found.id]
    assert found.kind != "treaty" or found.id == "treaty" or found.id in LIBRARY.instruments


@every_file
def test_every_act_is_on_known_measures_and_says_where_it_stands(found: Terms) -> None:
    """Acts name known measures, an article, a text and a source, and have a rule on refusal unless nothing sets one."""
    for act in found.acts:
        assert set(act.measures) <= MEASURES.measures.keys() | {ANY}
        assert act.article
        assert act.text
        assert act.source


@every_file
def test_every_rule_is_used(found: Terms) -> None:
    """No rule, ground, list of contents, limit or question stands in a file without an act or scope that names it."""
    if found.id == "hanoi":
        return
    acts = found.acts
    used = {name for act in acts for name in (*act.channel, *act.urgent, *act.dual, *act.use, *act.safeguards)}
    assert found.rules.keys() - {"us"} == used
    assert found.grounds.keys() == {name for act in acts for name in act.grounds}
    assert found.contents.keys() == {act.contents for act in acts} - {""}
    assert found.limits.keys() == {name for act in acts for name in act.limits}
    assert found.asks.keys() == {name for act in acts for name in act.asks} | set(found.scope_asks)


def test_ranks_differ() -> None:
    """No two bases have the same rank, so that their order never hangs on their names."""
    assert len({one.rank for one in ALL.values()}) == len(ALL)


def test_the_convention_takes_its_contents_from_its_own_data() -> None:
    """What a request under the Convention states is what the data on cooperation list, article by article."""
    hanoi = ALL["hanoi"]
    kinds = LIBRARY.cooperation.request_types
    assert [one.id for one in hanoi.contents["preservation"]] == [one.id for one in kinds["preservation"].contents]
    assert [one.id for one in hanoi.contents["interception"]] == [one.id for one in kinds["mla_general"].contents]
    assert {act.request for act in hanoi.acts} == {one.request for one in MEASURES.measures.values()}


@pytest.mark.parametrize(
    ("ground", "yields"),
    [
        ("dual_criminality", True),
        ("discrimination", True),
        ("form", True),
        ("personal_data", False),
        ("human_rights", False),
    ],
)
def test_paragraphs_8_to_31_of_article_40_give_way(ground: str, yields: bool) -> None:
    """Grounds of 40(8) to (31) give way to another treaty; those of other articles do not."""
    assert ALL["hanoi"].grounds[ground].yields is yields


def test_preservation_never_asks_for_dual_criminality_in_any_measure_table() -> None:
    """The three measures of preservation, and no others, never ask."""
    assert {name for name, one in MEASURES.measures.items() if one.never_dual} == {
        "preserve",
        "extend_preservation",
        "disclose_path",
    }


def test_what_goes_to_the_addressee_is_preferred() -> None:
    """Where an instrument has one article for authorities and one for providers, the addressee decides."""
    found = ALL["budapest-sap2"]
    articles = {
        one: act.article
        for one in Addressee
        if (act := found.for_measure("disclose_subscriber", one, emergency=False)) is not None
    }
    assert articles == {Addressee.AUTHORITY: "8", Addressee.PROVIDER: "7"}


def test_a_name_that_leads_nowhere_is_an_error() -> None:
    """An act that names a ground that is not in its file is refused, with file and line."""
    act = replace(ALL["police"].acts[0], grounds=("weather",))
    with pytest.raises(BadLaw, match=r"got the name 'weather', expected one that the file explains") as caught:
        terms.check(ALL["police"], act)
    assert "terms/police.yaml" in caught.value.file


def test_an_unknown_measure_is_named() -> None:
    """An unknown measure is refused with the known ones."""
    with pytest.raises(NoSuchLaw, match="expected one of: preserve"):
        MEASURES.named("arrest")

"""Files of legal facts are read strictly, and what is wrong is named by file and line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.law.country import Country
from comity.law.errors import BadLaw
from comity.law.model import Instrument, Places
from comity.law.reading import Page, compose, decode

PAGE = Page("test.yaml")
HEAD = "country: VN\n"


def read(text: str, *, local: bool = False) -> Country:
    """Read a profile."""
    page = Page("test.yaml", local)
    return decode(compose(text.encode(), page), Country, page)


def test_scalars_are_read_by_what_the_field_asks_for() -> None:
    """NO is Norway and yes is a word, because the fields are texts."""
    names = decode(compose(b"names: {NO: yes, ON: 12}\ngroups: {}", PAGE), Places, PAGE).names
    assert names == {"NO": "yes", "ON": "12"}


def test_a_fact_knows_its_line() -> None:
    """A fact knows the file and line it was read from."""
    text = HEAD + "\ndata_protection:\n  act: Example Act\n  source: Gazette\n  verified: false\n"
    found = read(text).data_protection
    assert found is not None
    assert (str(found.origin), found.lead) == ("test.yaml:4", True)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("colour: red", 2, "unknown field 'colour'"),
        ("country: PH", 2, "twice"),
        ("offences: []", 2, "got a list, expected fields"),
        ("retention: {}", 2, "got fields, expected a list"),
        ("currency: [VND]", 2, "expected text"),
        ("currency:", 2, "got nothing"),
        ("currency: ''", 2, "expected text"),
        ('currency: "a\\e[31mb"', 2, "text that can be seen"),
        ('offences: {"a\\u202Eb": {}}', 2, "text that can be seen"),
        ("as_of: 2026-02-30", 2, "got '2026-02-30', expected a date"),
        ("data_protection: {act: A, source: B, verified: yes}", 2, "expected true or false"),
        ("data_protection:\n  act: A\n  verified: true", 3, "got no 'source'"),
        ("data_protection: {source: B, verified: true}", 2, "got no 'act'"),
        ("retention:\n  - {data: a, obliged: b, act: c, source: d,\n     period: P90}", 4, "such as P90D"),
        ("offences: {a: {article: seven, status: found}}", 2, "a whole number"),
        ("offences: {a: {article: 7, status: maybe}}", 2, "expected one of: found"),
        ("currency: &a VND\nlegal_system: *a", 2, "alias"),
        ("currency: !!python/name:os.system x", 2, "tag"),
        ("currency: !own x", 2, "tag"),
        ("? [a]\n: b", 2, "no text"),
        ("currency: 'VND", 2, "expected plain YAML"),
        ("a: " + "[" * 30 + "]" * 30, 2, "levels"),
        ("a: " + "[" * 3000, 2, "expected plain YAML"),
    ],
)
def test_what_is_wrong_is_named_by_line(text: str, line: int, expected: str) -> None:
    """Each kind of mistake is refused with the file, the line and what was expected."""
    with pytest.raises(BadLaw, match=expected) as caught:
        read(HEAD + text)
    assert caught.value.file.startswith(f"test.yaml:{line}"), caught.value


@pytest.mark.parametrize("data", [b"", b"- a", b"\xff", b"a: b" + b" " * 1024 * 1024])
def test_what_is_no_sheet_is_refused(data: bytes) -> None:
    """An empty file, a list, other bytes than UTF-8 and a file too long are refused."""
    with pytest.raises(BadLaw, match="expected"):
        decode(compose(data, PAGE), Country, PAGE)


@pytest.mark.parametrize("missing", ["source", "date", "verified_by"])
def test_an_overlay_names_source_date_and_person(missing: str) -> None:
    """An entry of an overlay without a source, a date or a person is refused with advice."""
    given = {"act": "A", "source": "B", "date": "2026-11-20", "verified_by": "A. Example", "verified": "true"}
    text = HEAD + "data_protection: {" + ", ".join(f"{k}: {v}" for k, v in given.items() if k != missing) + "}"
    with pytest.raises(BadLaw, match=f"got no '{missing}'") as caught:
        read(text, local=True)
    assert "names its source" in caught.value.advice


def test_what_stands_inside_inherits_who_checked_but_not_that_it_was_verified() -> None:
    """A provision takes source, date and person from its offence, and is a lead unless it says that it was read."""
    provision = "{act: A, max_kind: life, elements: B, commencement: in_force}"
    text = f"{HEAD}offences: {{illegal_access: {{article: 7, status: found, source: S, date: 2026-11-20,\n verified_by: A. Example, verified: true, provisions: [{provision}]}}}}"
    (one,) = read(text, local=True).offences["illegal_access"].provisions
    assert (one.source, str(one.date), one.verified_by, one.lead) == ("S", "2026-11-20", "A. Example", True)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever the bytes, reading ends in an instrument or in BadLaw."""
    try:
        decode(compose(data, PAGE), Instrument, PAGE)
    except BadLaw as e:
        assert "expected" in e.message


@given(st.text("{}[]:,-&*!'\"#?|> \nab1", max_size=120))
def test_any_text_of_yaml_signs_is_read_or_refused(text: str) -> None:
    """Whatever the YAML, reading ends in a profile or in BadLaw."""
    try:
        read(HEAD + text)
    except BadLaw as e:
        assert e.file.startswith("test.yaml")

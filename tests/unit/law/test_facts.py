"""The honesty of the data: every fact has a source, nothing is quoted, and what was not read is called a lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from builders.law import TODAY, shipped
from comity.kernel.language import _ as translated
from comity.kernel.language import said
from comity.law.country import Found, Offence, Power
from comity.law.model import Evidence, Fact
from comity.law.plain import plain
from comity.law.status import in_force, party

QUOTED = re.compile(r"[\"“«]([^\"”»]+)[\"”»]")


def everything() -> list[Any]:
    """Give all the law that is shipped."""
    library = shipped()
    profiles = [library.country(code) for code in library.profiled]
    room = (library.places, library.contents, library.cooperation, library.concerns)
    return [*room, *library.instruments.values(), *library.articles.values(), *profiles]


def parts(value: Any) -> Iterator[Any]:
    """Walk everything that a value holds."""
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from parts(getattr(value, one.name))
    elif isinstance(value, dict):
        for one in value.values():
            yield from parts(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from parts(one)


FACTS = [one for one in parts(everything()) if isinstance(one, Fact)]


def test_every_fact_has_a_source() -> None:
    """Every fact names what it rests on; an offence or power without one has provisions that do, or was not looked at."""
    bare = [one for one in FACTS if not one.source]
    assert len(FACTS) > 1200
    assert all(isinstance(one, Offence | Power) for one in bare)
    assert all(one.provisions or one.status is Found.NOT_RESEARCHED for one in bare if isinstance(one, Offence | Power))


def test_every_fact_knows_its_line() -> None:
    """Every fact names the file and line it stands in."""
    assert [one for one in FACTS if not (one.origin.file.startswith("law/data/") and one.origin.line)] == []


def test_what_nobody_read_is_not_verified() -> None:
    """A fact whose evidence is that it was not read, or whose source is still to be checked, is a lead."""
    unread = [one for one in FACTS if one.evidence is Evidence.UNREAD or one.source.startswith("to be checked")]
    assert len(unread) > 150
    assert [str(one.origin) for one in unread if not one.lead] == []


def test_what_is_said_to_be_verified_inside_was_read_inside() -> None:
    """Fields named as read are fields of the fact."""
    named = [(one, name) for one in FACTS for name in one.verified_fields]
    assert named
    assert all(name in {field.name for field in fields(one)} for one, name in named)


def test_nothing_is_quoted() -> None:
    """No text holds a quotation of more than twelve words."""
    texts = [text for text in parts(everything()) if isinstance(text, str)]
    assert [found for text in texts for found in QUOTED.findall(text) if len(found.split()) > 12] == []


def test_a_long_quotation_would_be_found() -> None:
    """A quotation of thirteen words is found in either kind of marks, one of twelve is let be."""
    thirteen, twelve = " ".join(["word"] * 13), " ".join(["word"] * 12)
    assert [len(QUOTED.findall(f"It says “{text}”.")[0].split()) for text in (thirteen, twelve)] == [13, 12]


def test_plain_data_call_every_lead_a_lead() -> None:
    """As plain data every fact says whether it is a lead, whatever it is held in."""
    data = plain(everything())
    told = [one["lead"] for one in walk(data) if "lead" in one and "source" in one]
    assert told.count(True) == sum(one.lead for one in FACTS if one.source)


def walk(data: Any) -> Iterator[dict[str, Any]]:
    """Walk the objects of plain data."""
    if isinstance(data, dict):
        yield data
    for one in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from walk(one)


@pytest.mark.parametrize("instrument", list(shipped().instruments))
def test_no_answer_hides_a_lead(instrument: str) -> None:
    """Whoever is asked about, a reason that rests on an unverified fact is marked as a lead."""
    found = [in_force(shipped(), instrument, TODAY)]
    found += [party(shipped(), code, instrument, TODAY).bound for code in shipped().places.names]
    leads = {str(one.origin) for one in FACTS if one.lead}
    assert all(reason.lead == (str(reason.origin) in leads) for one in found for reason in one.reasons)


def test_no_text_is_half_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Free text of the law is translated whole or left as it is: none of it is taken for a sentence of the program."""
    monkeypatch.setenv("COMITY_LANGUAGE", "vi")
    texts = {text for text in parts(everything()) if isinstance(text, str) and " " in text}
    assert len(texts) > 2000
    assert [one for one in texts if translated(one) == one and said(one, surely=True) != one] == []

"""The template of messages holds every text that people read; every catalogue translates all of them, faithfully."""

from __future__ import annotations

import ast
import gettext
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from meta.messages import (
    TEMPLATE,
    WHOLE,
    advice,
    catalogues,
    collected,
    complete,
    marked,
    menus,
    read,
    recorded,
    sentences,
    shown,
    templated,
)
from meta.tree import ROOT

LETTERS = {
    "ar": re.compile("[\u0600-\u06ff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "vi": re.compile("[\u1ea0-\u1ef9\u0111\u01a1\u01b0]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
}
KEPT = re.compile(r"\{[^{}]*}|\[/?[a-z ]*]|--[a-z][a-z-]*|comity [a-z]+(?: [a-z-]+)?(?= |\.|$)|https?://\S+")


def texts(catalogue: Iterable[Message]) -> set[tuple[str | None, str]]:
    """Give the source texts of a catalogue, each with its kind."""
    return {(one.context, one.id if isinstance(one.id, str) else one.id[0]) for one in catalogue if one.id}


def pairs() -> Iterator[tuple[str, Message]]:
    """Give every translated message of every catalogue, with its language."""
    return ((path.parent.parent.name, one) for path in catalogues() for one in read(path) if one.id and complete(one))


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """Give the forms of a text, one or one for each number."""
    return [text] if isinstance(text, str) else list(text or [""])


def spoken(compiled: gettext.GNUTranslations, one: Message) -> str:
    """Say a message as the program does."""
    source = forms(one.id)
    if one.context:
        return compiled.pgettext(one.context, source[0])
    return compiled.gettext(source[0]) if len(source) == 1 else compiled.ngettext(source[0], source[1], 1)


def test_a_marked_text_is_collected() -> None:
    """A text in `_()` and both forms in `counted()` are seen as marked, also within an f-string."""
    code = '_("one")\ncounted("a day", "{n} days", 3)\nf"{_(\'two\')}: {x}"\n'
    assert list(marked(ast.parse(code))) == ["one", ("a day", "{n} days"), "two"]


def test_a_text_of_a_page_is_collected() -> None:
    """A text in a template, and the word of a route in the menu, are collected."""
    page = "{{ _('Sign in') }} {{ counted('{n} key', '{n} keys', n) }} {{ _(label) }} {{ m.field(_('Name')) }}"
    assert sorted(templated(page), key=str) == [("{n} key", "{n} keys"), "Name", "Sign in"]
    assert list(menus(ast.parse('Route("GET", "/", "home.read", home, menu="Home")'))) == ["Home"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('f"{n} files, {size:,} bytes"', ["{0} files, {1} bytes"]),
        ('"sealed at " + when + f" by {who}"', ["sealed at {0} by {1}"]),
        ('f"kept {a}" + (f", {b} lost" if b else "")', ["kept {0}{1}", ", {0} lost"]),
        ('raise Refused("got a, expected b")', []),
        ('raise Skip("no time token")', ["no time token"]),
        ('def f():\n    "It gives a."\n    return "word"', []),
    ],
)
def test_a_sentence_of_a_room_is_collected(code: str, said: list[str]) -> None:
    """What varies in a sentence becomes a numbered place; errors, docstrings and single words are no sentences."""
    assert list(sentences(ast.parse(code))) == said


def test_advice_with_a_name_is_collected() -> None:
    """What errors advise is collected where it is given, and where the name that is given gets it."""
    code = 'CALL = "Call them."\nOTHER = "not advice"\nraise Refused("got a", advice=CALL)\nraise Refused("b", advice="Try it.")'
    assert sorted(advice(ast.parse(code))) == ["Call them.", "Try it."]


def test_what_is_written_into_a_history_is_collected() -> None:
    """An act and its note are collected, also an act of one word; the name of the person is not."""
    code = 'office.record(unit, request, "queue", who, f"transaction {t}")'
    assert list(recorded(ast.parse(code))) == ["queue", "transaction {0}"]


def test_the_template_is_up_to_date() -> None:
    """The template holds exactly the texts that people read; `make messages` writes it."""
    assert texts(read(TEMPLATE)) == texts(collected())


def test_seven_languages_are_there() -> None:
    """Beside English, the catalogues are in Vietnamese and the other five languages of the United Nations."""
    assert [path.parent.parent.name for path in catalogues()] == ["ar", "es", "fr", "ru", "vi", "zh"]


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parent.parent.name)
def test_a_catalogue_translates_every_text(path: Path) -> None:
    """A catalogue lacks no text of the desk, or none at all, guesses nothing, keeps nothing left over, and is compiled as it stands."""
    catalogue = read(path)
    whole = path.parent.parent.name in WHOLE
    desk = [one for one in collected() if one.id and (whole or shown(one))]
    assert texts(desk) <= texts(catalogue) <= texts(collected())
    assert [one.id for one in catalogue if one.id and (one.fuzzy or not complete(one))] == []
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for one in (one for one in catalogue if one.id):
        assert spoken(compiled, one) in forms(one.string)


def test_translations_keep_what_is_not_language() -> None:
    """Places, marks of style, options and commands stand in a translation as often as in its source."""
    for language, one in pairs():
        source = Counter(KEPT.findall(forms(one.id)[-1]))
        for form in forms(one.string):
            assert Counter(KEPT.findall(form)) == source, f"{language}: {form}"


def test_translations_keep_their_edges() -> None:
    """A translation begins and ends with a blank where its source does, and is composed Unicode."""
    for language, one in pairs():
        for form in forms(one.string):
            source = forms(one.id)[-1]
            assert (form[0] == " ", form[-1] == " ") == (source[0] == " ", source[-1] == " "), f"{language}: {form}"
            assert unicodedata.is_normalized("NFC", form), f"{language}: {form}"


def test_translations_are_in_their_own_language() -> None:
    """No catalogue has letters of another language that its source does not have."""
    for language, one in pairs():
        text, source = (" ".join(forms(part)) for part in (one.string, one.id))
        strange = [
            other
            for other, letters in LETTERS.items()
            if language != other and letters.search(text) and not letters.search(source)
        ]
        assert strange == [], f"{language}: {text}"


def test_a_built_package_has_the_catalogues(tmp_path: Path) -> None:
    """The wheel holds the compiled catalogues, so that an installed Comity speaks every language."""
    code = "from hatchling.builders.wheel import WheelBuilder as W; import sys\n"
    code += "print(*(one.distribution_path for one in W(sys.argv[1]).recurse_included_files()), sep='\\n')"
    run = subprocess.run([sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, check=True)
    expected = {str(path.with_suffix(".mo").relative_to(ROOT / "src")) for path in catalogues()}
    assert expected <= set(run.stdout.splitlines())

"""The words of the printed documents in seven languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import yaml

from comity.kernel.shape import load_shape

LANGUAGES = ("ar", "en", "es", "fr", "ru", "vi", "zh")
SHAPES = ("request", "receipt")
SCRIPTS = {"ar": "ARABIC", "ru": "CYRILLIC", "zh": "CJK"}


def texts(rows: list[dict[str, Any]], at: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """The labels of the fields, by their dotted path."""
    for row in rows:
        if "label" in row:
            yield f"fields.{at}{row['name']}", row["label"]
        yield from texts(row.get("fields", []), f"{at}{row['name']}.")


def entries(name: str) -> dict[str, dict[str, str]]:
    """Every text of a shape that people read, by its path."""
    source = load_shape("comity.packages", f"{name}.yaml").source
    found = {f"title.{key}": words for key, words in source["title"].items()}
    found |= {f"words.{key}": words for key, words in source["words"].items()}
    found |= {f"codes.{codes}.{key}": words for codes, rows in source["codes"].items() for key, words in rows.items()}
    return found | dict(texts(source["fields"]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHAPES)
def test_every_language_is_complete(name: str, language: str) -> None:
    """Every title, fixed word, code and label has a text in each of the seven languages."""
    assert [path for path, words in entries(name).items() if not words.get(language)] == []


@pytest.mark.parametrize("language", SCRIPTS)
@pytest.mark.parametrize("name", SHAPES)
def test_words_are_in_the_language_s_script(name: str, language: str) -> None:
    """Texts in Arabic, Russian and Chinese have letters of their script, but for names of formats."""
    for path, words in entries(name).items():
        letters = [unicodedata.name(sign, "") for sign in words[language]]
        assert path.endswith(".sha256") or any(letter.startswith(SCRIPTS[language]) for letter in letters), path


@pytest.mark.parametrize("name", SHAPES)
def test_words_are_printable(name: str) -> None:
    """No text has marks, spaces at its ends or a line break, and all are in Unicode NFC."""
    for path, words in entries(name).items():
        for language, text in words.items():
            assert text == unicodedata.normalize("NFC", text).strip(), (path, language)
            assert not re.search(r"[\n\t\u200b-\u200f\u202a-\u202e\u2066-\u2069]|  ", text), (path, language)


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_words_without_a_place(language: str) -> None:
    """A file of words has no text for a field or code that is not there."""
    raw = yaml.safe_load(files("comity.packages").joinpath("data", "words", f"{language}.yaml").read_text("utf-8"))
    assert set(raw) == set(SHAPES)
    for name in SHAPES:
        said = {f"fields.{path}" for path in raw[name]["fields"]}
        assert said <= entries(name).keys()


def test_every_code_of_receipts_has_words() -> None:
    """Whatever code a refusal or a question may carry can be printed in words."""
    kept = yaml.safe_load(files("comity.requests").joinpath("data", "codes.yaml").read_text("utf-8"))
    reasons = load_shape("comity.packages", "receipt.yaml").codes["reasons"]
    assert {code for state in ("refused", "info_needed") for code in kept[state]} <= reasons.keys()

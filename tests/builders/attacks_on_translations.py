"""Attacks on requests in two languages: what the two columns say, and which of them counts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from builders.attack import attack
from builders.packages import PDF, Maker
from builders.translations import FACTS, told, translation
from comity.kernel import canonical
from comity.packages.printer import print_pdf


def printed_as(maker: Maker, request: dict[str, Any], other: dict[str, Any]) -> Path:
    """A package of *request* whose print, with the right digest, is that of *other*."""
    parts = maker.restated(request)
    digest = hashlib.sha256(canonical.dump(request)).hexdigest()
    return maker.pack(maker.resigned({**parts, PDF: print_pdf(other, digest=digest)}))


def with_text(request: dict[str, Any], text: str) -> dict[str, Any]:
    """The request with other words in the translation of its facts."""
    rows = [row | {"text": text} if row["field"] == "case.facts" else row for row in request["translation"]["texts"]]
    return request | {"translation": request["translation"] | {"texts": rows}}


@attack("document")
def translated_column_says_otherwise(maker: Maker) -> Path:
    """The right column names another account than the translation in the data."""
    request = told(maker.request(), "en", "fr")
    return printed_as(maker, request, with_text(request, FACTS["fr"].replace("B-220", "C-330")))


@attack("document")
def arabic_column_says_otherwise(maker: Maker) -> Path:
    """The Arabic column lacks one word that the translation in the data has."""
    request = told(maker.request(), "en", "ar")
    return printed_as(maker, request, with_text(request, FACTS["ar"].replace("مبلغ ", "")))


@attack("document")
def accounts_swapped_among_arabic_words(maker: Maker) -> Path:
    """The same words in one line of Arabic, but the two accounts change places."""
    request = told(maker.request(), "en", "ar")
    swapped = FACTS["ar"].replace("A-117", "X").replace("B-220", "A-117").replace("X", "B-220")
    return printed_as(maker, request, with_text(request, swapped))


@attack("document")
def columns_swapped(maker: Maker) -> Path:
    """The translation is printed as the original, and the original as the translation."""
    return printed_as(maker, told(maker.request(), "en", "ar"), told(maker.request(), "ar", "en"))


@attack("document")
def another_version_counts(maker: Maker) -> Path:
    """The print says that the translation counts, the data that the original does."""
    request = told(maker.request(), "en", "fr")
    return printed_as(maker, request, told(maker.request(), "en", "fr", counts="translation"))


@attack("document")
def which_version_counts_is_hidden(maker: Maker) -> Path:
    """The print shows one language and says nothing of a translation that counts."""
    request = told(maker.request(), "en", "fr", counts="translation")
    return printed_as(maker, request, told(maker.request(), "en"))


@attack("request")
def translation_of_nothing(maker: Maker) -> Path:
    """A text is said to translate a field that the request does not have."""
    request = maker.request(translation=translation("fr", [{"field": "case.history", "text": "Rien."}]))
    return maker.pack(maker.restated(request))


@attack("request")
def translation_of_an_identifier(maker: Maker) -> Path:
    """The translation names another account than the target."""
    request = maker.request(translation=translation("fr", [{"field": "targets[0].value", "text": "other@example.org"}]))
    return maker.pack(maker.restated(request))


@attack("request")
def translation_twice(maker: Maker) -> Path:
    """One text is translated in two ways."""
    rows = [{"field": "case.facts", "text": "Premier."}, {"field": "case.facts", "text": "Second."}]
    return maker.pack(maker.restated(maker.request(translation=translation("fr", rows))))


@attack("request")
def translation_into_the_same_language(maker: Maker) -> Path:
    """A second English version stands beside the first."""
    request = maker.request(translation=translation("en", [{"field": "case.facts", "text": "Other facts."}]))
    return maker.pack(maker.restated(request))

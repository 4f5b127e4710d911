"""What may be translated."""

from __future__ import annotations

import pytest

from builders.requests import SHAPE, example_request
from builders.translations import told, translation
from comity.kernel.errors import BadInput
from comity.packages.translation import require_translation, translatable, translation_faults


def test_without_a_translation_nothing_is_wrong() -> None:
    """A request in one language keeps the rule."""
    assert translation_faults(example_request(), SHAPE) == []


def test_words_may_be_translated_and_identifiers_not() -> None:
    """Free texts and names are translatable, references, times and identifiers are not."""
    found = set(translatable(example_request(), SHAPE))
    assert {"case.facts", "from.name", "targets[1].relation", "contents[0].text", "use_limits"} <= found
    assert not {"reference", "targets[0].value", "case.reference", "drafted_at", "from.party"} & found


@pytest.mark.parametrize(
    "path", ["case.history", "targets[0].value", "targets[9].relation", "case", "use_limits[0]", "translation.by", "id"]
)
def test_translation_of_what_has_no_words(path: str) -> None:
    """A path that leads to no words of this request is refused, and named."""
    request = example_request(translation=translation("fr", [{"field": path, "text": "Autre."}]))
    with pytest.raises(BadInput, match="expected a text of this request") as caught:
        require_translation(request, SHAPE, file="request.json")
    assert caught.value.field == "translation.texts[0].field"


def test_twice_or_into_the_same_language() -> None:
    """A second translation of the same text is refused, and one into the request's own language."""
    rows = [{"field": "case.facts", "text": "Un."}, {"field": "case.facts", "text": "Deux."}]
    found = translation_faults(example_request(translation=translation("en", rows)), SHAPE)
    assert [fault.path for fault in found] == ["translation.language", "translation.texts[1].field"]


def test_a_good_translation() -> None:
    """The case told in two languages fits shape and rule."""
    request = told(example_request(), "en", "ar")
    assert SHAPE.faults(request) == []
    require_translation(request, SHAPE)

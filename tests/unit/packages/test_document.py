"""The document as blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from builders.requests import SHAPE, example_request, requests_from
from builders.trials import tries
from comity.packages.document import Block, blocks, footer, squeezed


def leaves(value: Any) -> Iterator[Any]:
    """Every value in a document that is no list or object, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def words(leaf: Any) -> set[str]:
    """Every way in which a leaf may be printed, found without the shape."""
    if isinstance(leaf, bool):
        return {"yes" if leaf else "no"}
    said = {str(leaf), str(leaf).replace("T", " ").replace("Z", " UTC")}
    return said | {label for codes in SHAPE.codes.values() for label in codes.get(str(leaf), {}).values()}


def fields(request: dict[str, Any]) -> list[Block]:
    """The field blocks of a request."""
    return [block for block in blocks(request, SHAPE) if block.kind == "field"]


def test_example_is_well_formed() -> None:
    """The example request fits the shape, for every measure."""
    for measure in SHAPE.codes["measures"]:
        assert SHAPE.faults(example_request(measure=measure)) == []


@settings(
    max_examples=tries(60), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(requests_from(SHAPE))
def test_every_leaf_is_printed(request: dict[str, Any]) -> None:
    """Whatever the shape accepts stands in the blocks: one field for every leaf but the format, and its words."""
    assert SHAPE.faults(request) == []
    translation = {name: value for name, value in request.get("translation", {}).items() if name != "texts"}
    shown = list(
        leaves({name: value for name, value in request.items() if name != "format"} | {"translation": translation})
    )
    printed = [block.value for block in fields(request)]
    assert len(printed) == len(shown)
    taken: dict[int, int] = {}

    def place(leaf: int, seen: set[int]) -> bool:
        for at, word in enumerate(printed):
            if at not in seen and word in words(shown[leaf]):
                seen.add(at)
                if at not in taken or place(taken[at], seen):
                    taken[at] = leaf
                    return True
        return False

    assert all(place(leaf, set()) for leaf in range(len(shown)))


def test_order_is_the_order_of_the_shape() -> None:
    """The data's own order of keys does not change the document."""
    request = example_request()
    assert blocks(dict(reversed(request.items())), SHAPE) == blocks(request, SHAPE)


def test_layout_of_objects() -> None:
    """An object has a heading, and each of several objects a heading with its number."""
    headings = [block.label for block in blocks(example_request(), SHAPE) if block.kind == "heading"]
    assert headings[:5] == ["From", "To", "Case", "Offence 1", "Legal basis"]
    assert headings[5:7] == ["Target 1", "Target 2"]


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Measure", "Preserve stored data"),
        ("Exercise only", "yes"),
        ("Source port", "51644"),
        ("From (UTC)", "2026-11-20 02:00:00 UTC"),
        ("Ends on", "2027-02-25"),
    ],
)
def test_values_are_in_words(label: str, value: str) -> None:
    """Codes, flags, numbers, times and dates are printed for people."""
    assert Block("field", label, value) in fields(example_request())


def test_vietnamese_falls_back_to_english() -> None:
    """Labels are in the request's language where the shape has it, else in English."""
    found = blocks(example_request(language="vi"), SHAPE)
    assert found[0] == Block("title", "Yêu cầu bảo quản khẩn cấp dữ liệu điện tử được lưu trữ")
    assert Block("field", "Câu hỏi", "Có một cuộc điều tra hoặc thủ tục tố tụng cụ thể") in found
    source = SHAPE.source | {"title": {"preserve": {"en": "A title"}}}
    assert blocks(example_request(language="vi"), replace(SHAPE, source=source))[0].label == "A title"


def test_unknown_language_is_english() -> None:
    """A request in a language without labels is printed with English labels."""
    assert blocks(example_request(language="xx"), SHAPE)[0].label == SHAPE.source["title"]["preserve"]["en"]


@pytest.mark.parametrize("text", ["a b", "a\n b\u00a0", "\u3000ab", "a\u200bb", "a\u00adb\ufeff", "a\ufe0fb\U000e0041"])
def test_squeezed_drops_what_is_not_seen(text: str) -> None:
    """White space and invisible signs do not count."""
    assert squeezed(text) == "ab"


def test_squeezed_is_normal_form() -> None:
    """Two spellings of the same letter are the same text, also when a space stood between base and accent."""
    assert squeezed("e\u0302\u0301") == squeezed("e \u0302\n\u0301") == "ế"


def test_footer() -> None:
    """The footer names the request, the data and the page."""
    assert footer("A05/1", "0123456789abcdef" * 4, 2, 3) == "A05/1 · 0123456789abcdef · 2 / 3"

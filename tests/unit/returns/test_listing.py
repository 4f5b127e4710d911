"""Columns of several values: whatever a source writes becomes a JSON list, and nothing in it is lost."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.returns.listing import listed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("roe.example", '["roe.example"]'),
        ('["a", "b"]', '["a", "b"]'),
        ('[{"uri": "p/1.jpg", "at": 12345678901234567890}]', '[{"uri": "p/1.jpg", "at": 12345678901234567890}]'),
        ('[{"uri": "p/1.jpg"}]\n[{"uri": "v/1.mp4"}]\nhttps://example.org/', '[{"uri": "p/1.jpg"}, {"uri": "v/1.mp4"}, "https://example.org/"]'),
        ("[sic", '["[sic"]'),
        ("[]", "[]"),
    ],
)  # fmt: skip
def test_a_column_of_several_values_is_a_list(text: str, found: str) -> None:
    """A text is one element, a list stays as it is written, lists of several columns are one."""
    assert listed(text) == found


@given(st.text(max_size=40))
def test_any_text_is_in_its_list(text: str) -> None:
    """The list is JSON, and holds every line that is not empty."""
    found = json.loads(listed(text))
    assert isinstance(found, list)
    if not any(line.startswith("[") for line in text.split("\n")):
        assert found == [line for line in text.split("\n") if line]

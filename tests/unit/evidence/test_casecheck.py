"""The quick check of a graph's structure finds nothing in ours, and finds what is put wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from builders.casecheck import amiss
from builders.caseitems import ABOUT, items, whole, written
from comity.evidence.casegraph import Described


@given(items())
@settings(max_examples=25, deadline=None)
def test_any_item_has_a_sound_graph(item: Described) -> None:
    """Whatever is in an item, its graph has known classes, properties, values and references alone."""
    assert amiss(written(item)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"uco-observable:fileName"', b'"uco-observable:filename"'),
        (b'"uco-observable:File"', b'"uco-observable:Fil"'),
        (b'"xsd:hexBinary"', b'"xsd:string"'),
        (b'"uco-observable:isDirectory":false', b'"uco-observable:isDirectory":"false"'),
        (b'"uco-core:object":[{"@id":"kb:', b'"uco-core:object":[{"@id":"kb:0'),
        (b'"uco-types:hashMethod":"SHA256",', b""),
    ],
)
def test_what_is_put_wrong_is_found(old: bytes, new: bytes) -> None:
    """A wrong term, class, value or reference, or a term that is missing, is found."""
    data = written(replace(whole(), about=ABOUT))
    assert amiss(data) == []
    assert amiss(data.replace(old, new, 1))

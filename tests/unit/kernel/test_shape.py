"""A shape accepts what it describes and nothing else, and says where the fault is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.requests import SHAPE, example_request, requests_from
from builders.trials import tries
from comity.kernel.errors import BadInput
from comity.kernel.shape import Field, Shape, load_shape

FIELDS = (
    Field("kind", "text", required=True, const="thing/1"),
    Field("name", "text", max=10),
    Field("form", "text", pattern="[a-z]+"),
    Field("colour", "code", codes="colours"),
    Field("at", "time"),
    Field("day", "date"),
    Field("sure", "flag"),
    Field("count", "integer", min=1, max=9),
    Field("hash", "digest"),
    Field("tags", "texts", min=1, max=2),
    Field("owner", "object", fields=(Field("name", "text", required=True),)),
    Field("parts", "objects", max=2, fields=(Field("size", "integer", required=True),)),
)
TYPES = ("text", "code", "time", "date", "flag", "integer", "digest", "texts", "object", "objects")
THING = Shape("thing/1", FIELDS, {"colours": {"red": {"en": "Red"}, "blue": {"en": "Blue"}}}, {})
FULL: dict[str, Any] = {
    "kind": "thing/1", "name": "Mẫu số 1", "form": "abc", "colour": "red", "at": "2026-03-01T00:00:00Z", "day": "2028-02-29",
    "sure": False, "count": 9, "hash": "0" * 64, "tags": ["one\ntwo"], "owner": {"name": "x"}, "parts": [{"size": 0}],
}  # fmt: skip
WRONG: list[tuple[str, Any, str]] = [
    ("kind", "thing/2", "expected 'thing/1'"), ("kind", None, "expected 'thing/1'"), ("name", 5, "got a number, expected text"),
    ("name", None, "got null"), ("name", "", "got empty text"), ("name", " \n", "got empty text"),
    ("name", "12345678901", "got 11 characters, expected at most 10"), ("name", "tab\there", "U+0009"),
    ("name", "a\u202eb", "U+202E"), ("name", "a\u200bb", "U+200B"), ("name", "\ufeffa", "U+FEFF"), ("name", "\x00", "U+0000"),
    ("name", "a\u2066b", "U+2066"), ("name", "\ud800", "U+D800"), ("name", "a\U000e0041", "U+E0041"), ("name", "e\u0301", "NFC"),
    ("form", "ABC", "expected the form"), ("form", "abc\n", "expected the form"), ("form", "é", "expected the form"),
    ("colour", "green", "expected one of: red, blue"), ("colour", ["red"], "expected one of"), ("colour", {}, "expected one of"),
    ("at", "2026-03-01", "expected a time"), ("at", 5, "expected a time"), ("day", "2027-02-29", "expected a date"),
    ("day", "20270228", "expected a date"), ("day", "2027-W01-1", "expected a date"), ("day", None, "expected a date"),
    ("sure", "yes", "expected true or false"), ("sure", 1, "expected true or false"), ("count", 0, "from 1 to 9"),
    ("count", 10, "from 1 to 9"), ("count", True, "from 1 to 9"), ("count", 2.0, "from 1 to 9"), ("count", "2", "from 1 to 9"),
    ("hash", "A" * 64, "SHA-256"), ("hash", "0" * 63, "SHA-256"), ("hash", 0, "SHA-256"), ("tags", [], "got 0 items"),
    ("tags", ["a", "b", "c"], "got 3 items, expected 1 to 2"), ("tags", "a", "got text, expected a list"),
    ("owner", [], "got a list, expected an object"), ("owner", None, "got null, expected an object"),
    ("parts", {}, "got an object, expected a list"), ("parts", [{"size": 1}] * 3, "got 3 items"),
]  # fmt: skip


def test_what_fits_has_no_fault() -> None:
    """A document with every field in its form has no fault, and neither has one with the required fields alone."""
    assert THING.faults(FULL) == THING.faults({"kind": "thing/1"}) == []


@pytest.mark.parametrize(("field", "value", "said"), WRONG)
def test_a_wrong_value_is_a_fault(field: str, value: Any, said: str) -> None:
    """A value of another type or form is one fault, with the field and what was expected."""
    (fault,) = THING.faults(FULL | {field: value})
    assert (fault.path, said in fault.message) == (field, True), fault.message


def test_faults_name_the_place_inside() -> None:
    """A fault within objects and lists has a path that leads to it."""
    wrong = FULL | {"owner": {"nome": "x"}, "parts": [{"size": 1}, {"size": "1"}], "tags": ["a", ""]}
    assert [f.path for f in THING.faults(wrong)] == ["tags[1]", "owner.nome", "owner.name", "parts[1].size"]


@pytest.mark.parametrize("value", [None, [], "x", 5, True])
def test_what_is_no_object_is_one_fault(value: Any) -> None:
    """A document that is no object at all has one fault."""
    assert len(THING.faults(value)) == 1


def test_an_unknown_field_is_a_fault() -> None:
    """A field that the shape does not know is a fault that names those it knows."""
    (fault,) = THING.faults(FULL | {"extra": 1})
    assert (fault.path, "owner, parts" in fault.message) == ("extra", True)


def test_require_names_the_first_and_counts_the_others() -> None:
    """The error has file, first field and message, and its advice counts the other faults; a good document comes back."""
    assert THING.require(FULL) is FULL
    with pytest.raises(BadInput, match="got nothing, expected a text") as caught:
        THING.require({"name": "", "sure": "no"}, file="thing.yaml")
    assert (caught.value.file, caught.value.field) == ("thing.yaml", "kind")
    assert caught.value.advice == "2 more faults: name; sure"


@settings(max_examples=tries(40), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(requests_from(SHAPE))
def test_any_request_of_the_shape_is_accepted(request: dict[str, Any]) -> None:
    """A request made from the shape's own description has no fault."""
    assert SHAPE.faults(request) == []


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(example_request())), JSON)
def test_any_value_is_judged(field: str, value: Any) -> None:
    """Any JSON in any field of a request is accepted or is a fault at that field; nothing else happens."""
    for fault in SHAPE.faults(example_request() | {field: value}):
        assert fault.path.startswith(field)
        assert fault.message.startswith("got ")


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("comity.packages", "request.yaml"), ("comity.packages", "receipt.yaml"), ("comity.directory", "party.yaml"),
        ("comity.requests", "case.yaml"), ("comity.requests", "draft.yaml"),
    ],
)  # fmt: skip
def test_shapes_of_the_rooms_are_sound(package: str, name: str) -> None:
    """Each shape that the rooms keep names known types and vocabularies, with an English label for what is shown."""

    def walk(fields: tuple[Field, ...]) -> None:
        for one in fields:
            assert one.type in TYPES
            assert (one.codes in shape.codes) == (one.type == "code" or (one.type == "text" and one.codes != ""))
            assert bool(one.fields) == (one.type in ("object", "objects"))
            assert not one.shown or name == "draft.yaml" or one.label.get("en")
            walk(one.fields)

    shape = load_shape(package, name)
    walk(shape.fields)
    assert all(label["en"] for codes in shape.codes.values() for label in codes.values())

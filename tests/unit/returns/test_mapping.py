"""Mapping files: what they say is taken, what they do not plainly say is refused with the place and the remedy."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from comity.kernel.sheet import parse_sheet
from comity.returns import schema
from comity.returns.errors import BadMapping
from comity.returns.mapping import TableMapping, kinds_of, parse, read_mapping, shipped

FOLDER = Path(schema.__file__).parent / "data" / "mappings"
GUIDE = Path(__file__).parents[3] / "docs" / "user" / "mappings.md"
PLAIN: dict[str, Any] = {
    "mapping": "plain",
    "columns": {"time": "Time", "amount": ["Amount ({unit})"], "note": {"names": "Note", "optional": True}},
    "preamble": {"account": "Account number"},
    "records": [{"kind": "transaction", "fields": {"time": "time", "amount": "amount"}}],
}


def plain(**changes: Any) -> TableMapping:
    """Make a mapping that differs from the plain one."""
    return parse({**deepcopy(PLAIN), **changes}, file="plain.yaml")


def field(name: str, how: Any) -> list[dict[str, Any]]:
    """Give records with one field."""
    return [{"kind": "transaction", "fields": {name: how}}]


def test_the_example_of_the_guide_is_a_mapping() -> None:
    """The mapping that the guide shows can be used as it stands."""
    text = re.findall(r"```yaml\n(mapping:.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)[0]
    found = parse(parse_sheet(text.encode()))
    assert (found.stamp, [c.key for c in found.columns]) == (
        "example-logins/1",
        ["time", "account", "event", "address", "port"],
    )
    assert kinds_of([found]) == ("session",)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_mapping_has_label_source_and_provider(name: str) -> None:
    """Each mapping that comes with the program says what it is and where it is from."""
    found = shipped()[name]
    assert found.label and found.source


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_mapping_says_what_it_rests_on(name: str) -> None:
    """Until a mapping was tried on a real file it says so, and one from memory says it in its label too."""
    found = shipped()[name]
    assert "not tried on a real" in found.source
    assert ("from memory" in found.source) == found.label.endswith("(columns not confirmed)")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_mapping_is_strictly_sound(name: str) -> None:
    """The strict reading of a shipped file gives the same as the quick one: no `yes`, no date, no key twice."""
    assert parse(parse_sheet(FOLDER.joinpath(f"{name}.yaml").read_bytes())) == shipped()[name]


@pytest.mark.parametrize(
    "header",
    [
        ["Time", "Amount (EUR)"],
        ["AMOUNT  (eur)", "\ufefftime"],
        ["note", "Ｔｉｍｅ", "amount (EUR)", ""],
    ],
)
def test_columns_are_found_by_name_wherever_they_stand(header: list[str]) -> None:
    """Order, case, width, blanks and a byte order mark make no difference."""
    fit = plain().fit(header)
    assert fit.whole
    assert fit.unknown == ()
    assert fit.inner["amount"].upper() == "EUR"


def test_a_header_says_what_is_missing_unknown_and_twice() -> None:
    """A header that does not fit is told by what is wrong with it."""
    fit = plain().fit(["Time", "time", "Balance"])
    assert ([c.key for c in fit.missing], fit.unknown, fit.twice) == (["amount"], ("time", "Balance"), ("Time",))


def test_columns_of_the_same_name_are_told_apart_in_order() -> None:
    """Two keys with the same names are the first and the second column of that name."""
    found = plain(columns={"time": "Time", "amount": "Coin", "fee": "Coin"})
    assert found.fit(["Coin", "Time", "Coin"]).places == {"time": 1, "amount": 0, "fee": 2}


def test_a_zone_in_a_name_must_be_a_zone() -> None:
    """`{zone}` takes an offset or a name of a zone, and no abbreviation."""
    found = plain(columns={"time": "Date({zone})"}, records=field("time", "time"))
    assert found.fit(["Date(UTC+1)"]).inner["time"] == "UTC+1"
    assert found.fit(["Date(Asia/Manila)"]).inner["time"] == "Asia/Manila"
    assert not found.fit(["Date(CST)"]).whole


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"mapping": "No Name"}, "mapping"),
        ({"version": 0}, "version"),
        ({"colums": {}}, "colums"),
        ({"columns": {}}, "columns"),
        ({"columns": {"time": {"names": "Time", "optional": True}}}, "columns"),
        ({"columns": {"Time!": "Time"}}, "columns.Time!"),
        ({"columns": {"time": []}}, "columns.time.names"),
        ({"records": []}, "records"),
        ({"records": [{"kind": "sessions", "fields": {"time": "time"}}]}, "records[0].kind"),
        ({"records": field("tyme", "time")}, "records[0].fields.tyme"),
        ({"records": field("time", "tyme")}, "records[0].fields.time.column"),
        ({"records": field("time", {})}, "records[0].fields.time"),
        ({"records": field("time", {"column": "time", "constant": "x"})}, "records[0].fields.time"),
        ({"records": field("time", {"column": "time", "layouts": "dd/mm"})}, "records[0].fields.time.layouts"),
        ({"records": field("time", {"column": "time", "zone": "CST"})}, "records[0].fields.time.zone"),
        ({"records": field("amount", {"column": "amount", "zone": "UTC"})}, "records[0].fields.amount.zone"),
        ({"records": field("amount", {"column": "amount", "decimal": "'"})}, "records[0].fields.amount.decimal"),
        ({"records": field("purpose", {"column": "note", "part": "(?=x)"})}, "records[0].fields.purpose.part"),
        ({"records": field("account", {"preamble": "iban"})}, "records[0].fields.account.preamble"),
        ({"aside": [{"reason": "totals", "column": "time"}]}, "aside[0].when"),
        ({"aside": [{"reason": "totals", "column": "total", "is": "x"}]}, "aside[0].when.column"),
    ],
)
def test_what_is_not_plainly_said_is_refused(changes: dict[str, Any], place: str) -> None:
    """A mapping that cannot be understood is refused with the file, the field and what to do."""
    with pytest.raises(BadMapping) as caught:
        plain(**changes)
    assert (caught.value.file, caught.value.field) == ("plain.yaml", place)
    assert caught.value.advice


def test_a_mapping_file_is_read(tmp_path: Path) -> None:
    """A mapping is read from disk."""
    path = tmp_path / "m.yaml"
    path.write_text("mapping: m\ncolumns: {time: Time}\nrecords: [{kind: session, fields: {time: time}}]\n")
    assert read_mapping(path).name == "m"

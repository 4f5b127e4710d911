"""A European order in a sheet becomes an HI-1 message, and nobody is left to think it conformant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from builders.commands import comity
from builders.hi1 import xsd
from comity.hi1.codec import read
from comity.kernel.errors import BadInput

SHEET: dict[str, Any] = {
    "format": "comity-epoc/1",
    "order": "EPOC",
    "form": "3f1c2a44-8b5e-4a7d-9c11-5d2e6f708192",
    "case": "EPOC-AT-IE-2026-09-01-0012-1",
    "sender": "AT.court01",
    "addressee": "IE.orchid",
    "issuing": {"name": "Court of Exampletown", "person": "A. Judge", "at": "2026-09-01T08:00:00Z"},
    "deadline": "EightHours",
    "deliver_to": "AT.court01",
    "wanted": [
        {"number": 1, "format": "EmailAddress", "value": "mallory@example.org", "category": "subscriber"},
        {"number": 2, "format": "IPv4Address", "value": "192.0.2.7", "category": "traffic", "end": "2026-09-01T00:00:00Z"},
    ],
}  # fmt: skip
PRESERVATION = {name: value for name, value in SHEET.items() if name not in ("deadline", "deliver_to")} | {
    "order": "EPOCPR"
}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a signed form, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    Path("form.pdf").write_bytes(b"%PDF-1.7 an invented form")
    return tmp_path


def mapped(sheet: Any, *options: str) -> Any:
    """Write a sheet and map it."""
    Path("sheet.yaml").write_text(yaml.safe_dump(sheet), "utf-8")
    return comity("hi1", "epoc", "sheet.yaml", "--document", "form.pdf", "--to", "out", *options)


@pytest.mark.parametrize(
    ("sheet", "tasks"), [(SHEET, "LDTaskObject"), (PRESERVATION, "LPTaskObject")], ids=["EPOC", "EPOCPR"]
)
def test_a_sheet_becomes_a_message(sheet: dict[str, Any], tasks: str, at: Path) -> None:
    """Both orders become messages valid by ETSI's schema, with an authorisation, tasks and the form."""
    assert mapped(sheet).code == 0
    xsd("v1.23.1").assertValid(etree.fromstring(Path("out").read_bytes()))
    types = [action.thing and action.thing.type for action in read(Path("out").read_bytes()).actions]
    assert types == ["AuthorisationObject", tasks, tasks, "DocumentObject"]


def test_the_output_says_what_it_is_and_until_when_who_must_act(at: Path) -> None:
    """The label is printed for machines and for people, and with the time of receipt the clocks."""
    said = mapped(SHEET, "--form", "json", "--received", "2026-09-01T09:00:00Z", "--json")
    assert "mapped, not conformant" in said.data["label"]
    assert [(row["name"], row["at"]) for row in said.data["clocks"]] == [
        ("preserve", "2026-09-01T09:00:00Z"),
        ("emergency_answer", "2026-09-01T17:00:00Z"),
    ]
    assert read(Path("out").read_bytes()).header.version.owner == "EU"
    Path("out").unlink()
    assert "mapped, not conformant" in mapped(SHEET, "--received", "2026-09-01T09:00:00Z").out


@pytest.mark.parametrize(
    "changes",
    [
        {"order": "EPOCPR"},
        {"order": "EIO"},
        {"deadline": "Whenever"},
        {"case": "12/2026"},
        {"form": "x"},
        {"sender": "court01"},
        {"wanted": []},
        {"wanted": [{**SHEET["wanted"][0], "value": "\u202ex"}]},
        {"wanted": [{**SHEET["wanted"][0], "category": "all"}]},
        {"surprise": "x"},
    ],
    ids=str,
)
def test_a_sheet_that_cannot_be_mapped_is_refused(changes: dict[str, Any], at: Path) -> None:
    """A fault in the sheet ends with 2, names the sheet, and writes nothing."""
    said = mapped(SHEET | changes, "--json")
    assert (said.code, said.problem["file"]) == (BadInput.exit_code, "sheet.yaml")
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["deadline", "deliver_to"])
def test_a_production_order_needs_its_own_fields(name: str, at: Path) -> None:
    """A production order without deadline or place of delivery is refused, by the field's name."""
    said = mapped({key: value for key, value in SHEET.items() if key != name}, "--json")
    assert (said.code, said.problem["field"]) == (2, name)


def test_the_form_must_be_a_pdf_or_xml(at: Path) -> None:
    """Another kind of file as the signed form is refused."""
    Path("sheet.yaml").write_text(yaml.safe_dump(SHEET), "utf-8")
    assert comity("hi1", "epoc", "sheet.yaml", "--document", "sheet.yaml", "--to", "out").code == 2

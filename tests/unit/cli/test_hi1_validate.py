"""`comity hi1 validate` and `comity hi1 capability`: files of messages and of what a provider accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.commands import comity
from builders.hi1 import EXAMPLES, INTERCEPTION, request
from comity.hi1 import codec
from comity.hi1.model import Answer, Fault, Message

CAPABILITY = """\
format: comity-capability/1
provider: XB.csp01
changed: 2026-03-01
languages: [en]
hours: at any hour
accepts:
- {kind: email, preserve: [content], disclose: [subscriber]}
"""


@pytest.mark.parametrize("path", [p for p in EXAMPLES if p.name != INTERCEPTION], ids=lambda p: p.name)
def test_etsis_examples_are_valid(path: Path) -> None:
    """Each of ETSI's examples is valid, for people and for machines."""
    said = comity("hi1", "validate", path)
    assert said.code == 0, said.err
    assert "valid" in said.out
    data = comity("hi1", "validate", path, "--json").data
    assert data["valid"] is True
    assert data["form"] == path.suffix.removeprefix(".")
    assert data["actions"]


def test_an_invalid_message_is_refused_with_its_place(tmp_path: Path) -> None:
    """A message with a fault leaves with 2 and names file and path."""
    path = tmp_path / "bad.json"
    path.write_bytes(codec.write(request(), "json").replace(b"CREATE", b"CANCEL"))
    said = comity("hi1", "validate", path, "--json")
    assert said.code == 2
    assert said.problem["file"] == str(path)
    assert said.problem["field"] == "Payload/RequestPayload/ActionRequests/ActionRequest/0"


def test_an_answer_with_a_fault_is_shown(tmp_path: Path) -> None:
    """A refused action is told from one that was done."""
    path = tmp_path / "answer.xml"
    answers = (
        Answer(0, "CREATE", "2b36a78b-b628-416d-bd22-404e68a0cd36"),
        Answer(1, "", fault=Fault(3014, "not here")),
    )
    path.write_bytes(codec.write(Message(request().header, answers=answers), "xml"))
    said = comity("hi1", "validate", path)
    assert "3014" in said.out
    assert comity("hi1", "validate", path, "--json").data["kind"] == "response"


def test_what_is_no_file_is_bad_input(tmp_path: Path) -> None:
    """A file that is not there leaves with 2."""
    assert comity("hi1", "validate", tmp_path / "none.xml").code == 2


def test_a_capability_file_is_checked(tmp_path: Path) -> None:
    """A provider sees what it offers, or the line of its mistake."""
    path = tmp_path / "csp.yaml"
    path.write_text(CAPABILITY, encoding="utf-8")
    said = comity("hi1", "capability", path)
    assert said.code == 0, said.err
    assert "preserve: content; disclose: subscriber" in said.out
    assert "TargetingConfigurations" in comity("hi1", "capability", path, "--json").data
    path.write_text(CAPABILITY.replace("email", "pigeon"), encoding="utf-8")
    said = comity("hi1", "capability", path)
    assert said.code == 2
    assert f"{path}:7" in said.err

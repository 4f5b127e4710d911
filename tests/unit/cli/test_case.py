"""The commands on cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.commands import comity
from builders.nodes import Nodes
from builders.world import CASE


def test_imported_listed_and_shown(today: Nodes) -> None:
    """A case is imported once, listed by reference, and shown with its targets and sources."""
    path, home = today.sheet(CASE | {"sources": ["A public report"]}), today.home()
    said = [comity("case", "import", path, "--home", home, "--json").data for _ in range(2)]
    assert [one["new"] for one in said] == [True, False]
    assert [target["value"] for target in said[0]["targets"]] == ["Mule@example.org"]
    assert comity("case", "list", "--home", home, "--json").data == [
        {"reference": CASE["reference"], "title": CASE["title"]}
    ]
    shown = comity("case", "show", CASE["reference"], "--home", home)
    for text in (CASE["title"], "Mule@example.org", "A public report", CASE["facts"]):
        assert text in shown.out
    assert comity("case", "show", CASE["reference"], "--home", home, "--json").data["facts"] == CASE["facts"]


def test_no_cases_yet(today: Nodes) -> None:
    """An empty list says how to import one."""
    assert "comity case import" in comity("case", "list", "--home", today.home()).out


@pytest.mark.parametrize(
    "title", ["Fraud [urgent]", "[/bold]", "[red]x[/red]", "Paid by :key: and :moneybag:", "Lừa đảo 😀"]
)
def test_a_title_is_shown_as_it_is(title: str, today: Nodes) -> None:
    """A title with brackets or any script is shown as it was written."""
    path = today.sheet(CASE | {"title": title})
    for command in (["import", path], ["list"], ["show", CASE["reference"]]):
        said = comity("case", *command, "--home", today.home())
        assert (said.code, title in said.out) == (0, True), said


def test_a_fault_is_named(today: Nodes, tmp_path: Path) -> None:
    """A malformed case is refused with file, field and remedy; a missing file and an unknown case too."""
    path = today.sheet(CASE | {"identifiers": [{"kind": "email", "value": "nonsense", "relation": "r"}]})
    said = comity("case", "import", path, "--home", today.home(), "--json")
    assert (said.code, said.problem["file"], said.problem["field"]) == (2, str(path), "identifiers[0].value")
    for arguments in (["import", tmp_path / "none"], ["show", "none"]):
        assert comity("case", *arguments, "--home", today.home()).code == 2


def test_without_a_node(tmp_path: Path) -> None:
    """Where there is no node, every command says so and how to make one."""
    said = comity("case", "list", "--home", tmp_path)
    assert (said.code, "comity node init" in said.err) == (2, True)


def test_a_first_member_of_an_imported_case(today: Nodes) -> None:
    """A case that came in by command gets its first member by command, once; a case or person that is not there is said."""
    from comity.accounts import people

    staff, home = today.node().staff, today.home()
    admin, _ = people.first(staff)
    people.invite(staff, admin, "lan", "Lan", ["drafter"], "works here")
    reference = CASE["reference"]
    assert comity("case", "member", reference, "lan", "--reason", "hers", "--home", home).code == 2
    comity("case", "import", today.sheet(CASE), "--home", home)
    assert "lan" in comity("case", "member", reference, "lan", "--reason", "hers", "--home", home).out
    again = comity("case", "member", reference, "lan", "--reason", "hers", "--home", home)
    assert (again.code, "has members" in again.err) == (1, True)
    assert comity("case", "member", reference, "nobody", "--reason", "x", "--home", home).code == 2

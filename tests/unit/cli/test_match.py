"""`comity match` on a real node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from builders.commands import comity
from builders.nodes import Nodes
from builders.records import START, logged, written
from comity.returns.coverage import Coverage, FileCoverage


def returned(folder: Path, *accounts: str) -> Path:
    """Leave a return in which accounts logged in from one address, with its ledger of coverage."""
    written(folder, [logged(account, "192.0.2.7", START) for account in accounts])
    ledger = Coverage([FileCoverage("return.csv", folder.name, reader="test/1")]).plain()
    (folder / "coverage.json").write_text(json.dumps(ledger), "utf-8")
    return folder


def answer(*arguments: str | Path) -> Any:
    """Run a command with --json and give what it printed."""
    done = comity(*arguments, "--json")
    assert done.code == 0, done.err
    return done.data


def test_two_returns_meet_in_their_identifiers(today: Nodes, tmp_path: Path) -> None:
    """What two returns in two cases share is found by look-up and from either case."""
    home = today.node().settings.home
    for case, folder in (("C-1", "a"), ("C-2", "b")):
        posted = answer("returns", "keep", returned(tmp_path / folder, "nova", folder), "--case", case, "--home", home)
        assert posted["case"] == case
    again = answer("returns", "keep", tmp_path / "a", "--case", "C-1", "--home", home)
    assert (again["new"], len(answer("returns", "kept", "--home", home))) == (False, 2)
    (hit,) = answer("match", "look", "account:nova", "--home", home)
    assert hit["cases"] == ["C-1", "C-2"]
    (other,) = answer("match", "case", "C-1", "--home", home)
    assert {x["value"] for x in other["shared"]} == {"nova", "192.0.2.7"}
    assert answer("match", "links", "--home", home) == []


def test_all_that_cases_share_is_listed(today: Nodes, tmp_path: Path) -> None:
    """What two cases share stands in the list with its weight and both cases, for machines and for people; so do pairs."""
    home = today.node().settings.home
    for case, folder in (("C-1", "a"), ("C-2", "b")):
        answer("returns", "keep", returned(tmp_path / folder, "nova", folder), "--case", case, "--home", home)
    found = answer("match", "across", "--home", home)
    assert {row["value"]: row["cases"] for row in found} == {"nova": ["C-1", "C-2"], "192.0.2.7": ["C-1", "C-2"]}
    assert answer("match", "across", "--top", "1", "--home", home) == found[:1]
    assert answer("match", "across", "--since", "2099-01-01T00:00:00Z", "--home", home) == []
    assert answer("match", "across", "--pairs", "--home", home) == []
    done = comity("match", "across", "--home", home)
    assert "account:nova, weight 0.0: C-1, C-2\n" in done.out
    assert done.out.endswith("Shared by two cases or more: 2. Common, in more than 50 cases each: 0.\n")
    done = comity("match", "across", "--since", "yesterday", "--home", home)
    assert (done.code, "--since" in done.err) == (2, True)


def test_a_return_is_kept_for_one_case(today: Nodes, tmp_path: Path) -> None:
    """A return that is kept for one case is refused for another."""
    home = today.node().settings.home
    answer("returns", "keep", returned(tmp_path / "a", "nova"), "--case", "C-1", "--home", home)
    done = comity("returns", "keep", tmp_path / "a", "--case", "C-2", "--home", home)
    assert (done.code, "kept for the case 'C-1'" in done.err) == (1, True)


def test_what_is_no_identifier_is_refused(today: Nodes) -> None:
    """A text without a kind is refused with the form that is expected."""
    done = comity("match", "look", "nova", "--home", today.node().settings.home)
    assert (done.code, "expected KIND:VALUE" in done.err) == (2, True)

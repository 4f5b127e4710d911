"""A case becomes a draft, sheets fill it, and a later request takes over what still holds."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders.directory import START
from builders.nodes import Nodes
from builders.world import CASE, SHEET
from comity.kernel.errors import BadInput
from comity.packages.errors import BadContainer
from comity.requests.cases import import_case
from comity.requests.drafting import attachments, check, draft, fill, follow, merge
from comity.requests.errors import BadSheet, NoCase, WrongState
from comity.requests.model import Request
from comity.requests.release import release, seal_request, withdraw

HOUR = timedelta(hours=1)


def begun(nodes: Nodes, **how: Any) -> Request:
    """A draft with nothing but what the case says."""
    import_case(nodes.office(), nodes.sheet(CASE))
    return draft(nodes.office(), CASE["reference"], **{"measure": "preserve", "to": "SG.orchid", **how})


def test_a_draft_takes_over_the_case(nodes: Nodes) -> None:
    """Facts, offences and normal identifiers come from the case, names from the directory, the rest is the officer's."""
    document = begun(nodes, unit_name="24/7 desk", exercise=True).document
    assert document["from"] == {"party": "VN.a05", "name": "Department for Cyber Security", "unit": "24/7 desk"}
    assert document["to"] == {"party": "SG.orchid", "name": "Orchid Exchange"}
    assert document["case"] == {"reference": CASE["reference"], "facts": CASE["facts"]}
    assert [target["value"] for target in document["targets"]] == ["Mule@example.org"]
    assert (document["offences"], document["exercise"]) == (CASE["offences"], True)


def test_references_count_up(nodes: Nodes) -> None:
    """Each draft has the next number of the party and year, and an id of its own."""
    made = [begun(nodes) for _ in range(3)]
    assert [request.reference for request in made] == [f"VN.a05-2026-000{n}" for n in (1, 2, 3)]
    assert len({request.id for request in made}) == 3


def test_drafting_needs_a_case_and_a_party(nodes: Nodes) -> None:
    """A case that is not there is named; what is no party is refused; an unknown party is the preflight's finding."""
    with pytest.raises(NoCase):
        draft(nodes.office(), "none", measure="preserve", to="SG.orchid")
    for party in ("", "SG", "../x", "sg.orchid", "SG.orchid/../x"):
        with pytest.raises(BadInput):
            begun(nodes, to=party)
    _, found = check(nodes.office(), begun(nodes, to="SG.nobody").id)
    assert ("wrong", "to.party") in [(finding.level, finding.field) for finding in found]


def test_a_sheet_fills_item_by_item(nodes: Nodes) -> None:
    """Statements and safeguards of a sheet are joined with those before; other fields replace what was there."""
    request = begun(nodes)
    first = nodes.sheet({"contents": {"data": "One."}, "language": "vi", "use_limits": "None."})
    second = nodes.sheet({"contents": {"data": "Two.", "necessity": "Logs."}, "language": "en"})
    document = fill(nodes.office(), request.id, [first, second]).document
    stated = {row["id"]: row["text"] for row in document["contents"]}
    assert stated == {"authority": "Department for Cyber Security", "data": "Two.", "necessity": "Logs."}
    assert (document["language"], document["use_limits"]) == ("en", "None.")


def test_filling_nothing_changes_nothing(nodes: Nodes) -> None:
    """The same sheet again leaves the draft as it was, without another line of history."""
    request = begun(nodes)
    sheet = nodes.sheet(SHEET)
    one = fill(nodes.office(), request.id, [sheet])
    nodes.clock.advance(HOUR)
    assert fill(nodes.office(), request.id, [sheet]) == one


BAD_SHEETS: dict[str, dict[str, Any]] = {
    "unknown field": {"urgent": True}, "the node's own field": {"reference": "X"}, "attachments": {"attachments": []},
    "unknown item": {"contents": {"because": "x"}}, "empty text": {"contents": {"data": ""}}, "a number": {"use_limits": 5},
    "contents is text": {"contents": "x"}, "format of a case": {"format": "comity-case/1"}, "odd sign": {"use_limits": "a\u202eb"},
}  # fmt: skip


@pytest.mark.parametrize("sheet", BAD_SHEETS.values(), ids=BAD_SHEETS.keys())
def test_a_malformed_sheet_changes_nothing(sheet: dict[str, Any], nodes: Nodes) -> None:
    """A sheet with a fault is refused by file and field, and the draft stays as it was."""
    request = begun(nodes)
    path = nodes.sheet(sheet)
    with pytest.raises(BadSheet) as caught:
        fill(nodes.office(), request.id, [nodes.sheet({"use_limits": "None."}), path])
    assert (caught.value.file, caught.value.field.split(".")[0].split("[")[0]) == (str(path), next(iter(sheet)))
    assert check(nodes.office(), request.id)[0] == request


def test_merge_leaves_its_argument(nodes: Nodes) -> None:
    """Merging gives a new document and changes neither the old one nor its lists."""
    before = {"contents": [{"id": "data", "text": "One."}]}
    after = merge(before, nodes.sheet({"contents": {"data": "Two."}}), START.date())
    assert before == {"contents": [{"id": "data", "text": "One."}]}
    assert after == {"contents": [{"id": "data", "text": "Two."}]}


def test_a_file_is_attached_once(nodes: Nodes, tmp_path: Path) -> None:
    """An attachment is kept and described; another file of the same name takes its place."""
    request = begun(nodes)
    path = tmp_path / "order.pdf"
    for data in (b"one", b"two!"):
        path.write_bytes(data)
        request = fill(nodes.office(), request.id, [], [path])
    row = {"path": "order.pdf", "size": 4, "sha256": hashlib.sha256(b"two!").hexdigest()}
    assert request.document["attachments"] == [row]
    assert attachments(nodes.office(), request)["order.pdf"].read_bytes() == b"two!"


@pytest.mark.parametrize("names", [["order.pdf", "ORDER.PDF"], ["x" * 228], ["a:b"], ["lê\u0323nh"]])
def test_a_name_that_no_reader_takes_is_not_attached(names: list[str], nodes: Nodes, tmp_path: Path) -> None:
    """A file whose name the receiver would refuse, alone or beside another, is refused at once."""
    request = begun(nodes)
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.write_bytes(b"x")
    with pytest.raises(BadContainer, match="got the name"):
        fill(nodes.office(), request.id, [], paths)
    assert "attachments" not in check(nodes.office(), request.id)[0].document


def test_a_missing_file_is_not_attached(nodes: Nodes, tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is named, and the draft stays as it was."""
    request = begun(nodes)
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(BadInput) as caught:
            fill(nodes.office(), request.id, [], [path])
        assert caught.value.file == str(path)


def test_two_officers_fill_at_the_same_time(nodes: Nodes, tmp_path: Path) -> None:
    """Who fills a draft that somebody else changes meanwhile is told, and nothing of the other's is lost."""
    request = begun(nodes)
    os.mkfifo(tmp_path / "slow")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(fill, nodes.office(), request.id, [tmp_path / "slow"])
        with (tmp_path / "slow").open("w") as pipe:
            fill(nodes.office(), request.id, [nodes.sheet({"language": "vi"})])
            pipe.write("use_limits: Mine.")
        with pytest.raises(WrongState, match="somebody else changed"):
            slow.result(timeout=60)
    assert check(nodes.office(), request.id)[0].document["language"] == "vi"


@pytest.mark.parametrize(
    ("relation", "measure"), [("extends", "extend_preservation"), ("follows", "preserve"), ("corrects", "preserve")]
)
def test_a_later_request_takes_over(relation: str, measure: str, nodes: Nodes, tmp_path: Path) -> None:
    """A later request names the earlier one by its package, keeps what was stated, and is a draft of its own."""
    earlier = nodes.released(use_limits="For this case.")
    made = follow(nodes.office(), earlier.reference, relation=relation)
    assert made.document["related"] == [
        {"relation": relation, "reference": earlier.reference, "package": earlier.package}
    ]
    assert (made.state, made.measure, made.package) == ("draft", measure, "")
    kept = ("contents", "safeguards", "targets", "basis", "use_limits", "case")
    assert {name: made.document[name] for name in kept} == {name: earlier.document[name] for name in kept}
    assert "reply" not in made.document


def test_a_correction_keeps_the_attachments(nodes: Nodes, tmp_path: Path) -> None:
    """A corrected request carries the attachments of the first one; one that only follows does not."""
    path = tmp_path / "order.txt"
    path.write_bytes(b"order")
    request = fill(nodes.office(), nodes.draft().id, [], [path])
    seal_request(nodes.office(), request.id, nodes.key("draft"))
    release(nodes.office(), request.id, nodes.key("release"))
    corrected, following = (follow(nodes.office(), request.id, relation=r) for r in ("corrects", "follows"))
    assert corrected.document["attachments"] == request.document["attachments"]
    assert "attachments" not in following.document


def test_only_what_was_released_can_be_followed(nodes: Nodes) -> None:
    """A draft, a sealed request, and one withdrawn before it went out have no package that another could name."""
    draft, sealed, withdrawn = nodes.draft(), nodes.sealed(), nodes.sealed()
    withdraw(nodes.office(), withdrawn.id, "Not needed.")
    for request in (draft, sealed, withdrawn):
        with pytest.raises(BadInput, match="expected a released request"):
            follow(nodes.office(), request.id, relation="follows")


def test_each_draft_is_written_down(nodes: Nodes) -> None:
    """A draft and every change of it are in the log."""
    request = nodes.draft()
    fill(nodes.office(), request.id, [nodes.sheet({"use_limits": "None."})])
    assert nodes.events()[-2:] == ["request.drafted", "request.changed"]

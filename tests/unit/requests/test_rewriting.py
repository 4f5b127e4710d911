"""A draft rewritten whole, as a form sends it: nothing ends a field, nobody's change is lost, who drafted does not release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.nodes import Nodes, opened
from builders.world import CASE
from comity.requests import drafting, release
from comity.requests.cases import keep_case, read_case
from comity.requests.errors import BadSheet, NotYours, WrongState
from comity.requests.register import show_request


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """Nodes at work."""
    with opened(tmp_path) as made:
        yield made


def test_a_field_is_set_and_ended(nodes: Nodes) -> None:
    """What the sheet names is set; an empty text ends it; the same again changes nothing and leaves no line."""
    office, request = nodes.office(), nodes.draft()
    made = drafting.rewrite(office, request.id, {"use_limits": "Here."}, seen=drafting.digest(request), by="Lan")
    assert made.document["use_limits"] == "Here."
    again = drafting.rewrite(office, request.id, {"use_limits": "Here."}, seen="anything", by="Lan")
    assert again == made
    ended = drafting.rewrite(office, request.id, {"use_limits": ""}, seen=drafting.digest(made), by="Lan")
    assert "use_limits" not in ended.document
    assert [one.who for one in show_request(office, request.id).history] == ["", "Lan", "Lan"]


def test_measure_and_addressee_move_with_the_document(nodes: Nodes) -> None:
    """Another measure and another addressee are those of the request too, with the name from the directory."""
    office, request = nodes.office(), nodes.draft()
    sheet = {"measure": "disclose_subscriber", "to": "PH.cicc"}
    made = drafting.rewrite(office, request.id, sheet, seen=drafting.digest(request), by="Lan")
    assert (made.measure, made.peer) == ("disclose_subscriber", "PH.cicc")
    assert made.document["to"]["name"] != "PH.cicc"


def test_what_somebody_else_changed_is_not_lost(nodes: Nodes) -> None:
    """A rewriting that saw an older draft is refused, and so is a malformed field."""
    office, request = nodes.office(), nodes.draft()
    drafting.rewrite(office, request.id, {"use_limits": "Mine."}, seen=drafting.digest(request), by="Minh")
    with pytest.raises(WrongState, match="meanwhile"):
        drafting.rewrite(office, request.id, {"necessity": "x"}, seen=drafting.digest(request), by="Lan")
    now = show_request(office, request.id).request
    with pytest.raises(BadSheet):
        drafting.rewrite(
            office, request.id, {"secrecy": {"reason": "x", "until": "soon"}}, seen=drafting.digest(now), by="Lan"
        )


def test_a_preview_keeps_nothing(nodes: Nodes) -> None:
    """The preflight on what a draft would be finds what would be missing, and the draft stays as it is."""
    office, request = nodes.office(), nodes.draft()
    would, found = drafting.preview(office, request.id, {"necessity": "", "to": "XX.nobody"})
    assert {"necessity", "to.party"} <= {one.field for one in found}
    assert "necessity" not in would.document
    assert show_request(office, request.id).request == request


def test_who_drafted_or_changed_does_not_release(nodes: Nodes) -> None:
    """The holder of the releasing key is refused if a line of drafting bears his name, or another name of his."""
    office = nodes.office()
    key = nodes.office().me().key(nodes.key("release").public.keyid)
    assert key is not None
    for name, known_as in ((key.holder, ()), ("Minh", ("Minh",))):
        request = nodes.draft()
        drafting.rewrite(office, request.id, {"use_limits": "By me."}, seen=drafting.digest(request), by=name)
        release.seal_request(office, request.id, nodes.key("draft"))
        with pytest.raises(NotYours, match="who drafted it"):
            release.release(office, request.id, nodes.key("release"), known_as=known_as)


def test_one_signs_what_one_saw(nodes: Nodes) -> None:
    """A seal, a confirmation and a release name what was seen; anything else is refused."""
    office, request = nodes.office(), nodes.draft("disclose_emergency")
    with pytest.raises(WrongState, match="since you saw it"):
        release.seal_request(office, request.id, nodes.key("draft"), seen="0" * 64)
    made = release.seal_request(office, request.id, nodes.key("draft"), seen=drafting.digest(request))
    with pytest.raises(WrongState, match="since you saw it"):
        release.confirm(office, request.id, nodes.key("emergency"), seen="0" * 64)
    release.confirm(office, request.id, nodes.key("emergency"), seen=made.package)
    with pytest.raises(WrongState, match="since you saw it"):
        release.release(office, request.id, nodes.key("release"), seen="0" * 64)
    assert release.release(office, request.id, nodes.key("release"), seen=made.package).state == "released"


def test_a_case_that_changed_meanwhile_is_kept(nodes: Nodes) -> None:
    """Whoever changes a case says what it was before; if it is no longer that, nothing is overwritten."""
    office = nodes.office()
    first = read_case(nodes.sheet(CASE))
    keep_case(office, first)
    keep_case(office, {**first, "facts": "Second."}, before=first)
    with pytest.raises(WrongState, match="meanwhile"):
        keep_case(office, {**first, "facts": "Third."}, before=first)

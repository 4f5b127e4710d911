"""The trail says who did what in sentences, and shows what others wrote as text."""

from __future__ import annotations

import pytest

from comity.web.desk.trail import happened, noted, told


@pytest.mark.parametrize(
    ("act", "who", "sentence"),
    [
        ("seal", "Nguyen Lan", "<bdi>Nguyen Lan</bdi> sealed the request."),
        ("release", "", "The request was released."),
        ("delivery Received", "SG.orchid", "<bdi>SG.orchid</bdi> said of what was delivered: <bdi>Received</bdi>."),
        ("order, given up", "", "A message about it was given up: somebody has to look at it."),
        ("send, refused by the peer", "SG.orchid", "The node of <bdi>SG.orchid</bdi> refused a message about it."),
        (
            "receipt accepted, too late to count",
            "Wei",
            "<bdi>Wei</bdi> accepted the request. It came too late to count.",
        ),
        ("asked to be Cancelled", "VN.a05", "<bdi>VN.a05</bdi> asked for the request to be cancelled."),
        ("callback", "Wei", "<bdi>Wei</bdi> called the sender back."),
        ("an act of an older program", "Lan", "an act of an older program (<bdi>Lan</bdi>)"),
    ],
)
def test_an_act_is_a_sentence(act: str, who: str, sentence: str) -> None:
    """What was done is said in a sentence, with who did it where that is known."""
    assert str(told(act, who)) == sentence


def test_a_note_is_a_sentence() -> None:
    """A review that names a code is a proposal, and what ended by a withdrawal says so."""
    review = {"kind": "review", "who": "Lan"}
    assert str(noted(review)) == "<bdi>Lan</bdi> recorded a legal review."
    assert str(noted(review | {"code": "too_broad"})) == "<bdi>Lan</bdi> proposed to refuse the request."
    ended = {"kind": "superseded", "who": "VN.a05", "decided": "withdrawn"}
    assert "<bdi>VN.a05</bdi> withdrew the request." in noted(ended)


def test_what_others_wrote_stays_text() -> None:
    """Neither a name nor an act becomes markup or a place to be filled."""
    assert "<script>" not in told("seal", "<script>")
    assert str(told("act {who} <b>", "{by}")) == "act (who) &lt;b&gt; (<bdi>{by}</bdi>)"
    assert "<i>" not in happened({"type": "account.entered", "person": "<i>"}, {})


def test_an_event_names_people_by_their_names() -> None:
    """Who did something to whom is named as people are called, and a type without a person as the log describes it."""
    known = {"p1": "Le Minh", "p2": "Bui Hoa"}
    granted = happened({"type": "account.granted", "person": "p1", "by": "p2"}, known)
    assert str(granted) == "<bdi>Bui Hoa</bdi> gave <bdi>Le Minh</bdi> a role."
    assert str(happened({"type": "node.started"}, known)) == "The node was started."
    assert str(happened({"type": "account.invited", "person": "p1"}, known)) == "A person was made known to the node."

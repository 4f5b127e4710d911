"""Our word on what we received, and the receiver's word on what we sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders.nodes import Nodes
from comity.kernel.errors import BadInput
from comity.packages.receipt import Expected, verify_receipt
from comity.requests.errors import PackageRefused, WrongReceipt, WrongState
from comity.requests.model import Request
from comity.requests.receipts import Taken, Word, answer, read_back, read_back_code, take
from comity.requests.register import show_request
from comity.requests.release import withdraw

SG = "SG.orchid"


def word(nodes: Nodes, state: str, **more: str) -> Word:
    """A complete word in a state."""
    full = {
        "received": {},
        "accepted": {"preserved_until": nodes.later(days=60)},
        "info_needed": {"code": "clarify_period", "reason": "Which days?", "reply_by": nodes.later(days=2)},
        "refused": {"code": "too_broad", "reason": "Narrow it."},
    }
    return Word(state, **(full[state] | more))


def said(nodes: Nodes, request: Request, what: Word) -> tuple[Taken, bytes]:
    """SG.orchid answers; before it accepts, its people answer the safeguards questions."""
    if what.state == "accepted":
        nodes.considered(request)
    return answer(nodes.office(SG), request.id, what, nodes.key("receipt", SG))


@pytest.mark.parametrize("state", ["received", "accepted", "info_needed", "refused"])
def test_a_receipt_moves_both_sides_alike(state: str, nodes: Nodes) -> None:
    """What the desk signs moves its own request and, when it comes, ours: same state, same clocks, same words."""
    request = nodes.received()
    taken, raw = said(nodes, request, word(nodes, state))
    came = take(nodes.office(), raw)
    assert taken.request.state == came.request.state == state
    assert (came.answer, came.new) == (taken.answer, True)
    ours, theirs = (show_request(nodes.office(party), request.id).clocks for party in ("VN.a05", SG))
    shared = {"reply_by", "information_due", "preserved_until", "secrecy_until"}
    assert [c for c in ours if c.kind in shared] == theirs
    assert (nodes.events()[-1], nodes.events(SG)[-1]) == ("receipt.received", "package.read")


def test_a_receipt_verifies_by_itself(nodes: Nodes) -> None:
    """The file can be checked by anybody with the root."""
    request = nodes.received()
    result = verify_receipt(
        said(nodes, request, word(nodes, "received"))[1], Expected(nodes.world.root, nodes.clock.now())
    )
    assert result.valid
    assert result.document["reference"] == request.reference


BAD_WORDS: dict[str, tuple[str, dict[str, str], str]] = {
    "refused without code": ("refused", {"code": ""}, "code"), "refused without reason": ("refused", {"reason": ""}, "reason"),
    "code of another state": ("refused", {"code": "clarify_period"}, "code"), "unknown code": ("info_needed", {"code": "because"}, "code"),
    "code where none belongs": ("received", {"code": "too_broad"}, "code"), "acceptance without date": ("accepted", {"preserved_until": ""}, "until"),
    "date that is past": ("accepted", {"preserved_until": "2026-11-25T03:00:00Z"}, "until"), "no date": ("accepted", {"preserved_until": "soon"}, "until"),
    "answer that is past": ("info_needed", {"reply_by": "2020-01-01T00:00:00Z"}, "reply-by"),
}  # fmt: skip


def test_a_word_that_is_incomplete_is_not_signed(nodes: Nodes) -> None:
    """Code, reason and dates are asked for where they belong, by their option; nothing is signed without them."""
    request = nodes.received()
    for name, (state, change, field) in BAD_WORDS.items():
        with pytest.raises(BadInput) as caught:
            said(nodes, request, word(nodes, state, **change))
        assert caught.value.field == field, name
    assert show_request(nodes.office(SG), request.id).answers == []


def test_an_unknown_state_is_no_word(nodes: Nodes) -> None:
    """Only the four states of the format can be said."""
    request = nodes.received()
    with pytest.raises(BadInput, match="expected one of: received"):
        said(nodes, request, Word("granted"))


def test_a_disclosure_is_accepted_without_a_date(nodes: Nodes) -> None:
    """Only a preservation says until when data are kept."""
    request = nodes.received("disclose_subscriber")
    assert said(nodes, request, Word("accepted"))[0].request.state == "accepted"


def test_after_a_refusal_nothing_is_said(nodes: Nodes) -> None:
    """A refusal is the last word."""
    request = nodes.received()
    said(nodes, request, word(nodes, "refused"))
    nodes.clock.advance(timedelta(hours=1))
    with pytest.raises(WrongState, match="final"):
        said(nodes, request, word(nodes, "accepted"))


def test_the_same_word_again_gives_the_same_receipt(nodes: Nodes) -> None:
    """A receipt that never reached the disk can be had again; after a day it is a new one."""
    request = nodes.received()
    what = word(nodes, "accepted")
    first, again = said(nodes, request, what), said(nodes, request, what)
    assert (first[1], again[0].new) == (again[1], False)
    nodes.clock.advance(timedelta(hours=25))
    assert said(nodes, request, what)[1] != first[1]


def test_what_is_no_receipt_is_refused(nodes: Nodes) -> None:
    """A file that only looks like a receipt is refused and moves nothing."""
    for data in (b"{}", b"{", b'{"format":"comity-receipt/1"}'):
        with pytest.raises(PackageRefused) as caught:
            take(nodes.office(), data)
        assert caught.value.field == "container"


def test_the_code_read_back(nodes: Nodes) -> None:
    """Sender and receiver see the same code: the digest's first sixteen digits, in fours."""
    request = nodes.received()
    both = {read_back_code(show_request(nodes.office(party), request.id).request) for party in ("VN.a05", SG)}
    (code,) = both
    assert code.replace(" ", "") == request.package[:16]
    assert [len(group) for group in code.split(" ")] == [4, 4, 4, 4]


@pytest.mark.parametrize("spoken", ["{}", "{} ", "capitals", "hyphens", "together"])
def test_a_word_by_telephone(spoken: str, nodes: Nodes) -> None:
    """Who reads back the right code, however it was written down, is recorded: unsigned, by name, and shown as such."""
    request = nodes.released()
    code = read_back_code(request)
    written = {"capitals": code.upper(), "hyphens": code.replace(" ", "-"), "together": code.replace(" ", "")}
    heard = written.get(spoken, spoken.format(code))
    taken = read_back(nodes.office(), request.id, Word("received"), code_read=heard, who="Night desk")
    assert (taken.request.state, taken.answer.signed, taken.answer.holder) == ("received", False, "Night desk")
    dossier = show_request(nodes.office(), request.id)
    assert "by phone, unsigned" in dossier.history[-1].note
    assert nodes.events()[-1] == "receipt.readback"


def test_another_code_is_not_believed(nodes: Nodes) -> None:
    """A wrong code says that the other side has another package: nothing is recorded."""
    request = nodes.released()
    for code in ("", "0000 0000 0000 0000", "abcd", "đđđđ đđđđ đđđđ đđđđ"):
        with pytest.raises(WrongReceipt, match="expected that of the package"):
            read_back(nodes.office(), request.id, Word("received"), code_read=code, who="Night desk")
    assert show_request(nodes.office(), request.id).answers == []


def test_nobody_reads_back_what_was_not_sent(nodes: Nodes) -> None:
    """A request that waits for no answer takes no word by telephone."""
    request = nodes.sealed()
    with pytest.raises(WrongState):
        read_back(nodes.office(), request.id, Word("received"), code_read=read_back_code(request), who="x")


def test_a_signed_word_goes_before_one_by_telephone(nodes: Nodes) -> None:
    """A receipt signed before somebody telephoned counts when it comes, with its date, though it comes later."""
    request = nodes.received()
    _, raw = said(nodes, request, word(nodes, "accepted"))
    nodes.clock.advance(timedelta(minutes=5))
    read_back(nodes.office(), request.id, Word("received"), code_read=read_back_code(request), who="Night desk")
    assert take(nodes.office(), raw).request.state == "accepted"
    assert "preserved_until" in {clock.kind for clock in show_request(nodes.office(), request.id).clocks}


def test_a_receipt_on_what_was_withdrawn(nodes: Nodes) -> None:
    """A receipt that crosses a withdrawal is kept and moves nothing."""
    request = nodes.received()
    _, raw = said(nodes, request, word(nodes, "accepted"))
    withdraw(nodes.office(), request.id, "Solved.")
    taken = take(nodes.office(), raw)
    assert (taken.request.state, taken.new) == ("withdrawn", True)
    assert [a.state for a in show_request(nodes.office(), request.id).answers] == ["accepted"]

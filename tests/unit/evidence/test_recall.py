"""Calling back and correcting what was handed over: every holder is told, and it is known who has confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders.handover import ITEM, PH, SG, VN, Between
from comity.evidence.answering import take_answer
from comity.evidence.errors import BadPaper, ItemRecalled, NoItem
from comity.evidence.holding import CORRECTED, holders, notice_on
from comity.evidence.papers import SignedPaper
from comity.evidence.recall import note_notice, recall, take_confirmation, take_notice


def called_back(between: Between, party: str = VN, **more: object) -> list[SignedPaper]:
    """The notices of a party that calls the item back."""
    deed = between.deed(party, why="seized unlawfully")
    return recall(between.desk(party), ITEM, deed, between.nodes.key("custody", party), **more)  # type: ignore[arg-type]  # a test's shorthand


def handed_to(between: Between, *parties: str) -> None:
    """Let parties have a copy."""
    for party in parties:
        got = between.receive(between.give(to=party, copy=True).file, party)
        take_answer(between.desk(), got.acceptance, between.deed())
        between.nodes.clock.advance(timedelta(minutes=1))


def test_every_holder_is_told_and_confirms(between: Between) -> None:
    """Each holder gets a notice of its own; who has confirmed, and who has not, is known."""
    handed_to(between, PH, SG)
    notices = called_back(between)
    assert [notice.document["to"] for notice in notices] == [PH, SG]
    signer = between.nodes.key("custody", PH)
    taken = take_notice(between.desk(PH), notices[0], between.deed(PH), signer)
    take_confirmation(between.desk(), taken.confirmation, between.deed())
    with between.desk().keeper.store.read() as unit:
        found = holders(unit, ITEM)
    assert [(one.party, one.notice, bool(one.confirmed_at)) for one in found] == [
        (PH, "recalled", True),
        (SG, "recalled", False),
    ]
    assert between.acts(PH)[-1] == "recalled"
    assert between.acts(VN)[-3:] == ["recalled", "recalled", "noted"]


def test_what_was_called_back_is_handed_on_no_more(between: Between) -> None:
    """Neither the holder nor the party that called it back hands it on; the proof of what was there stays."""
    handed_to(between, PH)
    [notice] = called_back(between)
    taken = take_notice(between.desk(PH), notice, between.deed(PH), between.nodes.key("custody", PH))
    for party in (PH, VN):
        with pytest.raises(ItemRecalled, match="seized unlawfully"):
            between.give(party, SG)
    entry = between.desk(PH).keeper.look(ITEM).entries[-1]
    assert entry.deed.hashes == {"recall": notice.digest}
    assert entry.deed.why == "seized unlawfully"
    assert taken.confirmation.document["paper"] == notice.digest


def test_notices_and_confirmations_twice_have_one_effect(between: Between) -> None:
    """The same recall gives the same notices, the same notice the same confirmation, and nothing is entered twice."""
    handed_to(between, PH)
    first, second = called_back(between), called_back(between)
    assert [one.data for one in first] == [one.data for one in second]
    signer = between.nodes.key("custody", PH)
    taken = [take_notice(between.desk(PH), first[0], between.deed(PH), signer) for _ in range(2)]
    assert taken[0].confirmation.data == taken[1].confirmation.data
    assert taken[1].again
    for one in taken:
        take_confirmation(between.desk(), one.confirmation, between.deed())
    assert between.acts(PH).count("recalled") == 1
    assert between.acts(VN).count("noted") == 2


def test_a_corrected_item_goes_on_once_what_is_right_has_come(between: Between) -> None:
    """After a correction the item stays where it is until the sender has handed over what is right."""
    handed_to(between, PH)
    [notice] = called_back(between, kind=CORRECTED)
    take_notice(between.desk(PH), notice, between.deed(PH), between.nodes.key("custody", PH))
    with pytest.raises(ItemRecalled, match="corrected"):
        between.give(PH, SG)
    between.nodes.clock.advance(timedelta(minutes=1))
    right = between.receive(between.give(copy=True).file, folder="anew")
    assert right.item == ITEM
    with between.desk(PH).keeper.store.read() as unit:
        assert notice_on(unit, ITEM) is None


def test_the_sender_learns_who_else_has_it(between: Between) -> None:
    """The confirmation names those to which the holder handed the item on."""
    handed_to(between, PH)
    between.receive(between.give(PH, SG, copy=True).file, SG)
    [notice] = called_back(between)
    taken = take_notice(between.desk(PH), notice, between.deed(PH), between.nodes.key("custody", PH))
    take_confirmation(between.desk(), taken.confirmation, between.deed())
    with between.desk().keeper.store.read() as unit:
        [holder] = holders(unit, ITEM)
    assert holder.onward == (SG,)
    [onward] = called_back(between, PH)
    assert onward.document["to"] == SG


def test_nothing_is_called_back_from_who_never_had_it(between: Between) -> None:
    """A recall names a holder, or nobody."""
    with pytest.raises(NoItem):
        called_back(between)
    handed_to(between, PH)
    with pytest.raises(NoItem, match="a party to which"):
        called_back(between, to=[SG])


def test_a_notice_to_another_holder_is_refused(between: Between) -> None:
    """A notice to one holder is nothing to another one."""
    handed_to(between, PH, SG)
    notices = called_back(between)
    with pytest.raises(BadPaper, match=SG):
        take_notice(between.desk(PH), notices[1], between.deed(PH), between.nodes.key("custody", PH))


def test_a_notice_is_taken_in_at_once_and_confirmed_later(between: Between) -> None:
    """Without a custodian's key a notice marks the item; a custodian confirms it afterwards, once."""
    between.receive(between.give().file)
    [notice] = called_back(between)
    for _ in range(2):
        assert note_notice(between.desk(PH), notice, between.deed(PH)).answer == ""
    with between.desk(PH).keeper.store.read() as unit:
        assert notice_on(unit, ITEM)
    signer = between.nodes.key("custody", PH)
    first, second = (take_notice(between.desk(PH), notice, between.deed(PH), signer) for _ in "ab")
    assert (first.confirmation.data, first.again, second.again) == (second.confirmation.data, False, True)
    assert between.acts(PH).count("recalled") == 1

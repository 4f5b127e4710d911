"""Handing evidence over: encrypted, verified before it is acknowledged, complete with the signed acceptance only."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from builders.handover import IDENTITIES, ITEM, PH, SG, VN, Between
from comity.evidence.answering import refuse, take_answer
from comity.evidence.custodytables import find_bags
from comity.evidence.disclosure import disclose
from comity.evidence.errors import BadItem, BadPaper, WrongHand
from comity.evidence.holding import holders, limits_here
from comity.evidence.limits import UseLimits
from comity.evidence.papers import sign_paper
from comity.evidence.retention import DESTROY, plan, set_class
from comity.kernel.errors import BadInput


def test_an_item_goes_over_and_is_complete_with_the_acceptance(between: Between) -> None:
    """The item is under way until the receiver's signed acceptance is taken in; then the other party holds it."""
    made = between.give()
    standing = between.desk().keeper.look(ITEM).standing
    assert standing.coming is not None
    assert standing.coming.party == PH
    got = between.receive(made.file)
    assert between.acts(PH) == ["received", "verified"]
    take_answer(between.desk(), got.acceptance, between.deed())
    assert between.acts(VN) == ["acquired", "sealed", "transferred", "accepted"]
    holder = between.desk().keeper.look(ITEM).standing.holder
    assert holder is not None
    assert holder.party == PH


def test_what_arrives_is_what_was_sealed(between: Between) -> None:
    """Every file arrives byte for byte, the seal with it, and the bag is registered where it now is."""
    got = between.receive(between.give().file)
    there = between.folder / f"at-{PH}" / "1"
    for path in between.bag.rglob("*"):
        if path.is_file():
            assert (there / path.relative_to(between.bag)).read_bytes() == path.read_bytes()
    with between.desk(PH).keeper.store.read() as unit:
        [bag] = find_bags(unit, item=got.item)
    assert bag.path == str(there)


def test_the_same_hand_over_twice_has_one_effect(between: Between) -> None:
    """A second acceptance of one file gives the same paper; a second taking in enters nothing."""
    made = between.give()
    first, second = between.receive(made.file), between.receive(made.file, folder="elsewhere")
    assert second.again
    assert second.acceptance.data == first.acceptance.data
    assert not (between.folder / "elsewhere").exists()
    for _ in range(2):
        take_answer(between.desk(), first.acceptance, between.deed())
    assert between.acts(VN).count("accepted") == 1
    assert between.acts(PH) == ["received", "verified"]


def test_the_same_order_again_writes_the_same_note(between: Between) -> None:
    """When the file was lost before it was sent, the same order makes the file of the same note anew."""
    made = between.give()
    made.file.unlink()
    again = between.give()
    assert again.paper.data == made.paper.data
    assert again.file.exists()
    assert between.acts(VN).count("transferred") == 1


def test_another_hand_over_waits_until_the_first_has_arrived(between: Between) -> None:
    """What is under way to one party is not handed to a second."""
    between.give()
    with pytest.raises(WrongHand):
        between.give(to=SG)


def test_copies_go_to_several_and_the_item_stays(between: Between) -> None:
    """A copy leaves the item in its hand; all who have one are known."""
    for party in (PH, SG):
        got = between.receive(between.give(to=party, copy=True).file, party)
        take_answer(between.desk(), got.acceptance, between.deed())
        between.nodes.clock.advance(timedelta(minutes=1))
    assert between.acts(VN) == ["acquired", "sealed", "copied", "noted", "copied", "noted"]
    with between.desk().keeper.store.read() as unit:
        found = holders(unit, ITEM)
    assert [one.party for one in found] == [PH, SG]
    assert all(one.accepted_at for one in found)


def test_some_files_go_over_with_their_proof(between: Between) -> None:
    """A selection arrives as an item of its own, and proves to belong to the whole."""
    part = between.folder / "part"
    disclose(between.bag, ["data/phone/a.jpg"], part)
    got = between.receive(between.give(part=part).file)
    assert got.item.startswith(f"{ITEM} part ")
    assert not list((between.folder / f"at-{PH}").rglob("*b.txt"))
    assert between.acts(PH, got.item) == ["received", "verified"]
    assert between.acts(VN)[-1] == "disclosed"


def test_files_of_another_item_are_not_handed_over_as_a_part(between: Between, tmp_path: Path) -> None:
    """Files shown of one item do not go over under the name of another."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_bytes(b"x")
    other = between.acquire(tmp_path / "other", tmp_path / "other-item", "E-18")
    disclose(other, ["data/other/x"], tmp_path / "part")
    with pytest.raises(BadItem, match="do not prove to be of this item"):
        between.give(part=tmp_path / "part")


def test_an_item_comes_back(between: Between) -> None:
    """The party that handed an item over receives it again from the one that holds it."""
    got = between.receive(between.give().file)
    take_answer(between.desk(), got.acceptance, between.deed())
    back = between.receive(between.give(PH, VN).file, VN)
    take_answer(between.desk(PH), back.acceptance, between.deed(PH))
    assert between.acts(VN)[-2:] == ["received", "verified"]
    holder = between.desk().keeper.look(ITEM).standing.holder
    assert holder is not None
    assert holder.party == VN


def test_a_name_that_is_taken_can_be_changed(between: Between, tmp_path: Path) -> None:
    """The receiver gives the item a name of its own where the sender's is taken, and hands it on under that name."""
    got = between.receive(between.give(copy=True).file, name="VN/E-17")
    assert between.acts(PH, got.item) == ["received", "verified"]


def test_a_party_without_an_encryption_key_is_refused(between: Between) -> None:
    """Nothing goes out in the clear."""
    world = between.nodes.world
    document = world.party(PH).document()
    del document["recipients"]
    world.registry.update(document, vouchers=world.registries["PH"])
    between.nodes.update(VN)
    with pytest.raises(BadInput, match="a key to encrypt to"):
        between.give()


def test_limits_go_along_and_stand_in_custody(between: Between) -> None:
    """The receiver's custody says the limits, and so does everything made of it."""
    limits = UseLimits("C-1", "fraud", not_as_evidence=True, delete_by=date(2027, 1, 1))
    got = between.receive(between.give(copy=True, limits=limits).file)
    assert got.limits == limits
    [entry, *_] = between.desk(PH).keeper.look(ITEM).entries
    assert entry.deed.note == "use limits: case C-1; offence fraud; not as evidence; delete by 2027-01-01"
    with between.desk(PH).keeper.store.read() as unit:
        assert limits_here(unit, ITEM) == [limits]


def test_limits_are_carried_along_and_narrowed(between: Between) -> None:
    """On the way on the limits stay, an earlier day and further limits come to them."""
    between.receive(between.limited(case="C-1", delete_by=date(2027, 3, 1)).file)
    further = UseLimits(not_as_evidence=True, delete_by=date(2027, 1, 1))
    got = between.receive(between.give(PH, SG, limits=further).file, SG)
    assert got.limits == UseLimits("C-1", not_as_evidence=True, delete_by=date(2027, 1, 1))


def test_the_day_itself_is_still_allowed(between: Between) -> None:
    """What must be deleted by a day may be taken over on that day."""
    today = between.nodes.clock.now().date()
    assert between.receive(between.limited(delete_by=today).file).limits.delete_by == today
    assert today + timedelta(days=1) > today


def test_the_day_of_a_use_limit_ends_retention(between: Between) -> None:
    """What must be deleted by a day is due the day after, whatever class was set, unless it is on legal hold."""
    today = between.nodes.clock.now().date()
    between.receive(between.limited(delete_by=today).file)
    keeper = between.desk(PH).keeper
    set_class(keeper, ITEM, "permanent", between.deed(PH))
    between.nodes.clock.advance(timedelta(days=1))
    with keeper.store.write() as unit:
        [due] = plan(keeper, unit).decisions
    assert (due.act, due.reason) == (DESTROY, "to be deleted by a use limit, its time is over")
    keeper.note(ITEM, between.deed(PH, act="hold-set"))
    with keeper.store.write() as unit:
        [held] = plan(keeper, unit).decisions
    assert held.reason == "it is on legal hold"


def test_a_refused_item_stays_where_it_was(between: Between) -> None:
    """Who does not take an item says so in a signed paper: it is under way no more, and is not accepted later."""
    made = between.give()
    why = between.deed(PH, why="not ours to inquire")
    papers = [refuse(between.desk(PH), made.file, why, IDENTITIES[PH], between.nodes.key("custody", PH)) for _ in "ab"]
    assert papers[0].data == papers[1].data
    for _ in range(2):
        take_answer(between.desk(), papers[0], between.deed())
    assert between.acts(VN)[-2:] == ["transferred", "refused"]
    with between.desk().keeper.store.read() as unit:
        assert between.desk().keeper.standing(unit, ITEM).coming is None
        (holder,) = holders(unit, ITEM)
    assert (holder.accepted_at, bool(holder.refused_at)) == ("", True)
    with pytest.raises(BadPaper, match="was refused here"):
        between.receive(made.file)
    again = between.give()
    assert again.paper.digest != made.paper.digest
    assert between.receive(again.file).item == ITEM


def test_an_accepted_item_is_not_refused(between: Between) -> None:
    """One hand-over has one answer."""
    made = between.give()
    got = between.receive(made.file)
    with pytest.raises(BadPaper, match="accepted before"):
        refuse(between.desk(PH), made.file, between.deed(PH), IDENTITIES[PH], between.nodes.key("custody", PH))
    take_answer(between.desk(), got.acceptance, between.deed())
    said = {name: got.acceptance.document[name] for name in got.acceptance.document if name != "format"}
    other = sign_paper(between.desk(PH), "refusal", said | {"why": "x"}, between.nodes.key("custody", PH))
    with pytest.raises(BadPaper, match="another answer"):
        take_answer(between.desk(), other, between.deed())


def test_a_refused_copy_is_noted(between: Between) -> None:
    """A copy that is not taken moves nothing: its refusal is a note."""
    made = between.give(copy=True)
    signer = between.nodes.key("custody", PH)
    paper = refuse(between.desk(PH), made.file, between.deed(PH), IDENTITIES[PH], signer)
    take_answer(between.desk(), paper, between.deed())
    assert between.acts(VN)[-2:] == ["copied", "noted"]

"""Attacks on evidence on its way: forged, altered, cut and misdirected hand-overs, limits shaken off, recalls made up."""

from __future__ import annotations

import base64
import io
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

import pytest

from builders.handover import IDENTITIES, ITEM, PEOPLE, PH, SG, VN, Between
from builders.nodes import Nodes
from comity.crypto.envelope import Envelope
from comity.crypto.keys import FileSigner, Signer
from comity.crypto.recipient import BadSealedFile, seal_stream
from comity.evidence.answering import take_answer
from comity.evidence.bagstore import open_store
from comity.evidence.custodyentry import Hand
from comity.evidence.errors import BadItem, BadPaper, EvidenceUnwritable, LimitsForbid, NoItem, WrongHand
from comity.evidence.handover import NOTE, Order, hand_over
from comity.evidence.limits import UseLimits
from comity.evidence.papers import HANDOVER, RECALL, SignedPaper, payload_type, read_paper
from comity.evidence.recall import recall, take_confirmation, take_notice
from comity.evidence.tarstream import write_bag, write_end, write_file
from comity.kernel import canonical
from comity.kernel.errors import BadInput


@pytest.fixture
def between(nodes: Nodes, tmp_path: Path) -> Between:
    """Give three parties and an item at the first."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    return Between(nodes, folder)


def signed(paper: SignedPaper, signer: Signer, /, **changes: Any) -> SignedPaper:
    """Say something else in a paper, and sign it with some key."""
    document = {**paper.document, **changes}
    data = Envelope(payload_type(paper.kind), canonical.dump(document)).sign(signer).dump()
    return SignedPaper(paper.kind, document, data)


def sent(between: Between, note: bytes, fill: Callable[[IO[bytes]], object], to: str = PH) -> Path:
    """Seal a note and whatever comes after it, as anybody can who knows the receiver's public key."""
    file = between.folder / "forged.handover"

    def write(out: IO[bytes]) -> None:
        write_file(out, NOTE, len(note), lambda sink: sink(note))
        fill(out)

    seal_stream(write, file, [IDENTITIES[to].recipient])
    return file


def whole(between: Between) -> Callable[[IO[bytes]], None]:
    """Write the bag as it is."""

    def fill(out: IO[bytes]) -> None:
        with open_store(between.bag) as store:
            write_bag(out, "1", store)
        write_end(out)

    return fill


def refused(between: Between, file: Path, error: type[Exception], match: str = "got") -> None:
    """A file is refused, and nothing of it is left."""
    with pytest.raises(error, match=match):
        between.receive(file)
    assert not list(between.folder.glob("at-*"))
    with pytest.raises(NoItem):
        between.desk(PH).keeper.look(ITEM)


def test_a_note_by_a_stranger(between: Between) -> None:
    """A note that a key outside the directory signed is refused before anything is written."""
    note = signed(between.give().paper, FileSigner.generate())
    refused(between, sent(between, note.data, whole(between)), BadPaper, "expected a key of VN.a05")
    assert not (between.folder / f"at-{PH}.partial").exists()


def test_a_note_in_the_name_of_another_party(between: Between) -> None:
    """A party's own key does not sign for another one."""
    note = signed(between.give().paper, between.nodes.key("custody", SG))
    refused(between, sent(between, note.data, whole(between)), BadPaper, "expected a key of VN.a05")


def test_a_note_by_a_key_without_the_role(between: Between) -> None:
    """Who drafts requests does not hand evidence over."""
    note = signed(between.give().paper, between.nodes.key("draft", VN))
    refused(between, sent(between, note.data, whole(between)), BadPaper, "custody")


def test_a_note_by_a_revoked_key(between: Between) -> None:
    """A key that was taken back as compromised hands nothing over any more."""
    made = between.give()
    between.nodes.world.revoke(VN, "custody")
    between.nodes.update(PH)
    refused(between, made.file, BadPaper, "revoked")


def test_a_note_for_somebody_else_is_passed_on(between: Between) -> None:
    """A receiver who re-encrypts what it got to a third party does not make it a hand-over to that one."""
    made = between.give(to=SG)
    refused(between, sent(between, made.paper.data, whole(between)), BadPaper, "expected one for PH.cicc")


def test_limits_taken_out_of_the_note(between: Between) -> None:
    """A note with other limits has another signature."""
    made = between.limited(no_onward=True)
    document = {name: value for name, value in made.paper.document.items() if name != "limits"}
    envelope = canonical.load(made.paper.data)
    envelope["payload"] = base64.b64encode(canonical.dump(document)).decode()
    refused(between, sent(between, canonical.dump(envelope), whole(between)), BadPaper, "did not make")


@pytest.mark.parametrize("at", [100, -1, -20_000])
def test_a_file_altered_on_the_way(between: Between, at: int) -> None:
    """One altered byte anywhere and nothing is accepted."""
    file = between.give().file
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)
    refused(between, file, (BadSealedFile))


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_a_file_cut_short(between: Between, keep: float) -> None:
    """A file that lost its end is refused."""
    file = between.give().file
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * keep)])
    refused(between, file, BadSealedFile)


def test_an_item_altered_under_a_true_note(between: Between) -> None:
    """Other bytes than those that were sealed are refused, though the note is true."""
    made = between.give()
    path = between.bag / "data" / "phone" / "a.jpg"
    path.write_bytes(b"two" * 1000)
    refused(between, sent(between, made.paper.data, whole(between)), BadItem)


def test_an_item_altered_at_the_sender_is_not_sent(between: Between) -> None:
    """What no longer verifies is not handed over."""
    (between.bag / "data" / "phone" / "a.jpg").write_bytes(b"two" * 1000)
    with pytest.raises(BadItem):
        between.give()
    assert between.acts(VN) == ["acquired", "sealed"]


@pytest.mark.parametrize("name", ["../escape", "/tmp/escape", "1/../../escape", "1//x", "1/./x", "1/data\\..\\x", "."])
def test_paths_that_lead_elsewhere(between: Between, name: str) -> None:
    """No path leads out of the new folder."""
    made = between.give()

    def fill(out: IO[bytes]) -> None:
        write_file(out, name, 1, lambda sink: sink(b"x"))

    refused(between, sent(between, made.paper.data, fill), BadItem, "leads elsewhere")
    assert not list(between.folder.parent.rglob("escape"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices(between: Between, kind: bytes) -> None:
    """Nothing but regular files comes out of what is received."""
    made = between.give()

    def fill(out: IO[bytes]) -> None:
        info = tarfile.TarInfo("1/data")
        info.type, info.linkname = kind, "/etc/passwd"
        out.write(info.tobuf(tarfile.PAX_FORMAT))

    refused(between, sent(between, made.paper.data, fill), BadItem, "regular files only")


def test_more_than_the_note_says(between: Between) -> None:
    """A bomb is refused at its header: the note says how many files and bytes there are."""
    made = between.give()
    big = lambda out: write_file(out, "1/data/big", 1 << 40, lambda sink: None)  # noqa: E731 - short
    refused(between, sent(between, made.paper.data, big), BadItem, "more than the note says")
    (between.folder / "forged.handover").unlink()

    def extra(out: IO[bytes]) -> None:
        with open_store(between.bag) as store:
            write_bag(out, "1", store)
        write_file(out, "1/data/extra", 0, lambda sink: None)

    refused(between, sent(between, made.paper.data, extra), BadItem, "more than the note says")


def test_less_than_the_note_says(between: Between) -> None:
    """A hand-over without all its files is refused."""
    made = between.give()
    refused(between, sent(between, made.paper.data, write_end), BadItem, "less than the note says")


def test_a_path_twice(between: Between) -> None:
    """A second file under the same path does not replace the first."""
    made = between.give()

    def fill(out: IO[bytes]) -> None:
        for data in (b"a", b"b"):
            write_file(out, "1/data/x", 1, lambda sink, data=data: sink(data))  # type: ignore[misc]  # a test's shorthand

    refused(between, sent(between, made.paper.data, fill), BadItem, "twice")


def test_a_huge_extended_header(between: Between) -> None:
    """A header that would fill the memory is refused by what it claims."""
    made = between.give()

    def fill(out: IO[bytes]) -> None:
        info = tarfile.TarInfo("x")
        info.type, info.size = tarfile.XHDTYPE, 1 << 32
        out.write(info.tobuf(tarfile.USTAR_FORMAT))

    refused(between, sent(between, made.paper.data, fill), BadItem, "extended header")


def test_bytes_after_the_end(between: Between) -> None:
    """Nothing hides behind the end."""
    made = between.give()

    def fill(out: IO[bytes]) -> None:
        whole(between)(out)
        out.write(b"more")

    refused(between, sent(between, made.paper.data, fill), BadItem, "after the end")


def test_no_onward_is_enforced(between: Between) -> None:
    """What must not be handed on is not, whole, as a copy, or within further limits."""
    between.receive(between.limited(no_onward=True).file)
    for more in ({}, {"copy": True}, {"limits": UseLimits(case="C-9")}):
        with pytest.raises(LimitsForbid, match="must not be handed on"):
            between.give(PH, SG, **more)


def test_a_day_that_is_past_is_enforced(between: Between) -> None:
    """What was to be deleted by yesterday is neither accepted nor handed on."""
    today = between.nodes.clock.now().date()
    made = between.limited(delete_by=today)
    between.receive(made.file)
    between.nodes.clock.advance(timedelta(days=1))
    with pytest.raises(LimitsForbid, match="to be deleted by"):
        between.give(PH, SG)
    with pytest.raises(LimitsForbid):
        between.limited(delete_by=today)


def test_a_late_file_is_not_accepted(between: Between) -> None:
    """A file that arrives after the day by which it is to be deleted is not taken over."""
    made = between.limited(delete_by=between.nodes.clock.now().date())
    between.nodes.clock.advance(timedelta(days=1))
    refused(between, made.file, LimitsForbid)


def test_limits_are_never_widened(between: Between) -> None:
    """Another case or offence is refused; a later day and fewer limits change nothing."""
    held = UseLimits("C-1", "fraud", intelligence_only=True, delete_by=date(2027, 1, 1))
    between.receive(between.give(copy=True, limits=held).file)
    for other in (UseLimits(case="C-2"), UseLimits(offence="theft")):
        with pytest.raises(LimitsForbid):
            between.give(PH, SG, limits=other)
    assert between.give(PH, SG, limits=UseLimits(delete_by=date(2030, 1, 1))).limits == held


def test_a_limit_that_hides_signs(between: Between) -> None:
    """A limit with signs that nobody sees is not signed."""
    with pytest.raises(BadInput):
        between.limited(case="C-1\u202e")


def test_an_acceptance_by_a_stranger(between: Between) -> None:
    """A hand-over is not complete by the word of anybody but the receiver."""
    made = between.give()
    got = between.receive(made.file)
    for signer in (FileSigner.generate(), between.nodes.key("custody", VN), between.nodes.key("custody", SG)):
        with pytest.raises(BadPaper):
            take_answer(between.desk(), signed(got.acceptance, signer), between.deed())
    other = signed(got.acceptance, between.nodes.key("custody", SG), **{"from": SG})
    with pytest.raises(BadPaper, match="something else"):
        take_answer(between.desk(), other, between.deed())
    assert between.desk().keeper.look(ITEM).standing.coming is not None


def test_an_acceptance_of_another_note(between: Between) -> None:
    """An acceptance that speaks of other limits or another item is none of this hand-over."""
    got = between.receive(between.give().file)
    other = signed(got.acceptance, between.nodes.key("custody", PH), paper="0" * 64)
    with pytest.raises(BadPaper, match="something else"):
        take_answer(between.desk(), other, between.deed())


def test_an_acceptance_from_the_future(between: Between) -> None:
    """A paper of a time to come is refused."""
    got = between.receive(between.give().file)
    later = signed(got.acceptance, between.nodes.key("custody", PH), at="2027-06-01T00:00:00Z")
    with pytest.raises(BadPaper, match="a time that has come"):
        take_answer(between.desk(), later, between.deed())


def test_a_recall_by_somebody_else(between: Between) -> None:
    """Only the party that handed an item over calls it back."""
    made = between.give(copy=True)
    between.receive(made.file)
    [notice] = recall(between.desk(), ITEM, between.deed(), between.nodes.key("custody"))

    def take(paper: SignedPaper) -> None:
        take_notice(between.desk(PH), paper, between.deed(PH), between.nodes.key("custody", PH))

    for signer in (FileSigner.generate(), between.nodes.key("custody", SG)):
        with pytest.raises(BadPaper):
            take(signed(notice, signer))
    with pytest.raises(BadPaper, match="something else"):
        take(signed(notice, between.nodes.key("custody", SG), **{"from": SG}))
    assert "recalled" not in between.acts(PH)


def test_a_confirmation_by_somebody_else(between: Between) -> None:
    """Nobody confirms in a holder's place."""
    between.receive(between.give(copy=True).file)
    [notice] = recall(between.desk(), ITEM, between.deed(), between.nodes.key("custody"))
    taken = take_notice(between.desk(PH), notice, between.deed(PH), between.nodes.key("custody", PH))
    with pytest.raises(BadPaper):
        take_confirmation(between.desk(), signed(taken.confirmation, between.nodes.key("custody", SG)), between.deed())


def test_two_notes_under_one_number(between: Between) -> None:
    """The sender cannot put another note in the place of one that was accepted."""
    made = between.give(copy=True)
    between.receive(made.file)
    other = signed(made.paper, between.nodes.key("custody"), why="something else")
    with pytest.raises(BadPaper, match="another note"):
        between.receive(sent(between, other.data, whole(between)), folder="second")


def test_a_second_holder_is_not_made_by_hand(between: Between) -> None:
    """Only the post that holds the item hands it over."""
    deed = replace(between.deed(), by=Hand("laboratory", VN, PEOPLE[VN].person))
    order = Order(ITEM, Hand("", PH), between.folder / "out", deed)
    with pytest.raises(WrongHand):
        hand_over(between.desk(), order, between.nodes.key("custody"))
    assert not (between.folder / "out").exists()


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"payloadType":"x"}', b"{" * 5000])
def test_papers_that_are_none(data: bytes) -> None:
    """Anything else is refused as our own error."""
    with pytest.raises(BadPaper):
        read_paper(data, HANDOVER, RECALL)


def test_any_bytes_within_the_seal(between: Between) -> None:
    """What is sealed but no stream of ours is refused."""
    file = between.folder / "noise.handover"
    seal_stream(lambda out: out.write(bytes(range(256)) * 8), file, [IDENTITIES[PH].recipient])
    refused(between, file, BadItem)
    assert io.BytesIO(file.read_bytes()).read(3) == b"age"


def test_a_file_for_another_party(between: Between) -> None:
    """Only the party that it was encrypted to opens it."""
    made = between.give()
    with pytest.raises(BadSealedFile, match="does not open"):
        between.receive(made.file, SG)
    assert not list(between.folder.glob("at-*"))


def test_a_link_in_the_place_of_what_is_to_come(between: Between) -> None:
    """A link that somebody put where the bags are to be written is not followed."""
    elsewhere = between.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_bytes(b"kept")
    (between.folder / f"at-{PH}.partial").symlink_to(elsewhere)
    with pytest.raises(EvidenceUnwritable):
        between.receive(between.give().file)
    assert [path.name for path in elsewhere.iterdir()] == ["kept"]


def test_another_folder_in_the_place_of_the_item(between: Between) -> None:
    """A folder that is there already and holds something else is neither accepted nor touched."""
    place = between.folder / f"at-{PH}"
    (place / "1").mkdir(parents=True)
    (place / "1" / "mine").write_bytes(b"mine")
    with pytest.raises(BadItem):
        between.receive(between.give().file)
    assert (place / "1" / "mine").read_bytes() == b"mine"

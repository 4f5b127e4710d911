"""Handing evidence over, accepting it and calling it back on the command line, between two nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.commands import Said, comity
from builders.handover import IDENTITIES, ITEM, PH, SG, VN, Between
from builders.nodes import Nodes
from comity.crypto.recipient import save_identity

VIET = ("--person", "Trần Thị Bình", "--post", "evidence room")
MARIA = ("--person", "Maria Santos", "--post", "digital evidence desk")
WHY = ("--why", "fraud inquiry")


@pytest.fixture
def between(today: Nodes, tmp_path: Path) -> Between:
    """Give three parties of today and an item at the first."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    return Between(today, folder)


def run(between: Between, party: str, *arguments: str | Path) -> Said:
    """Run a command of the group at a party's node."""
    return comity("evidence", *arguments, "--home", between.nodes.home(party))


def key(between: Between, party: str) -> tuple[str | Path, ...]:
    """The options for a party's key."""
    return ("--key", between.nodes.key_file("custody", party))


def given(between: Between, *more: str, party: str = VN, to: str = PH) -> Said:
    """Hand the item over."""
    who = VIET if party == VN else MARIA
    out = between.folder / f"out-{party}"
    return run(between, party, "hand-over", ITEM, "--to", to, "--out", out, *more, *key(between, party), *who, *WHY)


def accepted(between: Between, *more: str | Path) -> Said:
    """Take over what came."""
    [file] = (between.folder / f"out-{VN}").iterdir()
    identity = between.folder / "ph.age"
    if not identity.exists():
        save_identity(IDENTITIES[PH], identity)
    line = ("--to", between.folder / "in", "--out", between.folder / "acceptance.json", "--identity", identity)
    return run(between, PH, "accept", file, *line, *key(between, PH), *MARIA, *more)


def test_an_item_goes_over_is_accepted_and_complete(between: Between) -> None:
    """Each side sees where the item is, at every step."""
    assert given(between).code == 0
    assert "under way to PH.cicc" in run(between, VN, "list").out
    assert "accepted E-17 from VN.a05" in accepted(between).out
    assert "E-17 was accepted before" in accepted(between).out
    assert "not accepted yet" in run(between, VN, "holders", ITEM).out
    taken = run(between, VN, "take", between.folder / "acceptance.json", *VIET)
    assert taken.out == "handed over: PH.cicc has E-17\n"
    [holder] = run(between, VN, "holders", ITEM, "--json").data
    assert (holder["party"], holder["act"], bool(holder["accepted_at"])) == (PH, "transferred", True)


def test_use_limits_are_shown_wherever_the_item_is(between: Between, tmp_path: Path) -> None:
    """The limits stand beside the item in the list, its custody, what is shown of it and the bundle."""
    limits = ("--copy", "--only-case", "C-1", "--only-offence", "fraud", "--delete-by", "2999-01-01")
    assert given(between, *limits).code == 0
    shown = accepted(between)
    for text in ("for case C-1 only", "for offence fraud only", "to be deleted by 2999-01-01"):
        assert f"use limit: {text}" in shown.out
    for line in (
        ("list",),
        ("custody", ITEM),
        ("disclose", between.folder / "in" / "1", "phone/a.jpg", "--to", tmp_path / "shown", *MARIA),
        ("bundle", ITEM, "--to", tmp_path / "bundle", *MARIA, *WHY),
    ):
        assert "use limit: for case C-1 only" in run(between, PH, *line).out
    [limits_] = run(between, PH, "custody", ITEM, "--json").data["use_limits"]
    assert limits_ == {"case": "C-1", "delete_by": "2999-01-01", "offence": "fraud"}


def test_what_must_not_be_handed_on_is_not(between: Between) -> None:
    """The command leaves with 1 and says whom to ask."""
    given(between, "--copy", "--no-onward")
    assert "use limit: not to be handed on" in accepted(between).out
    refused = given(between, party=PH, to=SG)
    assert refused.code == 1
    assert "must not be handed on" in refused.err
    assert "Ask the party" in refused.err


def test_a_recall_is_taken_in_and_confirmed(between: Between) -> None:
    """The holder sees the recall beside the item; the sender sees who has confirmed."""
    given(between, "--copy")
    accepted(between)
    notices = between.folder / "notices"
    called = run(between, VN, "recall", ITEM, "--out", notices, *key(between, VN), *VIET, "--why", "wrong phone")
    assert "for PH.cicc" in called.out
    [notice] = notices.iterdir()
    assert run(between, PH, "take", notice, *MARIA).code == 2
    confirmation = between.folder / "confirmation.json"
    taken = run(between, PH, "take", notice, *key(between, PH), "--out", confirmation, *MARIA)
    assert "recall E-17: wrong phone" in taken.out
    assert "recalled: wrong phone" in run(between, PH, "list").out
    assert "recall: not confirmed yet" in run(between, VN, "holders", ITEM).out
    assert run(between, VN, "take", confirmation, *VIET).out == "confirmed: PH.cicc on E-17\n"
    assert "recall: confirmed at" in run(between, VN, "holders", ITEM).out


def test_nobody_has_it(between: Between) -> None:
    """An item that was never handed over has no holders, and an unknown item none that could be asked for."""
    assert run(between, VN, "holders", ITEM).out == "nobody\n"
    assert run(between, VN, "holders", "E-99").code == 2


def test_what_is_missing_is_said(between: Between) -> None:
    """No identity, no purpose, another paper: each is refused with what was expected."""
    given(between)
    [file] = (between.folder / f"out-{VN}").iterdir()
    line = ("--to", between.folder / "in", "--out", between.folder / "a.json", *key(between, PH), *MARIA)
    assert "--identity" in run(between, PH, "accept", file, *line).err
    out = between.folder / "out"
    assert "purpose" in run(between, VN, "hand-over", ITEM, "--to", PH, "--out", out, *key(between, VN), *VIET).err
    assert run(between, VN, "take", file, *VIET).code == 1

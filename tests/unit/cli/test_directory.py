"""The commands on the directory, run as coordinators, registries and readers run them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders.directory import World, build_directory, party_document
from builders.program import Program
from comity.crypto.keys import FileSigner
from comity.kernel.clock import FixedClock, SystemClock

SHEET = """\
id: VN.a05
name: "[bold]Department[/] for Cyber Security"
kind: authority
functions: ["24/7 point of contact (Article 41)"]
languages: [vi, en]
hours: {zone: Asia/Ho_Chi_Minh, open: "24/7"}
callback: [{number: "+1 555 0101", desk: Duty desk}]
keys:
- {public_file: o1.pub, holder: Officer 1, roles: [draft], valid_from: 2020-01-01T00:00:00Z, valid_until: 2090-01-01T00:00:00Z}
"""


@pytest.fixture
def world(program: Program, tmp_path: Path) -> World:
    """Put a world of today, with all its key files, in the program's folder."""
    world = build_directory(tmp_path, FixedClock(SystemClock().now()))
    keys = {"online": world.online, **{f"t{i}": key for i, key in enumerate(world.targets_keys)}}
    keys |= {f"r{i}": key for i, key in enumerate(world.root_keys)}
    keys |= {f"v{i}": key for i, key in enumerate(world.registries["VN"])}
    for name, key in keys.items():
        key.save(tmp_path / name, "")
    (tmp_path / "root.json").write_bytes(world.root)
    return world


VOUCH = ("--vouch", "v0", "--vouch", "v1")


def test_from_the_ceremony_to_the_card(program: Program, tmp_path: Path) -> None:
    """A directory is created by two people at two times, and its first party is found with its number on top."""
    for name in ("r1", "r2", "r3", "v1", "v2", "o1", "online"):
        FileSigner.generate().save(tmp_path / name, "")
    (tmp_path / "party.yaml").write_text(SHEET)
    roots = ("--root-key", "r1.pub", "--root-key", "r2.pub", "--root-key", "r3.pub")
    first = program.run("directory", "create", "d", *roots, "--online-key", "online.pub", "--sign", "r1")
    assert "root 1 waits for 1 more signature" in first
    assert "root 1 is complete" in program.run("directory", "sign-root", "d", "--sign", "r3")
    program.run(
        "directory", "delegate", "d", "VN", "--key", "v1.pub", "--key", "v2.pub", "--sign", "r1", "--sign", "r2"
    )
    assert "not published yet" in program.run("directory", "enrol", "d", "party.yaml", "--vouch", "v1", "--vouch", "v2")
    assert program.json("directory", "refresh", "d", "--online", "online") == {"published": True}
    program.run("directory", "mirror", "m", "--root", "d/metadata/1.root.json", "--from", "d")
    card = program.run("directory", "lookup", "VN.a05", "--mirror", "m").splitlines()
    assert card[0] == "[bold]Department[/] for Cyber Security  VN.a05  (Authority)"
    assert card[1].split(maxsplit=2) == ["call", "back", "+1 555 0101  Duty desk"]
    assert any("24/7  Asia/Ho_Chi_Minh" in line for line in card)


def test_a_stolen_key_is_revoked_in_one_command(program: Program, world: World) -> None:
    """After one command every fresh mirror and every export shows the key as revoked."""
    keyid = world.keys["VN.a05"]["draft"].public.keyid
    command = ("directory", "revoke", world.folder, "VN.a05", "--key", keyid[:12], *VOUCH, "--online", "online")
    assert program.json(*command) == {"party": "VN.a05", "keyid": keyid, "published": True}
    program.run("directory", "mirror", "mirror", "--from", world.folder)
    program.run("directory", "export", world.folder, "stick.zip", "--root", "root.json")
    for place in (("--mirror", "mirror"), ("--mirror", "stick.zip", "--root", "root.json")):
        assert "REVOKED from" in program.run("directory", "lookup", "VN.a05", *place)
        assert program.json("directory", "lookup", "VN.a05", *place)["may_act"][keyid] == []


def test_a_test_call_is_shown(program: Program, world: World) -> None:
    """A recorded test call stands on the card."""
    assert "never called back" in program.run("directory", "lookup", "VN.a05", "--mirror", "mirror")
    call = ("--number", "+1 555 0101", "--by", "Coordinator", "--not-reached", "--at", "2026-11-24T03:00:00Z")
    program.run("directory", "drill", world.folder, "VN.a05", *call, *VOUCH, "--online", "online")
    program.run("directory", "mirror", "mirror", "--from", world.folder)
    assert "2026-11-24T03:00:00Z: +1 555 0101 did not answer Coordinator" in program.run(
        "directory", "lookup", "VN.a05", "--mirror", "mirror"
    )


def test_a_party_gets_a_new_key(program: Program, world: World, tmp_path: Path) -> None:
    """An update from a sheet is taken when it keeps the old keys."""
    old = dict(world.keys["VN.a05"])
    FileSigner.generate().save(tmp_path / "o1", "")
    (tmp_path / "party.yaml").write_text(SHEET)
    said = program.refused(2, "directory", "update", world.folder, "party.yaml", *VOUCH)
    assert "Revoke it instead" in said
    document = party_document("VN.a05", "A05", "authority", old, since=world.clock.now())
    rows = "".join(
        f'- {{public: "{k["public"]}", holder: {k["holder"]}, roles: {k["roles"]}, '
        f"valid_from: {k['valid_from']}, valid_until: {k['valid_until']}}}\n"
        for k in document["keys"]
    )
    (tmp_path / "party.yaml").write_text(SHEET + rows.replace("'", ""))
    assert program.json("directory", "update", world.folder, "party.yaml", *VOUCH)["party"] == "VN.a05"
    assert len(world.registry.shelf.party("VN.a05").keys) == len(old) + 1


def test_a_country_is_cut_off_and_comes_back(program: Program, world: World) -> None:
    """Coordinators cut a country off and entrust it again, with the signatures of its registries."""
    signed = ("--sign", "t0", "--sign", "t2", "--online", "online")
    program.run("directory", "undelegate", world.folder, "VN", *signed)
    program.run("directory", "mirror", "mirror", "--from", world.folder)
    assert [row["id"] for row in program.json("directory", "list", "mirror")] == ["PH.cicc", "SG.orchid"]
    program.run("directory", "delegate", world.folder, "VN", "--key", "v0.pub", "--key", "v1.pub", *signed)
    program.run("directory", "mirror", "mirror", "--from", world.folder)
    assert "VN.a05" in program.run("directory", "list", "mirror")


def test_the_root_passes_on(program: Program, world: World) -> None:
    """The next root waits for its signatures, counts when they are there, and the directory goes on under it."""
    state = program.json("directory", "rotate-root", world.folder, "--threshold", "3", "--sign", "r0")
    assert state == {"version": 2, "complete": False, "missing": 2, "fingerprint": None}
    assert program.json("directory", "sign-root", world.folder, "--sign", "r1", "--sign", "r2")["complete"]
    program.run("directory", "renew", world.folder, "--sign", "t0", "--sign", "t1")
    program.run("directory", "renew", world.folder, "VN", "--sign", "v0", "--sign", "v1", "--online", "online")
    status = program.json("directory", "mirror", "mirror", "--from", world.folder)
    assert (status["root_version"], status["parties"], status["stale"]) == (2, 3, False)


def test_an_old_copy_warns(program: Program, tmp_path: Path) -> None:
    """A look-up in an expired copy still gives the numbers, under a warning."""
    build_directory(tmp_path, FixedClock(SystemClock().now() - timedelta(days=10)))
    said = program.run("directory", "lookup", "VN.a05", "--mirror", "mirror")
    assert said.startswith("This copy is out of date since")
    assert "+1 555 0101" in said
    assert program.json("directory", "lookup", "VN.a05", "--mirror", "mirror")["stale"]
    assert program.run("directory", "mirror", "mirror").startswith("out of date since")


@pytest.mark.parametrize(
    ("code", "arguments", "message"),
    [
        (2, ("lookup", "ZZ.x", "--mirror", "mirror"), "got 'ZZ.x', expected a party"),
        (2, ("lookup", "VN.a05", "--mirror", "directory"), "got no root.json, expected a mirror"),
        (2, ("lookup", "VN.a05", "--mirror", "nowhere"), "nowhere: got No such file"),
        (2, ("mirror", "mirror", "--root", "root.json"), "not empty"),
        (2, ("mirror", "new", "--root", "nowhere.json"), "expected the pinned root"),
        (2, ("export", "mirror", "root.json"), "root.json: got a file that exists"),
        (2, ("enrol", "directory", "nowhere.yaml", "--vouch", "v0"), "nowhere.yaml"),
        (2, ("revoke", "directory", "VN.a05", "--key", "1234", *VOUCH), "at least 8 digits"),
        (2, ("revoke", "directory", "VN.a05", "--key", "12345678", "--from", "today", *VOUCH), "--from: got 'today'"),
        (2, ("delegate", "directory", "vn", "--key", "v0.pub", "--key", "v1.pub", "--sign", "t0"), "ISO code"),
        (2, ("delegate", "directory", "TH", "--key", "v0.pub", "--sign", "t0", "--sign", "t1"), "threshold 2 of 1 keys"),
        (2, ("create", "new", "--root-key", "r0.pub"), "give at least two --root-key"),
        (2, ("create", "new", "--root-key", "r0.pub", "--online-key", "online.pub"), "threshold 2 of 1 keys"),
        (2, ("refresh", "nowhere", "--online", "online"), "nowhere: got No such file"),
        (1, ("refresh", "directory", "--online", "v0"), "expected the online key"),
        (1, ("renew", "directory", "--sign", "t0"), "targets.json: got signatures by 1 of its keys, expected 2"),
        (1, ("renew", "directory", "ZZ", "--sign", "t0"), "got the country ZZ"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_explained(
    program: Program, world: World, code: int, arguments: tuple[str, ...], message: str
) -> None:
    """Each refusal names what was got and expected, and ends with the right code."""
    said = program.refused(code, "directory", *arguments)
    assert message in said

"""Evidence through the API: custody read and entered, handed over to another node and taken over, files that were delivered."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builders.api import Program, program, signs_as
from builders.desk import Served, served_on
from builders.exchange import SG, VN
from builders.handover import IDENTITIES, ITEM
from builders.nodes import Nodes
from builders.nodes import opened as nodes_in
from builders.officers import SECRET
from builders.parcels import Parcels, parcels
from builders.provider import provider
from comity.accounts import people
from comity.exchange import provider as acts

CASE = "C-1"
KEY = {"passphrase": SECRET}


@contextmanager
def street(folder: Path) -> Iterator[tuple[Nodes, Parcels]]:
    """VN.a05 with an item, and SG.orchid as its peer."""
    with nodes_in(folder) as nodes, parcels(nodes, folder) as road:
        yield nodes, road


def custodian(desk: Served, name: str, party: str) -> Program:
    """A program of a custodian who has the party's key of custody, and whose node opens what is sealed to it."""
    key, home = desk.nodes.key("custody", party), desk.desk.node.settings.home
    person = desk.person(name, "custodian")
    (home / "keys").mkdir(exist_ok=True)
    key.save(home / "keys" / f"{name}.key", SECRET)
    holder = desk.desk.node.office.me().require_key(key.public.keyid).holder
    people.bind_key(desk.crew.staff, desk.person("admin"), person.id, f"{name}.key", holder)
    settings = desk.desk.node.settings
    path = home / "identity.txt"
    if not path.exists():
        path.write_text(IDENTITIES[party].secret + "\n")
        path.chmod(0o600)
    object.__setattr__(settings, "identity", path.name)
    return program(desk, name, "custodian")


def test_evidence_goes_from_node_to_node(tmp_path: Path) -> None:
    """An item is handed over by one custodian's program and taken over by another's; both chains hold."""
    with street(tmp_path) as (nodes, road), served_on(nodes) as here, served_on(nodes, party=SG) as there:
        binh, wei = custodian(here, "binh", VN), custodian(there, "wei", SG)
        here.member("binh", CASE)
        rows = binh.get("/evidence").json()["items"]
        assert [one["item"] for one in rows] == [ITEM]
        post = rows[0]["holder"]["post"]
        said = {"to": SG, "why": "Joint case.", "post": post, "limits": {"no_onward": True}}
        assert binh.post(f"/evidence/hand-overs?item={ITEM}", said).status_code == 422
        answer = binh.post(f"/evidence/hand-overs?item={ITEM}", said | KEY)
        assert answer.status_code == 201, answer.text
        number = answer.json()["hand_over"]
        road.rounds()
        (waits,) = wei.get("/evidence/parcels").json()["items"]
        assert (waits["hand_over"], waits["peer"]) == (number, VN)
        taken = wei.post(f"/evidence/parcels/{number}/acceptance", KEY)
        assert (taken.status_code, taken.json()["state"]) == (200, "accepted"), taken.text
        road.rounds()
        assert road.acts(VN)[-1] == "accepted"
        read = wei.get("/evidence/custody", item=ITEM).json()
        assert (read["whole"], read["use_limits"][0]["no_onward"], "path" in read["bags"][0]) == (True, True, False)
        assert wei.post(f"/evidence/verification?item={ITEM}").json()["verdict"] == "sound"
        assert wei.get("/evidence/paper", item=ITEM).content.startswith(b"%PDF")
        done = {"act": "opened", "why": "To list the accounts."}
        entered = wei.post(f"/evidence/custody?item={ITEM}", done | KEY)
        assert (entered.status_code, entered.json()["number"]) == (201, read["length"] + 1), entered.text
        last = wei.get("/evidence/custody", item=ITEM).json()["entries"][-1]
        assert last["by"]["person"] == "Wei"
        assert wei.post(f"/evidence/custody?item={ITEM}", done | KEY | {"act": "transferred"}).status_code == 422
        assert program(there, "other", "custodian").get("/evidence/custody", item=ITEM).status_code == 404


def test_evidence_is_turned_down(tmp_path: Path) -> None:
    """What came is refused with a reason, which goes back signed; the item stays with its sender."""
    with street(tmp_path) as (nodes, road), served_on(nodes, party=SG) as there:
        wei = custodian(there, "wei", SG)
        _, parcel = road.hand_over()
        road.rounds()
        here = f"/evidence/parcels/{parcel.id}"
        assert wei.post(f"{here}/refusal", KEY | {"why": "It is of another case."}).json()["state"] == "refused"
        road.rounds()
        assert road.acts(VN)[-1] == "refused"
        assert wei.post(f"{here}/acceptance", KEY).status_code in (404, 409)


def test_what_was_delivered_is_copied_and_taken_into_evidence(tmp_path: Path) -> None:
    """Files of a delivery are listed and copied byte for byte, and become an item under the person's name."""
    with nodes_in(tmp_path) as nodes, provider(nodes, tmp_path) as way, served_on(nodes) as desk:
        request = way.received("disclose_subscriber")
        nodes.considered(request)
        acts.accept(way.desk(SG), request.id, nodes.key("receipt", SG))
        way.rounds()
        lan, minh = program(desk, "lan", "drafter", "custodian"), program(desk, "minh", "releaser")
        for name in ("lan", "minh"):
            desk.member(name, request.case)
        here = f"/requests/{request.id}/deliveries"
        big = bytes(range(256)) * 5000
        acts.deliver(way.desk(SG), request.id, [way.file("log.bin", big)])
        way.work()
        (row,) = lan.get(here).json()["items"]
        place = f"{here}/{row['delivery']}"
        assert (row["whole"], row["files"][0]["state"]) == (False, "Available")
        assert lan.get(f"{place}/files/log.bin").status_code == 404
        assert lan.post(f"{here}/fetching").status_code == 200
        way.rounds()
        assert minh.get(f"{place}/files/log.bin").status_code == 403
        got = lan.get(f"{place}/files/log.bin")
        assert (got.status_code, got.content == big) == (200, True)
        desk.settled()
        assert lan.get(f"{place}/files/..%2Flog.bin").status_code in (404, 422)
        said = {"item": "E-7", "why": "the case", "sign": False}
        assert lan.post(f"{place}/item", said | KEY).status_code == 422  # no key of his own
        signs_as(desk, "lan", "draft")
        key = nodes.key("draft")
        (nodes.home() / "keys").mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            key.save(nodes.home() / "keys" / "lan.key", SECRET)
        made = lan.post(f"{place}/item", said | KEY)
        assert (made.status_code, made.json()["item"]) == (201, "E-7"), made.text
        assert lan.get("/evidence/custody", item="E-7").json()["whole"]

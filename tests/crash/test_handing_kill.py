"""Evidence on its way between two nodes, with either of them killed at any point: it arrives once, and is answered once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from builders.commands import comity
from builders.crash import HOOK
from builders.exchange import SG, VN
from builders.handover import IDENTITIES, ITEM, Between
from builders.nodes import Nodes, opened
from builders.served import Served, served
from builders.trials import chance
from comity.crypto.recipient import save_identity
from comity.evidence.holding import holders
from comity.exchange.deliverytables import Parcel, find_parcels
from comity.kernel.clock import SystemClock

CODE = "import sys; from comity.cli.main import main; main(sys.argv[1:])"
ACTS = ("give", "announce", "fetch", "accept", "answer")


class Post:
    """Two nodes that serve each other, and the commands on the way of one item from the first to the second."""

    def __init__(self, road: Served, folder: Path) -> None:
        """Stand in *folder*."""
        self.road, self.folder, self.nodes = road, folder, road.nodes

    def line(self, act: str) -> list[str]:
        """The command of an act."""
        party = VN if act in ("give", "announce") else SG
        home = ["--home", str(self.nodes.home(party))]
        if act in ("announce", "fetch", "answer"):
            return ["work", *home]
        who = [
            "--person",
            "x",
            "--post",
            "evidence room",
            "--send",
            "--key",
            str(self.nodes.key_file("custody", party)),
            *home,
        ]
        if act == "give":
            return ["evidence", "hand-over", ITEM, "--to", SG, "--why", "inquiry", *who]
        return ["evidence", "accept", self.parcel(SG).id, "--to", "in", *who]

    def at(self, point: int, act: str) -> int:
        """Run an act as a process that is killed at a point, if it comes to it."""
        path = os.pathsep.join([str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])])
        hook = {"PYTHONPATH": path, "COMITY_TEST_KILL_AT": str(point), "COMITY_TEST_KILL_IN": str(self.folder)}
        command, env = [sys.executable, "-c", CODE, *self.line(act)], {**os.environ, "COMITY_LANGUAGE": "en", **hook}
        code = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, check=False).returncode
        self.nodes.clock.moment = SystemClock().now() + timedelta(seconds=1)
        return code

    def run(self, act: str) -> int:
        """Run an act, undisturbed."""
        with chdir(self.folder):
            code = comity(*self.line(act)).code
        self.nodes.clock.moment = SystemClock().now() + timedelta(seconds=1)
        return code

    def forget(self) -> None:
        """Let the leases of what was killed have run out."""
        for party in (VN, SG):
            with self.nodes.node(party).store.write() as unit:
                unit.exec_driver_sql("UPDATE job SET lease_until = NULL")

    def parcel(self, party: str) -> Parcel:
        """What a party keeps of the one parcel."""
        with self.nodes.node(party).store.read() as unit:
            (found,) = find_parcels(unit)
        return found

    def acts(self, party: str) -> list[str]:
        """The acts in the item's custody, which must hold."""
        checked = self.nodes.node(party).custodian.look(ITEM)
        assert checked.faults == ()
        return [entry.deed.act for entry in checked.entries]

    def whole(self) -> None:
        """It arrived once and was answered once, and no file is left on offer or half fetched."""
        assert self.acts(VN) == ["acquired", "sealed", "transferred", "accepted"]
        assert self.acts(SG) == ["received", "verified"]
        with self.nodes.node(VN).store.read() as unit:
            assert [bool(one.accepted_at) for one in holders(unit, ITEM)] == [True]
        for party in (VN, SG):
            assert self.parcel(party).file == ""
            assert not list((self.nodes.home(party) / "files").glob("partial/*"))


@contextmanager
def road(folder: Path) -> Iterator[Post]:
    """A fresh world."""
    with opened(folder, today=True) as nodes:
        prepared(nodes, folder)
        with served(nodes, folder) as made:
            yield Post(made, folder)


def prepared(nodes: Nodes, folder: Path) -> None:
    """Give the second node the party's age identity, and the first an item."""
    nodes.clock.moment = SystemClock().now()
    save_identity(IDENTITIES[SG], folder / "sg.age")
    settings = nodes.home(SG) / "comity.toml"
    settings.write_text(settings.read_text().replace('identity = ""', f'identity = "{folder / "sg.age"}"'))
    Between(nodes, folder)


def killed(folder: Path, *points: int) -> int:
    """Go the whole way, each act killed at its point and run again; tells how many were."""
    count = 0
    with road(folder) as post:
        for act, point in zip(ACTS, points, strict=True):
            code = post.at(point, act)
            assert code in (0, -signal.SIGKILL)
            count += code == -signal.SIGKILL
            post.forget()
            assert post.run(act) in ((0,) if code else (0, 2))  # 2: it was done, and its file was let go
        post.road.work()
        post.whole()
    return count


def test_acts_killed_at_a_point_go_on(tmp_path: Path) -> None:
    """Each act killed at some point and run again, by a person or the next worker: the item arrives, answered once."""
    luck = chance("handing")
    killed(tmp_path, *(luck.randint(1, 25) for _ in ACTS))


@pytest.mark.soak
def test_acts_killed_at_every_point(tmp_path_factory: pytest.TempPathFactory) -> None:
    """At each point there is in any of the acts, the item arrives and is answered once."""
    point = 1
    while killed(folder := tmp_path_factory.mktemp("run"), *(point for _ in ACTS)):
        shutil.rmtree(folder)
        point += 1
    assert point > 10

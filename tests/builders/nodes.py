"""Nodes of the three parties of a small world, each with its own database, log, mirror and kept files."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from builders.directory import START, build_directory
from builders.packages import Maker
from builders.world import ANSWERS, CASE, SHEET
from comity.crypto.keys import FileSigner
from comity.kernel.clock import FixedClock, SystemClock, stamp
from comity.node.service import Node, make_node, open_node, update_directory
from comity.node.settings import Settings
from comity.requests import gatekeeping
from comity.requests.cases import import_case
from comity.requests.drafting import draft
from comity.requests.gatekeeping import Gatekeeping
from comity.requests.intake import receive
from comity.requests.model import Request
from comity.requests.office import Office
from comity.requests.receipts import Word, answer
from comity.requests.release import confirm, export, release, seal_request

TODAY = SystemClock().now()


class Keyring:
    """The world's nodes; each is made when first asked for, and stays open until `close`."""

    def __init__(self, folder: Path, now: datetime) -> None:
        """Make a world at the time *now* and keep its nodes in *folder*."""
        self.world = build_directory(folder, FixedClock(now))
        self.maker = Maker(self.world, folder)
        self.folder = folder
        self._model = _model(now)
        self._open: dict[str, Node] = {}
        self._stack = ExitStack()

    @property
    def clock(self) -> FixedClock:
        """The clock of the world and of every node."""
        return self.world.clock

    def key(self, role: str, party: str = "VN.a05") -> FileSigner:
        """The key of a role."""
        return self.world.keys[party][role]

    def key_file(self, role: str, party: str = "VN.a05") -> Path:
        """The key of a role in a file without a passphrase."""
        path = self.folder / f"{party}-{role}.key"
        if not path.exists():
            self.key(role, party).save(path, "")
        return path

    def home(self, party: str = "VN.a05") -> Path:
        """The folder of a party's node."""
        home = self.folder / f"node-{party}"
        if not home.exists():
            shutil.copytree(self._model / home.name, home)
        return home

    def node(self, party: str = "VN.a05") -> Node:
        """A party's node at work."""
        if party not in self._open:
            self._open[party] = self._stack.enter_context(open_node(self.home(party), clock=self.clock))
        return self._open[party]

    def office(self, party: str = "VN.a05") -> Office:
        """A party's office."""
        return self.node(party).office

    def update(self, *parties: str) -> None:
        """Publish the directory at the clock's time and bring the nodes of *parties* up to date."""
        self.world.refresh()
        for party in parties or ("VN.a05",):
            update_directory(self.node(party), self.world.mirror.folder.path)

    def close(self) -> None:
        """Close every node."""
        self._stack.close()


class Nodes(Keyring):
    """The nodes at work: requests drafted, sealed, released, carried, received and answered."""

    def later(self, **span: float) -> str:
        """A time from now, as people write it."""
        return stamp(self.clock.now() + timedelta(**span))

    def sheet(self, document: dict[str, Any]) -> Path:
        """A file that says *document*."""
        path = self.maker.path(".yaml")
        path.write_text(json.dumps(document), "utf-8")
        return path

    def draft(self, measure: str = "preserve", to: str = "SG.orchid", **changes: Any) -> Request:
        """A complete draft of VN.a05."""
        import_case(self.office(), self.sheet(CASE))
        sheet = self.sheet(SHEET | changes)
        return draft(self.office(), CASE["reference"], measure=measure, to=to, sheets=[sheet])

    def sealed(self, measure: str = "preserve", to: str = "SG.orchid", **changes: Any) -> Request:
        """A sealed request of VN.a05, confirmed if it must be."""
        request = seal_request(self.office(), self.draft(measure, to, **changes).id, self.key("draft"))
        if measure == "disclose_emergency":
            request = confirm(self.office(), request.id, self.key("emergency"))
        return request

    def released(self, measure: str = "preserve", to: str = "SG.orchid", **changes: Any) -> Request:
        """A released request of VN.a05."""
        return release(self.office(), self.sealed(measure, to, **changes).id, self.key("release"))

    def carried(self, request: Request) -> Path:
        """The package of a released request, carried out of the node."""
        return export(self.office(), request.id, self.maker.path())

    def received(self, measure: str = "preserve", **changes: Any) -> Request:
        """A request that VN.a05 released and SG.orchid received."""
        released = self.released(measure, **changes)
        receive(self.office("SG.orchid"), self.carried(released))
        return released

    def answered(self, request: Request, state: str, **word: str) -> bytes:
        """The receipt of SG.orchid on a request it received."""
        signer = self.key("receipt", "SG.orchid")
        if state == "accepted":
            self.considered(request)
        return answer(self.office("SG.orchid"), request.id, Word(state, **word), signer)[1]

    def considered(self, request: Request, party: str = "SG.orchid", **changes: Any) -> Gatekeeping:
        """The answers of a receiver's people to the safeguards questions on a request."""
        return gatekeeping.answer(self.office(party), request.id, self.sheet(ANSWERS | changes))

    def events(self, party: str = "VN.a05") -> list[str]:
        """The types of all events in a node's log, in order."""
        node = self.node(party)
        with node.store.read() as unit:
            entries = node.ledger.entries(unit, 0, node.ledger.size(unit))
        return [json.loads(entry.event)["type"] for entry in entries]


@contextmanager
def opened(folder: Path, *, today: bool = False) -> Iterator[Nodes]:
    """Give nodes in *folder*, at an invented moment or now, and close them afterwards."""
    made = Nodes(folder, TODAY if today else START)
    if today:
        made.clock.moment = SystemClock().now()
    try:
        yield made
    finally:
        made.close()


@cache
def _model(now: datetime) -> Path:
    """Make the three nodes once in this process; the others are copies."""
    place = tempfile.TemporaryDirectory(prefix="nodes-")
    atexit.register(place.cleanup)
    folder = Path(place.name)
    world = build_directory(folder, FixedClock(now))
    root = folder / "root.json"
    root.write_bytes(world.root)
    for party, keys in world.keys.items():
        home = folder / f"node-{party}"
        home.mkdir()
        keys["node"].save(home / "node.key", "")
        make_node(Settings(home, party), root=root, source=folder / "mirror", clock=world.clock)
    return folder

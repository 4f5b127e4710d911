"""A world of nodes in one process: real nodes with clocks that are moved, and a post that can be cut and can err."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from builders.databases import copied, current
from builders.directory import DESK, World, build_directory, party_document
from comity.crypto.keys import FileSigner
from comity.directory.mirror import Mirror
from comity.kernel.clock import FixedClock, stamp
from comity.kernel.errors import ComityError
from comity.node.service import Node, open_log, update_directory
from comity.node.settings import Settings
from comity.requests import cases, drafting, gatekeeping, intake, receipts, register, release, tables
from comity.requests.intake import Received
from comity.requests.office import Office
from comity.requests.receipts import Taken, Word
from comity.store.blobs import Blobs

VN, PH, SG = "VN.a05", "PH.cicc", "SG.orchid"
CASE: dict[str, Any] = {
    "format": "comity-case/1",
    "reference": "VA-2026-338",
    "title": "Savings moved by a false bank desk",
    "facts": "On 20 November 2026 callers moved savings to the account below within two hours.",
    "offences": [{"title": "Fraud by means of a computer", "provision": "Penal Code, Art. 290"}],
    "identifiers": [
        {
            "kind": "email",
            "value": "Mule@example.org",
            "since": "2026-11-20T02:00:00Z",
            "until": "2026-11-20T04:30:00Z",
            "relation": "Registered the account that received the money.",
        }
    ],
}
ITEMS = (
    "offence_facts", "data", "custodian", "necessity", "followup", "confidentiality", "proceeding", "facts",
    "assistance", "persons_items", "period", "purpose", "risk",
)  # fmt: skip
GATES = (
    "gate-purpose", "gate-person", "gate-specific", "gate-proportion", "gate-review", "gate-data", "gate-profession",
    "gate-research", "gate-penalty",
)  # fmt: skip
ANSWERS: dict[str, Any] = {
    "safeguards": [
        {"id": gate, "answer": "Considered in case VA-2026-338.", "concern": "none", "by": "Officer 1"}
        for gate in GATES
    ],
    "necessity": "Nobody else holds the data.",
    "proportionality": "One account, two and a half hours.",
}
SHEET: dict[str, Any] = {
    "basis": {"kind": "voluntary", "text": "Voluntary preservation until an order arrives."},
    "contents": {item: f"What is stated on {item}." for item in ITEMS},
    **ANSWERS,
}

Outcome = Received | Taken | ComityError


@dataclass(frozen=True)
class Letter:
    """A file on its way between two parties."""

    sender: str
    to: str
    path: Path


@dataclass
class Post:
    """Carries files between nodes; links can be cut, and letters lost, sent twice, or brought in another order."""

    desks: dict[str, Desk]
    letters: list[Letter] = field(default_factory=list)
    cut: set[frozenset[str]] = field(default_factory=set)

    def send(self, sender: str, to: str, path: Path) -> Path:
        """Take a letter on."""
        self.letters.append(Letter(sender, to, path))
        return path

    def sever(self, one: str, other: str) -> None:
        """Cut the link between two parties: letters wait."""
        self.cut.add(frozenset((one, other)))

    def heal(self) -> None:
        """Mend every link."""
        self.cut.clear()

    def deliver(self, order: Sequence[int] = ()) -> list[Outcome]:
        """Hand over every letter whose link is whole, in the *order* named or as sent; tells what came of each.

        A number that stands twice in *order* is a letter delivered twice.
        """
        ready = [letter for letter in self.letters if frozenset((letter.sender, letter.to)) not in self.cut]
        self.letters = [letter for letter in self.letters if letter not in ready]
        return [self.desks[ready[i].to].take_in(ready[i].path) for i in order or range(len(ready))]


@dataclass
class Place:
    """One node with its people's keys and its own clock, as it is read."""

    node: Node
    keys: dict[str, FileSigner]
    clock: FixedClock
    post: Post
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def office(self) -> Office:
        """The office of the node."""
        return self.node.office

    @property
    def party(self) -> str:
        """The party of the node."""
        return self.node.settings.party

    def update(self, source: Path) -> None:
        """Bring the mirror up to date, on record."""
        update_directory(self.node, source)

    def change_key(self, key: FileSigner) -> None:
        """Go on with another key of the node's own."""
        log = open_log(self.node.settings, key, clock=self.clock)
        self.node = replace(self.node, ledger=log)

    def state(self, reference: str) -> str:
        """The state of a request."""
        with self.node.store.read() as unit:
            return self.office.find(unit, reference).state

    def look(self, reference: str) -> register.Dossier:
        """The whole of a request; reading an incoming one is on record."""
        return register.show_request(self.office, reference)

    def clocks(self, reference: str, *kinds: str) -> dict[str, str]:
        """The running clocks of a request, of the kinds named or all, each with its date."""
        with self.node.store.read() as unit:
            clocks = tables.clocks_of(unit, self.office.find(unit, reference).id)
        return {c.kind: stamp(c.due_at) for c in clocks if c.open and (not kinds or c.kind in kinds)}

    def due(self) -> list[tuple[str, bool]]:
        """The list of what is due: kind, and whether it is overdue."""
        return [(row["kind"], row["overdue"]) for row in register.list_due(self.office)]

    def events(self) -> list[str]:
        """The kinds of event in the log, verified."""
        with self.node.store.read() as unit:
            size = self.node.ledger.verify(unit).size
            return [json.loads(entry.event)["type"] for entry in self.node.ledger.entries(unit, 0, size)]

    def findings(self, reference: str) -> list[tuple[str, str]]:
        """What the preflight finds: field and level."""
        return [(finding.field, finding.level) for finding in drafting.check(self.office, reference)[1]]

    def references(self) -> list[str]:
        """The references of all requests."""
        return [request.reference for request in register.list_requests(self.office)]


class Drafter(Place):
    """A node that asks."""

    def file(self, name: str, content: Any) -> Path:
        """Write a sheet."""
        path = self.folder / f"{next(self.numbers)}-{name}.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        return path

    def begin(self, measure: str = "preserve", to: str = SG, **sheet: Any) -> str:
        """Draft a complete request in the case; gives its reference."""
        cases.import_case(self.office, self.file("case", CASE))
        sheets = [self.file("sheet", SHEET | sheet)]
        return drafting.draft(self.office, CASE["reference"], measure=measure, to=to, sheets=sheets).reference

    def follow(self, earlier: str, relation: str, measure: str = "", **sheet: Any) -> str:
        """Draft a complete request on an earlier one; gives its reference."""
        sheets = [self.file("sheet", SHEET | sheet)]
        made = drafting.follow(self.office, earlier, relation=relation, measure=measure, sheets=sheets)
        return made.reference

    def fill(self, reference: str) -> None:
        """Add to a draft."""
        drafting.fill(self.office, reference, [self.file("sheet", {"use_limits": f"Limit {next(self.numbers)}."})])

    def complete(self, reference: str, **sheet: Any) -> None:
        """Add all that a complete request states to a draft, but no basis."""
        rest = {name: one for name, one in SHEET.items() if name != "basis"}
        drafting.fill(self.office, reference, [self.file("sheet", rest | sheet)])

    def state_items(self, reference: str, *items: str) -> None:
        """State more items in a draft."""
        contents = {item: f"What is stated on {item}." for item in items}
        drafting.fill(self.office, reference, [self.file("sheet", {"contents": contents})])

    def attach(self, reference: str, *paths: Path) -> None:
        """Attach files to a draft."""
        drafting.fill(self.office, reference, [], paths)

    def seal(self, reference: str) -> None:
        """Seal a draft with the drafter's key."""
        release.seal_request(self.office, reference, self.keys["draft"])

    def reopen(self, reference: str) -> None:
        """Give a sealed request back to its drafter."""
        release.reopen(self.office, reference, self.keys["release"], "To be sealed again.")

    def confirm(self, reference: str, role: str = "emergency") -> None:
        """Confirm a sealed emergency request."""
        release.confirm(self.office, reference, self.keys[role])

    def release(self, reference: str) -> Path:
        """Release a sealed request with the releaser's key, and post it."""
        made = release.release(self.office, reference, self.keys["release"])
        path = self.folder / f"{reference}.comity.zip"
        return self.post.send(self.party, made.peer, release.export(self.office, reference, path))

    def send(self, reference: str) -> Path:
        """Seal and release a complete draft, and post it."""
        self.seal(reference)
        return self.release(reference)


class Desk(Drafter):
    """A node that asks, and answers what arrives."""

    def answer(self, reference: str, state: str, *, days: int = 0, **word: str) -> Path:
        """Answer a request with a signed receipt, and post it; *days* is how long data are preserved."""
        if days:
            word["preserved_until"] = stamp(self.clock.now() + timedelta(days=days))
        if state == "accepted":
            self.consider(reference)
        taken, raw = receipts.answer(self.office, reference, Word(state, **word), self.keys["receipt"])
        path = self.folder / f"{next(self.numbers)}.receipt.json"
        path.write_bytes(raw)
        return self.post.send(self.party, taken.request.peer, path)

    def consider(self, reference: str) -> None:
        """Answer the safeguards questions on a request that arrived."""
        gatekeeping.answer(self.office, reference, self.file("answers", ANSWERS))

    def take_in(self, path: Path) -> Outcome:
        """Take a file in, a package or a receipt; a refusal is an outcome too."""
        try:
            if path.suffix == ".json":
                return receipts.take(self.office, path.read_bytes())
            return intake.receive(self.office, path)
        except ComityError as e:
            return e


@dataclass
class Nodes:
    """Nodes of one directory, the post between them, and the clocks of all."""

    directory: World
    post: Post
    desks: dict[str, Desk]

    @property
    def vn(self) -> Desk:
        """The 24/7 point that asks."""
        return self.desks[VN]

    @property
    def ph(self) -> Desk:
        """The other 24/7 point."""
        return self.desks[PH]

    @property
    def sg(self) -> Desk:
        """The exchange that answers."""
        return self.desks[SG]

    def now(self) -> datetime:
        """The true time."""
        return self.directory.clock.now()

    def later(self, **span: float) -> str:
        """A time from now, as people write it."""
        return stamp(self.now() + timedelta(**span))

    def advance(self, **span: float) -> None:
        """Let time go on for everybody."""
        for clock in (self.directory.clock, *(desk.clock for desk in self.desks.values())):
            clock.advance(timedelta(**span))

    def spread(self, *parties: str) -> None:
        """Publish the directory anew, and let all parties, or those named, bring their mirror up to date."""
        self.directory.refresh()
        for party in parties or tuple(self.desks):
            self.desks[party].update(self.directory.folder)


@contextmanager
def build_nodes(
    folder: Path, urls: Mapping[str, str] | None = None, parties: Sequence[str] = (VN, PH, SG)
) -> Iterator[Nodes]:
    """Give nodes in *folder*, each on SQLite unless *urls* names its database, which has the newest schema."""
    directory, post = build_directory(folder / "world"), Post({})
    with ExitStack() as stack:
        for party in parties:
            url = (urls or {}).get(party) or copied(folder / f"{party}.db")
            post.desks[party] = stack.enter_context(_desk(folder / party, party, url, directory, post))
        yield Nodes(directory, post, post.desks)


@contextmanager
def central_authority(nodes: Nodes, folder: Path, party: str = "SG.agc") -> Iterator[Desk]:
    """Enrol the central authority of a state, and give its node; everybody's mirror knows it."""
    keys = nodes.directory.keys[party] = {role: FileSigner.generate() for role in DESK}
    document = party_document(party, "Central authority (exercise)", "authority", keys, holders=DESK)
    nodes.directory.enrol(document | {"functions": ["Central authority (Article 40)"], "languages": ["fr", "en"]})
    nodes.spread()
    with _desk(folder / party, party, copied(folder / f"{party}.db"), nodes.directory, nodes.post) as desk:
        nodes.desks[party] = desk
        yield desk


@contextmanager
def _desk(home: Path, party: str, url: str, directory: World, post: Post) -> Iterator[Desk]:
    home.mkdir()
    clock, keys = FixedClock(directory.clock.now()), directory.keys[party]
    shutil.copytree(directory.mirror.folder.path, home / "directory")
    blobs = Blobs(home / "files")
    with current(url) as store:
        settings = Settings(home, party, url)
        node = Node(
            settings, store, open_log(settings, keys["node"], clock=clock), Mirror(settings.mirror), blobs, clock
        )
        yield Desk(node, keys, clock, post, home)
        blobs.close()

"""Requests that travel between nodes of a world as HI-1 messages, over the network or handed over in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from builders.exchange import PH, SG, VN, Link
from builders.nodes import Nodes
from comity.crypto.keys import FileSigner
from comity.exchange.desk import Desk
from comity.exchange.endpoint import handle
from comity.exchange.errors import PeerUnreachable
from comity.exchange.inbound import Inbound, Outbound, content_type
from comity.exchange.notifying import queued
from comity.exchange.outbox import Outbox, Tried, deliver_due
from comity.exchange.sending import on_answer, on_stuck, send
from comity.exchange.tables import Message, find_messages
from comity.hi1 import codec, signing
from comity.hi1.model import Action, Encoding
from comity.hi1.model import Message as Hi1
from comity.requests.model import Request
from comity.requests.receipts import Word, answer
from comity.store.engine import Store

Change = Callable[[Hi1], Hi1]


@dataclass
class Street:
    """Desks that hand each other messages in this process; the doors of some can be shut."""

    link: Link
    shut: set[str] = field(default_factory=set)
    encoding: Encoding = "json"
    handed: list[tuple[str, str, bytes, bytes]] = field(default_factory=list)

    @property
    def nodes(self) -> Nodes:
        """The nodes."""
        return self.link.nodes

    def settle(self, party: str, store: Store) -> None:
        """Let a party's node begin anew on another database."""
        self.nodes._open[party] = replace(self.nodes.node(party), store=store)

    def desk(self, party: str, **changes: Any) -> Desk:
        """A party's desk."""
        made = Desk(self.nodes.office(party), self.nodes.key("node", party), encoding=self.encoding)
        return replace(made, **changes)

    def outbox(self, party: str) -> Outbox:
        """A party's outbox, whose messages are handed over here."""
        desk = self.desk(party)
        return self.link.outbox(party, carrier=_Hand(self, party), on_answer=on_answer(desk), on_stuck=on_stuck(desk))

    def work(self, *parties: str) -> list[Tried]:
        """Let the workers of parties, VN and SG if none are named, deliver all that is due."""
        return [tried for party in parties or (VN, SG) for tried in deliver_due(self.outbox(party))]

    def sent(self, measure: str = "preserve", to: str = SG, **changes: Any) -> Request:
        """A released request of VN.a05 that is in the outbox."""
        request = self.nodes.released(measure, to, **changes)
        send(self.desk(VN), request.id)
        return request

    def answered(self, request: Request, state: str, party: str = SG, **word: str) -> bytes:
        """A receipt of a person at the desk, whose notice is in the outbox."""
        if state == "accepted":
            self.nodes.considered(request, party)
        signer = self.nodes.key("receipt", party)
        return answer(self.nodes.office(party), request.id, Word(state, **word), signer, also=queued(self.desk(party)))[
            1
        ]

    def state(self, request: Request, party: str = VN) -> str:
        """The state of a request at a party."""
        office = self.nodes.office(party)
        with office.store.read() as unit:
            return office.find(unit, request.id).state

    def history(self, request: Request, party: str = VN) -> list[tuple[str, str]]:
        """What was done on a request, and with what note."""
        from comity.requests.tables import history_of

        with self.nodes.office(party).store.read() as unit:
            return [(entry.act, entry.note) for entry in history_of(unit, request.id)]

    def messages(self, party: str = VN, **wanted: str) -> list[Message]:
        """The messages of a party."""
        with self.nodes.office(party).store.read() as unit:
            return find_messages(unit, **wanted)

    def order(self, request: Request) -> Hi1:
        """The order of a request as it lies in the outbox."""
        (message,) = self.messages(VN, direction="out", about=request.id, kind="order")
        return codec.read(self.unsigned(message.raw))

    def unsigned(self, raw: bytes, *parties: str) -> bytes:
        """What a message says, without its signature."""
        keys = [self.nodes.key("node", party).public for party in parties or (VN, PH, SG)]
        return signing.verify(raw, signing.Trusted.of(*keys)).content

    def asked(
        self, message: Hi1 | bytes, *, to: str = SG, by: Sequence[str] = (VN,), signer: FileSigner | None = None
    ) -> Hi1:
        """The answer of a party to a message that came over the connection of *by*."""
        raw = message if isinstance(message, bytes) else self.letter(message, signer)
        arrived = Inbound(raw, content_type(raw), self.nodes.clock.now(), tuple(by), b"certificate" if by else b"")
        answer = handle(self.desk(to), arrived)
        assert answer.status == 200
        return codec.read(self.unsigned(answer.raw), lenient=True)

    def letter(self, message: Hi1, signer: FileSigner | None = None) -> bytes:
        """A message signed by VN's node, or by another key."""
        return signing.sign(codec.write(message, self.encoding), signer or self.nodes.key("node", VN))

    def message(self, *actions: Action, transaction: str = "", by: str = VN, to: str = SG) -> Hi1:
        """A new message."""
        from comity.hi1.things import derived

        made = transaction or derived(str(self.nodes.maker.path()))
        return Hi1(self.desk(by).header(to, made), actions=actions)


@dataclass(frozen=True)
class _Hand:
    street: Street
    party: str

    def deliver(self, party: str, raw: bytes) -> bytes:
        """Hand a message over, if the door is open."""
        if party in self.street.shut:
            raise PeerUnreachable(f"got no connection to {party}, expected one")
        arrived = Inbound(raw, content_type(raw), self.street.nodes.clock.now(), (self.party,), b"certificate")
        answer: Outbound = handle(self.street.desk(party), arrived)
        self.street.handed.append((self.party, party, raw, answer.raw))
        return answer.raw


@contextmanager
def street(nodes: Nodes, folder: Path, *, encoding: Encoding = "json") -> Iterator[Street]:
    """Three nodes that know each other's addresses."""
    link = Link(nodes, folder)
    link.enrol(VN, PH, SG)
    yield Street(link, encoding=encoding)


def faults(answer: Hi1) -> list[int]:
    """The codes of all faults in an answer."""
    whole = [answer.fault.code] if answer.fault else []
    return whole + [one.fault.code for one in answer.answers if one.fault]


def changed(message: Hi1, at: int, **members: Any) -> Hi1:
    """A message whose action *at* says something else; a member of None is left out."""
    action = message.actions[at]
    assert action.thing is not None
    said = {name: value for name, value in {**action.thing.members, **members}.items() if value is not None}
    thing = replace(action.thing, members=said)
    actions = [*message.actions]
    actions[at] = replace(action, thing=thing)
    return replace(message, actions=tuple(actions))

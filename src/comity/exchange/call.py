"""One message that a peer's node signed, while it is answered: its faults, and the answer kept with what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from comity.hi1 import codec
from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Answer, Encoding, Fault, Message
from comity.kernel.clock import stamp
from comity.store.engine import Unit

from .desk import NEWEST, Desk
from .inbound import Inbound, recall, received, remember

UNDONE = 3000
LONGEST = 2000


@dataclass(frozen=True)
class Call:
    """A message of *peer*, believed: signed by its node, for us, of now."""

    desk: Desk
    peer: str
    message: Message
    inbound: Inbound

    @property
    def transaction(self) -> str:
        """Give the transaction."""
        return self.message.header.transaction

    @property
    def encoding(self) -> Encoding:
        """Give the encoding of the message, which is that of its answer too."""
        return codec.encoding_of(self.inbound.raw)

    def known(self, unit: Unit) -> bytes | None:
        """Give the answer that the message got while this one was heard, when two of it came at once."""
        return recall(unit, peer=self.peer, transaction=self.transaction, raw=self.inbound.raw)

    def answered(
        self, unit: Unit, answers: tuple[Answer, ...] = (), *, kind: str, about: str = "", fault: Fault | None = None
    ) -> bytes:
        """Keep the answer in the unit of what was done; gives the answer that stands."""
        if known := self.known(unit):
            return known
        desk, now = self.desk, self.desk.now()
        raw = self._signed(answers, fault)
        message = received(
            peer=self.peer, transaction=self.transaction, raw=self.inbound.raw, answer=raw, kind=kind, about=about,
            at=self.inbound.at, answered_at=now,
        )  # fmt: skip
        remember(unit, message)
        refusal = fault or next((one.fault for one in answers if one.fault and one.fault.code != UNDONE), None)
        event = {
            "type": "message.refused" if refusal else "message.taken", "at": stamp(now), "peer": self.peer,
            "transaction": self.transaction, "message": message.sha256, "kind": kind, "about": about,
            "code": str(refusal.code) if refusal else "",
        }  # fmt: skip
        desk.office.ledger.append(unit, {name: value for name, value in event.items() if value})
        return raw

    def _signed(self, answers: tuple[Answer, ...], fault: Fault | None) -> bytes:
        """Write the answer in the version of the message, or in ours if what it shows is newer than that."""
        answer = reply(self.desk, self.message, answers, fault)
        try:
            return self.desk.signed(answer, self.encoding)
        except BadMessage:
            newest = replace(answer, header=replace(answer.header, version=NEWEST))
            return self.desk.signed(newest, self.encoding)

    def refused(self, error: BadMessage, *, at: int | None = None, kind: str) -> bytes:
        """Keep and give the answer to a message of which nothing was done, because of action *at* or of all of it."""
        with self.desk.office.store.write(durable=True) as unit:
            return self.answered(unit, undone(self.message.actions, error, at), kind=kind)


def fault(error: BadMessage) -> Fault:
    """Say an error as a fault."""
    text = f"{error.field}: {error.message}" if error.field else error.message
    return Fault(error.code, text[:LONGEST])


def undone(actions: tuple[Action, ...], error: BadMessage, at: int | None) -> tuple[Answer, ...]:
    """Answer every action of a message of which nothing was done; the one that was refused says why."""
    number = actions[at].n if at is not None and at < len(actions) else actions[0].n
    left = Fault(UNDONE, f"not done, because action {number} was refused")
    return tuple(Answer(one.n, one.verb, fault=fault(error) if one.n == number else left) for one in actions)


def reply(desk: Desk, message: Message, answers: tuple[Answer, ...], whole: Fault | None) -> Message:
    """Write the answer to a message, in the version that it speaks."""
    header = message.header
    back = desk.header(str(header.sender), header.transaction, header.version)
    return Message(back, answers=answers, fault=whole)


Act = Callable[[Call], bytes]

"""The way by hand: the same signed messages in files, for peers that no network reaches.

The states are those of the outbox. A message written to a file stays queued until its answer is taken in, from a file or
from the network; taken in over both ways, it has one effect.
"""

from __future__ import annotations

from pathlib import Path

from comity.directory.model import MAX_MESSAGE
from comity.kernel.clock import Clock
from comity.kernel.input import read_input
from comity.packages.placing import place_bytes
from comity.store.engine import Store

from . import outbox
from .inbound import Handler, Inbound, Outbound, content_type
from .outbox import Outbox
from .tables import Message


def write_out(store: Store, transaction: str, target: Path) -> Message:
    """Write an outgoing message to a new file, byte for byte; the same file again is no fault.

    Raises:
        NotQueued: there is no such message.
        BadInput: another file is there.
    """
    with store.read() as unit:
        message = outbox.find(unit, transaction)
    place_bytes(message.raw, target)
    return message


def read_in(source: Path, *, limit: int = MAX_MESSAGE) -> bytes:
    """Read a message or an answer from a file.

    Raises:
        BadInput: there is no such file, or it is larger than *limit*.
    """
    return read_input(source, limit, "a message between nodes")


def take_message(handle: Handler, raw: bytes, clock: Clock, target: Path) -> Outbound:
    """Hand a message that a person brought to the handler, and write its answer to a new file, to be carried back."""
    answer = handle(Inbound(raw, content_type(raw), clock.now()))
    place_bytes(answer.raw, target)
    return answer


def take_answer(outgoing: Outbox, transaction: str, answer: bytes) -> Message:
    """End an outgoing message with an answer that a person brought.

    Raises:
        NotQueued: there is no such message.
        Conflict: it was answered otherwise before.
        ComityError: the answer does not hold.
    """
    with outgoing.store.write(durable=True) as unit:
        return outbox.settle(unit, outgoing, outbox.find(unit, transaction), answer)

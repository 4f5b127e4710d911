"""What a provider hands over: files, the word whether there are any, what became of each target.

Files are written aside while they come, on the disk of the node, and delivered by the room of exchange; a browser with script shows
how far they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import Response

from comity.exchange.outcomes import WORDS, Outcome
from comity.kernel.errors import BadInput
from comity.requests.model import Request

from ..acts import answering
from .incoming import by_incoming, done, signed
from .routes import Route
from .visit import Visit

MOST, FILES = 4 << 30, 20


def delivered(visit: Visit) -> Response:
    """Deliver files on a target; the very same files again are the same delivery."""

    def act(request: Request) -> Any:
        sent = [(str(one.filename), Path(str(one.file.name))) for one in visit.files("files")]
        return answering.deliver(
            visit.actor, request, sent, target=_number(visit, "target", 1), days=_number(visit, "days", 14),
            override=visit.field("override"),
        )  # fmt: skip

    return done(visit, "deliver", act)


def existing(visit: Visit) -> Response:
    """Say whether data exist for a target, and nothing else."""

    def act(request: Request) -> Any:
        word = visit.field("exists")
        if word not in ("yes", "no"):
            raise BadInput("got no word, expected yes or no", field="exists")
        return answering.say_existence(
            visit.actor, request, exists=word == "yes", target=_number(visit, "target", 1),
            override=visit.field("override"),
        )  # fmt: skip

    return done(visit, "exist", act)


def parted(visit: Visit) -> Response:
    """Say what became of each target; refused ones stand on a review by another person."""

    def act(request: Request, signer: Any) -> Any:
        said = [_outcome(visit, n) for n in range(1, len(request.document["targets"]) + 1)]
        return answering.partly(visit.actor, request, signer, said)

    return signed(visit, "partial", act)


def reviewed(visit: Visit) -> Response:
    """Record the legal review that a refusal of targets needs."""

    def act(request: Request) -> Any:
        return answering.review(visit.actor, request, visit.field("text"))

    return done(visit, "review", act)


def _outcome(visit: Visit, number: int) -> Outcome:
    word = visit.field(f"target-{number}")
    if word not in WORDS:
        raise BadInput(f"got no outcome of target {number}, expected one", field="outcome")
    refused = word == "refused"
    code, reason = visit.field(f"code-{number}"), visit.field(f"reason-{number}")
    return Outcome(number, word, code if refused else "", reason if refused else "")


def _number(visit: Visit, name: str, otherwise: int) -> int:
    text = visit.field(name) or str(otherwise)
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= 3 and 1 <= int(text) <= 365):
        raise BadInput(f"got {text[:20]!r}, expected a number from 1 to 365", field=name)
    return int(text)


ROUTES = (
    Route(
        "POST", "/incoming/{request}/deliver", "provider.deliver", delivered, case=by_incoming, files=FILES, most=MOST
    ),
    Route("POST", "/incoming/{request}/exist", "provider.deliver", existing, case=by_incoming),
    Route("POST", "/incoming/{request}/partial", "provider.decide", parted, case=by_incoming),
    Route("POST", "/incoming/{request}/review", "provider.decide", reviewed, case=by_incoming),
)

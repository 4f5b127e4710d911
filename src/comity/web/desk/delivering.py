"""What a provider hands over: files, the word whether there are any, what became of each target.

Files are written aside while they come, on the disk of the node, and delivered by the room of exchange; a browser with script shows
how far they are.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from starlette.responses import Response

from comity.exchange import provider
from comity.exchange.deliveries import Terms
from comity.exchange.outcomes import WORDS, Outcome
from comity.exchange.part import safe_name
from comity.exchange.provider import Override
from comity.kernel.errors import BadInput
from comity.kernel.language import _
from comity.requests.model import Request

from .incoming import by_incoming, by_of, done, signed
from .routes import Route
from .visit import Visit

MOST, FILES = 4 << 30, 20


def delivered(visit: Visit) -> Response:
    """Deliver files on a target; the very same files again are the same delivery."""

    def act(request: Request) -> Any:
        sent = visit.files("files")
        if not sent:
            raise BadInput("got no file, expected at least one", field="files", advice=_("Choose the files."))
        folder = visit.desk.node.blobs.stage().parent
        try:
            paths = [_named(folder / str(n), str(one.filename), str(one.file.name)) for n, one in enumerate(sent)]
            terms = Terms("", days=_number(visit, "days", 14))
            return provider.deliver(
                visit.desk.exchange, request.id, paths, target=_number(visit, "target", 1), terms=terms,
                override=_override(visit),
            )  # fmt: skip
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return done(visit, "deliver", act)


def existing(visit: Visit) -> Response:
    """Say whether data exist for a target, and nothing else."""

    def act(request: Request) -> Any:
        word = visit.field("exists")
        if word not in ("yes", "no"):
            raise BadInput("got no word, expected yes or no", field="exists")
        return provider.exist(
            visit.desk.exchange, request.id, exists=word == "yes", target=_number(visit, "target", 1),
            override=_override(visit),
        )  # fmt: skip

    return done(visit, "exist", act)


def parted(visit: Visit) -> Response:
    """Say what became of each target; refused ones stand on a review by another person."""

    def act(request: Request, signer: Any) -> Any:
        said = [_outcome(visit, n) for n in range(1, len(request.document["targets"]) + 1)]
        by = by_of(visit.person).name if any(one.word == "refused" for one in said) else ""
        return provider.partial(visit.desk.exchange, request.id, signer, said=said, released_by=by)

    return signed(visit, "partial", act)


def reviewed(visit: Visit) -> Response:
    """Record the legal review that a refusal of targets needs."""

    def act(request: Request) -> Any:
        return provider.review(visit.desk.exchange, request.id, by_of(visit.person).name, visit.field("text"))

    return done(visit, "review", act)


def _outcome(visit: Visit, number: int) -> Outcome:
    word = visit.field(f"target-{number}")
    if word not in WORDS:
        raise BadInput(f"got no outcome of target {number}, expected one", field="outcome")
    refused = word == "refused"
    code, reason = visit.field(f"code-{number}"), visit.field(f"reason-{number}")
    return Outcome(number, word, code if refused else "", reason if refused else "")


def _named(folder: Path, name: str, written: str) -> Path:
    """Give a file that was sent the name under which it is delivered."""
    if not safe_name(name):
        advice = _("Give the file a plain name.")
        raise BadInput(f"got the name {name[:80]!r}, expected one plain name", field="files", advice=advice)
    folder.mkdir(mode=0o700)
    path = folder / name
    path.hardlink_to(written)
    return path


def _override(visit: Visit) -> Override | None:
    reason = visit.field("override").strip()
    return Override(by_of(visit.person).name, reason) if reason else None


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

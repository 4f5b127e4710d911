"""The answers to a request that came in. What is signed is signed with the person's own key; a refusal is two people's word.

A provider's answer in part, and its files, are here too: each act is one unit of work of the rooms below, and done again it
changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from comity.crypto.keys import Signer
from comity.exchange import emergency, provider, refusing
from comity.exchange.deliveries import Terms
from comity.exchange.deliverytables import Kept, Note
from comity.exchange.emergency import Called
from comity.exchange.notifying import queued
from comity.exchange.outcomes import Outcome
from comity.exchange.part import safe_name
from comity.exchange.provider import Override
from comity.kernel.errors import BadInput
from comity.kernel.language import _
from comity.requests import gatekeeping, receipts
from comity.requests.gatekeeping import Gatekeeping
from comity.requests.model import Request
from comity.requests.receipts import Taken, Word
from comity.requests.refusal import same_person
from comity.requests.safeguards import check_answers
from comity.requests.states import RECEIVED

from .actor import Actor

ASSISTANCE = "mutual_assistance"
REFUSED = "refused"


def receipt(actor: Actor, request: Request, signer: Signer) -> Taken:
    """Confirm that a request came."""
    also = queued(actor.exchange)
    return receipts.answer(actor.office, request.id, Word(RECEIVED), signer, also=also)[0]


def ask(actor: Actor, request: Request, signer: Signer, *, code: str, reason: str, reply_by: str = "") -> Taken:
    """Ask the sender for what is lacking."""
    return provider.ask(actor.exchange, request.id, signer, code=code, reason=reason, reply_by=reply_by)


def accept(actor: Actor, request: Request, signer: Signer, *, until: str = "", reply_by: str = "") -> Taken:
    """Accept a request; assistance is the lawyer's to accept."""
    deciding(actor, request)
    return provider.accept(actor.exchange, request.id, signer, until=until, reply_by=reply_by)


def extend(actor: Actor, request: Request, signer: Signer, *, until: str) -> Taken:
    """Preserve for longer than was said before."""
    deciding(actor, request)
    return provider.extend(actor.exchange, request.id, signer, until)


def propose_refusal(actor: Actor, request: Request, *, code: str, reason: str) -> Note:
    """Propose to refuse a request."""
    deciding(actor, request)
    return refusing.propose(actor.exchange, request.id, actor.by, code=code, reason=reason)


def release_refusal(actor: Actor, request: Request, signer: Signer) -> Taken:
    """Release a refusal that another person proposed."""
    deciding(actor, request)
    return refusing.release(actor.exchange, request.id, actor.by, signer)


def decline_refusal(actor: Actor, request: Request, reason: str) -> Note:
    """Decline to release a refusal that another person proposed."""
    return refusing.decline(actor.exchange, request.id, actor.by, reason)


def partly(actor: Actor, request: Request, signer: Signer, said: Sequence[Outcome]) -> Taken:
    """Say what became of each target; refused ones stand on a review by another person."""
    by = actor.by.name if any(one.word == REFUSED for one in said) else ""
    return provider.partial(actor.exchange, request.id, signer, said=said, released_by=by)


def review(actor: Actor, request: Request, text: str) -> Note:
    """Record the legal review that a refusal of targets needs."""
    return provider.review(actor.exchange, request.id, actor.by.name, text)


def call_back(actor: Actor, request: Request, called: Called) -> Note:
    """Record that the sender was called back under a number of the directory."""
    return emergency.call_back(actor.office, request.id, actor.by.name, called)


def consider(actor: Actor, request: Request, sheet: Mapping[str, Any]) -> Gatekeeping:
    """Keep his answers on the safeguards questions before a request is executed."""
    checked = check_answers(dict(sheet), actor.staff.now.date())
    return gatekeeping.keep(actor.office, request.id, checked)


def look_second(actor: Actor, request: Request, question: str) -> Gatekeeping:
    """Record that he looked, as the second person, at a concern that another one raised.

    Raises:
        BadInput: none was raised, or he raised it himself.
    """
    found, by = gatekeeping.look(actor.office, request.id), actor.by.name
    known = dict(found.answer(question))
    if known.get("concern") != "raised":
        raise BadInput("got no concern, expected one that was raised", field="safeguards")
    if same_person(by, str(known["by"])):
        advice = _("Let another person look at it.")
        raise BadInput("got who raised it, expected another person", field="safeguards", advice=advice)
    return consider(actor, request, {"safeguards": [known | {"second": by}]})


def deliver(
    actor: Actor, request: Request, files: Sequence[tuple[str, Path]], *, target: int, days: int, override: str = ""
) -> list[Kept]:
    """Deliver files, each with its name, on a target; the very same files again are the same delivery.

    Raises:
        BadInput: a name is no plain one, or there is no file.
    """
    if not files:
        raise BadInput("got no file, expected at least one", field="files", advice=_("Choose the files."))
    staged = [actor.office.blobs.stage().parent for _file in files]
    try:
        paths = [_named(folder, *one) for folder, one in zip(staged, files, strict=True)]
        terms = Terms("", days=days)
        return provider.deliver(
            actor.exchange, request.id, paths, target=target, terms=terms, override=_override(actor, override)
        )
    finally:
        for folder in staged:
            actor.office.blobs.unstage(folder / "file")


def say_existence(actor: Actor, request: Request, *, exists: bool, target: int, override: str = "") -> list[Kept]:
    """Say whether data exist for a target, and nothing else."""
    return provider.exist(actor.exchange, request.id, exists=exists, target=target, override=_override(actor, override))


def deciding(actor: Actor, request: Request) -> None:
    """Find that he may decide on this measure: mutual assistance is the central authority's.

    Raises:
        NotAllowed: it is not his to decide.
    """
    if request.measure == ASSISTANCE:
        actor.require("assistance.decide", "A lawyer decides on assistance.")


def _override(actor: Actor, reason: str) -> Override | None:
    return Override(actor.by.name, reason.strip()) if reason.strip() else None


def _named(folder: Path, name: str, written: Path) -> Path:
    """Give a file the name under which it is delivered."""
    if not safe_name(name):
        advice = _("Give the file a plain name.")
        raise BadInput(f"got the name {name[:80]!r}, expected one plain name", field="files", advice=advice)
    path = folder / name
    path.hardlink_to(written)
    return path

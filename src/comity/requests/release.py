"""Sealing and release: two people, one statement, and the package on disk before anybody is told.

The drafter seals: the bag is written once, and the drafter signs. The releaser, another person, signs the same
statement. Then one unit of work appends the release to the log, takes the log's proof, completes the package file and
moves the request; the file is on disk before the unit commits, so that what is acknowledged is never lost, and a file
without its unit is never named by anything.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from comity.crypto import envelope as dsse
from comity.crypto.envelope import Envelope
from comity.crypto.keys import Signer
from comity.crypto.recipient import seal_file
from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text
from comity.law.gate import Stage
from comity.packages import statement
from comity.packages.bag import read_bag
from comity.packages.container import Advance, silent
from comity.packages.errors import BadBag, BadProof, BadSigners
from comity.packages.opening import open_container
from comity.packages.placing import place
from comity.packages.provenance import check_release, signers_of_request
from comity.packages.sealing import seal, seal_files
from comity.packages.writer import ZipWriter
from comity.packages.zipfiles import append
from comity.store.blobs import writing
from comity.store.engine import Unit
from comity.store.errors import StoreCorrupt

from . import tables
from .clocks import start_on_release
from .drafting import attachments, digest, findings
from .errors import Incomplete, NotYours, WrongState
from .model import OUT, Request
from .office import Office
from .safeguards import numbers
from .states import DRAFT, RELEASED, SEALED, after

FRESH = timedelta(hours=72)
MAX_REASON = 4000
EMERGENCY = "disclose_emergency"
DRAFTING = frozenset({"draft", "change", "seal"})
CONFIRMED = 2  # signatures: the drafter's and the confirmer's


def seal_request(office: Office, name: str, signer: Signer, advance: Advance = silent, *, seen: str = "") -> Request:
    """Seal a complete draft and sign it as its drafter; *seen* is the digest of what he saw, if he says so.

    Raises:
        Incomplete: the preflight finds something that blocks.
        NotYours: the key may not draft.
        WrongState: it is no draft.
    """
    who = office.holder(signer, "draft")
    with office.store.read() as unit:
        request = office.find(unit, name, OUT)
        after(OUT, request.state, "seal")
        _same(seen, digest(request))
        _complete(office, unit, request)
    now = office.clock.now()
    staged = office.blobs.stage()
    with ZipWriter(staged, request.reference) as writer:
        stated = seal(writer, dict(request.document), attachments(office, request), sealed_at=now, advance=advance)
    envelope = stated.envelope().sign(signer)
    file = f"sealed-{office.new_id(now)}.zip"
    office.blobs.keep(staged, file)
    with office.store.write(durable=True) as unit:
        current = office.find(unit, request.id, OUT)
        if current.document != request.document:
            raise WrongState(
                "got a draft that changed while it was sealed, expected one at rest", advice="Seal it again."
            )
        sealed = {"package": stated.package, "file": file, "envelope": envelope.dump().decode()}
        counted = numbers(current.document, current.document, Stage.SENDING)
        office.log(unit, "request.sealed", current, package=stated.package, by=who, **counted)
        return office.move(unit, current, "seal", who, **sealed)


def reopen(office: Office, name: str, signer: Signer, reason: str) -> Request:
    """Give a sealed request back to its drafter, and say why."""
    check_text(reason, field="reason", max=MAX_REASON)
    who = office.holder(signer, "release")
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, OUT)
        office.log(unit, "request.reopened", request, package=request.package, by=who)
        reopened = office.move(unit, request, "reopen", who, note=reason, package="", file="", envelope="")
    office.blobs.discard(request.file)
    return reopened


def confirm(office: Office, name: str, signer: Signer, *, seen: str = "") -> Request:
    """Confirm an emergency request as the third person; *seen* is the package he saw, if he says so.

    Raises:
        NotYours: the key may not confirm, or its holder signed already.
        WrongState: it is not sealed, or confirmed already.
        BadInput: the measure needs no confirmation.
    """
    who = office.holder(signer, "emergency")
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, OUT)
        after(OUT, request.state, "confirm")
        _same(seen, request.package)
        if request.measure != EMERGENCY:
            raise BadInput(
                f"got {request.measure}, expected {EMERGENCY}: only that needs a confirmation", field="measure"
            )
        signed = _signed_by_another(office, request, signer, who)
        if len(signed.signatures) > CONFIRMED:
            raise WrongState("got a request that is confirmed already, expected one that is not", field="state")
        office.log(unit, "request.confirmed", request, package=request.package, by=who)
        return office.move(unit, request, "confirm", who, envelope=signed.dump().decode())


def release(office: Office, name: str, signer: Signer, *, seen: str = "", known_as: Iterable[str] = ()) -> Request:
    """Release a sealed request; there is no way around a finding that blocks.

    *seen* is the package that the releaser saw, if he says so; *known_as* are other names under which he may have drafted it.

    Raises:
        Incomplete: the preflight finds something that blocks.
        NotYours: the key may not release, or its holder drafted it or signed already.
        WrongState: it is not sealed, not confirmed, or was sealed too long ago.
        BadBag: what is kept is not what was sealed.
    """
    who = office.holder(signer, "release")
    with office.store.read() as unit:
        request = _ready(office, unit, name)
        _same(seen, request.package)
        _another(drafters(unit, request), {who, *known_as})
    signed = _in_order(_signed_by_another(office, request, signer, who))
    now = office.clock.now()
    staged = _copy(office.blobs.path(request.file), office.blobs.stage())
    _check_sealed(staged, request)
    file = f"package-{office.new_id(now)}.zip"
    with office.store.write(durable=True) as unit:
        current = _ready(office, unit, request.id)
        if current != request:
            raise WrongState("got a request that changed meanwhile, expected one at rest", advice="Release it again.")
        facts = {"package": request.package, "to": request.peer, "measure": request.measure, "by": who}
        index = office.log(unit, "request.released", request, **facts)
        proof = office.ledger.prove(unit, index)
        _check_keys(office, signed, proof)
        append(staged, seal_files(signed, office.mirror.slice(office.party), proof=proof))
        office.blobs.keep(staged, file)
        start_on_release(unit, request, now, office.followup)
        released = office.move(unit, current, "release", who, file=file, envelope=signed.dump().decode())
    office.blobs.discard(request.file)
    return released


def export(office: Office, name: str, target: Path) -> Path:
    """Write a released package to *target* (a file, or a folder to put it in); never over another file.

    Raises:
        WrongState: it was not released.
        BadInput: the target exists and is another file.
    """
    with office.store.read() as unit:
        request = office.find(unit, name)
    path = target / f"{request.stem}.comity.zip" if target.is_dir() else target
    return place(_released(office, request), path)


def export_encrypted(office: Office, name: str, target: Path, recipients: Sequence[str]) -> Path:
    """Write a released package encrypted with age; `addressee` stands for the keys the directory has for it.

    Raises:
        BadInput: a recipient is malformed, or the addressee has none in the directory.
    """
    with office.store.read() as unit:
        request = office.find(unit, name)
    party = office.known(request.peer)
    keys = [
        key for one in recipients for key in ((party.recipients if party else ()) if one == "addressee" else (one,))
    ]
    if not keys:
        advice = "Ask it for its age recipient by a way you trust, and give that."
        raise BadInput(f"got no encryption key for {request.peer} in the directory, expected one", advice=advice)
    path = target / f"{request.stem}.comity.zip.age" if target.is_dir() else target
    seal_file(_released(office, request), path, keys)
    return path


def _released(office: Office, request: Request) -> Path:
    if not request.released:
        raise WrongState(
            f"got {request.reference}, which is {request.state}, expected a released request", field="state"
        )
    return office.blobs.path(request.file)


Also = Callable[[Unit, Request], object]


def nothing_more(unit: Unit, request: Request) -> None:
    """Do nothing more in the unit that withdraws a request."""


def withdraw(office: Office, name: str, reason: str, *, by: str = "", also: Also = nothing_more) -> Request:
    """Withdraw a request; its clocks stop, except that of secrecy. The addressee is to be told by call-back.

    What is *also* done is done in the same unit.
    """
    check_text(reason, field="reason", max=MAX_REASON)
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, OUT)
        running = [clock.kind for clock in tables.clocks_of(unit, request.id) if clock.kind != "secrecy_until"]
        tables.stop_clocks(unit, request.id, running)
        office.log(unit, "request.withdrawn", request, reason=reason, by=by)
        withdrawn = office.move(unit, request, "withdraw", by, note=reason)
        also(unit, withdrawn)
        return withdrawn


def drafters(unit: Unit, request: Request) -> set[str]:
    """Name who drafted a request, changed it or sealed it, as far as they said who they are."""
    return drafters_of(unit, [request.id]).get(request.id, set())


def drafters_of(unit: Unit, ids: Iterable[str]) -> dict[str, set[str]]:
    """Name who drafted each of some requests, changed it or sealed it."""
    return tables.done_by(unit, ids, DRAFTING)


def _another(before: Iterable[str], who: set[str]) -> None:
    if not who.isdisjoint(before):
        advice = "Two people answer for a request: have somebody else release it."
        raise NotYours("got who drafted it, expected another person", field="key", advice=advice)


def _same(seen: str, now: str) -> None:
    """See that somebody signs what he saw."""
    if seen and seen != now:
        advice = "Look at it as it is now, and then sign."
        raise WrongState("got a request that changed since you saw it, expected the same", field="state", advice=advice)


def _complete(office: Office, unit: Unit, request: Request) -> None:
    blocking = [finding for finding in findings(office, unit, request) if finding.blocks]
    if blocking:
        raise Incomplete(blocking)


def _ready(office: Office, unit: Unit, name: str) -> Request:
    """Find a request that may be released now."""
    request = office.find(unit, name, OUT)
    if request.state != SEALED:
        advice = {
            DRAFT: f"Seal it first: comity request seal {request.reference}.",
            RELEASED: f"Write its package again with: comity request export {request.reference} FOLDER.",
        }.get(request.state, "")
        raise WrongState(f"got {request.reference}, which is {request.state}, expected a sealed request", advice=advice)
    _, stated = statement.load(request.envelope.encode())
    if office.clock.now() > stated.sealed_at + FRESH or office.clock.now() < stated.sealed_at - timedelta(minutes=5):
        advice = "Reopen it and seal it again, so that facts and signatures are fresh; check the clock of this machine."
        raise WrongState(f"got a seal of {stamp(stated.sealed_at)}, expected one of the last 72 hours", advice=advice)
    if request.measure == EMERGENCY and len(_load(request).signatures) < CONFIRMED:
        advice = f"Have the confirmer run: comity request confirm {request.reference}."
        raise WrongState("got an emergency request nobody confirmed, expected a third person's word", advice=advice)
    _complete(office, unit, request)
    return request


def _signed_by_another(office: Office, request: Request, signer: Signer, who: str) -> Envelope:
    """Sign the statement, if its signers so far are other people."""
    signed = _load(request)
    me = office.me()
    before = {key.holder for s in signed.signatures if (key := me.key(s.keyid))}
    if who in before or signer.public.keyid in {s.keyid for s in signed.signatures}:
        advice = "Two people answer for a request: have somebody else sign."
        raise NotYours(f"got {who}, who signed already, expected another person", field="key", advice=advice)
    return signed.sign(signer)


def _check_sealed(staged: Path, request: Request) -> None:
    """See that the kept package and the request shown to the releaser are both the one that the drafter sealed."""
    with open_container(staged) as container:
        bag = read_bag(container)
    shown = hashlib.sha256(canonical.dump(dict(request.document))).hexdigest()
    if (bag.digest, bag.payload.get("data/request.json")) != (request.package, shown):
        advice = "Somebody changed it on this node. Reopen the request, look at it again, and find out who did."
        raise BadBag("got another package or request than was sealed, expected the same", advice=advice)


def _check_keys(office: Office, signed: Envelope, proof: bytes) -> None:
    """See that the receiver will find each key valid at the time of sealing, as our own directory has them."""
    _, stated = statement.load(signed.dump())
    me = office.me()
    try:
        signers_of_request(me, signed, stated, attested=False)
        check_release(proof, me, stated)
    except (BadSigners, BadProof) as e:
        advice = "Reopen the request and seal it again, with keys that are valid from now on."
        raise NotYours(e.message, field="key", advice=advice) from e


def _in_order(signed: Envelope) -> Envelope:
    """Put the signatures in the order of the format: drafter, releaser, confirmer."""
    first, *middle, last = signed.signatures
    return Envelope(signed.payload_type, signed.payload, (first, last, *middle))


def _load(request: Request) -> Envelope:
    return dsse.load(request.envelope.encode(), statement.PAYLOAD_TYPE)


def _copy(source: Path, target: Path) -> Path:
    if not source.is_file():
        advice = "Restore it from the back-up, or reopen the request and seal it again."
        raise StoreCorrupt("got no kept file, expected the sealed package", file=str(source), advice=advice)
    with writing(target):
        shutil.copyfile(source, target)
    return target

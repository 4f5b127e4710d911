"""Intake: a package that arrived is verified, kept byte for byte, and becomes an incoming request, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from comity.directory.model import Party
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.packages.container import Advance, Folder, silent
from comity.packages.errors import BadContainer
from comity.packages.result import FAILED, Result, Step
from comity.packages.verification import Given, verify
from comity.packages.writer import ZipWriter
from comity.store.engine import Unit

from . import tables
from .clocks import start_on_receipt_of_request
from .errors import PackageRefused
from .model import IN, Request
from .office import Office
from .states import RECEIVED


@dataclass(frozen=True)
class Received:
    """What came of a package: the request, how it verified, and whether it was new."""

    request: Request
    result: Result
    new: bool


Also = Callable[[Unit, Request, Result], object]


def nothing_more(unit: Unit, request: Request, result: Result) -> None:
    """Do nothing more in the unit that takes a request in."""


def receive(office: Office, path: Path, advance: Advance = silent, *, also: Also = nothing_more) -> Received:
    """Verify a package and take its request in; the same package again has no further effect.

    What is *also* done is done in the same unit, for a new request only; if it raises, nothing was received.

    Raises:
        PackageRefused: it does not verify; the refusal is logged, the message names the step.
    """
    try:
        staged = _stage(office, path)
    except BadContainer as e:
        raise _refuse(office, Result((Step(1, "container", FAILED, str(e)),), error=e), str(path)) from e
    try:
        return _receive(office, path, staged, advance, also)
    finally:
        office.blobs.unstage(staged)


def _receive(office: Office, path: Path, staged: Path, advance: Advance, also: Also) -> Received:
    """Verify a staged package and keep it, or nothing of it."""
    with office.store.read() as unit:
        result = verify(staged, given(office, unit, advance))
    if known := _received_before(office, result):
        return Received(known, result, new=False)
    if not result.valid or result.sender is None:
        raise _refuse(office, result, str(path))
    now = office.clock.now()
    request = _request(result, result.sender, f"package-{office.new_id(now)}.zip")
    request = replace(request, changed_at=now)
    with office.store.write(durable=True) as unit:
        for known in tables.find_requests(unit, id=request.id):
            if known.package == request.package:
                return Received(known, result, new=False)
            raise PackageRefused(
                "got the same request in another package, expected one package", file=str(path), field="replay"
            )
        if tables.find_requests(unit, direction=IN, peer=request.peer, reference=request.reference):
            advice = f"Call {request.peer} back under its number in the directory, and ask for one of its own."
            got = f"got the reference {request.reference} on another request of {request.peer}"
            raise PackageRefused(f"{got}, expected a new one", file=str(path), field="reference", advice=advice)
        tables.add_request(unit, request)
        office.record(unit, request, "receive", request.peer)
        start_on_receipt_of_request(unit, request, office.followup)
        office.log(unit, "package.received", request, package=request.package, sender=request.peer)
        also(unit, request, result)
        office.blobs.keep(staged, request.file)
    return Received(request, result, new=True)


def _received_before(office: Office, result: Result) -> Request | None:
    """Find the request of a package whose age alone refuses it now, and which was received when it was fresh."""
    if result.failed is None or result.failed.name not in ("directory", "time"):
        return None
    with office.store.read() as unit:
        return next(iter(tables.find_requests(unit, direction=IN, package=result.digest)), None)


def given(office: Office, unit: Unit, advance: Advance = silent) -> Given:
    """Say what this node brings to a verification: root, time, own directory, record of earlier packages."""
    now = office.clock.now()

    def known(request_id: str) -> str:
        return next((r.package for r in tables.find_requests(unit, id=request_id)), "")

    return Given(
        root=office.mirror.root,
        at=now,
        acting_for=office.party,
        own=office.own(),
        known=known,
        authorities=office.authorities,
        advance=advance,
    )


def _request(result: Result, sender: Party, file: str) -> Request:
    document = result.document
    if result.at is None:
        raise BadInput("got a result without a time, expected one")
    return Request(
        id=document["id"],
        direction=IN,
        reference=document["reference"],
        case=document["case"]["reference"],
        peer=sender.id,
        measure=document["measure"],
        state=RECEIVED,
        document=document,
        changed_at=result.at,
        package=result.digest,
        file=file,
    )


def _refuse(office: Office, result: Result, file: str) -> PackageRefused:
    """Log the refusal and say at which step and why."""
    step = result.failed.name if result.failed else "container"
    event = {"type": "package.refused", "at": stamp(office.clock.now()), "package": result.digest, "step": step}
    with office.store.write(durable=True) as unit:
        office.ledger.append(unit, event)
    found = result.error.message if result.error else ""
    advice = (
        result.error.advice if result.error else ""
    ) or "Do not act on it. Call the party back under its number in the directory."
    refused = PackageRefused(found, file=file, field=step, advice=advice)
    refused.result = result
    return refused


def _stage(office: Office, path: Path) -> Path:
    """Make a private copy, so that what is verified is what is kept; a folder becomes a zip."""
    if not path.is_dir():
        return office.blobs.copy(path, "a package").path
    staged = office.blobs.stage()
    with Folder(path) as folder, ZipWriter(staged, folder.top) as writer:
        writer.copy([(name, path / name) for name in sorted(folder.sizes)], silent)
    return staged

"""The inbox: what arrived and waits, and taking in a package by hand.

What nobody knows of yet stands there for everybody who takes in, with sender, measure and date alone; who takes it up is the first
who knows of its case. What is in somebody else's case is not listed. A package that does not verify is shown with its steps and
kept nowhere.
"""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.responses import Response

from comity.accounts.access import knows
from comity.kernel.errors import BadInput, ComityError
from comity.kernel.language import _
from comity.packages.receipt import MAX_BYTES, is_receipt
from comity.requests import receipts
from comity.requests.errors import PackageRefused
from comity.requests.intake import Received

from ..acts import arriving
from ..acts.arriving import AGE, case_of
from .arrivals import arrivals, waiting
from .routes import Route
from .visit import Visit

MOST = 64 << 20


def listed(visit: Visit) -> Response:
    """List what arrived, emergencies first, then by what is due."""
    everything = visit.query("all") == "yes"
    return visit.page(
        "inbox.html",
        found=arrivals(visit, everything=everything, new=True),
        waiting=waiting(visit),
        everything=everything,
        wrong=None,
    )


def taken_up(visit: Visit) -> Response:
    """Become the first who knows of something that arrived by itself."""
    request = arriving.take_up(visit.actor, visit.field("request"))
    return visit.go(f"/incoming/{request.id}")


def taken(visit: Visit) -> Response:
    """Take in a package, an encrypted one, or a receipt on a request of ours."""
    files = visit.files("file")
    if not files:
        return _again(visit, BadInput("got no file, expected one", field="file", advice=_("Choose a file.")))
    try:
        return _by_kind(visit, _placed(visit, files[0]), files[0].filename or "")
    except ComityError as e:
        return _again(visit, e)


def _by_kind(visit: Visit, path: Path, name: str) -> Response:
    office = visit.desk.node.office
    try:
        with path.open("rb") as f:
            head = f.read(64)
        if is_receipt(head):
            return _receipt(visit, path.read_bytes()[: MAX_BYTES + 1], name)
        if head.startswith(AGE):
            path = arriving.opened(visit.actor, path)
        return _package(visit, path, name)
    finally:
        office.blobs.unstage(path)


def _package(visit: Visit, path: Path, name: str) -> Response:
    try:
        got = arriving.take_in(visit.actor, path)
    except PackageRefused as e:
        e.file = ""
        return visit.page("refused.html", 422, error=e, result=e.result, name=name)
    return _received(visit, got)


def _received(visit: Visit, got: Received) -> Response:
    with visit.desk.staff.store.read() as unit:
        known = knows(visit.desk.staff, unit, visit.me, case_of(got.request))
    if known:
        return visit.go(f"/incoming/{got.request.id}{'' if got.new else '?again=yes'}")
    return visit.page("refused.html", error=None, result=got.result, name=got.request.reference)


def _receipt(visit: Visit, data: bytes, name: str) -> Response:
    """Take in a receipt; what it is about is told to nobody but those who know of that case."""
    taken = receipts.take(visit.desk.node.office, data)
    return visit.page("refused.html", error=None, result=taken.result, name=name)


def _placed(visit: Visit, sent: UploadFile) -> Path:
    """Put a file that was sent aside under a name of ours."""
    path = visit.desk.node.blobs.stage()
    path.hardlink_to(str(sent.file.name))
    return path


def _again(visit: Visit, wrong: ComityError) -> Response:
    return visit.page(
        "inbox.html", 422, found=arrivals(visit, new=True), waiting=waiting(visit), everything=False, wrong=wrong
    )


ROUTES = (
    Route("GET", "/inbox", "inbox.list", listed, menu="Inbox"),
    Route("POST", "/inbox", "inbox.take", taken, files=1, most=MOST + (64 << 10)),
    Route("POST", "/inbox/up", "inbox.take", taken_up),
)

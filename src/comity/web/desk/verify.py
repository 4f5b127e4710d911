"""The verify page, for everybody: a package or a receipt is dropped, and the verdict is told step by step.

1. The file is read within its limits, into a temporary file (`forms`); few at once, seldom from one address (`strangers`).
2. By its first bytes it is a receipt, an encrypted file, or a package.
3. The same procedure as `comity verify` runs, with this node's pinned root and its directory; nothing that this node knows of
   its own requests goes in, so that nobody can find out here what is under way.
4. What is found is shown; the file is gone with the answer, and only a count of verdicts is kept.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO

from starlette.responses import Response

from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.kernel.text import odd
from comity.packages import receipt
from comity.packages.result import Result
from comity.packages.verification import Given, verify
from comity.packages.webpage import build_page
from comity.requests.receipts import code_of

from .errors import TooLarge
from .routes import Route
from .visit import Visit

MOST = 64 << 20
FORM = MOST + (64 << 10)
PACKAGE, RECEIPT, SEALED = "package", "receipt", "age"


@dataclass(frozen=True)
class Verdict:
    """What was found out about a dropped file; an encrypted one has no result."""

    kind: str
    name: str
    size: int
    result: Result | None = None

    @property
    def valid(self) -> bool:
        """Tell whether everything holds."""
        return self.result is not None and self.result.valid

    @property
    def code(self) -> str:
        """Give the code that people read to each other over the telephone."""
        return code_of(self.result.digest) if self.result and self.result.digest else ""


def ask(visit: Visit) -> Response:
    """Show where to drop a file."""
    return _page(visit, None)


def drop(visit: Visit) -> Response:
    """Verify what was dropped."""
    sent = visit.files("file")
    if not sent:
        advice = "Choose the file, then send it."
        return _page(visit, None, BadInput("got no file, expected a package or a receipt", field="file", advice=advice))
    file, name = sent[0].file, Path(sent[0].filename or "").name[:120]
    file.seek(0, os.SEEK_END)
    if file.tell() > MOST:
        raise TooLarge(f"got {file.tell()} bytes, expected at most {MOST}")
    with visit.desk.strangers.looking():
        verdict = _judged(visit, file, name)
    _count(visit, verdict)
    return _page(visit, verdict)


def offline(visit: Visit) -> Response:
    """Give the page that does the same without a server, with this node's root in it."""
    headers = {"content-disposition": 'attachment; filename="verify.html"'}
    return Response(_built(visit.desk.node.mirror.root), media_type="text/html", headers=headers)


@lru_cache(maxsize=2)
def _built(root: bytes) -> bytes:
    return build_page(root)


def _judged(visit: Visit, file: IO[bytes], name: str) -> Verdict:
    size = file.tell()
    file.seek(0)
    head = file.read(64)
    file.seek(0)
    if head.startswith(b"age-encryption.org/"):
        return Verdict(SEALED, name, size)
    office = visit.desk.node.office
    if receipt.is_receipt(head):
        expected = receipt.Expected(office.mirror.root, office.clock.now(), office.own())
        return Verdict(RECEIPT, name, size, receipt.verify_receipt(file.read(receipt.MAX_BYTES + 1), expected))
    given = Given(office.mirror.root, office.clock.now(), own=office.own(), authorities=office.authorities)
    path = Path(file.name)
    return Verdict(PACKAGE, name, size, _without(verify(path, given), str(path)))


def _without(result: Result, path: str) -> Result:
    """Leave out where the file lay on this machine."""
    steps = tuple(replace(step, found=step.found.replace(f"{path}: ", "").replace(path, "-")) for step in result.steps)
    return replace(result, steps=steps)


def _count(visit: Visit, verdict: Verdict) -> None:
    """Count the verdict; the counts of a past hour go into the log as one event."""
    staff = visit.desk.staff
    what = f"{verdict.kind}_{'valid' if verdict.valid else 'refused'}"
    past = visit.desk.strangers.count(what, staff.now)
    if past:
        with staff.store.write() as unit:
            staff.ledger.append(unit, {"type": "desk.verified", "at": stamp(staff.now), **past})


def _page(visit: Visit, verdict: Verdict | None, wrong: BadInput | None = None) -> Response:
    status = 422 if wrong else 200
    return visit.page("verify.html", status, verdict=verdict, wrong=wrong, most=MOST >> 20, tame=tame)


def tame(text: object) -> str:
    """Give a text of a stranger without what nobody sees or what turns the reading: a box stands in its place."""
    plain = str(text)
    while found := odd(plain):
        plain = plain.replace(found, "\u25a1")
    return plain


ROUTES = (
    Route("GET", "/verify", "door.read", ask),
    Route("POST", "/verify", "door.read", drop, files=1, most=FORM, strangers=True),
    Route("GET", "/verify/offline", "door.read", offline),
)

"""Verifying a package: one procedure of numbered steps for the command, the node and, rewritten, the verify page.

 1 container    the file or folder is well formed                     (package-format §1)
 2 bag          every listed file is there and has its hash, no other (§2)
 3 seal         only known files in seal/, the required ones there    (§1)
 4 statement    envelope and statement speak of this package          (§3)
 5 request      canonical, of the known shape, the same as signed     (§3)
 6 attachments  those listed and no other file in data/               (§3)
 7 document     the PDF says what the data say                        (§3)
 8 directory    the slice leads from the pinned root to the sender    (§4)
 9 signers      drafter, another releaser, confirmer; roles valid     (§4)
10 revocation   a newer directory does not take a key back            (§4)
11 time         neither future, nor stale, nor beyond its time token  (§6)
12 ledger       the sender's log holds the release                    (§5)
13 addressee    it is meant for the party one acts for                (§6)
14 replay       the request is not known under another digest         (§6)

Steps 1 to 3 look at bytes, 4 to 7 at what they say, 8 to 12 at who says it, 13 and 14 at whether it concerns us.
The procedure reads the package and nothing else; the caller MUST bring the pinned root and the time.
Memory: one megabyte a core for hashing, the request, its PDF (16 MiB at most) and the directory slice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from comity.crypto import timestamp
from comity.crypto.envelope import Envelope
from comity.crypto.errors import BadTimestamp
from comity.directory import slice as role_proof
from comity.directory.model import Party
from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput

from . import statement
from .bag import Bag, read_bag
from .container import Advance, Container, open_container, silent
from .errors import BadContainer, BadRequest, BadStatement, BadTime, NotAddressed, Replayed
from .provenance import check_release, known_party, require, signers_of_request
from .reprint import check_says
from .result import Result, Signer, Skip, run_steps
from .sealing import PROOF, ROLE_FOLDER, STATEMENT, TIMESTAMP, request_shape
from .statement import Statement

SKEW = timedelta(minutes=5)
STALE = timedelta(days=30)
TOKEN_WINDOW = timedelta(hours=72)
MAX_SEAL_FILE = 4 * 1024 * 1024
MAX_ROLE_FILES = 400
MAX_PDF = 16 * 1024 * 1024


@dataclass(frozen=True)
class Given:
    """What the verifier brings: its pinned root, the time, and what else it knows.

    *attested* is a time at which somebody trustworthy saw the package (the verifier's own record of receipt);
    *newer* gives the party file of the verifier's own directory, which is *fresh* unless it has itself expired; *known*
    gives the digest under which a request id was seen before; *authorities* are trusted roots of time authorities (PEM).
    """

    root: bytes
    at: datetime
    acting_for: str = ""
    attested: datetime | None = None
    newer: Callable[[str], Party | None] | None = None
    fresh: bool = False
    known: Callable[[str], str] | None = None
    authorities: Sequence[bytes] = ()
    advance: Advance = silent


def verify(path: Path, given: Given) -> Result:
    """Verify the package at *path*; the result names every step. Raises nothing about the package itself."""
    run = _Run(path, given)
    steps, error = run_steps(run.steps())
    found = vars(run)
    if "container" in found:
        run.container.close()
    return Result(
        steps=steps,
        digest=run.bag.digest if "bag" in found else "",
        document=found.get("request", {}),
        sender=found.get("sender"),
        signers=found.get("signers", ()),
        at=run.at,
        error=error,
    )


class _Run:
    """One verification: each step reads what the earlier ones established."""

    container: Container
    bag: Bag
    signed: Envelope
    stated: Statement
    request: dict[str, Any]
    sender: Party
    signers: tuple[Signer, ...]

    def __init__(self, path: Path, given: Given) -> None:
        self.path = path
        self.given = given
        self.at = given.attested or given.at
        self.token: datetime | None = None
        self.token_fault: BadTimestamp | None = None

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("container", self._container),
            ("bag", self._bag),
            ("seal", self._seal),
            ("statement", self._statement),
            ("request", self._request),
            ("attachments", self._attachments),
            ("document", self._document),
            ("directory", self._directory),
            ("signers", self._signers),
            ("revocation", self._revocation),
            ("time", self._time),
            ("ledger", self._ledger),
            ("addressee", self._addressee),
            ("replay", self._replay),
        ]

    def _container(self) -> str:
        self.container = open_container(self.path)
        return f"{len(self.container.sizes)} files, {sum(self.container.sizes.values())} bytes"

    def _bag(self) -> str:
        self.bag = read_bag(self.container, self.given.advance)
        return f"{len(self.bag.payload)} files with the stated hashes; package {self.bag.digest}"

    def _seal(self) -> str:
        names = {name for name in self.container.sizes if name.startswith("seal/")}
        role = {name for name in names if name.startswith(ROLE_FOLDER)}
        if STATEMENT not in names or not role:
            raise BadContainer("got a package without statement or role proof, expected both", file="seal/")
        if strange := sorted(names - role - {STATEMENT, TIMESTAMP, PROOF}):
            raise BadContainer("got a file nobody can check, expected none", file=strange[0])
        if len(role) > MAX_ROLE_FILES:
            raise BadContainer(f"got {len(role)} files, expected at most {MAX_ROLE_FILES}", file=ROLE_FOLDER)
        extras = [name.removeprefix("seal/") for name in (TIMESTAMP, PROOF) if name in names]
        return "statement and role proof" + "".join(f", {name}" for name in extras)

    def _statement(self) -> str:
        self.signed, self.stated = statement.load(self._read(STATEMENT), file=STATEMENT)
        if self.stated.package != self.bag.digest:
            raise BadStatement(
                f"got package {self.stated.package[:16]}..., expected {self.bag.digest[:16]}...", file=STATEMENT
            )
        return f"sealed {stamp(self.stated.sealed_at)} by {self.stated.sender} for {self.stated.addressee}"

    def _request(self) -> str:
        name = "data/request.json"
        if name not in self.bag.payload:
            raise BadRequest("got no request, expected one", file=name)
        try:
            request = canonical.load_canonical(self.container.read(name, canonical.MAX_BYTES), file=name)
            self.request = request_shape().require(request, file=name)
        except BadInput as e:
            raise BadRequest(e.message, file=name, field=e.field, advice=e.advice) from e
        if self.bag.payload[name] != self.stated.request_sha256:
            raise BadRequest("got another request than the one signed, expected that", file=name)
        field = self.stated.agrees(self.request)
        info = {"Source-Organization": self.stated.sender, "External-Identifier": self.stated.request}
        field = field or next((label for label, value in info.items() if self.bag.info[label] != value), "")
        if field:
            raise BadRequest(
                "got another value than in the signed statement, expected the same", file=name, field=field
            )
        return f"{self.request['reference']}: {self.request['measure']}"

    def _attachments(self) -> str:
        rows = self.request.get("attachments", [])
        stated = {f"data/attachments/{a['path']}": (a["size"], a["sha256"]) for a in rows}
        others = ("data/request.json", "data/request.pdf")
        present = {n: (self.container.sizes[n], h) for n, h in self.bag.payload.items() if n not in others}
        wrong = [n for n in stated.keys() | present.keys() if stated.get(n) != present.get(n)]
        if wrong or len(stated) != len(rows):
            raise BadRequest(
                "got files that are not the attachments listed, expected those", file=min(wrong, default="data/")
            )
        return f"{len(rows)} attachments" if rows else "none listed, none there"

    def _document(self) -> str:
        name = "data/request.pdf"
        pdf = self.container.read(name, MAX_PDF)
        return check_says(
            pdf, self.request, digest=self.stated.request_sha256, renderer=self.bag.info["Comity-Renderer"]
        )

    def _directory(self) -> str:
        self._take_token()
        files = {n.removeprefix(ROLE_FOLDER): self._read(n) for n in self.container.sizes if n.startswith(ROLE_FOLDER)}
        # Who has a fresh directory of his own asks it for revocations (step 10), so the slice need not be the latest.
        at = min(self.at, self.stated.sealed_at) if self.given.fresh else self.at
        checked = role_proof.check(files, root=self.given.root, at=at, party=self.stated.sender)
        self.sender = checked.party
        return f"{checked.party.name} ({checked.party.id}), vouched for in the directory"

    def _take_token(self) -> None:
        """Let a time token say when the package existed; what is wrong with it is said in its own step."""
        if TIMESTAMP not in self.container.sizes or not self.given.authorities:
            return
        try:
            self.token = timestamp.check(self._read(TIMESTAMP), self._read(STATEMENT), self.given.authorities)
            self.at = self.token
        except BadTimestamp as e:
            self.token_fault = e

    def _signers(self) -> str:
        attested = self.given.attested is not None or self.token is not None
        self.signers = signers_of_request(self.sender, self.signed, self.stated, attested=attested)
        return "; ".join(f"{s.holder} ({s.role})" for s in self.signers)

    def _revocation(self) -> str:
        if self.given.newer is None:
            raise Skip("no directory of one's own at hand")
        newer = known_party(self.given.newer(self.stated.sender), self.stated.sender)
        attested = self.given.attested is not None or self.token is not None
        for signer in self.signers:
            require(newer, signer.keyid, signer.role, at=self.stated.sealed_at, attested=attested)
        self.sender = newer
        return "no signing key is taken back"

    def _time(self) -> str:
        if self.token_fault:
            raise self.token_fault
        sealed = self.stated.sealed_at
        if sealed > self.at + SKEW:
            raise BadTime(f"got a seal of {stamp(sealed)}, expected one before {stamp(self.at)}")
        if self.token and not sealed - SKEW <= self.token <= sealed + TOKEN_WINDOW:
            raise BadTime(
                f"got a seal of {stamp(sealed)} with a time token of {stamp(self.token)}, expected them together"
            )
        if not self.token and sealed < self.at - STALE:
            raise BadTime(f"got a seal of {stamp(sealed)}, expected one of the last {STALE.days} days")
        if self.token:
            return f"time token of {stamp(self.token)}"
        ignored = TIMESTAMP in self.container.sizes
        return f"sealed {stamp(sealed)}; " + (
            "time token not checked: no authority is trusted here" if ignored else "no time token"
        )

    def _ledger(self) -> str:
        if PROOF not in self.container.sizes:
            raise Skip("the package carries no ledger proof")
        return check_release(self._read(PROOF), self.sender, self.stated)

    def _addressee(self) -> str:
        if not self.given.acting_for:
            raise Skip("not said for whom this is checked")
        if self.stated.addressee != self.given.acting_for:
            raise NotAddressed(f"got a package for {self.stated.addressee}, expected one for {self.given.acting_for}")
        return f"for {self.given.acting_for}"

    def _replay(self) -> str:
        if self.given.known is None:
            raise Skip("no record of earlier packages at hand")
        known = self.given.known(self.stated.request)
        if known not in ("", self.bag.digest):
            raise Replayed(
                f"got request {self.stated.request} in package {self.bag.digest[:16]}..., expected {known[:16]}..."
            )
        return "received before, the same package" if known else "not seen before"

    def _read(self, name: str) -> bytes:
        return self.container.read(name, MAX_SEAL_FILE)

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

from comity.crypto.errors import BadTimestamp
from comity.directory import slice as role_proof
from comity.directory.model import Party
from comity.kernel.clock import stamp

from .container import Advance, silent
from .contents import Contents
from .errors import BadTime, NotAddressed, Replayed
from .owndirectory import OwnDirectory
from .provenance import check_release, require, signers_of_request
from .result import Result, Signer, Skip, run_steps
from .sealing import PROOF, STATEMENT, TIMESTAMP

SKEW = timedelta(minutes=5)
STALE = timedelta(days=30)
TOKEN_WINDOW = timedelta(hours=72)


@dataclass(frozen=True)
class Given:
    """What the verifier brings: its pinned root, the time, and what else it knows.

    *attested* is a time at which somebody trustworthy saw the package (the verifier's own record of receipt);
    *own* is its own copy of the directory; *known* gives the digest under which a request id was seen before;
    *authorities* are trusted roots of time authorities (PEM).
    """

    root: bytes
    at: datetime
    acting_for: str = ""
    attested: datetime | None = None
    own: OwnDirectory | None = None
    known: Callable[[str], str] | None = None
    authorities: Sequence[bytes] = ()
    advance: Advance = silent


def verify(path: Path, given: Given) -> Result:
    """Verify the package at *path*; the result names every step. Raises nothing about the package itself."""
    run = _Run(path, given)
    steps, error = run_steps(run.steps())
    run.contents.close()
    found, read = vars(run), vars(run.contents)
    return Result(
        steps=steps,
        digest=run.contents.bag.digest if "bag" in read else "",
        document=read.get("request", {}),
        sender=found.get("sender"),
        signers=found.get("signers", ()),
        at=run.at,
        error=error,
    )


class _Run:
    """One verification: each step reads what the earlier ones established."""

    checked: role_proof.Checked
    sender: Party
    signers: tuple[Signer, ...]

    def __init__(self, path: Path, given: Given) -> None:
        self.contents = Contents(path, given.advance)
        self.given = given
        self.at = given.attested or given.at
        self.token: datetime | None = None
        self.token_fault: BadTimestamp | None = None

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("container", self.contents.check_container),
            ("bag", self.contents.check_bag),
            ("seal", self.contents.check_seal),
            ("statement", self.contents.check_statement),
            ("request", self.contents.check_request),
            ("attachments", self.contents.check_attachments),
            ("document", self.contents.check_document),
            ("directory", self._directory),
            ("signers", self._signers),
            ("revocation", self._revocation),
            ("time", self._time),
            ("ledger", self._ledger),
            ("addressee", self._addressee),
            ("replay", self._replay),
        ]

    def _directory(self) -> str:
        self._take_token()
        # Who has a fresh directory of his own asks it for revocations (step 10), so the slice need not be the latest.
        fresh = self.given.own is not None and self.given.own.fresh
        at = min(self.at, self.contents.stated.sealed_at) if fresh else self.at
        party = self.contents.stated.sender
        self.checked = role_proof.check(self.contents.role(), root=self.given.root, at=at, party=party)
        self.sender = self.checked.party
        return f"{self.sender.name} ({self.sender.id}), vouched for in the directory"

    def _take_token(self) -> None:
        """Let a time token say when the package existed; what is wrong with it is said in its own step."""
        if TIMESTAMP not in self.contents.container.sizes or not self.given.authorities:
            return
        from comity.crypto import timestamp

        try:
            self.token = timestamp.check(
                self.contents.read(TIMESTAMP), self.contents.read(STATEMENT), self.given.authorities
            )
            self.at = self.token
        except BadTimestamp as e:
            self.token_fault = e

    def _signers(self) -> str:
        attested = self.given.attested is not None or self.token is not None
        self.signers = signers_of_request(self.sender, self.contents.signed, self.contents.stated, attested=attested)
        return "; ".join(f"{s.holder} ({s.role})" for s in self.signers)

    def _revocation(self) -> str:
        if self.given.own is None:
            raise Skip("no directory of one's own at hand")
        newer = self.given.own.compare(self.checked)
        attested = self.given.attested is not None or self.token is not None
        for signer in self.signers:
            require(newer, signer.keyid, signer.role, at=self.contents.stated.sealed_at, attested=attested)
        self.sender = newer
        return "no signing key is taken back"

    def _time(self) -> str:
        if self.token_fault:
            raise self.token_fault
        sealed = self.contents.stated.sealed_at
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
        ignored = TIMESTAMP in self.contents.container.sizes
        return f"sealed {stamp(sealed)}; " + (
            "time token not checked: no authority is trusted here" if ignored else "no time token"
        )

    def _ledger(self) -> str:
        if PROOF not in self.contents.container.sizes:
            raise Skip("the package carries no ledger proof")
        return check_release(self.contents.read(PROOF), self.sender, self.contents.stated)

    def _addressee(self) -> str:
        if not self.given.acting_for:
            raise Skip("not said for whom this is checked")
        if self.contents.stated.addressee != self.given.acting_for:
            raise NotAddressed(
                f"got a package for {self.contents.stated.addressee}, expected one for {self.given.acting_for}"
            )
        return f"for {self.given.acting_for}"

    def _replay(self) -> str:
        if self.given.known is None:
            raise Skip("no record of earlier packages at hand")
        known = self.given.known(self.contents.stated.request)
        if known not in ("", self.contents.bag.digest):
            raise Replayed(
                f"got request {self.contents.stated.request} in package {self.contents.bag.digest[:16]}..., expected {known[:16]}..."
            )
        return "received before, the same package" if known else "not seen before"

"""The errand of a visitor: sent to the identity provider, and back with what it said, once and soon.

Nothing secret of an errand is kept here. What the provider has to repeat (`nonce`) and what the code is given back with
(`code_verifier`, RFC 7636) are derived from the visitor's cookie and the errand's word (`state`); of both only hashes are
known. So an answer counts in the browser that asked, and whoever reads the database can do nothing with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from comity.store.engine import Unit

from . import attempts, tables
from .errors import NotVouched
from .idtoken import Vouched
from .issuer import Asked, Issuer
from .model import Errand, Session
from .sessions import Caller
from .staff import Staff, hashed

ENTER, PROVE, LINK, SECOND = "enter", "prove", "link", "second"
LASTS, SECOND_LASTS = timedelta(minutes=10), timedelta(minutes=5)
MOST_ANSWER = 4096


@dataclass(frozen=True)
class Answer:
    """What a visitor brings back from the provider."""

    state: str
    code: str = ""
    issuer: str = ""
    error: str = ""


def send(
    staff: Staff, issuer: Issuer, word: str, redirect: str, next_page: str = "/",
    session: Session | None = None, *, link: bool = False,
) -> str:  # fmt: skip
    """Begin an errand of the visitor whose cookie says *word*; gives the provider's address to which he goes.

    Raises:
        IssuerUnreachable, WrongIssuer: there is nowhere to send him.
    """
    purpose = LINK if link else PROVE if session else ENTER
    state = staff.secret()
    asked = _asked(word, state, redirect, staff)
    challenge = _text(hashlib.sha256(asked.verifier.encode()).digest())
    address = issuer.address(asked, challenge, anew=purpose != ENTER)
    with staff.store.write() as unit:
        _keep(staff, unit, hashed(state), word, purpose, session.person if session else "", next_page, LASTS)
    return address


def back(
    staff: Staff, issuer: Issuer, answer: Answer, word: str, redirect: str, caller: Caller
) -> tuple[Errand, Vouched]:
    """Take what a visitor brings back: once, from the visitor who was sent, of the provider that was asked.

    Raises:
        NotVouched: something of it does not fit.
        TooSoon: too many such answers failed.
        IssuerUnreachable, WrongIssuer: the provider cannot be asked.
    """
    counted = {f"errand:{hashed(caller.address)}": attempts.ADDRESS}  # of its own: no outage hinders passwords
    with staff.store.write() as unit:
        attempts.begin(staff, unit, counted)
    errand = _taken(staff, hashed(answer.state), word)
    issuer.named(answer.issuer)
    if answer.error or not 0 < len(answer.code) <= MOST_ANSWER:
        said = f"the provider's refusal {answer.error[:80]!r}" if answer.error else "an answer without a code"
        raise NotVouched(
            f"got {said}, expected its word for you", advice="Begin anew, or sign in with a key of your own."
        )
    asked = _asked(word, answer.state, redirect, staff, errand)
    try:
        vouched = issuer.redeem(answer.code, asked)
    except NotVouched as e:
        with staff.store.write(durable=True) as unit:
            staff.log(unit, "failed", person=errand.person, step=e.field or "code", address=caller.address)
        raise
    with staff.store.write() as unit:
        attempts.forget(unit, counted)
    return errand, vouched


def half(staff: Staff, unit: Unit, word: str, person: str, next_page: str) -> None:
    """Note that the provider vouches for a person who has still to give a second factor here."""
    _keep(staff, unit, _second(word), word, SECOND, person, next_page, SECOND_LASTS)


def waiting(staff: Staff, unit: Unit, word: str) -> Errand | None:
    """Find the visitor who has still to give a second factor."""
    found = tables.find(unit, Errand, id=_second(word))
    return found if found and staff.now < found.ends_at else None


def _keep(
    staff: Staff, unit: Unit, key: str, word: str, purpose: str, person: str, next_page: str, lasts: timedelta
) -> None:
    tables.sweep(unit, Errand, "ends_at", staff.now)
    if old := tables.find(unit, Errand, id=key):
        tables.remove(unit, old)
    tables.add(unit, Errand(key, hashed(word), purpose, person, next_page, staff.now, staff.now + lasts))


def _taken(staff: Staff, key: str, word: str) -> Errand:
    """Take an errand of this visitor: it counts once."""
    with staff.store.write() as unit:
        found = tables.find(unit, Errand, id=key)
        mine = found is not None and hmac.compare_digest(found.visitor, hashed(word)) and found.purpose != SECOND
        if found and mine:
            tables.remove(unit, found)
    if found is None or not mine or found.ends_at <= staff.now:
        raise NotVouched(
            "got an answer that nobody waits for here, expected one to the errand of just now", field="state",
            advice="Begin anew: an answer counts once, for ten minutes, in the browser that asked.",
        )  # fmt: skip
    return found


def _asked(word: str, state: str, redirect: str, staff: Staff, errand: Errand | None = None) -> Asked:
    nonce, verifier = (_derived(word, state, what) for what in ("nonce", "verifier"))
    return Asked(redirect, state, nonce, verifier, errand.made_at if errand else staff.now)


def _derived(word: str, state: str, what: str) -> str:
    return _text(hmac.digest(word.encode(), f"comity errand {what} {state}".encode(), hashlib.sha256))


def _second(word: str) -> str:
    return hashed(f"second {word}")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

"""Who calls: a token in the header `Authorization`, and nothing else; no cookie is looked at.

A token is an unguessable word of 256 bits of which only the hash is kept; it is found by that hash, so that how long the
look-up takes tells nothing of the word. It never does more than its person may at that moment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

from comity.accounts import knowledge, tokens
from comity.accounts.access import Standing, standing
from comity.accounts.duties import ANYONE, CASE, acts
from comity.accounts.errors import NoCaseKnown, NotAllowed, NotSignedIn
from comity.accounts.model import Session, Token
from comity.kernel.errors import NotFound

from ..desk.desk import Desk
from .errors import NoToken, TokenTooNarrow
from .operations import Operation

BEARER = "token"
ADVICE = "Make a token on your account page of the desk, and send it as: Authorization: Bearer TOKEN."
_WORD = re.compile(r"comity_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True)
class Holder:
    """A token that counts and its person as he stands now."""

    token: Token
    who: Standing


def word_of(request: Request) -> str:
    """Give the word that a call shows.

    Raises:
        NoToken: it shows none, or more than one.
    """
    given = request.headers.getlist("authorization")
    scheme, _, word = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not _WORD.fullmatch(word):
        raise NoToken("got no token, expected one in the header Authorization", advice=ADVICE)
    return word


def holder(desk: Desk, word: str, address: str) -> Holder:
    """Find whose token a word is, and note its use.

    Raises:
        NoToken: it is none, or counts no more.
    """
    try:
        person, token = tokens.look(desk.staff, word)
    except NotSignedIn as e:
        raise NoToken(e.message, advice=ADVICE) from e
    now = desk.staff.now
    session = Session(
        token.id, person.id, BEARER, token.made_at, now, now, token.made_at, token.ends_at, address, token.label
    )  # fmt: skip
    with desk.staff.store.read() as unit:
        return Holder(token, standing(desk.staff, unit, person, session))


def require_act(held: Holder, operation: Operation) -> None:
    """Find that the token holds the act, and that its person may do it now. An act of anyone's needs a token only.

    Raises:
        TokenTooNarrow, NotAllowed: not so.
    """
    act = acts()[operation.act]
    if act.who == ANYONE:
        return
    if act.name not in held.token.acts:
        advice = f"Make a token that holds {act.name}."
        raise TokenTooNarrow(f"got a token without {act.name}, expected one with it", advice=advice)
    if not held.who.may(act.name):
        raise NotAllowed(f"got {act.name}, expected an act of your roles", advice="The duties page says who may.")


def require_case(desk: Desk, held: Holder, operation: Operation, given: dict[str, str]) -> str:
    """Find the case that an operation is about, for somebody who knows of it; empty where it is about none.

    Raises:
        NoCaseKnown: there is none, or not for him.
    """
    if acts()[operation.act].scope != CASE:
        return ""
    assert operation.case is not None
    try:
        case = operation.case(desk, given)
    except NotFound as e:
        raise NoCaseKnown(knowledge.NOT_KNOWN) from e
    with desk.staff.store.read() as unit:
        knowledge.require(desk.staff, unit, held.who, case)
    return case

"""The states of a request, and which act leads from which to which.

An outgoing request begins as a draft, which may be changed as often as needed. The drafter seals it: from then on its
content stands still. The releaser, another person, either reopens it (a draft again) or releases it; in an emergency a
third person confirms it before. Once released only the receiver's signed word moves it: received, accepted, more
information needed, refused. A refused request stays refused; a corrected one is a new request that names it. Until it
is refused, the sender may withdraw it.

An incoming request begins as received, and is moved by what we answer with our own signed receipts.

Post can overtake post, so the answers on a request are read in the order in which they were given, not in which they
came: every order of arrival leads to the same state. A word read back over the phone is no signature: it moves the
request for the time being, and never stands in the way of a signed one, not even when it was a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from .errors import WrongState
from .model import OUT, Answer

DRAFT, SEALED, RELEASED, WITHDRAWN = "draft", "sealed", "released", "withdrawn"
RECEIVED, ACCEPTED, INFO_NEEDED, REFUSED = "received", "accepted", "info_needed", "refused"
ANSWERS = (RECEIVED, ACCEPTED, INFO_NEEDED, REFUSED)
STATES = (DRAFT, SEALED, RELEASED, *ANSWERS, WITHDRAWN)
WAITING = (RELEASED, RECEIVED, ACCEPTED, INFO_NEEDED)

_ANSWERED = {
    RECEIVED: {RECEIVED, ACCEPTED, INFO_NEEDED, REFUSED},
    ACCEPTED: {ACCEPTED, INFO_NEEDED, REFUSED},
    INFO_NEEDED: {INFO_NEEDED, ACCEPTED, REFUSED},
    REFUSED: set(),
}
_OUTGOING: dict[str, dict[str, str]] = {
    DRAFT: {"change": DRAFT, "seal": SEALED, "withdraw": WITHDRAWN},
    SEALED: {"reopen": DRAFT, "confirm": SEALED, "release": RELEASED, "withdraw": WITHDRAWN},
    RELEASED: {"withdraw": WITHDRAWN, **{a: a for a in ANSWERS}},
    **{state: {"withdraw": WITHDRAWN, **{a: a for a in targets}} for state, targets in _ANSWERED.items() if targets},
    REFUSED: {},
    WITHDRAWN: {},
}
_INCOMING: dict[str, dict[str, str]] = {state: {a: a for a in targets} for state, targets in _ANSWERED.items()}


def allowed(direction: str, state: str) -> dict[str, str]:
    """Give the acts possible in a state, each with the state it leads to."""
    return (_OUTGOING if direction == OUT else _INCOMING)[state]


def after(direction: str, state: str, act: str) -> str:
    """Give the state that *act* leads to.

    Raises:
        WrongState: the act is not possible in that state.
    """
    acts = allowed(direction, state)
    if act not in acts:
        expected = "one of: " + ", ".join(sorted(acts)) if acts else "none: this state is final"
        raise WrongState(f"got the act {act!r} on a request that is {state}, expected {expected}", field="state")
    return acts[act]


def order(answer: Answer) -> tuple[datetime, bool, str]:
    """Give the key that sorts answers in the order in which they were given."""
    return answer.at, answer.signed, answer.id


def outcome(direction: str, answers: Iterable[Answer]) -> tuple[str, list[Answer]]:
    """Give the state that answers lead to, and those among them that count, in the order in which they were given."""
    state = signed = RELEASED if direction == OUT else RECEIVED
    counted = []
    for answer in sorted(answers, key=order):
        if answer.state in allowed(direction, signed if answer.signed else state):
            state = answer.state
            signed = state if answer.signed else signed
            counted.append(answer)
    return state, counted

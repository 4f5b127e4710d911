"""Receipts: we answer an incoming request with our signed word, and take the receiver's word on ours."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from comity.crypto.keys import Signer
from comity.kernel import canonical
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text
from comity.packages.receipt import Expected, receipt_shape, verify_receipt, write_receipt
from comity.packages.result import Result
from comity.store.engine import Unit

from . import tables
from .clocks import follow_answers
from .errors import PackageRefused, WrongReceipt, WrongState
from .gatekeeping import require
from .model import IN, OUT, Answer, Request
from .office import Office
from .refusal import second_person
from .states import ACCEPTED, ANSWERS, INFO_NEEDED, REFUSED, WAITING, WITHDRAWN, after, outcome
from .vocabulary import codes, measure

MAX_NAME = 200
SAME = timedelta(days=1)
SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Taken:
    """What came of a receipt: the request as it now is, the answer, and whether it was new."""

    request: Request
    answer: Answer
    new: bool
    result: Result | None = None


@dataclass(frozen=True)
class Word:
    """What an answer says: the state, with code and reason where it needs them, and dates."""

    state: str
    code: str = ""
    reason: str = ""
    preserved_until: str = ""
    reply_by: str = ""


Also = Callable[[Unit, Taken], object]


def nothing_more(unit: Unit, taken: Taken) -> None:
    """Do nothing more in the unit that keeps a receipt."""


def answer(office: Office, name: str, word: Word, signer: Signer, *, also: Also = nothing_more) -> tuple[Taken, bytes]:
    """Answer an incoming request with a signed receipt; gives the receipt file's bytes.

    What is *also* done is done in the same unit, and again when the same word is said again.

    The same word again, by the same key within a day, gives the receipt already signed, so that one that never reached
    the disk can be had.

    Raises:
        NotYours: the key may not sign receipts.
        WrongState: that answer is not possible now.
        Unanswered: it accepts, and a safeguards question was not answered.
        BadInput: code, reason or dates are missing or out of place.
    """
    who = office.holder(signer, "receipt")
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, IN)
        if same := _said_last(unit, request, word, after=office.clock.now() - SAME, keyid=signer.public.keyid):
            taken = Taken(request, same, new=False)
            also(unit, taken)
            return taken, same.raw.encode()
        at = _time(office, unit, request)
        _check_word(request, word, now=at)
        if word.state == ACCEPTED:
            require(office, unit, request)
        payload = _payload(office, request, word, at)
        raw = write_receipt(payload, signer, office.mirror.slice(office.party))
        given = _answer(payload, who, raw.decode(), signed=True)
        facts = {"package": request.package, "state": word.state, "code": word.code, "by": given.holder}
        office.log(unit, "receipt.issued", request, **facts)
        taken = Taken(_apply(office, unit, request, given), given, new=True)
        also(unit, taken)
    return taken, raw


def refuse(
    office: Office, name: str, word: Word, signer: Signer, *, released_by: str, also: Also = nothing_more
) -> tuple[Taken, bytes]:
    """Refuse an incoming request as `answer` does, released by another person than the key's holder; both are named in it.

    Raises:
        OnePerson: the key's holder would release it too.
    """
    releaser = second_person(released_by, [office.holder(signer, "receipt")])
    reason = f"{word.reason} Released by: {releaser}." if word.reason else ""
    return answer(office, name, replace(word, state=REFUSED, reason=reason), signer, also=also)


def take(office: Office, data: bytes, *, file: str = "", also: Also = nothing_more) -> Taken:
    """Take in a receipt, read from *file*, on one of our requests; the same receipt again has no further effect.

    What is *also* done is done in the same unit, for a receipt known already too.

    Raises:
        PackageRefused: it does not verify.
        WrongReceipt: it is not about a package we sent to the party that signed it.
    """
    expected = Expected(root=office.mirror.root, at=office.clock.now(), own=office.own())
    result = verify_receipt(data, expected)
    if not result.valid:
        step = result.failed.name if result.failed else "container"
        message = result.error.message if result.error else "does not verify"
        advice = "Do not rely on it. Call the party back under its number in the directory."
        raise PackageRefused(message, file=file, field=step, advice=advice)
    payload = result.document
    with office.store.write(durable=True) as unit:
        request = _match(office, unit, payload)
        given = _answer(payload, result.signers[0].holder, data.decode(), signed=True)
        known = tables.find_answer(unit, given.id)
        if known:
            if known.raw != given.raw:
                raise WrongReceipt("got another receipt under an id already used, expected a new id", field="id")
            taken = Taken(request, known, new=False, result=result)
            also(unit, taken)
            return taken
        office.log(unit, "receipt.received", request, package=request.package, state=given.state, code=given.code)
        taken = Taken(_apply(office, unit, request, given), given, new=True, result=result)
        also(unit, taken)
    return taken


def read_back(office: Office, name: str, word: Word, *, code_read: str, who: str) -> Taken:
    """Record what the receiver said over the phone, after reading back the package's code; shown as unsigned.

    Raises:
        WrongReceipt: the code read back is not that of the package.
    """
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, OUT)
        if request.state not in WAITING:
            raise WrongState(
                f"got {request.reference}, which is {request.state}, expected one that waits for an answer"
            )
        at = _time(office, unit, request)
        _check_word(request, word, now=at)
        if not secrets.compare_digest(_plain_code(code_read).encode(), _plain_code(read_back_code(request)).encode()):
            advice = (
                "Have it read again from the package's verification; if it differs, the package there is another one."
            )
            raise WrongReceipt("got another code, expected that of the package", field="code-read", advice=advice)
        payload = _payload(office, request, word, at)
        receipt_shape().require(payload)
        given = _answer(payload, check_text(who, field="who", max=MAX_NAME), "", signed=False)
        office.log(unit, "receipt.readback", request, package=request.package, state=word.state, who=who)
        return Taken(_apply(office, unit, request, given), given, new=True)


def read_back_code(request: Request) -> str:
    """Give the code people read to each other: the first sixteen digits of the package digest in fours."""
    return code_of(request.package)


def code_of(package: str) -> str:
    """Give the code of a package by its digest."""
    head = package[:16]
    return " ".join(head[i : i + 4] for i in range(0, len(head), 4))


def _plain_code(text: str) -> str:
    return "".join(text.lower().replace("-", " ").split())


def _check_word(request: Request, word: Word, *, now: datetime) -> None:
    if word.state not in ANSWERS:
        raise BadInput(f"got {word.state!r}, expected one of: {', '.join(ANSWERS)}", field="state")
    after(request.direction, request.state, word.state)
    known = codes(word.state)
    if bool(known) != bool(word.code) or (word.code and word.code not in known):
        expected = "one of: " + ", ".join(known) if known else "none for this state"
        raise BadInput(f"got code {word.code!r}, expected {expected}", field="code", advice="Give it with --code.")
    if word.state in (REFUSED, INFO_NEEDED) and not word.reason:
        raise BadInput("got no reason, expected one in plain words", field="reason", advice="Give it with --reason.")
    needed = measure(request.measure).get("accepted_needs")
    if word.state == "accepted" and needed and not word.preserved_until:
        advice = "Give --until. Lead, not yet compared with the certified text: Hanoi Convention Art. 42(8) has at least sixty days."
        raise BadInput("got no date until which data are preserved, expected one", field="until", advice=advice)
    for field, value in (("until", word.preserved_until), ("reply-by", word.reply_by)):
        if value and moment(value, field=field) <= now:
            raise BadInput(f"got {value}, which is past, expected a time to come", field=field)


def _said_last(unit: Unit, request: Request, word: Word, *, after: datetime, keyid: str) -> Answer | None:
    """Give our latest answer, if it said the same lately under the same key."""
    _, counted = outcome(request.direction, tables.answers_of(unit, request.id))
    last = counted[-1] if counted else None
    if not last or last.at < after or any(getattr(last, name) != said for name, said in vars(word).items()):
        return None
    signatures = canonical.load(last.raw.encode())["envelope"]["signatures"]
    return last if [row["keyid"] for row in signatures] == [keyid] else None


def _time(office: Office, unit: Unit, request: Request) -> datetime:
    """Give the time of a new answer: now, and after every earlier one, so that their order is plain to both sides."""
    now = office.clock.now()
    last = max((answer.at for answer in tables.answers_of(unit, request.id)), default=None)
    if last and last > now + SKEW:
        advice = "The clock ran ahead then or is behind now. Set it right; until then answer by telephone."
        raise WrongState(f"got the time {stamp(now)}, expected one after the last answer, {stamp(last)}", advice=advice)
    return max(now, last + timedelta(seconds=1)) if last else now


def _payload(office: Office, request: Request, word: Word, at: datetime) -> dict[str, Any]:
    ours = request.direction == IN
    payload = {
        "format": "comity-receipt/1",
        "id": office.new_id(at),
        "package": request.package,
        "request": request.id,
        "reference": request.reference,
        "from": office.party if ours else request.peer,
        "to": request.peer if ours else office.party,
        "at": stamp(at),
    }
    return payload | {name: value for name, value in vars(word).items() if value}


def _answer(payload: dict[str, Any], holder: str, raw: str, *, signed: bool) -> Answer:
    return Answer(
        id=payload["id"],
        request=payload["request"],
        package=payload["package"],
        state=payload["state"],
        code=payload.get("code", ""),
        reason=payload.get("reason", ""),
        at=moment(payload["at"]),
        signed=signed,
        holder=holder,
        preserved_until=payload.get("preserved_until", ""),
        reply_by=payload.get("reply_by", ""),
        raw=raw,
    )


def _match(office: Office, unit: Unit, payload: dict[str, Any]) -> Request:
    """Find the request that a receipt is about."""
    found = tables.find_requests(unit, id=payload["request"], direction=OUT)
    fits = found and found[0].package == payload["package"] and found[0].peer == payload["from"]
    if not fits or payload["to"] != office.party or not found[0].released:
        raise WrongReceipt(
            "got a receipt for another package or party, expected one we sent to its signer", field="package"
        )
    return found[0]


def _apply(office: Office, unit: Unit, request: Request, given: Answer) -> Request:
    """Keep an answer, and move the request and its clocks by all that count."""
    tables.add_answer(unit, given)
    state, counted = outcome(request.direction, tables.answers_of(unit, request.id))
    note = " ".join(part for part in (given.code, given.reason, "" if given.signed else "(by phone, unsigned)") if part)
    if request.state == WITHDRAWN or given not in counted:
        office.record(unit, request, f"receipt {given.state}, too late to count", given.holder, note)
        follow_answers(unit, request)
        return request
    moved = replace(request, state=state, changed_at=office.clock.now())
    act = given.state if given == counted[-1] else f"receipt {given.state}, overtaken by a later one"
    tables.change_request(unit, moved)
    office.record(unit, moved, act, given.holder, note)
    follow_answers(unit, moved)
    return moved

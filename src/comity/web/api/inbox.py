"""What arrives: requests that came in, packages and receipts taken in.

Who takes in what nobody knows of yet is the first who knows of its case. How it is answered is in `answering`.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from comity.kernel.errors import BadInput
from comity.packages.receipt import MAX_BYTES, is_receipt
from comity.requests import receipts
from comity.requests.errors import PackageRefused
from comity.requests.model import IN, Answer

from ..acts import arriving
from ..acts.arriving import AGE, case_of
from .answers import Listed, ReceiptTaken, RequestRead, RequestRow, TakenIn
from .call import Asked, Called, data
from .operations import FILE, PACKAGE, Operation, by_incoming
from .requests import PACKAGE as ZIP
from .requests import PDF, State, package_of, piece_of, printed, whole
from .verifying import placed, tidied


def list_incoming(call: Called, piece: Asked, case: str = "", state: State = "") -> Response:
    """List the requests that came in, in the cases that the person knows of; a case is written PEER:REFERENCE."""
    return piece_of(call, piece, IN, case, state)


def take_in(call: Called) -> Response:
    """Take in a package that is for us, opened if it is encrypted to the node; the same package again has no further effect.

    Who takes in what nobody knows of yet is the first who knows of its case; its request is shown to who knows of it.
    """
    path = placed(call)
    with path.open("rb") as file:
        head = file.read(64)
    if is_receipt(head):
        raise BadInput("got a receipt, expected a package", advice="Receipts go to /receipts.")
    path = arriving.opened(call.actor, path) if head.startswith(AGE) else path
    try:
        got = arriving.take_in(call.actor, path)
    except PackageRefused as e:
        e.message = e.message.replace(f"{path}: ", "")
        raise
    finally:
        call.office.blobs.unstage(path)
    steps = [vars(one) for one in tidied(got.result.steps, path)]
    shown = got.request.plain() if case_of(got.request) in call.cases() else None
    document = {"request": shown, "new": got.new, "verdict": got.result.plain()["verdict"], "steps": steps}
    return data(document, 201 if got.new else 200)


def take_receipt(call: Called) -> Response:
    """Take in a receipt on a request of ours; the same receipt again has no further effect.

    What it is about is told to nobody but those who know of that case; what it says stands in the request's receipts.
    """
    with placed(call).open("rb") as file:
        taken = receipts.take(call.office, file.read(MAX_BYTES + 1))
    known = taken.request.case in call.cases()
    document: dict[str, Any] = {"new": taken.new, "request": None, "receipt": None}
    if known:
        document |= {"request": taken.request.plain(), "receipt": receipt_row(taken.answer)}
    return data(document, 201 if taken.new else 200)


def receipt_row(answer: Answer) -> dict[str, Any]:
    """Give a receipt without what it says: what is kept with an idempotency key has no texts."""
    row = answer.plain()
    return {name: row[name] for name in ("id", "state", "code", "at")}


def read_incoming(call: Called) -> Response:
    """Read a request that came in, whole."""
    return whole(call)


def print_incoming(call: Called) -> Response:
    """Print a request that came in as PDF."""
    return printed(call)


def read_incoming_package(call: Called) -> Response:
    """Give the package of a request that came in, byte for byte as it was taken in."""
    return package_of(call)


OPERATIONS = (
    Operation("GET", "/incoming", "inbox.list", list_incoming, Listed[RequestRow]),
    Operation("POST", "/incoming", "inbox.take", take_in, TakenIn, takes=FILE, most=PACKAGE, status=201),
    Operation("GET", "/incoming/{request}", "inbox.read", read_incoming, RequestRead, by_incoming),
    Operation("GET", "/incoming/{request}/document", "inbox.read", print_incoming, PDF, by_incoming),
    Operation("GET", "/incoming/{request}/package", "inbox.read", read_incoming_package, ZIP, by_incoming),
    Operation("POST", "/receipts", "inbox.take", take_receipt, ReceiptTaken, takes=FILE, most=MAX_BYTES, status=201),
)

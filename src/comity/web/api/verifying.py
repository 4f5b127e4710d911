"""Verification: a package or a receipt in, the numbered steps out; nothing is kept, nothing of our own requests goes in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from starlette.responses import Response

from comity.kernel.errors import BadInput
from comity.packages import receipt
from comity.packages.result import Result, Step
from comity.packages.verification import Given, verify

from ..acts.arriving import AGE
from .answers import Verified
from .call import Call, Called, data
from .operations import FILE, PACKAGE, Operation


def verify_package(call: Called) -> Response:
    """Verify a package or a receipt: verdict, every numbered step, who signed, whom to call back."""
    return data(_judged(call, placed(call)).plain())


def placed(call: Call) -> Path:
    """Give where the file that was sent lies."""
    assert call.file is not None
    return call.file


def tidied(steps: tuple[Step, ...], path: Path) -> tuple[Step, ...]:
    """Leave out where the file lay on this machine."""
    return tuple(replace(one, found=one.found.replace(f"{path}: ", "").replace(str(path), "-")) for one in steps)


def _judged(call: Call, path: Path) -> Result:
    office = call.office
    with path.open("rb") as file:
        head = file.read(64)
        if head.startswith(AGE):
            advice = "Open it first, with the identity it is encrypted to."
            raise BadInput("got an encrypted package, expected a plain one", advice=advice)
        if receipt.is_receipt(head):
            expected = receipt.Expected(office.mirror.root, office.clock.now(), office.own())
            return receipt.verify_receipt(head + file.read(receipt.MAX_BYTES), expected)
    given = Given(office.mirror.root, office.clock.now(), own=office.own(), authorities=office.authorities)
    found = verify(path, given)
    return replace(found, steps=tidied(found.steps, path))


OPERATIONS = (
    Operation("POST", "/verify", "door.read", verify_package, Verified, takes=FILE, most=PACKAGE),
)  # fmt: skip

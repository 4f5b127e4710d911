"""The idempotency key of a call, as its header gives it, and what of a call is remembered with it.

What becomes of keys is in `accounts.once`. A secret that a call shows is no part of what is remembered of it: not even its digest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from starlette.datastructures import UploadFile
from starlette.requests import Request

from comity.kernel import canonical

from . import bodies
from .call import Call
from .errors import BadCall
from .operations import FORM, JSON, Operation

HEADER = "idempotency-key"
SECRETS = frozenset({"passphrase"})
_KEY = re.compile(r"[A-Za-z0-9._~-]{8,80}", re.ASCII)


def key_of(request: Request, *, changes: bool) -> str:
    """Give the key of a call; empty where it has none.

    Raises:
        BadCall: it is malformed, or stands at a call that changes nothing.
    """
    given = request.headers.getlist(HEADER)
    if not given:
        return ""
    if len(given) > 1 or not changes or not _KEY.fullmatch(given[0]):
        message = "got a key that is malformed or at a call that changes nothing, expected 8 to 80 letters and digits"
        raise BadCall(message, field="Idempotency-Key")
    return given[0]


def said(operation: Operation, call: Call) -> bytes:
    """Give all that a call says but its secrets, to be told from another one."""
    lines = [operation.id, *(f"{name}={value}" for name, value in sorted(call.given.items())), f"match={call.match}"]
    return "\n".join([*lines, *_body(operation, call)]).encode()


def _body(operation: Operation, call: Call) -> Iterator[str]:
    if call.file:
        with call.file.open("rb") as file:
            yield hashlib.file_digest(file, "sha256").hexdigest()
    elif operation.takes == FORM:
        for name, value in (one for one in call.form if one[0] not in SECRETS):
            yield f"{name}={_digest(value) if isinstance(value, UploadFile) else value}"
    elif operation.takes == JSON:
        document = bodies.parsed(call.raw, operation.most)
        shown = {k: v for k, v in document.items() if k not in SECRETS} if isinstance(document, dict) else document
        yield hashlib.sha256(canonical.dump(shown)).hexdigest()


def _digest(file: UploadFile) -> str:
    file.file.seek(0)
    found = hashlib.file_digest(file.file, "sha256").hexdigest()  # type: ignore[arg-type]  # a file on disk
    file.file.seek(0)
    return f"{file.filename} {found}"

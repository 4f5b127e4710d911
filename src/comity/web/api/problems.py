"""Whatever is wrong, as a problem document (RFC 9457); never a trace of the program, never what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse, Response

from comity.accounts.errors import TooSoon
from comity.kernel.errors import ComityError

from .errors import BadCall, NoToken, TooMany

MEDIA = "application/problem+json"
CHALLENGE = 'Bearer realm="comity"'
MOST = 20


def problem(error: ComityError | None, more: Mapping[str, Any] | None = None) -> Response:
    """Answer with what is wrong; nothing is told of what nobody foresaw."""
    if error is None:
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": "Something went wrong here; it is in the program's log.",
            "status": 500,
        }
    else:
        document = error.problem()
        document.pop("file", None)
    response = JSONResponse(document | dict(more or {}), int(document["status"]), media_type=MEDIA)
    if isinstance(error, NoToken):
        response.headers["www-authenticate"] = CHALLENGE
    if isinstance(error, TooMany | TooSoon):
        response.headers["retry-after"] = str(error.seconds)
    elif response.status_code == 503:
        response.headers["retry-after"] = "10"
    return response


def malformed(error: RequestValidationError) -> Response:
    """Answer a call whose parameters or fields are not what they should be, with the place of each fault."""
    faults = [{"field": _place(one["loc"]), "fault": str(one["msg"])[:300]} for one in error.errors()[:MOST]]
    first = BadCall(f"got {faults[0]['fault']}", field=str(faults[0]["field"]))
    return problem(first, {"faults": faults})


def _place(loc: Sequence[int | str]) -> str:
    """Give the dotted path of a fault."""
    parts = [str(one)[:80] for one in loc]
    return ".".join(parts[1:] if parts[0] in ("body", "query", "path") and len(parts) > 1 else parts)

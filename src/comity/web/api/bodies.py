"""What a program sends, read within limits of kind, size and time, and JSON read strictly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from comity.kernel import canonical
from comity.store.blobs import writing

from ..desk import forms
from ..desk.desk import Desk
from ..desk.errors import SlowForm
from ..desk.forms import Form
from .errors import BadCall, WrongContent
from .operations import FILE, FORM, NOTHING, Operation

KINDS = {FILE: (FILE, "application/zip", "application/json")}


@dataclass(frozen=True)
class Body:
    """What was sent: its bytes, or where a file was put, or a form with its files."""

    raw: bytes = b""
    file: Path | None = None
    form: Form = field(default_factory=list)


async def read(desk: Desk, request: Request, operation: Operation) -> Body:
    """Read the body that an operation takes.

    Raises:
        WrongContent, TooLarge, SlowForm, BadCall: it is none, or more than the operation takes.
    """
    if operation.takes == NOTHING:
        return Body()
    _require_kind(request, operation)
    if operation.takes == FORM:
        return Body(form=await forms.read(request, operation, desk.upload_time, lambda: desk.node.blobs.stage().parent))
    seconds = desk.upload_time if operation.takes == FILE else desk.body_time
    pieces = forms.streamed(request, operation.most)
    try:
        async with asyncio.timeout(seconds):
            if operation.takes == FILE:
                return Body(file=await _kept(desk, pieces))
            return Body(b"".join([piece async for piece in pieces]))
    except TimeoutError as e:
        raise SlowForm(f"got part of a body in {seconds:.0f} seconds, expected all of it") from e
    except ClientDisconnect as e:
        raise BadCall("got part of a body, expected all of it") from e


async def drop(desk: Desk, body: Body) -> None:
    """Take away what was put aside, when the call has its answer."""
    if body.file:
        await run_in_threadpool(desk.node.blobs.unstage, body.file)
    await forms.close(body.form)


def parsed(body: bytes, most: int) -> Any:
    """Read JSON strictly: UTF-8, no name twice, no number that another reader would round, at most 32 levels.

    Raises:
        BadInput: it is none.
    """
    value = canonical.load(body, limit=most)
    canonical.dump(value)
    return value


def _require_kind(request: Request, operation: Operation) -> None:
    said = request.headers.getlist("content-type")
    kind, _, more = (said[0] if len(said) == 1 else "").partition(";")
    kinds = KINDS.get(operation.takes, (operation.takes,))
    parameters = more.strip().lower().replace('"', "")
    plain = parameters in ("", "charset=utf-8") or (operation.takes == FORM and parameters.startswith("boundary="))
    if kind.strip().lower() not in kinds or not plain:
        raise WrongContent(f"got {kind[:60]!r}, expected {' or '.join(kinds)}", field="Content-Type")
    if "content-encoding" in request.headers:
        raise WrongContent("got a compressed body, expected it as it is", field="Content-Encoding")


async def _kept(desk: Desk, pieces: AsyncGenerator[bytes, None]) -> Path:
    """Write a body aside, on the disk of the kept files; of one that breaks off nothing stays."""
    path = await run_in_threadpool(desk.node.blobs.stage)
    try:
        with writing(path), path.open("xb") as file:
            async for piece in pieces:
                await run_in_threadpool(file.write, piece)
    except BaseException:
        desk.node.blobs.unstage(path)
        raise
    return path

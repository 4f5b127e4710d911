"""What a browser sends, read within limits of size, number and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from .errors import SlowForm, TooLarge, WrongForm
from .routes import Route

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
FIELDS, PART = 400, 256 * 1024

Form = list[tuple[str, str | UploadFile]]


async def read(request: Request, route: Route, seconds: float) -> Form:
    """Read the form that a page takes.

    Raises:
        TooLarge, SlowForm, WrongForm: it is not one, or more than the page takes.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(seconds):
            if kind == MULTIPART and route.files:
                return await _parts(request, route)
            if kind == URLENCODED or not kind:
                return _fields(b"".join([piece async for piece in _pieces(request, route.most)]))
    except TimeoutError as e:
        raise SlowForm(f"got part of a form in {seconds:.0f} seconds, expected all of it") from e
    except ClientDisconnect as e:
        raise WrongForm("got part of a form, expected all of it") from e
    raise WrongForm(f"got {kind[:60]!r}, expected the form of the page")


async def close(form: Form) -> None:
    """Close the files of a form, when its page has answered."""
    for _, value in form:
        if isinstance(value, UploadFile):
            await value.close()


async def _pieces(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    told = request.headers.get("content-length", "0")
    if not told.isascii() or not told.isdigit() or int(told[:15]) > most:
        raise TooLarge(f"got {told[:15]} bytes, expected at most {most}")
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise TooLarge(f"got more than {most} bytes, expected at most so many")
        yield piece


async def _parts(request: Request, route: Route) -> Form:
    pieces = _or_cut(_pieces(request, route.most))
    parser = MultiPartParser(request.headers, pieces, max_files=route.files, max_fields=FIELDS, max_part_size=PART)
    try:
        return list((await parser.parse()).multi_items())
    except _Cut as e:
        raise e.why from e
    except (MultiPartException, KeyError, UnicodeDecodeError, ValueError) as e:
        raise WrongForm("got a form in parts that cannot be read, expected one as browsers send it") from e


class _Cut(MultiPartException):
    """A form that is too large, said so that the parser closes its files."""

    def __init__(self, why: TooLarge) -> None:
        super().__init__(why.message)
        self.why = why


async def _or_cut(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in pieces:
            yield piece
    except TooLarge as e:
        raise _Cut(e) from e


def _fields(body: bytes) -> Form:
    try:
        return [(key, value) for key, value in parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS
        )]  # fmt: skip
    except ValueError as e:
        raise WrongForm("got a form that cannot be read, expected one as browsers send it") from e

"""What a browser sends, read within limits of size, number and time."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from .errors import SlowForm, TooLarge, WrongForm

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
FIELDS, PART = 400, 256 * 1024

Form = list[tuple[str, str | UploadFile]]
Aside = Callable[[], Path]


class Takes(Protocol):
    """What takes a form: of so many bytes at *most*, with so many *files*."""

    @property
    def most(self) -> int:
        """Give how many bytes it may have."""

    @property
    def files(self) -> int:
        """Give how many files may be in it."""


async def read(request: Request, route: Takes, seconds: float, aside: Aside) -> Form:
    """Read the form that a page takes; its files are written to a folder that *aside* gives, and are gone with `close`.

    Raises:
        TooLarge, SlowForm, WrongForm: it is not one, or more than the page takes.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(seconds):
            if kind == MULTIPART and route.files:
                return await _parts(request, route, aside())
            if kind == URLENCODED or not kind:
                return _fields(b"".join([piece async for piece in streamed(request, route.most)]))
    except TimeoutError as e:
        raise SlowForm(f"got part of a form in {seconds:.0f} seconds, expected all of it") from e
    except ClientDisconnect as e:
        raise WrongForm("got part of a form, expected all of it") from e
    raise WrongForm(f"got {kind[:60]!r}, expected the form of the page")


def typed(form: Form) -> dict[str, str]:
    """Give what was typed into a form that is shown again; never a passphrase."""
    return {name: value for name, value in form if isinstance(value, str) and name not in ("csrf", "passphrase")}


async def close(form: Form) -> None:
    """Close the files of a form, when its page has answered."""
    folders = {Path(value.file.name).parent for _, value in form if isinstance(value, UploadFile) and value.file.name}
    for _, value in form:
        if isinstance(value, UploadFile):
            await value.close()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


async def streamed(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """Give a body as it comes.

    Raises:
        TooLarge: it is, or says that it is, of more than so many bytes.
    """
    told = request.headers.get("content-length", "0")
    if not told.isascii() or not told.isdigit() or int(told[:15]) > most:
        raise TooLarge(f"got {told[:15]} bytes, expected at most {most}")
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise TooLarge(f"got more than {most} bytes, expected at most so many")
        yield piece


async def _parts(request: Request, route: Takes, folder: Path) -> Form:
    pieces = _or_cut(streamed(request, route.most))
    parser = _Parser(request.headers, pieces, max_files=route.files, max_fields=FIELDS, max_part_size=PART)
    parser.folder = folder
    form: Form = []
    try:
        form = list((await parser.parse()).multi_items())
    except _Cut as e:
        raise e.why from e
    except (MultiPartException, KeyError, UnicodeDecodeError, ValueError) as e:
        raise WrongForm("got a form in parts that cannot be read, expected one as browsers send it") from e
    finally:
        if not any(isinstance(value, UploadFile) for _, value in form):
            shutil.rmtree(folder, ignore_errors=True)
    return form


class _Parser(MultiPartParser):
    """Writes files where the node sets them aside, on the disk on which it keeps them, under a name that a page may link."""

    folder: Path

    def on_headers_finished(self) -> None:
        """Begin a part; give a file its place."""
        super().on_headers_finished()
        if self._current_part.file is not None:
            self._files_to_close_on_error.pop().close()
            file: Any = NamedTemporaryFile(dir=self.folder)  # noqa: SIM115 - closed with the form
            self._files_to_close_on_error.append(file)
            self._current_part.file.file = file


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

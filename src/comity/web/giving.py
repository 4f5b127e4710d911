"""A file that was set aside to be given away: given by the desk and by the API alike, and gone afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from comity.store.blobs import Blobs


class Made(Protocol):
    """What was set aside: where it is, and the name under which it goes."""

    @property
    def path(self) -> Path:
        """Give where it is."""

    @property
    def name(self) -> str:
        """Give the name under which it goes."""


def given(blobs: Blobs, made: Made, media: str) -> FileResponse:
    """Give away what was set aside; it is gone afterwards."""
    return FileResponse(
        made.path, media_type=media, filename=made.name, background=BackgroundTask(blobs.unstage, made.path)
    )

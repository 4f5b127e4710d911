"""Drafts that follow an earlier request, and files that are attached to one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from comity.kernel.errors import BadInput
from comity.requests import drafting
from comity.requests.assistance import request_assistance
from comity.requests.model import Request

from .actor import Actor

ASSISTANCE = "assistance"
RELATIONS = ("extends", "follows", "corrects")
MEASURES = (
    "preserve", "disclose_subscriber", "disclose_traffic", "disclose_content", "disclose_emergency", "mutual_assistance",
)  # fmt: skip
LONGEST_NAME = 200


def follow(
    actor: Actor, before: str, *, relation: str, own_id: str, measure: str = "", to: str = "", data: Sequence[str] = ()
) -> Request:
    """Begin a request that extends, follows or corrects an earlier one of ours, or asks for assistance on it.

    Raises:
        BadInput: there is no such relation or measure.
    """
    by = actor.by.name
    if relation == ASSISTANCE:
        return request_assistance(actor.office, before, data=data, to=to, by=by, own_id=own_id)
    if relation not in RELATIONS:
        raise BadInput(f"got {relation[:40]!r}, expected extends, follows or corrects", field="relation")
    if measure and measure not in MEASURES:
        raise BadInput(f"got {measure[:40]!r}, expected one of the measures shown", field="measure")
    return drafting.follow(actor.office, before, relation=relation, measure=measure, by=by, own_id=own_id)


def attach(actor: Actor, request: str, name: str, written: Path) -> Request:
    """Attach a file to a draft, under the last part of its name; the same name again takes the place of the former.

    Raises:
        BadInput: the name is none, or too long.
    """
    name = PurePosixPath(name.replace("\\", "/")).name
    if name in ("", ".", "..") or len(name.encode()) > LONGEST_NAME:
        raise BadInput("got a file without a name, or with one too long, expected a short one", field="file")
    with tempfile.TemporaryDirectory(dir=written.parent) as folder:
        path = Path(folder, name)
        try:
            path.hardlink_to(written)
        except (OSError, ValueError) as e:
            raise BadInput("got a name that no file can have, expected a plain one", field="file") from e
        return drafting.fill(actor.office, request, [], [path], by=actor.by.name)

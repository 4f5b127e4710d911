"""A forger's tools: change signed metadata, sign it with whatever keys he has, and make the files above agree with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from builders.directory import World
from comity.crypto.keys import FileSigner
from comity.kernel import canonical

Change = Callable[[dict[str, Any]], object]
Files = dict[str, bytes]


def forge(data: bytes, change: Change, keys: Sequence[FileSigner] = ()) -> bytes:
    """Change what is signed and sign it with *keys* alone; without keys the old signatures stay."""
    document = json.loads(data)
    change(document["signed"])
    if keys:
        message = canonical.dump(document["signed"])
        document["signatures"] = [{"keyid": key.public.keyid, "sig": key.sign(message).hex()} for key in keys]
    return canonical.dump(document)


def resigned(data: bytes, change: Callable[[list[dict[str, Any]]], object]) -> bytes:
    """Change the list of signatures and nothing else."""
    document = json.loads(data)
    change(document["signatures"])
    return canonical.dump(document)


def same(signed: dict[str, Any]) -> None:
    """Change nothing."""


def put(*path: str | int, value: Any) -> Change:
    """Make a change that sets the value at *path*."""

    def change(signed: Any) -> None:
        for step in path[:-1]:
            signed = signed[step]
        signed[path[-1]] = value

    return change


def stated(data: bytes) -> dict[str, Any]:
    """Give what a file above says about this one."""
    meta = {"length": len(data), "hashes": {"sha256": hashlib.sha256(data).hexdigest()}}
    return {**meta, "version": json.loads(data)["signed"]["version"]}


def restate(files: Files, online: FileSigner) -> Files:
    """Let snapshot and timestamp agree with the files, as a thief of the online key could."""
    names = [name for name in files if name in ("targets.json", "VN.json", "PH.json")]

    def snapshot(signed: dict[str, Any]) -> None:
        signed["meta"] |= {name: stated(files[name]) for name in names}

    new = {**files, "snapshot.json": forge(files["snapshot.json"], snapshot, [online])}
    timestamp = put("meta", "snapshot.json", value=stated(new["snapshot.json"]))
    return {**new, "timestamp.json": forge(files["timestamp.json"], timestamp, [online])}


def forged_slice(world: World, name: str, change: Change, keys: Sequence[FileSigner], party: str = "VN.a05") -> Files:
    """Take a party's slice, forge one file of it, and let all above agree with it."""
    files = world.slice(party)
    return restate({**files, name: forge(files[name], change, keys)}, world.online)

"""Capturing pages: each address that an officer names is asked for once, and all that was seen becomes an item of evidence.

    1. each address is read, its machines are asked for, and those that may not be reached are left out (`webaddress`);
    2. one exchange, byte for byte (`wire`); a redirect is told, never followed: the officer may name the next address;
    3. the files of each capture: request.http, response.http, the content, chain.pem, record.warc, capture.json, and a
       picture of the page when asked for (`screenshot`);
    4. the files are brought to their place beside the item in one step, acquired like any others, and sealed.

Broken off before 4, nothing was captured: the same command begins anew. After that it goes on with what was captured.
"""

from __future__ import annotations

import fcntl
import mimetypes
import os
import shutil
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from comity.kernel import canonical
from comity.kernel.clock import Clock, stamp
from comity.kernel.errors import BadInput
from comity.kernel.ids import Random

from .acquiring import Order, Watch, acquire, unwatched
from .errors import BadGeneration, EvidenceUnwritable, OtherAcquisition
from .journal import to_disk
from .model import Finding, Generation
from .screenshot import picture
from .sealing import Seal, sources_of
from .warc import Archived, write_warc
from .webaddress import Resolver, WebAddress, allowed, read_address, redirected, resolve, resolvers
from .wire import AGENT, Bounds, Exchange, exchange, request_for

TOP = "web"
LIST = "captures.json"
MAX_LIST = 4 * 1024 * 1024
_ENDINGS = {"text/html": ".html", "application/xhtml+xml": ".xhtml", "text/plain": ".txt", "application/json": ".json"}
Row = dict[str, Any]


@dataclass(frozen=True)
class Manner:
    """How pages are captured; *resolve* asks for the machines of a name, *trust* is PEM of further root certificates."""

    bounds: Bounds = field(default_factory=Bounds)
    private: bool = False
    picture: bool = False
    agent: str = AGENT
    trust: bytes = b""
    resolve: Resolver = resolve
    browser: str = ""


def capture(
    addresses: Sequence[str], manner: Manner, order: Order, with_seal: Seal, *, clock: Clock, watch: Watch = unwatched
) -> tuple[Generation, list[Row]]:
    """Capture pages into the new item that *order* describes; gives its generation and what was seen of each page.

    Raises:
        BadInput: an address is none, or the place is taken.
        AddressForbidden: a page stands on a machine that is not on the public internet.
        PageUnreachable: a page does not answer.
        OtherAcquisition, EvidenceUnwritable: as `acquire`.
    """
    named = [read_address(text) for text in addresses]
    staged = order.target.with_name(order.target.name + ".capture")
    if order.target.exists() and not order.target.with_name(order.target.name + ".journal").exists():
        _clear(staged, order.target)
        raise BadInput("got an existing file or folder, expected a new place", file=str(order.target))
    if not order.target.parent.is_dir():
        raise BadInput("got a path in no folder, expected a new folder in one", file=str(order.target))
    if not staged.exists():
        with _staging(staged) as folder:
            _capture_all(named, manner, folder, with_seal.random, clock)
    rows = _captured(staged, named)
    findings = tuple(finding for number, row in enumerate(rows, 1) for finding in _findings(number, row))
    whole = replace(order, paths=(staged / TOP,), about={"captures": rows}, findings=findings)
    generation = acquire(whole, with_seal, clock=clock, watch=watch)
    shutil.rmtree(staged, ignore_errors=True)
    return generation, rows


def _capture_all(named: Sequence[WebAddress], manner: Manner, folder: Path, random: Random, clock: Clock) -> None:
    rows = []
    for number, address in enumerate(named, 1):
        place = folder / TOP / str(number)
        place.mkdir(parents=True)
        rows.append(_capture_one(address, manner, place, random, clock))
    (folder / LIST).write_bytes(canonical.dump(rows))


def _capture_one(address: WebAddress, manner: Manner, folder: Path, random: Random, clock: Clock) -> Row:
    begun = clock.now()
    request = request_for(address, manner.agent)
    machines = manner.resolve(address.host, address.port)
    asked = clock.now()
    fit = allowed(address, machines, private=manner.private)
    seen = exchange(address, fit, request, folder, manner.bounds, manner.trust)
    ended = clock.now()
    row = _described(address, seen) | {
        "begun_at": stamp(begun), "ended_at": stamp(ended),
        "dns": {"at": stamp(asked), "machines": machines, "left_out": [m for m in machines if m not in fit], "resolvers": resolvers()},
        "limits": {"bytes": manner.bounds.size, "seconds": int(manner.bounds.seconds)},
    }  # fmt: skip
    (folder / "request.http").write_bytes(request)
    if seen.chain:
        (folder / "chain.pem").write_text("".join(ssl.DER_cert_to_PEM_cert(one) for one in seen.chain), "ascii")
    with (folder / "record.warc").open("wb") as out:
        content = None if seen.cut or seen.fault or seen.header("transfer-encoding") else folder / "body"
        archived = Archived(address.text, seen.machine, begun, request, folder / "response.http", content, seen.cut)
        write_warc(out, archived, random)
    (folder / "body").rename(folder / f"body{_ending(seen)}")
    if manner.picture:
        row["picture"] = _pictured(address, seen, folder, manner, clock)
    (folder / "capture.json").write_bytes(canonical.dump(row))
    return row


def _described(address: WebAddress, seen: Exchange) -> Row:
    row: Row = {
        "address": address.text, "given": address.given, "machine": seen.machine, "port": seen.port,
        "status": seen.status, "reason": seen.reason[:200], "headers": [[k[:200], v[:2000]] for k, v in seen.headers],
        "answer_bytes": seen.size, "content_bytes": seen.body,
    }  # fmt: skip
    if seen.tls:
        row["tls"] = seen.tls | {"certificates": len(seen.chain)}
    if seen.location:
        target, refused = redirected(address, seen.location)
        row["redirect"] = {"to": target[:2000]} | ({"refused": refused[:300]} if refused else {})
    coding = seen.header("content-encoding")
    return row | {
        name: value[:300] for name, value in (("cut", seen.cut), ("fault", seen.fault), ("coding", coding)) if value
    }


def _pictured(address: WebAddress, seen: Exchange, folder: Path, manner: Manner, clock: Clock) -> Row:
    begun = clock.now()
    leaf = seen.chain[0] if seen.chain else b""
    fault = picture(address, seen.machine, leaf, folder / "page.png", program=manner.browser)
    return {"at": stamp(begun), "sandbox": os.geteuid() != 0} | ({"fault": fault} if fault else {})


def _findings(number: int, row: Row) -> Iterator[Finding]:
    """Find what a person has to know about one capture."""
    name = f"{TOP}/{number}/response.http".encode()
    said = {
        "page-cut": row.get("cut", ""),
        "page-malformed": row.get("fault", ""),
        "page-packed": row.get("coding", ""),
        "page-redirect": row.get("redirect", {}).get("to", ""),
        "certificate": row.get("tls", {}).get("reason", ""),
        "no-picture": row.get("picture", {}).get("fault", ""),
    }
    return (Finding(code, name, detail) for code, detail in said.items() if detail)


def _ending(seen: Exchange) -> str:
    """Give the ending of a file name for the content, by the type that the answer names."""
    kind = seen.header("content-type").partition(";")[0].strip().lower()
    return _ENDINGS.get(kind) or (mimetypes.guess_extension(kind) if kind.startswith("image/") else "") or ".bin"


def _captured(staged: Path, named: Sequence[WebAddress]) -> list[Row]:
    """Read what was captured; it must be what is asked for."""
    try:
        rows: list[Row] = canonical.load((staged / LIST).read_bytes(), limit=MAX_LIST)
        same = [row["address"] for row in rows] == [address.text for address in named]
    except (OSError, BadInput, KeyError, TypeError) as e:
        raise OtherAcquisition(
            f"got a damaged capture ({e})", file=str(staged), advice="Delete it and begin anew."
        ) from e
    if not same:
        advice = "Run the command as it was begun, or choose another place."
        raise OtherAcquisition("got a begun capture of other pages", file=str(staged), advice=advice)
    return rows


def _clear(staged: Path, target: Path) -> None:
    """Take away what was captured for an item that stands sealed in its place: the process ended before it could."""
    with suppress(BadGeneration, OSError, BadInput):
        listed = staged / LIST
        said = sources_of(target).get("captures")
        if not listed.exists() or canonical.load(listed.read_bytes(), limit=MAX_LIST) == said:
            shutil.rmtree(staged)


@contextmanager
def _staging(staged: Path) -> Iterator[Path]:
    """Give an empty folder beside the place, which comes to be *staged* in one step when all went well."""
    folder = staged.with_name(staged.name + ".new")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder / TOP, ignore_errors=True)
            try:
                yield folder
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            to_disk(folder)
            folder.rename(staged)
        finally:
            os.close(fd)
    except BlockingIOError as e:
        raise OtherAcquisition("got a place where another process captures", file=str(staged)) from e
    except OSError as e:
        raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(folder)) from e

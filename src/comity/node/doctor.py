"""The doctor: is everything in order on this node, and if not, what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from comity.accounts.discovery import KINDS
from comity.accounts.vault import NAME as VAULT
from comity.evidence.custodyaudit import audit
from comity.exchange.deliverytables import delivery_files, find_parts
from comity.exchange.tables import OUT, QUEUED, STUCK, count_messages, standings
from comity.kernel.clock import stamp
from comity.kernel.errors import ComityError
from comity.requests import tables

from .errors import CustodyBroken, FilesMissing, NodeUnusable
from .service import Node, open_node
from .serving import identity_of
from .signin import issuer_of

LITTLE_SPACE = 1 << 30
MANY_FAILURES = 5
SOON = timedelta(days=90)
TAKEN = f"Let it sign ID tokens with one of: {', '.join(KINDS)}."


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is in order, what was found, what to do."""

    name: str
    good: bool
    found: str
    advice: str = ""

    def plain(self) -> dict[str, Any]:
        """Give the check as JSON data."""
        return asdict(self)


def examine(home: Path) -> list[Check]:
    """Look at a node: settings, database and guards, log, directory, own keys, files, disk."""
    try:
        with open_node(home) as node:
            opened = Check("node", good=True, found=f"{node.settings.party}, database and guards in order")
            return [opened, *ask(node)]
    except ComityError as e:
        return [Check("node", good=False, found=str(e), advice=e.advice)]


def ask(node: Node, *names: str) -> list[Check]:
    """Ask a node at work some of the questions, or all."""
    return [_ask(name, question, node) for name, question in QUESTIONS if not names or name in names]


def _ask(name: str, question: Callable[[Node], str], node: Node) -> Check:
    try:
        return Check(name, good=True, found=question(node))
    except ComityError as e:
        return Check(name, good=False, found=str(e), advice=e.advice)


def _log(node: Node) -> str:
    with node.store.read() as unit:
        report = node.ledger.verify(unit)
    return f"{report.size} entries, {report.erased} erased, {report.checkpoints} checkpoints, all consistent"


def _directory(node: Node) -> str:
    status = node.mirror.status()
    if status.stale(node.clock.now()):
        raise NodeUnusable(
            f"got a mirror that expired {stamp(status.expires)}, expected a fresh one",
            advice="Bring it up to date: comity node update SOURCE.",
        )
    return f"{status.parties} parties, counts until {stamp(status.expires)}"


def _keys(node: Node) -> str:
    me, now = node.office.me(), node.clock.now()
    lacking = [role for role in ("node", "receipt") if not me.able(role, now)]
    if lacking:
        raise NodeUnusable(
            f"got no valid key for {', '.join(lacking)}, expected one", advice="Enrol one in the directory."
        )
    ending = min(key.valid_until for role in ("node", "receipt") for key in me.able(role, now))
    return f"keys of {me.id} valid, the first ends {stamp(ending)}"


def _files(node: Node) -> str:
    with node.store.read() as unit:
        named = tables.known_files(unit)
    if missing := sorted(name for name in named if not node.blobs.path(name).is_file()):
        raise FilesMissing(
            f"got {len(missing)} packages missing, first {missing[0]}", advice="Restore them from the back-up."
        )
    orphans = sum(1 for name in _kept(node.settings.files) if name not in named)
    return f"{len(named)} packages there" + (f", {orphans} files nothing names (left by a crash)" if orphans else "")


def _custody(node: Node) -> str:
    """See that every chain of custody holds, by itself and against the log."""
    with node.store.read() as unit:
        found = audit(unit, node.ledger)
    if found.wrong:
        item, fault = found.first[0]
        raise CustodyBroken(
            f"got {found.wrong} faults in the custody of evidence, expected none; first: {item}, entry {fault.number}: {fault.message}",
            advice=f"Look with `comity evidence custody {item}`, change nothing, and compare with the last back-up that was good.",
        )
    erased = f", {found.erased} whose event in the log was erased" if found.erased else ""
    return f"{found.items} items with {found.entries} entries, every chain holds{erased}"


def _deliveries(node: Node) -> str:
    """See that what was delivered is there, and tell what waits."""
    with node.store.read() as unit:
        named, parts = delivery_files(unit), find_parts(unit, direction="in")
    if missing := sorted(name for name in named if not node.blobs.path(name).is_file()):
        raise FilesMissing(
            f"got {len(missing)} delivered files missing, first {missing[0]}", advice="Restore them from the back-up."
        )
    waiting = sum(1 for kept in parts if kept.state == "Available")
    return f"{len(named)} delivered files there" + (f", {waiting} parts to be fetched" if waiting else "")


def _kept(folder: Path) -> Iterator[str]:
    if folder.is_dir():
        yield from (e.name for e in os.scandir(folder) if e.is_file() and e.name.startswith(("package-", "sealed-")))


def _disk(node: Node) -> str:
    free = shutil.disk_usage(node.settings.home).free
    if free < LITTLE_SPACE:
        raise NodeUnusable(
            f"got {free >> 20} MiB free, expected at least {LITTLE_SPACE >> 20}", advice="Free some space."
        )
    return f"{free >> 30} GiB free"


def _exchange(node: Node) -> str:
    """See that peers can know us: the directory lists the certificate that we show."""
    listed, identity = node.office.me().exchange, identity_of(node)
    if listed is None:
        return "no address in the directory: messages go by hand"
    pins = [one.pin for one in listed.certificates]
    if identity.pin not in pins:
        raise NodeUnusable(
            f"got the TLS key {identity.pin[:16]}, expected one that the directory lists: "
            + ", ".join(one[:16] for one in pins),
            advice="Enrol what `comity node tls` prints, or take the pair into use that is enrolled.",
        )
    if identity.valid_until - node.clock.now() < SOON:
        raise NodeUnusable(
            f"got a TLS certificate that ends {stamp(identity.valid_until)}, expected one that lasts",
            advice="Make the next one: comity node tls --next.",
        )
    return f"{listed.url}, TLS key {identity.pin[:16]} as in the directory, until {stamp(identity.valid_until)}"


def _outbox(node: Node) -> str:
    """See that messages get through."""
    with node.store.read() as unit:
        counts = count_messages(unit)
        failing = [one for one in standings(unit) if one.failures]
    stuck = sum(count for (_, direction, state), count in counts.items() if (direction, state) == (OUT, STUCK))
    queued = sum(count for (_, direction, state), count in counts.items() if (direction, state) == (OUT, QUEUED))
    if stuck or any(one.failures >= MANY_FAILURES for one in failing):
        worst = max(failing, key=lambda one: one.failures, default=None)
        last = f"; {worst.party} failed {worst.failures} times: {worst.error}" if worst else ""
        raise NodeUnusable(
            f"got {stuck} messages stuck and {queued} waiting, expected them to get through{last}",
            advice="Look with `comity peer list` and `comity peer check PARTY`; `comity peer resume PARTY` tries again.",
        )
    return f"{queued} messages waiting, none stuck"


def _sign_in(node: Node) -> str:
    """See that the organisation's identity provider answers, and can do what signing in needs."""
    issuer = issuer_of(node.settings, node.clock)
    if issuer is None:
        return "none in the settings: people sign in with keys of their own"
    found, keys = issuer.metadata(), issuer.keys()
    if not keys:
        raise NodeUnusable(f"got no key of {issuer.host} that we take, expected one", advice=TAKEN)
    pkce = "PKCE" if found.pkce else "it does not say that it knows PKCE"
    second = "" if issuer.client.strong else "; the second factor is given here"
    return f"{issuer.host} answers, {keys} keys, {pkce}{second}"


def _codes(node: Node) -> str:
    """See that the secrets of one-time codes are sealed, each to its person, and open."""
    with node.store.read() as unit:
        count, faults = node.staff.vault.faults(unit)
    if faults:
        raise NodeUnusable(
            f"got {len(faults)} secrets of one-time codes that do not open, expected all: {', '.join(faults[:5])}",
            advice=f"Put the right {VAULT} back, start the node once, or let two administrators give new codes.",
        )
    return f"{count} secrets of one-time codes, each sealed"


QUESTIONS: tuple[tuple[str, Callable[[Node], str]], ...] = (
    ("log", _log),
    ("directory", _directory),
    ("keys", _keys),
    ("files", _files),
    ("custody", _custody),
    ("deliveries", _deliveries),
    ("disk", _disk),
    ("exchange", _exchange),
    ("outbox", _outbox),
    ("sign-in", _sign_in),
    ("codes", _codes),
)

"""The custody of an item as a paper that anybody can read: blocks of a paper, in the person's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from comity.kernel.clock import stamp
from comity.kernel.language import _, counted, language, said

from .custodychain import Checked, Standing
from .custodyentry import CLOCK, CustodyEntry, Deed, acts
from .custodytables import Bag
from .paper import Block, Pair, Paper, facts, heading, lines, print_paper


def print_custody(item: str, checked: Checked, bags: Sequence[Bag], *, at: datetime, log: str) -> bytes:
    """Print the custody of an item as PDF/A; *log* names the log that vouches for it.

    Raises:
        PrintError: it has a sign that no font on this machine has.
    """
    return print_paper(custody_paper(item, checked, bags, at=at, log=log))


def custody_paper(item: str, checked: Checked, bags: Sequence[Bag], *, at: datetime, log: str) -> Paper:
    """Give the paper on an item's custody."""
    title, subtitle = (
        _("Custody of {item}").format(item=item),
        _("Who held it, what was done with it, and what was checked"),
    )
    blocks = [
        facts(_facts(checked.standing, bags, checked.entries)),
        heading(_("What was checked")),
        lines(checks(checked, log), "!" if checked.faults else "+"),
        heading(_("History")),
        *(_entry(one) for one in checked.entries),
        heading(_("How to read this")),
        lines(_reading()),
    ]
    return Paper(title, subtitle, at, language(), blocks)


def standing(where: Standing) -> str:
    """Say in words where an item stands."""
    if where.gone:
        return _("nobody holds it any more")
    if where.coming:
        return _("under way to {hand}").format(hand=where.coming.text)
    return where.holder.text if where.holder else ""


def checks(checked: Checked, log: str) -> list[str]:
    """Say what the check of a chain found, each finding in a line."""
    if checked.faults:
        place = _("entry {number}: {message}")
        return [place.format(number=fault.number or "-", message=fault.message) for fault in checked.faults]
    behind = _("At entry {number} the clock stood behind; the order of entries is their number.")
    return [
        counted("{n} entry, none missing", "{n} entries, none missing", len(checked.entries)),
        _("Every entry names the hash of the one before; none was changed or moved."),
        _("At no time did two hands hold the item."),
        _("The log {log} proves every entry, under its newest signed checkpoint.").format(log=log),
        *_times(checked),
        *(behind.format(number=number) for number in checked.behind),
    ]


def _times(checked: Checked) -> list[str]:
    """Say until which entry time is proved by somebody else than the node."""
    if checked.untested:
        words = "{n} time token, not checked: name its authority", "{n} time tokens, not checked: name their authority"
        return [counted(*words, checked.untested)]
    if not checked.timed:
        return [_("No time token: the times are the node's own.")]
    last = checked.timed[-1]
    proved = _("A time authority saw every entry up to {number} at {time}: none of them was made later.")
    after = len(checked.entries) - last.number
    words = "{n} entry after it has the node's time alone", "{n} entries after it have the node's time alone"
    return [proved.format(number=last.number, time=stamp(last.at)), *([counted(*words, after)] if after else [])]


def details(deed: Deed) -> list[Pair]:
    """Give what an entry says beside what, when and who, each with its label."""
    other = _("from") if deed.act == "received" else _("to")
    rows = [
        (other, deed.to.text if deed.to else ""),
        (_("done at"), stamp(deed.happened) if deed.happened else ""),
        (_("place"), deed.place),
        (_("reason"), deed.why),
        (_("authority"), deed.authority),
        (_("tool"), " ".join(part for part in (deed.tool, deed.version) if part)),
        (_("result"), deed.result),
        (_("note"), deed.note),
        (_("bag"), deed.digest),
        *deed.hashes.items(),
    ]
    return [(label, value) for label, value in rows if value]


def done(deed: Deed) -> str:
    """Give an act as words."""
    return said(acts()[deed.act].en)


def _entry(entry: CustodyEntry) -> Block:
    return {
        "kind": "entry",
        "number": str(entry.number),
        "at": stamp(entry.at).replace("T", " ").removesuffix("Z"),
        "act": done(entry.deed),
        "who": entry.deed.by.text,
        "details": [list(row) for row in details(entry.deed)],
        "hash": entry.digest,
        "warning": entry.deed.act == CLOCK,
    }


def _facts(where: Standing, bags: Sequence[Bag], entries: Iterable[CustodyEntry]) -> list[Pair]:
    rows = [(_("held by"), standing(where)), (_("legal hold"), _("yes") if where.holds else _("no"))]
    first = next(iter(entries), None)
    if first and first.deed.authority:
        rows.append((_("authority"), first.deed.authority))
    for bag in bags:
        files_ = counted("{n} file", "{n} files", bag.files)
        rows.append((_("bag {number}").format(number=bag.number), f"{files_}, {bag.size} B"))
        rows.append(("SHA-256", bag.digest))
    return rows


def _reading() -> list[str]:
    return [
        _("Times are in UTC. The time of an entry is when it was made; “done at” is what the person stated."),
        _("Names and reasons are as the person who made the entry wrote them. The log proves that they have not been changed since, not that they are true."),
        _("The hash of a bag stands for every byte in it: if the bag has the same hash, it is the same bag."),
    ]  # fmt: skip

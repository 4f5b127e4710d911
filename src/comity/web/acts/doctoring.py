"""Whether the node is in order, told to people who run the machine and read no case."""

from __future__ import annotations

from dataclasses import replace

from comity.kernel.language import _
from comity.node.doctor import Check, ask

from .actor import Actor
from .auditing import one_at_a_time

QUICK = ("directory", "keys", "deliveries", "disk", "exchange", "outbox")


def quick(actor: Actor) -> list[Check]:
    """Ask what is quickly told."""
    return [_without_content(one) for one in ask(actor.node, *QUICK)]


def whole(actor: Actor) -> list[Check]:
    """Ask everything, the whole log and every chain of custody too.

    Raises:
        Busy: somebody else checks something.
    """
    with one_at_a_time(actor.place):
        return [_without_content(one) for one in ask(actor.node)]


def _without_content(one: Check) -> Check:
    """Leave out which item of evidence a chain is of: whoever runs the machine reads no case."""
    if one.name != "custody" or one.good:
        return one
    advice = _(
        "A custodian sees which: have the custody looked at, change nothing, and compare with the last good back-up."
    )
    return replace(one, found=_("There are faults in the custody of evidence."), advice=advice)

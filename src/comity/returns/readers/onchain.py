"""Lists of transactions as block explorers give them in JSON: EVM chains, Bitcoin, TRON.

A transaction is a unit; its outputs, inputs and fee are records of it. A list that its explorer cut off is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..jsonlist import Broken, Element, walk
from ..jsontables import sound
from ..model import Aside, Finding, Given, Part, Record, Seen, Verdict
from ..reader import Reader
from ..source import Source
from .explorers import FORMS, Chain, chain_of, form_of, say, unbalanced, whole

LISTS = ("result", "data", "token_transfers", "txs", "transactions")
FULL = 10_000  # Etherscan gives no more at once
_NAME = re.compile(rb'"(\w{1,40})"\s*:')


def check(source: Source, given: Given) -> Verdict:
    """Know a list by the names of a form; one or two that are missing make it doubtful."""
    head = source.head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] not in (b"{", b"["):
        return Verdict(0, "")
    names = {name.decode() for name in _NAME.findall(head)}
    lacking, form = min(((form.names - names, form) for form in FORMS), key=lambda pair: len(pair[0]))
    if not lacking:
        return Verdict(3, form.label)
    if {"status", "message", "result"} <= names:
        return Verdict(2, "an answer in the form of Etherscan's")
    if len(lacking) <= 2 and len(form.names) - len(lacking) >= 4:
        return Verdict(2, f"like {form.label}, without {', '.join(sorted(lacking))}")
    return Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the transfers of each transaction, and what the explorer says of its list."""
    chain = chain_of(given.provider)
    count, said = 0, []
    with source.opened() as stream:
        for part in map(sound, walk(stream, LISTS)):
            if isinstance(part, Broken):
                count += part.inside
                yield Finding(part.code, part.found, "a whole JSON document", count, units=int(part.inside))
                continue
            if part.index >= 0:
                count += 1
                yield from _transaction(part, count, given, chain)
                if count == 1 and not chain.id and "timeStamp" in part.value:
                    advice = "Name the explorer or the chain as the provider: etherscan.io, bscscan.com, eip155:137."
                    yield Finding("chain_unknown", "a list that names no chain", "the chain", advice=advice)
            else:
                said.append(part)
    yield from _said(said, count)
    yield Seen(count, "transaction")


def _transaction(part: Element, row: int, given: Given, chain: Chain) -> Iterator[Part]:
    form = form_of(part.value)
    if form is None:
        names = ", ".join(list(part.value)[:20]) if isinstance(part.value, dict) else "no object"
        known = "; ".join(known.label for known in FORMS)
        yield Finding("layout_unknown", names[:300], known, row, part.place, part.span, units=1)
        return
    found = list(form.transfers(part.value, chain))
    if not found:
        yield Aside("no transfer in it", row=row, raw=part.raw)
    for values in found:
        whole_row = {"provider": given.provider} | {k: v for k, v in values.items() if v not in ("", None)}
        yield Record("transfer", whole_row, row, part.place, part.span, part.raw)
    if "vin" in part.value and (odd := unbalanced(part.value)):
        yield Finding("total_mismatch", odd, "as much in as out and fee", row, part.place, part.span)


def _said(members: list[Element], count: int) -> Iterator[Finding]:
    """Tell that there is more than the list holds, by the explorer's own words beside it."""
    said = {member.key: member.value for member in members}
    meta, total = said.get("meta"), said.get("total")
    if count == FULL:
        yield Finding(
            "part_missing", f"exactly {FULL} transactions", "fewer, or the rest", advice="Ask for later blocks."
        )
    if isinstance(meta, dict) and (say(meta, "fingerprint") or meta.get("links")):
        yield Finding(
            "part_missing", "one page of several", "the pages that follow", advice="Ask for those that follow."
        )
    if isinstance(total, str) and total.isascii() and total.isdigit() and whole(said, "total") != count:
        yield Finding("count_mismatch", f"{count} transactions", f"{total[:20]}, as the explorer counts")
    for name in LISTS:
        if said.get(name) not in (None, ""):
            yield Finding("layout_unknown", f"{name}: {str(said[name])[:120]}", "a list of transactions")


READER = Reader("onchain", 1, "Transactions from a block explorer (JSON)", ("transfer",), check, read)

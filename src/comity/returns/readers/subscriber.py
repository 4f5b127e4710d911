"""Google subscriber information as a page: who holds the account, and the table of addresses.

Built after public descriptions of the page; not tried on a real return.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..markup import Page, looks_like_page
from ..model import Aside, Finding, Given, Part, Record, Seen, Verdict
from ..pageoddities import oddities
from ..pagetables import Heading, Row, TableHearer
from ..reader import Reader
from ..source import Source
from ..spokentime import read_spoken

MARK = b"google subscriber information"
# Labels of items, and what each tells of the account holder.
CLAIMS = {
    "name": "name",
    "given name": "given name",
    "family name": "family name",
    "e-mail": "email",
    "alternate e-mails": "email",
    "contact e-mail": "email",
    "recovery e-mail": "recovery email",
    "recovery sms": "recovery phone",
    "user phone numbers": "phone",
    "2-step verification phone numbers": "second factor",
    "birthday (month day, year)": "birth",
    "terms of service language": "language",
    "terms of service country": "country",
    "services": "services",
    "last updated date": "last updated",
    "end of service date": "end of service",
    "last logins": "last logins",
    "deletion date": "deleted",
    "deletion ip": "deletion address",
}
ACCOUNT = {"google account id": "account", "status": "status", "created on": "time", "terms of service ip": "address"}
TABLE = {
    "timestamp": "time",
    "ip address": "address",
    "activity type": "event",
    "android id": "device",
    "apple ios idfv": "device",
    "raw user agents": "user_agent",
    "raw user agent": "user_agent",
}
_ITEM = re.compile(r"([^:]{1,60}):\s*(.*)", re.DOTALL)


def check(source: Source, given: Given) -> Verdict:
    """Know the page by its heading."""
    if looks_like_page(source.head) and MARK in source.head.lower():
        return Verdict(3, "the heading Google subscriber information")
    return Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the account, what is claimed of its holder, and each row of the table of addresses."""
    page, hearer = Page(source), TableHearer(items=True)
    unit, account, heading = 0, "", ""
    header: tuple[str, ...] = ()
    for part in page.heard(hearer):
        if isinstance(part, Heading) and part.tag != "li":
            heading = part.text
            continue
        unit += 1
        if isinstance(part, Row):
            if part.head or {name.casefold() for name in part.cells} >= {"timestamp", "ip address"}:
                header = tuple(name.casefold() for name in part.cells)
                yield from _header(header, unit, part)
            else:
                yield _login(part, header, unit, account)
        else:
            item = _ITEM.fullmatch(part.text)
            label = item[1].strip().casefold() if item else ""
            if item and label == "google account id":
                account = item[2].strip()
            yield _told(label, item[2].strip() if item else "", part.text, unit, account, heading)
    yield from oddities(page)
    yield Seen(unit, "item")


def _header(header: tuple[str, ...], unit: int, row: Row) -> Iterator[Part]:
    yield Aside("header", 1, unit, " | ".join(row.cells))
    unknown = [name for name in header if name and name not in TABLE]
    missing = [name for name in ("timestamp", "ip address") if name not in header]
    if unknown:
        yield Finding("columns_unknown", ", ".join(unknown)[:300], ", ".join(TABLE), unit, row.place)
    if missing:
        yield Finding("columns_missing", ", ".join(header)[:300], ", ".join(missing), unit, row.place)


def _login(row: Row, header: tuple[str, ...], unit: int, account: str) -> Part:
    raw = " | ".join(row.cells)
    if not any(row.cells):
        return Aside("blank row", 1, unit)
    if not header or len(row.cells) != len(header):
        found = f"{len(row.cells)} cells"
        return Finding("row_malformed", found, f"{len(header)} as in the header", unit, row.place, units=1)
    named = {TABLE[name]: text for name, text in zip(header, row.cells, strict=True) if name in TABLE and text}
    if not named.get("address") and not named.get("time"):
        return Finding("row_malformed", raw[:200], "a time and an address", unit, row.place, units=1)
    time = {"time": read_spoken(named["time"])} if "time" in named else {}
    return Record("session", {"provider": "Google", "account": account, **named, **time}, unit, row.place, raw=raw)


def _told(label: str, value: str, raw: str, unit: int, account: str, heading: str) -> Part:
    place = f"item {unit}"
    if label and not value:
        return Aside("empty item", 1, unit, raw)
    if label in ACCOUNT:
        column = ACCOUNT[label]
        values = {"provider": "Google", "account": account, column: read_spoken(value) if column == "time" else value}
        return Record("account", values, unit, place, raw=raw)
    if label in CLAIMS:
        values = {"provider": "Google", "account": account, "about": CLAIMS[label], "value": value}
        return Record("claim", values, unit, place, raw=raw)
    expected = "a label that the layout knows"
    return Finding("layout_unknown", f"{heading}: {raw}"[:300], expected, unit, place, units=1)


READER = Reader(
    "google-subscriber",
    1,
    "Google subscriber information (built after public descriptions; not tried on a real return)",
    ("account", "claim", "session"),
    check,
    read,
)
